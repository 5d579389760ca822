//! What an attacker would gain by an account: what it may do, where, in which environment, and for how long its secret has
//! been about. A product of weights, an order and no probability; `catalog` has the figures.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::effective::principal_of;
use crate::access::gravity::gravity;
use crate::access::holdings::{Holding, Holdings, Source};
use crate::access::reading::Reader;
use crate::access::terms::Terms;
use crate::catalog::Weights;
use crate::lifecycle::due::exposed;
use crate::lifecycle::operation::{is_in_place, is_live};
use crate::model::account::{Account, AccountStatus};
use crate::model::boundary::BoundaryKind;
use crate::model::credential::Version;
use crate::model::date::Date;
use crate::model::entitlement::{EntitlementKey, Side, is_wildcard};
use crate::model::id::{AccountId, BoundaryPath};
use crate::model::inventory::Inventory;
use crate::report::risk::{Factor, Ranked};

/// What is ranked, and by what.
pub struct Asked<'r, 'a> {
    pub holdings: &'r Holdings<'a>,
    pub terms: &'r dyn Terms<'a>,
    pub weights: &'r Weights,
}

/// The accounts that could be used, the most rewarding first. One that is retired counts as long as a value of it may work;
/// one that is proposed has nothing to take yet.
pub fn rank(asked: &Asked<'_, '_>, wanted: impl Fn(&AccountId, &Account) -> bool) -> Vec<Ranked> {
    let inventory = asked.holdings.inventory;
    let reader = Reader::of(asked.holdings, asked.terms);
    let widths = widths(inventory, asked.weights);
    let mut found: Vec<(Order, Ranked)> = Vec::new();
    for (id, account) in &inventory.accounts {
        let live = live(inventory, id);
        let counts = match account.status {
            AccountStatus::Active | AccountStatus::Suspended => true,
            AccountStatus::Retired => !live.is_empty(),
            AccountStatus::Proposed => false,
        };
        if counts && wanted(id, account) {
            let holds = Holds::of(asked, &reader, id, account);
            found.push(one(asked, &holds, &widths, &live, (id, account)));
        }
    }
    found.sort_by(|(one, a), (other, b)| other.cmp(one).then_with(|| a.account.cmp(&b.account)));
    let mut ranked: Vec<Ranked> = found.into_iter().map(|(_, ranked)| ranked).collect();
    let mut last = (0, 0);
    for (at, ranked) in ranked.iter_mut().enumerate() {
        if last.1 != ranked.score {
            last = (at + 1, ranked.score);
        }
        ranked.rank = last.0;
    }
    ranked
}

/// What the accounts are sorted by: the score; of one score, who may do more, in more places.
type Order = (u32, usize, usize);

fn one(
    asked: &Asked<'_, '_>,
    holds: &Holds<'_>,
    widths: &Widths<'_>,
    live: &[(u32, &Version)],
    (id, account): (&AccountId, &Account),
) -> (Order, Ranked) {
    let effect = holds.effect(asked.weights);
    let boundary = boundary(asked.weights, &holds.places, widths);
    let environment = environment(asked.weights, account);
    let age = age(asked.weights, live, asked.terms.as_of());
    let factors = [&effect, &boundary, &environment, &age];
    let score = factors.iter().map(|factor| factor.weight).product();
    let order = (score, holds.keys.len(), holds.places.len());
    let ranked = Ranked {
        rank: 0,
        score,
        account: id.clone(),
        provider: account.provider.clone(),
        named_environment: account.environment.clone(),
        level: account.level,
        status: account.status,
        owner: account.owner.business.clone(),
        effect,
        boundary,
        environment,
        age,
    };
    (order, ranked)
}

/// What an account holds and where, its own lists and its roles alike.
struct Holds<'a> {
    /// The weight of each, its place in the order of gravity, and what it does.
    keys: BTreeMap<&'a EntitlementKey, (u32, u8, String)>,
    places: BTreeSet<&'a BoundaryPath>,
}

impl<'a> Holds<'a> {
    fn of(
        asked: &Asked<'_, 'a>,
        reader: &Reader<'_, 'a>,
        id: &AccountId,
        account: &'a Account,
    ) -> Holds<'a> {
        let mut holds = Holds {
            keys: BTreeMap::new(),
            places: account.boundary.iter().collect(),
        };
        let all = asked.holdings.all(&principal_of(id)).into_iter();
        let roles = all.filter(|held| matches!(held.source, Source::Role(..)));
        for held in roles {
            holds.places.extend(held.at);
            holds.read(asked.weights, reader, &held);
        }
        // As they stand, whatever the account's state and wherever it is: a value that works may do all of it.
        for (side, catalog, keys) in [
            (
                Side::Provider,
                asked.holdings.provider_catalog(account),
                &account.permissions,
            ),
            (
                Side::Platform,
                asked.holdings.platform_catalog(account),
                &account.scopes,
            ),
        ] {
            let held = Holding {
                way: Vec::new(),
                source: Source::Own(side),
                catalog,
                keys,
                at: None,
            };
            holds.read(asked.weights, reader, &held);
        }
        holds
    }

    fn read(&mut self, weights: &Weights, reader: &Reader<'_, 'a>, held: &Holding<'a>) {
        reader.each(held, |key, reading| {
            let told = match reading.effect() {
                _ if is_wildcard(key.as_str()) => {
                    (weights.wildcard(), u8::MAX, "everything".to_owned())
                }
                Some(effect) => (weights.effect(effect), gravity(effect), effect.to_string()),
                None => (weights.unknown(), 0, "not known".to_owned()),
            };
            let there = self.keys.entry(key).or_insert_with(|| told.clone());
            if (told.0, told.1) > (there.0, there.1) {
                *there = told;
            }
        });
    }

    /// The gravest of it, and what gives it.
    fn effect(&self, weights: &Weights) -> Factor {
        let gravest = self
            .keys
            .values()
            .map(|(weight, gravity, _)| (weight, gravity));
        let Some(gravest) = gravest.max() else {
            // It logs on, and may see what everybody sees.
            return Factor {
                found: "nothing granted".to_owned(),
                weight: weights.effect(crate::model::access::Effect::Read),
                by: String::new(),
            };
        };
        let mut by = self
            .keys
            .iter()
            .filter(|(_, (weight, gravity, _))| (weight, gravity) == gravest);
        let first = by.next();
        let more = match by.count() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Factor {
            found: first.map_or(String::new(), |(_, told)| told.2.clone()),
            weight: *gravest.0,
            by: first.map_or(String::new(), |(key, _)| format!("{key}{more}")),
        }
    }
}

