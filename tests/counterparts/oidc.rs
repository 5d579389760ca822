//! The OAuth2 server of `examples/providers/oidc`: oidc-provider, with the API that its tokens open.

use std::process::{Command, Stdio};

use serde_json::json;

use super::http::{Answer, Body, ask};
use super::process::{Place, Server};
use super::project;

/// The token of its admin route.
pub const ADMIN: &str = "admin-canary-Vq2mX7sK9bT4";

/// The client that the example is about.
pub const CLIENT: &str = "svc-import-hawthorne";

pub struct Oidc {
    server: Server,
    pub auth: String,
    pub api: String,
}

impl Oidc {
    /// With access tokens that live for so many seconds.
    pub fn start(seconds: u32) -> Oidc {
        let modules = project("target/ci-tools/node");
        assert!(
            modules.join("node_modules/oidc-provider").is_dir(),
            "run: npm install --prefix target/ci-tools/node oidc-provider@8"
        );
        let node = Command::new("node")
            .arg("-v")
            .stdout(Stdio::null())
            .status();
        assert!(
            node.is_ok_and(|status| status.success()),
            "run: apt-get install nodejs npm"
        );
        let command = |_: &Place| {
            let words = [
                "env",
                &format!("OIDC_ADMIN={ADMIN}"),
                "OIDC_AUTH=0",
                "OIDC_API=0",
                &format!("OIDC_SECONDS={seconds}"),
                &format!("OIDC_FOLDER={}", modules.display()),
                "node",
                &project("examples/providers/oidc/server.mjs")
                    .display()
                    .to_string(),
            ];
            words.map(str::to_owned).to_vec()
        };
        let server = Server::start("KILL", "{\"auth\":", None, |_| {}, command);
        let told: serde_json::Value = serde_json::from_str(&server.ready).unwrap();
        let url = |name: &str| told[name].as_str().unwrap().to_owned();
        Oidc {
            auth: url("auth"),
            api: url("api"),
            server,
        }
    }

    /// Asks the admin route about the client.
    pub fn admin(&self, method: &str, path: &str, body: Body<'_>) -> Answer {
        let url = format!("{}/admin/clients/{CLIENT}{path}", self.auth);
        ask(method, &url, Some(ADMIN), body)
    }

    /// Another secret of the client: its id and its value.
    pub fn secret(&self, name: &str) -> (String, String) {
        let made = self.admin("POST", "/secrets", Body::Json(json!({ "name": name })));
        let made = made.ok();
        (made.text("/id"), made.text("/secret"))
    }

    /// Asks for a token with all scopes there are.
    pub fn token(&self, client: &str, secret: &str, resource: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client),
            ("client_secret", secret),
            ("scope", "orders:read orders:write"),
            ("resource", resource),
        ];
        ask(
            "POST",
            &format!("{}/token", self.auth),
            None,
            Body::Form(&form),
        )
    }

    /// Asks the API.
    pub fn call(&self, method: &str, path: &str, token: &str, body: Body<'_>) -> Answer {
        ask(method, &format!("{}{path}", self.api), Some(token), body)
    }

    /// What the server has complained of.
    pub fn log(&self) -> String {
        self.server.log()
    }
}
