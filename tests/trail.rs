//! What a user of the trail meets: hints that lead on, checkpoints that came by mail, a log that is followed until Ctrl-C.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;

use binary::{Home, Ran, finish};
use rustix::process::{Pid, Signal, kill_process};

/// What stands between backquotes in the hint.
fn hinted(ran: &Ran) -> Vec<String> {
    let hint = ran.stderr.lines().find(|line| line.starts_with("hint: "));
    let words = hint.unwrap().split('`').nth(1).unwrap();
    words.split(' ').skip(1).map(str::to_owned).collect()
}

#[test]
fn the_hint_where_there_is_no_key_leads_to_one_that_signs() {
    let home = Home::filled();
    for asks in [
        &["audit", "checkpoint"][..],
        &["audit", "key", "show"],
        &["audit", "prove", "1"],
    ] {
        let hint = hinted(&home.run(asks).refused(1));
        assert_eq!(hint, ["audit", "key", "new", "--file"], "{asks:?}");
    }
    home.run(&["audit", "key", "new", "--file"]).ok(0);
    home.run(&["audit", "checkpoint"]).ok(0);
    home.run(&["audit", "key", "show"])
        .ok(0)
        .says("every write is signed");
    // Who asks for a key where one is learns that there is one, and how it is seen.
    let again = home.run(&["audit", "key", "new", "--file"]).refused(1);
    home.run(&hinted(&again)).ok(0);
}

#[test]
fn a_key_elsewhere_is_found_by_the_line_that_is_printed() {
    let home = Home::filled();
    for place in ["key of the trail", "ours/audit.key"] {
        let made = home.run(&["audit", "key", "new", "--file", place]).ok(0);
        let mut lines = made.stderr.lines().map(str::trim);
        let export = lines.find(|line| line.starts_with("export ")).unwrap();
        assert!(export.contains(home.path().to_str().unwrap()), "{export}");
        let signer = made.stdout.rsplit_once('+').unwrap().0;
        // From anywhere: the path is whole.
        let script = format!("{export}\ncd / && \"$0\" audit checkpoint");
        let signed = finish(home.shell(&script, &[])).ok(0);
        assert!(signed.stdout.contains(signer.split('+').next().unwrap()));
        home.run(&["audit", "key", "new", "--file", place])
            .refused(1);
    }
}

/// Ways in which a text comes out of a mail or a Windows host.
fn mailed(text: &str) -> [String; 5] {
    let crlf = text.replace('\n', "\r\n");
    [
        crlf.clone(),
        format!("\u{feff}{text}"),
        format!("\u{feff}{crlf}\r\n\r\n"),
        format!("{text}\n \n"),
        text.trim_end().to_owned(),
    ]
}

#[test]
fn what_went_through_mail_or_windows_is_what_it_was_and_what_was_changed_is_not() {
    let home = Home::filled();
    let key = home.run(&["audit", "key", "new", "--file"]).ok(0).stdout;
    let checkpoint = home.run(&["audit", "checkpoint"]).ok(0).stdout;
    let proof = home.run(&["audit", "prove", "3"]).ok(0).stdout;
    let size = checkpoint.lines().nth(1).unwrap().to_owned();
    let forged = |text: &str| text.replacen(&format!("\n{size}\n"), "\n7\n", 1);
    // Somebody who has the files alone.
    let other = Home::new();
    for (at, key) in mailed(&key).iter().enumerate() {
        let key = other.file("keys", key);
        let held = other.file("held", &mailed(&checkpoint)[at]);
        let shown = other.file("shown", &mailed(&proof)[at]);
        let verify =
            |file: &str| home.run(&["audit", "verify", "--checkpoint", file, "--key", &key]);
        let prove = |file: &str, held: &str| {
            let args = [
                "audit",
                "verify-proof",
                file,
                "--key",
                &key,
                "--checkpoint",
                held,
            ];
            other.run(&args)
        };
        verify(&held).ok(0).says("it goes on from");
        prove(&shown, &held).ok(0).says("proven: event 3");
        let held = other.file("forged", &mailed(&forged(&checkpoint))[at]);
        assert_ne!(fs::read_to_string(&held).unwrap(), mailed(&checkpoint)[at]);
        verify(&held).refused(5);
        prove(&shown, &held).refused(5);
        let shown = other.file("forged-proof", &mailed(&forged(&proof))[at]);
        let held = other.file("held", &checkpoint);
        prove(&shown, &held).refused(5);
    }
    // Bytes within a line are no matter of the way.
    let held = home.file("blank", checkpoint.replacen('\n', " \n", 1));
    home.run(&["audit", "verify", "--checkpoint", &held])
        .refused(5);
    // What PowerShell writes by `>` is another encoding, and said to be.
    let utf16 = |text: &str| -> Vec<u8> {
        let units = "\u{feff}".encode_utf16().chain(text.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    };
    let held = home.file("utf16", utf16(&checkpoint));
    home.run(&["audit", "verify", "--checkpoint", &held])
        .says("UTF-8")
        .refused(4);
    let shown = home.file("utf16-proof", utf16(&proof));
    home.run(&["audit", "verify-proof", &shown])
        .says("UTF-8")
        .refused(2);
}

#[test]
fn a_log_that_is_followed_tells_what_comes_and_ends_at_once_when_it_is_told_to() {
    let home = Home::filled();
    for (signal, warn) in [(Signal::INT, "warn=3d"), (Signal::TERM, "warn=4d")] {
        let args = [
            "audit", "log", "--follow", "--last", "2", "--format", "jsonl",
        ];
        let mut child = home.command(&args).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = || {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            line
        };
        let before = [line(), line()];
        home.run(&["rotation", "set", "every-60-days", warn]).ok(0);
        let came = line();
        assert!(came.contains(warn.trim_start_matches("warn=")), "{came}");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        let whole = before.into_iter().chain([came]).collect::<String>() + &rest;
        assert!(whole.ends_with('\n'));
        for line in whole.lines() {
            serde_json::from_str::<serde_json::Value>(line).unwrap();
        }
        // As a shell has it: 128 and the number of the signal, and no word about it.
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.signal(), Some(signal.as_raw()));
        assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    }
}

