//! Who may open the secrets: added, removed, replaced.

use std::fs;

use crate::binary::mode;
use crate::{
    ONE, SECRET, THREE, TWO, age_key, age_opens, ciphertexts, got, home, refused, sound, two_fields,
};

#[test]
fn a_recipient_opens_everything_with_the_stock_program_until_he_is_removed() {
    let home = home();
    two_fields(&home);
    home.given(&["secret", "set", ONE], "Yb6sTf3nQx8vKd1mZp5w")
        .ok(0);
    home.given(&["secret", "set", ONE, "--pending"], "n3wN3wN3wSecret0fIt")
        .ok(0);
    home.given(
        &["secret", "set", TWO],
        r#"{"user":"u","password":"Kd1mZp5wYb6sTf3nQx8v"}"#,
    )
    .ok(0);
    let key = age_key(&home, "anna.txt");
    let opens = || {
        let all = ciphertexts(&home);
        let opened = all
            .iter()
            .filter_map(|sealed| age_opens(&home, "anna.txt", sealed.as_bytes()));
        opened
            .map(|plain| String::from_utf8(plain).unwrap())
            .collect::<Vec<_>>()
    };
    assert!(opens().is_empty());
    home.run(&[
        "secret",
        "recipients",
        "add",
        "anna",
        &key,
        "--person",
        "ana-lima",
    ])
    .ok(0);
    let opened = opens();
    assert_eq!(opened.len(), 4);
    assert!(opened.iter().any(|plain| plain.contains(SECRET)));
    home.run(&["secret", "verify", "--identity", "anna.txt"])
        .ok(0);
    let before = ciphertexts(&home);

    let ran = home
        .run(&["secret", "recipients", "remove", "anna", "--yes"])
        .ok(0);
    for exposed in [
        format!("{ONE} (version 1)"),
        format!("{ONE} (version 2)"),
        format!("{ONE} (version 3)"),
        format!("{TWO} (version 1)"),
    ] {
        assert!(ran.stderr.contains(&exposed), "{exposed}: {ran:#?}");
    }
    assert!(opens().is_empty());
    home.given(&["secret", "set", THREE], "Zp5wYb6sTf3nQx8vKd1m")
        .ok(0);
    assert!(opens().is_empty());
    refused(
        &home,
        &["secret", "get", ONE, "--identity", "anna.txt"],
        "",
        4,
    );
    // What he kept, he reads: that is why all of it is due.
    assert!(
        before
            .iter()
            .all(|sealed| age_opens(&home, "anna.txt", sealed.as_bytes()).is_some())
    );
    let due = home
        .run(&[
            "check",
            "--as-of",
            "2099-01-01",
            "--select",
            "rotation-overdue",
        ])
        .ok(4);
    for account in [ONE, TWO] {
        assert!(due.stdout.contains(account), "{due:#?}");
    }
    assert!(due.stdout.contains("taken off the recipients"), "{due:#?}");
    sound(&home);
}

#[test]
fn what_would_lock_us_out_or_names_nobody_is_refused() {
    let home = home();
    let key = age_key(&home, "anna.txt");
    let add = |name: &'static str, key: &str| {
        ["secret", "recipients", "add", name, key].map(str::to_owned)
    };
    let words = |words: &[String; 5]| -> Vec<String> { words.to_vec() };
    let refuse = |line: &[String], status| {
        let line: Vec<&str> = line.iter().map(String::as_str).collect();
        refused(&home, &line, "", status)
    };
    home.run(&words(&add("anna", &key))).ok(0);
    refuse(&add("anna", &age_key(&home, "b.txt")), 4).says("already");
    refuse(&add("berta", &key), 4).says("`anna`");
    refuse(&add("berta", "age1nosuch"), 2);
    refused(
        &home,
        &["secret", "recipients", "remove", "identity", "--yes"],
        "",
        4,
    )
    .says("open nothing");
    refused(
        &home,
        &["secret", "recipients", "remove", "nosuch", "--yes"],
        "",
        2,
    );
    refused(&home, &["secret", "recipients", "remove", "anna"], "", 2).says("--yes");
    sound(&home);
}

#[test]
fn a_new_key_opens_everything_and_the_old_one_nothing() {
    let home = home();
    let old = fs::read(home.identity()).unwrap();
    let file = home.file("old.txt", &old);
    crate::binary::set_mode(&file, 0o600);
    home.run(&["secret", "rotate-key", "--yes", "--reason", "yearly"])
        .ok(0);
    assert_ne!(fs::read(home.identity()).unwrap(), old);
    assert_eq!(mode(home.identity()), 0o600);
    assert_eq!(got(&home, &[ONE]), SECRET);
    refused(&home, &["secret", "get", ONE, "--identity", &file], "", 4);
    for sealed in ciphertexts(&home) {
        assert!(age_opens(&home, &file, sealed.as_bytes()).is_none());
        assert!(age_opens(&home, home.identity(), sealed.as_bytes()).is_some());
        assert!(age_opens(&home, "recovery.txt", sealed.as_bytes()).is_some());
    }
    home.run(&["secret", "verify", "--identity", "recovery.txt"])
        .ok(0);
    let text = fs::read(home.identity()).unwrap();
    let from_stdin = ["secret", "rotate-key", "--yes", "--identity", "-"];
    refused(&home, &from_stdin, text, 2);
    sound(&home);
}
