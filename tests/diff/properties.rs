//! Promises for any two inventories.

use std::collections::BTreeSet;
use std::sync::Arc;

use keyroll::access::diff::{Change, Diff, Grant, Place, Turn, What};
use keyroll::model::account::AccountStatus;
use keyroll::model::id::BoundaryPath;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::diff;
use crate::naive::{Fact, PLACES, allowed};

const KEYS: [&str; 4] = ["k/one", "k/two", "k/three", "k/four"];
const ROLES: [&str; 3] = ["r", "s", "t"];
const PRINCIPALS: [&str; 6] = [
    "person/ana",
    "person/bo",
    "team/ops",
    "team/night",
    "account/x",
    "account/y",
];
const STATUSES: [&str; 4] = ["proposed", "active", "suspended", "retired"];
const LEVELS: [&str; 3] = ["read-only-import", "draft-handoff", "write-back"];

fn chosen<'a>(all: &[&'a str], mask: u8) -> Vec<&'a str> {
    let bits = all.iter().enumerate();
    bits.filter(|(at, _)| mask & (1 << at) != 0)
        .map(|(_, word)| *word)
        .collect()
}

fn account() -> impl Strategy<Value = Value> {
    let numbers = (0..6u8, 0..64u8, 0..16u8, 0..4u8, 0..3u8, 0..4u8);
    (numbers, 0..3u8, 0..4u8).prop_map(|((status, at, may, scopes, level, ends), provider, own)| {
        // Most are active.
        let status = STATUSES[if status > 3 { 1 } else { usize::from(status) }];
        let mut account = json!({
            "provider": if provider == 0 { "q" } else { "p" }, "environment": "production", "workflow": "w",
            "boundary": chosen(&PLACES, at & !1), "level": LEVELS[usize::from(level)], "status": status,
            "permissions": chosen(&KEYS, may), "scopes": chosen(&KEYS, scopes), "consumers": chosen(&["job", "run"], own),
            "credential": { "kind": "api-key", "store": "age", "identity": chosen(&["i", "j"], own) },
        });
        if ends > 0 {
            account["expires"] = json!(format!("2027-0{ends}-01"));
        }
        account
    })
}

fn inventory() -> impl Strategy<Value = Inventory> {
    let role = (0..16u8, 0..4u8);
    let seat = (0..PRINCIPALS.len(), 0..ROLES.len(), 0..PLACES.len());
    (
        vec(account(), 2),
        vec(role, 3),
        vec(seat, 0..9),
        vec(0..4u8, 2),
        vec(0..3usize, 4),
        vec((0..3u8, 0..8u8), 0..3),
    )
        .prop_map(|(accounts, roles, seats, teams, effects, approvals)| {
            let mut records: Vec<(String, Value)> = Vec::new();
            let mut add = |id: &str, body: Value| records.push((id.to_owned(), body));
            for (name, account) in ["x", "y"].iter().zip(accounts) {
                add(&format!("account/{name}"), account);
            }
            let effect = |at: usize| ["read", "update", "admin"][effects[at]];
            let entitlements: serde_json::Map<_, _> = (0..3)
                .map(|at| {
                    let body =
                        json!({ "group": "g", "title": "t", "meaning": "m", "effect": effect(at) });
                    (KEYS[at].to_owned(), body)
                })
                .collect();
            let glossary =
                json!({ "title": "t", "side": "provider", "entitlements": entitlements });
            add("catalog/./c.toml", glossary);
            for provider in ["p", "q"] {
                let endpoint = format!("https://{}.example", effect(3));
                let environments = json!({ "production": { "endpoint": endpoint } });
                let body = json!({ "catalog": "./c.toml", "environment": environments });
                add(&format!("provider/{provider}"), body);
            }
            add("platform/f", json!({}));
            for (name, (keys, catalog)) in ROLES.iter().zip(roles) {
                let mut body = json!({ "permissions": chosen(&KEYS, keys) });
                if catalog > 0 {
                    body["catalog"] = json!("./c.toml");
                }
                add(&format!("role/{name}"), body);
            }
            for (name, members) in ["ops", "night"].iter().zip(teams) {
                let body = json!({ "name": "T", "members": chosen(&["ana", "bo"], members) });
                add(&format!("team/{name}"), body);
            }
            for (principal, role, at) in seats {
                let (principal, role, at) = (PRINCIPALS[principal], ROLES[role], PLACES[at]);
                let mut body = json!({ "principal": principal, "role": role });
                if !at.is_empty() {
                    body["at"] = json!(at);
                }
                add(
                    format!("assignment/{principal} {role} {at}").trim_end(),
                    body,
                );
            }
            for (action, until) in approvals {
                let action = ["read", "draft", "status"][usize::from(action)];
                let mut body = json!({ "by": "person/ana" });
                if until > 0 {
                    body["until"] = json!(format!("2027-0{until}-01"));
                }
                add(&format!("approval/x {action} 2026-0{}-01", until + 1), body);
            }
            let read = |(id, body): (String, Value)| {
                Record::from_value(&id.parse().unwrap(), body).unwrap()
            };
            records.into_iter().map(read).collect()
        })
}

/// Whom a grant is of, by its own word.
fn named(change: &Change) -> Vec<String> {
    match change.holders.is_empty() {
        true => vec![change.record.to_string()],
        false => change.holders.iter().map(ToString::to_string).collect(),
    }
}

