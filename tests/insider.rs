//! Somebody who may write the store's file, or who stands beside: nothing is sealed to him, run for him or left to him.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod binary;

use binary::{Home, Ran, finish};
use rusqlite::Connection;
use std::fs;

const ONE: &str = "unicmms-production-status-sync-plant1";
const SECRET: &str = "canary-q7Rz2mWc9LxKpV4tN8bG";

fn home() -> Home {
    let home = Home::with_secrets();
    home.given(&["secret", "set", ONE], SECRET).ok(0);
    home
}

fn edit(home: &Home, sql: &str) {
    let db = Connection::open(home.store()).unwrap();
    db.execute_batch(sql).unwrap();
}

fn shell(home: &Home, script: &str) -> Ran {
    finish(home.shell(script, &[ONE]))
}

#[test]
fn another_store_key_than_the_one_known_here_gets_nothing_sealed_to_it() {
    let home = home();
    // A whole other key with its recipients, as one who knows all public keys could make it.
    let other = home.path().join("state/keyroll/pins");
    let pin = fs::read_dir(&other)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(&pin, "00000000000000000000000000000000\n").unwrap();
    home.given(&["secret", "set", ONE], "canary-new-Hn4bM8sLpQ")
        .refused(5)
        .says("not the one that was known here");
    home.run(&["backup", "b.age"]).refused(5);
    assert!(!home.path().join("b.age").exists());
    // Jobs go on, and are told.
    let ran = home.run(&["secret", "get", ONE]).ok(0);
    assert_eq!(ran.stdout, SECRET);
    assert!(ran.stderr.contains("recipients trust"), "{ran:#?}");
    home.run(&["secret", "recipients", "trust", "--yes"])
        .ok(0)
        .says("recovery");
    home.given(&["secret", "set", ONE], "canary-new-Hn4bM8sLpQ")
        .ok(0);
}

#[test]
fn a_place_written_behind_the_trails_back_is_neither_filled_nor_run() {
    let home = home();
    let commands = "[command.box]\nget = ['touch', 'ran']\nput = ['touch', 'ran', '{item}']\n";
    let commands = home.file("config/keyroll/commands.toml", commands);
    binary::set_mode(&commands, 0o600);
    edit(
        &home,
        "UPDATE account SET credential_store = 'command:box:x' WHERE credential_store IS NOT NULL",
    );
    home.given(&["secret", "set", ONE], "canary-new-Hn4bM8sLpQ")
        .refused(5);
    edit(
        &home,
        "UPDATE account SET credential_store = 'age' WHERE credential_store IS NOT NULL",
    );
    edit(&home, "UPDATE version SET place = 'command:box:x'");
    home.run(&["secret", "get", ONE]).refused(5);
    assert!(!home.path().join("ran").exists());
}

#[test]
fn what_the_identity_came_on_does_not_reach_the_program() {
    let home = home();
    let key = fs::read(home.identity()).unwrap();
    let look = "cat; cat /proc/self/fd/3 2>/dev/null; true";
    let words = ["run", ONE, "--identity", "-", "--", "sh", "-c", look];
    assert_eq!(home.given(&words, key).ok(0).stdout, "");
    let script = format!(
        "printf passphrase-canary >pw
        \"$0\" init --store p.db --identity-file p.txt --no-recovery --passphrase-fd 3 3<pw
        \"$0\" apply {} --yes --store p.db
        printf {SECRET} >value
        \"$0\" secret set \"$1\" --from-file value --store p.db --identity p.txt --passphrase-fd 3 3<pw
        \"$0\" run \"$1\" --env OUT --store p.db --identity p.txt --passphrase-fd 3 3<pw -- sh -c 'cat <&3; echo $OUT'",
        binary::EXAMPLE
    );
    let ran = shell(&home, &script).ok(0);
    assert_eq!(ran.stdout, format!("{SECRET}\n"), "{ran:#?}");
}

#[test]
fn nobody_is_locked_out_and_no_value_is_overwritten_by_another() {
    let home = home();
    home.run(&["secret", "recipients", "remove", "identity", "--yes"])
        .refused(4);
    home.run(&["secret", "recipients", "remove", "recovery", "--yes"])
        .ok(0)
        .says("no recovery key");
    home.run(&["secret", "recipients", "remove", "identity", "--yes"])
        .refused(4);
    home.given(&["secret", "set", ONE], "canary-new-Hn4bM8sLpQ")
        .ok(0);
    let organisation = "[organisation]\nname = \"D\"\nsecret-stores = [\"age\", \"command\"]\n";
    let organisation = home.file("organisation.toml", organisation);
    home.run(&["apply", &organisation, "--yes", "--accept-findings"])
        .ok(0);
    home.run(&["credential", "move", ONE, "command:pass:theirs"])
        .refused(4)
        .says("holds one value at a time");
    home.run(&["credential", "move", ONE, "vault:kv/x"])
        .refused(4)
        .says("not approved");
    // What is chosen centrally stands over the inventory.
    let central = "[organisation]\nsecret-stores = [\"vault\"]\n";
    let central = home.file("central.toml", central);
    home.given(
        &["secret", "set", ONE, "--config", &central],
        "canary-new-Hn4bM8sLpQ",
    )
    .refused(4)
    .says("not approved age");
    assert_eq!(
        home.run(&["secret", "get", ONE, "--number", "1"])
            .ok(0)
            .stdout,
        SECRET
    );
    // The value of an old version can be given up, the current one cannot.
    home.run(&["credential", "forget", ONE, "2", "--yes"])
        .refused(4);
    home.run(&["credential", "retire", ONE, "1"]).ok(0);
    home.run(&["credential", "forget", ONE, "1", "--yes"]).ok(0);
    home.run(&["secret", "get", ONE, "--number", "1"])
        .refused(4);
    home.run(&["secret", "verify"])
        .ok(0)
        .says("1 secret checked, all good");
    home.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_journal_left_behind_does_not_undo_a_restore() {
    let home = home();
    home.run(&["backup", "b.age"]).ok(0);
    home.file("to/roll.db-journal", "left behind");
    binary::set_mode(home.path().join("to"), 0o700);
    home.run(&["restore", "b.age", "--store", "to/roll.db"])
        .refused(4);
    assert!(!home.path().join("to/roll.db").exists());
}

#[test]
fn a_failed_init_leaves_neither_a_store_nor_a_dead_recovery_key() {
    let home = Home::new();
    let file = home.file("id.txt", "no identity at all");
    binary::set_mode(&file, 0o600);
    home.run(&[
        "init",
        "--identity-file",
        "id.txt",
        "--recovery-file",
        "r.txt",
    ])
    .refused(1);
    assert!(!home.store().exists() && !home.path().join("r.txt").exists());
    let words = [
        "init",
        "--identity-file",
        "--recovery-file",
        "no/such/folder/r.txt",
    ];
    home.run(&words).refused(2);
    assert!(!home.store().exists() && !home.path().join("no").exists());
}
