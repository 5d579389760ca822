//! Somebody leaves: what they know is due at once, and their key opens nothing new, whether or not the identity is at hand.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;

use binary::{Home, Ran};

const ACCOUNT: &str = "unicmms-production-status-sync-plant1";
const OTHER: &str = "maintainx-production-read-only-import-plant1";

/// A key of Bo's, made with `age-keygen`; nobody has its other half.
const KEY: &str = "age1un2wqcx8mugzunwgqq6my8x3h53nccm9l0zy7n6hkd2dvla5q9zsthvj4f";

/// A store with two secrets.
fn home() -> Home {
    let home = Home::with_secrets();
    for (account, secret) in [(ACCOUNT, "kJ8sd7Fh2LqPz0xW"), (OTHER, "Qm4zR8vT1bN6yHcD")] {
        home.given(&["secret", "set", account], secret).ok(0);
    }
    home
}

/// The same, which a key of Bo's opens.
fn with_key() -> Home {
    let home = home();
    let words = [
        "secret",
        "recipients",
        "add",
        "bo-laptop",
        KEY,
        "--person",
        "bo-berg",
    ];
    home.run(&words).ok(0);
    home
}

fn offboard(home: &Home, more: &[&str]) -> Ran {
    let words = ["offboard", "bo-berg", "--yes"];
    home.run(&[&words, more].concat())
}

/// The rows of the report that are of one thing, as record, why and then.
fn rows(home: &Home, what: &str) -> Vec<String> {
    let words = ["offboard", "bo-berg", "--dry-run", "--format", "json"];
    let shown = home.run(&words).ok(0).stdout;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(
        (&shown["version"], &shown["kind"]),
        (&1.into(), &"offboarding".into())
    );
    let rows = shown["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["what"] == what)
        .map(|row| {
            let text = |key: &str| row[key].as_str().unwrap().to_owned();
            let why = row["why"].as_array().unwrap().iter();
            let why: Vec<&str> = why.map(|why| why.as_str().unwrap()).collect();
            format!("{}: {}: {}", text("record"), why.join(", "), text("then"))
        })
        .collect()
}

fn exposed(home: &Home) -> usize {
    let shown = home.run(&["credential", "show", ACCOUNT]).ok(0).stdout;
    let other = home.run(&["credential", "show", OTHER]).ok(0).stdout;
    let due = home.run(&["check", "--format", "json"]).stdout;
    assert!(!shown.is_empty() && !other.is_empty());
    let due: serde_json::Value = serde_json::from_str(&due).unwrap();
    let text = due.to_string();
    [ACCOUNT, OTHER]
        .iter()
        .filter(|account| {
            text.contains(&format!("account/{account}")) && text.contains("rotation-")
        })
        .count()
}

#[test]
fn a_key_is_taken_off_where_the_identity_is_at_hand() {
    let home = with_key();
    assert_eq!(exposed(&home), 0);
    assert_eq!(
        rows(&home, "secret"),
        [
            format!("version/{OTHER} 1: recipient bo-laptop: rotate"),
            format!("version/{ACCOUNT} 1: recipient bo-laptop: rotate"),
        ]
    );
    offboard(&home, &[])
        .ok(0)
        .says("bo-laptop opens nothing new: 2 secrets sealed anew")
        .says(&format!("  account/{ACCOUNT} (version 1)"));
    let list = home.run(&["secret", "recipients", "list"]).ok(0).stdout;
    assert!(!list.contains("bo-laptop"), "{list}");
    assert_eq!(exposed(&home), 2);
    home.run(&["audit", "verify"]).ok(0);
    home.run(&["secret", "verify"]).ok(0);
}

#[test]
fn without_the_identity_the_rest_is_done_and_the_command_is_named() {
    let home = with_key();
    let (identity, aside) = (home.identity(), home.path().join("aside.txt"));
    fs::rename(&identity, &aside).unwrap();
    offboard(&home, &[])
        .ok(3)
        .says("their keys still open the secrets: ")
        .says("  keyroll secret recipients remove bo-laptop");
    home.run(&["person", "show", "bo-berg"])
        .ok(0)
        .says("left =");
    home.run(&["team", "show", "plant-it"])
        .ok(0)
        .says("members = [\"ana-lima\"]");
    assert_eq!(exposed(&home), 2);
    // Once more where the identity is: only what is left is done.
    fs::rename(&aside, &identity).unwrap();
    let again = offboard(&home, &[]).ok(0);
    assert!(!again.stderr.contains("recorded"), "{again:#?}");
    again.says("bo-laptop opens nothing new");
    assert_eq!(rows(&home, "recipient"), [""; 0]);
}

#[test]
fn what_was_revealed_is_known_by_the_login_and_an_identity_that_was_at_hand_opens_all() {
    let home = home();
    home.run(&["person", "set", "bo-berg", "login+=bo"]).ok(0);
    assert_eq!(rows(&home, "secret"), [""; 0]);
    let mut get = home.command(&["secret", "get", ACCOUNT, "--reveal"]);
    get.env("KEYROLL_ACTOR", "bo");
    binary::finish(get).ok(0);
    let known = rows(&home, "secret");
    assert!(known[0].starts_with(&format!("version/{OTHER} 1: had an identity at hand")));
    assert!(known[1].contains("revealed 2") && known[1].ends_with("at hand: rotate"));
    offboard(&home, &[])
        .ok(0)
        .says("replace it: keyroll secret rotate-key");
    assert_eq!(exposed(&home), 2);
    // A second time nothing is left to do.
    offboard(&home, &[]).ok(0).says("nothing is left to change");
}

#[test]
fn who_stored_a_secret_knows_it_and_who_was_told_nothing_does_not() {
    let home = home();
    home.run(&["person", "set", "bo-berg", "login+=tester"])
        .ok(0);
    let known = rows(&home, "secret");
    assert!(
        known.iter().all(|row| row.contains("stored it 2")),
        "{known:?}"
    );
    home.run(&["person", "set", "bo-berg", "login-=tester"])
        .ok(0);
    assert_eq!(rows(&home, "secret"), [""; 0]);
}

#[test]
fn what_is_refused_or_only_shown_changes_nothing() {
    let home = with_key();
    let changes = "create,update,remove";
    let changes = ["audit", "log", "--action", changes, "--format", "jsonl"];
    let before = home.run(&changes).ok(0).stdout;
    let words = ["offboard", "bo-berg", "--no-input"];
    home.run(&words).refused(2);
    home.run(&["offboard", "bo-berg", "--dry-run"]).ok(0);
    home.run(&["offboard", "bo-berg", "--yes", "--to", "person/gus-left"])
        .refused_at_once(4);
    assert_eq!(home.run(&changes).ok(0).stdout, before);
    home.run(&["audit", "verify"]).ok(0);
}