/// The weight of each node of the tree, and the kind that it comes from: at least that of whatever lies below it.
type Widths<'a> = BTreeMap<&'a BoundaryPath, (u32, BoundaryKind)>;

fn widths<'a>(inventory: &'a Inventory, weights: &Weights) -> Widths<'a> {
    let mut widths = Widths::new();
    for (path, node) in &inventory.boundaries {
        let own = (weights.boundary(node.kind), node.kind);
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some((path, _)) = inventory.boundaries.get_key_value(&path) {
                let there = widths.entry(path).or_insert(own);
                if own.0 > there.0 {
                    *there = own;
                }
            }
            at = path.parent();
        }
    }
    widths
}

fn boundary(weights: &Weights, places: &BTreeSet<&BoundaryPath>, widths: &Widths<'_>) -> Factor {
    let tenants: BTreeSet<&str> = places.iter().map(|path| path.root()).collect();
    let tenants: Vec<&str> = tenants.into_iter().collect();
    if tenants.is_empty() {
        return Factor {
            found: "no boundary".to_owned(),
            weight: weights.nowhere(),
            by: String::new(),
        };
    }
    if tenants.len() > 1 {
        return Factor {
            found: format!("{} tenants", tenants.len()),
            weight: weights.several_tenants(),
            by: tenants.join(", "),
        };
    }
    let width = |path: &BoundaryPath| {
        // A node that is not in the tree counts as the one above it that is.
        let mut at = Some(path.clone());
        while let Some(path) = at {
            if let Some((weight, kind)) = widths.get(&path) {
                return (*weight, kind.to_string());
            }
            at = path.parent();
        }
        (
            weights.boundary(BoundaryKind::Tenant),
            "not in the tree".to_owned(),
        )
    };
    let all = places.iter().map(|path| (width(path), *path));
    let mut widest = ((0, String::new()), None);
    let mut alike = 0;
    for (width, path) in all {
        if width.0 > widest.0.0 {
            widest = (width, Some(path));
            alike = 0;
        } else if width.0 == widest.0.0 {
            alike += 1;
        }
    }
    let ((weight, found), path) = widest;
    let path = path.map_or(String::new(), ToString::to_string);
    Factor {
        found,
        weight,
        by: match alike {
            0 => path,
            more => format!("{path} and {more} more"),
        },
    }
}

fn environment(weights: &Weights, account: &Account) -> Factor {
    let (weight, is_known) = weights.environment(account.environment.as_str());
    Factor {
        found: account.environment.to_string(),
        weight,
        by: match is_known {
            true => String::new(),
            false => "counts as production".to_owned(),
        },
    }
}

/// The versions of an account that its provider may still accept.
fn live<'a>(inventory: &'a Inventory, id: &AccountId) -> Vec<(u32, &'a Version)> {
    let [from, to] = [0, u32::MAX].map(|number| crate::model::key::VersionKey {
        account: id.clone(),
        number,
    });
    let all = inventory.versions.range(from..=to);
    let live = all.filter(|(_, version)| is_live(version));
    live.map(|(key, version)| (key.number, version)).collect()
}

/// By the oldest value that may still work; one that somebody could read who should not is as old as any. A value that was
/// replaced, and that somebody said is gone, counts where there is no other.
fn age(weights: &Weights, live: &[(u32, &Version)], as_of: Date) -> Factor {
    let in_place = live.iter().filter(|(_, version)| is_in_place(version));
    let in_place: Vec<(u32, &Version)> = in_place.copied().collect();
    let live = match in_place.is_empty() {
        true => live,
        false => &in_place[..],
    };
    let oldest = live.iter().min_by_key(|(_, version)| version.issued);
    let Some((number, version)) = oldest else {
        return Factor {
            found: "age not known".to_owned(),
            weight: weights.oldest(),
            by: "no version".to_owned(),
        };
    };
    let exposed = live.iter().filter_map(|(number, version)| {
        let day = exposed(version).filter(|day| *day <= as_of)?;
        Some((day, number))
    });
    if let Some((day, number)) = exposed.min() {
        return Factor {
            found: format!("exposed on {day}"),
            weight: weights.oldest(),
            by: format!("version {number}"),
        };
    }
    let days = version.issued.days_until(as_of).max(0);
    Factor {
        found: crate::report::summary::counted(usize::try_from(days).unwrap_or(0), "day"),
        weight: weights.age(days),
        by: format!("version {number}"),
    }
}

#[cfg(test)]
mod tests;
