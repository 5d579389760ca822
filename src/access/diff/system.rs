//! Endpoints of providers and platforms: who works there works elsewhere when one changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::diff::State;
use crate::access::diff::account::is_live;
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::model::account::Account;
use crate::model::id::{AccountId, EnvironmentName, Principal};
use crate::model::inventory::Inventory;
use crate::model::provider::Environment;
use crate::model::record::{Kind, RecordId};

/// An environment of a provider or platform.
type System<'a> = (Kind, &'a str, &'a EnvironmentName);

/// Its endpoint before and after.
type Moved<'a> = BTreeMap<System<'a>, [Option<&'a str>; 2]>;

/// Adds the endpoints that change, with the accounts that this moves.
pub(super) fn compare(old: &State<'_>, new: &State<'_>, out: &mut Collector) {
    let mut systems = Moved::new();
    for (at, inventory) in [old.inventory, new.inventory].into_iter().enumerate() {
        let providers = inventory.providers.iter();
        let providers = providers.map(|(id, p)| (Kind::Provider, id.as_str(), &p.environment));
        let platforms = inventory.platforms.iter();
        let platforms = platforms.map(|(id, p)| (Kind::Platform, id.as_str(), &p.environment));
        for (kind, id, environments) in providers.chain(platforms) {
            for (name, environment) in environments {
                let Environment { endpoint, .. } = environment;
                systems.entry((kind, id, name)).or_default()[at] = Some(endpoint.as_str());
            }
        }
    }
    systems.retain(|_, [from, to]| from != to);
    if systems.is_empty() {
        return;
    }
    let mut holders = holders(old.inventory, new.inventory, &systems);
    for (system, [from, to]) in systems {
        let moved = holders.remove(&system).unwrap_or_default();
        let turn = match (moved.is_empty(), from, to) {
            (false, _, _) => Turn::Moved,
            (true, Some(_), Some(_)) => Turn::Changed,
            // Nobody works there: whoever comes or goes with it is told at the account.
            (true, _, _) => continue,
        };
        let (kind, id, environment) = system;
        let what = What::Value {
            aspect: Aspect::Endpoint,
            of: Some(environment.to_string()),
            from: from.map(str::to_owned),
            to: to.map(str::to_owned),
        };
        let record = RecordId::new(kind, &id);
        out.add_for(&record, turn, what, moved.into());
    }
}

/// The accounts that are at one of the systems before and after.
fn holders<'a>(
    old: &'a Inventory,
    new: &'a Inventory,
    systems: &Moved<'a>,
) -> BTreeMap<System<'a>, Vec<Principal>> {
    let mut holders: BTreeMap<System<'a>, Vec<Principal>> = BTreeMap::new();
    for (id, account) in &new.accounts {
        let Some(before) = old.accounts.get(id) else {
            continue;
        };
        let there = at(old, before);
        for system in at(new, account) {
            if there.contains(&system) && systems.contains_key(&system) {
                holders.entry(system).or_default().extend(named(id));
            }
        }
    }
    holders
}

/// The systems that a live account works at.
fn at<'a>(inventory: &'a Inventory, account: &'a Account) -> BTreeSet<System<'a>> {
    let mut systems = BTreeSet::new();
    if is_live(account) {
        let environment = &account.environment;
        systems.insert((Kind::Provider, account.provider.as_str(), environment));
        let platform = inventory.platform_of(account);
        if let Some(platform) = platform.filter(|_| !account.scopes.is_empty()) {
            systems.insert((Kind::Platform, platform.as_str(), environment));
        }
    }
    systems
}

/// An account as a principal.
pub(super) fn named(id: &AccountId) -> Option<Principal> {
    format!("account/{id}").parse().ok()
}
