//! The schedule as a calendar, read back by another's parser; and scheduled changes, which stop where a store was put back.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use binary::{Home, Ran, mode, set_mode};
use serde_json::{Value, json};

/// Every event of a calendar, as the `icalendar` of Python reads it.
fn events(file: &str) -> Vec<Value> {
    const SCRIPT: &str = r#"
import json, sys, icalendar
calendar = icalendar.Calendar.from_ical(open(sys.argv[1], "rb").read())
assert not calendar.errors and calendar["VERSION"] == "2.0"
for event in calendar.walk("VEVENT"):
    assert not event.errors, event.errors
    alarms = [alarm["TRIGGER"].to_ical().decode() for alarm in event.walk("VALARM")]
    print(json.dumps({
        "uid": str(event["UID"]), "summary": str(event["SUMMARY"]), "description": str(event["DESCRIPTION"]),
        "stamp": event.decoded("DTSTAMP").isoformat(), "start": event.decoded("DTSTART").isoformat(),
        "end": event.decoded("DTEND").isoformat(), "alarms": alarms}))
"#;
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-tools/bin/python");
    let output = Command::new(python)
        .args(["-c", SCRIPT, file])
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const MINE: &str = "maintainx-production-attachment-sync-plant1";

fn scheduled(home: &Home, args: &[&str]) -> Ran {
    home.run(&[&["schedule", "--as-of", "2026-11-22"], args].concat())
}

#[test]
fn a_calendar_is_read_back_by_another_parser_and_the_same_schedule_gives_the_same_bytes() {
    let home = Home::filled();
    let policy = "every-90-days";
    let set = [
        "window.days=[\"sun\"]",
        "window.from=22:00",
        "window.to=04:00",
        "window.zone=Europe/Berlin",
    ];
    home.run(&[&["rotation", "set", policy][..], &set].concat())
        .ok(0);
    let first = scheduled(&home, &["--format", "ics"]).stdout;
    assert_eq!(scheduled(&home, &["--format", "ics"]).stdout, first);
    assert!(
        first
            .split("\r\n")
            .all(|line| line.len() <= 75 && !line.contains('\n'))
    );

    let rows = scheduled(&home, &["--format", "json"]).ok(0).stdout;
    let rows: Value = serde_json::from_str(&rows).unwrap();
    let rows = rows["rows"].as_array().unwrap();
    let read = events(&home.file("rotations.ics", &first));
    assert_eq!(read.len(), rows.len());
    assert!(rows.iter().any(|row| row["account"] == MINE));
    for (event, row) in read.iter().zip(rows) {
        let (account, due) = (
            row["account"].as_str().unwrap(),
            row["due"].as_str().unwrap(),
        );
        let uid = format!("{}/{account}/{due}@keyroll", row["what"].as_str().unwrap());
        assert_eq!(event["uid"], uid);
        assert_eq!(event["stamp"], "2026-11-22T00:00:00+00:00");
        assert!(event["summary"].as_str().unwrap().contains(account));
        assert!(event["description"].as_str().unwrap().contains(due));
        assert_eq!(event["alarms"].as_array().unwrap().len(), 1);
        if row["policy"] == policy && row["what"] == "rotation" {
            let moment = |key: &str| row[key].as_str().unwrap().replace('Z', "+00:00");
            assert_eq!(event["start"], moment("opens"));
            assert_eq!(event["end"], moment("closes"));
        }
    }
    let uids: std::collections::BTreeSet<_> = read.iter().map(|e| e["uid"].to_string()).collect();
    assert_eq!(uids.len(), read.len());
}

#[test]
fn a_policy_in_months_is_kept_and_scheduled_by_the_calendar() {
    let home = Home::filled();
    let policies = scheduled(&home, &[MINE, "--format", "json"]).ok(0).stdout;
    let policies: Value = serde_json::from_str(&policies).unwrap();
    let policy = policies["rows"][0]["policy"].as_str().unwrap().to_owned();
    let set = [
        "every=1mo",
        "blackout=[{ from = 2026-12-20, to = 2027-01-06 }]",
    ];
    home.run(&[&["rotation", "set", &policy][..], &set].concat())
        .ok(0);
    let shown = home.run(&["rotation", "show", &policy]).ok(0).stdout;
    assert!(shown.contains("every = \"1mo\"\n"), "{shown}");
    assert!(
        shown.contains("from = 2026-12-20, to = 2027-01-06"),
        "{shown}"
    );
    let rows = scheduled(&home, &[MINE, "--months", "4", "--format", "json"])
        .ok(0)
        .stdout;
    let rows: Value = serde_json::from_str(&rows).unwrap();
    for row in rows["rows"].as_array().unwrap() {
        let opens = row["opens"].as_str().unwrap();
        assert!(!("2026-12-20".."2027-01-07").contains(&opens), "{row}");
    }
    assert_eq!(home.run(&["audit", "verify"]).status, Some(0));
}

/// A store whose last scheduled run is noted, and the note.
fn marked() -> (Home, PathBuf) {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    rotated(&home).ok(0);
    let marks = fs::read_dir(home.path().join("state/keyroll/marks")).unwrap();
    let marks: Vec<_> = marks.map(|mark| mark.unwrap().path()).collect();
    let [mark] = &marks[..] else {
        panic!("one mark: {marks:?}")
    };
    (home, mark.clone())
}

fn rotated(home: &Home) -> Ran {
    home.run(&["rotate", "--due", "--yes"])
}

fn replaced(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    set_mode(path, 0o600);
}

#[test]
fn an_older_copy_of_the_store_stops_scheduled_changes_until_they_are_resumed() {
    let (home, mark) = marked();
    assert_eq!(mode(&mark), 0o600);
    let older = fs::read(home.store()).unwrap();
    home.run(&["consumer", "add", "etl-09", "host=etl-09"])
        .ok(0);
    rotated(&home).ok(0);

    replaced(&home.store(), &older);
    let refused = rotated(&home).refused(4).stderr;
    assert!(
        refused.contains("scheduled changes are stopped: the audit trail ends at event"),
        "{refused}"
    );
    // The trail is not the one that was last seen: that is graver, and no choice silences it.
    for told in [scheduled(&home, &[]).ok(0), home.run(&["check"]).ok(5)] {
        assert!(
            told.stderr
                .contains("warning: scheduled changes are stopped: the audit"),
            "{told:?}"
        );
    }
    home.run(&["check", "--fail-on", "never"]).ok(5);
    assert_eq!(home.run(&["check", "--quiet"]).ok(5).stderr, "");
    // Printed steps change nothing.
    home.run(&["rotate", "--due", "--dry-run"]).ok(0);
    let refused = home.run(&["schedule", "resume"]);
    assert_eq!(refused.status, Some(2), "{}", refused.stderr);
    let resumed = home
        .run(&["schedule", "resume", "--yes", "--reason", "the disk failed"])
        .ok(0);
    assert!(
        resumed.stderr.contains("scheduled changes go on"),
        "{}",
        resumed.stderr
    );
    assert!(!scheduled(&home, &[]).ok(0).stderr.contains("stopped"));
    let log = home
        .run(&["audit", "log", "--action", "resume", "--format", "json"])
        .ok(0)
        .stdout;
    let log: Value = serde_json::from_str(&log).unwrap();
    let note = log["rows"].as_array().unwrap().last().unwrap();
    assert_eq!(note["reason"], "the disk failed");
    assert!(
        note["change"][0]["to"][0]
            .as_str()
            .unwrap()
            .contains("the store is an older one")
    );
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_mark_that_others_may_write_or_that_is_torn_stops_too() {
    let (home, mark) = marked();
    let stopped = |home: &Home| scheduled(home, &[]).ok(0).stderr.contains("cannot be read");
    assert!(!stopped(&home));
    set_mode(&mark, 0o666);
    assert!(stopped(&home));
    for torn in ["", "{}", "null", "{\"sequence\":-1}"] {
        replaced(&mark, torn.as_bytes());
        assert!(stopped(&home), "{torn}");
    }
    let far = json!({ "sequence": 1, "hash": "00", "trail": "2199-01-01T00:00:00Z", "at": "2199-01-01T00:00:00Z" });
    replaced(&mark, far.to_string().as_bytes());
    let told = scheduled(&home, &[]).ok(0).stderr;
    assert!(
        told.contains("the last scheduled run was at 2199-01-01T00:00:00Z"),
        "{told}"
    );
    assert!(told.contains("audit event 1 is not the one"), "{told}");
    home.run(&["schedule", "resume", "--yes"]).ok(0);
    assert!(!scheduled(&home, &[]).ok(0).stderr.contains("stopped"));
}
