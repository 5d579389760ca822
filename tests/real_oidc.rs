//! keyroll against a real OAuth2 server, by the commands a user types and the example that ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;

use counterparts::http::Body;
use counterparts::oidc::{ADMIN, CLIENT, Oidc};
use counterparts::roll::{HEALTH, Roll};

fn roll(seconds: u32, more: &[(&str, &str)]) -> (Oidc, Roll) {
    let server = Oidc::start(seconds);
    let own = [
        ("http://127.0.0.1:4001", server.api.as_str()),
        ("http://127.0.0.1:4000", &server.auth),
    ];
    let roll = Roll::of("oidc", &[&own, more].concat(), ADMIN);
    (server, roll)
}

/// A token for a secret; none where it is refused.
fn token(server: &Oidc, secret: &str) -> Option<String> {
    let given = server.token(CLIENT, secret, "urn:orders");
    assert!([200, 401].contains(&given.status), "{given:?}");
    (given.status == 200).then(|| given.text("/access_token"))
}

#[test]
fn two_secrets_overlap_and_the_old_one_is_seen_refused_when_its_tokens_have_ended() {
    let (server, roll) = roll(3, &[]);
    let first = roll.first();
    let second = roll.second();
    assert!(token(&server, &first).is_some() && token(&server, &second).is_some());
    let held = "refused, by a fresh logon and in a held session";
    roll.later().ok(0).says(held);
    assert!(token(&server, &first).is_none() && token(&server, &second).is_some());
    assert_eq!(roll.stages(), ["revoked", "current"]);
    let secrets = server.admin("GET", "/secrets", Body::Empty);
    assert_eq!(secrets.body["items"].as_array().unwrap().len(), 1);
    assert!(secrets.text("/items/0/name").starts_with("keyroll-"));
    roll.holds_none_of(&[ADMIN, &first, &second]);
    assert_eq!(server.log().lines().count(), 1, "{}", server.log());
}

#[test]
fn a_secret_whose_tokens_go_on_is_possibly_live() {
    let (server, roll) = roll(300, &[("max-lag = \"5m\"", "")]);
    let first = roll.first();
    let token = token(&server, &first).unwrap();
    roll.second();
    let still = "a fresh logon is refused, a held session still accepted";
    roll.later().ok(5).says(still);
    assert_eq!(roll.stages(), ["possibly-live", "current"]);
    assert_eq!(
        server
            .call("GET", "/orders/WO-1001", &token, Body::Empty)
            .status,
        200
    );
    roll.home.run(&["check"]).ok(5);
}

#[test]
fn each_probe_shows_what_it_must() {
    let (_server, roll) = roll(300, &[]);
    roll.first();
    let expected = [
        "authenticate pass",
        "discover pass",
        "read pass",
        "foreign pass",
        "forbidden pass",
        "write pass",
        "audit pass",
    ];
    assert_eq!(roll.probes(), expected);
}

/// A job that asks for a token each time.
fn job(server: &Oidc) -> String {
    format!(
        "import json\nfrom urllib.parse import urlencode\nfrom urllib.request import Request, urlopen\n\
         form = {{'grant_type': 'client_credentials', 'client_id': {CLIENT:?}, 'client_secret': secret, 'scope': 'orders:read'}}\n\
         token = json.load(urlopen({:?} + '/token', urlencode(form).encode()))['access_token']\n\
         urlopen(Request({:?} + '/orders/WO-1001', headers={{'Authorization': 'Bearer ' + token}}))",
        server.auth, server.api,
    )
}

#[test]
fn a_revoke_sees_the_job_fail_that_was_well() {
    let (server, roll) = roll(3, &[HEALTH]);
    let first = roll.first();
    roll.job(&first, &job(&server));
    let ran = roll.run("revoke", &[]).ok(0);
    ran.says("consumer/etl-01-import-hourly fails now, and was well before");
    assert!(token(&server, &first).is_none());
    assert_eq!(roll.stages(), ["revoked"]);
}

#[test]
fn an_emergency_in_the_middle_of_a_rotation_is_over_when_the_last_token_has_ended() {
    let (server, roll) = roll(3, &[]);
    let first = roll.first();
    let second = roll.second();
    let ran = roll.run("revoke", &["--emergency"]).ok(0);
    ran.says("version 1: REVOKED (refused, by a fresh logon and in a held session; ");
    assert!(token(&server, &first).is_none() && token(&server, &second).is_none());
    assert_eq!(roll.stages(), ["revoked", "revoked"]);
    roll.holds_none_of(&[ADMIN, &first, &second]);
}

#[test]
fn an_emergency_says_how_long_a_token_goes_on() {
    let (server, roll) = roll(300, &[]);
    let first = roll.first();
    let held = token(&server, &first).unwrap();
    let ran = roll.run("revoke", &["--emergency", "--wait", "0"]).ok(5);
    ran.says("POSSIBLY LIVE");
    assert!(token(&server, &first).is_none());
    assert_eq!(
        server
            .call("GET", "/orders/WO-1001", &held, Body::Empty)
            .status,
        200
    );
    assert_eq!(roll.stages(), ["possibly-live"]);
}

#[test]
fn an_api_that_asks_about_its_tokens_knows_at_once() {
    let asked = (
        "scope = \"orders:read\" }",
        "scope = \"orders:read\", resource = \"urn:orders:asked\" }",
    );
    let (server, roll) = roll(300, &[asked]);
    let first = roll.first();
    roll.run("revoke", &["--emergency", "--wait", "0"])
        .ok(0)
        .says("in a held session");
    assert!(token(&server, &first).is_none());
    assert_eq!(roll.stages(), ["revoked"]);
}

#[test]
fn a_drill_takes_nothing_away() {
    let (server, roll) = roll(300, &[]);
    let first = roll.first();
    roll.run("revoke", &["--drill"])
        .ok(0)
        .says("the drill passed");
    assert!(token(&server, &first).is_some());
    assert_eq!(roll.stages(), ["current"]);
}
