//! A roll with one of the example providers in it, which the built program is driven with.

use std::fs;
use std::path::Path;

use keyroll::model::date::Timestamp;
use keyroll::operations::procedure::operations;
use keyroll::store::{Access, Store};
use serde_json::Value as Json;

use super::project;
use crate::binary::{Home, Ran, set_mode};

/// A day behind every overlap; its first hours are in the examples' windows for tests.
pub const LATER: &str = "KEYROLL_CLOCK=2099-01-01T00:00:00Z";

pub struct Roll {
    pub home: Home,
    /// The account that the example is about.
    pub account: String,
}

impl Roll {
    /// The example of a provider, with other texts in place of its endpoints, its programs, and the secret of its admin.
    pub fn of(provider: &str, texts: &[(&str, &str)], admin: &str) -> Roll {
        let home = Home::new();
        let example = project("examples/providers").join(provider);
        let shipped = example.to_str().unwrap();
        home.run(&["validate", "--pedantic", shipped])
            .ok(0)
            .says("no findings");
        let mut inventory = fs::read_to_string(example.join("inventory.toml")).unwrap();
        for (old, new) in texts {
            assert!(inventory.contains(old), "`{old}` is not in the example");
            inventory = inventory.replace(old, new);
        }
        home.file("inventory/inventory.toml", inventory);
        let glossary = format!("glossaries/{provider}.toml");
        let text = fs::read_to_string(example.join(&glossary)).unwrap();
        home.file(&format!("inventory/{glossary}"), text);
        programs(&home, &example.join("programs"));
        let roll = Roll {
            home,
            account: format!("{provider}-production-import-hawthorne"),
        };
        let init = ["init", "--identity-file", "--recovery-file", "recovery.txt"];
        roll.home.run(&init).ok(0);
        roll.home.run(&["apply", "inventory", "--yes"]).ok(0);
        let rotator = format!("{provider}-production-key-rotation-hawthorne");
        roll.home.given(&["secret", "set", &rotator], admin).ok(0);
        roll
    }

    /// A command on the account.
    pub fn run(&self, command: &str, options: &[&str]) -> Ran {
        let args = [&[command, &self.account, "--yes"], options].concat();
        self.home.run(&args)
    }

    /// The value of the current version.
    pub fn secret(&self) -> String {
        let args = ["secret", "get", &self.account];
        self.home.run(&args).ok(0).stdout.trim().to_owned()
    }

    /// The first value, which the provider makes or is told.
    pub fn first(&self) -> String {
        self.run("rotate", &[]).ok(0).says("rotated");
        self.secret()
    }

    /// The next value, beside the one before.
    pub fn second(&self) -> String {
        self.run("rotate", &[])
            .ok(3)
            .says("both versions live until");
        self.secret()
    }

    /// The clock, an hour after the last operation began.
    pub fn in_an_hour(&self) -> String {
        let store = Store::open(&self.home.store(), Access::Read).unwrap();
        let operations = operations(&store, &self.account.parse().unwrap()).unwrap();
        let last = operations.values().next_back().unwrap();
        let then = Timestamp::from_unix(last.began.unix() + 3600);
        format!("KEYROLL_CLOCK={then}")
    }

    /// Goes on with a rotation when its overlap is over.
    pub fn later(&self) -> Ran {
        self.run("rotate", &["--resume", LATER])
    }

    /// The job that uses the secret, as its health: a Python script that has it in `secret`, and ends with 0 where all is
    /// well.
    pub fn job(&self, secret: &str, script: &str) {
        let file = self.home.file("etl-secret", secret);
        let program =
            format!("#!/usr/bin/env -S python3 -IS\nsecret = open({file:?}).read()\n{script}");
        let program = self
            .home
            .file("config/keyroll/programs/etl-health", program);
        set_mode(program, 0o700);
    }

    fn rows(&self, args: &[&str]) -> Vec<Json> {
        let ran = self.home.run(args).clean();
        let list: Json = serde_json::from_str(&ran.stdout).unwrap_or_else(|_| panic!("{ran:#?}"));
        list["rows"].as_array().expect("rows").clone()
    }

    /// The stages of the versions, in their order.
    pub fn stages(&self) -> Vec<String> {
        let rows = self.rows(&["credential", "show", &self.account, "--format", "json"]);
        rows.iter().map(|row| text(row, "stage")).collect()
    }

    /// What the probes came to: `read pass`, in their order.
    pub fn probes(&self) -> Vec<String> {
        let args = [
            "test",
            &self.account,
            "--yes",
            "--allow-write",
            LATER,
            "--format",
            "json",
        ];
        let rows = self.rows(&args);
        let probe = |row: &Json| format!("{} {}", text(row, "probe"), text(row, "outcome"));
        rows.iter().map(probe).collect()
    }

    /// The store, its trail and every copy of them hold none of these.
    pub fn holds_none_of(&self, secrets: &[&str]) {
        self.home.run(&["audit", "verify"]).ok(0);
        let store = fs::read(self.home.store()).unwrap();
        let store = String::from_utf8_lossy(&store);
        for secret in secrets {
            assert!(secret.len() > 9 && !store.contains(secret));
        }
    }
}

fn text(row: &Json, key: &str) -> String {
    let found = row.get(key).and_then(Json::as_str);
    found
        .unwrap_or_else(|| panic!("no `{key}` in {row}"))
        .to_owned()
}

/// What gives the consumer of the examples a health: the program that [`Roll::job`] writes.
pub const HEALTH: (&str, &str) = (
    "[consumer.etl-01-import-hourly]\n",
    "[consumer.etl-01-import-hourly]\nhealth = { command = [\"etl-health\"] }\n",
);

/// The example's programs, in the folder of the user's own.
fn programs(home: &Home, from: &Path) {
    if !from.is_dir() {
        return;
    }
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let to = home.file(
            &format!("config/keyroll/programs/{name}"),
            fs::read(&path).unwrap(),
        );
        set_mode(to, 0o700);
    }
}
