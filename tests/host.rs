//! What is shipped for hosts (units of systemd, lines for cron, alerts, hooks) does what it says, with the real programs.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::binary::{Home, finish, set_mode};

const KEYROLL: &str = env!("CARGO_BIN_EXE_keyroll");

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples")
}

/// Ended well and silently.
fn silent(output: &Output) {
    let said =
        [&output.stdout, &output.stderr].map(|said| String::from_utf8_lossy(said).into_owned());
    assert!(output.status.success(), "{said:?}");
    assert_eq!(said, ["", ""]);
}

/// The units in a folder of their own, with the program that was built.
fn units(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in fs::read_dir(examples().join("systemd")).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path)
            .unwrap()
            .replace("/usr/bin/keyroll", KEYROLL);
        let copy = folder.join(path.file_name().unwrap());
        fs::write(&copy, text).unwrap();
        all.push(copy);
    }
    all.sort();
    all
}

#[test]
fn the_units_are_what_systemd_takes() {
    let folder = tempfile::tempdir().unwrap();
    let units = units(folder.path());
    assert_eq!(units.len(), 6);
    let mut verify = Command::new("systemd-analyze");
    verify
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .args(&units);
    silent(&verify.output().unwrap());
}

#[test]
fn the_services_are_hardened() {
    let folder = tempfile::tempdir().unwrap();
    let services = units(folder.path());
    let services = services
        .iter()
        .filter(|path| path.extension().is_some_and(|end| end == "service"));
    for service in services {
        let mut security = Command::new("systemd-analyze");
        // Of 100, where 0 is safe: what is left is the network.
        security
            .args(["security", "--offline=yes", "--threshold=20"])
            .arg(service);
        let output = security.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stdout)
        );
    }
}

/// The commands that a text calls keyroll with.
fn calls(text: &str, begin: &str) -> Vec<Vec<String>> {
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    let calls = lines.filter_map(|line| Some(line.split_once(begin)?.1));
    calls
        .map(|call| {
            call.split_whitespace()
                .map(|word| word.replace('"', ""))
                .collect()
        })
        .collect()
}

#[test]
fn what_the_services_and_the_crontab_run_works_and_is_silent_where_nothing_is_due() {
    let mut all = Vec::new();
    for (file, begin) in [
        (
            "systemd/keyroll-check.service",
            "ExecStart=/usr/bin/keyroll ",
        ),
        (
            "systemd/keyroll-rotate.service",
            "ExecStart=/usr/bin/keyroll ",
        ),
        (
            "systemd/keyroll-audit.service",
            "ExecStart=/usr/bin/keyroll ",
        ),
        ("crontab", "  keyroll "),
    ] {
        let text = fs::read_to_string(examples().join(file)).unwrap();
        all.extend(calls(&text, begin));
    }
    let verbs: Vec<&str> = all.iter().map(|words| &*words[0]).collect();
    assert_eq!(
        verbs,
        [
            "check", "rotate", "audit", "check", "audit", "audit", "rotate"
        ]
    );
    let home = Home::filled();
    home.run(&["audit", "key", "new", "--file"]).ok(0);
    let file = home.path().join("keyroll.prom");
    for mut words in all {
        // What goes through a pipe is run by a shell: see below.
        if words.iter().any(|word| word == "|") {
            continue;
        }
        if let Some(path) = words.iter_mut().find(|word| word.ends_with(".prom")) {
            *path = file.to_str().unwrap().to_owned();
        }
        // What takes effect goes by the clock alone.
        if words[0] == "rotate" {
            words.push("--dry-run".to_owned());
        }
        words.extend(["--as-of", "2026-11-22"].map(str::to_owned));
        let ran = home.run(&words).ok(0);
        assert_eq!(ran.stdout, "", "{words:?}");
    }
    assert!(file.is_file());
}

/// Runs a line of a shell with a stand-in for `mail`; gives what that was called with, and what it was given.
fn mailed(home: &Home, line: &str) -> Option<(String, String)> {
    let script = "#!/bin/sh\n{ echo \"$*\"; cat; } > \"$HOME/mailed\"\n";
    set_mode(home.file("bin/mail", script), 0o700);
    let mut command = home.shell(line, &[]);
    let bin = home.path().join("bin");
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display()));
    let ran = finish(command);
    let sent = fs::read_to_string(home.path().join("mailed")).ok();
    let _ = fs::remove_file(home.path().join("mailed"));
    let sent = sent?;
    let (arguments, body) = sent.split_once('\n').unwrap();
    assert_eq!(ran.stdout, "", "{ran:?}");
    Some((arguments.to_owned(), body.to_owned()))
}

#[test]
fn a_checkpoint_leaves_the_host_every_day_and_none_does_of_a_trail_that_was_put_back() {
    let crontab = fs::read_to_string(examples().join("crontab")).unwrap();
    let (_, line) = crontab.split_once("  keyroll audit checkpoint ").unwrap();
    let of_cron = format!("\"$0\" audit checkpoint {}", line.lines().next().unwrap());
    let unit = fs::read_to_string(examples().join("systemd/keyroll-audit.service")).unwrap();
    let (_, line) = unit.split_once("ExecStart=/bin/sh -c '").unwrap();
    let of_unit = line.lines().next().unwrap().strip_suffix('\'').unwrap();
    let of_unit = of_unit
        .replace("$$", "$")
        .replace("/usr/bin/keyroll", "\"$0\"");

    let home = Home::filled();
    let key = home.run(&["audit", "key", "new", "--file"]).ok(0).stdout;
    home.run(&["rotation", "set", "every-60-days", "warn=6d"])
        .ok(0);
    let older = fs::read(home.store()).unwrap();
    home.run(&["rotation", "set", "every-60-days", "warn=8d"])
        .ok(0);
    for line in [&of_cron, &of_unit] {
        let (arguments, body) = mailed(&home, line).unwrap();
        assert_eq!(arguments, "-s keyroll checkpoint auditor@femo.example");
        let kept = home.file("kept", body);
        home.run(&[
            "audit",
            "verify",
            "--checkpoint",
            &kept,
            "--key",
            key.trim(),
        ])
        .ok(0)
        .says("it goes on from");
    }
    home.run(&["audit", "verify", "--quiet"]).ok(0);
    fs::write(home.store(), older).unwrap();
    let ran = home.run(&["audit", "verify", "--quiet"]).ok(5);
    assert!(!ran.stdout.is_empty(), "cron mails it: {ran:#?}");
    assert_eq!(mailed(&home, &of_unit), None);
    let body = mailed(&home, &of_cron).map_or_else(String::new, |(_, body)| body);
    assert_eq!(body, "", "nothing was signed");
}

