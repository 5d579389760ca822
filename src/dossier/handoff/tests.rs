//! What a pack holds of a small roll, what it misses, and what it keeps to itself.

mod measures;
mod proofs;

use super::*;
use crate::catalog::Glossaries;
use crate::model::finding::{FieldPath, Finding};
use crate::model::record::Record;
use crate::report::handoff::Gap;
use serde_json::{Value, json};

const AS_OF: &str = "2026-11-22";

fn account(tenant: &str) -> Value {
    json!({ "provider": "p", "environment": "production", "boundary": [format!("{tenant}/site")], "workflow": "import",
        "level": "read-only-import", "purpose": "Pull work orders", "owner": { "business": "person/anna",
        "technical": "person/anna" }, "permissions": ["work-order/view-work-orders"], "rotation": "standard",
        "rotate": "p-rotate", "revoke": "p-revoke", "consumers": ["job"],
        "credential": { "kind": "api-key", "store": "age" } })
}

fn records() -> Value {
    json!({
        "organisation": { "name": "Ours" },
        "person/anna": { "name": "Anna", "email": "anna@ours.example" },
        "boundary/a": { "kind": "tenant", "name": "A" }, "boundary/a/site": { "kind": "site", "name": "S" },
        "boundary/b": { "kind": "tenant", "name": "B" }, "boundary/b/site": { "kind": "site", "name": "S" },
        "platform/f": { "catalog": "factverse" },
        "provider/p": { "catalog": "unicmms", "environment": { "production": { "endpoint": "https://p.example" } } },
        "rotation/standard": { "every": "60d" },
        "procedure/p-rotate": { "kind": "rotate", "step": [{ "title": "Make it", "manual": "Make it." }] },
        "procedure/p-revoke": { "kind": "revoke", "step": [{ "title": "Take it", "manual": "Take it." }] },
        "consumer/job": {},
        "account/one": account("a"),
        "account/two": account("b"),
        "version/one 1": { "stage": "previous", "issued": "2026-08-01", "retired": "2026-10-02" },
        "version/one 2": { "stage": "current", "issued": "2026-10-01" },
        "waiver/missing-expiry account/one": { "rule": "missing-expiry", "subject": "account/one",
            "reason": "until the vendor can", "owner": "person/anna", "until": "2027-01-01" },
    })
}

fn inventory(over: Value) -> Inventory {
    let mut all = records();
    let all = all.as_object_mut().unwrap();
    all.extend(over.as_object().unwrap().clone());
    let records = all.iter().filter(|(_, body)| !body.is_null());
    let records = records.map(|(id, body)| {
        Record::from_value(&id.parse().unwrap(), body.clone())
            .unwrap_or_else(|error| panic!("{error}"))
    });
    records.collect()
}

fn made(inventory: &Inventory, scope: &Scope) -> Pack {
    let glossaries = Glossaries::of(inventory);
    let facts = Facts::new(inventory, &glossaries, AS_OF.parse().unwrap());
    pack(Given {
        facts: &facts,
        judgement: &rules::judgement(&facts, &Selection::all()),
        scope,
        judged_at: Timestamp::from(facts.as_of),
        made: Timestamp::from(facts.as_of),
        store: "0198",
        trail: Trail {
            tip: Tip {
                events: 1,
                root: "aGFzaA==".to_owned(),
            },
            faults: Vec::new(),
        },
    })
}

fn sections(over: Value, scope: &Scope) -> Value {
    let pack = made(&inventory(over), scope);
    let json: Value = serde_json::from_str(&pack.json()).unwrap();
    json["sections"].clone()
}

fn gaps(sections: &Value, id: &str) -> Vec<String> {
    let gaps = sections[id]["gaps"].as_array().unwrap().iter();
    gaps.map(|gap| {
        format!(
            "{}: {}",
            gap["subject"].as_str().unwrap(),
            gap["what"].as_str().unwrap()
        )
    })
    .collect()
}

fn has(gaps: &[String], begins: &str) -> bool {
    gaps.iter().any(|gap| gap.starts_with(begins))
}

#[test]
fn the_seven_outputs_of_the_guide_stand_in_their_order() {
    let sections = sections(json!({}), &Scope::default());
    let ids: Vec<&String> = sections.as_object().unwrap().keys().collect();
    assert_eq!(
        ids,
        [
            "inventory",
            "permissions",
            "scopes",
            "secrets",
            "decisions",
            "evidence",
            "audit",
            "checklist",
            "accepted",
            "cis-5-5",
            "findings"
        ]
    );
}

