//! The causes of the row: authentication fails.

use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use keyroll::model::diagnosis::{Cause, Silence};
use serde_json::json;

use crate::causes::{Asked, IMPORT, asking, greeted, is, passed, test};

#[test]
fn the_secrets_value() {
    let is = |standing, ground, records| is(standing, ground, Cause::SecretValue, IMPORT, records);
    let version = format!("version/{IMPORT} 2");
    is(
        Likely,
        "no version of its credential is current",
        json!({ &version: null }),
    );
    let refused = test(
        IMPORT,
        "authenticate",
        "fail",
        "2026-11-01",
        json!({ "status": 401 }),
    );
    is(
        Likely,
        "failed `authenticate`, answered with status 401",
        json!({ "fact/a": refused }),
    );
    // Not by a version that is over, nor in another environment, nor by what is yet to come.
    let none = "no logon of version 2";
    let elsewhere = "that was of `staging`, and the account is in `production` now";
    for (key, value, ground) in [
        ("version", json!(1), none),
        ("on", json!("2026-11-23"), none),
        ("detail", json!({ "environment": "staging" }), elsewhere),
    ] {
        let mut other = refused.clone();
        other[key] = value;
        is(Unknown, ground, json!({ "fact/a": other }));
    }
    // The end of the version explains the refusal.
    is(
        Unknown,
        "its end explains that already",
        json!({ &version: { "expires": "2026-10-30" }, "fact/a": refused }),
    );
    let gone = json!({ "fact": "refused", "account": IMPORT, "version": 2, "way": "fresh-logon", "on": "2026-11-02" });
    is(
        Likely,
        "seen refused after it was taken away",
        json!({ "fact/a": passed(IMPORT, "read"), "fact/b": gone }),
    );
    is(
        Likely,
        "`consumer/sync-hawthorne` has not said",
        json!({ "fact/a": passed(IMPORT, "authenticate") }),
    );
    let seen = json!({ "fact": "seen", "account": IMPORT, "on": "2026-11-19" });
    is(
        RuledOut,
        "passed `authenticate`",
        json!({ "fact/a": passed(IMPORT, "authenticate"), "fact/b": seen }),
    );
    let has = json!({ "fact": "acknowledged", "account": IMPORT, "version": 2, "consumer": "sync-hawthorne", "on": "2026-10-21" });
    is(
        RuledOut,
        "passed `read`",
        json!({ "fact/a": passed(IMPORT, "read"), "fact/b": has }),
    );
    is(Unknown, "no logon of version 2", json!({}));
    let unclear = test(
        IMPORT,
        "authenticate",
        "inconclusive",
        "2026-11-01",
        json!({ "status": 500 }),
    );
    is(
        Unknown,
        "proved nothing, answered with status 500",
        json!({ "fact/a": unclear }),
    );
    let rotation = json!({ "what": "rotate", "state": "open", "token": "t", "began": "2026-11-20T10:00:00Z", "by": "op", "entries": [], "from": 2 });
    is(
        Likely,
        "is being rotated",
        json!({ format!("operation/{IMPORT} 1"): rotation }),
    );
}

#[test]
fn the_providers_environment() {
    let is = |standing, ground, records| {
        is(
            standing,
            ground,
            Cause::ProviderEnvironment,
            IMPORT,
            records,
        )
    };
    let staging = "https://femo.unicmms.staging.example.net/x";
    let mismatch = json!({ "environment": { "production": { "endpoint": staging } } });
    is(
        Likely,
        "says `staging`",
        json!({ "provider/unicmms": mismatch, "fact/a": passed(IMPORT, "read") }),
    );
    let elsewhere = test(
        IMPORT,
        "authenticate",
        "pass",
        "2026-11-01",
        json!({ "environment": "staging" }),
    );
    is(
        Likely,
        "logged on in another environment",
        json!({ "fact/a": elsewhere }),
    );
    is(
        Likely,
        "has no environment `blue`",
        json!({ format!("account/{IMPORT}"): { "environment": "blue" } }),
    );
    is(
        RuledOut,
        "passed `authenticate`",
        json!({ "fact/a": passed(IMPORT, "authenticate"), "fact/b": elsewhere }),
    );
    is(Unknown, "no logon of version 2", json!({}));
}

