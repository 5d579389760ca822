//! Gains that no permission shows: a default that another record sets, a guard that goes, a word that is signed.

use keyroll::access::diff::{Diff, State, compare};
use keyroll::catalog::{Glossaries, Policy};
use keyroll::model::access::Level;
use keyroll::model::inventory::Inventory;
use keyroll::report::diff::{Sides, render};
use keyroll::report::{Format, Terminal};
use serde_json::{Value, json};

use crate::cases::{base, put, said};
use crate::diff;

fn with(records: &Value) -> Inventory {
    let mut inventory = base();
    put(&mut inventory, records.clone());
    inventory
}

/// What a gate refuses, from one state of the base to another.
fn refused(old: &Value, new: &Value) -> Vec<String> {
    let mut after = with(old);
    put(&mut after, new.clone());
    keyroll::report::diff::refusals(diff(&with(old), &after).gains()).collect()
}

#[test]
fn the_only_platform_is_another_for_who_names_none() {
    let swap = json!({ "platform/factverse": null, "platform/other": { "catalog": "factverse" } });
    let moved = "account/etl moves platform factverse -> other";
    assert_eq!(refused(&json!({}), &swap), [moved]);
    let seat = json!({ "principal": "account/etl", "role": "reader", "at": "femo" });
    let by_role = json!({ "account/etl": { "scopes": [] },
        "role/reader": { "catalog": "factverse", "permissions": ["base.read"] },
        "assignment/account/etl reader femo": seat });
    assert_eq!(refused(&by_role, &swap), [moved]);
}

#[test]
fn a_platform_that_is_elsewhere_moves_who_has_scopes_by_a_role() {
    let at = |host: &str| {
        let endpoint = format!("https://{host}.example");
        json!({ "platform/factverse": { "environment": { "production": { "endpoint": endpoint } } } })
    };
    let seat = json!({ "principal": "account/etl", "role": "reader", "at": "femo" });
    let mut old = at("a");
    old["account/etl"] = json!({ "scopes": [] });
    old["role/reader"] = json!({ "catalog": "factverse", "permissions": ["base.read"] });
    old["assignment/account/etl reader femo"] = seat;
    assert_eq!(
        refused(&old, &at("b")),
        [
            "platform/factverse moves endpoint of production https://a.example -> https://b.example for account/etl"
        ]
    );
}

#[test]
fn a_list_of_fields_that_goes_is_a_guard_that_goes() {
    let fields = |fields: Value| json!({ "account/etl": { "controls": { "fields": fields } } });
    assert_eq!(
        refused(&fields(json!(["status"])), &fields(json!([]))),
        ["account/etl loosens control fields"]
    );
    assert_eq!(
        refused(&fields(json!([])), &fields(json!(["status"]))),
        [""; 0]
    );
    assert_eq!(
        said(fields(json!(["status"])))[1..],
        ["- tightened control fields"]
    );
    assert_eq!(
        refused(
            &fields(json!(["status"])),
            &fields(json!(["status", "cost"]))
        ),
        ["account/etl gains writable field cost"]
    );
}

#[test]
fn what_a_control_says_is_told_where_it_says_something_else() {
    let controls = |size: &str, who: &str| json!({ "account/etl": { "controls": { "max-file-size": size, "supervisor": who } } });
    let (old, mut new) = (with(&controls("5MB", "person/jo")), base());
    put(&mut new, controls("5TB", "person/ana"));
    let sides = Sides { old: "a", new: "b" };
    let text = render(&diff(&old, &new), sides, Format::Table, &Terminal::PIPE);
    assert!(
        text.contains("~ changed   control max-file-size 5MB -> 5TB"),
        "{text}"
    );
    assert!(
        text.contains("~ moved     control supervisor person/jo -> person/ana"),
        "{text}"
    );
}

