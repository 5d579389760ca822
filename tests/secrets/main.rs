//! Secrets through the built program: stored, handed out, sealed to others, backed up; and every way in which that can
//! go wrong, which leaves the store as it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod backup;
#[path = "../binary/mod.rs"]
mod binary;
mod identity;
mod interop;
mod recipients;
mod run;
mod tampering;
mod values;

use std::path::Path;
use std::process::{Command, Stdio};

use binary::{Home, Ran};

pub const ONE: &str = "unicmms-production-read-only-import-plant1";
/// Given two fields, user and password, by [`two_fields`].
pub const TWO: &str = "unicmms-production-status-sync-plant1";
pub const THREE: &str = "maintainx-production-read-only-import-plant1";

/// Looks like a secret of a provider: raises no doubt.
pub const SECRET: &str = "q7Rz2mWc9LxKpV4tN8bG";

/// A home with secrets in which the first account has one.
pub fn home() -> Home {
    let home = Home::with_secrets();
    home.given(&["secret", "set", ONE], SECRET).ok(0);
    home
}

pub fn two_fields(home: &Home) {
    home.run(&[
        "credential",
        "set",
        TWO,
        "kind=basic",
        "fields=user,password",
    ])
    .ok(0);
}

/// Refused at once with this status, and the store holds the same.
pub fn refused(home: &Home, words: &[&str], input: impl AsRef<[u8]>, status: i32) -> Ran {
    let before = home.holds();
    let ran = home.given(words, input).refused_at_once(status);
    assert!(before == home.holds(), "changed: {ran:#?}");
    ran
}

/// The value that is handed out.
pub fn got(home: &Home, words: &[&str]) -> String {
    let ran = home.run(&[&["secret", "get"], words].concat()).ok(0);
    assert_eq!(ran.stderr, "");
    ran.stdout
}

/// Every secret opens, and the audit trail is whole.
pub fn sound(home: &Home) {
    home.run(&["secret", "verify"]).ok(0).says("all good");
    home.run(&["audit", "verify"]).ok(0).says("intact");
}

/// Runs another program that must be there, and gives what it says.
pub fn stock(program: &str, words: &[&str], input: &[u8]) -> (bool, Vec<u8>) {
    let (reader, mut writer) = std::io::pipe().unwrap();
    let mut command = Command::new(program);
    command
        .args(words)
        .stdin(reader)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    drop(command);
    let input = input.to_vec();
    let feed = std::thread::spawn(move || std::io::Write::write_all(&mut writer, &input));
    let output = child.wait_with_output().unwrap();
    let _ = feed.join().unwrap();
    (output.status.success(), output.stdout)
}

/// A new identity of the stock program in a file of the home; its public key.
pub fn age_key(home: &Home, name: &str) -> String {
    let path = home.path().join(name);
    let path = path.to_str().unwrap();
    assert!(stock("age-keygen", &["-o", path], b"").0);
    let (ok, key) = stock("age-keygen", &["-y", path], b"");
    assert!(ok);
    String::from_utf8(key).unwrap().trim().to_owned()
}

/// What the stock program opens with an identity of the home.
pub fn age_opens(home: &Home, identity: impl AsRef<Path>, sealed: &[u8]) -> Option<Vec<u8>> {
    let path = home.path().join(identity);
    let (ok, plain) = stock("age", &["-d", "-i", path.to_str().unwrap()], sealed);
    ok.then_some(plain)
}

/// The ciphertexts of the store, as the stock shell shows them.
pub fn ciphertexts(home: &Home) -> Vec<String> {
    let store = home.store();
    let sql = "select ciphertext || '#' from sealed order by account, number";
    let (ok, text) = stock("sqlite3", &["-readonly", store.to_str().unwrap(), sql], b"");
    assert!(ok);
    let text = String::from_utf8(text).unwrap();
    let all = text.split('#').map(|one| one.trim_start().to_owned());
    all.filter(|one| !one.is_empty()).collect()
}
