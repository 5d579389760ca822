//! What monitoring is told by `check`: metrics, the line of a plugin, a calendar, each read by a parser that is not ours; and
//! that `check` only reads.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use keyroll::report::findings::{self, Acceptance, Accepted, Item, Judged, Roll};
use keyroll::report::{FindingsFormat, Terminal, WatchFormat};

use crate::binary::{Home, Ran, as_nobody, fed, finish, mode, set_mode};

const FAULTS: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/examples/brookfield-with-faults"
);

/// What a name must not be able to do, in one name.
const HOSTILE: &str = "=cmd()|a=1\u{1b}[31m\r\n::error::\"}\\ 9\u{202e}\u{9b}\\n\nEND:VEVENT;,'工";

/// A home whose roll has faults, and things that are due and late.
fn faulty() -> Home {
    let home = Home::new();
    let facts = format!("{FAULTS}/facts.jsonl");
    for args in [
        &["init", "--no-secrets"][..],
        &["apply", FAULTS, "--yes", "--accept-findings"],
        &["import", "facts", &facts],
    ] {
        home.run(args).ok(0);
    }
    home
}

fn check(home: &Home, args: &[&str]) -> Ran {
    home.run(&[&["check", "--as-of", "2026-11-22"], args].concat())
}

/// Held against the parser of Prometheus itself, which also knows what names should be like.
fn promtool(metrics: &str) {
    let mut command = Command::new("promtool");
    command
        .args(["check", "metrics"])
        .stdout(std::process::Stdio::piped());
    command.stderr(std::process::Stdio::piped());
    let ran = fed(command, metrics);
    assert_eq!(
        (ran.status, &*ran.stdout, &*ran.stderr),
        (Some(0), "", ""),
        "{metrics}"
    );
}

