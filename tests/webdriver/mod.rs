//! A real Chromium, driven over the WebDriver protocol: keys are pressed, not simulated. Ends with the test that began it.
#![allow(dead_code)]

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

pub const TAB: &str = "\u{e004}";
pub const ESCAPE: &str = "\u{e00c}";
pub const END: &str = "\u{e010}";
pub const HOME: &str = "\u{e011}";
pub const LEFT: &str = "\u{e012}";
pub const UP: &str = "\u{e013}";
pub const RIGHT: &str = "\u{e014}";
pub const DOWN: &str = "\u{e015}";

/// More than a page takes on a slow machine.
const LIMIT: Duration = Duration::from_secs(60);

/// How often a condition is looked at before it is given up; each look is an exchange with the browser.
const LOOKS: usize = 5000;

const MISSING: &str = "the page is tested in a real browser: install the packages chromium and chromium-driver (see .ci/run)";

/// A browser takes what a machine has: one at a time.
static TURN: Mutex<()> = Mutex::new(());

pub struct Browser {
    child: Child,
    agent: ureq::Agent,
    address: String,
    session: String,
    /// Profile, home and pages; goes with the browser.
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.agent.delete(self.url("")).call();
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Browser {
    pub fn start() -> Browser {
        let turn = TURN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let folder = tempfile::tempdir().unwrap();
        let (child, port) = driver(&folder);
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .proxy(None)
            .timeout_global(Some(LIMIT));
        let mut browser = Browser {
            child,
            agent: config.build().into(),
            address: format!("http://127.0.0.1:{port}/session"),
            session: String::new(),
            folder,
            _turn: turn,
        };
        let profile = browser.folder.path().join("profile");
        let options = json!({
            // As root, and where /dev/shm is small, it starts only so.
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,800",
                format!("--user-data-dir={}", profile.display())],
        });
        let always = json!({
            "browserName": "chrome",
            "goog:chromeOptions": options,
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        });
        let made = browser.post("", json!({ "capabilities": { "alwaysMatch": always } }));
        let session = made["sessionId"].as_str();
        browser.session = session
            .unwrap_or_else(|| panic!("{MISSING}: {made}"))
            .to_owned();
        // Its own first page asks for much; from here on it is ours.
        browser.post("/url", json!({ "url": "about:blank" }));
        browser.requests();
        browser.console();
        browser
    }

    fn url(&self, path: &str) -> String {
        match self.session.as_str() {
            "" => self.address.clone(),
            session => format!("{}/{session}{path}", self.address),
        }
    }

    fn post(&self, path: &str, body: Value) -> Value {
        let request = self.agent.post(self.url(path));
        let sent = request
            .header("content-type", "application/json")
            .send(body.to_string());
        let text = sent.unwrap().body_mut().read_to_string().unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        let value = &answer["value"];
        assert!(value["error"].is_null(), "{path} {body}: {value}");
        value.clone()
    }

    /// Writes a page and opens it as a file; nothing serves it.
    pub fn open(&self, page: &str) -> PathBuf {
        let path = self.folder.path().join("page.html");
        fs::write(&path, page).unwrap();
        self.post(
            "/url",
            json!({ "url": format!("file://{}", path.display()) }),
        );
        path
    }

    /// What a script answers: only to look, never in place of a key.
    pub fn look(&self, script: &str) -> Value {
        self.post(
            "/execute/sync",
            json!({ "script": format!("return {script}"), "args": [] }),
        )
    }

    pub fn text(&self, script: &str) -> String {
        self.look(script).as_str().unwrap_or_default().to_owned()
    }

    /// Brings a program into the page, past its policy: to look at it by.
    pub fn bring(&self, program: &str) {
        self.post("/execute/sync", json!({ "script": program, "args": [] }));
    }

    /// The page on paper, as a PDF.
    pub fn print(&self) -> Vec<u8> {
        let options = json!({ "orientation": "landscape", "background": true });
        let printed = self.post("/print", options);
        BASE64_STANDARD.decode(printed.as_str().unwrap()).unwrap()
    }

    /// Presses keys, one after the other.
    pub fn press(&self, keys: &str) {
        let strokes = keys.chars().flat_map(|key| {
            ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() }))
        });
        let strokes: Vec<Value> = strokes.collect();
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keyboard] }));
    }

    /// Presses a key while another is held down.
    pub fn press_with(&self, held: &str, key: &str) {
        let stroke = |kind: &str, value: &str| json!({ "type": kind, "value": value });
        let strokes = [
            stroke("keyDown", held),
            stroke("keyDown", key),
            stroke("keyUp", key),
            stroke("keyUp", held),
        ];
        let keyboard = json!({ "type": "key", "id": "keyboard", "actions": strokes });
        self.post("/actions", json!({ "actions": [keyboard] }));
    }

    /// Waits until a condition of the page holds.
    pub fn until(&self, condition: &str) {
        let holds = (0..LOOKS).any(|_| self.look(condition) == true);
        assert!(holds, "never: {condition}");
    }

    /// A command to the browser itself: the size of its window, the light of its room.
    pub fn set(&self, command: &str, params: Value) {
        self.post(
            "/goog/cdp/execute",
            json!({ "cmd": command, "params": params }),
        );
    }

    /// What the console has said since the last look.
    pub fn console(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "browser" }));
        let entries = log.as_array().unwrap().iter();
        entries.map(|entry| entry["message"].to_string()).collect()
    }

    /// Every address that was asked for since the last look.
    pub fn requests(&self) -> Vec<String> {
        let log = self.post("/se/log", json!({ "type": "performance" }));
        let events = log.as_array().unwrap().iter().filter_map(|entry| {
            let event: Value = serde_json::from_str(entry["message"].as_str()?).ok()?;
            let event = &event["message"];
            let is_request = event["method"] == "Network.requestWillBeSent";
            is_request.then(|| {
                event["params"]["request"]["url"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned()
            })
        });
        events.collect()
    }
}

/// The program that drives the browser, and the port that the system gave it.
fn driver(folder: &tempfile::TempDir) -> (Child, u16) {
    let mut command = Command::new("chromedriver");
    command
        .arg("--port=0")
        .env("HOME", folder.path())
        .env("TMPDIR", folder.path());
    for name in [
        "XDG_CONFIG_HOME",
        "XDG_CACHE_HOME",
        "XDG_DATA_HOME",
        "DBUS_SESSION_BUS_ADDRESS",
    ] {
        command.env_remove(name);
    }
    let command = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{MISSING}: {error}"));
    let out = BufReader::new(child.stdout.take().unwrap());
    let (sender, ready) = channel();
    thread::spawn(move || {
        // Read to the end: a full pipe would stop it.
        for line in out.lines().map_while(Result::ok) {
            let port = line.split("started successfully on port ").nth(1);
            if let Some(port) = port.and_then(|port| port.trim_end_matches('.').parse().ok()) {
                let _ = sender.send(port);
            }
        }
    });
    let port = ready.recv_timeout(LIMIT);
    (
        child,
        port.unwrap_or_else(|_| panic!("{MISSING}: chromedriver did not start")),
    )
}