/// Runs as an automation of this name.
fn run_as(home: &Home, actor: &str, args: &[&str]) -> Ran {
    let mut command = home.command(args);
    command.env("KEYROLL_ACTOR", actor);
    finish(command)
}

/// The events that are shown, by number.
fn shown(home: &Home, more: &[&str]) -> Vec<u64> {
    let args = [&["audit", "log", "--format", "jsonl"], more].concat();
    let rows = home.run(&args).ok(0).stdout;
    let rows = rows
        .lines()
        .map(|row| serde_json::from_str::<serde_json::Value>(row).unwrap());
    rows.map(|row| row["sequence"].as_u64().unwrap()).collect()
}

#[test]
fn an_actor_is_found_by_any_of_the_names_that_it_goes_by() {
    let home = Home::filled();
    let set = |actor: &str, to: &str| {
        run_as(&home, actor, &["rotation", "set", "every-60-days", to]).ok(0);
        let last = home.run(&["audit", "log", "--last", "1", "--format", "jsonl"]);
        let last: serde_json::Value = serde_json::from_str(&last.ok(0).stdout).unwrap();
        let whole = last["actor"].as_str().unwrap().to_owned();
        (last["sequence"].as_u64().unwrap(), whole)
    };
    let (one, whole) = set("sync-[bot]*", "warn=3d");
    let (two, _) = set("sync-bot", "warn=4d");
    let (_, user) = whole.split_once(" (").unwrap();
    let user = user.strip_suffix(')').unwrap();
    assert_eq!(shown(&home, &["--actor", "sync-[bot]*"]), [one]);
    assert_eq!(shown(&home, &["--actor", &whole]), [one]);
    assert_eq!(shown(&home, &["--actor", "sync-bot"]), [two]);
    let by_user = shown(&home, &["--actor", user]);
    assert!(by_user.ends_with(&[one, two]), "{by_user:?}");
    assert_eq!(by_user.len() as u64, two, "all are theirs");
    for none in ["sync", "bot", "sync-*", "*", "Sync-Bot", "(", "sync-bot ("] {
        assert_eq!(shown(&home, &["--actor", none]), [0; 0], "{none}");
    }
    let of_record = ["--record", "rotation/every-60-days", "--last", "1"];
    let last = |actor: &str| shown(&home, &[&of_record[..], &["--actor", actor]].concat());
    assert_eq!(last("sync-[bot]*"), [one]);
    assert_eq!(last(user), [two]);
    assert_eq!(
        shown(&home, &["--last", "1", "--actor", "sync-[bot]*"]),
        [one]
    );
}

#[test]
fn what_an_automation_may_not_be_called_is_refused_before_anything_is_done() {
    let home = Home::filled();
    let before = shown(&home, &[]).len();
    let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
    let long = "a b ".repeat(40);
    for actor in [
        "   ",
        "root (root)",
        "a\nb",
        "a\tb",
        "a\u{202e}b",
        long.trim(),
        token,
    ] {
        let refused = |args: &[&str]| {
            let ran = run_as(&home, actor, args).refused(2);
            assert!(ran.stderr.contains("KEYROLL_ACTOR"), "{ran:#?}");
            assert!(!ran.stderr.contains(token), "{ran:#?}");
            assert_eq!(ran.stdout, "", "{ran:#?}");
        };
        refused(&["rotation", "set", "every-60-days", "warn=3d"]);
        refused(&["export", "--output", "out"]);
        refused(&["report", "handoff", "--out", "out"]);
        refused(&["init", "--no-secrets", "--store", "other/roll.db"]);
        assert!(!home.path().join("out").exists(), "{actor:?}");
        assert!(!home.path().join("other/roll.db").exists(), "{actor:?}");
        // What records nothing needs no name; that it is none is a finding of the doctor's.
        run_as(&home, actor, &["account", "list"]).ok(0);
        run_as(&home, actor, &["doctor"])
            .ok(4)
            .says("KEYROLL_ACTOR");
    }
    assert_eq!(shown(&home, &[]).len(), before);
    // One that is set to nothing is none.
    run_as(&home, "", &["rotation", "set", "every-60-days", "warn=3d"]).ok(0);
}