fn grants(diff: &Diff, wanted: impl Fn(Turn) -> bool) -> Vec<(Vec<String>, &Grant)> {
    let wanted = diff.changes.iter().filter(|change| wanted(change.turn));
    wanted
        .filter_map(|change| match &change.what {
            What::Grant(grant) => Some((named(change), grant)),
            _ => None,
        })
        .collect()
}

/// Whether a fact is of a grant's key, at a boundary that one of the places holds.
fn covers(grant: &Grant, places: &[Place], (_, _, key, at): &Fact) -> bool {
    let at: Option<BoundaryPath> = at.parse().ok();
    let holds = |place: &Place| match (&place.0, &at) {
        (Some(place), Some(at)) => place.holds(at),
        (None, None) => true,
        _ => false,
    };
    grant.entitlements.iter().any(|one| one.key.as_str() == key) && places.iter().any(holds)
}

/// Whether a principal may do it somewhere of its own kind of entitlements.
fn may(facts: &BTreeSet<Fact>, who: &str, key: &str, place: &Place) -> Vec<String> {
    let at = place.0.as_ref().map_or("", BoundaryPath::as_str);
    let of = facts
        .iter()
        .filter(|fact| fact.0 == who && fact.2 == key && fact.3 == at);
    of.map(|fact| fact.1.clone()).collect()
}

/// That every gain named is one, and that none is left out.
fn gains_are_true_and_whole(old: &Inventory, new: &Inventory) -> Result<(), TestCaseError> {
    let diff = diff(old, new);
    prop_assert!(diff.is_complete());
    let (before, after) = (allowed(old), allowed(new));
    let gains = grants(&diff, Turn::gains);
    for (holders, grant) in &gains {
        for who in holders {
            for one in &grant.entitlements {
                for place in grant.to.iter() {
                    let now = may(&after, who, one.key.as_str(), place);
                    let had = may(&before, who, one.key.as_str(), place);
                    let new = now.iter().any(|of| !had.contains(of));
                    prop_assert!(new, "{who} {one:?} {place}: {now:?} {had:?}");
                }
            }
        }
    }
    let teams = |inventory: &Inventory, who: &str| -> BTreeSet<String> {
        let teams = inventory.teams.iter();
        let of = teams.filter(|(_, team)| {
            let mut members = team.members.iter();
            members.any(|member| format!("person/{member}") == who)
        });
        of.map(|(id, _)| format!("team/{id}")).collect()
    };
    for fact in after.difference(&before) {
        let both = &teams(old, &fact.0) & &teams(new, &fact.0);
        let told = gains.iter().any(|(holders, grant)| {
            let whose = |who: &String| *who == fact.0 || both.contains(who);
            holders.iter().any(whose) && covers(grant, &grant.to, fact)
        });
        prop_assert!(told, "{fact:?} is told nowhere: {:#?}", diff.changes);
    }
    Ok(())
}

/// The change that takes this one back.
fn mirrored(change: &Change) -> Change {
    let what = match change.what.clone() {
        What::Account { from, to } => What::Account { from: to, to: from },
        What::Level {
            from,
            to,
            gained,
            lost,
        } => What::Level {
            from: to,
            to: from,
            gained: lost,
            lost: gained,
        },
        What::Grant(grant) => What::Grant(Grant {
            from: Arc::clone(&grant.to),
            to: Arc::clone(&grant.from),
            ..grant
        }),
        What::Value {
            aspect,
            of,
            from,
            to,
        } => What::Value {
            aspect,
            of,
            from: to,
            to: from,
        },
        What::Effect { key, from, to } => What::Effect {
            key,
            from: to,
            to: from,
        },
    };
    Change {
        turn: change.turn.back(),
        what,
        ..change.clone()
    }
}

fn shown(changes: impl Iterator<Item = Change>) -> BTreeSet<String> {
    changes.map(|change| format!("{change:?}")).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn an_inventory_against_itself_is_no_change(a in inventory()) {
        prop_assert_eq!(diff(&a, &a.clone()).changes, vec![]);
    }

    #[test]
    fn every_gain_named_is_one_and_none_is_left_out(a in inventory(), b in inventory()) {
        gains_are_true_and_whole(&a, &b)?;
    }

    #[test]
    fn what_one_way_gains_the_other_way_loses(a in inventory(), b in inventory()) {
        let (there, back) = (diff(&a, &b), diff(&b, &a));
        prop_assert_eq!(shown(there.changes.iter().map(mirrored)), shown(back.changes.iter().cloned()));
        let gains = shown(there.gains().map(mirrored));
        prop_assert_eq!(gains, shown(back.losses().cloned()));
    }

    #[test]
    fn what_is_written_otherwise_and_means_the_same_is_no_change(a in inventory()) {
        let mut b = a.clone();
        for account in b.accounts.values_mut() {
            account.permissions.reverse();
            account.boundary.reverse();
            account.boundary.extend(account.boundary.first().cloned());
            account.purpose = Some("another purpose".parse().unwrap());
            if account.status == AccountStatus::Active && account.boundary.iter().any(|at| at.as_str() == "f") {
                account.boundary.push("f/b".parse().unwrap());
            }
        }
        for role in b.roles.values_mut() {
            role.permissions.reverse();
            role.permissions.extend(role.permissions.first().cloned());
        }
        prop_assert_eq!(diff(&a, &b).changes, vec![]);
    }
}
