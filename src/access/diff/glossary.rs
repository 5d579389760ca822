//! What glossaries say that an entitlement does: a name that stays while its meaning moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::diff::State;
use crate::access::diff::account::{catalogs, is_live, slot_of};
use crate::access::diff::change::{Rating, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::Slot;
use crate::access::diff::seats::{Half, Seats};
use crate::access::diff::system::named;
use crate::model::access::{Condition, Effect};
use crate::model::account::Account;
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey};
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};

/// Where an entitlement is explained: the glossary itself, or who names another one than before.
type Place<'a> = (Kind, &'a str);

/// What is said of each entitlement before and after.
type Altered<'a> = BTreeMap<Place<'a>, BTreeMap<&'a EntitlementKey, [Option<&'a Entitlement>; 2]>>;

/// Who has an entitlement.
type Holders<'a> = BTreeMap<(Place<'a>, &'a EntitlementKey), BTreeSet<Principal>>;

/// Adds the entitlements that do something else than before. Those that only one of the glossaries lists are told where
/// somebody has them.
pub(super) fn compare<'a>(
    old: &State<'a>,
    new: &State<'a>,
    seats: &Seats<'a>,
    out: &mut Collector,
) {
    let altered = altered(old, new);
    if altered.is_empty() {
        return;
    }
    let before = holders(old, &seats.old, &altered, out);
    let mut after = holders(new, &seats.new, &altered, out);
    for (place, entitlements) in altered {
        let record = RecordId {
            kind: place.0,
            name: place.1.into(),
        };
        for (key, [from, to]) in entitlements {
            if !out.spend(1) {
                return;
            }
            let both = before.get(&(place, key)).zip(after.remove(&(place, key)));
            let both = both.map(|(before, after)| &after & before);
            let both: Arc<[Principal]> = both.unwrap_or_default().into_iter().collect();
            let [from, to] = [from, to].map(|known| known.map(rating));
            let turn = match (&from, &to) {
                (Some(from), Some(to)) if !both.is_empty() => turn(from, to),
                (Some(_), Some(_)) => Turn::Changed,
                _ if both.is_empty() => continue,
                _ => Turn::Changed,
            };
            let key = key.clone();
            out.add_for(&record, turn, What::Effect { key, from, to }, both);
        }
    }
}

fn rating(known: &Entitlement) -> Rating {
    let mut conditions = known.conditions.clone();
    conditions.sort();
    conditions.dedup();
    Rating {
        effect: known.effect,
        conditions,
    }
}

/// Which way an entitlement turns for whoever has it.
fn turn(from: &Rating, to: &Rating) -> Turn {
    let reaches = |here: &Rating, there: &Rating| {
        let effect = here.effect != there.effect && here.effect != Effect::Read;
        let more = Condition::ALL.iter().any(|condition| {
            let [here, there] = [here, there].map(|rating| rating.conditions.contains(condition));
            match condition {
                Condition::OwnOnly | Condition::UnresolvedOnly | Condition::ProcessConditional => {
                    there && !here
                }
                Condition::IncludesDelete => here && !there,
            }
        });
        effect || more
    };
    match (reaches(to, from), reaches(from, to)) {
        (true, false) => Turn::Gained,
        (false, true) => Turn::Lost,
        (true, true) => Turn::Moved,
        (false, false) => Turn::Changed,
    }
}

/// Everything that is explained otherwise than before.
fn altered<'a>(old: &State<'a>, new: &State<'a>) -> Altered<'a> {
    let mut altered = Altered::new();
    for name in names(old.inventory).union(&names(new.inventory)) {
        let pair = [(old.glossary)(name), (new.glossary)(name)];
        note(&mut altered, (Kind::Catalog, name.as_str()), pair);
    }
    for (id, after) in &new.inventory.providers {
        let before = old.inventory.providers.get(id);
        let before = before.map(|provider| provider.catalog.as_ref());
        let place = (Kind::Provider, id.as_str());
        renamed(
            &mut altered,
            place,
            old,
            new,
            [before, Some(after.catalog.as_ref())],
        );
    }
    for (id, after) in &new.inventory.platforms {
        let before = old.inventory.platforms.get(id);
        let before = before.map(|platform| platform.catalog.as_ref());
        let place = (Kind::Platform, id.as_str());
        renamed(
            &mut altered,
            place,
            old,
            new,
            [before, Some(after.catalog.as_ref())],
        );
    }
    altered
}

