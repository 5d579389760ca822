//! Random policies as plain words: people who come and go, teams in teams, roles, a boundary tree, assignments. Names
//! are few and alike, so that what must not be mixed up is near to it.

use std::collections::{BTreeMap, BTreeSet};

use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// People and teams are named alike.
const NAMES: &[&str] = &["a", "b", "c", "a-b"];
const ROLES: &[&str] = &["a", "b", "reader", "writer"];
/// Whom and what no record declares.
const GHOST: &str = "ghost";
const PLACES: &[&str] = &[
    "femo",
    "femo/a",
    "femo/a/x",
    "femo/a/x/1",
    "femo/a/x-1",
    "femo/a-b",
    "femo/ab",
    "femo/b",
    "femo-a",
    "femo-a/x",
    "femora",
    "femora/a",
];
/// The permissions of the glossary `plant`, with their conditions; `other` has some of the same names and no condition.
pub const PLANT: &[(&str, &[&str])] = &[
    ("asset/see", &[]),
    ("asset/edit", &["process-conditional"]),
    ("asset/edit-own", &["own-only"]),
    ("asset/drop", &["unresolved-only"]),
    ("asset/drop-own", &["own-only", "unresolved-only"]),
];
pub const OTHER: &[&str] = &["asset/see", "asset/edit-own"];
/// A key as any other: no wildcard lets anything pass.
const WILDCARD: &str = "asset/*";

/// Whether somebody is there on 2026-11-22.
#[derive(Clone, Copy, Debug)]
pub enum State {
    Here,
    Leaves(&'static str, bool),
    Invitation(&'static str, bool),
}

#[derive(Clone, Debug, Default)]
pub struct Team {
    pub members: Vec<&'static str>,
    pub parts: Vec<&'static str>,
}

#[derive(Clone, Debug)]
pub struct World {
    pub places: BTreeSet<&'static str>,
    pub people: BTreeMap<&'static str, State>,
    pub teams: BTreeMap<&'static str, Team>,
    /// The glossary, if the role names one, and the permissions.
    pub roles: BTreeMap<&'static str, (Option<&'static str>, Vec<&'static str>)>,
    /// Principal, role and, unless it was forgotten, boundary.
    pub assignments: BTreeSet<(String, &'static str, Option<&'static str>)>,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub principal: String,
    pub catalog: &'static str,
    pub permission: &'static str,
    pub at: &'static str,
    pub own: bool,
    pub unresolved: bool,
}

/// A policy, and questions to it.
pub fn worlds() -> impl Strategy<Value = (World, Vec<Asked>)> {
    let people = most(NAMES, state());
    let team = (vec(name(), 0..4), vec(name(), 0..3));
    let team = team.prop_map(|(members, parts)| Team { members, parts });
    let teams = most(NAMES, team);
    let glossary = prop_oneof![5 => Just(Some("plant")), 1 => Just(Some("other")), 2 => Just(None)];
    let roles = most(ROLES, (glossary, vec(permission(), 1..5)));
    let role = prop_oneof![12 => select(ROLES), 1 => Just(GHOST)];
    let high = select(&["femo", "femo/a", "femo/a/x"][..]);
    let place = prop_oneof![
        4 => select(PLACES).prop_map(Some),
        5 => high.prop_map(Some),
        1 => Just(None)
    ];
    let assignments = btree_set((principal(), role, place), 2..20);
    let world = (
        btree_set(select(PLACES), 2..9),
        people,
        teams,
        roles,
        assignments,
    );
    let world = world.prop_map(|(chosen, people, teams, roles, assignments)| World {
        places: PLACES
            .iter()
            .copied()
            .filter(|place| chosen.iter().any(|low| is_at_or_above(place, low)))
            .collect(),
        people,
        teams,
        roles,
        assignments,
    });
    let catalog = prop_oneof![6 => Just("plant"), 1 => Just("other")];
    let asked = (
        principal(),
        catalog,
        permission(),
        any::<prop::sample::Index>(),
        any::<(bool, bool)>(),
    );
    (world, vec(asked, 12)).prop_map(|(world, asked)| {
        let places: Vec<&'static str> = world.places.iter().copied().collect();
        let asked =
            asked
                .into_iter()
                .map(
                    |(principal, catalog, permission, at, (own, unresolved))| Asked {
                        principal,
                        catalog,
                        permission,
                        at: at.get::<&'static str>(&places),
                        own,
                        unresolved,
                    },
                );
        let asked = asked.collect();
        (world, asked)
    })
}

/// Nearly all of some names, each with a value.
fn most<V: std::fmt::Debug>(
    names: &'static [&'static str],
    value: impl Strategy<Value = V>,
) -> impl Strategy<Value = BTreeMap<&'static str, V>> {
    let each = vec(prop::option::weighted(0.9, value), names.len());
    each.prop_map(|values| {
        let named = names.iter().zip(values);
        named
            .filter_map(|(name, value)| Some((*name, value?)))
            .collect()
    })
}

