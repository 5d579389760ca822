//! Environments of providers and platforms: where they are, and from where they let anybody in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::diff::State;
use crate::access::diff::account::{is_live, is_on_platform};
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::swapped;
use crate::access::diff::seats::{Half, Seats};
use crate::model::account::Account;
use crate::model::id::{AccountId, EnvironmentName, Principal};
use crate::model::provider::Environment;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;

/// An environment of a provider or platform.
type System<'a> = (Kind, &'a str, &'a EnvironmentName);

/// Those that change, before and after.
type Altered<'a> = BTreeMap<System<'a>, [Option<&'a Environment>; 2]>;

/// Adds the environments that change, with the accounts that work there.
pub(super) fn compare<'a>(
    old: &State<'a>,
    new: &State<'a>,
    seats: &Seats<'a>,
    out: &mut Collector,
) {
    let mut systems = Altered::new();
    for (at, state) in [old, new].into_iter().enumerate() {
        let providers = state.inventory.providers.iter();
        let providers = providers.map(|(id, p)| (Kind::Provider, id.as_str(), &p.environment));
        let platforms = state.inventory.platforms.iter();
        let platforms = platforms.map(|(id, p)| (Kind::Platform, id.as_str(), &p.environment));
        for (kind, id, environments) in providers.chain(platforms) {
            for (name, environment) in environments {
                systems.entry((kind, id, name)).or_default()[at] = Some(environment);
            }
        }
    }
    systems.retain(|_, [from, to]| from != to);
    if systems.is_empty() {
        return;
    }
    let mut holders = holders(old, new, seats, &systems);
    for ((kind, id, environment), both) in systems {
        let holders = holders.remove(&(kind, id, environment));
        let site = Site {
            record: RecordId::new(kind, &id),
            environment,
            holders: holders.unwrap_or_default().into(),
        };
        site.compare(both, out);
    }
}

/// An environment that changes.
struct Site<'a> {
    record: RecordId,
    environment: &'a EnvironmentName,
    /// Who works there before and after.
    holders: Arc<[Principal]>,
}

impl Site<'_> {
    fn compare(&self, both: [Option<&Environment>; 2], out: &mut Collector) {
        let endpoints = both.map(|environment| environment.map(|e| e.endpoint.as_str()));
        // Where nobody works before and after, who comes or goes with it is told at the account.
        if endpoints[0] != endpoints[1] && (!self.holders.is_empty() || !both.contains(&None)) {
            let values = endpoints.map(|endpoint| endpoint.map(str::to_owned));
            self.add(Turn::Moved, Aspect::Endpoint, values, out);
        }
        let [Some(old), Some(new)] = both else {
            return;
        };
        // Who runs it gives nobody access.
        let [(allowlist, admin), (new_allowlist, new_admin)] = [old, new].map(|environment| {
            let Environment {
                endpoint: _,
                endpoints: _,
                hosting: _,
                allowlist,
                admin,
            } = environment;
            (allowlist, admin.as_ref())
        });
        self.allowlist([allowlist, new_allowlist], out);
        if swapped(admin, new_admin).is_some() {
            let values = [admin, new_admin].map(|admin| admin.map(Principal::to_string));
            self.add(Turn::Changed, Aspect::Admin, values, out);
        }
    }

    /// The addresses that it accepts: any, where none is named.
    fn allowlist(&self, lists: [&Vec<Text>; 2], out: &mut Collector) {
        let [old, new] = lists.map(|list| -> BTreeSet<&str> {
            let stated = list.iter().filter(|address| !address.is_blank());
            stated.map(Text::as_str).collect()
        });
        let gained: Vec<&str> = new.difference(&old).copied().collect();
        let lost: Vec<&str> = old.difference(&new).copied().collect();
        let (coming, going) = match (old.is_empty(), new.is_empty()) {
            (true, false) => (Turn::Tightened, Turn::Changed),
            (false, true) => (Turn::Changed, Turn::Loosened),
            (true, true) | (false, false) => (Turn::Gained, Turn::Lost),
        };
        if !gained.is_empty() {
            let values = [None, Some(gained.join(", "))];
            self.add(coming, Aspect::Allowlist, values, out);
        }
        if !lost.is_empty() {
            let values = [Some(lost.join(", ")), None];
            self.add(going, Aspect::Allowlist, values, out);
        }
    }

    /// Adds a value of the environment; where nobody works there, nobody may do more or less by it.
    fn add(&self, turn: Turn, aspect: Aspect, values: [Option<String>; 2], out: &mut Collector) {
        let turn = match self.holders.is_empty() {
            true => Turn::Changed,
            false => turn,
        };
        let [from, to] = values;
        let what = What::Value {
            aspect,
            of: Some(self.environment.to_string()),
            from,
            to,
        };
        out.add_for(&self.record, turn, what, Arc::clone(&self.holders));
    }
}

/// The accounts that are at one of the systems before and after.
fn holders<'a>(
    old: &State<'a>,
    new: &State<'a>,
    seats: &Seats<'a>,
    systems: &Altered<'a>,
) -> BTreeMap<System<'a>, Vec<Principal>> {
    let mut holders: BTreeMap<System<'a>, Vec<Principal>> = BTreeMap::new();
    for (id, account) in &new.inventory.accounts {
        let Some(before) = old.inventory.accounts.get(id) else {
            continue;
        };
        let there = at(old, &seats.old, id, before);
        for system in at(new, &seats.new, id, account) {
            if there.contains(&system) && systems.contains_key(&system) {
                holders.entry(system).or_default().extend(named(id));
            }
        }
    }
    holders
}

/// The systems that a live account works at.
fn at<'a>(
    state: &State<'a>,
    half: &Half<'a>,
    id: &AccountId,
    account: &'a Account,
) -> BTreeSet<System<'a>> {
    let mut systems = BTreeSet::new();
    if is_live(account) {
        let environment = &account.environment;
        systems.insert((Kind::Provider, account.provider.as_str(), environment));
        let platform = state.inventory.platform_of(account);
        if let Some(platform) = platform.filter(|_| is_on_platform(state, half, id, account)) {
            systems.insert((Kind::Platform, platform.as_str(), environment));
        }
    }
    systems
}

/// An account as a principal.
pub(super) fn named(id: &AccountId) -> Option<Principal> {
    format!("account/{id}").parse().ok()
}
