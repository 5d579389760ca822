//! A record that somebody changed in the store's file, with no event: whatever tells of the past, or ranks by what stands, says
//! so, and nobody is blamed for it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use binary::Home;
use rusqlite::Connection;
use serde_json::{Value, json};

const ONE: &str = "unicmms-production-status-sync-plant1";
const OTHER: &str = "unicmms-production-read-only-import-plant1";
const RECORD: &str = "account/unicmms-production-status-sync-plant1";
const SINCE: [&str; 4] = ["report", "changes", "--since", "2020-01-01"];

fn edited(sql: &str) -> Home {
    let home = Home::filled();
    let db = Connection::open(home.store()).unwrap();
    assert_eq!(db.execute(sql, []).unwrap(), 1, "{sql}");
    home
}

/// A home in which an account may write, and no event says so.
fn widened() -> Home {
    edited(&format!(
        "UPDATE account SET level = 'write-back' WHERE id = '{ONE}' AND level <> 'write-back'"
    ))
}

fn document(home: &Home, more: &[&str], status: i32) -> Value {
    let args = [&SINCE[..], more, &["--format", "json"]].concat();
    serde_json::from_str(&home.run(&args).ok(status).stdout).unwrap()
}

fn rows<'d>(document: &'d Value, group: &str) -> Vec<&'d Value> {
    let rows = document["rows"].as_array().unwrap().iter();
    rows.filter(|row| row["group"] == group).collect()
}

#[test]
fn what_changed_behind_the_trail_is_told_as_that_and_nobody_is_blamed() {
    let before = document(&Home::filled(), &[], 0);
    let found = document(&widened(), &[], 5);
    let behind = rows(&found, "behind-the-trail");
    assert_eq!(behind.len(), 1, "{behind:?}");
    assert_eq!(behind[0]["record"], RECORD);
    assert_eq!(behind[0]["account"], ONE);
    assert_eq!(
        (&behind[0]["who"], &behind[0]["at"]),
        (&json!([]), &Value::Null)
    );
    let what = behind[0]["what"].as_str().unwrap();
    assert!(what.contains("level: status-sync -> write-back"), "{what}");
    assert_eq!(found["complete"], false);
    // What the trail tells is what it told before: its own gains, by those who made them.
    let gains = |document: &Value| -> Vec<String> {
        let gains = rows(document, "gain").into_iter();
        gains
            .map(|row| format!("{} {}", row["record"], row["what"]))
            .collect()
    };
    assert_eq!(gains(&found), gains(&before));
}

#[test]
fn it_is_told_of_any_span_and_in_words_and_not_of_other_accounts() {
    let home = widened();
    let past = [
        "report",
        "changes",
        "--since",
        "2020-01-01",
        "--until",
        "2020-01-31",
    ];
    let told = home.run(&past).ok(5);
    assert_eq!(
        told.stdout,
        format!(
            "Changed behind the trail\n  {RECORD}\n    level: status-sync -> write-back; no event tells of it\n"
        )
    );
    assert!(told.stderr.contains("integrity broken"), "{told:?}");
    assert!(told.stderr.contains("keyroll audit verify"), "{told:?}");
    document(&home, &["--account", ONE], 5);
    document(&home, &["--account", OTHER], 0);
}

#[test]
fn a_record_put_there_or_taken_out_behind_the_trail_is_told_too() {
    let gone = edited("DELETE FROM fact WHERE rowid = (SELECT min(rowid) FROM fact)");
    let found = document(&gone, &[], 5);
    let behind = rows(&found, "behind-the-trail");
    assert_eq!(behind.len(), 1, "{behind:?}");
    assert_eq!(behind[0]["what"], "is gone, and no event removed it");
    let made = edited("INSERT INTO person (id, name) VALUES ('mallory', 'Mallory')");
    let found = document(&made, &[], 5);
    let behind = rows(&found, "behind-the-trail");
    assert_eq!(behind.len(), 1, "{behind:?}");
    assert_eq!(behind[0]["record"], "person/mallory");
    assert_eq!(
        behind[0]["what"],
        "stands in the store, and no event made it"
    );
}

#[test]
fn what_ranks_explains_or_lists_by_the_store_warns_and_names_the_record() {
    let home = widened();
    let warns: [&[&str]; 5] = [
        &["report", "risk"],
        &["diagnose", ONE, "write-denied"],
        &["audit", "log"],
        &["audit", "log", "--record", RECORD],
        &["audit", "log", "--format", "jsonl"],
    ];
    let intact = Home::filled();
    for args in warns {
        let quiet = intact.run(args).clean();
        assert!(!quiet.stderr.contains("behind"), "{quiet:?}");
        let told = home.run(args).clean();
        // What would warn by its status does, what would not does not: the store is not judged here.
        if args[0] != "diagnose" {
            assert_eq!(told.status, Some(0), "{told:?}");
        }
        let line = told
            .stderr
            .lines()
            .find(|line| line.starts_with("warning:"));
        let line = line.unwrap_or_else(|| panic!("{told:?}"));
        assert!(line.contains(&format!("`{RECORD}`")), "{told:?}");
        assert!(line.contains("`keyroll audit verify`"), "{told:?}");
    }
    for judges in [&["audit", "verify"][..], &["doctor"]] {
        intact.run(judges).clean().says("intact");
        home.run(judges).ok(5);
    }
    // Of what is not shown nothing is said.
    let other = format!("account/{OTHER}");
    let other = home.run(&["audit", "log", "--record", &other]).ok(0);
    assert!(!other.stderr.contains("warning"), "{other:?}");
}

#[test]
fn a_pack_has_it_as_a_gap_beside_the_trail() {
    let home = widened();
    let json = home.run(&["report", "handoff", "--format", "json"]).ok(5);
    let pack: Value = serde_json::from_str(&json.stdout).unwrap();
    let audit = &pack["sections"]["audit"];
    let mut gaps = audit["gaps"].as_array().unwrap().iter();
    let gap = gaps.find(|gap| gap["what"].as_str().unwrap().contains("event left it"));
    let gap = gap.unwrap_or_else(|| panic!("{:?}", audit["gaps"]));
    assert_eq!(gap["subject"], RECORD);
    assert_eq!(gap["way"], "keyroll audit verify");
    // Whoever gets a pack of one account learns that something is wrong, and not with which other.
    let json = home
        .run(&["report", "handoff", "--account", OTHER, "--format", "json"])
        .ok(5);
    assert!(!json.stdout.contains(ONE), "{}", json.stdout);
    assert!(
        json.stdout.contains("not as the trail left it"),
        "{}",
        json.stdout
    );
}
