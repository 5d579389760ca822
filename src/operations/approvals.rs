//! Reads what an approval is decided on: the account, the people, and who made the account, from the audit trail.

use anyhow::Result;

use crate::lifecycle::approval::{Made, Maker};
use crate::model::change::{FieldChange, Verb};
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::store::{EventFilter, Store, StoreError};

/// The fields of an account that say what it may do, and where.
const RIGHTS: &[&str] = &["permissions", "scopes", "level", "boundary"];

/// An account with all that belongs to it, and everybody who may approve.
///
/// # Errors
/// When the store cannot be read.
pub fn around(store: &Store, account: &AccountId) -> Result<Inventory, StoreError> {
    let mut around = store.accounts(std::slice::from_ref(account))?;
    for kind in [Kind::Person, Kind::Team, Kind::Invitation] {
        for record in store.records(kind)? {
            around.put(record);
        }
    }
    Ok(around)
}

/// Who made an account, and who last changed its rights, where that is somebody else.
///
/// # Errors
/// When the audit trail cannot be read.
pub fn makers(store: &Store, account: &AccountId) -> Result<Vec<Maker>> {
    let filter = EventFilter {
        record: Some(RecordId::new(Kind::Account, account).to_string()),
        ..EventFilter::default()
    };
    let (mut created, mut changed) = (None, None);
    store.events(&filter, &mut |event| {
        match event.action.parse() {
            // One that was taken out and came back is another.
            Ok(Verb::Create) => (created, changed) = (Some(event.actor.name), None),
            Ok(Verb::Update) if changes_rights(&event) => changed = Some(event.actor.name),
            Ok(Verb::Update | Verb::Remove) | Err(_) => {}
        }
        Ok(())
    })?;
    let made = |did| {
        move |actor| Maker {
            actor: format!("{actor}"),
            did,
        }
    };
    let changed = changed.filter(|actor| created.as_ref() != Some(actor));
    let created = created.map(made(Made::Created)).into_iter();
    Ok(created.chain(changed.map(made(Made::Changed))).collect())
}

fn changes_rights(event: &Event) -> bool {
    // What cannot be read may be such a change.
    let Ok(fields) = serde_json::from_str::<Vec<FieldChange>>(&event.change) else {
        return true;
    };
    fields
        .iter()
        .any(|change| RIGHTS.contains(&change.field.as_str()))
}
