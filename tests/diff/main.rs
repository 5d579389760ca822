//! What a change does to access: promises for any two inventories, case by case, and from a real git repository.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod bounds;
mod cases;
mod git;
mod hostile;
mod naive;
mod properties;
mod repository;
mod subtle;

use keyroll::access::diff::{Diff, State, compare};
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::access::Level;
use keyroll::model::inventory::Inventory;

/// The diff as the command makes it.
pub fn diff(old: &Inventory, new: &Inventory) -> Diff {
    let [old_terms, new_terms] = [Glossaries::of(old), Glossaries::of(new)];
    let old = State {
        inventory: old,
        glossary: &|name| old_terms.get(name),
    };
    let new = State {
        inventory: new,
        glossary: &|name| new_terms.get(name),
    };
    let actions = |level: Level| Policy::shipped().levels().policy(level).actions.as_slice();
    compare(&old, &new, &[&actions])
}