#[test]
fn the_allowlist() {
    let is = |standing, ground, records| is(standing, ground, Cause::IpAllowlist, IMPORT, records);
    let host = |host: &str| json!({ "consumer/sync-hawthorne": { "host": host } });
    is(
        Likely,
        "198.51.100.7, which the allowlist does not hold",
        host("198.51.100.7"),
    );
    is(
        RuledOut,
        "the address of each consumer is on the allowlist",
        host("203.0.113.5"),
    );
    let refused = test(
        IMPORT,
        "authenticate",
        "fail",
        "2026-11-21",
        json!({ "status": 403 }),
    );
    is(
        Likely,
        "only what is on its allowlist",
        json!({ "fact/a": refused }),
    );
    is(
        Unknown,
        "does not know the address",
        json!({ "fact/a": test(IMPORT, "read", "pass", "2026-11-22", json!({})) }),
    );
    asking(Cause::IpAllowlist, greeted(Ok(401), None))
        .is(Unknown, "the endpoint answered this host with status 401");
    asking(
        Cause::IpAllowlist,
        greeted(Err(Silence::NoConnection), None),
    )
    .is(Unknown, "no connection to the endpoint");
    let open = json!({ "environment": { "production": { "allowlist": null } } });
    let fresh = test(IMPORT, "read", "pass", "2026-11-21", json!({}));
    is(
        RuledOut,
        "no allowlist is declared",
        json!({ "provider/unicmms": open, "fact/a": fresh }),
    );
    // A firewall or a list may have changed since.
    is(
        Unknown,
        "no allowlist is declared",
        json!({ "provider/unicmms": open, "fact/a": passed(IMPORT, "read") }),
    );
}

#[test]
fn the_end() {
    let is = |standing, ground, records| is(standing, ground, Cause::Expiry, IMPORT, records);
    let (account, version) = (format!("account/{IMPORT}"), format!("version/{IMPORT} 2"));
    is(
        Likely,
        "the account ended",
        json!({ &account: { "expires": "2026-11-21" } }),
    );
    is(
        RuledOut,
        "version 2 ends",
        json!({ &account: { "expires": "2026-11-22" } }),
    );
    is(
        Likely,
        "version 2 ended",
        json!({ &version: { "expires": "2026-11-01" } }),
    );
    is(
        Likely,
        "as the provider or the value itself says, ended",
        json!({ &version: { "seen-expires": "2026-11-01" } }),
    );
    is(
        Likely,
        "the account is suspended",
        json!({ &account: { "status": "suspended" } }),
    );
    is(
        Unknown,
        "no end of version 2",
        json!({ &version: { "expires": null } }),
    );
    let by_claim = json!({ "credential": { "expiry-source": "token-claim" } });
    is(
        Unknown,
        "goes by token-claim",
        json!({ &account: by_claim }),
    );
    let fresh = test(IMPORT, "read", "pass", "2026-11-22", json!({}));
    is(
        RuledOut,
        "passed `read`",
        json!({ &version: { "expires": null }, "fact/a": fresh }),
    );
    let mut live = greeted(Ok(401), None);
    live.as_mut().unwrap().expired = true;
    asking(Cause::Expiry, live).is(Likely, "says that something is expired");
}

#[test]
fn the_clocks() {
    let drifted =
        |seconds, slack| asking(Cause::ClockDrift, greeted(Ok(200), Some((seconds, slack))));
    drifted(-95, 2).is(Likely, "95 s behind this host's");
    drifted(33, 2).is(
        Likely,
        "33 s before this host's, give or take 2 s; 30 s are borne",
    );
    drifted(28, 2).is(RuledOut, "28 s before");
    drifted(0, 40).is(Unknown, "give or take 40 s");
    asking(Cause::ClockDrift, None).is(Unknown, "no clock of the provider was read");
    // Each names what would tell: to ask, to ask again, or how this host keeps its clock.
    for (live, ground, next) in [
        (None, "no clock of the provider was read", "--probe"),
        (
            greeted(Ok(200), Some((0, 40))),
            "give or take 40 s",
            "--probe",
        ),
        (
            greeted(Err(Silence::Timeout), None),
            "did not answer this host in time",
            "--probe",
        ),
        (
            greeted(Ok(200), None),
            "does not tell the time",
            "timedatectl status",
        ),
    ] {
        let asked = asking(Cause::ClockDrift, live);
        asked.is(Unknown, ground);
        let told = asked.verdict().next.unwrap();
        assert!(told.ends_with(next), "{told}");
    }
    let jumped = Asked {
        jump: Some("the clock went back"),
        ..asking(Cause::ClockDrift, None)
    };
    jumped.is(Likely, "the clock went back");
    let fresh = test(IMPORT, "authenticate", "pass", "2026-11-21", json!({}));
    is(
        RuledOut,
        "passed",
        Cause::ClockDrift,
        IMPORT,
        json!({ "fact/a": fresh }),
    );
    is(
        Unknown,
        "no clock",
        Cause::ClockDrift,
        IMPORT,
        json!({ "fact/a": passed(IMPORT, "authenticate") }),
    );
}