/// Every entry of a calendar, as the `icalendar` of Python reads it: its parts, by name.
fn icalendar(file: &Path) -> Vec<BTreeMap<String, String>> {
    const SCRIPT: &str = "import sys, json, icalendar\n\
        calendar = icalendar.Calendar.from_ical(open(sys.argv[1], 'rb').read())\n\
        assert not calendar.errors, calendar.errors\n\
        for part in calendar.subcomponents:\n    \
            assert not part.errors, part.errors\n    \
            print(json.dumps({'kind': part.name, **{key: str(part.decoded(key)) if key in ('DTSTART', 'DTEND', 'DUE', 'DTSTAMP') \
        else part.to_ical().decode() if key == '' else str(part[key]) for key in part}}))\n";
    let python = concat!(env!("CARGO_MANIFEST_DIR"), "/target/ci-tools/bin/python");
    let output = Command::new(python)
        .args(["-c", SCRIPT])
        .arg(file)
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    let lines = String::from_utf8(output.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The state, the words and the figures of a plugin's line, split as its readers do.
fn plugin(line: &str) -> (String, String, BTreeMap<String, i64>) {
    assert_eq!(line.matches('\n').count(), 1, "{line}");
    let (text, figures) = line
        .trim_end()
        .split_once('|')
        .unwrap_or((line.trim_end(), ""));
    let state = text
        .strip_prefix("KEYROLL ")
        .unwrap()
        .split(' ')
        .next()
        .unwrap();
    let figures = figures
        .split(' ')
        .filter(|figure| !figure.is_empty())
        .map(|figure| {
            let (name, value) = figure.split_once('=').unwrap();
            let parts: Vec<&str> = value.split(';').collect();
            assert!(parts.len() <= 5, "{figure}");
            (name.to_owned(), parts[0].parse().unwrap())
        });
    (state.to_owned(), text.to_owned(), figures.collect())
}

#[test]
fn metrics_are_what_prometheus_reads() {
    let home = faulty();
    let plain = check(&home, &["--format", "prometheus"]).ok(4).stdout;
    promtool(&plain);
    for line in [
        "keyroll_findings{rule=\"rotation-overdue\",severity=\"error\"} 1\n",
        "keyroll_findings{rule=\"rotation-due\",severity=\"warning\"} 0\n",
        "keyroll_exit_status 4\n",
        "keyroll_accounts{status=\"active\"} 8\n",
        "keyroll_last_run_timestamp_seconds 1795305600\n",
    ] {
        assert!(plain.contains(line), "{line}: {plain}");
    }
    assert!(
        !plain.contains("account=") && plain.ends_with('\n'),
        "{plain}"
    );
    let each = check(&home, &["--format", "prometheus", "--per-account"])
        .ok(4)
        .stdout;
    promtool(&each);
    let late = "keyroll_account_late_timestamp_seconds{account=\"maintainx-production-draft-handoff-plant1\",what=\"rotation\"}";
    assert!(each.contains(late), "{each}");
    check(&home, &["--per-account"])
        .refused(2)
        .says("--textfile");
    check(&home, &["--due", "--format", "prometheus"]).refused(2);
}

#[test]
fn a_plugin_tells_its_state_by_its_line_and_by_its_status() {
    let home = faulty();
    let line = check(
        &home,
        &[
            "--format",
            "nagios",
            "--select",
            "rotation-overdue,credential-expired",
        ],
    )
    .ok(2)
    .stdout;
    let (state, text, figures) = plugin(&line);
    assert_eq!(state, "CRITICAL");
    assert!(text.contains(
        "rotation-overdue account/maintainx-production-draft-handoff-plant1 (310 days late)"
    ));
    assert_eq!(
        (figures["errors"], figures["overdue"], figures["accounts"]),
        (2, 2, 8)
    );
    let line = check(
        &home,
        &["--format", "nagios", "--due", "--fail-on", "never"],
    )
    .ok(0)
    .stdout;
    assert_eq!(plugin(&line).0, "OK");

    let home = Home::filled();
    let line = check(&home, &["--format", "nagios"]).ok(0).stdout;
    assert_eq!(plugin(&line).0, "OK");
    let soon = [
        "check",
        "--format",
        "nagios",
        "--as-of",
        "2026-12-01",
        "--due",
    ];
    let line = home.run(&soon).ok(1).stdout;
    assert_eq!(plugin(&line).0, "WARNING");

    let nowhere = Home::new();
    let ran = nowhere.run(&["check", "--format", "nagios"]).ok(3);
    assert_eq!(plugin(&ran.stdout).0, "UNKNOWN");
    nowhere
        .run(&["check", "--format", "nagios", "--no-such"])
        .ok(3);
    nowhere
        .run(&["check", "--format=nagios", "--as-of", "x"])
        .ok(3);
}

#[test]
fn a_calendar_is_read_by_another_program() {
    let home = faulty();
    let text = check(&home, &["--due", "--format", "ics"]);
    assert_eq!(text.status, Some(4));
    let file = home.file("due.ics", &text.stdout);
    let entries = icalendar(Path::new(&file));
    assert_eq!(entries.len(), 2, "{entries:#?}");
    assert!(entries.iter().all(|entry| entry["kind"] == "VTODO"));
    assert_eq!(entries[0]["DUE"], "2026-01-16");
    let again = check(&home, &["--due", "--format", "ics"]).stdout;
    assert_eq!(again, text.stdout);
    let soon = ["check", "--format", "ics", "--as-of", "2026-12-01", "--due"];
    let filled = Home::filled();
    let file = home.file("soon.ics", filled.run(&soon).stdout);
    let entries = icalendar(Path::new(&file));
    assert!(!entries.is_empty() && entries.iter().all(|entry| entry["kind"] == "VEVENT"));
    assert_eq!(entries[0]["DTSTART"], "2026-12-07");
}

#[test]
fn a_hostile_name_is_harmless_to_every_reader() {
    let item = Item {
        rule: "rotation-overdue",
        severity: keyroll::model::finding::Severity::Error,
        subject: Some(format!("account/{HOSTILE}")),
        field: None,
        message: HOSTILE,
        fix: Some(HOSTILE),
        days: Some(-3),
        place: None,
        known: None,
    };
    let judged = Judged {
        accepted: vec![Accepted {
            item: item.clone(),
            by: Acceptance::Waiver,
            why: Some(HOSTILE.to_owned()),
        }],
        items: vec![item],
        exit: 4,
        at: Some("2026-11-22T00:00:00Z".parse().unwrap()),
        roll: Some(Roll {
            accounts: vec![("active", 1)],
            possibly_live: 0,
            due: vec![(
                HOSTILE.to_owned(),
                "rotation",
                "2026-11-19".parse().unwrap(),
            )],
        }),
        per_account: true,
        ..Judged::default()
    };
    let render = |format| findings::render(&judged, FindingsFormat::Watch(format), &Terminal::PIPE);
    let metrics = render(WatchFormat::Prometheus);
    promtool(&metrics);
    let line = render(WatchFormat::Nagios);
    let (state, _, figures) = plugin(&line);
    assert_eq!(
        (&*state, figures["errors"], figures.len()),
        ("CRITICAL", 1, 6)
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.ics");
    fs::write(&file, render(WatchFormat::Ics)).unwrap();
    let entries = icalendar(&file);
    assert_eq!(entries.len(), 1);
    assert!(entries[0]["SUMMARY"].contains("END:VEVENT"), "{entries:#?}");
}

#[test]
fn a_textfile_is_whole_readable_and_beside_what_is_shown() {
    let home = faulty();
    let path = home.path().join("metrics/keyroll.prom");
    fs::create_dir(path.parent().unwrap()).unwrap();
    let word = path.to_str().unwrap();
    let mut command = home.shell(
        "umask 077; exec \"$0\" \"$@\"",
        &["check", "--as-of", "2026-11-22", "--textfile", word],
    );
    let ran = finish(std::mem::replace(&mut command, Command::new("true"))).ok(4);
    assert!(ran.stdout.contains("rotation-overdue"));
    assert_eq!(mode(&path), 0o644);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text, check(&home, &["--format", "prometheus"]).stdout);
    promtool(&text);
    let quiet = check(&home, &["--quiet", "--textfile", word]).ok(4);
    assert_eq!((&*quiet.stdout, &*quiet.stderr), ("", ""));
    let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
    assert_eq!(names.len(), 1, "{names:?}");
}

#[test]
fn a_textfile_that_cannot_be_written_is_a_failure_and_the_old_one_stands() {
    let home = faulty();
    let other = home.file("other", "kept\n");
    let link = home.path().join("keyroll.prom");
    std::os::unix::fs::symlink(&other, &link).unwrap();
    let ran = check(&home, &["--textfile", link.to_str().unwrap()]).ok(1);
    ran.says("is a link or no plain file")
        .says("the old file stands")
        .says("rotation-overdue");
    assert_eq!(fs::read_to_string(&other).unwrap(), "kept\n");
    check(&home, &["--textfile", "/no/such/folder/x.prom"])
        .ok(1)
        .says("cannot write");

    let old = home.file("old.prom", "old\n");
    let store = ["check", "--store", "/no/such/store", "--textfile", &old];
    home.run(&store).refused(1);
    let both = [
        "--textfile",
        &old,
        "--format",
        "nagios",
        "--store",
        "/no/such/store",
    ];
    check(&home, &both).ok(3);
    assert_eq!(fs::read_to_string(&old).unwrap(), "old\n");
}

#[test]
fn nothing_due_is_silent_and_clean() {
    let home = Home::filled();
    for args in [&[][..], &["--due"], &["--quiet"], &["--no-hooks"]] {
        let ran = check(&home, args).ok(0);
        assert_eq!((&*ran.stdout, &*ran.stderr), ("", ""), "{args:?}");
    }
}

/// Every file of a folder with its mode and content.
fn listing(folder: &Path) -> BTreeMap<String, (u32, Vec<u8>)> {
    let mut all = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let content = if path.is_dir() {
                Vec::new()
            } else {
                fs::read(&path).unwrap()
            };
            all.insert(path.to_str().unwrap().to_owned(), (mode(&path), content));
            if path.is_dir() {
                open.push(path);
            }
        }
    }
    all
}

