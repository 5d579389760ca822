//! A home whose roll has an account at the provider of keys, and what its inventory says. Shared by tests, holds none.
#![allow(dead_code)]

use std::path::Path;
use std::process::Command;

use keyroll::model::credential::Version;
use keyroll::model::date::Timestamp;
use keyroll::model::operation::Operation;
use keyroll::model::record::{Kind, Record};
use keyroll::store::{Access, Store};

use crate::binary::{Home, Ran, fed, finish};
use crate::server::{ADMIN, OLD, Server};

/// Steps of procedures.
pub const CREATE: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key"
stage = "create"
http = { method = "POST", path = "/keys", header = { Authorization = "Bearer {admin}" }, body = { name = "{tag}", user = "{identity}" }, expect = 201 }
secret = "/token"
id = "/id"
expires = "/expires_at"
"#;
pub const RETIRE: &str = r#"
[[procedure.keys-rotate.step]]
title = "Delete the old key"
stage = "retire"
http = { method = "DELETE", path = "/keys/{previous.id}", header = { Authorization = "Bearer {admin}" }, expect = [204, 404] }
"#;
pub const FIND: &str = r#"
[[procedure.keys-rotate.step]]
title = "Look for a key of ours"
stage = "find"
http = { method = "GET", path = "/keys?name={tag}", header = { Authorization = "Bearer {admin}" } }
id = "/items/0/id"
"#;
pub const DISCARD: &str = r#"
[[procedure.keys-rotate.step]]
title = "Delete what we made"
stage = "discard"
http = { method = "DELETE", path = "/keys/{id}", header = { Authorization = "Bearer {admin}" }, expect = [204, 404] }
"#;
pub const PASSWORD: &str = r#"
[[procedure.keys-rotate.step]]
title = "Set the password"
stage = "set"
http = { method = "PUT", path = "/users/{identity}/password", header = { Authorization = "Bearer {admin}" }, body = { password = "{secret}" } }
"#;

/// What takes a key away in an emergency.
pub const CUT: &str = r#"
[procedure.cut]
kind = "revoke"
[[procedure.cut.step]]
title = "Delete the key"
http = { method = "DELETE", path = "/keys/{id}", header = { Authorization = "Bearer {admin}" }, expect = 204 }
"#;

pub const OVERLAP: &str = "every = \"60d\"\noverlap = \"24h\"\n";
pub const SHORT: &str = "every = \"60d\"\nstrategy = \"overlap\"\n";
pub const SINGLE: &str = "every = \"60d\"\nstrategy = \"single\"\n";
pub const BLUE_GREEN: &str = "every = \"60d\"\nstrategy = \"blue-green\"\n";

/// How a probe shows the secret itself.
const PLAIN: &str = r#"
[provider.keys.test.authenticate]
http = { method = "GET", path = "/me", header = { Authorization = "Bearer {secret}" } }
allowed = { status = 200, json = "/id" }
denied = { status = [401, 403] }
[provider.keys.test.read]
http = { method = "GET", path = "/orders/{canary.visible}", header = { Authorization = "Bearer {secret}" } }
allowed = { status = 200, json = { "/site" = "hawthorne" } }
denied = { status = [401, 403, 404] }
"#;

/// How a probe has a token first.
pub const TOKEN: &str = r#"
[provider.keys.test.read]
http = { method = "GET", path = "/orders/{canary.visible}", header = { Authorization = "Bearer {token}" } }
allowed = { status = 200, json = { "/site" = "hawthorne" } }
denied = { status = [401, 403, 404] }
[[provider.keys.test.read.before]]
http = { method = "POST", path = "/token", form = { grant_type = "client_credentials", client_id = "{identity}", client_secret = "{secret}" } }
take = { token = "/access_token" }
"#;

/// What an inventory says; the rest is always the same.
#[derive(Clone)]
pub struct Roll {
    pub policy: &'static str,
    pub steps: String,
    pub tests: String,
    pub provider: &'static str,
    pub account: String,
    pub credential: &'static str,
    pub identity: &'static str,
    pub admin: &'static str,
    /// `{server}` in it is the address of the server.
    pub more: String,
}

impl Default for Roll {
    fn default() -> Roll {
        Roll {
            policy: SHORT,
            steps: format!("{CREATE}{RETIRE}"),
            tests: PLAIN.to_owned(),
            provider: "",
            account: String::new(),
            credential: "",
            identity: r#"["svc-etl"]"#,
            admin: "keys-admin",
            more: String::new(),
        }
    }
}

impl Roll {
    pub fn of(policy: &'static str, steps: &[&str]) -> Roll {
        Roll {
            policy,
            steps: steps.concat(),
            ..Roll::default()
        }
    }

    /// With a procedure to revoke the account.
    pub fn cut(mut self) -> Roll {
        self.account.push_str("revoke = \"cut\"\n");
        self.more.push_str(CUT);
        self
    }

    pub fn toml(&self, server: &Server) -> String {
        let Roll {
            policy,
            steps,
            tests,
            provider,
            account,
            credential,
            identity,
            admin,
            more,
        } = self;
        let more = more.replace("{server}", &server.address.to_string());
        let owner = r#"owner = { business = "person/anna-berg", technical = "person/anna-berg" }"#;
        format!(
            r#"
[organisation]
name = "FEMO"
[person.anna-berg]
name = "Anna Berg"
[boundary.femo]
kind = "tenant"
name = "FEMO"
[provider.keys]
product = "Keys"
{provider}
[provider.keys.environment.production]
endpoint = "http://{}"
admin = "account/{admin}"
{tests}
[rotation.standard]
{policy}
[procedure.keys-rotate]
kind = "rotate"
{steps}
[account.keys-admin]
provider = "keys"
environment = "production"
boundary = ["femo"]
workflow = "admin"
level = "read-only-import"
{owner}
[account.keys-admin.credential]
kind = "api-key"
store = "age"
identity = ["admin"]
[account.etl]
provider = "keys"
environment = "production"
boundary = ["femo"]
workflow = "import"
level = "read-only-import"
{owner}
rotation = "standard"
rotate = "keys-rotate"
canary = {{ visible = "WO-1", hidden = "WO-9" }}
{account}
[account.etl.credential]
kind = "api-key"
store = "age"
identity = {identity}
{credential}
{more}
"#,
            server.address
        )
    }
}

