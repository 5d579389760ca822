//! keyroll against a real OAuth2 server, by the commands a user types and the example that ships.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;

use counterparts::http::Body;
use counterparts::oidc::{ADMIN, CLIENT, Oidc};
use counterparts::roll::Roll;

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
