//! What the roll knows already: by the name at the provider, by the place of the secret, by the host. Never by a value.

use std::collections::{BTreeSet, HashMap};

use super::system;
use super::words::split;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;

/// What is looked up for each key that is found.
#[derive(Debug, Default)]
pub struct Known {
    /// Accounts by what they are called at the provider, each with provider and environment: others have an `admin` too.
    identities: HashMap<String, Vec<(AccountId, String, String)>>,
    /// Accounts by the variable that their secret lives in.
    variables: HashMap<String, AccountId>,
    /// Provider and environment by host.
    hosts: HashMap<String, (String, String)>,
    /// Names of providers and platforms with their words.
    systems: Vec<(Vec<String>, String)>,
    accounts: BTreeSet<AccountId>,
}

impl Known {
    pub fn of(roll: &Inventory) -> Known {
        let mut known = Known::default();
        for (id, account) in &roll.accounts {
            known.accounts.insert(id.clone());
            let Some(credential) = &account.credential else {
                continue;
            };
            for identity in &credential.identity {
                let same = known.identities.entry(identity.as_str().to_owned());
                let (provider, environment) = (
                    account.provider.to_string(),
                    account.environment.to_string(),
                );
                same.or_default().push((id.clone(), provider, environment));
            }
            let place = credential.store.as_str().strip_prefix("environment:");
            if let Some(variable) = place {
                known.variables.insert(variable.to_owned(), id.clone());
            }
        }
        for (id, provider) in &roll.providers {
            known.systems.push((split(id.as_str()), id.to_string()));
            for (name, environment) in &provider.environment {
                if let Some(host) = system::host(environment.endpoint.as_str()) {
                    let there = (id.to_string(), name.to_string());
                    known.hosts.insert(host.to_ascii_lowercase(), there);
                }
            }
        }
        let platforms = roll.platforms.keys();
        known
            .systems
            .extend(platforms.map(|id| (split(id.as_str()), id.to_string())));
        known
    }

    /// The account of a name at a provider, in an environment where several have it.
    pub(super) fn identity(
        &self,
        name: &str,
        system: Option<&str>,
        environment: Option<&str>,
    ) -> Option<&AccountId> {
        let of_name = self.identities.get(name)?;
        let there = of_name
            .iter()
            .filter(|(_, provider, _)| system.is_none_or(|system| system == provider));
        let there: Vec<_> = there.collect();
        let exact = there
            .iter()
            .find(|(_, _, its)| environment == Some(its.as_str()));
        let only = || there.first().filter(|_| there.len() == 1);
        exact.or_else(only).map(|(id, _, _)| id)
    }

    /// The account whose secret lives in a variable.
    pub(super) fn variable(&self, name: &str) -> Option<&AccountId> {
        self.variables.get(name)
    }

    /// The provider and the environment of a host.
    pub(super) fn host(&self, host: &str) -> Option<(&str, &str)> {
        let there = self.hosts.get(&host.to_ascii_lowercase());
        there.map(|(provider, environment)| (provider.as_str(), environment.as_str()))
    }

    /// The account of that name.
    pub(super) fn account(&self, name: &AccountId) -> Option<&AccountId> {
        self.accounts.get(name)
    }

    /// The system that words name: one of the roll's, else one that is often met; and where among the words.
    pub(super) fn system(&self, words: &[String]) -> Option<(String, std::ops::Range<usize>)> {
        let of_roll = self.systems.iter().find_map(|(name, id)| {
            let at = words
                .windows(name.len().max(1))
                .position(|some| some == name.as_slice())?;
            Some((id.clone(), at..at + name.len()))
        });
        of_roll.or_else(|| system::named(words).map(|(name, at)| (name.to_owned(), at)))
    }
}
