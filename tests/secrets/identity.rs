//! The identity that opens the secrets: where it is looked for, and what happens without it.

use std::fs;
use std::os::unix::net::UnixListener;

use crate::binary::{Home, finish, set_mode};
use crate::{ONE, SECRET, age_key, got, home, refused};

#[test]
fn an_identity_that_others_may_read_is_refused() {
    let home = home();
    for mode in [0o644, 0o640, 0o660, 0o602] {
        set_mode(home.identity(), mode);
        refused(&home, &["secret", "get", ONE], "", 1).says("chmod 600");
    }
    set_mode(home.identity(), 0o400);
    assert_eq!(got(&home, &[ONE]), SECRET);
}

#[test]
fn without_an_identity_the_ways_to_one_are_named_at_once() {
    let home = home();
    let own = home.identity();
    fs::rename(&own, home.path().join("kept.txt")).unwrap();
    for words in [
        &["secret", "get", ONE][..],
        &["secret", "verify"],
        &["secret", "rotate-key", "--yes"],
        &["run", ONE, "--", "true"],
        &["backup", "b.age"],
        &["identity", "show"],
    ] {
        refused(&home, words, "", 1).says("KEYROLL_IDENTITY_FILE");
    }
    refused(&home, &["secret", "set", ONE], SECRET, 1).says("LoadCredential");
    assert!(!own.exists(), "no new one was made");
    let script = "timeout 3 \"$0\" secret get \"$1\"";
    finish(home.shell(script, &[ONE])).refused_at_once(1);
    assert_eq!(got(&home, &[ONE, "--identity", "kept.txt"]), SECRET);
    let kept = fs::read(home.path().join("kept.txt")).unwrap();
    let ran = home
        .given(&["secret", "get", ONE, "--identity", "-"], kept)
        .ok(0);
    assert_eq!(ran.stdout, SECRET);
}

/// A keyring daemon that has stopped takes what is sent to it, and says nothing.
#[test]
fn a_keyring_that_says_nothing_is_not_waited_for() {
    let home = home();
    fs::remove_file(home.identity()).unwrap();
    fs::create_dir(home.path().join("no-runtime")).unwrap();
    let _bus = UnixListener::bind(home.path().join("no-runtime/bus")).unwrap();
    refused(&home, &["secret", "get", ONE], "", 1).says("did not answer");
}

#[test]
fn an_identity_of_somebody_else_opens_nothing() {
    let home = home();
    age_key(&home, "other.txt");
    for words in [
        &["secret", "get", ONE, "--identity", "other.txt"][..],
        &["secret", "set", ONE, "--identity", "other.txt"],
        &[
            "secret",
            "recipients",
            "add",
            "x",
            &age_key(&home, "x.txt"),
            "--identity",
            "other.txt",
        ],
        &["backup", "b.age", "--identity", "other.txt"],
    ] {
        refused(&home, words, SECRET, 4).says("other.txt");
    }
    for (text, status) in [("", 1), ("hello", 1), ("AGE-SECRET-KEY-1QQQ", 1)] {
        let path = home.file("bad.txt", text);
        set_mode(&path, 0o600);
        refused(
            &home,
            &["secret", "get", ONE, "--identity", &path],
            "",
            status,
        );
    }
    refused(
        &home,
        &["secret", "get", ONE, "--identity", "nosuch.txt"],
        "",
        1,
    );
    refused(&home, &["secret", "get", ONE, "--identity", "."], "", 1).says("folder");
}

/// Each place that comes first is shown to by an identity in it that opens nothing: it is the one that is named.
#[test]
fn identities_are_looked_for_in_the_order_that_is_written_down() {
    let home = home();
    let text = fs::read(home.identity()).unwrap();
    let credentials = home.path().join("credentials");
    let place = |name: &str, good: bool| {
        let path = home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let _ = fs::remove_file(&path);
        match good {
            true => drop(home.file(name, &text)),
            false => drop(age_key(&home, name)),
        }
        set_mode(&path, 0o600);
    };
    let opened = |home: &Home, more: &[&str]| {
        let mut command = home.command(&[&["secret", "get", ONE], more].concat());
        command.env("CREDENTIALS_DIRECTORY", &credentials);
        command.env("KEYROLL_IDENTITY_FILE", home.path().join("named.txt"));
        finish(command)
    };
    let all = ["option.txt", "credentials/keyroll-identity", "named.txt"];
    for good in 0..all.len() {
        for (at, name) in all.iter().enumerate() {
            place(name, at == good);
        }
        // The first one that counts is asked, and no other.
        let option: &[&str] = if good == 0 {
            &["--identity", "option.txt"]
        } else {
            &[]
        };
        let first = if good == 0 { 0 } else { 1 };
        if good == 2 {
            opened(&home, option).refused_at_once(4).says(all[1]);
            fs::remove_file(home.path().join(all[1])).unwrap();
        }
        assert!(first <= good);
        assert_eq!(opened(&home, option).ok(0).stdout, SECRET);
    }
    place("named.txt", false);
    opened(&home, &[]).refused_at_once(4).says("named.txt");
    fs::remove_file(home.path().join("named.txt")).unwrap();
    // What is named must be there: our own file does not step in.
    opened(&home, &[]).refused_at_once(1).says("named.txt");
}

/// A service may have no home to note anything in: its work goes on.
#[test]
fn a_home_that_cannot_be_written_stops_no_job() {
    let home = home();
    fs::remove_dir_all(home.path().join("state")).unwrap();
    fs::write(home.path().join("state"), "no folder").unwrap();
    assert_eq!(got(&home, &[ONE]), SECRET);
}