#[test]
fn a_consumer_that_a_person_uses_is_a_gain() {
    let consumer = |body: Value| json!({ "consumer/job": body });
    let used = json!({ "consumer/job": { "host": "a" }, "account/etl": { "consumers": ["job"] } });
    assert_eq!(
        refused(&used, &consumer(json!({ "person": "jo" }))),
        ["consumer/job gains person jo for account/etl"]
    );
    assert_eq!(
        refused(&used, &consumer(json!({ "host": "b" }))),
        ["consumer/job moves host a -> b for account/etl"]
    );
    let idle = consumer(json!({ "host": "a" }));
    assert_eq!(
        refused(&idle, &consumer(json!({ "person": "jo" }))),
        [""; 0]
    );
}

#[test]
fn an_allowlist_that_goes_or_grows_is_a_gain() {
    let site = |allowlist: Value| {
        json!({ "provider/unicmms": { "environment": { "production":
            { "endpoint": "https://a.example", "allowlist": allowlist } } } })
    };
    let one = json!(["10.0.0.0/24"]);
    assert_eq!(
        refused(&site(one.clone()), &site(json!([]))),
        ["provider/unicmms loosens allowlist of production 10.0.0.0/24 for account/etl"]
    );
    assert_eq!(refused(&site(json!([])), &site(one.clone())), [""; 0]);
    assert_eq!(
        refused(&site(one), &site(json!(["10.0.0.0/24", "0.0.0.0/0"]))),
        ["provider/unicmms gains allowlist of production 0.0.0.0/0 for account/etl"]
    );
}

#[test]
fn a_decision_to_write_and_an_approval_by_name_are_gains() {
    let decision = |choice: &str| {
        json!({ "decision/etl femo/hawthorne":
        { "choice": choice, "reason": "r", "by": "person/ana", "on": "2026-10-01" } })
    };
    assert_eq!(
        refused(&decision("read"), &decision("write")),
        ["account/etl raises decision at femo/hawthorne read -> write"]
    );
    assert_eq!(
        refused(&json!({}), &decision("write")),
        ["account/etl gains decision at femo/hawthorne write"]
    );
    assert_eq!(refused(&decision("write"), &decision("read")), [""; 0]);
    let named = json!({ "approval/etl read 2026-10-01": { "permissions": ["admin/export"] } });
    assert_eq!(
        refused(&json!({}), &named),
        ["account/etl gains approval of admin/export until 2027-03-31"]
    );
}

#[test]
fn a_role_without_a_glossary_of_its_own_goes_by_that_of_the_provider() {
    let glossary = |effect: &str| {
        json!({ "title": "t", "side": "provider", "entitlements": {
            "a/b": { "group": "g", "title": "t", "meaning": "m", "effect": effect } } })
    };
    let seat = json!({ "principal": "account/etl", "role": "r", "at": "femo" });
    let old = json!({ "provider/unicmms": { "catalog": "./c.toml" }, "catalog/./c.toml": glossary("read"),
        "role/r": { "permissions": ["a/b"] }, "assignment/account/etl r femo": seat });
    assert_eq!(
        refused(&old, &json!({ "catalog/./c.toml": glossary("destroy") })),
        ["catalog/./c.toml gains what a/b does: read -> destroy for account/etl"]
    );
    let renamed = json!({ "catalog/./d.toml": glossary("destroy"), "provider/unicmms": { "catalog": "./d.toml" } });
    assert_eq!(
        refused(&old, &renamed),
        ["provider/unicmms gains what a/b does: read -> destroy for account/etl"]
    );
}

/// The difference by a policy that takes every action class from every level, beside what ships.
fn by_an_empty_policy(old: &Inventory, new: &Inventory) -> Diff {
    let [old_terms, new_terms] = [Glossaries::of(old), Glossaries::of(new)];
    let old = State {
        inventory: old,
        glossary: &|name| old_terms.get(name),
    };
    let new = State {
        inventory: new,
        glossary: &|name| new_terms.get(name),
    };
    let shipped = |level: Level| Policy::shipped().levels().policy(level).actions.as_slice();
    compare(&old, &new, &[&shipped, &|_| &[]])
}

