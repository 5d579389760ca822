//! The roll as logs are held against it: whose an identity is, and what an action is to an account.

use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap, HashSet};

use crate::access::holdings::Holdings;
use crate::catalog::{Glossaries, Standing, standing};
use crate::model::access::{ActionClass, Effect};
use crate::model::account::{Account, AccountStatus};
use crate::model::date::Date;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey, Side};
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Principal};
use crate::model::log::{LogAction, LogMap};
use crate::model::provider::Environment;
use crate::reconcile::Against;

/// What a record's action is to an account.
#[derive(Clone)]
pub(super) struct Verdict {
    /// Whether it changes something: the other side must have a record of it.
    pub writes: bool,
    pub is_beyond: bool,
    pub is_granted: bool,
    /// The entitlement that it goes by.
    pub key: Option<EntitlementKey>,
}

/// Whose an identity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// An account's, by its number, and whether it is of the environment.
    Account(u32, bool),
    /// An account's of another provider at the same platform.
    Elsewhere,
    Nobody,
}

/// The roll, by the names that logs use.
pub(super) struct Known<'a> {
    against: &'a Against<'a>,
    pub accounts: Vec<(&'a AccountId, &'a Account)>,
    by_name: HashMap<&'a str, Vec<u32>>,
    elsewhere: HashSet<&'a str>,
    /// Of each account: when its versions were issued, and end.
    versions: Vec<Vec<(Date, Option<Date>)>>,
    glossaries: Glossaries<'a>,
    holdings: OnceCell<Holdings<'a>>,
}

