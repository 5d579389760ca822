//! A process that dies at any moment leaves all of its command or nothing, and a store that needs no repair. Processes
//! that write at once take turns, and none is lost.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(
    clippy::disallowed_methods,
    reason = "when a process is killed is a matter of time"
)]

mod binary;

use std::collections::hash_map::RandomState;
use std::fs;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};

use binary::{EXAMPLE, Home, ended, set_mode};

const FEMO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/femo");

/// How many events the trail holds, which must be whole.
fn events(home: &Home) -> usize {
    home.run(&["audit", "verify"]).ok(0);
    let log = home.run(&["audit", "log", "--format", "jsonl"]).ok(0);
    log.stdout.lines().count()
}

fn any_of(most: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish();
    most.mul_f64((random % 10_000) as f64 / 10_000.0)
}

/// Kills the command at moments spread over its whole time, each time on the same store.
fn killed_at_any_moment(home: &Home, words: &[&str], kills: usize) {
    let before = fs::read(home.store()).unwrap();
    let journal = home.store().with_extension("db-journal");
    let few = events(home);
    let begun = Instant::now();
    home.run(words).ok(0);
    let whole = begun.elapsed();
    let all = events(home);
    assert!(all > few);
    for _ in 0..kills {
        let _ = fs::remove_file(&journal);
        fs::write(home.store(), &before).unwrap();
        set_mode(home.store(), 0o600);
        // What was seen of the store that was put away is no business of this one.
        let _ = fs::remove_dir_all(home.path().join("state/keyroll/seen"));
        let mut child = home.command(words).spawn().unwrap();
        std::thread::sleep(any_of(whole));
        child.kill().unwrap();
        child.wait().unwrap();
        let found = events(home);
        assert!(
            found == few || found == all,
            "{found} of {few} or {all} events"
        );
        home.run(&["person", "add", "zoe", "name=Zoe"]).ok(0);
        assert_eq!(events(home), found + 1);
    }
}

#[test]
fn a_killed_apply_is_done_or_not_done() {
    let home = Home::filled();
    killed_at_any_moment(&home, &["apply", FEMO, "--yes"], 20);
}

#[test]
fn a_killed_import_is_done_or_not_done() {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    home.run(&["apply", EXAMPLE, "--yes"]).ok(0);
    let facts = format!("{EXAMPLE}/facts.jsonl");
    killed_at_any_moment(&home, &["import", "facts", &facts], 20);
}

#[test]
fn a_killed_change_of_one_record_is_done_or_not_done() {
    let home = Home::filled();
    home.run(&["person", "add", "bob", "name=Bob"]).ok(0);
    killed_at_any_moment(&home, &["person", "set", "bob", "name=Robert"], 20);
}

#[test]
fn a_killed_init_leaves_a_store_or_what_is_told_to_be_none() {
    for _ in 0..10 {
        let home = Home::new();
        let mut child = home.command(&["init", "--no-secrets"]).spawn().unwrap();
        std::thread::sleep(any_of(Duration::from_millis(40)));
        child.kill().unwrap();
        child.wait().unwrap();
        let ran = home.run(&["audit", "verify"]).clean();
        assert!(matches!(ran.status, Some(0 | 1 | 5)), "{ran:#?}");
        match ran.status {
            Some(0) => {}
            Some(status) => drop(ran.refused_at_once(status)),
            None => unreachable!("`clean` looked"),
        }
    }
}

#[test]
fn twenty_processes_that_write_at_once_lose_nothing() {
    let home = Home::filled();
    let before = events(&home);
    std::thread::scope(|scope| {
        for process in 0..20 {
            let home = &home;
            scope.spawn(move || {
                for write in 0..5 {
                    let name = format!("p{process}-{write}");
                    let words = ["person", "add", &name, "name=Busy Writer"];
                    let ran = ended(home.command(&words).spawn().unwrap(), name.clone()).ok(0);
                    let told = ran.stderr.to_lowercase();
                    assert!(
                        !told.contains("busy") && !told.contains("locked"),
                        "{ran:#?}"
                    );
                }
            });
        }
    });
    assert_eq!(events(&home), before + 100);
    let people = home.run(&[
        "person",
        "list",
        "--where",
        "name=Busy Writer",
        "--format",
        "jsonl",
    ]);
    assert_eq!(people.ok(0).stdout.lines().count(), 100);
}

#[test]
fn the_same_logs_read_by_eight_at_once_are_recorded_once() {
    let home = Home::filled();
    let logs = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/brookfield/logs");
    let [provider, platform] =
        ["unicmms-audit.jsonl", "factverse-sync.csv"].map(|name| format!("{logs}/{name}"));
    let words = [
        "audit",
        "reconcile",
        "--provider",
        "unicmms",
        "--environment",
        "production",
        "--provider-log",
        &provider,
        "--platform-log",
        &platform,
    ];
    std::thread::scope(|scope| {
        for process in 0..8 {
            let (home, words) = (&home, &words);
            scope.spawn(move || {
                ended(home.command(words).spawn().unwrap(), process.to_string()).ok(4)
            });
        }
    });
    let seen = home
        .run(&["audit", "log", "--action", "create", "--format", "csv"])
        .ok(0)
        .stdout;
    let of = |line: &&str| line.contains("fact/reconciled") || line.contains("fact/seen");
    let mut facts: Vec<_> = seen
        .lines()
        .filter(of)
        .map(|line| line.split(',').nth(4).unwrap())
        .collect();
    let all = facts.len();
    facts.sort_unstable();
    facts.dedup();
    assert!(!facts.is_empty() && facts.len() == all, "{facts:?}");
}
