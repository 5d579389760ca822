//! A secret, a passphrase and a private key are carried through every command, and looked for in every place that
//! they must not reach. What looks for them is shown to find them first.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../binary/mod.rs"]
mod binary;
mod finder;
mod journey;
mod process;
mod trace;

use std::fs;
use std::process::Command;

use binary::finish;
use finder::{Finder, forms};

/// Stands in the middle of the secret: what is looked for. Around it stands what is written differently where it is
/// quoted.
pub const CORE: &str = "kQ7vXw2mZr9TbL4cYh8NpJ3s";
pub const PASSPHRASE: &str = "Wd5fGt8hJk2lZx9cVb3nMq7e";

pub fn secret() -> String {
    format!("\"/+{CORE}\\é%20")
}

/// A shell that hands a value over in every form is found out in every form, and in every place.
#[test]
fn what_looks_for_a_canary_finds_it_in_every_form_and_every_kind_of_place() {
    let finder = Finder::new(&[("control", CORE.as_bytes())]);
    for (form, written) in forms(CORE.as_bytes()) {
        let place = [&b"before \xff"[..], &written, b"\0after"].concat();
        let found = finder.find(&place);
        assert!(found.contains(&("control", form)), "{form}: {found:?}");
    }
    assert!(finder.find(b"before and after").is_empty());
    for shift in 0..3 {
        use base64::Engine as _;
        let longer = format!("{}{CORE} after", &"xyz"[..shift]);
        let written = base64::engine::general_purpose::STANDARD.encode(longer);
        assert!(
            finder
                .find(written.as_bytes())
                .contains(&("control", "base64"))
        );
    }

    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("below");
    fs::create_dir(&folder).unwrap();
    let seen = || finder.find_below(dir.path()).len();
    assert_eq!(seen(), 0);
    // In a file, and in the name of one.
    fs::write(folder.join("plain"), CORE).unwrap();
    fs::write(folder.join(CORE), "").unwrap();
    assert_eq!(seen(), 2);
    // In a page of a database, and in one that was let go of.
    let path = dir.path().join("roll.db");
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute_batch("CREATE TABLE t (a TEXT)").unwrap();
    assert_eq!(seen(), 2);
    db.execute("INSERT INTO t VALUES (?)", [CORE]).unwrap();
    assert_eq!(seen(), 3);
    db.execute_batch("PRAGMA secure_delete = OFF; DELETE FROM t")
        .unwrap();
    assert_eq!(seen(), 3);
    drop(db);

    // In what a process writes to any descriptor, its arguments and its environment.
    let script = format!(
        "printf %s \"$V\"; printf %s \"$V\" >&2; printf %s \"$V\" >{0}/plain; : >{0}/\"$V\"",
        folder.display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &script]).env("V", CORE);
    let noted = dir.path().join("noted");
    let mut traced = trace::traced(&shell, &noted, &[]);
    traced.stdout(std::process::Stdio::piped());
    traced.stderr(std::process::Stdio::piped());
    let ran = finish(traced).ok(0);
    assert!(!finder.find(ran.stdout.as_bytes()).is_empty());
    assert!(!finder.find(ran.stderr.as_bytes()).is_empty());
    let calls = trace::calls(&noted);
    let of = |name: &str, what: &str| {
        let mut all = calls.iter();
        all.any(|call| {
            call.name == name && call.what.contains(what) && !finder.find(&call.bytes).is_empty()
        })
    };
    assert!(of("write", "pipe:["));
    assert!(of("write", "below/plain"));
    assert!(of("execve", ""));
    assert!(of("openat", ""));
}
