//! The smallest grant that an account's level still works with: what of its own lists stays, what goes and why, and which
//! assignments of roles give too much. It never takes away what the level requires.

mod list;
mod outcome;
mod roles;
mod verdict;

use std::collections::BTreeSet;

use crate::access::effective::principal_of;
use crate::access::holdings::{Holdings, Source};
use crate::access::terms::Terms;
use crate::model::access::{Need, Requirement};
use crate::model::account::Account;
use crate::model::assertion::Expectation;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey, Side};
use crate::model::id::AccountId;
use crate::model::key::Whom;

pub use outcome::{Flip, Outcome, Shift, State};
pub use roles::RoleTooWide;
pub use verdict::{Cut, Keep, Verdict};

/// One entitlement of an account's own list, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    pub key: &'a EntitlementKey,
    pub verdict: Verdict<'a>,
}

/// What becomes of an account's grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smaller<'a> {
    pub permissions: Vec<Line<'a>>,
    pub scopes: Vec<Line<'a>>,
    /// Roles that give what the level may not have: their assignments are to be taken away.
    pub roles: Vec<RoleTooWide<'a>>,
    /// What the level requires and nothing gives, before and after.
    pub missing: Vec<&'a Requirement>,
}

impl Smaller<'_> {
    /// Whether the account's own lists change.
    pub fn changes(&self) -> bool {
        let all = || self.permissions.iter().chain(&self.scopes);
        all().any(|line| !matches!(line.verdict, Verdict::Keep(_)))
    }

    /// The account with the smaller lists.
    pub fn applied(&self, account: &Account) -> Account {
        let left = |lines: &[Line<'_>]| {
            let left = lines
                .iter()
                .filter(|line| !matches!(line.verdict, Verdict::Cut(_)));
            left.map(|line| line.key.clone()).collect()
        };
        Account {
            permissions: left(&self.permissions),
            scopes: left(&self.scopes),
            ..account.clone()
        }
    }
}

/// What an entitlement of an account is judged by.
struct Bench<'s, 'a> {
    terms: &'s dyn Terms<'a>,
    account: &'a Account,
    /// What approvals that hold today name.
    named: BTreeSet<&'a EntitlementKey>,
    /// What assertions expect the account to be allowed.
    expected: BTreeSet<&'a EntitlementKey>,
    /// What was seen in use; none where nothing was recorded.
    used: Option<&'s BTreeSet<EntitlementKey>>,
}

/// A side of an account, and its glossary where there is one.
#[derive(Clone, Copy)]
struct SideOf<'a> {
    side: Side,
    name: Option<&'a CatalogName>,
    catalog: Option<&'a Catalog>,
}

/// The smaller grant of an account; none where there is no such account. `used` is what its rights were seen in use for,
/// where anybody has recorded that.
pub fn minimise<'a>(
    holdings: &Holdings<'a>,
    terms: &dyn Terms<'a>,
    id: &AccountId,
    used: Option<&BTreeSet<EntitlementKey>>,
) -> Option<Smaller<'a>> {
    let inventory = holdings.inventory;
    let account = inventory.accounts.get(id)?;
    let principal = principal_of(id);
    let holding = holdings
        .approvals(&principal)
        .filter(|(key, approval)| approval.holds(key.on, terms.as_of()));
    let expected = inventory
        .assertions
        .iter()
        .filter(|(key, assertion)| {
            let is_of = matches!(&key.principal, Whom::One(one) if *one == principal);
            is_of && assertion.expect == Expectation::Allowed
        })
        .map(|(key, _)| &key.permission);
    let bench = Bench {
        terms,
        account,
        named: holding
            .flat_map(|(_, approval)| &approval.permissions)
            .collect(),
        expected: expected.collect(),
        used,
    };
    let of = |side, name: Option<&'a CatalogName>| SideOf {
        side,
        name,
        catalog: name.and_then(|name| terms.glossary(name)),
    };
    let provider = of(Side::Provider, holdings.provider_catalog(account));
    let platform = of(Side::Platform, holdings.platform_catalog(account));
    let required = required(terms, provider, account);
    let roles = bench.roles(holdings, &principal, (provider, platform), &required);
    let held = holdings.all(&principal);
    let of_roles = held
        .iter()
        .filter(|held| matches!(held.source, Source::Role(..)) && held.catalog == provider.name);
    let given: Vec<&EntitlementKey> = of_roles
        .flat_map(|held| held.keys)
        .chain(&account.permissions)
        .collect();
    let missing = required.iter().copied().filter(|line| {
        let key = &line.permission;
        !given.iter().any(|own| *own == key || own.covers(key))
    });
    Some(Smaller {
        permissions: bench.list(&account.permissions, provider),
        scopes: bench.list(&account.scopes, platform),
        missing: missing.collect(),
        roles,
    })
}

/// What the map requires of an account at its level, as far as its glossary lists it.
fn required<'a>(
    terms: &dyn Terms<'a>,
    provider: SideOf<'a>,
    account: &Account,
) -> Vec<&'a Requirement> {
    let lines = provider.name.map(|name| terms.lines(name, account.level));
    let lines = lines.unwrap_or_default().into_iter();
    lines.filter(|line| line.need == Need::Required).collect()
}
