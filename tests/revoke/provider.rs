//! A provider of keys on loopback that does what a test wants: it keeps its word, lies, lags, fails, or ends the program
//! while it is asked. And a home whose roll knows it.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use keyroll::lifecycle::versions::of;
use keyroll::operations::secrets::versions;
use keyroll::store::{Access, Store};

use crate::binary::{Home, Ran, fed};

pub const ADMIN: &str = "admin-canary-4tR8zQ";
pub const OLD: &str = "old-canary-Wq7xK2vR";
pub const NEW: &str = "new-canary-9fQ2xL7z";

/// How the provider is.
#[derive(Default)]
pub struct State {
    /// Each key, and how often it is accepted after it was taken away; it is there as long as it is not.
    pub keys: BTreeMap<&'static str, bool>,
    /// What the next withdrawals are answered with, in place of being done.
    pub failures: Vec<u16>,
    /// Withdrawals are answered as done, and nothing is taken away.
    pub lies: bool,
    /// Withdrawals are done, and answered as if something had gone wrong.
    pub is_confused: bool,
    /// How often a key is still accepted after it was taken away.
    pub lag: usize,
    /// Tokens are good for so many requests after their key was taken away; `None` is for ever.
    pub tokens: Option<usize>,
    /// What a logon with a key that was taken away is answered with, and a request with its token; 401 where it is `None`.
    pub mumbles: [Option<u16>; 2],
    /// Whoever takes a key away shuts everybody out: all are refused.
    pub shuts_out: bool,
    /// Everybody is refused.
    pub is_out: bool,
    /// All but the administrator are refused.
    pub is_closed: bool,
    /// The consumer is well whatever becomes of the key.
    pub is_well_anyway: bool,
    /// Called as a key is taken away, before it is.
    pub meanwhile: Option<Box<dyn FnMut() + Send>>,
    /// The line of each request.
    pub asked: Vec<String>,
}

pub struct Provider {
    pub address: String,
    pub state: Arc<Mutex<State>>,
}

impl Provider {
    pub fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let state = State {
            keys: BTreeMap::from([(ADMIN, true), (OLD, true), (NEW, true)]),
            tokens: Some(0),
            ..State::default()
        };
        let state = Arc::new(Mutex::new(state));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                if let Some((head, body)) = read(&mut stream) {
                    let (status, said) = answer(&shared, &head, &body);
                    let length = said.len();
                    let head = format!(
                        "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
                    );
                    let _ = stream.write_all(format!("{head}{said}").as_bytes());
                }
            }
        });
        Provider { address, state }
    }

    pub fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap());
    }

    /// The lines of the requests that are no reads.
    pub fn effects(&self) -> Vec<String> {
        let state = self.state.lock().unwrap();
        let asked = state.asked.iter();
        asked
            .filter(|line| !line.starts_with("GET ") && !line.starts_with("HEAD "))
            .cloned()
            .collect()
    }

    pub fn asked(&self, line: &str) -> usize {
        let state = self.state.lock().unwrap();
        state.asked.iter().filter(|asked| *asked == line).count()
    }
}

fn read(stream: &mut TcpStream) -> Option<(String, String)> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = header(&head, "content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    stream.read_exact(&mut body).ok()?;
    Some((head, String::from_utf8(body).unwrap()))
}

fn header(head: &str, wanted: &str) -> Option<String> {
    let mut lines = head.lines().filter_map(|line| line.split_once(": "));
    lines
        .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value.to_owned())
}

fn answer(shared: &Mutex<State>, head: &str, body: &str) -> (u16, String) {
    let line = head.lines().next().unwrap_or_default();
    let line = line.trim_end_matches(" HTTP/1.1").to_owned();
    let meanwhile = {
        let mut state = shared.lock().unwrap();
        state.asked.push(line.clone());
        (line == "POST /withdraw").then(|| state.meanwhile.take())
    };
    if let Some(mut meanwhile) = meanwhile.flatten() {
        meanwhile();
    }
    let mut state = shared.lock().unwrap();
    let key = header(head, "x-key").unwrap_or_default();
    let good = (200, "{\"id\":1}".to_owned());
    let bad = |status: u16| (status, String::new());
    match line.as_str() {
        "HEAD /" | "GET /ready" => bad(200),
        "GET /me" if state.accepts(&key) => good,
        "GET /me" => bad(state.mumbles[0].unwrap_or(401)),
        "POST /token" if state.accepts(&key) => (200, format!("{{\"token\":\"of-{key}\"}}")),
        "POST /token" => bad(401),
        "GET /orders" => {
            let token = header(head, "authorization").unwrap_or_default();
            match state.accepts_token(token.trim_start_matches("Bearer of-")) {
                true => good,
                false => bad(state.mumbles[1].unwrap_or(401)),
            }
        }
        "GET /health" if state.is_well_anyway || state.keys[NEW] => bad(200),
        "GET /health" => bad(503),
        "POST /withdraw" | "DELETE /users/svc-etl" => {
            if header(head, "x-admin").as_deref() != Some(ADMIN) {
                return bad(403);
            }
            if !state.failures.is_empty() {
                return bad(state.failures.remove(0));
            }
            let status = state.withdraw(body);
            state.is_out |= state.shuts_out;
            bad(if state.is_confused { 500 } else { status })
        }
        _ => bad(404),
    }
}

