//! Changes one by one, from a small inventory: what each is called, and whose it is.

use keyroll::access::diff::Diff;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::report::diff::{Sides, render, summary};
use keyroll::report::{Format, Terminal};
use serde_json::{Value, json};

use crate::diff;

pub fn put(inventory: &mut Inventory, records: Value) {
    for (id, body) in records.as_object().unwrap() {
        let id = id.parse().unwrap();
        let old = inventory.remove(&id);
        if body.is_null() {
            continue;
        }
        let mut whole = old.map_or(json!({}), |record| record.to_value());
        for (key, value) in body.as_object().unwrap() {
            whole[key] = value.clone();
            if value.is_null() {
                whole.as_object_mut().unwrap().remove(key);
            }
        }
        inventory.put(Record::from_value(&id, whole).unwrap());
    }
}

pub fn base() -> Inventory {
    let mut inventory = Inventory::default();
    put(
        &mut inventory,
        json!({
            "person/jo": { "name": "Jo" },
            "person/ana": { "name": "Ana" },
            "team/ops": { "name": "Ops", "members": ["ana"] },
            "platform/factverse": { "catalog": "factverse" },
            "provider/unicmms": { "catalog": "unicmms", "environment": {
                "production": { "endpoint": "https://a.example" }, "staging": { "endpoint": "https://b.example" } } },
            "account/etl": { "provider": "unicmms", "environment": "production", "boundary": ["femo/hawthorne"],
                "workflow": "import", "level": "read-only-import", "expires": "2027-03-31",
                "owner": { "technical": "team/ops" }, "scopes": ["base.read"],
                "permissions": ["asset/view-assets", "work-order/view-work-orders"],
                "credential": { "kind": "api-key", "store": "age", "identity": ["svc-a"] } },
            "approval/etl read 2026-10-01": { "by": "person/ana", "until": "2027-03-31" },
            "role/operator": { "catalog": "unicmms", "permissions": ["asset/view-assets"] },
            "role/planner": { "catalog": "unicmms", "permissions": ["work-order/add-work-order"] },
            "assignment/person/jo operator femo/hawthorne":
                { "principal": "person/jo", "role": "operator", "at": "femo/hawthorne" },
            "assignment/team/ops operator femo/berlin":
                { "principal": "team/ops", "role": "operator", "at": "femo/berlin" },
        }),
    );
    inventory
}

fn after(records: Value) -> Diff {
    let (old, mut new) = (base(), base());
    put(&mut new, records);
    diff(&old, &new)
}

/// The lines that people see.
pub fn said(records: Value) -> Vec<String> {
    let diff = after(records);
    let sides = Sides { old: "a", new: "b" };
    let text = render(&diff, sides, Format::Table, &Terminal::PIPE);
    text.lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect()
}

#[test]
fn permissions_and_scopes_are_gained_and_lost_with_their_effect() {
    let keys = ["asset/view-assets", "work-order/edit-work-order"];
    assert_eq!(
        said(
            json!({ "account/etl": { "permissions": keys, "scopes": ["base.read", "cmms.closeout"] } })
        ),
        [
            "~ account/etl",
            "+ gained permission work-order/edit-work-order (update) at femo/hawthorne",
            "- lost permission work-order/view-work-orders (read) at femo/hawthorne",
            "+ gained scope cmms.closeout (closeout) at femo/hawthorne",
        ]
    );
}

#[test]
fn a_boundary_above_widens_and_one_beside_is_gained() {
    assert_eq!(
        said(json!({ "account/etl": { "boundary": ["femo"], "scopes": [] } }))[1..4],
        [
            "- lost platform factverse",
            "+ widened 2 permissions from femo/hawthorne to femo",
            "asset/view-assets (read)",
        ]
    );
    assert_eq!(
        said(json!({ "account/etl": { "boundary": ["femo/hawthorne", "femo/berlin"] } }))[1],
        "+ gained 2 permissions at femo/berlin"
    );
    assert_eq!(
        said(json!({ "account/etl": { "boundary": ["femo/hawthorne/press-01"] } }))[1],
        "- narrowed 2 permissions from femo/hawthorne to femo/hawthorne/press-01"
    );
}

