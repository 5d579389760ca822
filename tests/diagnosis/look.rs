//! `--probe` against servers that answer well, badly, late and not at all.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use serde_json::Value;

use crate::binary::{Home, Ran};
use crate::holding::{command, fed, run};

const SECRET: &str = "canary-Wq7xK2vRtY9mPb4z";

/// A server that tells the first line of every request and whether it held the secret, and answers with a head and a body.
fn serve(
    answer: impl Fn(&str) -> (&'static str, String) + Send + 'static,
) -> (SocketAddr, Receiver<(String, bool)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, asked) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = Vec::new();
            let mut byte = [0];
            while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).unwrap_or(0) == 1 {
                head.push(byte[0]);
            }
            let head = String::from_utf8(head).unwrap();
            let line = head.lines().next().unwrap_or_default();
            let line = line.trim_end_matches(" HTTP/1.1").to_owned();
            let _ = sender.send((line.clone(), head.contains(SECRET)));
            let (first, body) = answer(&line);
            let body = if line.starts_with("HEAD") {
                String::new()
            } else {
                body
            };
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {first}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
            );
            let _ = stream.write_all(format!("{head}{body}").as_bytes());
        }
    });
    (address, asked)
}

/// A home with one account at the server, and its secret.
fn home(address: SocketAddr, more: &str) -> Home {
    let home = Home::new();
    run(&home, &["init", "--identity-file", "--no-recovery"]).ok(0);
    let bearer = "header = { Authorization = \"Bearer {secret}\" }";
    let inventory = format!(
        r#"
[boundary.plant]
kind = "tenant"
name = "Plant"
[person.jo]
name = "Jo"
[provider.cmms]
product = "CMMS"
{more}
[provider.cmms.environment.test]
endpoint = "http://{address}/api"
[provider.cmms.test.authenticate]
http = {{ method = "GET", path = "/me", {bearer} }}
allowed = {{ status = 200, json = "/id" }}
denied = {{ status = 401 }}
[provider.cmms.test.write]
http = {{ method = "PATCH", path = "/orders/1", {bearer}, body = {{ status = "done" }} }}
verify = {{ method = "GET", path = "/orders/1", {bearer} }}
allowed = {{ status = 200 }}
[account.etl]
provider = "cmms"
environment = "test"
boundary = ["plant"]
workflow = "import"
level = "status-sync"
owner = {{ business = "person/jo", technical = "person/jo" }}
[account.etl.credential]
kind = "bearer-token"
store = "age"
"#
    );
    let path = home.file("inventory.toml", inventory);
    run(&home, &["apply", &path, "--yes", "--accept-findings"]).ok(0);
    fed(command(&home, &["secret", "set", "etl"]), SECRET).ok(0);
    home
}

fn said(ran: &Ran) -> String {
    let said = format!("{}{}", ran.stdout, ran.stderr);
    assert!(!said.contains(SECRET), "{said}");
    said
}

/// What a diagnosis says of the causes and of the look, and how it ended.
fn diagnosis(home: &Home, words: &[&str], status: i32) -> Value {
    let all = [&["diagnose", "etl"], words, &["--format", "json"]].concat();
    let ran = run(home, &all);
    said(&ran);
    let document = serde_json::from_str(&ran.stdout);
    let document: Value = document.unwrap_or_else(|error| panic!("{error}: {}", said(&ran)));
    ran.ok(status);
    assert_eq!(document["kind"], "diagnosis");
    document
}

fn standing<'d>(document: &'d Value, cause: &str) -> &'d str {
    let causes = document["causes"].as_array().unwrap();
    let found = causes.iter().find(|it| it["cause"] == cause);
    found.unwrap()["standing"].as_str().unwrap()
}

