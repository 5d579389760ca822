//! Of which accounts a pack is, and what belongs to them. What belongs to others does not get in.

use std::collections::BTreeSet;

use crate::model::account::Account;
use crate::model::fact::Fact;
use crate::model::id::{AccountId, Name, Principal, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};

/// Which accounts are asked for; every one where nothing is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub accounts: Vec<AccountId>,
    pub providers: Vec<ProviderId>,
    /// Topmost boundaries.
    pub tenants: Vec<Name>,
}

impl Scope {
    /// Whether every account is asked for.
    pub fn is_all(&self) -> bool {
        self.accounts.is_empty() && self.providers.is_empty() && self.tenants.is_empty()
    }

    /// Whether all accounts of a provider are in it, where one is.
    pub(super) fn is_of_whole_providers(&self) -> bool {
        self.accounts.is_empty() && self.tenants.is_empty()
    }

    /// Whether an account is asked for: it fits every filter that is given.
    pub fn wants(&self, id: &AccountId, account: &Account) -> bool {
        let is_there = |tenant: &Name| {
            let mut places = account.boundary.iter();
            places.any(|at| at.root() == tenant.as_str())
        };
        (self.accounts.is_empty() || self.accounts.contains(id))
            && (self.providers.is_empty() || self.providers.contains(&account.provider))
            && (self.tenants.is_empty() || self.tenants.iter().any(is_there))
    }

    /// The filters in words.
    pub(super) fn words(&self) -> Vec<String> {
        let accounts = self.accounts.iter().map(|id| format!("account {id}"));
        let providers = self.providers.iter().map(|id| format!("provider {id}"));
        let tenants = self.tenants.iter().map(|name| format!("tenant {name}"));
        accounts.chain(providers).chain(tenants).collect()
    }

    /// The accounts that are asked for, with what belongs to them and what they go by.
    pub(super) fn of(&self, all: &Inventory) -> Inventory {
        let accounts = all.accounts.iter();
        let accounts = accounts.filter(|(id, account)| self.wants(id, account));
        let mut some = Inventory {
            accounts: accounts
                .map(|(id, account)| (id.clone(), account.clone()))
                .collect(),
            organisation: all.organisation.clone(),
            boundaries: all.boundaries.clone(),
            catalogs: all.catalogs.clone(),
            platforms: all.platforms.clone(),
            people: all.people.clone(),
            teams: all.teams.clone(),
            roles: all.roles.clone(),
            ..Inventory::default()
        };
        let has = |id: &AccountId| some.accounts.contains_key(id);
        macro_rules! belonging {
            ($($field:ident)*) => {$(
                let these = all.$field.iter().filter(|(key, _)| has(&key.account));
                let these = these.map(|(key, body)| (key.clone(), body.clone())).collect();
                let $field = these;
            )*
                ($(some.$field,)*) = ($($field,)*);
            };
        }
        belonging!(approvals decisions residual_risks versions operations);
        let used = Used::of(&some);
        let kept = |fact: &Fact| match fact.account() {
            Some(id) => some.accounts.contains_key(id),
            None => {
                let by_procedure = fact.procedure();
                let by_provider = fact.provider();
                by_procedure.is_some_and(|id| used.has(Kind::Procedure, id.as_str()))
                    || by_provider.is_some_and(|id| used.has(Kind::Provider, id.as_str()))
            }
        };
        let facts = all.facts.iter().filter(|(_, fact)| kept(fact));
        let facts = facts
            .map(|(key, fact)| (key.clone(), fact.clone()))
            .collect();
        macro_rules! gone_by {
            ($($field:ident $kind:ident)*) => {$(
                let these = all.$field.iter().filter(|(key, _)| used.has(Kind::$kind, key.as_str()));
                some.$field = these.map(|(key, body)| (key.clone(), body.clone())).collect();
            )*};
        }
        gone_by!(providers Provider rotations Rotation procedures Procedure consumers Consumer);
        some.facts = facts;
        let seats = all.assignments.iter().filter(|(key, _)| {
            let account = key.principal.as_account();
            account.is_some_and(|id| some.accounts.contains_key(&id))
        });
        let seats = seats
            .map(|(key, seat)| (key.clone(), seat.clone()))
            .collect();
        some.assignments = seats;
        let waivers = all.waivers.iter().filter(|(_, waiver)| {
            let subject = waiver.subject.as_str().parse::<RecordId>();
            // One names a stranger at a provider, who may be another tenant's.
            let is_theirs =
                waiver.rule.as_str() == "provider-orphan" && !self.is_of_whole_providers();
            self.is_all() || subject.is_ok_and(|subject| used.concerns(&subject) && !is_theirs)
        });
        some.waivers = waivers
            .map(|(key, waiver)| (key.clone(), waiver.clone()))
            .collect();
        some
    }
}

/// The records that some accounts are, go by, or are owned by.
pub(super) struct Used(BTreeSet<(Kind, String)>);

impl Used {
    pub fn of(some: &Inventory) -> Used {
        let mut used = BTreeSet::new();
        for (id, account) in &some.accounts {
            let mut add = |kind: Kind, name: &str| {
                used.insert((kind, name.to_owned()));
            };
            add(Kind::Account, id.as_str());
            add(Kind::Provider, account.provider.as_str());
            let platform = some.platform_of(account);
            platform
                .into_iter()
                .for_each(|id| add(Kind::Platform, id.as_str()));
            account
                .rotation
                .iter()
                .for_each(|id| add(Kind::Rotation, id.as_str()));
            let procedures = [&account.rotate, &account.revoke, &account.controls.rollback];
            let procedures = procedures.into_iter().flatten();
            procedures.for_each(|id| add(Kind::Procedure, id.as_str()));
            let consumers = account.consumers.iter();
            consumers.for_each(|id| add(Kind::Consumer, id.as_str()));
            owners(account).for_each(|owner| {
                let (kind, name) = owner.parts();
                kind.parse().into_iter().for_each(|kind| add(kind, name));
            });
        }
        Used(used)
    }

    fn has(&self, kind: Kind, name: &str) -> bool {
        self.0.contains(&(kind, name.to_owned()))
    }

    /// Whether a record is one of them, or belongs to one of the accounts: its key then begins with the account's name.
    pub fn concerns(&self, id: &RecordId) -> bool {
        let first = id.name.split(' ').next().unwrap_or_default();
        let account = first.strip_prefix("account/").unwrap_or(first);
        let belongs = match id.kind {
            Kind::Approval
            | Kind::Decision
            | Kind::ResidualRisk
            | Kind::Version
            | Kind::Operation
            | Kind::Assignment => self.has(Kind::Account, account),
            // A waiver names one of its identities behind it.
            Kind::Provider => self.has(Kind::Provider, first),
            Kind::Organisation
            | Kind::Person
            | Kind::Team
            | Kind::Boundary
            | Kind::Catalog
            | Kind::Platform
            | Kind::Rotation
            | Kind::Procedure
            | Kind::Consumer
            | Kind::Account
            | Kind::Role
            | Kind::Assertion
            | Kind::Waiver
            | Kind::Invitation
            | Kind::Fact
            | Kind::StoreKey
            | Kind::Recipient
            | Kind::Sealed => false,
        };
        belongs || self.has(id.kind, &id.name)
    }
}

/// Who answers for an account.
pub(super) fn owners(account: &Account) -> impl Iterator<Item = &Principal> {
    let owner = &account.owner;
    let owners = [&owner.business, &owner.technical, &owner.rotation];
    owners.into_iter().flatten()
}