#[test]
fn a_line_for_cron_has_five_fields_of_time_and_a_command() {
    let crontab = fs::read_to_string(examples().join("crontab")).unwrap();
    let is_line = |line: &&str| !line.is_empty() && !line.starts_with('#') && !line.contains('=');
    let mut lines = 0;
    for line in crontab
        .lines()
        .filter(|line| is_line(line) || line.starts_with(|c: char| c.is_ascii_digit()))
    {
        let fields: Vec<&str> = line.split_whitespace().take(6).collect();
        let is_time = |field: &&str| {
            field
                .chars()
                .all(|c| c.is_ascii_digit() || "*/,-".contains(c))
        };
        assert!(fields[..5].iter().all(is_time), "{line}");
        assert_eq!(fields[5], "keyroll");
        // To cron, a bare one ends the line.
        assert!(!line.contains('%'), "{line}");
        lines += 1;
    }
    assert_eq!(lines, 4);
}

#[test]
fn the_alerts_are_what_prometheus_takes_and_name_metrics_that_there_are() {
    let rules = examples().join("prometheus-rules.yml");
    let output = Command::new("promtool")
        .args(["check", "rules"])
        .arg(&rules)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains("SUCCESS: 5 rules found"),
        "{said}"
    );
    let metrics = Home::filled()
        .run(&["check", "--format", "prometheus", "--as-of", "2026-11-22"])
        .ok(0)
        .stdout;
    let text = fs::read_to_string(rules).unwrap();
    let mut named = 0;
    for (at, _) in text.match_indices("keyroll_") {
        let name: String = text[at..]
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || *c == '_')
            .collect();
        assert!(
            metrics.contains(&format!("# TYPE {name} gauge\n")),
            "{name}"
        );
        named += 1;
    }
    assert!(named >= 5);
}

/// A home whose hooks are the shipped ones, with a stand-in for what they send by.
fn with_hook(name: &str, sender: &str) -> Home {
    let home = Home::new();
    let hook = examples().join("hooks").join(name);
    let argv = format!("[\"./{name}\", \"operations@femo.example\"]");
    let text =
        format!("[hooks]\non-due = {argv}\non-overdue = {argv}\non-possibly-live = {argv}\n");
    home.file("config/keyroll/keyroll.toml", text);
    set_mode(
        home.file(&format!("config/keyroll/{name}"), fs::read(hook).unwrap()),
        0o700,
    );
    // What it is called with, then what it is given.
    let script = "#!/bin/sh\n{ echo \"$*\"; cat; } >> \"$HOME/sent\"\n";
    set_mode(home.file(&format!("bin/{sender}"), script), 0o700);
    home
}

fn run(home: &Home, args: &[&str]) -> String {
    let mut command = home.command(args);
    let path = format!(
        "{}:/usr/local/bin:/usr/bin:/bin",
        home.path().join("bin").display()
    );
    command.env("PATH", path);
    finish(command).clean();
    fs::read_to_string(home.path().join("sent")).unwrap()
}

/// With an account that ended long ago.
fn with_late(home: &Home) {
    home.run(&["init", "--no-secrets"]).ok(0);
    home.run(&["apply", binary::EXAMPLE, "--yes"]).ok(0);
    let rows = home
        .run(&["account", "list", "--format", "csv"])
        .ok(0)
        .stdout;
    let account = rows
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .next()
        .unwrap()
        .to_owned();
    home.run(&["account", "set", &account, "expires=2020-01-01", "--yes"])
        .ok(0);
}

#[test]
fn the_hook_that_mails_writes_to_the_owners() {
    let home = with_hook("mail.sh", "sendmail");
    let sent = run(&home, &["hook", "test", "on-overdue"]);
    assert!(
        sent.starts_with("-t\nTo: example@keyroll.invalid\nSubject: [test] keyroll: 1 overdue\n"),
        "{sent}"
    );
    with_late(&home);
    let sent = run(&home, &["check", "--due"]);
    let mail = sent.split("-t\n").nth(2).unwrap();
    assert!(
        mail.contains("Subject: keyroll: 1 overdue\n") && mail.contains("\n\nerror: account/"),
        "{mail}"
    );
    assert!(mail.contains("due: 2020-01-01\n"), "{mail}");
}

#[test]
fn the_hook_that_posts_to_a_chat_sends_one_json_text() {
    let home = with_hook("chat.sh", "curl");
    with_late(&home);
    let sent = run(&home, &["check", "--due"]);
    let (arguments, body) = sent.split_once('\n').unwrap();
    assert!(
        arguments.contains("--config ./chat.curl") && !arguments.contains("http"),
        "{arguments}"
    );
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let text = body["text"].as_str().unwrap();
    assert!(
        text.starts_with("keyroll: overdue\nerror `account/"),
        "{text}"
    );
}