#[test]
fn check_reads_a_store_that_it_may_not_write_to_and_leaves_no_trace() {
    let home = faulty();
    let folder = home.store().parent().unwrap().to_owned();
    set_mode(home.store(), 0o400);
    set_mode(&folder, 0o500);
    home.give_away();
    let before = listing(home.path());
    for format in ["table", "json", "prometheus", "nagios", "ics", "junit"] {
        let mut command = home.command(&["check", "--as-of", "2026-11-22", "--format", format]);
        command.current_dir("/");
        let status = as_nobody(command).status;
        assert_eq!(
            status,
            Some(if format == "nagios" { 2 } else { 4 }),
            "{format}"
        );
    }
    assert_eq!(listing(home.path()), before);
    set_mode(&folder, 0o700);
}

#[test]
fn check_waits_for_no_writer() {
    let home = faulty();
    let lock = home.store().with_file_name("roll.db.lock");
    let held = fs::File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .open(lock)
        .unwrap();
    held.lock().unwrap();
    // Who waited would fail at once with this.
    let mut command = home.command(&["check", "--as-of", "2026-11-22", "--due"]);
    command.env("KEYROLL_LOCK_WAIT", "0");
    finish(command).ok(4).says("rotation-overdue");
}

#[test]
fn each_duty_is_told_by_one_warning_at_a_time() {
    let home = Home::filled();
    let mut most = 0;
    for (month, day) in [(11, 22), (12, 1), (12, 10), (12, 20), (12, 31)] {
        for year in [2026, 2027] {
            let day = format!("{year}-{month:02}-{day:02}");
            let rows = home
                .run(&["check", "--as-of", &day, "--due", "--format", "jsonl"])
                .stdout;
            let mut seen: BTreeMap<(String, bool), Vec<String>> = BTreeMap::new();
            for row in rows.lines() {
                let row: serde_json::Value = serde_json::from_str(row).unwrap();
                let rule = row["rule"].as_str().unwrap().to_owned();
                let key = (row["subject"].to_string(), rule.starts_with("rotation-"));
                seen.entry(key).or_default().push(rule);
            }
            assert!(
                seen.values().all(|rules| rules.len() == 1),
                "{day}: {seen:#?}"
            );
            most = most.max(seen.len());
        }
    }
    assert!(most > 8, "{most}");
}
