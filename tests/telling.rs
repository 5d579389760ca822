//! The hooks of `check`: told once of each thing, again when it comes back or gets worse, and never by way of the store.
//! What is due here is due whatever the day is: the clock is nobody's.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod samples;

use std::fs;
use std::path::PathBuf;

use keyroll::model::change::Change;
use keyroll::model::record::Record;
use keyroll::store::{Access, Store};
use serde_json::{Value, json};

use crate::binary::{Home, Ran, finish, mode, set_mode};

/// A warning begins a hundred years before the end.
const INVENTORY: &str = r#"
[person.anna]
name = "Anna Berg"
email = "anna@femo.example"

[team.ops]
name = "Operations"
members = ["anna"]

[boundary.femo]
kind = "tenant"
name = "FEMO"

[provider.p]
product = "P"
[provider.p.environment.production]
endpoint = "https://p.example"
hosting = "saas"

[rotation.standard]
every = "60d"
warn = "36500d"

[account.p-production-import]
provider = "p"
environment = "production"
boundary = ["femo"]
workflow = "import"
level = "read-only-import"
owner = { business = "person/anna", technical = "team/ops" }
rotation = "standard"
"#;

const SOON: &str = "2120-01-01";
const LATE: &str = "2020-01-01";
const FAR: &str = "2199-12-31";

/// Adds what it is told to a file beside its configuration.
const HOOK: &str = "#!/bin/sh\ncat >> \"told.$1\"\n";

fn home() -> Home {
    let home = Home::new();
    home.run(&["init", "--no-secrets"]).ok(0);
    let file = home.file("inventory.toml", INVENTORY);
    home.run(&["apply", &file, "--yes", "--accept-findings"])
        .ok(0);
    ends(&home, SOON);
    home
}

fn ends(home: &Home, day: &str) {
    home.run(&[
        "account",
        "set",
        "p-production-import",
        &format!("expires={day}"),
        "--yes",
    ])
    .ok(0);
}

fn configured(home: &Home, program: &str) {
    let hooks = ["due", "overdue", "possibly-live"];
    let hooks = hooks.map(|event| format!("on-{event} = [\"./tell.sh\", \"{event}\"]\n"));
    let text = format!("[hooks]\n{}", hooks.concat());
    home.file("config/keyroll/keyroll.toml", text);
    let program = home.file("config/keyroll/tell.sh", program);
    set_mode(program, 0o700);
}

