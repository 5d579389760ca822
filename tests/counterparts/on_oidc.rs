//! oidc-provider: client credentials, several secrets of one client, tokens that outlive them.

use serde_json::json;

use crate::counterparts::http::{Answer, Body, ask};
use crate::counterparts::oidc::{ADMIN, CLIENT, Oidc};
use crate::counterparts::until;

/// The API reads such a token by itself.
const SIGNED: &str = "urn:orders";

/// The API asks the OAuth2 server about such a token.
const ASKED: &str = "urn:orders:asked";

const OWN: &str = "/orders/WO-1001";

fn read(server: &Oidc, token: &str) -> u16 {
    server.call("GET", OWN, token, Body::Empty).status
}

fn token(server: &Oidc, secret: &str, resource: &str) -> String {
    server
        .token(CLIENT, secret, resource)
        .ok()
        .text("/access_token")
}

#[test]
fn a_token_reads_its_own_and_nothing_else() {
    let server = Oidc::start(300);
    let (_, secret) = server.secret("keyroll-1");
    // More scopes are asked for than there are rights: what is given says what it may do.
    let given = server.token(CLIENT, &secret, SIGNED).ok();
    assert_eq!(given.text("/scope"), "orders:read");
    let token = given.text("/access_token");
    let call = |method, path| server.call(method, path, &token, Body::Empty);
    assert_eq!(call("GET", OWN).ok().text("/site"), "hawthorne");
    // A record of others and one that never was are answered alike.
    let (foreign, nowhere) = (
        call("GET", "/orders/WO-9001"),
        call("GET", "/orders/WO-0000"),
    );
    assert_eq!((foreign.status, &foreign.body), (404, &nowhere.body));
    let write = Body::Json(json!({ "status": "done" }));
    assert_eq!(server.call("PATCH", OWN, &token, write).status, 403);
    assert_eq!(call("GET", OWN).ok().text("/status"), "open");
    for wrong in ["garbage", "a.b.c"] {
        assert_eq!(read(&server, wrong), 401);
    }
}

#[test]
fn a_wrong_secret_and_a_wrong_client_are_answered_alike() {
    let server = Oidc::start(300);
    for client in [CLIENT, "nobody"] {
        let refused = server.token(client, "wrong", SIGNED);
        assert_eq!(refused.status, 401);
        assert_eq!(refused.text("/error"), "invalid_client");
    }
}

#[test]
fn two_secrets_overlap_and_a_third_is_refused() {
    let server = Oidc::start(300);
    let (first, old) = server.secret("keyroll-1");
    let (_, new) = server.secret("keyroll-2");
    let third = Body::Json(json!({ "name": "keyroll-3" }));
    assert_eq!(server.admin("POST", "/secrets", third).status, 409);
    let found = |name: &str| server.admin("GET", &format!("/secrets?name={name}"), Body::Empty);
    assert_eq!(found("keyroll-1").text("/items/0/id"), first);
    assert_eq!(found("keyroll-1").body.pointer("/items/0/secret"), None);
    assert_eq!(found("keyroll-9").body.pointer("/items/0"), None);
    let path = format!("/secrets/{first}");
    assert_eq!(server.admin("DELETE", &path, Body::Empty).status, 204);
    assert_eq!(server.admin("DELETE", &path, Body::Empty).status, 404);
    assert_eq!(server.token(CLIENT, &old, SIGNED).status, 401);
    assert_eq!(server.token(CLIENT, &new, SIGNED).status, 200);
}

#[test]
fn a_token_outlives_its_secret_and_its_client_until_its_own_end() {
    let server = Oidc::start(3);
    let (id, secret) = server.secret("keyroll-1");
    let tokens = [SIGNED, ASKED].map(|resource| token(&server, &secret, resource));
    let path = format!("/secrets/{id}");
    server.admin("DELETE", &path, Body::Empty).ok();
    server.admin("DELETE", "", Body::Empty).ok();
    assert_eq!(server.token(CLIENT, &secret, SIGNED).status, 401);
    // The server that issued the second one, and has just deleted its client, still calls it good.
    for token in &tokens {
        assert_eq!(read(&server, token), 200);
    }
    for token in &tokens {
        until("the end of a token", || {
            (read(&server, token) == 401).then_some(())
        });
    }
}

#[test]
fn only_a_token_that_is_asked_about_can_be_taken_back() {
    let server = Oidc::start(300);
    let (_, secret) = server.secret("keyroll-1");
    let [signed, asked] = [SIGNED, ASKED].map(|resource| token(&server, &secret, resource));
    server.admin("DELETE", "/tokens", Body::Empty).ok();
    assert_eq!((read(&server, &signed), read(&server, &asked)), (200, 401));
}

#[test]
fn introspection_knows_nothing_of_a_signed_token() {
    let server = Oidc::start(300);
    let (_, secret) = server.secret("keyroll-1");
    let introspect = |token: &str| {
        let form = [
            ("client_id", CLIENT),
            ("client_secret", &secret),
            ("token", token),
        ];
        let url = format!("{}/token/introspection", server.auth);
        ask("POST", &url, None, Body::Form(&form)).ok()
    };
    let asked = introspect(&token(&server, &secret, ASKED));
    assert_eq!(
        (&asked.body["active"], asked.text("/scope").as_str()),
        (&json!(true), "orders:read")
    );
    let signed = introspect(&token(&server, &secret, SIGNED));
    assert_eq!(signed.body, json!({ "active": false }));
}

/// RFC 7592, the standard way to manage a client: no secret can be replaced by it.
#[test]
fn a_registered_client_keeps_its_secret_as_long_as_it_lives() {
    let server = Oidc::start(300);
    let made = ask(
        "POST",
        &format!("{}/reg", server.auth),
        Some(ADMIN),
        Body::Json(json!({})),
    )
    .ok();
    let (client, secret) = (made.text("/client_id"), made.text("/client_secret"));
    let uri = made.text("/registration_client_uri");
    let put = |token: &str, more: serde_json::Value| -> Answer {
        let mut body = json!({ "client_id": client });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        ask("PUT", &uri, Some(token), Body::Json(body))
    };
    let key = made.text("/registration_access_token");
    assert_eq!(
        put(&key, json!({ "client_secret": "ours-3Lw8" })).status,
        400
    );
    let kept = put(&key, json!({})).ok();
    assert_eq!(kept.text("/client_secret"), secret);
    // Each change replaces the token that changes are made with: whoever loses the answer can change nothing more.
    let next = kept.text("/registration_access_token");
    assert_eq!(put(&key, json!({})).status, 401);
    assert_eq!(server.token(&client, &secret, SIGNED).status, 200);
    assert_eq!(ask("DELETE", &uri, Some(&next), Body::Empty).status, 204);
    assert_eq!(server.token(&client, &secret, SIGNED).status, 401);
}