impl State {
    fn accepts(&mut self, key: &str) -> bool {
        let is_let_in = !self.is_out && (key == ADMIN || !self.is_closed);
        match self.keys.get(key).filter(|_| is_let_in) {
            None => false,
            Some(true) => true,
            Some(false) => match self.lag.checked_sub(1) {
                Some(left) => {
                    self.lag = left;
                    true
                }
                None => false,
            },
        }
    }

    fn accepts_token(&mut self, key: &str) -> bool {
        match (self.keys.get(key), self.tokens) {
            (None, _) => false,
            (Some(true), _) | (_, None) => true,
            (Some(false), Some(left)) => {
                self.tokens = Some(left.saturating_sub(1));
                left > 0
            }
        }
    }

    /// Takes away the keys that a body names, or all of the integration's.
    fn withdraw(&mut self, body: &str) -> u16 {
        let mut found = false;
        let lies = self.lies;
        for (key, is_there) in &mut self.keys {
            let is_meant = body.contains(key) || (body.is_empty() && *key != ADMIN);
            if is_meant && *is_there {
                found = true;
                *is_there = lies;
            }
        }
        match found {
            true => 204,
            false => 404,
        }
    }
}

/// What the roll of a test says beside what all say.
#[derive(Default)]
pub struct Roll<'r> {
    /// The longest lag.
    pub lag: Option<&'r str>,
    /// Whether bad logons lock.
    pub locks: bool,
    /// Whether a logon gives a token, which reads.
    pub has_tokens: bool,
    /// The steps of the procedure; one that takes the key away, where there are none.
    pub steps: &'r str,
    /// Whether the account names no procedure.
    pub has_no_procedure: bool,
}

/// The step that takes one key away.
pub const KEY: &str = r#"
[[procedure.cut.step]]
title = "take the key away"
http = { method = "POST", path = "/withdraw", header = { X-Admin = "{admin}" }, body = { key = "{secret}" } }
rehearse = { method = "GET", path = "/ready" }
"#;

fn inventory(address: &str, roll: &Roll<'_>) -> String {
    let lag = roll.lag.map(|lag| format!("max-lag = \"{lag}\"\n"));
    let locks = if roll.locks {
        "lockout-after = 3\n"
    } else {
        ""
    };
    let read = match roll.has_tokens {
        true => {
            r#"
[[provider.cmms.test.read.before]]
http = { method = "POST", path = "/token", header = { X-Key = "{secret}" } }
take = { token = "/token" }
[provider.cmms.test.read]
http = { method = "GET", path = "/orders", header = { Authorization = "Bearer {token}" } }
allowed = { status = 200, json = "/id" }
denied = { status = 401 }
"#
        }
        false => "",
    };
    let steps = match roll.steps {
        "" => KEY,
        steps => steps,
    };
    let (procedure, named) = match roll.has_no_procedure {
        true => (String::new(), ""),
        false => (
            format!("[procedure.cut]\nkind = \"revoke\"\n{steps}"),
            "revoke = \"cut\"\n",
        ),
    };
    let account = |name: &str, identity: &str, more: &str| {
        format!(
            "[account.{name}]\nprovider = \"cmms\"\nenvironment = \"test\"\nboundary = [\"plant\"]\nworkflow = \"import\"\n\
             level = \"read-only-import\"\npurpose = \"work orders for the twin\"\n{more}\
             credential = {{ kind = \"api-key\", store = \"age\", identity = [\"{identity}\"] }}\n"
        )
    };
    format!(
        "[organisation]\nname = \"Plant\"\n[boundary.plant]\nkind = \"tenant\"\nname = \"The plant\"\n\
         [provider.cmms]\nproduct = \"CMMS\"\n{locks}{}\
         [provider.cmms.environment.test]\nendpoint = \"{address}\"\nadmin = \"account/root\"\n\
         [provider.cmms.test.authenticate]\nhttp = {{ method = \"GET\", path = \"/me\", header = {{ X-Key = \"{{secret}}\" }} }}\n\
         allowed = {{ status = 200, json = \"/id\" }}\ndenied = {{ status = 401 }}\n{read}{procedure}\n\
         [consumer.twin]\nhost = \"edge-1\"\nhealth = {{ http = \"{address}/health\" }}\n{}{}",
        lag.unwrap_or_default(),
        account("root", "svc-root", ""),
        account(
            "etl",
            "svc-etl",
            &format!("consumers = [\"twin\"]\n{named}")
        ),
    )
}

/// A home whose roll knows the provider, with two versions of the account `etl`: the first is the previous one.
pub fn home(provider: &Provider, roll: &Roll<'_>) -> Home {
    let home = Home::new();
    home.run(&["init", "--identity-file", "--no-recovery"])
        .ok(0);
    let file = home.file("inventory.toml", inventory(&provider.address, roll));
    home.run(&["apply", &file, "--yes", "--accept-findings"])
        .ok(0);
    for (account, secret) in [("root", ADMIN), ("etl", OLD), ("etl", NEW)] {
        fed(home.command(&["secret", "set", account]), secret).ok(0);
    }
    home
}

/// How each version of `etl` stands, the first first.
pub fn stages(home: &Home) -> String {
    let store = Store::open(&home.store(), Access::Read).unwrap();
    let versions = versions(&store).unwrap();
    let account = "etl".parse().unwrap();
    let stages = of(&versions, &account).map(|(_, version)| version.stage.to_string());
    stages.collect::<Vec<_>>().join(" ")
}

/// What was seen, without a secret in it.
pub fn safe(ran: Ran) -> Ran {
    for secret in [ADMIN, OLD, NEW] {
        assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret));
    }
    ran
}
