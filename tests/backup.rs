//! A backup is the store as of one moment, whoever writes meanwhile, and comes back whole or not at all.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod holding;
mod samples;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use binary::{Home, finish, mode};
use holding::{account, command, fed, home, put, run, secret, shell};
use keyroll::model::change::{Change, Note, Occurrence};
use keyroll::store::{Access, Store, StoreError};
use rusqlite::Connection;
use samples::{actor, creations, record, records};
use serde_json::json;

/// The identity of the home, as it is below it.
fn own(home: &Home) -> String {
    holding::below(home, &home.identity())
}

/// The bytes of a store with every sample in it.
fn sample() -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    let mut store = Store::create(&path, &actor()).unwrap();
    store.commit(&actor(), &creations(&records())).unwrap();
    store.snapshot().unwrap()
}

fn put_back(path: &Path, bytes: &[u8]) -> Result<Store, StoreError> {
    let note = || Note::new(None, Occurrence::Restore);
    Store::put_back(path, &mut &bytes[..], &actor(), &note)?;
    Store::open(path, Access::Write)
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// A store as bytes, after something was done to it behind its back.
fn changed(sql: &str) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("changed.db");
    fs::write(&path, sample()).unwrap();
    let db = Connection::open(&path).unwrap();
    db.execute_batch(sql).unwrap();
    db.close().unwrap();
    fs::read(&path).unwrap()
}

#[test]
fn what_a_snapshot_holds_comes_back_as_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("back/roll.db");
    let store = put_back(&path, &sample()).unwrap();
    assert_eq!(store.inventory().unwrap(), samples::inventory());
    assert_eq!(store.verify().unwrap().faults, []);
    assert_eq!(names(path.parent().unwrap()), ["roll.db"]);
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
}

#[test]
fn a_snapshot_is_of_one_moment_whoever_writes() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    let mut writer = Store::create(&path, &actor()).unwrap();
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let done = &done;
        scope.spawn(move || {
            let mut number = 0;
            while !done.load(Ordering::Relaxed) {
                // Two records a commit: a snapshot holds both or none.
                let pair = ["a", "b"]
                    .map(|half| record(&format!("person/{half}{number}"), json!({ "name": "X" })));
                writer.commit(&actor(), &creations(&pair)).unwrap();
                number += 1;
            }
        });
        // However this ends, the writer does too.
        let _ends = Ends(done);
        let mut reader = Store::open(&path, Access::Write).unwrap();
        let mut last = 0;
        for number in 0..12 {
            let bytes = reader.snapshot().unwrap();
            let copy = dir.path().join(format!("copy-{number}.db"));
            let restored = put_back(&copy, &bytes).unwrap();
            let verified = restored.verify().unwrap();
            assert_eq!(verified.faults, []);
            assert_eq!(
                verified.events % 2,
                0,
                "the making, pairs, and the restoring"
            );
            assert!(verified.events >= last);
            last = verified.events;
        }
    });
}

/// Says that it is over when it goes, and so when its test panics.
struct Ends<'a>(&'a AtomicBool);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_store_that_was_read_for_a_backup_can_still_be_written() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = Store::create(&dir.path().join("roll.db"), &actor()).unwrap();
    store.snapshot().unwrap();
    let eve = record("person/eve", json!({ "name": "Eve" }));
    store.commit(&actor(), &[Change::create(eve)]).unwrap();
    let mut reader = Store::open(&dir.path().join("roll.db"), Access::Read).unwrap();
    let copy = put_back(&dir.path().join("copy.db"), &reader.snapshot().unwrap()).unwrap();
    assert_eq!(copy.verify().unwrap().events, 3);
}

#[test]
fn what_stands_there_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let at = |name: &str| dir.path().join(name);
    fs::write(at("file"), "mine").unwrap();
    fs::write(at("empty"), "").unwrap();
    fs::create_dir(at("folder")).unwrap();
    symlink(at("file"), at("link")).unwrap();
    symlink(at("nowhere"), at("dangling")).unwrap();
    let before = names(dir.path());
    for name in ["file", "empty", "folder", "link", "dangling"] {
        match put_back(&at(name), &sample()) {
            Err(StoreError::Exists { .. }) => {}
            Err(other) => panic!("{name}: {other}"),
            Ok(_) => panic!("{name} was replaced"),
        }
    }
    assert_eq!(names(dir.path()), before);
    assert_eq!(fs::read(at("file")).unwrap(), b"mine");
    assert_eq!(fs::read(at("empty")).unwrap(), b"");
}

#[test]
fn what_is_no_whole_store_leaves_nothing_behind() {
    let good = sample();
    let cases: [(&str, Vec<u8>); 8] = [
        ("nothing", Vec::new()),
        ("words", b"hello".to_vec()),
        ("noise", vec![0x5a; 20_000]),
        ("cut off", good[..good.len() - 4096].to_vec()),
        ("another program's", changed("PRAGMA application_id = 7")),
        ("a newer one", changed("PRAGMA user_version = 99")),
        ("a row changed", changed("UPDATE person SET name = 'Eve'")),
        (
            "an event gone",
            changed("DELETE FROM event WHERE sequence = 3"),
        ),
    ];
    for (what, bytes) in cases {
        let dir = tempfile::tempdir().unwrap();
        let restored = put_back(&dir.path().join("roll.db"), &bytes);
        assert!(restored.is_err(), "{what} was restored");
        assert_eq!(names(dir.path()), [""; 0], "{what}");
    }
}