#[test]
fn a_level_is_raised_where_any_of_the_policies_says_so() {
    let (old, new) = (
        base(),
        with(&json!({ "account/etl": { "level": "closeout" } })),
    );
    assert_eq!(by_an_empty_policy(&old, &new).gains().count(), 1);
    assert_eq!(by_an_empty_policy(&new, &old).gains().count(), 0);
}

#[test]
fn a_person_of_many_roles_is_compared_in_time() {
    // One entitlement by 20,000 roles, each a boundary higher than before.
    let inventory = |above: bool| -> Inventory {
        let mut inventory = Inventory::default();
        for at in 0..20_000 {
            let place = match above {
                true => format!("femo/p{at}"),
                false => format!("femo/p{at}/m"),
            };
            let body = json!({ "principal": "person/jo", "role": format!("r{at}"), "at": place });
            put(
                &mut inventory,
                json!({ format!("role/r{at}"): { "permissions": ["a/b"] },
                    format!("assignment/person/jo r{at} {place}"): body }),
            );
        }
        inventory
    };
    let diff = diff(&inventory(false), &inventory(true));
    assert!(diff.is_complete());
    assert_eq!(diff.gains().count(), 20_000);
    let via = diff.changes.iter().map(|change| match &change.what {
        keyroll::access::diff::What::Grant(grant) => grant.via.len(),
        _ => 0,
    });
    assert!(via.max() == Some(1), "each by the role that gives it");
}

#[test]
fn no_row_of_a_comment_hides_the_gains_behind_it() {
    let keys: Vec<String> = (0..500)
        .map(|at| format!("{at}/{}", "<".repeat(150)))
        .collect();
    let many = json!({ "provider": "unicmms", "environment": "production", "workflow": "w",
        "level": "read-only-import", "permissions": keys });
    let mut old = base();
    put(
        &mut old,
        json!({ "account/a-lost": many, "account/z": many }),
    );
    put(&mut old, json!({ "account/z": { "permissions": [] } }));
    let mut new = old.clone();
    put(
        &mut new,
        json!({ "account/a-lost": { "permissions": [] }, "account/b": many,
            "account/z": { "permissions": ["admin/all"] } }),
    );
    let comment = |old: &Inventory, new: &Inventory| {
        let sides = Sides { old: "a", new: "b" };
        render(&diff(old, new), sides, Format::Md, &Terminal::PIPE)
    };
    let text = comment(&old, &new);
    let place = |word: &str| text.find(word).unwrap_or_else(|| panic!("{word}: {text}"));
    assert!(place("| account/z | + |") < place("| account/a-lost | - |"));
    assert!(
        text.len() < 20_000 && text.contains(", and 4"),
        "{}",
        text.len()
    );

    for at in 0..2_000 {
        put(&mut new, json!({ format!("account/n{at}"): many }));
    }
    let text = comment(&old, &new);
    assert!(text.len() < 65_536);
    assert!(
        text.ends_with(" gains of them: --format csv has all.\n"),
        "{text}"
    );
}

#[test]
fn whoever_accepts_an_invitation_gains_and_files_say_nothing_of_it() {
    let stands =
        |status: &str| json!({ "invitation/jo": { "status": status, "since": "2026-11-01" } });
    for (old, new, gains) in [
        ("pending", "accepted", true),
        ("revoked", "accepted", true),
        ("accepted", "revoked", false),
        ("pending", "revoked", false),
    ] {
        let told = refused(&stands(old), &stands(new));
        assert_eq!(!told.is_empty(), gains, "{old} {new}: {told:?}");
        if gains {
            assert!(told[0].contains("invitation"), "{told:?}");
        }
    }
    // A side without any invitation is of files: what it does not say, it does not change.
    let files = diff(&with(&stands("pending")), &base());
    assert_eq!(files.gains().count(), 0);
}
