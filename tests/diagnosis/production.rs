//! The causes of the row: it works in staging and fails in production.

use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use keyroll::model::diagnosis::{Cause, Silence};
use serde_json::json;

use crate::causes::{Asked, IMPORT, STAGING, STATUS, asking, greeted, is, passed, test};

#[test]
fn the_endpoint() {
    let is = |standing, ground, records| {
        is(
            standing,
            ground,
            Cause::EnvironmentEndpoint,
            IMPORT,
            records,
        )
    };
    let endpoint = |url: &str| json!({ "environment": { "production": { "endpoint": url } } });
    let same = endpoint("https://femo.unicmms.staging.example.net");
    is(
        Likely,
        "staging",
        json!({ "provider/unicmms": same, "fact/a": passed(IMPORT, "read") }),
    );
    is(
        Likely,
        "has the path `/api`",
        json!({ "provider/unicmms": endpoint("https://femo.unicmms.prod.example.net/api/") }),
    );
    let lost = test(
        IMPORT,
        "read",
        "inconclusive",
        "2026-11-01",
        json!({ "status": 404 }),
    );
    is(Unknown, "no logon", json!({ "fact/a": lost }));
    let lost = test(
        IMPORT,
        "authenticate",
        "inconclusive",
        "2026-11-01",
        json!({ "status": 404 }),
    );
    is(Likely, "status 404", json!({ "fact/a": lost }));
    asking(
        Cause::EnvironmentEndpoint,
        greeted(Err(Silence::NoName), None),
    )
    .is(Likely, "leads nowhere");
    asking(Cause::EnvironmentEndpoint, greeted(Err(Silence::Tls), None))
        .is(Likely, "speaks no TLS");
    // Any account that logged on there shows that the endpoint is right.
    is(
        RuledOut,
        STATUS,
        json!({ "fact/a": passed(STATUS, "authenticate") }),
    );
    is(Unknown, "no logon of version 2", json!({}));
}

#[test]
fn the_tenants_boundary() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::TenantBoundary, IMPORT, records);
    let account = format!("account/{IMPORT}");
    let staging = format!("account/{STAGING}");
    is(
        Likely,
        "names no boundary",
        json!({ &account: { "boundary": null } }),
    );
    let unseen = test(
        IMPORT,
        "read",
        "fail",
        "2026-11-01",
        json!({ "status": 404 }),
    );
    is(
        Likely,
        "failed `read`",
        json!({ "fact/a": passed(IMPORT, "authenticate"), "fact/b": unseen }),
    );
    is(
        Likely,
        "reaches `femo`, which this account does not",
        json!({}),
    );
    is(
        RuledOut,
        "passed `read`",
        json!({ "fact/a": passed(IMPORT, "read") }),
    );
    let alike = json!({ "boundary": ["femo/hawthorne"] });
    is(
        Unknown,
        "no `read` of version 2 is recorded",
        json!({ &staging: alike }),
    );
    let known = json!({ "boundary": ["femo/nowhere"] });
    is(Likely, "femo/nowhere", json!({ &account: known }));
}

#[test]
fn the_providers_role() {
    let is = |standing, ground, records| is(standing, ground, Cause::ProviderRole, IMPORT, records);
    let differs = test(IMPORT, "discover", "fail", "2026-11-01", json!({}));
    is(Likely, "failed `discover`", json!({ "fact/a": differs }));
    let lacking = json!({ "permissions": ["work-order/view-work-orders"] });
    is(
        Likely,
        "view-",
        json!({ format!("account/{IMPORT}"): lacking }),
    );
    let more = json!({ "permissions": ["work-order/view-work-orders", "tag/view-tags"] });
    is(
        Likely,
        "has `tag/view-tags`, which this account has not",
        json!({ format!("account/{STAGING}"): more }),
    );
    is(
        RuledOut,
        "passed `discover`",
        json!({ "fact/a": passed(IMPORT, "discover") }),
    );
    is(Unknown, "no `discover` of version 2", json!({}));
    let denied = test(
        IMPORT,
        "read",
        "fail",
        "2026-11-01",
        json!({ "status": 403 }),
    );
    is(
        Likely,
        "answered with status 403",
        json!({ "fact/a": passed(IMPORT, "authenticate"), "fact/b": denied }),
    );
}

#[test]
fn the_firewall() {
    for silence in [Silence::NoConnection, Silence::Timeout] {
        let silent = |records| Asked {
            records,
            ..asking(Cause::FirewallRule, greeted(Err(silence), None))
        };
        // The server may be down, or this host without a network.
        let alone = silent(json!({}));
        alone.is(Likely, "this host");
        assert_eq!(alone.verdict().weight, 5);
        let elsewhere = |on| {
            test(
                STAGING,
                "read",
                "fail",
                on,
                json!({ "status": 401, "millis": 20 }),
            )
        };
        let beside = silent(json!({ "fact/a": elsewhere("2026-11-22") }));
        beside.is(Likely, "another host answered");
        assert_eq!(beside.verdict().weight, 7);
        let long_ago = silent(json!({ "fact/a": elsewhere("2026-11-20") }));
        assert_eq!(long_ago.verdict().weight, 5);
    }
    asking(Cause::FirewallRule, greeted(Ok(401), None))
        .is(RuledOut, "answered this host with status 401");
    asking(Cause::FirewallRule, greeted(Err(Silence::NoName), None))
        .is(Unknown, "nothing that the endpoint answered");
    let is = |standing, ground, records| is(standing, ground, Cause::FirewallRule, IMPORT, records);
    let silent = test(
        IMPORT,
        "authenticate",
        "inconclusive",
        "2026-11-01",
        json!({ "millis": 20000 }),
    );
    is(Likely, "without an answer", json!({ "fact/a": silent }));
    // By hand, nobody knows whether there was an answer.
    let by_hand = test(
        IMPORT,
        "authenticate",
        "inconclusive",
        "2026-11-01",
        json!({ "file": "x.png" }),
    );
    is(
        Unknown,
        "nothing that the endpoint answered",
        json!({ "fact/a": by_hand }),
    );
    let answered = |on| test(STATUS, "authenticate", "fail", on, json!({ "status": 401 }));
    is(
        RuledOut,
        STATUS,
        json!({ "fact/a": answered("2026-11-21") }),
    );
    is(
        Unknown,
        "may have changed since",
        json!({ "fact/a": answered("2026-11-20") }),
    );
    // The platform answers by another way.
    let mut elsewhere = answered("2026-11-21");
    elsewhere["detail"]["side"] = json!("platform");
    is(
        Unknown,
        "nothing that the endpoint answered",
        json!({ "fact/a": elsewhere }),
    );
}

#[test]
fn another_path_at_the_same_host_is_no_other_host() {
    let silent = |endpoint: &str| {
        let answered = test(
            STAGING,
            "read",
            "fail",
            "2026-11-22",
            json!({ "status": 401, "millis": 20 }),
        );
        let staging = json!({ "environment": {
            "production": { "endpoint": "https://unicmms.example.net/production" }, "staging": { "endpoint": endpoint } } });
        let live = greeted(Err(Silence::Timeout), None);
        let asked = Asked {
            records: json!({ "fact/a": answered, "provider/unicmms": staging }),
            ..asking(Cause::FirewallRule, live)
        };
        asked.verdict().weight
    };
    assert_eq!(silent("https://UniCMMS.example.net:443/staging"), 5);
    assert_eq!(silent("https://staging.unicmms.example.net/production"), 7);
}
