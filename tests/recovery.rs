//! The commands of docs/recovery.md, run as they stand there: with the stock `sqlite3` and `age`.

#![allow(clippy::unwrap_used, reason = "a test may")]

mod binary;

use binary::Home;
use std::fs;
use std::process::{Command, Stdio};

const DOC: &str = include_str!("../docs/recovery.md");
const OLD: &str = "canary-old-q7Rz2mWc9LxKpV4tN8bG";
const NEW: &str = "canary-new-w3Yd8kQf1HsJmZ6uT5vA";

/// The blocks of a document that are for a shell.
fn blocks() -> Vec<&'static str> {
    let parts = DOC.split("```sh\n").skip(1);
    parts
        .map(|part| part.split("```").next().unwrap())
        .collect()
}

/// A home with a store, a recovery key and a backup, under the names that the document has.
fn prepared() -> Home {
    let home = Home::new();
    let accounts = r#"
[boundary.femo]
kind = "tenant"
name = "FEMO"
[provider.unicmms.environment.production]
endpoint = "https://femo.example/api"
[account.etl]
provider = "unicmms"
environment = "production"
workflow = "import"
level = "read-only-import"
boundary = ["femo"]
credential = { kind = "api-key", store = "age" }
"#;
    let inventory = home.file("inventory.toml", accounts);
    let old = home.file("old.key", OLD);
    let new = home.file("new.key", NEW);
    let store = home.path().join("roll.db");
    let store = store.to_str().unwrap();
    for words in [
        &["init", "--identity-file", "--recovery-file", "recovery.txt"][..],
        &["apply", &inventory, "--yes", "--accept-findings"],
        &["secret", "set", "etl", "--from-file", &old],
        &["secret", "set", "etl", "--from-file", &new],
        &["backup", "roll.age"],
    ] {
        home.run(&[words, &["--store", store]].concat()).ok(0);
    }
    // Whoever recovers has what is named in the document, and nothing else.
    fs::remove_dir_all(home.path().join("config")).unwrap();
    let bin = home.path().join("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_keyroll"), bin.join("keyroll")).unwrap();
    home
}

/// Runs a block in the home, stopping at the first command that fails; gives what it prints.
fn run(home: &Home, block: &str) -> String {
    let path = format!(
        "{}/bin:{}",
        home.path().display(),
        "/usr/local/bin:/usr/bin:/bin"
    );
    let out = Command::new("bash")
        .args(["-euo", "pipefail", "-c", block])
        .current_dir(home.path())
        .env("HOME", home.path())
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_DATA_HOME", home.path().join("data"))
        .env_remove("KEYROLL_IDENTITY_FILE")
        .env_remove("CREDENTIALS_DIRECTORY")
        .env("PATH", path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&out.stderr).into_owned();
    assert!(out.status.success(), "{block}\n{error}");
    String::from_utf8(out.stdout).unwrap()
}

#[test]
fn every_command_of_the_recovery_page_does_what_the_page_says() {
    let home = prepared();
    let blocks = blocks();
    assert_eq!(
        blocks.len(),
        7,
        "a block of the page is new: say here what it must show"
    );

    let one: serde_json::Value = serde_json::from_str(&run(&home, blocks[0])).unwrap();
    assert_eq!(one["fields"]["secret"], NEW);
    assert_eq!(one["account"], "etl");
    assert_eq!(one["version"], 2);

    assert!(run(&home, blocks[1]).contains("etl"));

    run(&home, blocks[2]);
    let all = fs::read_to_string(home.path().join("secrets.jsonl")).unwrap();
    assert!(
        all.contains(OLD) && all.contains(NEW),
        "{}",
        all.lines().count()
    );
    assert_eq!(all.lines().count(), 2);

    assert_eq!(run(&home, blocks[3]), "1\n");
    let head = fs::read(home.path().join("restored.db")).unwrap();
    assert!(head.starts_with(b"SQLite format 3\0"));

    run(&home, blocks[4]);
    assert!(home.path().join("new/roll.db").is_file());

    let rehearsed = run(&home, blocks[5]);
    assert_eq!(rehearsed.matches(" ok").count(), 2, "{rehearsed}");

    let renewed = run(&home, blocks[6]);
    assert_eq!(renewed.matches(" ok").count(), 2, "{renewed}");
}
