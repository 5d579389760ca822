//! The accounts that may be due, from the store's index: as an inventory that the rules can judge, and those that are to be
//! rotated now.

use std::collections::BTreeSet;

use crate::lifecycle::due::{DueKind, OwnerChanges};
use crate::lifecycle::openings::Openings;
use crate::lifecycle::schedule;
use crate::model::date::{Date, Timestamp};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record};
use crate::store::{Store, StoreError};

/// The rules that the index of due dates answers.
pub const RULES: &[&str] = &[
    "rotation-due",
    "rotation-overdue",
    "credential-expiring",
    "credential-expired",
];

/// The accounts with a rotation or expiry whose warning has begun, with what judging them needs.
///
/// # Errors
/// When the store cannot be read.
pub fn candidates(store: &Store, as_of: Date) -> Result<Inventory, StoreError> {
    let accounts: BTreeSet<AccountId> = store
        .due(as_of)?
        .into_iter()
        .map(|row| row.account)
        .collect();
    store.scheduled(&accounts.into_iter().collect::<Vec<_>>())
}

/// The accounts whose rotation is planned for this moment, the earliest due first: those whose windows are shut wait, as
/// `keyroll schedule` shows.
///
/// # Errors
/// When the store cannot be read.
pub fn to_rotate(store: &Store, now: Timestamp) -> Result<Vec<AccountId>, StoreError> {
    // A blackout can move a rotation to long before its day.
    let mut ahead = 0;
    for policy in store.records(Kind::Rotation)? {
        if let Record::Rotation(_, policy) = policy {
            ahead = ahead.max(Openings::of(&policy).longest_wait());
        }
    }
    let rows = store.due(now.date().plus_days(ahead))?;
    let rows = rows.into_iter().filter(|row| row.what == DueKind::Rotation);
    let due: Vec<AccountId> = rows.map(|row| row.account).collect();
    let inventory = store.scheduled(&due)?;
    let changes = OwnerChanges::of(&inventory);
    let planned = |id: &AccountId| {
        let account = inventory.accounts.get(id)?;
        let run = schedule::next(&inventory, &changes, id, account, now)?;
        run.is_time(now).then_some(run.due_on)
    };
    let due = due.into_iter().filter_map(|id| Some((planned(&id)?, id)));
    let mut due: Vec<(Date, AccountId)> = due.collect();
    due.sort();
    Ok(due.into_iter().map(|(_, id)| id).collect())
}
