//! What a change does to access: two inventories in, typed changes out. Compares what principals may do where, not lines;
//! reads nothing, and does not know where the two came from.
//!
//! Accounts that are proposed or retired hold nothing; suspended ones are still live at the provider, and hold what they
//! are granted. A permission is held at a boundary and below it, so what a wider boundary already gave is no gain. A
//! wildcard is a key like any other: no rule lets it pass.

mod account;
mod assertion;
mod change;
mod collector;
mod consumer;
mod glossary;
mod holder;
mod party;
mod places;
mod seats;
mod system;

use crate::access::matrix::Lookup;
use crate::model::access::{ActionClass, Level};
use crate::model::inventory::Inventory;

pub use change::{Aspect, Change, Count, Entitled, Grant, Place, Rating, Turn, What};

/// One of the two inventories, and how it finds its glossaries.
pub struct State<'a> {
    pub inventory: &'a Inventory,
    pub glossary: &'a Lookup<'a>,
}

/// The action classes of a level, beside read.
pub type Actions<'a> = dyn Fn(Level) -> &'a [ActionClass] + 'a;

/// What changes, by record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diff {
    pub changes: Vec<Change>,
    /// What was found and is too much to be listed.
    pub unlisted: Count,
    /// Whether all was compared, and not only some millions of grants.
    pub compared: bool,
}

impl Diff {
    /// Whether everything was compared and is listed; if not, nothing may be concluded from what is not listed.
    pub fn is_complete(&self) -> bool {
        self.compared && self.unlisted == Count::default()
    }

    /// All that was found, listed or not.
    pub fn count(&self) -> Count {
        let mut count = self.unlisted;
        for change in &self.changes {
            count.add(change.turn, change.weight());
        }
        count
    }

    /// The changes that give somebody something, or let it reach further or last longer.
    pub fn gains(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.turn.gains())
    }

    /// The changes that take something away.
    pub fn losses(&self) -> impl Iterator<Item = &Change> {
        self.changes.iter().filter(|change| change.turn.loses())
    }
}

/// What becomes of access when `new` takes the place of `old`. Of several policies, a level that allows more by any is
/// raised: the one in force may be part of what is reviewed.
pub fn compare<'a>(old: &State<'a>, new: &State<'a>, actions: &[&Actions<'_>]) -> Diff {
    let mut out = collector::Collector::new();
    let seats = seats::Seats::of(old.inventory, new.inventory);
    system::compare(old, new, &seats, &mut out);
    consumer::compare(old.inventory, new.inventory, &mut out);
    glossary::compare(old, new, &seats, &mut out);
    account::compare(old, new, actions, &seats, &mut out);
    party::compare(old, new, &seats, &mut out);
    assertion::compare(old.inventory, new.inventory, &mut out);
    out.finish()
}