impl<'a> Known<'a> {
    pub fn of(against: &'a Against<'a>) -> Known<'a> {
        let mut known = Known {
            against,
            accounts: Vec::new(),
            by_name: HashMap::new(),
            elsewhere: HashSet::new(),
            versions: Vec::new(),
            glossaries: Glossaries::of(against.inventory),
            holdings: OnceCell::new(),
        };
        for (id, account) in &against.inventory.accounts {
            if account.provider == *against.provider {
                let number = u32::try_from(known.accounts.len()).unwrap_or(u32::MAX);
                let names: BTreeSet<&str> = account.names(id).collect();
                for name in names {
                    known.by_name.entry(name).or_default().push(number);
                }
                known.accounts.push((id, account));
                known.versions.push(Vec::new());
            } else if against.inventory.platform_of(account) == against.platform {
                known.elsewhere.extend(account.names(id));
            }
        }
        for (key, version) in &against.inventory.versions {
            let of = &known.accounts;
            if let Ok(at) = of.binary_search_by_key(&&key.account, |(id, _)| id) {
                known.versions[at].push((version.issued, version.expires));
            }
        }
        known
    }

    /// Whose an identity is; of several accounts the active one of the environment.
    pub fn whose(&self, side: Side, name: &str, environment: Option<&EnvironmentName>) -> Whose {
        let numbers = self.by_name.get(name).into_iter().flatten();
        let rank = |number: &&u32| {
            let (_, account) = self.accounts[**number as usize];
            let is_there = environment.is_none_or(|name| account.environment == *name);
            (!is_there, account.status != AccountStatus::Active)
        };
        match numbers.min_by_key(rank) {
            Some(number) => Whose::Account(*number, !rank(&number).0),
            None if side == Side::Platform && self.elsewhere.contains(name) => Whose::Elsewhere,
            None => Whose::Nobody,
        }
    }

    /// The environment that a word names.
    pub fn environment(&self, side: Side, map: &LogMap, word: &str) -> Option<EnvironmentName> {
        if let Some(name) = map.environments.get(word) {
            return Some(name.clone());
        }
        let name: EnvironmentName = word.parse().ok()?;
        let inventory = self.against.inventory;
        let has = |all: &std::collections::BTreeMap<EnvironmentName, Environment>| {
            all.contains_key(&name)
        };
        let provider = inventory.providers.get(self.against.provider);
        let platform = self
            .against
            .platform
            .and_then(|id| inventory.platforms.get(id));
        let at_platform = platform.is_some_and(|platform| has(&platform.environment));
        let is_known = provider.is_some_and(|provider| has(&provider.environment))
            || (side == Side::Platform && at_platform);
        is_known.then_some(name)
    }

    /// The boundary that a word names.
    pub fn boundary(&self, map: &LogMap, word: &str) -> Option<BoundaryPath> {
        if let Some(path) = map.boundaries.get(word) {
            return Some(path.clone());
        }
        let path = word.parse().ok()?;
        let boundaries = &self.against.inventory.boundaries;
        boundaries.contains_key(&path).then_some(path)
    }

    /// What a word for an action stands for: by the map, else as the glossary has it.
    pub fn action(&self, side: Side, map: &LogMap, word: &str) -> Option<LogAction> {
        if let Some(action) = map.actions.get(word) {
            return Some(action.clone());
        }
        let key: EntitlementKey = word.parse().ok()?;
        let (_, catalog) = self.glossary(side)?;
        let is_known = catalog.entitlements.contains_key(&key);
        is_known.then_some(LogAction::Entitlement(key))
    }

    fn glossary(&self, side: Side) -> Option<(&'a CatalogName, &'a Catalog)> {
        let inventory = self.against.inventory;
        let name = match side {
            Side::Provider => &inventory.providers.get(self.against.provider)?.catalog,
            Side::Platform => &inventory.platforms.get(self.against.platform?)?.catalog,
        };
        let name = name.as_ref()?;
        Some((name, self.glossaries.get(name)?))
    }

    /// What an action is to an account.
    pub fn verdict(&self, number: u32, side: Side, action: &LogAction) -> Verdict {
        let (id, account) = self.accounts[number as usize];
        let levels = self.against.policy.levels();
        let level = levels.policy(account.level);
        match action {
            LogAction::Class(class) => {
                let reads = *class == ActionClass::Read;
                Verdict {
                    writes: !reads,
                    is_beyond: !reads && !level.actions.contains(class),
                    is_granted: true,
                    key: None,
                }
            }
            LogAction::Entitlement(key) => {
                let glossary = self.glossary(side);
                let known = glossary.and_then(|(_, catalog)| catalog.entitlements.get(key));
                let effect = known.map(|known| known.effect);
                let is_granted = self.is_granted(id, account, side, key);
                let stands = glossary.and_then(|(name, catalog)| {
                    standing(self.against.policy, (name, catalog), key, account.level)
                });
                // That an export is allowed is the matter of its own approval.
                let exports = effect == Some(Effect::Egress) && is_granted;
                Verdict {
                    writes: !matches!(effect, Some(Effect::Read | Effect::Egress)),
                    is_beyond: !exports && !stands.is_none_or(Standing::is_allowed),
                    is_granted,
                    key: Some(key.clone()),
                }
            }
        }
    }

    fn is_granted(
        &self,
        id: &AccountId,
        account: &Account,
        side: Side,
        key: &EntitlementKey,
    ) -> bool {
        let gives = |own: &EntitlementKey| own == key || own.covers(key);
        let own = match side {
            Side::Provider => &account.permissions,
            Side::Platform => &account.scopes,
        };
        if own.iter().any(gives) {
            return true;
        }
        let holdings = self
            .holdings
            .get_or_init(|| Holdings::of(self.against.inventory));
        let Ok(principal) = format!("account/{id}").parse::<Principal>() else {
            return false;
        };
        let glossary = self.glossary(side).map(|(name, _)| name);
        let held = holdings.all(&principal);
        let mut of_side = held
            .iter()
            .filter(|held| glossary.is_none_or(|name| held.is_of(name)));
        of_side.any(|held| held.keys.iter().any(gives))
    }

    /// The last day that the account, or its credential, was good on that day for; none where neither ends.
    pub fn last_day(&self, number: u32, on: Date) -> Option<Date> {
        let (_, account) = self.accounts[number as usize];
        let issued = self.versions[number as usize].iter();
        let issued = issued.filter(|(since, _)| *since <= on);
        // One that does not end is good for ever.
        let credential = issued.map(|(_, end)| *end).reduce(|a, b| Some(a?.max(b?)));
        [account.expires, credential.flatten()]
            .into_iter()
            .flatten()
            .min()
    }
}
