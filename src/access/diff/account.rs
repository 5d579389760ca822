//! Accounts: what each is, may do, and is approved for, before and after.

mod grants;
mod guards;
mod items;
mod itself;
mod terms;

use std::collections::BTreeSet;

use crate::access::diff::change::Aspect;
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::{Slot, swapped};
use crate::access::diff::seats::{Half, Seats};
use crate::access::diff::{Actions, State};
use crate::model::account::{Account, AccountStatus};
use crate::model::entitlement::CatalogName;
use crate::model::id::{AccountId, PlatformId, Principal};
use crate::model::record::{Kind, RecordId};
use crate::model::role::Role;

pub(super) use terms::prolonged;

use terms::{Signed, signed};

/// Adds what changes of all accounts.
pub(super) fn compare<'a>(
    old: &State<'a>,
    new: &State<'a>,
    actions: &[&Actions<'_>],
    seats: &Seats<'a>,
    out: &mut Collector,
) {
    let signed = [signed(old.inventory), signed(new.inventory)];
    let none = Signed::default();
    let either = old.inventory.accounts.keys();
    let either: BTreeSet<&AccountId> = either.chain(new.inventory.accounts.keys()).collect();
    for id in either {
        let states = [old, new];
        let name = format!("account/{id}");
        let both = states.map(|state| state.inventory.accounts.get(id));
        let signed = signed.each_ref().map(|all| all.get(id).unwrap_or(&none));
        if both[0] == both[1]
            && signed[0] == signed[1]
            && seats.untouched(&name)
            && systems(old, both[0]) == systems(new, both[1])
        {
            continue;
        }
        if !out.spend(1) {
            return;
        }
        let Ok(principal) = name.parse::<Principal>() else {
            continue;
        };
        let pair = Pair {
            id,
            record: RecordId::new(Kind::Account, id),
            principal,
            states,
            live: both.map(|account| account.filter(|account| is_live(account))),
            declared: both,
        };
        pair.itself(actions, out);
        pair.systems(seats, out);
        pair.grants(seats, out);
        pair.items(out);
        pair.guards(out);
        pair.terms(signed, out);
        pair.owners(out);
    }
}

/// Whether the provider accepts it: a suspended account is still live there.
pub(super) fn is_live(account: &Account) -> bool {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => true,
        AccountStatus::Proposed | AccountStatus::Retired => false,
    }
}

/// The names of the glossaries of an account's provider and platform.
type Catalogs<'a> = [Option<&'a CatalogName>; 2];

/// The names of the glossaries of an account's provider and platform.
pub(super) fn catalogs<'a>(state: &State<'a>, account: Option<&'a Account>) -> Catalogs<'a> {
    systems(state, account).1
}

/// The platform of an account, and the glossaries: another record may change them for it.
fn systems<'a>(
    state: &State<'a>,
    account: Option<&'a Account>,
) -> (Option<&'a PlatformId>, Catalogs<'a>) {
    let Some(account) = account else {
        return (None, [None, None]);
    };
    let inventory = state.inventory;
    let provider = inventory.providers.get(&account.provider);
    let name = inventory.platform_of(account);
    let platform = name.and_then(|name| inventory.platforms.get(name));
    let catalogs = [
        provider.and_then(|provider| provider.catalog.as_ref()),
        platform.and_then(|platform| platform.catalog.as_ref()),
    ];
    (name, catalogs)
}

/// What a role's permissions are of, for an account with these glossaries.
pub(super) fn slot_of<'a>(role: &'a Role, [provider, platform]: Catalogs<'a>) -> Slot<'a> {
    match role.catalog.as_ref() {
        None => Slot::Provider,
        name if name == provider => Slot::Provider,
        name if name == platform => Slot::Platform,
        name => Slot::Glossary(name),
    }
}

/// Whether an account holds anything on its platform, by its own scopes or by a role.
pub(super) fn is_on_platform<'a>(
    state: &State<'a>,
    half: &Half<'a>,
    id: &AccountId,
    account: &'a Account,
) -> bool {
    let names = catalogs(state, Some(account));
    let is_of_platform =
        |role: &'a Role| !role.permissions.is_empty() && slot_of(role, names) == Slot::Platform;
    let roles = || {
        let assigned = half.assigned_to(id);
        assigned.filter_map(|role| state.inventory.roles.get(role))
    };
    !account.scopes.is_empty() || roles().any(is_of_platform)
}

/// One account before and after.
struct Pair<'a, 's> {
    id: &'a AccountId,
    record: RecordId,
    principal: Principal,
    states: [&'s State<'a>; 2],
    declared: [Option<&'a Account>; 2],
    /// Where it is live.
    live: [Option<&'a Account>; 2],
}

impl Pair<'_, '_> {
    fn value(&self, aspect: Aspect, [from, to]: [Option<String>; 2], out: &mut Collector) {
        if let Some(turn) = swapped(from.as_ref(), to.as_ref()) {
            out.value(&self.record, turn, aspect, from, to);
        }
    }
}