fn good(line: &str) -> (&'static str, String) {
    match line {
        "GET /api/me" => ("200 OK", r#"{"id":1}"#.to_owned()),
        _ => ("404 Not Found", "{}".to_owned()),
    }
}

#[test]
fn without_a_probe_nothing_is_asked_and_with_one_nothing_is_written() {
    let (address, asked) = serve(good);
    let home = home(address, "");
    let told = diagnosis(&home, &["auth-fails"], 3);
    assert_eq!(standing(&told, "secret-value"), "unknown");
    assert!(told["probe"].is_null());
    assert!(asked.try_iter().next().is_none());
    let told = diagnosis(&home, &["auth-fails", "--probe"], 0);
    let causes = told["causes"].as_array().unwrap();
    let is_out = |cause: &&Value| cause["standing"] == "ruled-out";
    assert_eq!(causes.iter().filter(is_out).count(), 5, "{told}");
    assert_eq!(told["probe"]["status"], 404);
    let asked: Vec<(String, bool)> = asked.try_iter().collect();
    let expected = [
        ("HEAD /api/".to_owned(), false),
        ("GET /api/me".to_owned(), true),
    ];
    assert_eq!(asked, expected);
    // What was seen is evidence, as if it had been tested.
    let listed = run(&home, &["evidence", "list", "etl", "--format", "csv"]);
    assert!(said(&listed).contains("authenticate,pass"));
    let told = diagnosis(&home, &["prod-only", "--probe"], 3);
    assert_eq!(standing(&told, "firewall-rule"), "ruled-out");
}

#[test]
fn a_clock_that_is_far_off_and_an_expired_token_are_told_from_the_answers() {
    let (address, _asked) = serve(|line| match line.starts_with("HEAD") {
        true => (
            "302 Found\r\nLocation: https://elsewhere.example/\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT",
            String::new(),
        ),
        false => (
            "401 Unauthorized",
            r#"{"error":"the access token expired at noon <b>"}"#.to_owned(),
        ),
    });
    let told = diagnosis(&home(address, ""), &["auth-fails", "--probe"], 4);
    assert_eq!(standing(&told, "clock-drift"), "likely");
    assert_eq!(standing(&told, "expiry"), "likely");
    assert_eq!(told["probe"]["says-expired"], true);
    assert_eq!(told["probe"]["status"], 302);
    assert!(told["probe"]["drift-seconds"].as_i64().unwrap() < -1_000_000);
    assert!(!told.to_string().contains("noon"), "{told}");
    // A date that was kept on the way is none of the server's clock.
    let (address, _asked) = serve(|line| match line.starts_with("HEAD") {
        true => (
            "200 OK\r\nAge: 9\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT",
            String::new(),
        ),
        false => ("500 Oops", String::new()),
    });
    let told = diagnosis(&home(address, ""), &["auth-fails", "--probe"], 3);
    assert_eq!(standing(&told, "clock-drift"), "unknown");
}

#[test]
fn a_logon_that_could_come_near_to_a_lock_is_not_tried() {
    for (lockout, tried) in [("lockout-after = 2", 0), ("lockout-after = 3", 1)] {
        let (address, asked) = serve(|_| ("401 No", "{}".to_owned()));
        let home = home(address, lockout);
        let logons = || asked.try_iter().filter(|(_, secret)| *secret).count();
        let told = diagnosis(
            &home,
            &["auth-fails", "--probe"],
            if tried == 0 { 3 } else { 4 },
        );
        assert_eq!(logons(), tried, "{lockout}");
        assert_eq!(told["probe"]["no-logon"].is_null(), tried == 1);
        // The one that was refused is remembered: there is no second.
        let told = diagnosis(
            &home,
            &["auth-fails", "--probe"],
            if tried == 0 { 3 } else { 4 },
        );
        assert_eq!(logons(), 0, "{lockout}");
        assert_eq!(told["probe"]["no-logon"], "lockout");
        // The knock holds no secret, and is made all the same.
        assert_eq!(told["probe"]["status"], 401);
    }
}

#[test]
fn where_nobody_listens_it_is_the_firewall_and_not_the_endpoint() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let told = diagnosis(&home(free, ""), &["prod-only", "--probe"], 4);
    assert_eq!(standing(&told, "firewall-rule"), "likely");
    assert_eq!(standing(&told, "environment-endpoint"), "unknown");
    assert_eq!(told["probe"]["silence"], "no-connection");
    assert_eq!(told["causes"][0]["cause"], "firewall-rule");
}

#[test]
fn a_look_goes_by_the_clock_and_without_a_value_it_only_knocks() {
    let (address, asked) = serve(good);
    let home = home(address, "");
    let ran = run(
        &home,
        &[
            "diagnose",
            "etl",
            "auth-fails",
            "--probe",
            "--as-of",
            "2026-11-22",
        ],
    );
    said(&ran);
    ran.ok(2);
    run(&home, &["diagnose", "elt", "auth-fails", "--probe"]).ok(2);
    run(&home, &["diagnose", "etl", "auth-fials", "--probe"]).ok(2);
    assert!(asked.try_iter().next().is_none());
    let other = Home::new();
    run(&other, &["init", "--no-secrets"]).ok(0);
    let path = home.path().join("inventory.toml");
    let apply = [
        "apply",
        path.to_str().unwrap(),
        "--yes",
        "--accept-findings",
    ];
    run(&other, &apply).ok(0);
    let told = diagnosis(&other, &["auth-fails", "--probe"], 4);
    assert_eq!(told["probe"]["no-logon"], "no-secret");
    let causes = told["causes"].as_array().unwrap();
    let allowlist = causes.iter().find(|it| it["cause"] == "ip-allowlist");
    let evidence = allowlist.unwrap()["evidence"].as_array().unwrap();
    let answered = "the endpoint answered this host with status 404";
    assert!(evidence.iter().any(|it| it["text"] == answered), "{told}");
    let asked: Vec<(String, bool)> = asked.try_iter().collect();
    assert_eq!(asked, [("HEAD /api/".to_owned(), false)]);
}

#[test]
fn what_no_knock_tells_of_is_not_knocked_for() {
    let (address, asked) = serve(good);
    let home = home(address, "");
    let told = diagnosis(&home, &["audit-missing", "--probe"], 4);
    assert_eq!(standing(&told, "sync-log"), "likely");
    assert!(told["probe"]["status"].is_null());
    let asked: Vec<(String, bool)> = asked.try_iter().collect();
    assert_eq!(asked, [("GET /api/me".to_owned(), true)]);
}

#[test]
fn a_logon_that_the_provider_refused_is_not_tried_at_the_platform() {
    for (is_good, requests) in [(true, 1), (false, 0)] {
        let (address, _asked) = serve(move |line| match is_good {
            true => good(line),
            false => ("401 No", "{}".to_owned()),
        });
        let home = home(address, "");
        let (other, asked) = serve(good);
        let platform = format!(
            "[platform.pf]\n[platform.pf.environment.test]\nendpoint = \"http://{other}/api\"\n\
             [platform.pf.test.authenticate]\nhttp = {{ method = \"GET\", path = \"/me\", header = {{ Authorization = \
             \"Bearer {{secret}}\" }} }}\nallowed = {{ status = 200 }}\n"
        );
        let path = home.file("platform.toml", platform);
        run(&home, &["apply", &path, "--yes", "--accept-findings"]).ok(0);
        run(&home, &["account", "set", "etl", "platform=pf"]).ok(0);
        diagnosis(&home, &["write-denied", "--probe"], 4);
        assert_eq!(asked.try_iter().count(), requests);
    }
}
