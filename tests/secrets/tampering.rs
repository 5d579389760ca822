//! Somebody writes to the database behind our back: it is seen before anything is opened or sealed.

use rusqlite::Connection;

use crate::binary::Home;
use crate::{ONE, SECRET, THREE, age_key, ciphertexts, home, refused};

fn db(home: &Home) -> Connection {
    let db = Connection::open(home.store()).unwrap();
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db
}

fn integrity_is_broken(home: &Home) {
    let ran = refused(home, &["secret", "get", ONE], "", 5);
    assert_eq!(ran.stdout, "");
    refused(home, &["run", ONE, "--", "echo", "ran"], "", 5);
    home.run(&["secret", "verify"]).ok(5);
    home.run(&["audit", "verify"]).ok(5);
    let key = age_key(home, "late.txt");
    refused(home, &["secret", "recipients", "add", "late", &key], "", 5);
    refused(
        home,
        &["secret", "recipients", "remove", "recovery", "--yes"],
        "",
        5,
    );
}

#[test]
fn a_ciphertext_with_another_character_is_not_opened() {
    let home = home();
    let old = ciphertexts(&home).remove(0);
    let at = old.len() / 2;
    let other = if &old[at..=at] == "A" { "B" } else { "A" };
    let new = format!("{}{other}{}", &old[..at], &old[at + 1..]);
    db(&home)
        .execute("UPDATE sealed SET ciphertext = ?", [new])
        .unwrap();
    integrity_is_broken(&home);
}

#[test]
fn a_ciphertext_in_the_row_of_another_account_is_not_opened() {
    let home = home();
    home.given(&["secret", "set", THREE], "Yb6sTf3nQx8vKd1mZp5w")
        .ok(0);
    db(&home)
        .execute_batch(
            "CREATE TEMP TABLE old AS SELECT * FROM sealed;
             UPDATE sealed SET ciphertext =
               (SELECT ciphertext FROM old WHERE old.account <> sealed.account)",
        )
        .unwrap();
    integrity_is_broken(&home);
}

#[test]
fn an_older_ciphertext_of_the_same_account_is_not_opened() {
    let home = home();
    let old = ciphertexts(&home).remove(0);
    home.given(&["secret", "set", ONE], "Yb6sTf3nQx8vKd1mZp5w")
        .ok(0);
    db(&home)
        .execute("UPDATE sealed SET ciphertext = ? WHERE number = 2", [old])
        .unwrap();
    integrity_is_broken(&home);
}

#[test]
fn what_somebody_sealed_himself_to_the_public_keys_is_not_handed_out() {
    let home = home();
    let key = String::from_utf8(
        crate::stock(
            "age-keygen",
            &["-y", home.identity().to_str().unwrap()],
            b"",
        )
        .1,
    )
    .unwrap();
    let sealed = crate::stock("age", &["-a", "-r", key.trim()], b"forged").1;
    let sealed = String::from_utf8(sealed).unwrap();
    db(&home)
        .execute("UPDATE sealed SET ciphertext = ?", [sealed])
        .unwrap();
    integrity_is_broken(&home);
}

#[test]
fn nothing_is_sealed_to_a_recipient_who_was_slipped_in() {
    let home = home();
    let key = age_key(&home, "mallory.txt");
    let db = db(&home);
    db.execute(
        "INSERT INTO recipient (id, purpose, public_key, added) VALUES ('mallory', 'person', ?, '2026-01-01')",
        [key],
    )
    .unwrap();
    for (words, input) in [
        (&["secret", "set", ONE][..], SECRET),
        (&["secret", "get", ONE], ""),
        (&["backup", "b.age"], ""),
        (&["secret", "rotate-key", "--yes"], ""),
    ] {
        refused(&home, words, input, 5).says("recipients");
    }
    assert!(!home.path().join("b.age").exists());
    for sealed in ciphertexts(&home) {
        assert!(crate::age_opens(&home, "mallory.txt", sealed.as_bytes()).is_none());
    }
    // Nor when one's key takes the place of another's.
    db.execute_batch(
        "DELETE FROM recipient WHERE id = 'recovery'; UPDATE recipient SET id = 'recovery' WHERE id = 'mallory'",
    )
    .unwrap();
    refused(&home, &["secret", "set", ONE], SECRET, 5);
}
