//! PocketBase: keys as records, tokens made for them, collection rules.

use serde_json::{Value as Json, json};

use crate::counterparts::http::{Answer, Body};
use crate::counterparts::pocketbase::Pocketbase;

const ORDERS: &str = "/collections/orders/records";
const ACCOUNT: &str = "importhawthorne";
const WEEK: u32 = 7 * 86400;

fn read(server: &Pocketbase, token: &str, order: &str) -> Answer {
    server.ask(
        "GET",
        &format!("{ORDERS}/{order}"),
        Some(token),
        Body::Empty,
    )
}

/// What every probe of the example asks, by name, with its status.
fn asked(server: &Pocketbase, token: &str) -> Vec<(&'static str, u16)> {
    let ask = |method, path: &str, body| server.ask(method, path, Some(token), body).status;
    let own = format!("{ORDERS}/wo1001hawthorne");
    let foreign = format!("{ORDERS}/wo9001eastfield");
    let refresh = "/collections/keys/auth-refresh";
    let title = || Body::Json(json!({ "title": "x" }));
    vec![
        ("refresh", ask("POST", refresh, Body::Empty)),
        ("list", ask("GET", ORDERS, Body::Empty)),
        ("own", ask("GET", &own, Body::Empty)),
        ("foreign", ask("GET", &foreign, Body::Empty)),
        ("write", ask("PATCH", &own, title())),
        ("delete", ask("DELETE", &own, Body::Empty)),
        ("logs", ask("GET", "/logs", Body::Empty)),
    ]
}

#[test]
fn a_token_reads_its_own_and_nothing_else() {
    let server = Pocketbase::start();
    let token = server.token(&server.key("keyroll-1", ACCOUNT), WEEK);
    let own = read(&server, &token, "wo1001hawthorne").ok();
    assert_eq!(own.text("/site"), "hawthorne");
    assert_eq!(own.body.get("cost"), None, "hidden fields are left out");
    // A record of others and one that never was are answered alike; so is a write that no rule lets through.
    let foreign = read(&server, &token, "wo9001eastfield");
    let nowhere = read(&server, &token, "wo0000nowhere00");
    assert_eq!(
        (foreign.status, &foreign.body),
        (nowhere.status, &nowhere.body)
    );
    let expected = [
        ("refresh", 200),
        ("list", 200),
        ("own", 200),
        ("foreign", 404),
        ("write", 404),
        ("delete", 403),
        ("logs", 403),
    ];
    assert_eq!(asked(&server, &token), expected);
    let own = server.admin("GET", &format!("{ORDERS}/wo1001hawthorne"), Body::Empty);
    assert_eq!(own.text("/title"), "Grease press 01", "nothing was changed");
}

#[test]
fn no_token_and_a_dead_one_are_let_in_to_see_nothing() {
    let server = Pocketbase::start();
    let key = server.key("keyroll-1", ACCOUNT);
    let token = server.token(&key, WEEK);
    let delete = format!("/collections/keys/records/{key}");
    assert_eq!(server.admin("DELETE", &delete, Body::Empty).status, 204);
    assert_eq!(server.admin("DELETE", &delete, Body::Empty).status, 404);
    // A list is answered with 200 and no rows: only `refresh` says that the token is dead.
    let expected = [
        ("refresh", 401),
        ("list", 200),
        ("own", 404),
        ("foreign", 404),
        ("write", 404),
        ("delete", 403),
        ("logs", 401),
    ];
    for dead in [&token, "garbage"] {
        assert_eq!(asked(&server, dead), expected);
        let list = server.ask("GET", ORDERS, Some(dead), Body::Empty);
        assert_eq!(list.body["totalItems"], 0);
    }
}

#[test]
fn keys_overlap_and_end_one_by_one() {
    let server = Pocketbase::start();
    let first = server.key("keyroll-1", ACCOUNT);
    let second = server.key("keyroll-2", ACCOUNT);
    let old = server.token(&first, WEEK);
    let new = server.token(&second, WEEK);
    for token in [&old, &new] {
        assert_eq!(read(&server, token, "wo1001hawthorne").status, 200);
    }
    let path = format!("/collections/keys/records/{first}");
    server.admin("DELETE", &path, Body::Empty).ok();
    assert_eq!(read(&server, &old, "wo1001hawthorne").status, 404);
    assert_eq!(read(&server, &new, "wo1001hawthorne").status, 200);
}

#[test]
fn a_key_is_found_by_its_name_and_a_name_is_taken_once() {
    let server = Pocketbase::start();
    let key = server.key("keyroll-1", ACCOUNT);
    let find = |name: &str| {
        let path = format!("/collections/keys/records?filter=name%3D%27{name}%27");
        server.admin("GET", &path, Body::Empty).ok()
    };
    assert_eq!(find("keyroll-1").text("/items/0/id"), key);
    assert_eq!(find("keyroll-2").body.pointer("/items/0"), None);
    assert_eq!(server.made("keyroll-1", ACCOUNT).status, 400);
}

#[test]
fn tokens_of_one_key_live_and_die_together() {
    let server = Pocketbase::start();
    let key = server.key("keyroll-1", ACCOUNT);
    let (one, two) = (server.token(&key, WEEK), server.token(&key, WEEK + 1));
    assert_ne!(one, two);
    assert_eq!(read(&server, &one, "wo1001hawthorne").status, 200);
    let body = Body::Json(json!({ "password": "changed-5tG8", "passwordConfirm": "changed-5tG8" }));
    let path = format!("/collections/keys/records/{key}");
    server.admin("PATCH", &path, body).ok();
    for token in [&one, &two] {
        assert_eq!(read(&server, token, "wo1001hawthorne").status, 404);
    }
}

#[test]
fn a_right_that_is_taken_away_is_gone_at_the_next_request() {
    let server = Pocketbase::start();
    let token = server.token(&server.key("keyroll-1", ACCOUNT), WEEK);
    let rights = |rights: Json| {
        let path = format!("/collections/accounts/records/{ACCOUNT}");
        let body = Body::Json(json!({ "rights": rights }));
        server.admin("PATCH", &path, body).ok();
    };
    rights(json!([]));
    assert_eq!(read(&server, &token, "wo1001hawthorne").status, 404);
    rights(json!(["orders-read", "orders-write"]));
    let path = format!("{ORDERS}/wo1001hawthorne");
    let write = |path: &str| {
        let body = Body::Json(json!({ "title": "y" }));
        server.ask("PATCH", path, Some(&token), body).status
    };
    assert_eq!(write(&path), 200);
    assert_eq!(write(&format!("{ORDERS}/wo9001eastfield")), 404);
}

#[test]
fn a_password_opens_nothing_and_the_trail_names_the_key() {
    let server = Pocketbase::start();
    let key = server.key("keyroll-1", ACCOUNT);
    let logon = json!({ "identity": "keyroll-1", "password": "whatever-3" });
    let path = "/collections/keys/auth-with-password";
    assert_eq!(
        server.ask("POST", path, None, Body::Json(logon)).status,
        403
    );
    read(&server, &server.token(&key, WEEK), "wo1001hawthorne").ok();
    let path = format!("/collections/trail/records?filter=key%3D%27{key}%27");
    let trail = server.admin("GET", &path, Body::Empty).ok();
    assert_eq!(trail.text("/items/0/order"), "wo1001hawthorne");
}