#[test]
fn a_store_of_an_older_format_comes_back_in_that_of_today() {
    let dir = tempfile::tempdir().unwrap();
    let old = dir.path().join("old.db");
    let mut store = Store::create(&old, &actor()).unwrap();
    let records = samples::of_format(1);
    store.commit(&actor(), &creations(&records)).unwrap();
    drop(store);
    let db = Connection::open(&old).unwrap();
    db.execute_batch(samples::DOWN_TO_6).unwrap();
    db.execute_batch(samples::DOWN_TO_5).unwrap();
    db.execute_batch(samples::DOWN_TO_4).unwrap();
    db.execute_batch(samples::DOWN_TO_3).unwrap();
    db.execute_batch(samples::DOWN_TO_2).unwrap();
    db.execute_batch(samples::DOWN_TO_1).unwrap();
    db.close().unwrap();

    let path = dir.path().join("new/roll.db");
    let store = put_back(&path, &fs::read(&old).unwrap()).unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
    assert_eq!(store.inventory().unwrap(), records.into_iter().collect());
    drop(store);
    assert_eq!(names(path.parent().unwrap()), ["roll.db"]);
    assert!(Store::open(&path, Access::Read).is_ok());
}

#[test]
fn a_backup_and_what_comes_of_it_are_ones_own_under_any_umask() {
    let home = home();
    let own = own(&home);
    let script = "umask 000; exec \"$0\" \"$@\"";
    finish(shell(&home, script, &["backup", "roll.age"])).ok(0);
    assert_eq!(mode(home.path().join("roll.age")), 0o600);
    let to = "new/folder/roll.db";
    let words = ["restore", "roll.age", "--identity", &own, "--store", to];
    finish(shell(&home, script, &words)).ok(0);
    assert_eq!(mode(home.path().join("new")), 0o700);
    assert_eq!(mode(home.path().join("new/folder")), 0o700);
    assert_eq!(mode(home.path().join(to)), 0o600);
    assert_eq!(names(&home.path().join("new/folder")), ["roll.db"]);
}

#[test]
fn a_backup_taken_while_secrets_are_stored_comes_back_whole() {
    let home = home();
    let own = own(&home);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 1..=12 {
                let set = command(&home, &["secret", "set", &account(number)]);
                fed(set, "canary-new-Hn4bM8sLpQ").ok(0);
            }
        });
        for number in 0..5 {
            let file = format!("{number}.age");
            run(&home, &["backup", &file]).ok(0);
            let to = format!("restored/{number}.db");
            let words = ["restore", &file, "--identity", &own, "--store", &to];
            run(&home, &words).ok(0);
            run(&home, &["audit", "verify", "--store", &to]).ok(0);
            let words = ["secret", "verify", "--store", &to];
            run(&home, &words).ok(0).says("all good");
        }
    });
}

#[test]
fn a_restore_that_is_refused_leaves_nothing_behind() {
    let home = home();
    let own = own(&home);
    run(&home, &["backup", "roll.age"]).ok(0);
    let good = fs::read(home.path().join("roll.age")).unwrap();
    put(&home, "stranger.txt", &holding::stranger().identity);
    put(&home, "cut.age", &good[..good.len() - 1000]);
    put(&home, "words.age", b"no backup at all\n");
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    put(&home, "flipped.age", &flipped);
    fs::create_dir(home.path().join("to")).unwrap();
    binary::set_mode(home.path().join("to"), 0o700);
    for (file, identity) in [
        ("roll.age", "stranger.txt"),
        ("cut.age", own.as_str()),
        ("flipped.age", own.as_str()),
        ("words.age", own.as_str()),
        ("nowhere.age", own.as_str()),
    ] {
        let words = [
            "restore",
            file,
            "--identity",
            identity,
            "--store",
            "to/roll.db",
        ];
        let ran = run(&home, &words).clean();
        assert!(matches!(ran.status, Some(1 | 4 | 5)), "{ran:#?}");
        assert_eq!(names(&home.path().join("to")), [""; 0], "{ran:#?}");
    }
    // Nor does one over a store that is there.
    let before = fs::read(home.store()).unwrap();
    let words = ["restore", "roll.age", "--identity", &own];
    run(&home, &words).refused_at_once(4).says("exists already");
    assert_eq!(fs::read(home.store()).unwrap(), before);
}

#[test]
fn a_backup_is_never_written_over_another_file() {
    let home = home();
    put(&home, "mine", b"mine");
    symlink("nowhere", home.path().join("dangling")).unwrap();
    for file in ["mine", "dangling"] {
        run(&home, &["backup", file])
            .refused_at_once(1)
            .says("is there already");
    }
    assert_eq!(fs::read(home.path().join("mine")).unwrap(), b"mine");
    assert!(!home.path().join("nowhere").exists());
    run(&home, &["backup", "no/such/folder/roll.age"]).refused_at_once(1);
}

#[test]
fn a_restored_store_hands_out_the_secrets_of_the_moment() {
    let home = home();
    let own = own(&home);
    run(&home, &["backup", "roll.age"]).ok(0);
    let set = command(&home, &["secret", "set", "a07"]);
    fed(set, "canary-new-Hn4bM8sLpQ").ok(0);
    let other = Home::new();
    let words = ["roll.age", own.as_str()];
    for name in words {
        put(&other, name, &fs::read(home.path().join(name)).unwrap());
    }
    run(&other, &["restore", "roll.age", "--identity", &own])
        .ok(0)
        .says("intact");
    assert_eq!(holding::get(&other, 7), secret(7));
}
