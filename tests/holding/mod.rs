//! Homes whose store holds secrets: made once by the program itself, then copied. Shared by tests, holds none.
#![allow(dead_code)]

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use crate::binary::{Home, Ran, ended, finish, mode, set_mode};

/// How many accounts of the home have a secret.
pub const SECRETS: usize = 40;

/// What a home is copied from.
struct Origin {
    store: Vec<u8>,
    identity: Vec<u8>,
    /// Where the identity is, below a home.
    path: String,
}

/// The name of an account; from 1 on.
pub fn account(number: usize) -> String {
    format!("a{number:02}")
}

/// What is stored for it: a text that stands nowhere else.
pub fn secret(number: usize) -> String {
    format!("canary-{number:02}-Wq7xK2vRtY")
}

/// The program in a home, with no identity but the home's own within reach.
pub fn command(home: &Home, words: &[&str]) -> Command {
    alone(home.command(words))
}

pub fn run(home: &Home, words: &[&str]) -> Ran {
    finish(command(home, words))
}

/// With a text on its standard input.
pub fn fed(mut command: Command, input: &str) -> Ran {
    let words = command.get_args().map(|word| format!("{word:.200?}"));
    let words = words.collect::<Vec<_>>().join(" ");
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A command that was killed or refuses at once reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    ended(child, words)
}

fn alone(mut command: Command) -> Command {
    for name in [
        "KEYROLL_IDENTITY_FILE",
        "CREDENTIALS_DIRECTORY",
        "DBUS_SESSION_BUS_ADDRESS",
        "XDG_RUNTIME_DIR",
    ] {
        command.env_remove(name);
    }
    command
}

/// A shell script in which `$0` is the program.
pub fn shell(home: &Home, script: &str, words: &[&str]) -> Command {
    alone(home.shell(script, words))
}

/// An empty store with an identity in a file.
fn begun() -> Home {
    let home = Home::new();
    run(&home, &["init", "--identity-file", "--no-recovery"]).ok(0);
    home
}

fn inventory() -> String {
    let mut out = "[organisation]\nname = \"Plant\"\n[boundary.plant]\nkind = \"tenant\"\nname = \"Plant\"\n\
        [provider.cmms]\nproduct = \"CMMS\"\n[provider.cmms.environment.test]\nendpoint = \"https://cmms.example\"\n"
        .to_owned();
    for number in 1..=SECRETS {
        out.push_str(&format!(
            "[account.{}]\nprovider = \"cmms\"\nenvironment = \"test\"\nboundary = [\"plant\"]\nworkflow = \"x\"\n\
             level = \"read-only-import\"\nstatus = \"active\"\ncredential = {{ kind = \"api-key\", store = \"age\" }}\n",
            account(number)
        ));
    }
    out
}

/// A path as it is below the home.
pub fn below(home: &Home, path: &std::path::Path) -> String {
    let below = path.strip_prefix(home.path()).unwrap();
    below.to_str().unwrap().to_owned()
}

fn origin() -> &'static Origin {
    static ORIGIN: OnceLock<Origin> = OnceLock::new();
    ORIGIN.get_or_init(|| {
        let home = begun();
        let inventory = home.file("inventory.toml", inventory());
        run(&home, &["apply", &inventory, "--yes", "--accept-findings"]).ok(0);
        for number in 1..=SECRETS {
            let set = command(&home, &["secret", "set", &account(number)]);
            fed(set, &secret(number)).ok(0);
        }
        Origin {
            store: fs::read(home.store()).unwrap(),
            identity: fs::read(home.identity()).unwrap(),
            path: below(&home, &home.identity()),
        }
    })
}

/// A home whose store holds a secret for each account.
pub fn home() -> Home {
    let home = Home::new();
    put(&home, "data/keyroll/roll.db", &origin().store);
    put(&home, &origin().path, &origin().identity);
    home
}

/// A home with the identity alone.
pub fn without_store() -> Home {
    let home = Home::new();
    put(&home, &origin().path, &origin().identity);
    home
}

/// A private file in a private folder.
pub fn put(home: &Home, name: &str, content: &[u8]) -> String {
    let path = home.file(name, content);
    set_mode(&path, 0o600);
    let folder = Path::new(&path).parent().unwrap();
    if folder != home.path() {
        set_mode(folder, 0o700);
    }
    path
}

pub fn identity(home: &Home) -> Vec<u8> {
    fs::read(home.identity()).unwrap()
}

/// Somebody else's key.
pub struct Stranger {
    pub identity: Vec<u8>,
    pub key: String,
}

pub fn stranger() -> Stranger {
    let home = begun();
    let listed = run(
        &home,
        &["secret", "recipients", "list", "--format", "jsonl"],
    )
    .ok(0);
    let row: serde_json::Value = serde_json::from_str(listed.stdout.trim()).unwrap();
    Stranger {
        identity: identity(&home),
        key: row["key"].as_str().unwrap().to_owned(),
    }
}

/// The store opens, its trail is whole, and every secret opens with the identity at hand.
pub fn is_whole(home: &Home) {
    run(home, &["audit", "verify"]).ok(0);
    run(home, &["secret", "verify"]).ok(0).says("all good");
}

pub fn get(home: &Home, number: usize) -> String {
    run(home, &["secret", "get", &account(number)]).ok(0).stdout
}

/// Every file of a home is its owner's alone, and none holds a secret; an identity only those beside the identity.
pub fn keeps_to_itself(home: &Home) {
    let mut open = vec![home.path().to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            assert_eq!(mode(&path) & 0o077, 0, "{path:?}");
            let bytes = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let holds = |part: &str| text.contains(part);
            assert!(!holds("canary-"), "a secret stands in {path:?}");
            let beside = path.starts_with(home.path().join("config"));
            assert!(beside || !holds("AGE-SECRET-KEY"), "{path:?}");
        }
    }
}