#[test]
fn what_is_missing_is_a_gap_in_its_part() {
    let found = sections(
        json!({ "account/one": { "provider": "p", "environment": "production", "workflow": "w", "level": "write-back",
            "boundary": ["a/site"] } }),
        &Scope::default(),
    );
    let cases = [
        ("inventory", "account/one: no purpose"),
        ("permissions", "account/one: no permission at its provider"),
        ("scopes", "account/one: no scope at the platform"),
        (
            "secrets",
            "account/one: nothing says what it authenticates with",
        ),
        ("secrets", "account/one: no rotation owner"),
        ("secrets", "account/one: no procedure to rotate it is named"),
        (
            "decisions",
            "account/one: no decision to read or to write at `a/site`",
        ),
        ("evidence", "account/one: Authenticates: never tested"),
        ("audit", "account/one: Audit records: "),
        ("audit", "account/one: never seen at work in any log"),
        ("audit", "account/one: no log of its provider was ever held"),
        (
            "checklist",
            "account/one: Fails closed: no job that uses it is named",
        ),
        (
            "cis-5-5",
            "provider/p: its own list of accounts in `production`",
        ),
    ];
    for (id, expected) in cases {
        let all = gaps(&found, id);
        assert!(has(&all, expected), "{expected}: {all:#?}");
    }
}

#[test]
fn a_waiver_accepts_a_gap_and_does_not_hide_it() {
    let sections = sections(json!({}), &Scope::default());
    let all = gaps(&sections, "inventory");
    let expiry: Vec<&String> = all
        .iter()
        .filter(|gap| gap.contains("account/one: no "))
        .collect();
    assert!(
        expiry
            .iter()
            .any(|gap| gap.ends_with("(accepted by a waiver)")),
        "{all:#?}"
    );
    let open = sections["findings"]["findings"].as_array().unwrap();
    let is_open = |row: &&Value| row["rule"] == "missing-expiry" && row["subject"] == "account/one";
    assert!(!open.iter().any(|row| is_open(&row)), "{open:#?}");
    assert_eq!(sections["accepted"]["waivers"][0]["standing"], "in force");
}

#[test]
fn a_part_of_the_roll_names_nothing_of_the_rest() {
    let scope = Scope {
        tenants: vec!["a".parse().unwrap()],
        ..Scope::default()
    };
    // Both use one identity: the rule's message about the one names the other.
    let shared = |tenant| {
        let mut account = account(tenant);
        account["credential"]["identity"] = json!(["svc"]);
        account
    };
    let over = json!({ "account/one": shared("a"), "account/two-secret-customer": shared("b"),
        "account/two": null, "approval/two-secret-customer read 2026-10-01": { "by": "person/anna" },
        "fact/x": { "fact": "seen", "account": "two-secret-customer", "on": "2026-11-01", "log": "b-log" } });
    let pack = made(&inventory(over.clone()), &scope);
    for text in [pack.html(), pack.markdown(), pack.json()] {
        assert!(
            !text.contains("two-secret-customer") && !text.contains("b-log"),
            "{text}"
        );
        assert!(text.contains("(another account)"), "{text}");
    }
    let whole = made(&inventory(over), &Scope::default());
    assert!(whole.markdown().contains("two-secret-customer"));
}

#[test]
fn the_timeline_has_the_past_and_the_plan() {
    let sections = sections(json!({}), &Scope::default());
    let rows = sections["secrets"]["timeline"].as_array().unwrap();
    let told = |row: &Value| {
        let word = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
        format!("{} {} {}", word("account"), word("on"), word("what"))
    };
    let told: Vec<String> = rows.iter().map(told).collect();
    assert!(
        told.starts_with(&[
            "one 2026-08-01 issued".to_owned(),
            "one 2026-10-01 issued".to_owned()
        ]),
        "{told:?}"
    );
    assert!(
        told.contains(&"one 2026-11-30 planned".to_owned()) || has(&told, "one 2026-11-"),
        "{told:?}"
    );
}

#[test]
fn what_is_dated_later_counts_for_nothing() {
    let later = json!({ "fact/x": { "fact": "seen", "account": "one", "on": "2026-12-01" },
        "fact/y": { "fact": "evidence", "account": "one", "version": 2, "probe": "authenticate", "outcome": "pass",
            "on": "2026-12-01" } });
    let sections = sections(later, &Scope::default());
    assert!(has(&gaps(&sections, "audit"), "account/one: never seen"));
    assert_eq!(sections["evidence"]["tests"], json!([]));
}

#[test]
fn a_test_of_another_environment_hides_none_of_its_own() {
    let test = |environment: &str, outcome: &str, on: &str| {
        json!({ "fact": "evidence", "account": "one", "version": 2, "probe": "read", "outcome": outcome, "on": on,
            "detail": { "environment": environment } })
    };
    let over = json!({ "fact/x": test("production", "fail", "2026-11-01"), "fact/y": test("staging", "pass", "2026-11-20") });
    let sections = sections(over, &Scope::default());
    let tests = sections["evidence"]["tests"].as_array().unwrap();
    let told: Vec<_> = tests
        .iter()
        .map(|row| (&row["environment"], &row["outcome"]))
        .collect();
    assert_eq!(told, [(&json!("production"), &json!("fail"))]);
}

