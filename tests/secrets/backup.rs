//! The store in one encrypted file, and back.

use std::fs;

use crate::binary::Home;
use crate::{ONE, SECRET, age_key, age_opens, home, refused, sound, stock};

#[test]
fn a_backup_brings_everything_back_with_the_recovery_key_alone() {
    let home = home();
    home.run(&["backup", "roll.age", "--reason", "nightly"])
        .ok(0);
    assert_eq!(crate::binary::mode(home.path().join("roll.age")), 0o600);
    let lost = Home::new();
    for name in ["roll.age", "recovery.txt"] {
        fs::copy(home.path().join(name), lost.path().join(name)).unwrap();
    }
    lost.run(&["restore", "roll.age"])
        .refused_at_once(2)
        .says("--identity");
    lost.run(&["restore", "roll.age", "--identity", "recovery.txt"])
        .ok(0)
        .says("intact");
    let words = ["secret", "get", ONE, "--identity", "recovery.txt"];
    assert_eq!(lost.run(&words).ok(0).stdout, SECRET);
    lost.run(&["audit", "verify"]).ok(0);
    let log = lost
        .run(&["audit", "log", "--format", "jsonl"])
        .ok(0)
        .stdout;
    assert_eq!(log.matches("\"action\":\"restore\"").count(), 1);
    let log = home
        .run(&["audit", "log", "--format", "jsonl"])
        .ok(0)
        .stdout;
    assert!(log.contains("\"action\":\"backup\"") && log.contains("nightly"));

    let plain = age_opens(
        &home,
        "recovery.txt",
        &fs::read(home.path().join("roll.age")).unwrap(),
    );
    let path = home.file("plain.db", plain.unwrap());
    let (ok, said) = stock("sqlite3", &[&path, "select count(*) from account"], b"");
    assert!(ok && said == b"8\n");
}

#[test]
fn a_backup_is_whole_while_others_write() {
    let home = home();
    let writers: Vec<_> = (0..8)
        .map(|n| {
            let mut command = home.command(&["person", "add", &format!("p{n}"), "name=P"]);
            command.spawn().unwrap()
        })
        .collect();
    for n in 0..4 {
        home.run(&["backup", &format!("b{n}.age")]).ok(0);
    }
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    for n in 0..4 {
        let (file, to) = (format!("b{n}.age"), format!("back{n}/roll.db"));
        home.run(&["restore", &file, "--store", &to])
            .ok(0)
            .says("intact");
        home.run(&["secret", "verify", "--store", &to]).ok(0);
    }
    sound(&home);
}

#[test]
fn nothing_is_written_over() {
    let home = home();
    home.run(&["backup", "roll.age"]).ok(0);
    let before = fs::read(home.path().join("roll.age")).unwrap();
    refused(&home, &["backup", "roll.age"], "", 1).says("there already");
    refused(&home, &["backup", "nosuch/roll.age"], "", 1);
    refused(
        &home,
        &["backup", "x.age", "--recipient", "age1nosuch"],
        "",
        2,
    );
    refused(&home, &["restore", "roll.age"], "", 4).says("--store FILE");
    assert!(before == fs::read(home.path().join("roll.age")).unwrap());
    assert!(!home.path().join("x.age").exists());
}

#[test]
fn a_backup_that_is_not_whole_or_not_ours_leaves_nothing_behind() {
    let home = home();
    home.run(&["backup", "roll.age"]).ok(0);
    let good = fs::read(home.path().join("roll.age")).unwrap();
    let flipped = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let cut = |to: usize| good[..to].to_vec();
    let end = good.len();
    let mine = fs::read_to_string(home.identity()).unwrap();
    let public = mine
        .split_once("public key: ")
        .unwrap()
        .1
        .lines()
        .next()
        .unwrap();
    let sealed = |plain: &[u8]| stock("age", &["-r", public], plain).1;
    let plain = age_opens(&home, home.identity(), &good).unwrap();
    let tampered = {
        let path = home.file("tampered.db", &plain);
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch("UPDATE person SET name = 'Mallory' WHERE id = 'ana-lima'")
            .unwrap();
        drop(db);
        sealed(&fs::read(path).unwrap())
    };
    for (what, bytes) in [
        ("empty", Vec::new()),
        ("no age file", b"hello".to_vec()),
        ("cut in its header", cut(50)),
        ("cut behind its header", cut(400)),
        ("cut in the middle", cut(end / 2)),
        ("cut at its last byte", cut(end - 1)),
        ("cut at a chunk", cut(end - (end - 600) % 65552)),
        ("flipped in its header", flipped(100)),
        ("flipped at its begin", flipped(700)),
        ("flipped in the middle", flipped(end / 2)),
        ("flipped at its end", flipped(end - 1)),
        ("no store", sealed(b"hello")),
        ("half a store", sealed(&plain[..plain.len() / 2])),
        ("a store that somebody changed", tampered),
    ] {
        let file = home.file("bad.age", bytes);
        let ran = home.run(&["restore", &file, "--store", "to/roll.db"]);
        assert!(matches!(ran.status, Some(1 | 4 | 5)), "{what}: {ran:#?}");
        let status = ran.status.unwrap();
        ran.refused_at_once(status);
        let left: Vec<_> = match fs::read_dir(home.path().join("to")) {
            Ok(left) => left.map(|entry| entry.unwrap().file_name()).collect(),
            Err(_) => Vec::new(),
        };
        assert!(
            left.iter().all(|name| name == "roll.db.lock"),
            "{what}: {left:?}"
        );
    }
    age_key(&home, "other.txt");
    let words = [
        "restore",
        "roll.age",
        "--store",
        "to/roll.db",
        "--identity",
        "other.txt",
    ];
    home.run(&words).refused_at_once(4);
    home.run(&["restore", "roll.age", "--store", "to/roll.db"])
        .ok(0);
}
