//! Small worlds of any shape: roles, nested teams, assignments and accounts drawn by chance.

use std::collections::BTreeSet;

use keyroll::model::inventory::Inventory;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::engine::inventory;

/// The tree of the small worlds.
pub const TREE: [&str; 7] = [
    "femo",
    "femo/a",
    "femo/a/press",
    "femo/a-b",
    "femo/b",
    "femo/b/mill",
    "other",
];

/// Permissions and scopes of several effects and conditions; the last is in no glossary.
pub const KEYS: [&str; 10] = [
    "asset/view-assets",
    // One effect; the map forbids the second of them at some levels.
    "asset/add-asset",
    "work-order/add-work-order",
    "work-order/manage-work-order-status",
    "work-order/manage-work-order-closeout",
    "work-request/edit-own-unresolved-work-request",
    "base.read",
    "cmms.status",
    "cmms.writeback",
    "nobody/knows",
];

/// What a small world is made of: numbers, taken as far as there is something.
#[derive(Debug, Clone)]
pub struct Draw {
    /// For each role: its glossary, its permissions.
    roles: Vec<(u8, Vec<u8>)>,
    /// For each team: its members, its parts.
    teams: Vec<(Vec<u8>, Vec<u8>)>,
    /// Principal, role, place.
    seats: Vec<(u8, u8, u8)>,
    /// For each account: level, and its places, permissions, scopes and approvals.
    accounts: Vec<(u8, [Vec<u8>; 4])>,
}

pub fn draw() -> impl Strategy<Value = Draw> {
    let few = |most: usize| prop::collection::vec(any::<u8>(), 0..most);
    let roles = prop::collection::vec((any::<u8>(), few(4)), 1..4);
    let teams = prop::collection::vec((few(3), few(3)), 0..5);
    let seats = prop::collection::vec(any::<(u8, u8, u8)>(), 0..12);
    let account = (any::<u8>(), [few(3), few(4), few(4), few(4)]);
    (roles, teams, seats, prop::collection::vec(account, 0..3)).prop_map(
        |(roles, teams, seats, accounts)| Draw {
            roles,
            teams,
            seats,
            accounts,
        },
    )
}

const PEOPLE: [&str; 4] = ["ada", "bo", "gone", "new"];

pub fn world(draw: &Draw) -> Inventory {
    let pick = |of: &[&str], number: u8| of[usize::from(number) % of.len()].to_owned();
    let all = |of: &[&str], numbers: &[u8]| -> Vec<String> {
        let picked: BTreeSet<String> = numbers.iter().map(|number| pick(of, *number)).collect();
        picked.into_iter().collect()
    };
    let mut records = Map::new();
    for place in TREE {
        let kind = if place.contains('/') {
            "facility"
        } else {
            "tenant"
        };
        records.insert(
            format!("boundary/{place}"),
            json!({ "kind": kind, "name": "Place" }),
        );
    }
    for person in PEOPLE {
        let body = match person {
            "gone" => json!({ "name": "P", "left": "2026-01-01" }),
            _ => json!({ "name": "P" }),
        };
        records.insert(format!("person/{person}"), body);
    }
    records.insert(
        "invitation/new".into(),
        json!({ "status": "pending", "since": "2026-11-01" }),
    );
    records.insert("provider/unicmms".into(), json!({ "catalog": "unicmms" }));
    records.insert(
        "platform/factverse".into(),
        json!({ "catalog": "factverse" }),
    );
    for (number, (catalog, keys)) in draw.roles.iter().enumerate() {
        let mut body = json!({ "permissions": all(&KEYS, keys) });
        if catalog % 3 != 0 {
            body["catalog"] = json!(["unicmms", "factverse"][usize::from(catalog % 3) - 1]);
        }
        records.insert(format!("role/r{number}"), body);
    }
    let teams: Vec<String> = (0..draw.teams.len())
        .map(|number| format!("t{number}"))
        .collect();
    let names: Vec<&str> = teams.iter().map(String::as_str).collect();
    for (name, (members, parts)) in names.iter().zip(&draw.teams) {
        let body =
            json!({ "name": "T", "members": all(&PEOPLE, members), "teams": all(&names, parts) });
        records.insert(format!("team/{name}"), body);
    }
    let mut principals: Vec<String> = PEOPLE.iter().map(|name| format!("person/{name}")).collect();
    principals.extend(names.iter().map(|name| format!("team/{name}")));
    for (number, (level, [places, permissions, scopes, approvals])) in
        draw.accounts.iter().enumerate()
    {
        let levels = ["read-only-import", "status-sync", "write-back", "closeout"];
        let status = if level % 5 == 4 {
            "suspended"
        } else {
            "active"
        };
        let body = json!({ "provider": "unicmms", "environment": "production", "workflow": "w",
            "boundary": all(&TREE, places), "level": pick(&levels, *level), "status": status,
            "permissions": all(&KEYS, permissions), "scopes": all(&KEYS, scopes) });
        records.insert(format!("account/s{number}"), body);
        principals.push(format!("account/s{number}"));
        for action in all(&["read", "status", "write-back", "closeout"], approvals) {
            records.insert(
                format!("approval/s{number} {action} 2026-01-01"),
                json!({ "by": "person/ada" }),
            );
        }
    }
    for (who, role, place) in &draw.seats {
        let who = &principals[usize::from(*who) % principals.len()];
        let role = format!("r{}", usize::from(*role) % draw.roles.len());
        let at = TREE.get(usize::from(*place) % (TREE.len() + 1));
        let (name, body) = match at {
            Some(at) => (
                format!("assignment/{who} {role} {at}"),
                json!({ "principal": who, "role": role, "at": at }),
            ),
            None => (
                format!("assignment/{who} {role}"),
                json!({ "principal": who, "role": role }),
            ),
        };
        records.insert(name, body);
    }
    inventory(Value::Object(records))
}