/// Notes what another glossary says for a provider or platform that is there before and after.
fn renamed<'a>(
    altered: &mut Altered<'a>,
    place: Place<'a>,
    old: &State<'a>,
    new: &State<'a>,
    names: [Option<Option<&'a CatalogName>>; 2],
) {
    let [Some(before), Some(after)] = names else {
        return;
    };
    if before != after {
        let pair = [before.and_then(old.glossary), after.and_then(new.glossary)];
        note(altered, place, pair);
    }
}

/// The names of the glossaries that are in use.
fn names(inventory: &Inventory) -> BTreeSet<&CatalogName> {
    let providers = inventory.providers.values().map(|p| p.catalog.as_ref());
    let platforms = inventory.platforms.values().map(|p| p.catalog.as_ref());
    let roles = inventory.roles.values().map(|role| role.catalog.as_ref());
    providers.chain(platforms).chain(roles).flatten().collect()
}

/// Notes where two glossaries differ in what they say of an entitlement.
fn note<'a>(altered: &mut Altered<'a>, place: Place<'a>, pair: [Option<&'a Catalog>; 2]) {
    if let [Some(old), Some(new)] = pair
        && std::ptr::eq(old, new)
    {
        return;
    }
    let keys = pair
        .iter()
        .flatten()
        .flat_map(|known| known.entitlements.keys());
    for key in keys {
        let said = pair.map(|catalog| catalog?.entitlements.get(key));
        if said[0].map(rating) != said[1].map(rating) {
            altered.entry(place).or_default().insert(key, said);
        }
    }
}

/// Where the entitlements of a slot are explained to an account, or to a principal that is none.
fn explained<'a>(
    state: &State<'a>,
    account: Option<&'a Account>,
    slot: Slot<'a>,
) -> [Option<Place<'a>>; 2] {
    let glossary = |name: &'a CatalogName| (Kind::Catalog, name.as_str());
    let [provider, platform] = catalogs(state, account).map(|name| name.map(glossary));
    match slot {
        Slot::Provider => {
            let own = account.map(|account| (Kind::Provider, account.provider.as_str()));
            [provider, own]
        }
        Slot::Platform => {
            let own = account.and_then(|account| state.inventory.platform_of(account));
            [platform, own.map(|name| (Kind::Platform, name.as_str()))]
        }
        Slot::Glossary(name) => [name.map(glossary), None],
    }
}

/// Who has the altered entitlements, in one of the inventories.
fn holders<'a>(
    state: &State<'a>,
    half: &Half<'a>,
    altered: &Altered<'a>,
    out: &mut Collector,
) -> Holders<'a> {
    let mut holders = Holders::new();
    let mut see = |places: [Option<Place<'a>>; 2],
                   keys: &'a [EntitlementKey],
                   who: &dyn Fn() -> Option<Principal>| {
        for place in places.into_iter().flatten() {
            let Some(entitlements) = altered.get(&place) else {
                continue;
            };
            if !out.spend(keys.len()) {
                return;
            }
            for key in keys.iter().filter(|key| entitlements.contains_key(key)) {
                holders.entry((place, key)).or_default().extend(who());
            }
        }
    };
    let inventory = state.inventory;
    for (id, account) in inventory.accounts.iter().filter(|(_, a)| is_live(a)) {
        for (slot, keys) in [
            (Slot::Provider, &account.permissions),
            (Slot::Platform, &account.scopes),
        ] {
            see(explained(state, Some(account), slot), keys, &|| named(id));
        }
    }
    for principal in half.principals() {
        let account = principal.strip_prefix("account/");
        let account = account.and_then(|name| inventory.accounts.get(name));
        if account.is_some_and(|account| !is_live(account)) {
            continue;
        }
        for seats in half.assigned(principal).chunk_by(|a, b| a.0 == b.0) {
            let Some(role) = inventory.roles.get(seats[0].0) else {
                continue;
            };
            let slot = match account {
                Some(_) => slot_of(role, catalogs(state, account)),
                None => Slot::Glossary(role.catalog.as_ref()),
            };
            let places = explained(state, account, slot);
            see(places, &role.permissions, &|| principal.parse().ok());
        }
    }
    holders
}
