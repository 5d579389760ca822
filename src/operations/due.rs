//! The accounts that may be due, from the store's index, as an inventory that the rules can judge.

use std::collections::BTreeSet;

use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
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
