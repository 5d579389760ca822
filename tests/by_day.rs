//! `--as-of` a day that is over: every command judges by the versions, facts and decisions of that day.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use serde_json::Value;

use crate::binary::{Home, Ran};

const CLOCK: &str = "KEYROLL_CLOCK=2026-11-23T10:00:00Z";
const FEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/femo");

/// Version 1 is of 2026-04-01, and was to be rotated every 60 days; version 2 is of 2026-10-18.
const LATE: &str = "maximo-production-write-back-billund";

fn femo() -> Home {
    let home = Home::new();
    let facts = format!("{FEMO}/facts.jsonl");
    for args in [
        &[CLOCK, "init", "--no-secrets"][..],
        &[CLOCK, "apply", FEMO, "--yes"],
        &[CLOCK, "import", "facts", &facts],
    ] {
        home.run(args).ok(0);
    }
    home
}

fn run(home: &Home, words: &[&str]) -> Ran {
    home.run(&[&[CLOCK], words].concat()).clean()
}

fn document(home: &Home, words: &[&str]) -> Value {
    let ran = run(home, &[words, &["--format", "json"]].concat());
    serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:#?}"))
}

/// The days of the overdue rotations that a check finds of the account, and its exit status.
fn overdue(home: &Home, words: &[&str]) -> (Option<i32>, Vec<i64>) {
    let line = [&["check", "--format", "jsonl"], words].concat();
    let ran = run(home, &line);
    let findings = ran
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap());
    let ours = findings.filter(|finding: &Value| {
        finding["rule"] == "rotation-overdue" && finding.to_string().contains(LATE)
    });
    (
        ran.status,
        ours.map(|finding| finding["days"].as_i64().unwrap())
            .collect(),
    )
}

#[test]
fn a_rotation_that_was_overdue_then_is_found_though_it_was_made_since() {
    let home = femo();
    assert_eq!(
        overdue(&home, &["--as-of", "2026-10-05"]),
        (Some(4), vec![-127])
    );
    // Also by the short way, whose index knows today's dates alone.
    assert_eq!(
        overdue(&home, &["--as-of", "2026-10-05", "--due"]),
        (Some(4), vec![-127])
    );
    assert_eq!(
        overdue(&home, &["--as-of", "2026-10-17", "--due"]).1,
        [-139]
    );
    for more in [
        &["--as-of", "2026-10-18"][..],
        &["--as-of", "2026-10-18", "--due"],
        &["--due"],
        &[],
    ] {
        assert_eq!(overdue(&home, more).1, Vec::<i64>::new(), "{more:?}");
    }
}

#[test]
fn a_past_day_is_ranked_by_the_age_of_the_version_that_was_current() {
    let home = femo();
    let age = |day: &str| {
        let all = document(&home, &["report", "risk", "--as-of", day]);
        let rows = all["rows"].as_array().unwrap();
        let ours = rows.iter().find(|row| row["account"] == LATE).unwrap();
        ours.to_string()
    };
    let then = age("2026-10-05");
    assert!(
        then.contains("187 days") && then.contains("version 1"),
        "{then}"
    );
    let now = age("2026-11-22");
    assert!(
        now.contains("35 days") && now.contains("version 2"),
        "{now}"
    );
}

#[test]
fn a_past_day_is_diagnosed_by_the_version_that_was_current() {
    let home = femo();
    let told =
        |day: &str| document(&home, &["diagnose", LATE, "auth-fails", "--as-of", day]).to_string();
    let then = told("2026-10-05");
    assert!(
        then.contains("version 1") && !then.contains("version 2"),
        "{then}"
    );
    assert!(told("2026-11-22").contains("version 2"));
}

#[test]
fn a_pack_of_a_past_day_tells_of_nothing_that_came_later() {
    let home = femo();
    let day = "2026-10-05";
    let pack = document(&home, &["report", "handoff", "--as-of", day]);
    let mut dates = Vec::new();
    issued(&pack["sections"], &mut dates);
    assert!(dates.len() >= 30, "{dates:?}");
    assert!(
        dates.iter().all(|issued| issued.as_str() <= day),
        "{dates:?}"
    );
    let rotations = pack["sections"]["secrets"]["rotations"].as_array().unwrap();
    let ours = rotations.iter().find(|row| row["account"] == LATE).unwrap();
    assert_eq!(ours["issued"], "2026-04-01", "{ours}");
    let findings = pack["sections"]["findings"].to_string();
    assert!(findings.contains("rotation-overdue"), "{findings}");
    assert!(!findings.contains("version 2 of 2026-10-11"), "{findings}");
}

/// Every day of issue that a pack tells of.
fn issued(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            let day = fields.get("issued").and_then(Value::as_str);
            out.extend(day.map(str::to_owned));
            fields.values().for_each(|value| issued(value, out));
        }
        Value::Array(all) => all.iter().for_each(|value| issued(value, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
