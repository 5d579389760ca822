//! Steps, probes and sessions against servers and programs that behave well, badly, and as an attacker would.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(
    clippy::disallowed_methods,
    reason = "the clock is the caller's, and here that is the test"
)]

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use keyroll::model::fact::Outcome;
use keyroll::model::placeholder::Plain;
use keyroll::model::probe::{Probe, ProbeKind};
use keyroll::model::procedure::Step;
use keyroll::model::provider::Environment;
use keyroll::provider::{How, Performed, Reach, Seen, Sight, Surroundings, Values};
use keyroll::secret::{Secret, Value};
use keyroll::wire;
use serde_json::{Value as Json, json};

const CANARY: &str = "canary-9fQ2xL7z";
const ADMIN: &str = "admin-canary-4tR8";

/// What came in: the line of the request, its head, its body.
#[derive(Clone)]
struct Asked {
    line: String,
    head: String,
    body: String,
}

/// A server that hands on what it was asked, and answers each connection by `answer`.
fn serve(
    answer: impl Fn(&Asked, &mut TcpStream) + Send + Sync + 'static,
) -> (SocketAddr, Receiver<Asked>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(request) = read(&mut stream) else {
                continue;
            };
            let _ = sender.send(request.clone());
            answer(&request, &mut stream);
        }
    });
    (address, asked)
}

fn read(stream: &mut TcpStream) -> Option<Asked> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        if stream.read(&mut byte).unwrap_or(0) == 0 {
            return None;
        }
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.parse::<usize>().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    Some(Asked {
        line: head
            .lines()
            .next()?
            .trim_end_matches(" HTTP/1.1")
            .to_owned(),
        head,
        body: String::from_utf8(body).unwrap(),
    })
}

fn say(stream: &mut TcpStream, status: u16, body: &str) {
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Length: {}\r\nDate: Sun, 22 Nov 2026 10:00:00 GMT\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body.as_bytes());
}

/// A server that always says the same.
fn says(status: u16, body: &'static str) -> SocketAddr {
    serve(move |_, stream| say(stream, status, body)).0
}

fn nobody_else(_: &Path) -> io::Result<Option<String>> {
    Ok(None)
}

fn around(programs: Option<&Path>, milliseconds: u64) -> Surroundings {
    Surroundings {
        http: wire::Settings {
            timeout: Duration::from_millis(milliseconds),
            ..wire::Settings::default()
        },
        programs: programs.map(Path::to_owned),
        variables: vec![("PATH".into(), "/usr/bin:/bin".into())],
        limit: Duration::from_millis(milliseconds),
        haste: Duration::from_secs(10),
        others_write: nobody_else,
        clock: Instant::now,
    }
}

fn environment(address: SocketAddr) -> Environment {
    let url = format!("http://{address}");
    serde_json::from_value(json!({ "endpoint": url })).unwrap()
}

fn value(text: &str) -> Value {
    Value::single(Secret::from(text.to_owned())).unwrap()
}

/// Does something with the reach of a server, and with the usual values.
fn with<T>(
    address: SocketAddr,
    around: &Surroundings,
    act: impl FnOnce(&Reach<'_>, &Values<'_>) -> T,
) -> T {
    let (secret, admin) = (value(CANARY), value(ADMIN));
    let values = Values::new()
        .plain(Plain::Identity, "svc-femo")
        .plain(Plain::Visible, "WO 1/2")
        .plain(Plain::Hidden, "WO-9")
        .plain(Plain::Tag, "keyroll-0123456789ab")
        .secret(&secret)
        .admin(&admin)
        .granted(["order/view".parse().unwrap(), "order/list".parse().unwrap()]);
    act(&Reach::of(&environment(address), around), &values)
}