#[test]
fn all_about_an_account_is_found_and_nothing_about_another() {
    let home = Home::with_secrets();
    let (one, other) = (
        "unicmms-production-status-sync-plant1",
        "unicmms-production-ai-agent-draft-plant1",
    );
    let from = shown(&home, &[]).len() as u64;
    let fact = |account: &str| {
        let args = [
            "review", account, "keep", "--by", "bo-berg", "--note", "seen",
        ];
        home.run(&args).ok(0);
    };
    fact(one);
    fact(other);
    home.run(&["account", "set", one, "expires=2030-01-01", "--yes"])
        .ok(0);
    home.run(&["secret", "get", one]).clean();
    let about = |account: &str| {
        let all = shown(&home, &["--about", account]);
        all.into_iter().filter(|at| *at > from).collect::<Vec<_>>()
    };
    let records = |args: &[&str]| {
        let args = [&["audit", "log", "--format", "csv"], args].concat();
        let rows = home.run(&args).ok(0).stdout;
        let rows = rows.lines().skip(1).map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            format!("{} {}", cells[3], cells[4])
        });
        rows.collect::<Vec<_>>()
    };
    let found = records(&["--about", one]);
    let has = |words: &str| found.iter().any(|record| record.starts_with(words));
    assert!(has(&format!("create account/{one}")), "{found:?}");
    assert!(has(&format!("create fact/review {one} ")), "{found:?}");
    assert!(has("refuse store"), "{found:?}");
    assert!(
        !found.iter().any(|record| record.contains(other)),
        "{found:?}"
    );
    // By the name of the record too, and the last of them alone.
    assert_eq!(about(&format!("account/{one}")), about(one));
    assert_eq!(about(other).len(), 1);
    let last = shown(&home, &["--about", other, "--last", "1"]);
    assert_eq!(last, about(other));
    assert_eq!(shown(&home, &["--about", "nobody"]), [0; 0]);
    home.run(&["audit", "log", "--about", "x y"]).refused(2);
}

#[test]
fn a_proof_with_any_one_bit_changed_is_never_taken_and_ends_as_is_said() {
    let home = Home::filled();
    let key = home.run(&["audit", "key", "new", "--file"]).ok(0).stdout;
    let proof = home.run(&["audit", "prove", "3"]).ok(0).stdout;
    let (first, signer) = (proof.find('\n').unwrap(), proof.rfind('\u{2014}').unwrap());
    // Where the signature's line names the key: that is another key then.
    let named = signer..proof[signer..].rfind(' ').unwrap() + signer + 7;
    let bytes = proof.as_bytes();
    // Every region is met; each at each seventh byte, and all of the last line's beginning.
    let places = (0..bytes.len()).filter(|at| at % 7 == 0 || named.contains(at));
    for at in places {
        let mut changed = bytes.to_vec();
        changed[at] ^= 1 << (at % 7);
        home.file("changed", &changed);
        let ran = home.run(&["audit", "verify-proof", "changed", "--key", key.trim()]);
        let status = ran.status.unwrap();
        match at {
            at if at <= first => assert_eq!(status, 2, "{at}: {ran:#?}"),
            at if named.contains(&at) => assert!([4, 5].contains(&status), "{at}: {ran:#?}"),
            at => assert_eq!(status, 5, "{at}: {ran:#?}"),
        }
        ran.refused(status);
    }
    home.file("cut", &bytes[..bytes.len() / 2]);
    home.run(&["audit", "verify-proof", "cut", "--key", key.trim()])
        .refused(5);
    home.file("none", "hello\n");
    home.run(&["audit", "verify-proof", "none"]).refused(2);
}

#[test]
fn hints_name_what_is_there_and_lead_on() {
    let home = Home::filled();
    let key = home.run(&["audit", "key", "new", "--file"]).ok(0).stdout;
    let proof = home.run(&["audit", "prove", "3"]).ok(0).stdout;
    // What the hint says of standard input holds.
    home.run(&["audit", "verify-proof", "/dev/null"])
        .refused(1)
        .says("- for standard input");
    let piped = ["audit", "verify-proof", "-", "--key", key.trim()];
    home.given(&piped, proof).ok(0).says("proven: event 3");
    // The tenant that a boundary is of.
    for report in ["handoff", "risk"] {
        home.run(&["report", report, "--tenant", "brookfield/plant1"])
            .refused(2)
            .says("`brookfield`");
    }
    // What a record that is wanted needs, in order to be there.
    let account = "unicmms-production-status-sync-plant1";
    let ran = home.run(&["account", "set", account, "boundary+=elsewhere", "--yes"]);
    ran.says("keyroll boundary add elsewhere").says(" name=...");
}
