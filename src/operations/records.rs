//! Finds records by the words of a command line and commits changes to them.

use crate::lifecycle::{owners, plan};
use crate::model::change::{Change, Note};
use crate::model::date::Date;
use crate::model::event::Actor;
use crate::model::fact::Fact;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
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

/// Commits changes with their audit events, and notes of what else happens, in one transaction. Where they change who owns
/// an account, that fact is part of it; gives those accounts.
///
/// # Errors
/// When what stands in the store is not what was decided on, when a reference would dangle, or when the store
/// cannot be written; nothing is changed then.
pub fn commit(
    store: &mut Store,
    actor: &Actor,
    changes: &[Change],
    notes: &[Note],
) -> Result<Vec<AccountId>, StoreError> {
    let facts = owner_changes(store, changes, actor.at.date())?;
    let accounts = facts.iter().filter_map(|change| match change.after() {
        Some(Record::Fact(_, fact)) => fact.account().cloned(),
        Some(_) | None => None,
    });
    let accounts = accounts.collect();
    match facts.is_empty() {
        true => store.commit_with(actor, changes, notes)?,
        false => store.commit_with(actor, &[changes, &facts].concat(), notes)?,
    };
    Ok(accounts)
}

/// What some changes are of changes of owners, as facts of their own. Reads no more than it takes: there may be a million
/// accounts.
fn owner_changes(
    store: &Store,
    changes: &[Change],
    today: Date,
) -> Result<Vec<Change>, StoreError> {
    let mut before = Inventory::default();
    if owners::leaving(changes).next().is_some() {
        for kind in [Kind::Team, Kind::Account] {
            for record in store.records(kind)? {
                before.put(record);
            }
        }
    }
    for (account, on) in owners::affected(changes, &before, today) {
        let key = FactKey::of(&Fact::OwnerChanged { account, on });
        let recorded = store.record(&RecordId::new(Kind::Fact, &key))?;
        recorded.map(|fact| before.put(fact));
    }
    Ok(owners::changed(changes, &before, today))
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