#[test]
fn what_a_role_gave_anyway_is_no_gain() {
    let wide = json!({ "principal": "account/etl", "role": "planner", "at": "femo" });
    let (mut old, mut new) = (base(), base());
    for inventory in [&mut old, &mut new] {
        put(
            inventory,
            json!({ "assignment/account/etl planner femo": wide }),
        );
    }
    let keys = [
        "asset/view-assets",
        "work-order/view-work-orders",
        "work-order/add-work-order",
    ];
    put(&mut new, json!({ "account/etl": { "permissions": keys } }));
    assert_eq!(diff(&old, &new).changes, []);
    assert_eq!(summary(&diff(&old, &new)), "no change in access");
}

#[test]
fn the_level_is_raised_lowered_or_neither() {
    assert_eq!(
        said(json!({ "account/etl": { "level": "write-back" } }))[1],
        "+ raised level read-only-import -> write-back; gains write-back"
    );
    let (mut old, mut new) = (base(), base());
    put(
        &mut old,
        json!({ "account/etl": { "level": "draft-handoff" } }),
    );
    put(
        &mut new,
        json!({ "account/etl": { "level": "status-sync" } }),
    );
    let change = &diff(&old, &new).changes[0];
    assert!(change.turn.gains() && change.turn.loses());
}

#[test]
fn what_leads_elsewhere_is_moved() {
    assert_eq!(
        said(json!({ "account/etl": { "environment": "staging" } })),
        [
            "~ account/etl",
            "~ moved provider unicmms production -> unicmms staging"
        ]
    );
    let environment = json!({ "production": { "endpoint": "https://c.example" } });
    assert_eq!(
        said(json!({ "provider/unicmms": { "environment": environment } })),
        [
            "~ provider/unicmms",
            "~ moved endpoint of production https://a.example -> https://c.example for account/etl",
        ]
    );
    let credential = json!({ "kind": "api-key", "store": "age", "identity": ["svc-b"] });
    assert_eq!(
        said(json!({ "account/etl": { "credential": credential } }))[1..],
        ["+ gained identity svc-b", "- lost identity svc-a"]
    );
}

#[test]
fn an_account_that_is_not_live_holds_nothing() {
    assert_eq!(
        said(json!({ "account/etl": { "status": "retired" } }))[1],
        "- retired status active -> retired"
    );
    let proposed = json!({ "provider": "unicmms", "environment": "production", "workflow": "w",
        "level": "write-back", "status": "proposed", "permissions": ["asset/view-assets"] });
    let diff = after(json!({ "account/new": proposed }));
    assert_eq!((diff.changes.len(), diff.gains().count()), (1, 0));
    let (mut old, mut new) = (base(), base());
    put(&mut old, json!({ "account/new": proposed }));
    put(&mut new, json!({ "account/new": proposed }));
    put(&mut new, json!({ "account/new": { "status": "active" } }));
    let gains: Vec<String> =
        keyroll::report::diff::refusals(crate::diff(&old, &new).gains()).collect();
    assert_eq!(
        gains,
        [
            "account/new is activated",
            "account/new gains level write-back",
            "account/new gains provider unicmms production",
            "account/new gains asset/view-assets (read) at (no boundary)",
        ]
    );
    assert!(
        said(json!({ "account/etl": { "status": "suspended" } }))[1].starts_with("- suspended")
    );
}

#[test]
fn ends_and_approvals_are_extended_and_shortened() {
    assert_eq!(
        said(json!({
            "account/etl": { "expires": "2028-03-31" },
            "approval/etl read 2026-11-01": { "by": "person/jo", "until": "2028-03-31" },
            "approval/etl status 2026-11-01": { "by": "person/jo" },
        }))[1..],
        [
            "+ extended approval of read until 2027-03-31 -> until 2028-03-31",
            "+ gained approval of status without end",
            "+ extended expiry 2027-03-31 -> 2028-03-31",
        ]
    );
    assert_eq!(
        said(json!({ "person/jo": { "left": "2026-10-01" } })),
        ["~ person/jo", "- shortened left (none) -> 2026-10-01"]
    );
}