fn probed(address: SocketAddr, kind: &str, probe: Json) -> Seen {
    let probe: Probe = serde_json::from_value(probe).unwrap();
    let around = around(None, 10_000);
    let seen = with(address, &around, |reach, values| {
        reach.probe(kind.parse().unwrap(), &probe, values)
    });
    let said = format!("{seen:?}");
    assert!(!said.contains(CANARY) && !said.contains(ADMIN), "{said}");
    seen
}

fn performed(address: SocketAddr, milliseconds: u64, step: Json) -> Performed {
    let step: Step = serde_json::from_value(step).unwrap();
    let around = around(None, milliseconds);
    let performed = with(address, &around, |reach, values| {
        reach.perform(&step, values)
    });
    let said = format!("{} {:?} {:?}", performed.why, performed.id, performed.date);
    assert!(!said.contains(CANARY) && !said.contains(ADMIN), "{said}");
    performed
}

fn read_probe() -> Json {
    json!({
        "http": { "method": "GET", "path": "/orders/{canary.visible}", "header": { "Authorization": "Bearer {secret}" } },
        "allowed": { "status": 200, "json": "/id" },
        "denied": { "status": [401, 403, 404] },
    })
}

#[test]
fn a_probe_is_allowed_denied_or_inconclusive_as_it_declares() {
    let (address, asked) = serve(|_, stream| say(stream, 200, r#"{"id":7}"#));
    let seen = probed(address, "read", read_probe());
    assert_eq!(
        (seen.sight, seen.outcome, seen.status),
        (Sight::Allowed, Outcome::Pass, Some(200))
    );
    assert_eq!(seen.date.as_deref(), Some("Sun, 22 Nov 2026 10:00:00 GMT"));
    let request = asked.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(request.line, "GET /orders/WO%201%2F2");
    assert!(request.head.contains(&format!("Bearer {CANARY}")));
    for (status, body, sight, outcome) in [
        (403, "{}", Sight::Denied, Outcome::Fail),
        (
            200,
            r#"{"items":[]}"#,
            Sight::Inconclusive,
            Outcome::Inconclusive,
        ),
        (
            200,
            "<html>sign in</html>",
            Sight::Inconclusive,
            Outcome::Inconclusive,
        ),
        (
            500,
            r#"{"id":7}"#,
            Sight::Inconclusive,
            Outcome::Inconclusive,
        ),
        (302, "", Sight::Inconclusive, Outcome::Inconclusive),
    ] {
        let seen = probed(says(status, body), "read", read_probe());
        assert_eq!(
            (seen.sight, seen.outcome),
            (sight, outcome),
            "{status} {body}"
        );
    }
}

#[test]
fn a_foreign_record_that_is_seen_fails() {
    for (status, body, sight, outcome) in [
        (200, r#"{"id":9}"#, Sight::Allowed, Outcome::Fail),
        (404, "{}", Sight::Denied, Outcome::Pass),
        (
            200,
            r#"{"items":[]}"#,
            Sight::Inconclusive,
            Outcome::Inconclusive,
        ),
    ] {
        let seen = probed(says(status, body), "foreign", read_probe());
        assert_eq!(
            (seen.sight, seen.outcome),
            (sight, outcome),
            "{status} {body}"
        );
    }
    // A probe that does not say what a leak looks like sees one all the same.
    let mut silent = read_probe();
    silent.as_object_mut().unwrap().remove("allowed");
    for (body, outcome) in [
        (r#"{"items":[{"id":9}]}"#, Outcome::Fail),
        (r#"{"id":"WO-9","site":"berlin"}"#, Outcome::Fail),
        (r#"{"items":[],"total":0}"#, Outcome::Inconclusive),
        (r#"{"errors":[{"code":"denied"}]}"#, Outcome::Inconclusive),
        ("<html>sign in</html>", Outcome::Inconclusive),
    ] {
        for kind in ["foreign", "forbidden"] {
            let seen = probed(says(200, body), kind, silent.clone());
            assert_eq!(seen.outcome, outcome, "{kind} {body}");
        }
        // What must be allowed is not by the look of it.
        let seen = probed(says(200, body), "read", silent.clone());
        assert_eq!(seen.outcome, Outcome::Inconclusive, "{body}");
    }
    let refused = probed(says(403, r#"{"items":[{"id":9}]}"#), "foreign", silent);
    assert_eq!(refused.outcome, Outcome::Pass);
    // No rows are a denial where the probe says so.
    let mut probe = read_probe();
    probe["denied"] = json!({ "status": 200, "json": { "/total": 0 } });
    let seen = probed(says(200, r#"{"total":0}"#), "foreign", probe);
    assert_eq!(seen.outcome, Outcome::Pass);
}

#[test]
fn an_answer_that_echoes_the_secret_is_told_without_it() {
    let bodies = [
        r#"{"id":7,"you":"canary-9fQ2xL7z"}"#,
        r#"{"id":7,"you":"***"}"#,
    ];
    let digests = bodies.map(|body| probed(says(200, body), "read", read_probe()).digest);
    assert!(digests[0].is_some());
    assert_eq!(digests[0], digests[1]);
}

fn token_probe() -> Json {
    json!({
        "before": [{ "http": { "method": "POST", "path": "/token",
                "form": { "grant_type": "client_credentials", "client_secret": "{secret}" } },
            "take": { "token": "/access_token" } }],
        "http": { "method": "GET", "path": "/me", "header": { "Authorization": "Bearer {token}" } },
        "allowed": { "status": 200 },
        "denied": { "status": [400, 401] },
    })
}

#[test]
fn requests_hand_on_what_they_took() {
    let (address, asked) = serve(|request, stream| match request.line.as_str() {
        "POST /token" => say(stream, 200, r#"{"access_token":"tok+en/1"}"#),
        _ => say(stream, 200, r#"{"echo":"tok+en/1"}"#),
    });
    let seen = probed(address, "authenticate", token_probe());
    assert_eq!(seen.outcome, Outcome::Pass);
    let form = asked.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!(
        form.body,
        format!("client_secret={CANARY}&grant_type=client_credentials")
    );
    assert!(form.head.contains("application/x-www-form-urlencoded"));
    let me = asked.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(me.head.contains("Bearer tok+en/1"), "{}", me.head);
}

#[test]
fn a_step_that_logs_on_first_is_rehearsed_with_what_that_takes() {
    let (address, asked) = serve(|request, stream| match request.line.as_str() {
        "POST /token" => say(stream, 200, r#"{"access_token":"tok+en/1"}"#),
        _ => say(stream, 200, "{}"),
    });
    let http = |method: &str| json!({ "method": method, "path": "/keys/1", "header": { "Authorization": "Bearer {token}" } });
    let step = json!({ "title": "x", "before": token_probe()["before"], "http": http("DELETE"),
        "rehearse": http("GET") });
    let step: Step = serde_json::from_value(step).unwrap();
    let around = around(None, 10_000);
    let ready = with(address, &around, |reach, values| reach.ready(&step, values));
    assert_eq!(ready, Ok(()));
    assert!(asked.try_recv().is_err());
    let done = with(address, &around, |reach, values| {
        reach.rehearse(&step, values)
    })
    .unwrap();
    assert_eq!(done.how, How::Done);
    let lines = [(); 2].map(|()| asked.recv_timeout(Duration::from_secs(10)).unwrap().line);
    assert_eq!(lines, ["POST /token", "GET /keys/1"]);
}

#[test]
fn a_logon_that_is_refused_proves_nothing_of_a_foreign_record() {
    let refused = || says(400, r#"{"error":"invalid_client"}"#);
    assert_eq!(
        probed(refused(), "authenticate", token_probe()).sight,
        Sight::Denied
    );
    let foreign = probed(refused(), "foreign", token_probe());
    assert_eq!(foreign.outcome, Outcome::Inconclusive);
    let empty = probed(says(200, "{}"), "authenticate", token_probe());
    assert_eq!(empty.outcome, Outcome::Inconclusive);
}

#[test]
fn a_discovery_equals_what_was_granted_or_fails() {
    let probe = || {
        json!({ "http": { "method": "GET", "path": "/me" }, "allowed": { "status": 200 },
            "capabilities": "/scopes", "map": { "orders:read": "order/view", "orders:list": "order/list" } })
    };
    for (body, outcome, why) in [
        (
            r#"{"scopes":["orders:list","orders:read"]}"#,
            Outcome::Pass,
            "",
        ),
        (r#"{"scopes":"orders:read orders:list"}"#, Outcome::Pass, ""),
        (
            r#"{"scopes":["orders:list","orders:read","admin\u001b[2J canary-9fQ2xL7z"]}"#,
            Outcome::Fail,
            "more than granted: admin[2J ***",
        ),
        (
            r#"{"scopes":["orders:list"]}"#,
            Outcome::Fail,
            "missing: order/view",
        ),
        (r#"{"scopes":null}"#, Outcome::Inconclusive, ""),
    ] {
        let seen = probed(says(200, body), "discover", probe());
        assert_eq!(seen.outcome, outcome, "{body}");
        assert!(seen.why.starts_with(why), "{}", seen.why);
    }
}

/// A server with one record, which changes or does not, whatever it says.
fn record(status: u16, changes: bool) -> SocketAddr {
    let state = std::sync::Mutex::new((0, "open"));
    serve(move |request, stream| {
        let mut state = state.lock().unwrap();
        state.0 += 1;
        if request.line.starts_with("PATCH") {
            if changes {
                state.1 = "done";
            }
            return say(stream, status, "{}");
        }
        let body = format!(r#"{{"status":"{}","served":{}}}"#, state.1, state.0);
        say(stream, 200, &body);
    })
    .0
}

#[test]
fn a_write_is_judged_by_what_changed() {
    let probe = |must_be: &str| {
        json!({ "http": { "method": "PATCH", "path": "/o/1", "body": { "status": "done" } },
            "verify": { "method": "GET", "path": "/o/1" }, "must-be": must_be,
            "allowed": { "status": 200 }, "denied": { "status": 403 } })
    };
    for (status, changes, must_be, outcome) in [
        (200, true, "allowed", Outcome::Pass),
        (200, false, "allowed", Outcome::Inconclusive),
        (403, false, "denied", Outcome::Pass),
        (403, true, "denied", Outcome::Fail),
        (200, true, "denied", Outcome::Fail),
        (500, true, "denied", Outcome::Fail),
        (500, false, "denied", Outcome::Inconclusive),
        (500, true, "allowed", Outcome::Inconclusive),
        (403, false, "allowed", Outcome::Fail),
    ] {
        let seen = probed(record(status, changes), "write", probe(must_be));
        assert_eq!(seen.outcome, outcome, "{status} {changes} {must_be}");
    }
    let mut blind = probe("allowed");
    blind.as_object_mut().unwrap().remove("verify");
    let (address, asked) = serve(|_, stream| say(stream, 200, "{}"));
    let seen = probed(address, "write", blind);
    assert_eq!(seen.outcome, Outcome::Inconclusive);
    assert!(asked.try_recv().is_err());
}

fn create() -> Json {
    json!({ "title": "Make a key", "stage": "create",
        "http": { "method": "POST", "path": "/keys", "header": { "Authorization": "Basic {admin.basic}" },
            "body": { "name": "{tag}", "user": "{identity}" }, "expect": 201 },
        "secret": "/token", "id": "/id", "expires": "/until" })
}

#[test]
fn a_step_takes_the_new_secret_from_the_answer() {
    let answer = r#"{"token":"new-1","id":42,"until":"2027-03-31T00:00:00Z"}"#;
    let (address, asked) = serve(move |_, stream| say(stream, 201, answer));
    let mut step = create();
    step["http"]["header"] = json!({ "Authorization": "Bearer {admin}" });
    let done = performed(address, 10_000, step);
    assert_eq!((done.how, done.status), (How::Done, Some(201)));
    let new = done.secret.unwrap();
    assert_eq!(new.only().unwrap().expose(), b"new-1");
    assert_eq!(done.id.unwrap().as_str(), "42");
    assert_eq!(done.expires.unwrap().to_string(), "2027-03-31");
    let request = asked.recv_timeout(Duration::from_secs(10)).unwrap();
    assert!(request.head.contains(&format!("Bearer {ADMIN}")));
    assert_eq!(
        request.body,
        r#"{"name":"keyroll-0123456789ab","user":"svc-femo"}"#
    );
}

#[test]
fn what_is_not_known_is_not_called_a_failure() {
    let mut step = create();
    step["http"]["header"] = json!({});
    let step = || step.clone();
    for (status, body, how) in [
        (201, r#"{"id":1}"#, How::Unknown),
        (201, "<html>", How::Unknown),
        (201, r#"{"token":""}"#, How::Unknown),
        (409, "{}", How::Failed),
        (500, "{}", How::Unknown),
        (302, "", How::Unknown),
    ] {
        let done = performed(says(status, body), 10_000, step());
        assert_eq!(done.how, how, "{status} {body}");
        assert!(done.secret.is_none());
    }
    let hung_up = serve(|_, _| {}).0;
    assert_eq!(performed(hung_up, 10_000, step()).how, How::Unknown);
    // It takes the request, and says nothing.
    let (silent, _asked) = serve(|_, stream| drop(stream.read(&mut [0])));
    assert_eq!(performed(silent, 300, step()).how, How::Unknown);
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    assert_eq!(performed(address, 10_000, step()).how, How::Failed);
}

#[test]
fn an_answer_without_end_and_one_that_drips_are_given_up() {
    let endless = serve(|_, stream| {
        let head = format!("HTTP/1.1 201 X\r\nContent-Length: {}\r\n\r\n", 10_u64 << 30);
        let _ = stream.write_all(head.as_bytes());
        while stream.write_all(&[b'x'; 4096]).is_ok() {}
    })
    .0;
    let mut step = create();
    step["http"]["header"] = json!({});
    assert_eq!(performed(endless, 60_000, step.clone()).how, How::Unknown);
    let dripping = serve(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 201 X\r\nContent-Length: 100000\r\n\r\n");
        let mut heard = [0];
        let _ = stream.set_read_timeout(Some(Duration::from_millis(20)));
        while stream.write_all(b" ").is_ok() {
            let _ = stream.read(&mut heard);
        }
    })
    .0;
    assert_eq!(performed(dripping, 300, step).how, How::Unknown);
}

#[test]
fn a_redirect_is_followed_nowhere() {
    let (other, sent_on) = serve(|_, stream| say(stream, 200, r#"{"id":1}"#));
    let target =
        format!("HTTP/1.1 307 X\r\nLocation: http://{other}/orders\r\nContent-Length: 0\r\n\r\n");
    let (address, _asked) = serve(move |_, stream| {
        let _ = stream.write_all(target.as_bytes());
    });
    let seen = probed(address, "read", read_probe());
    assert_eq!(seen.outcome, Outcome::Inconclusive);
    assert!(sent_on.try_recv().is_err());
}

#[test]
fn a_secret_in_a_path_is_refused_before_anything_is_sent() {
    let (address, asked) = serve(|_, stream| say(stream, 200, "{}"));
    for http in [
        json!({ "method": "GET", "path": "/me?key={secret}" }),
        json!({ "method": "GET", "path": "/me", "header": { "Host": "elsewhere.example" } }),
        json!({ "method": "GET", "path": "/me", "header": { "A\r\nB": "x" } }),
        json!({ "method": "GET", "path": "/{id}" }),
        json!({ "method": "GET", "path": "/", "at": "other" }),
        json!({ "method": "BREW", "path": "/" }),
    ] {
        let step = json!({ "title": "t", "http": http });
        let done = performed(address, 10_000, step);
        assert_eq!(done.how, How::Failed, "{}", done.why);
        assert!(asked.try_recv().is_err());
    }
}

/// A folder with programs.
fn programs(scripts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, script) in scripts {
        let path = folder.path().join(name);
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    }
    folder
}

fn here() -> SocketAddr {
    "127.0.0.1:9".parse().unwrap()
}

fn ran(folder: &Path, milliseconds: u64, step: Json) -> Performed {
    let step: Step = serde_json::from_value(step).unwrap();
    let around = around(Some(folder), milliseconds);
    with(here(), &around, |reach, values| {
        reach.perform(&step, values)
    })
}

#[test]
fn a_program_gets_the_secret_on_its_standard_input_alone() {
    let folder = programs(&[
        (
            "make",
            r#"read s; printf '{"key":"%s-2","secret":"x","id":"%s"}' "$s" "$1""#,
        ),
        ("whole", "cat"),
        ("fail", "echo \"$(cat)\" >&2; exit 3"),
        ("hang", "exec tail -f /dev/null"),
        ("look", "env > env; pwd > pwd"),
    ]);
    let step = json!({ "title": "t", "command": ["make", "{identity}"], "stdin": "{admin}\n",
        "secret": { "key": "/key", "secret": "/secret" }, "id": "/id" });
    let done = ran(folder.path(), 30_000, step);
    assert_eq!(done.how, How::Done, "{}", done.why);
    let new = done.secret.unwrap();
    let field = |name: &str| new.field(&name.parse().unwrap()).unwrap().expose().to_vec();
    assert_eq!(field("key"), format!("{ADMIN}-2").into_bytes());
    assert_eq!(done.id.unwrap().as_str(), "svc-femo");

    let whole = json!({ "title": "t", "command": ["./whole"], "stdin": "{tag}\n", "secret": "" });
    let new = ran(folder.path(), 30_000, whole).secret.unwrap();
    assert_eq!(new.only().unwrap().expose(), b"keyroll-0123456789ab");

    let failed = ran(
        folder.path(),
        30_000,
        json!({ "title": "t", "command": ["fail"] }),
    );
    assert_eq!((failed.how, failed.status), (How::Unknown, Some(3)));
    assert!(!failed.why.contains(CANARY), "{}", failed.why);
    let hung = ran(
        folder.path(),
        200,
        json!({ "title": "t", "command": ["hang"] }),
    );
    assert_eq!(hung.how, How::Unknown);

    let looked = ran(
        folder.path(),
        30_000,
        json!({ "title": "t", "command": ["look"] }),
    );
    assert_eq!(looked.how, How::Done, "{}", looked.why);
    let seen = fs::read_to_string(folder.path().join("env")).unwrap();
    assert!(
        seen.contains("KEYROLL_ENDPOINT=http://127.0.0.1:9\n"),
        "{seen}"
    );
    assert!(!seen.contains("CARGO") && !seen.contains(CANARY), "{seen}");
}

#[test]
fn only_a_program_of_the_folder_is_run() {
    let folder = programs(&[("good", "exit 0")]);
    fs::write(folder.path().join("plain"), "").unwrap();
    for name in [
        "/bin/true",
        "../true",
        "true",
        "plain",
        "-x",
        ".",
        "a/b",
        "{identity}",
    ] {
        let done = ran(
            folder.path(),
            30_000,
            json!({ "title": "t", "command": [name] }),
        );
        assert_eq!(done.how, How::Failed, "{name}");
    }
    let step: Step = serde_json::from_value(json!({ "title": "t", "command": ["good"] })).unwrap();
    let none = around(None, 30_000);
    let others = Surroundings {
        others_write: |_| Ok(Some("others may write to it".to_owned())),
        ..around(Some(folder.path()), 30_000)
    };
    for around in [&none, &others] {
        let done = with(here(), around, |reach, values| reach.perform(&step, values));
        assert_eq!(done.how, How::Failed, "{}", done.why);
    }
    let secret = json!({ "title": "t", "command": ["good", "{secret}"] });
    assert_eq!(ran(folder.path(), 30_000, secret).how, How::Failed);
}

#[test]
fn a_program_is_judged_by_its_status_and_its_output() {
    let folder = programs(&[
        (
            "rows",
            r#"[ "$1" = svc-femo ] || exit 9; read s; echo '{"rows":1}'"#,
        ),
        ("no", "exit 2"),
    ]);
    let probe = |name: &str| -> Probe {
        serde_json::from_value(
            json!({ "command": [name, "{identity}"], "stdin": "{secret}\n",
            "allowed": { "status": 0, "json": { "/rows": 1 } }, "denied": { "status": 2 } }),
        )
        .unwrap()
    };
    let around = around(Some(folder.path()), 30_000);
    let sight = |name: &str| {
        with(here(), &around, |reach, values| {
            reach.probe(ProbeKind::Read, &probe(name), values).sight
        })
    };
    assert_eq!(sight("rows"), Sight::Allowed);
    assert_eq!(sight("no"), Sight::Denied);
    assert_eq!(sight("absent"), Sight::Inconclusive);
}

fn tests(probes: Json) -> BTreeMap<ProbeKind, Probe> {
    serde_json::from_value(probes).unwrap()
}

#[test]
fn a_held_token_is_asked_again_without_a_new_logon() {
    let withdrawn = std::sync::Mutex::new(0);
    let (address, asked) = serve(move |request, stream| match request.line.as_str() {
        "POST /token" => say(stream, 200, r#"{"access_token":"tok-1"}"#),
        _ => {
            let mut count = withdrawn.lock().unwrap();
            *count += 1;
            say(stream, if *count == 1 { 200 } else { 401 }, "{}");
        }
    });
    let tests = tests(json!({ "read": token_probe() }));
    let around = around(None, 10_000);
    with(address, &around, |reach, values| {
        let mut session = reach.hold(&tests, values).unwrap().unwrap();
        assert_eq!(session.ask(reach, values).sight, Sight::Allowed);
        assert_eq!(session.ask(reach, values).sight, Sight::Denied);
    });
    let lines: Vec<String> = asked.try_iter().map(|request| request.line).collect();
    assert_eq!(lines, ["POST /token", "GET /me", "GET /me"]);
}

#[test]
fn a_key_that_each_request_shows_has_no_session() {
    let around = around(None, 10_000);
    let read = tests(json!({ "read": read_probe() }));
    with(says(200, "{}"), &around, |reach, values| {
        assert!(reach.hold(&read, values).unwrap().is_none());
        assert!(reach.hold(&BTreeMap::new(), values).unwrap().is_none());
    });
}

#[test]
fn a_program_holds_a_session_until_it_is_let_go_of() {
    let folder = programs(&[
        (
            "session",
            r#"read s; [ "$s" = canary-9fQ2xL7z ] || exit 1; echo held
               read q; echo allowed; read q; echo denied; read q; echo what; read q; exit 0"#,
        ),
        ("mute", "exit 0"),
    ]);
    let session = |name: &str| tests(json!({ "session": { "command": [name] } }));
    let around = around(Some(folder.path()), 30_000);
    with(here(), &around, |reach, values| {
        let tests = session("session");
        let mut held = reach.hold(&tests, values).unwrap().unwrap();
        let sights: Vec<Sight> = (0..4).map(|_| held.ask(reach, values).sight).collect();
        let none = Sight::Inconclusive;
        assert_eq!(sights, [Sight::Allowed, Sight::Denied, none, none]);
        for name in ["mute", "absent"] {
            assert!(reach.hold(&session(name), values).is_err(), "{name}");
        }
    });
}
