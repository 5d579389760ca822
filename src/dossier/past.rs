//! The roll as it stood at a moment: what the trail tells since is taken back, event by event, from the roll as it is now.

use std::collections::BTreeSet;

use crate::audit::rewind::{self, Lost};
use crate::model::change::Verb;
use crate::model::event::{Digest, Event};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record, RecordId};

/// One event, and the digest that the record's event before it had left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub event: Event,
    pub left: Option<Digest>,
}

impl Told {
    /// The record and what became of it; none of an event that changed no record.
    pub fn change(&self) -> Option<(RecordId, Verb)> {
        let verb = self.event.action.parse::<Verb>().ok()?;
        let id = self.event.record.parse::<RecordId>().ok()?;
        Some((id, verb))
    }
}

/// A record that is not as its latest event left it: somebody changed the store behind the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Astray {
    pub id: RecordId,
    /// What stands in the store.
    pub stands: Option<Record>,
    /// What should, by the trail.
    pub told: Result<Option<Record>, Lost>,
}

/// Makes the newest roll the one that the trail tells of: without what was changed behind it. Gives the records of which it
/// does not tell: they are left as they stand, and nothing may be concluded from them.
pub fn as_told(roll: &mut Inventory, astray: &[Astray]) -> BTreeSet<RecordId> {
    let mut lost = BTreeSet::new();
    for one in astray {
        match &one.told {
            Ok(Some(told)) => drop(roll.put(told.clone())),
            Ok(None) => drop(roll.remove(&one.id)),
            Err(_) => drop(lost.insert(one.id.clone())),
        }
    }
    lost
}

/// Takes events back, the newest first. Gives the records that cannot be made again as they stood: they are left as they
/// were when that was found, and nothing may be concluded from them.
pub fn rewind<'t>(
    roll: &mut Inventory,
    newest_first: impl Iterator<Item = &'t Told>,
) -> BTreeSet<RecordId> {
    let mut lost = BTreeSet::new();
    for told in newest_first {
        let Some((id, verb)) = told.change() else {
            continue;
        };
        // Of sealed values the trail keeps digests alone; nobody asks how they stood.
        if matches!(id.kind, Kind::Sealed | Kind::StoreKey) {
            continue;
        }
        let now = roll.get(&id);
        let change = (verb, told.event.change.as_str());
        match rewind::before(&id, now.as_ref(), change, told.left.as_ref()) {
            Ok(Some(before)) => {
                lost.remove(&id);
                roll.put(before);
            }
            Ok(None) => {
                lost.remove(&id);
                roll.remove(&id);
            }
            Err(_) => {
                lost.insert(id);
            }
        }
    }
    lost
}