#[test]
fn a_role_tells_whom_its_change_concerns() {
    let keys = ["asset/view-assets", "work-order/edit-work-order"];
    assert_eq!(
        said(json!({ "role/operator": { "permissions": keys } })),
        [
            "~ role/operator",
            "+ gained permission work-order/edit-work-order (update) at femo/berlin for team/ops",
            "+ gained permission work-order/edit-work-order (update) at femo/hawthorne for person/jo",
        ]
    );
    assert_eq!(
        said(json!({ "role/planner": { "permissions": keys } }))[1..3],
        [
            "~ added role permission asset/view-assets",
            "~ added role permission work-order/edit-work-order",
        ]
    );
}

#[test]
fn assignments_are_gained_widened_and_lost() {
    let seat = |role: &str, at: &str| json!({ "principal": "person/jo", "role": role, "at": at });
    assert_eq!(
        said(json!({
            "assignment/person/jo operator femo/hawthorne": null,
            "assignment/person/jo operator femo": seat("operator", "femo"),
            "assignment/person/jo planner femo/berlin": seat("planner", "femo/berlin"),
        }))[1..],
        [
            "+ gained permission work-order/add-work-order (create) at femo/berlin by role/planner",
            "+ widened permission asset/view-assets (read) from femo/hawthorne to femo by role/operator",
        ]
    );
}

#[test]
fn who_joins_a_team_gains_what_they_had_not() {
    assert_eq!(
        said(json!({ "team/ops": { "members": ["ana", "jo"] } })),
        [
            "~ person/jo",
            "+ gained permission asset/view-assets (read) at femo/berlin by team/ops, role/operator",
            "~ team/ops",
            "+ gained member person/jo",
        ]
    );
    let anywhere = json!({ "principal": "person/jo", "role": "operator", "at": "femo" });
    let (mut old, mut new) = (base(), base());
    for inventory in [&mut old, &mut new] {
        put(
            inventory,
            json!({ "assignment/person/jo operator femo": anywhere }),
        );
    }
    put(
        &mut new,
        json!({ "team/ops": { "members": ["ana", "jo"] } }),
    );
    let diff = diff(&old, &new);
    assert_eq!((diff.changes.len(), diff.gains().count()), (1, 0));
}

#[test]
fn an_agent_gains_tools_and_loses_its_gate() {
    let agent = |tools: Value, slice: Value| json!({ "tools": tools, "endpoint-slice": slice });
    let (mut old, mut new) = (base(), base());
    put(
        &mut old,
        json!({ "account/etl": { "agent": agent(json!(["search"]), json!("/mcp/base/")),
        "controls": { "review-gate": "person/ana", "fields": ["status"] } } }),
    );
    put(
        &mut new,
        json!({ "account/etl": { "agent": { "tools": ["search", "write"], "tenant-enabled": true },
        "controls": { "fields": ["status", "cost"] } } }),
    );
    let diff = diff(&old, &new);
    let said: Vec<String> = keyroll::report::diff::refusals(diff.gains()).collect();
    assert_eq!(
        said,
        [
            "account/etl gains agent tool write",
            "account/etl gains writable field cost",
            "account/etl widens endpoint slice /mcp/base/ -> (none)",
            "account/etl gains tenant enabled",
            "account/etl loosens control review-gate",
        ]
    );
}

