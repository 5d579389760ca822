//! Assertions: what access was meant to be, and is no longer said. None gives anybody anything, but what one denied, a
//! change may now bring in without failing: taken out, turned round or made to leave more out, it is loosened.

use std::collections::BTreeSet;

use crate::access::diff::change::{Aspect, Turn};
use crate::access::diff::collector::Collector;
use crate::model::assertion::{Assertion, Expectation};
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};

/// Adds the assertions that come, go, or say something else.
pub(super) fn compare(old: &Inventory, new: &Inventory, out: &mut Collector) {
    let keys: BTreeSet<_> = old.assertions.keys().chain(new.assertions.keys()).collect();
    for key in keys {
        let [from, to] = [old, new].map(|inventory| inventory.assertions.get(key));
        if from == to {
            continue;
        }
        if !out.spend(1) {
            return;
        }
        let record = RecordId::new(Kind::Assertion, key);
        let said = |one: Option<&Assertion>| one.map(|one| one.expect);
        let (before, after) = (said(from), said(to));
        if before != after {
            let [from, to] = [before, after].map(|said| said.map(|said| said.to_string()));
            out.value(&record, turn(before, after), Aspect::Assertion, from, to);
        }
        if let (Some(from), Some(to)) = (from, to) {
            terms(&record, from, to, out);
        }
    }
}

/// Which way it turns that something is expected.
fn turn(before: Option<Expectation>, after: Option<Expectation>) -> Turn {
    let denied = |said| said == Some(Expectation::Denied);
    match (denied(before), denied(after)) {
        (true, false) => Turn::Loosened,
        (false, true) => Turn::Tightened,
        (true, true) | (false, false) => Turn::Changed,
    }
}

/// What an assertion says beside that: whom it leaves out, and by which glossary it is read. Its reason binds nobody.
fn terms(record: &RecordId, from: &Assertion, to: &Assertion, out: &mut Collector) {
    let is_denied = from.expect == Expectation::Denied && to.expect == Expectation::Denied;
    let turned = |turn| if is_denied { turn } else { Turn::Changed };
    if from.catalog != to.catalog {
        let [from, to] = [from, to].map(|one| one.catalog.as_ref().map(ToString::to_string));
        // By another glossary it is about another system, and no longer about that one.
        out.value(record, turned(Turn::Moved), Aspect::Glossary, from, to);
    }
    let [before, after] = [from, to].map(|one| one.except.iter().collect::<BTreeSet<&Principal>>());
    let shown = |one: &Principal| Some(one.to_string());
    for one in after.difference(&before) {
        let turn = turned(Turn::Loosened);
        out.value(record, turn, Aspect::Except, None, shown(one));
    }
    for one in before.difference(&after) {
        let turn = turned(Turn::Tightened);
        out.value(record, turn, Aspect::Except, shown(one), None);
    }
}