/// Each message that a hook was told, oldest first.
fn told(home: &Home, event: &str) -> Vec<Value> {
    let path = home.path().join(format!("config/keyroll/told.{event}"));
    let text = fs::read_to_string(path).unwrap_or_default();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn counts(home: &Home) -> (usize, usize) {
    (told(home, "due").len(), told(home, "overdue").len())
}

fn kept(home: &Home) -> PathBuf {
    let files = fs::read_dir(home.path().join("state/keyroll/told")).unwrap();
    let mut files = files.map(|entry| entry.unwrap().path());
    files
        .find(|path| path.extension().is_some_and(|end| end == "jsonl"))
        .unwrap()
}

fn check(home: &Home) -> Ran {
    home.run(&["check", "--quiet", "--due"])
}

#[test]
fn a_hook_is_told_once_and_again_when_it_gets_worse_or_comes_back() {
    let home = home();
    configured(&home, HOOK);
    let store = fs::read(home.store()).unwrap();
    for _ in 0..3 {
        check(&home).ok(3);
        assert_eq!(counts(&home), (1, 0));
    }
    home.run(&["check", "--quiet"]).clean();
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(
        fs::read(home.store()).unwrap(),
        store,
        "check wrote to the store"
    );
    ends(&home, LATE);
    check(&home).ok(4);
    check(&home).ok(4);
    assert_eq!(counts(&home), (1, 1));
    ends(&home, FAR);
    check(&home).ok(0);
    ends(&home, SOON);
    check(&home).ok(3);
    check(&home).ok(3);
    assert_eq!(counts(&home), (2, 1));
}

#[test]
fn the_message_says_what_where_whose_and_until_when() {
    let home = home();
    configured(&home, HOOK);
    ends(&home, LATE);
    check(&home).ok(4);
    let told = told(&home, "overdue");
    let message = &told[0];
    assert_eq!(
        (&message["version"], &message["event"], &message["test"]),
        (&1.into(), &"overdue".into(), &false.into())
    );
    let finding = &message["findings"][0];
    for (key, value) in [
        ("rule", "credential-expired"),
        ("severity", "error"),
        ("subject", "account/p-production-import"),
        ("account", "p-production-import"),
        ("provider", "p"),
        ("environment", "production"),
        ("due", LATE),
    ] {
        assert_eq!(finding[key], value, "{finding:#}");
    }
    let owners: Vec<&Value> = finding["owners"].as_array().unwrap().iter().collect();
    assert_eq!(owners.len(), 3, "{owners:#?}");
    assert_eq!(owners[0]["email"], "anna@femo.example");
    assert_eq!(
        (&owners[1]["party"], &owners[2]["party"]),
        (&"team/ops".into(), &"person/anna".into())
    );
    // With owners too where all of the roll is judged.
    home.run(&["check", "--quiet"]).clean();
    assert_eq!(counts(&home), (0, 1));
}

#[test]
fn a_hook_that_fails_is_a_failure_and_tried_again() {
    let home = home();
    configured(&home, "#!/bin/sh\necho 'no route to mx' >&2\nexit 7\n");
    let ran = check(&home).ok(1);
    ran.says("ended with status 7: no route to mx")
        .says("the next check tries it again");
    configured(&home, HOOK);
    check(&home).ok(3);
    check(&home).ok(3);
    assert_eq!(counts(&home), (1, 0));
}

/// Records a version that was revoked and may still work.
fn is_live(home: &Home, number: u32) {
    let id = format!("version/p-production-import {number}")
        .parse()
        .unwrap();
    let body = json!({ "stage": "possibly-live", "issued": "2026-01-01", "retired": "2026-02-01" });
    let version = Record::from_value(&id, body).unwrap();
    let mut store = Store::open(&home.store(), Access::Write).unwrap();
    store
        .commit(&samples::actor(), &[Change::create(version)])
        .unwrap();
}

#[test]
fn a_secret_that_may_still_work_is_told_once_for_each_and_nothing_masks_it() {
    let home = home();
    configured(&home, HOOK);
    let check = |args: &[&str]| home.run(&[&["check", "--quiet"], args].concat());
    for number in [1, 2] {
        is_live(&home, number);
        for _ in 0..2 {
            check(&["--select", "missing-owner"]).ok(5);
            assert_eq!(told(&home, "possibly-live").len(), number as usize);
        }
    }
    let finding = &told(&home, "possibly-live")[1]["findings"][0];
    assert_eq!(
        (&finding["rule"], &finding["days"]),
        (&json!("possibly-live"), &Value::Null)
    );
    check(&["--due"]).ok(3);
    check(&[]).ok(5);
    assert_eq!(told(&home, "possibly-live").len(), 2);
    configured(&home, "#!/bin/sh\nexit 1\n");
    is_live(&home, 3);
    check(&["--fail-on", "never"])
        .ok(5)
        .says("ended with status 1");
    let metrics = check(&["--no-hooks", "--format", "prometheus"]).ok(5);
    assert_eq!(metrics.stdout, "");
    let metrics = home
        .run(&["check", "--no-hooks", "--format", "prometheus"])
        .ok(5);
    metrics.says("keyroll_possibly_live 3\n");
    let line = home
        .run(&["check", "--no-hooks", "--format", "nagios"])
        .ok(2)
        .stdout;
    assert!(
        line.contains("possibly_live=3;;0;0") && line.contains(": possibly-live account/p"),
        "{line}"
    );
}

#[test]
fn another_day_or_no_hooks_tells_nobody() {
    let home = home();
    configured(&home, HOOK);
    home.run(&["check", "--quiet", "--as-of", "2026-11-22"])
        .clean();
    home.run(&["check", "--quiet", "--due", "--no-hooks"]).ok(3);
    assert_eq!(counts(&home), (0, 0));
    assert!(!home.path().join("state/keyroll/told").exists());
}

#[test]
fn without_a_hook_nothing_is_written_and_what_becomes_one_is_told_what_stands() {
    let home = home();
    check(&home).ok(3);
    assert!(!home.path().join("state/keyroll/told").exists());
    configured(&home, HOOK);
    check(&home).ok(3);
    assert_eq!(counts(&home), (1, 0));
    assert_eq!(mode(kept(&home)), 0o600);
    assert_eq!(mode(home.path().join("state/keyroll/told")), 0o700);
}

#[test]
fn what_others_could_have_written_is_not_believed() {
    let home = home();
    configured(&home, HOOK);
    check(&home).ok(3);
    set_mode(kept(&home), 0o666);
    check(&home)
        .ok(3)
        .says("is not ours alone to write to; what is due is told anew");
    assert_eq!((counts(&home), mode(kept(&home))), ((2, 0), 0o600));
    fs::write(kept(&home), "no json").unwrap();
    check(&home).ok(3).says("is damaged");
    check(&home).ok(3);
    assert_eq!(counts(&home), (3, 0));
}

#[test]
fn whoever_cannot_remember_tells_and_says_so() {
    let home = home();
    configured(&home, HOOK);
    home.file("state/keyroll/told", "in the way");
    let ran = check(&home).ok(1);
    ran.says("what was told cannot be kept, so it will be told again");
    assert_eq!(counts(&home), (1, 0));
}

#[test]
fn a_rule_that_does_not_run_forgets_nothing() {
    let home = home();
    configured(&home, HOOK);
    check(&home).ok(3);
    home.run(&["check", "--quiet", "--select", "missing-owner"])
        .ok(0);
    check(&home).ok(3);
    assert_eq!(counts(&home), (1, 0));
}

#[test]
fn of_two_checks_at_once_one_tells() {
    let home = home();
    let program = env!("CARGO_BIN_EXE_keyroll");
    let store = home.store();
    // The hook is told while its own `check` looks.
    let nested = format!(
        "#!/bin/sh\ncat >> \"told.$1\"\nXDG_STATE_HOME='{}' '{program}' --store '{}' check --quiet --due 2> nested\nexit 0\n",
        home.path().join("state").display(),
        store.display()
    );
    configured(&home, &nested);
    check(&home).ok(3);
    assert_eq!(counts(&home), (1, 0));
    let said = fs::read_to_string(home.path().join("config/keyroll/nested")).unwrap();
    assert!(
        said.contains("another check tells the hooks right now"),
        "{said}"
    );
}

#[test]
fn a_hook_that_others_can_write_to_is_not_run_and_the_findings_are_shown() {
    let home = home();
    configured(&home, HOOK);
    set_mode(home.path().join("config/keyroll/tell.sh"), 0o777);
    let ran = home.run(&["check", "--due"]).ok(1);
    ran.says("runs nothing: others may write to it")
        .says("credential-expiring");
    assert_eq!(counts(&home), (0, 0));
}

#[test]
fn a_configuration_in_the_working_folder_tells_nobody() {
    let home = home();
    home.file("clone/.git/HEAD", "");
    home.file(
        "clone/keyroll.toml",
        "[hooks]\non-due = [\"./evil.sh\"]\non-overdue = [\"./evil.sh\"]\n",
    );
    let evil = home.file("clone/evil.sh", "#!/bin/sh\ntouch \"$HOME/evil\"\n");
    set_mode(evil, 0o700);
    for args in [&["check"][..], &["hook", "list"], &["hook", "test"]] {
        let mut command = home.command(args);
        command.current_dir(home.path().join("clone"));
        finish(command).clean();
        assert!(!home.path().join("evil").exists(), "{args:?}");
    }
}

#[test]
fn a_hook_can_be_tried_with_a_message_that_says_so() {
    let home = home();
    configured(&home, HOOK);
    let ran = home.run(&["hook", "test", "--format", "csv"]).ok(0);
    assert_eq!(
        ran.stdout,
        "event,program,result\non-due,./tell.sh,took the test message\non-overdue,./tell.sh,took the test message\n\
         on-possibly-live,./tell.sh,took the test message\n"
    );
    for event in ["due", "overdue", "possibly-live"] {
        let told = told(&home, event);
        assert_eq!(
            (told.len(), &told[0]["test"], &told[0]["event"]),
            (1, &true.into(), &event.into())
        );
    }
    home.run(&["hook", "test", "on-due"]).ok(0);
    assert_eq!(counts(&home), (2, 1));
    assert!(!home.path().join("state/keyroll/told").exists());
    home.run(&["hook", "test", "on-invite"])
        .refused(2)
        .says("on-overdue = [");
    home.run(&["hook", "test", "on-fire"]).ok(2);
    configured(&home, "#!/bin/sh\nexit 3\n");
    home.run(&["hook", "test"])
        .ok(1)
        .says("ended with status 3");
}

#[test]
fn hooks_are_listed_with_what_is_wrong_with_them() {
    let home = home();
    home.run(&["hook", "list"]).ok(0).says("no configuration");
    configured(&home, HOOK);
    let ran = home.run(&["hook", "list", "--format", "csv"]).ok(0);
    assert_eq!(ran.stdout.matches(",ready\n").count(), 3, "{}", ran.stdout);
    fs::remove_file(home.path().join("config/keyroll/tell.sh")).unwrap();
    home.run(&["hook", "list"]).ok(1).says("there is no file");
}
