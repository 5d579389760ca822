//! What glossaries say that an entitlement does: a name that stays while its meaning moves.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::access::diff::State;
use crate::access::diff::account::{catalogs, is_live};
use crate::access::diff::change::{Rating, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::seats::{Half, Seats};
use crate::access::diff::system::named;
use crate::model::access::{Condition, Effect};
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
    let before = holders(old, &seats.old, &altered);
    let mut after = holders(new, &seats.new, &altered);
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

/// Who has the altered entitlements, in one of the inventories.
fn holders<'a>(state: &State<'a>, half: &Half<'a>, altered: &Altered<'a>) -> Holders<'a> {
    let mut holders = Holders::new();
    let mut see =
        |place: Place<'a>, keys: &'a [EntitlementKey], who: &dyn Fn() -> Option<Principal>| {
            let Some(entitlements) = altered.get(&place) else {
                return;
            };
            for key in keys.iter().filter(|key| entitlements.contains_key(key)) {
                holders.entry((place, key)).or_default().extend(who());
            }
        };
    let inventory = state.inventory;
    for (id, account) in inventory.accounts.iter().filter(|(_, a)| is_live(a)) {
        let who = || named(id);
        let [provider, platform] = catalogs(state, Some(account));
        let provider = provider.map(|name| (Kind::Catalog, name.as_str()));
        let own = (Kind::Provider, account.provider.as_str());
        for place in provider.into_iter().chain([own]) {
            see(place, &account.permissions, &who);
        }
        let platform = platform.map(|name| (Kind::Catalog, name.as_str()));
        let own = inventory.platform_of(account);
        let own = own.map(|name| (Kind::Platform, name.as_str()));
        for place in platform.into_iter().chain(own) {
            see(place, &account.scopes, &who);
        }
    }
    for principal in half.principals() {
        for (role, _) in half.assigned(principal) {
            let role = inventory.roles.get(*role);
            let named = role.and_then(|role| Some((role, role.catalog.as_ref()?)));
            if let Some((role, name)) = named {
                let place = (Kind::Catalog, name.as_str());
                see(place, &role.permissions, &|| principal.parse().ok());
            }
        }
    }
    holders
}
