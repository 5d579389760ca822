//! Accounts that have one secret: by the place that holds it, or by its keyed fingerprint once it is stored. Neither says
//! anything of the secret itself, and no fingerprint leaves this file.

use std::collections::BTreeMap;

use crate::model::account::Account;
use crate::model::credential::{SecretPlace, StoreClass, Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::{AccountId, EnvironmentName, Fingerprint, ProviderId};
use crate::rules::Facts;

/// How many accounts of a group a finding names.
pub(super) const NAMED: usize = 3;

/// What tells that the secret is the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum By<'a> {
    /// The place outside that all of them name.
    Place(&'a str),
    /// Their secrets, as stored, are equal.
    Value(&'a Fingerprint),
}

/// An installation: a provider and the name of its environment.
pub(super) type Installation<'a> = (&'a ProviderId, &'a EnvironmentName);

/// Several accounts with one secret.
pub(super) struct Group<'a> {
    pub by: By<'a>,
    pub accounts: Vec<(&'a AccountId, Installation<'a>)>,
}

/// Every group of two and more accounts with one secret.
pub(super) fn groups<'a>(facts: &Facts<'a>) -> Vec<Group<'a>> {
    let mut found: BTreeMap<By<'a>, Vec<(&'a AccountId, Installation<'a>)>> = BTreeMap::new();
    let installation = |account: &'a Account| (&account.provider, &account.environment);
    for (id, account) in facts.accounts() {
        let credential = account.credential.as_ref();
        if let Some(item) = credential.and_then(|credential| item(&credential.store)) {
            let group = found.entry(By::Place(item)).or_default();
            group.push((id, installation(account)));
        }
    }
    let mut judged: BTreeMap<&AccountId, &Account> = BTreeMap::new();
    for (key, version) in &facts.inventory.versions {
        let (Some(held), true) = (&version.held, is_live(version, facts.as_of)) else {
            continue;
        };
        if judged.is_empty() {
            judged = facts.accounts().collect();
        }
        let Some((id, account)) = judged.get_key_value(&key.account) else {
            continue;
        };
        for print in held.fingerprints.values() {
            let group = found.entry(By::Value(print)).or_default();
            // The versions of one account stand together: its own secret twice is no sharing.
            if group.last().is_none_or(|(last, _)| last != id) {
                group.push((id, installation(account)));
            }
        }
    }
    let groups = found.into_iter();
    groups
        .filter(|(_, accounts)| accounts.len() > 1)
        .map(|(by, accounts)| Group { by, accounts })
        .collect()
}

/// A place as far as it names one secret. `age` and `keyring` have an item for each account, and so has a command that is
/// named without one.
fn item(place: &SecretPlace) -> Option<&str> {
    let names = match place.class() {
        StoreClass::Age | StoreClass::Keyring => false,
        StoreClass::Vault | StoreClass::Environment => true,
        StoreClass::Command => place
            .reference()
            .and_then(|command| command.split_once(':'))
            .is_some_and(|(_, item)| !item.is_empty()),
    };
    names.then(|| place.as_str().trim_end_matches('/'))
}

/// A version that was retired is not live any more, by the word of whoever recorded it.
fn is_live(version: &Version, as_of: Date) -> bool {
    if version.retired.is_some_and(|day| day <= as_of) {
        return false;
    }
    match version.stage {
        VersionStage::Pending
        | VersionStage::Current
        | VersionStage::Previous
        | VersionStage::PossiblyLive => true,
        VersionStage::Revoked => false,
    }
}

/// The first few of some accounts in words, and how many more there are.
pub(super) fn named(shown: &[String], count: usize) -> String {
    let list = shown.join(", ");
    match count - shown.len().min(count) {
        0 => list,
        more => format!("{list} and {more} more"),
    }
}