/// A home, a provider, and the roll that knows both.
pub struct World {
    pub home: Home,
    pub server: Server,
}

impl World {
    /// With the first secret of the account.
    pub fn new(roll: &Roll) -> World {
        let world = World::bare(roll);
        world.set_old("etl", OLD);
        world
    }

    /// With no secret but that of whoever administers.
    pub fn bare(roll: &Roll) -> World {
        let server = Server::start();
        let home = Home::new();
        home.run(&["init", "--identity-file", "--no-recovery"])
            .ok(0);
        let world = World { home, server };
        world.apply(roll);
        world.set("keys-admin", ADMIN);
        world
    }

    pub fn apply(&self, roll: &Roll) {
        let file = self.home.file("roll.toml", roll.toml(&self.server));
        self.run(&["apply", &file, "--yes", "--accept-findings", "--prune"])
            .ok(0);
    }

    pub fn set(&self, account: &str, secret: &str) {
        let words = ["secret", "set", account];
        fed(self.home.command(&words), secret).ok(0);
    }

    pub fn set_old(&self, account: &str, secret: &str) {
        let words = ["secret", "set", account, "--id", "k1"];
        fed(self.home.command(&words), secret).ok(0);
    }

    pub fn run(&self, words: &[&str]) -> Ran {
        finish(self.home.command(words))
    }

    /// `rotate etl --yes` with more words.
    pub fn rotate(&self, more: &[&str]) -> Ran {
        self.run(&[&["rotate", "etl", "--yes"], more].concat())
    }

    /// A word that turns the clock to an hour after the last operation began.
    pub fn later(&self) -> String {
        let then = Timestamp::from_unix(self.last().began.unix() + 3600);
        format!("KEYROLL_CLOCK={then}")
    }

    pub fn command(&self, words: &[&str]) -> Command {
        self.home.command(words)
    }

    /// The stages of the versions, the oldest first.
    pub fn stages(&self) -> Vec<String> {
        self.versions("etl")
            .iter()
            .map(|version| version.stage.to_string())
            .collect()
    }

    pub fn versions(&self, account: &str) -> Vec<Version> {
        let versions = self.records(Kind::Version).into_iter();
        let mut versions: Vec<_> = versions
            .filter_map(|record| match record {
                Record::Version(key, version) => Some((key, *version)),
                _ => None,
            })
            .filter(|(key, _)| key.account.as_str() == account)
            .collect();
        versions.sort_by(|one, other| one.0.cmp(&other.0));
        versions.into_iter().map(|(_, version)| version).collect()
    }

    /// The rotations of the account, the oldest first.
    pub fn operations(&self) -> Vec<Operation> {
        let operations = self.records(Kind::Operation).into_iter();
        let mut operations: Vec<_> = operations
            .filter_map(|record| match record {
                Record::Operation(key, operation) => Some((key, *operation)),
                _ => None,
            })
            .filter(|(key, _)| key.account.as_str() == "etl")
            .collect();
        operations.sort_by(|one, other| one.0.cmp(&other.0));
        operations.into_iter().map(|(_, it)| it).collect()
    }

    fn records(&self, kind: Kind) -> Vec<Record> {
        let store = Store::open(&self.home.store(), Access::Read).unwrap();
        store.records(kind).unwrap()
    }

    /// The last rotation.
    pub fn last(&self) -> Operation {
        self.operations().pop().expect("one was begun")
    }

    pub fn state(&self) -> String {
        self.last().state.to_string()
    }

    /// How its entries of a phase stand.
    pub fn entries(&self, phase: &str) -> Vec<String> {
        let entries = self.last().entries.into_iter();
        let entries = entries.filter(|entry| entry.phase.as_str() == phase);
        entries.map(|entry| entry.state.to_string()).collect()
    }

    /// The value of a version, out of the roll.
    pub fn value(&self, version: Option<u32>) -> String {
        let number = version.map(|number| number.to_string());
        let mut words = vec!["secret", "get", "etl"];
        if let Some(number) = &number {
            words.extend(["--number", number]);
        }
        let ran = self.run(&words).ok(0);
        ran.stdout.trim_end().to_owned()
    }

    /// The trail is whole, and one version is current.
    pub fn is_sound(&self) {
        self.run(&["audit", "verify"]).ok(0);
        let current = self.stages();
        let current = current.iter().filter(|stage| *stage == "current").count();
        assert_eq!(current, 1, "{:?}", self.stages());
    }

    /// The user's own configuration.
    pub fn configure(&self, toml: &str) {
        self.home.file("config/keyroll/keyroll.toml", toml);
    }

    /// A program in the folder of the user's own configuration.
    pub fn program(&self, name: &str, script: &str) {
        let path = self
            .home
            .file(&format!("config/keyroll/programs/{name}"), script);
        crate::binary::set_mode(Path::new(&path).parent().unwrap(), 0o700);
        crate::binary::set_mode(path, 0o700);
    }

    /// All that the store holds.
    pub fn holds(&self) -> String {
        self.home.holds()
    }
}