fn state() -> impl Strategy<Value = State> {
    prop_oneof![
        16 => Just(State::Here),
        1 => Just(State::Leaves("2026-11-21", false)),
        1 => Just(State::Leaves("2026-11-22", false)),
        1 => Just(State::Leaves("2026-11-23", true)),
        1 => Just(State::Invitation("pending", false)),
        1 => Just(State::Invitation("revoked", false)),
        1 => Just(State::Invitation("accepted", true)),
    ]
}

fn name() -> impl Strategy<Value = &'static str> {
    prop_oneof![12 => select(NAMES), 1 => Just(GHOST)]
}

fn principal() -> impl Strategy<Value = String> {
    let kind = prop_oneof![3 => Just("person"), 2 => Just("team")];
    (kind, name()).prop_map(|(kind, name)| format!("{kind}/{name}"))
}

fn permission() -> impl Strategy<Value = &'static str> {
    let all: Vec<&str> = PLANT
        .iter()
        .map(|(key, _)| *key)
        .chain([WILDCARD])
        .collect();
    prop_oneof![1 => Just("asset/see"), 2 => select(all)]
}

/// Whether a path is another's beginning, name by name.
fn is_at_or_above(high: &str, low: &str) -> bool {
    let (high, low): (Vec<&str>, Vec<&str>) = (high.split('/').collect(), low.split('/').collect());
    low.starts_with(&high)
}

impl World {
    /// Whether a person or team is there to do anything.
    pub fn is_present(&self, principal: &str) -> bool {
        match principal.split_once('/').unwrap() {
            ("person", name) => self.people.get(name).is_some_and(|state| match state {
                State::Here => true,
                State::Leaves(_, here) | State::Invitation(_, here) => *here,
            }),
            (_, name) => self.teams.contains_key(name),
        }
    }

    /// The same as records.
    pub fn inventory(&self) -> Inventory {
        let mut out: Vec<(String, Value)> = glossaries();
        for place in &self.places {
            out.push((
                format!("boundary/{place}"),
                json!({ "kind": "folder", "name": "P" }),
            ));
        }
        for (name, state) in &self.people {
            let mut person = json!({ "name": "P" });
            match state {
                State::Here => {}
                State::Leaves(day, _) => person["left"] = json!(day),
                State::Invitation(status, _) => out.push((
                    format!("invitation/{name}"),
                    json!({ "status": status, "since": "2026-11-01" }),
                )),
            }
            out.push((format!("person/{name}"), person));
        }
        for (name, team) in &self.teams {
            let body = json!({ "name": "T", "members": team.members, "teams": team.parts });
            out.push((format!("team/{name}"), body));
        }
        for (name, (catalog, permissions)) in &self.roles {
            let mut role = json!({ "permissions": permissions });
            if let Some(catalog) = catalog {
                role["catalog"] = json!(catalog);
            }
            out.push((format!("role/{name}"), role));
        }
        for (principal, role, at) in &self.assignments {
            let mut body = json!({ "principal": principal, "role": role });
            let mut id = format!("assignment/{principal} {role}");
            if let Some(at) = at {
                body["at"] = json!(at);
                id = format!("{id} {at}");
            }
            out.push((id, body));
        }
        records(out)
    }
}

pub fn records(all: Vec<(String, Value)>) -> Inventory {
    let record =
        |(id, body): (String, Value)| Record::from_value(&id.parse().unwrap(), body).unwrap();
    all.into_iter().map(record).collect()
}

fn glossaries() -> Vec<(String, Value)> {
    let entry = |conditions: &[&str]| json!({ "group": "Asset", "title": "T", "meaning": "M", "effect": "read", "conditions": conditions });
    let plant: serde_json::Map<String, Value> = PLANT
        .iter()
        .map(|(key, conditions)| ((*key).to_owned(), entry(conditions)))
        .collect();
    let other: serde_json::Map<String, Value> = OTHER
        .iter()
        .map(|key| ((*key).to_owned(), entry(&[])))
        .collect();
    [("plant", plant), ("other", other)]
        .map(|(name, entitlements)| {
            let body = json!({ "title": "G", "side": "provider", "entitlements": entitlements });
            (format!("catalog/{name}"), body)
        })
        .into()
}
