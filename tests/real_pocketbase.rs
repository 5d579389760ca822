//! keyroll against a real PocketBase, by the commands a user types and the example that ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;

use serde_json::json;

use counterparts::http::Body;
use counterparts::pocketbase::Pocketbase;
use counterparts::roll::{HEALTH, Roll};

fn roll(more: &[(&str, &str)]) -> (Pocketbase, Roll) {
    let server = Pocketbase::start();
    let endpoint = format!("{}/api", server.url());
    let texts = [&[("http://127.0.0.1:8090/api", endpoint.as_str())], more].concat();
    let roll = Roll::of("pocketbase", &texts, &server.admin);
    (server, roll)
}

fn reads(server: &Pocketbase, token: &str) -> bool {
    let path = "/collections/orders/records/wo1001hawthorne";
    server.ask("GET", path, Some(token), Body::Empty).status == 200
}

#[test]
fn two_keys_overlap_and_the_old_one_is_refused() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    let second = roll.second();
    assert!(reads(&server, &first) && reads(&server, &second));
    roll.later().ok(0).says("refused by a fresh logon");
    assert!(!reads(&server, &first) && reads(&server, &second));
    assert_eq!(roll.stages(), ["revoked", "current"]);
    let keys = server.admin("GET", "/collections/keys/records", Body::Empty);
    assert_eq!(keys.body["totalItems"], 1);
    assert!(keys.text("/items/0/name").starts_with("keyroll-"));
    roll.holds_none_of(&[&server.admin, &first, &second]);
}

#[test]
fn each_probe_shows_what_it_must_and_finds_a_rule_too_wide() {
    let (server, roll) = roll(&[]);
    roll.first();
    let mut expected = vec![
        "authenticate pass",
        "discover pass",
        "read pass",
        "foreign pass",
        "forbidden pass",
        "write pass",
        "audit pass",
    ];
    assert_eq!(roll.probes(), expected);
    let account = "/collections/accounts/records/importhawthorne";
    let rights = json!({ "rights": ["orders-read", "orders-write"] });
    server.admin("PATCH", account, Body::Json(rights)).ok();
    (expected[1], expected[5]) = ("discover fail", "write fail");
    assert_eq!(roll.probes(), expected);
    let everybody = json!({ "viewRule": "" });
    server
        .admin("PATCH", "/collections/orders", Body::Json(everybody))
        .ok();
    assert_eq!(roll.probes()[3], "foreign fail");
}

#[test]
fn a_foreign_record_that_is_not_there_proves_nothing() {
    let (server, roll) = roll(&[]);
    roll.first();
    let path = "/collections/orders/records/wo9001eastfield";
    server.admin("DELETE", path, Body::Empty).ok();
    assert_eq!(roll.probes()[3], "foreign inconclusive");
}

#[test]
fn a_rotation_that_is_given_up_leaves_no_key() {
    // A consumer that fetches nothing has to say that it has the value.
    let (server, roll) = roll(&[(
        "fetches = true                       # it is",
        "# it is not",
    )]);
    roll.run("rotate", &[]).ok(3).says("not acknowledged");
    let keys = || {
        let list = server.admin("GET", "/collections/keys/records", Body::Empty);
        list.body["totalItems"].clone()
    };
    assert_eq!(keys(), 1);
    roll.run("rotate", &["--abort"]).ok(0);
    assert_eq!(keys(), 0);
    assert_eq!(roll.stages(), ["revoked"]);
}

/// A job that reads with its token.
fn job(server: &Pocketbase) -> String {
    let order = "/api/collections/orders/records/wo1001hawthorne";
    let url = format!("{}{order}", server.url());
    format!(
        "from urllib.request import Request, urlopen\n\
         urlopen(Request({url:?}, headers={{'Authorization': 'Bearer ' + secret}}))"
    )
}

#[test]
fn a_revoke_sees_the_job_fail_that_was_well() {
    let (server, roll) = roll(&[HEALTH]);
    let first = roll.first();
    roll.job(&first, &job(&server));
    let ran = roll.run("revoke", &[]).ok(0);
    ran.says("consumer/etl-01-import-hourly fails now, and was well before");
    assert!(!reads(&server, &first));
    assert_eq!(roll.stages(), ["revoked"]);
}

#[test]
fn an_emergency_in_the_middle_of_a_rotation_deletes_both_keys() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    let second = roll.second();
    let ran = roll.run("revoke", &["--emergency"]).ok(0);
    ran.says("version 1: REVOKED (refused by a fresh logon; ");
    assert!(!reads(&server, &first) && !reads(&server, &second));
    assert_eq!(roll.stages(), ["revoked", "revoked"]);
    roll.holds_none_of(&[&server.admin, &first, &second]);
}

#[test]
fn a_drill_takes_nothing_away() {
    let (server, roll) = roll(&[]);
    let first = roll.first();
    roll.run("revoke", &["--drill"])
        .ok(0)
        .says("the drill passed");
    assert!(reads(&server, &first));
    assert_eq!(roll.stages(), ["current"]);
}

#[test]
fn a_server_that_is_gone_leaves_the_key_possibly_live() {
    let (server, roll) = roll(&[]);
    roll.first();
    drop(server);
    let ran = roll.run("revoke", &["--emergency", "--wait", "0"]).ok(5);
    ran.says("POSSIBLY LIVE");
    assert_eq!(roll.stages(), ["possibly-live"]);
}
