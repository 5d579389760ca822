//! A secret that is possibly live: `check` ends with status 5 until the provider was seen to refuse it, whatever is said.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use keyroll::model::change::Change;
use keyroll::model::event::Actor;
use keyroll::model::record::Record;
use keyroll::store::{Access, Store};
use serde_json::{Value, json};

use crate::binary::Home;

const ACCOUNT: &str = "maintainx-production-read-only-import-plant1";

/// A roll with nothing due, and with a version that was taken away and not seen refused.
fn home() -> Home {
    let home = Home::filled();
    home.run(&["check", "--as-of", "2026-11-22"]).ok(0);
    stands(&home, "possibly-live");
    home
}

/// Writes how version 1 stands, as a revoke does.
fn stands(home: &Home, stage: &str) {
    let id = format!("version/{ACCOUNT} 1").parse().unwrap();
    let mut store = Store::open(&home.store(), Access::Write).unwrap();
    let before = store.record(&id).unwrap().unwrap();
    let mut body = before.to_value();
    body["stage"] = json!(stage);
    let after = Record::from_value(&id, body).unwrap();
    let actor = Actor {
        name: "jo".parse().unwrap(),
        host: "ops-1".parse().unwrap(),
        command: "revoke".parse().unwrap(),
        reason: None,
        at: "2026-11-22T10:00:00Z".parse().unwrap(),
    };
    store
        .commit(&actor, &[Change::update(before, after)])
        .unwrap();
}

fn check(home: &Home, options: &[&str]) -> crate::binary::Ran {
    let words = ["check", "--as-of", "2026-11-22"].iter().chain(options);
    home.run(&words.copied().collect::<Vec<_>>())
}

#[test]
fn it_is_told_first_with_the_way_out_and_counted_first() {
    let home = home();
    let ran = check(&home, &[]);
    let (out, told) = (ran.stdout.clone(), ran.stderr.clone());
    ran.ok(5);
    let line = format!("error    possibly-live  account/{ACCOUNT}  version 1 was taken away");
    assert!(out.starts_with(&line), "{out}");
    assert!(told.starts_with("possibly live: 1; 1 error"), "{told}");

    let ran = check(&home, &["--format", "json"]);
    let judged: Value = serde_json::from_str(&ran.stdout).unwrap();
    ran.ok(5);
    assert_eq!(judged["findings"][0]["rule"], "possibly-live");
    let way = judged["findings"][0]["fix"].as_str().unwrap();
    assert!(way.starts_with(&format!("keyroll revoke {ACCOUNT}")));
    assert_eq!(judged["summary"]["possibly-live"], 1);
    assert_eq!(judged["summary"]["errors"], 1);
}

#[test]
fn neither_an_option_nor_the_configuration_nor_the_status_of_the_account_silences_it() {
    let home = home();
    for options in [
        &["--quiet"][..],
        &["--fail-on", "never"],
        &["--ignore", "possibly-live"],
        &["--select", "rotation-due"],
        &["--severity", "possibly-live=info"],
        &["--statistics"],
    ] {
        check(&home, options).ok(5);
    }
    let text = "ignore = [\"possibly-live\"]\nselect = [\"rotation-due\"]\nfail-on = \"never\"\n[severity]\n\
                possibly-live = \"info\"\n";
    home.file("config/keyroll/keyroll.toml", text);
    check(&home, &[]).ok(5);
    let change = ["account", "set", ACCOUNT, "status=retired", "--yes"];
    home.run(&change).ok(0);
    check(&home, &[]).ok(5);
}

#[test]
fn dates_alone_say_nothing_of_it_and_a_refusal_ends_it() {
    let home = home();
    check(&home, &["--due"]).ok(0);
    stands(&home, "revoked");
    check(&home, &[]).ok(0);
}