#[test]
fn the_verdict_says_what_is_wrong_before_what_is_left() {
    let figure = |count, title, tone| Figure {
        name: "x",
        count,
        of: None,
        title,
        tone: Some(if count == 0 { Tone::Good } else { tone }),
        place: None,
    };
    let told = |failed, missing, faults| {
        let figures = [
            figure(missing, "items missing", Tone::Warning),
            figure(failed, "checks failed", Tone::Error),
        ];
        let tip = Tip {
            events: 1,
            root: String::new(),
        };
        let faults = vec![(None, String::new()); faults];
        verdict(&figures, &Trail { tip, faults }).0
    };
    assert_eq!(
        told(2, 7, 0),
        "Not in order: 2 checks failed, 7 items missing."
    );
    assert_eq!(told(0, 7, 0), "Not complete: 7 items missing.");
    assert_eq!(told(0, 0, 1), "Not in order: the audit trail is broken.");
    assert!(told(0, 0, 0).starts_with("In order: "));
}

#[test]
fn what_no_log_tells_of_an_account_is_not_known_and_not_nothing() {
    let seen = json!({ "fact": "seen", "account": "one", "on": "2026-11-20" });
    let found = sections(json!({ "fact/seen": seen }), &Scope::default());
    for row in found["audit"]["sightings"].as_array().unwrap() {
        for key in ["log", "covers", "records", "used", "never-used"] {
            assert_eq!(row[key], Value::Null, "{key}");
        }
    }
}

#[test]
fn a_waiver_that_names_a_stranger_goes_with_the_whole_provider_alone() {
    let census = json!({ "fact": "listed", "provider": "p", "on": "2026-11-20", "census": { "environment": "production",
        "list": "accounts.csv", "listed": 3, "orphans": ["svc-old", "svc-rogue"] } });
    let subject = "provider/p production svc-old";
    let waiver = json!({ "rule": "provider-orphan", "subject": subject, "reason": "goes with the old server",
        "owner": "person/anna", "until": "2027-01-01" });
    let over = json!({ "fact/census": census, "waiver/provider-orphan provider/p production svc-old": waiver });
    let whole = Scope {
        providers: vec!["p".parse().unwrap()],
        ..Scope::default()
    };
    let told = sections(over.clone(), &whole);
    assert!(told["accepted"]["waivers"].to_string().contains(subject));
    let open = told["findings"]["findings"].to_string();
    assert!(
        open.contains("svc-rogue") && !open.contains("svc-old"),
        "{open}"
    );
    // It may be of another tenant.
    let part = Scope {
        tenants: vec!["a".parse().unwrap()],
        ..Scope::default()
    };
    assert!(
        !sections(over, &part)["accepted"]
            .to_string()
            .contains("svc-old")
    );
}

#[test]
fn names_of_other_accounts_are_taken_out_as_whole_words() {
    let all: Inventory = inventory(json!({}));
    let scope = Scope {
        accounts: vec!["one".parse().unwrap()],
        ..Scope::default()
    };
    let some = scope.of(&all);
    let told = |text: &str| gaps::discreet(text, &all, &some);
    assert_eq!(
        told("`account/two` and `one`"),
        "`account/(another account)` and `one`"
    );
    assert_eq!(told("keyroll test two"), "keyroll test (another account)");
    assert_eq!(
        told("twofold, two-way, é two."),
        "twofold, two-way, é (another account)."
    );
}

#[test]
fn a_finding_keeps_all_but_its_words() {
    let finding = Finding {
        subject: "account/one".parse().unwrap(),
        field: FieldPath::record(),
        rule: "identity-shared",
        severity: Severity::Error,
        message: "shared with `two`".to_owned(),
        fix: None,
        days: None,
        wants: None,
        particular: None,
        entry: None,
    };
    let all = inventory(json!({}));
    let some = Scope {
        accounts: vec!["one".parse().unwrap()],
        ..Scope::default()
    }
    .of(&all);
    assert_eq!(
        gaps::discreet(&finding.message, &all, &some),
        "shared with `(another account)`"
    );
    let gap = Gap {
        subject: "a".to_owned(),
        what: "b".to_owned(),
        way: None,
    };
    assert_eq!(gaps::sorted(vec![gap.clone(), gap.clone()]), [gap]);
}

#[test]
fn logs_of_which_each_failure_was_tried_again_show_nothing_amiss() {
    let found = |count: u64| {
        let compared = json!({ "since": "2026-11-01", "until": "2026-11-19", "provider-log": "p", "platform-log": "q",
            "records": 9, "found": { "not-retried": count } });
        let fact = json!({ "fact": "reconciled", "account": "one", "on": "2026-11-20", "compared": compared });
        let sections = sections(json!({ "fact/a": fact }), &Scope::default());
        sections["audit"].to_string()
    };
    assert!(found(2).contains("2 not-retried"));
    assert!(!found(0).contains("not-retried"), "{}", found(0));
}
