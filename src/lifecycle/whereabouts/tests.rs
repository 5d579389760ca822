//! Of what a test is when it is recorded, and where it counts afterwards.

use super::*;
use crate::lifecycle::facts::decide;
use crate::model::record::Record;
use serde_json::{Value, json};

/// An account of two environments, with a version.
fn roll(over: Value) -> Inventory {
    let mut all = json!({
        "provider/p": { "environment": {
            "production": { "endpoint": "https://P.example:443/api/" },
            "staging": { "endpoint": "https://s.example" } } },
        "platform/f": { "environment": { "production": { "endpoint": "https://f.example" } } },
        "consumer/job": {},
        "account/etl": account("production", &["svc-etl"]),
        "version/etl 1": { "stage": "current", "issued": "2026-10-01" },
    });
    let over = over.as_object().unwrap().clone();
    all.as_object_mut().unwrap().extend(over);
    let all = all.as_object().unwrap().iter();
    let all = all.map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap());
    all.collect()
}

fn account(environment: &str, identity: &[&str]) -> Value {
    json!({ "provider": "p", "platform": "f", "environment": environment, "workflow": "import",
        "level": "read-only-import",
        "credential": { "kind": "api-key", "store": "age", "identity": identity } })
}

fn fact(detail: Value) -> Fact {
    let mut fact = json!({ "fact": "evidence", "account": "etl", "version": 1, "probe": "read",
        "outcome": "pass", "on": "2026-10-02" });
    if !detail.is_null() {
        fact["detail"] = detail;
    }
    serde_json::from_value(fact).unwrap()
}

fn detail(fact: &Fact) -> Value {
    serde_json::to_value(fact.detail()).unwrap()
}

/// How a test that is recorded in the roll as it is stands in another.
fn later(over: Value) -> Option<String> {
    let recorded = placed(fact(Value::Null), &roll(json!({})));
    elsewhere(&recorded, &roll(over)).map(|elsewhere| elsewhere.to_string())
}

#[test]
fn a_test_is_of_where_the_account_works_as_it_is_recorded() {
    let now = placed(fact(Value::Null), &roll(json!({})));
    let here = json!({ "environment": "production", "endpoint": "https://p.example/api", "identity": "svc-etl" });
    assert_eq!(detail(&now), here);
    let platform = placed(fact(json!({ "side": "platform" })), &roll(json!({})));
    assert_eq!(detail(&platform)["endpoint"], "https://f.example");
    // What names its own keeps it; of who the account is elsewhere nothing is known.
    let own = placed(fact(json!({ "environment": "staging" })), &roll(json!({})));
    let there = json!({ "environment": "staging", "endpoint": "https://s.example" });
    assert_eq!(detail(&own), there);
    let said = json!({ "endpoint": "https://old.example", "identity": "svc-old" });
    let own = detail(&placed(fact(said), &roll(json!({}))));
    assert_eq!(
        [&own["endpoint"], &own["identity"]],
        ["https://old.example", "svc-old"]
    );
}

#[test]
fn a_test_of_another_environment_endpoint_or_identity_is_of_another_place() {
    assert_eq!(later(json!({})), None);
    let moved = json!({ "account/etl": account("staging", &["svc-etl"]) });
    let told = "that was of `production`, and the account is in `staging` now";
    assert_eq!(later(moved).as_deref(), Some(told));
    let at = |url: &str| json!({ "provider/p": { "environment": { "production": { "endpoint": url } } } });
    let told =
        "that was of the endpoint `https://p.example/api`, and it is `https://q.example/api` now";
    assert_eq!(later(at("https://q.example/api")).as_deref(), Some(told));
    assert!(later(at("https://p.example/other")).is_some());
    assert_eq!(later(at("https://p.example/api?x=1")), None);
    let told = "that was of the endpoint `https://p.example/api`, and none is declared now";
    assert_eq!(later(json!({ "provider/p": {} })).as_deref(), Some(told));
    let other = json!({ "account/etl": account("production", &["svc-new"]) });
    let told = "that was of the identity `svc-etl`, and it is `svc-new` now";
    assert_eq!(later(other).as_deref(), Some(told));
}

#[test]
fn of_two_identities_in_turn_a_version_is_of_one() {
    let both = |version: Value| json!({ "account/etl": account("production", &["blue", "green"]), "version/etl 1": version });
    let of = |identity: &str| json!({ "stage": "current", "issued": "2026-10-01", "identity": identity });
    let green = placed(fact(Value::Null), &roll(both(of("green"))));
    assert_eq!(detail(&green)["identity"], "green");
    assert_eq!(elsewhere(&green, &roll(both(of("green")))), None);
    let told = elsewhere(&green, &roll(both(of("blue")))).unwrap();
    assert!(told.to_string().ends_with("it is `blue` now"), "{told}");
    // The version was made for one that the account has no more.
    let gone =
        json!({ "account/etl": account("production", &["blue"]), "version/etl 1": of("green") });
    assert!(elsewhere(&green, &roll(gone)).is_some());
}

#[test]
fn what_says_nothing_of_its_place_counts_as_of_here() {
    let moved = roll(json!({ "account/etl": account("staging", &["svc-new"]) }));
    assert_eq!(elsewhere(&fact(Value::Null), &moved), None);
    assert_eq!(elsewhere(&fact(json!({ "note": "by two" })), &moved), None);
}

#[test]
fn a_file_of_facts_is_read_again_after_the_account_moved() {
    let lines = [(1, fact(Value::Null))];
    let mut roll = roll(json!({}));
    let changes = decide(&lines, &roll).unwrap();
    for change in &changes {
        roll.put(change.after().unwrap().clone());
    }
    let recorded = detail(roll.facts.values().next().unwrap());
    assert_eq!(recorded["came-by"], "import");
    assert_eq!(recorded["endpoint"], "https://p.example/api");
    let moved = account("staging", &["svc-etl"]);
    roll.put(Record::from_value(&"account/etl".parse().unwrap(), moved).unwrap());
    assert_eq!(decide(&lines, &roll).unwrap(), []);
    // One that says another place of the same test contradicts it.
    let other = [(1, fact(json!({ "environment": "staging" })))];
    assert_eq!(decide(&other, &roll).unwrap_err().len(), 1);
}

#[test]
fn nobody_brings_a_probe_in_a_file() {
    let forged = fact(json!({ "came-by": "probe", "millis": 12 }));
    let recorded = imported(forged, &roll(json!({})));
    assert_eq!(detail(&recorded)["came-by"], "import");
}

#[test]
fn an_endpoint_that_looks_like_a_secret_is_not_repeated() {
    let url = "https://hooks.example/ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let kept = address(&url.parse().unwrap()).unwrap();
    assert!(kept.as_str().starts_with("sha256 "), "{kept}");
    let user = address(&"https://me:hunter2@p.example".parse().unwrap()).unwrap();
    assert_eq!(user.as_str(), "https://p.example");
}