#[test]
fn an_entitlement_that_does_more_than_before_is_a_gain_for_its_holders() {
    let glossary = |effect: &str, conditions: Value| {
        json!({ "title": "t", "side": "provider", "entitlements": {
            "a/b": { "group": "g", "title": "t", "meaning": "m", "effect": effect, "conditions": conditions },
            "a/c": { "group": "g", "title": "t", "meaning": "m", "effect": effect } } })
    };
    let (mut old, mut new) = (base(), base());
    for (inventory, effect, conditions) in [
        (&mut old, "update", json!(["own-only"])),
        (&mut new, "update", json!([])),
    ] {
        put(
            inventory,
            json!({ "provider/unicmms": { "catalog": "./c.toml" },
            "catalog/./c.toml": glossary(effect, conditions), "account/etl": { "permissions": ["a/b"] } }),
        );
    }
    let said = |old: &Inventory, new: &Inventory| -> Vec<String> {
        keyroll::report::diff::refusals(diff(old, new).gains()).collect()
    };
    assert_eq!(
        said(&old, &new),
        ["catalog/./c.toml gains what a/b does: update, own-only -> update for account/etl"]
    );
    assert_eq!(said(&new, &old), [""; 0]);
    put(
        &mut new,
        json!({ "catalog/./c.toml": glossary("admin", json!([])) }),
    );
    assert!(said(&old, &new)[0].starts_with("catalog/./c.toml moves what a/b does"));
    assert_eq!(diff(&old, &new).changes.len(), 2);
}

#[test]
fn what_looks_like_a_secret_is_told_in_no_form() {
    let token = ["ghp_16C7e42F292c6912", "E7710c838347Ae178B4a"].concat();
    let credential = json!({ "kind": "api-key", "store": "age", "identity": [token] });
    let diff = after(
        json!({ "account/etl": { "permissions": [token], "credential": credential },
            "approval/etl read 2026-10-01": { "permissions": [token] } }),
    );
    for format in [
        Format::Table,
        Format::Json,
        Format::Jsonl,
        Format::Csv,
        Format::Tsv,
        Format::Md,
        Format::Html,
    ] {
        let text = render(&diff, Sides { old: "a", new: "b" }, format, &Terminal::PIPE);
        assert!(text.contains('*') && !text.contains(&token), "{text}");
    }
    let mut refusals = keyroll::report::diff::refusals(diff.gains());
    assert!(!refusals.any(|line| line.contains(&token)));
}

#[test]
fn an_assertion_that_denies_less_is_told_and_stops_what_lets_nothing_new_pass() {
    let key = "assert/anyone asset/view-assets femo";
    let denied =
        json!({ "expect": "denied", "except": ["team/ops"], "catalog": "unicmms", "because": "a" });
    let with = |body: Value| {
        let mut inventory = base();
        put(&mut inventory, json!({ key: body }));
        inventory
    };
    let none = base();
    let from = with(denied.clone());
    let change = |field: &str, value: Value| {
        let mut body = denied.clone();
        body[field] = value;
        with(body)
    };
    let wider = change("except", json!(["person/jo", "team/ops"]));
    let elsewhere = change("catalog", json!("atlas"));
    for (old, new, line, gains, losses) in [
        (&from, &none, "+ loosened assertion denied -> (none)", 1, 0),
        (&none, &from, "- tightened assertion (none) -> denied", 0, 1),
        (
            &from,
            &change("expect", json!("allowed")),
            "+ loosened assertion denied -> allowed",
            1,
            0,
        ),
        (&from, &wider, "+ loosened except person/jo", 1, 0),
        (&wider, &from, "- tightened except person/jo", 0, 1),
        (&from, &elsewhere, "~ moved glossary unicmms -> atlas", 1, 1),
    ] {
        let diff = diff(old, new);
        let sides = Sides { old: "a", new: "b" };
        let text = render(&diff, sides, Format::Table, &Terminal::PIPE);
        let lines = text.lines();
        let mut lines = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        assert!(lines.any(|found| found == line), "{line}: {text}");
        assert_eq!(
            (diff.gains().count(), diff.losses().count()),
            (gains, losses)
        );
    }
    // Why it is so binds nobody.
    assert!(
        diff(&from, &change("because", json!("b")))
            .changes
            .is_empty()
    );
}
