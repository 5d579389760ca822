//! Finds records by the words of a command line and commits changes to them.

use crate::lifecycle::plan;
use crate::model::change::{Change, Note};
use crate::model::event::Actor;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record, RecordId};
use crate::store::{Store, StoreError};

/// The record of a kind and name, if there is one.
///
/// # Errors
/// When the store cannot be read.
pub fn find(store: &Store, kind: Kind, name: &str) -> Result<Option<Record>, StoreError> {
    store.record(&RecordId {
        kind,
        name: name.into(),
    })
}

/// Commits changes with their audit events, and notes of what else happens, in one transaction.
///
/// # Errors
/// When what stands in the store is not what was decided on, when a reference would dangle, or when the store
/// cannot be written; nothing is changed then.
pub fn commit(
    store: &mut Store,
    actor: &Actor,
    changes: &[Change],
    notes: &[Note],
) -> Result<(), StoreError> {
    store.commit_with(actor, changes, notes).map(|_| ())
}

/// The removal of a record and, on request, of what happened to it: its versions and facts.
///
/// # Errors
/// When the store cannot be read.
pub fn removal(
    store: &Store,
    record: Record,
    with_history: bool,
) -> Result<Vec<Change>, StoreError> {
    let mut changes = Vec::new();
    if with_history {
        let stored = with_sealed(store)?;
        let id = record.id();
        changes.extend(plan::hanging_on(&id, &stored).map(Change::remove));
    }
    changes.push(Change::remove(record));
    Ok(changes)
}

/// What is stored, to compare with: where records may be taken out, with the sealed values that belong to them.
///
/// # Errors
/// When the store cannot be read.
pub fn before(store: &Store, prune: bool) -> Result<Inventory, StoreError> {
    match prune {
        true => with_sealed(store),
        false => store.inventory(),
    }
}

/// Everything in the store, the sealed values too: for what takes accounts out with all that belongs to them.
fn with_sealed(store: &Store) -> Result<Inventory, StoreError> {
    let mut stored = store.inventory()?;
    for record in store.records(Kind::Sealed)? {
        stored.put(record);
    }
    Ok(stored)
}
