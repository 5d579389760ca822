//! Which probes are run, and what recorded ones say.

use super::*;
use serde_json::{Value, json};

fn account(controls: Value) -> Account {
    serde_json::from_value(
        json!({ "provider": "p", "environment": "test", "workflow": "w",
        "level": "write-back", "controls": controls }),
    )
    .unwrap()
}

fn tests() -> BTreeMap<ProbeKind, Probe> {
    let get = json!({ "http": { "method": "GET", "path": "/" } });
    let patch = json!({ "http": { "method": "PATCH", "path": "/",
        "body": { "status": "done", "custom": { "a": 1 } } } });
    let forbidden = json!({ "http": { "method": "DELETE", "path": "/" } });
    serde_json::from_value(
        json!({ "audit": get, "write": patch, "read": get, "foreign": get,
        "forbidden": forbidden, "authenticate": get, "session": { "command": ["x"] } }),
    )
    .unwrap()
}

fn planned(controls: Value, allow_write: bool, kinds: &[ProbeKind]) -> Vec<String> {
    let wish = Wish {
        kinds,
        allow_write,
        is_open: &|window, _| window.from.as_str() == "22:00",
        now: Timestamp::from_unix(0),
    };
    let tests = tests();
    let planned = plan(&account(controls), &tests, wish);
    let line = |it: Planned<'_>| match it.left_out {
        None => it.kind.to_string(),
        Some(why) => format!("{}: {why}", it.kind),
    };
    planned.into_iter().map(line).collect()
}

#[test]
fn reads_come_first_and_writes_are_asked_for() {
    assert_eq!(
        planned(json!({}), false, &[]),
        [
            "authenticate",
            "read",
            "foreign",
            "forbidden: it writes: --allow-write runs it",
            "write: it writes: --allow-write runs it",
            "audit"
        ]
    );
    let only = [ProbeKind::Read, ProbeKind::Discover];
    assert_eq!(planned(json!({}), false, &only), ["read"]);
}

#[test]
fn a_write_needs_a_window_and_fields_that_are_listed() {
    let why = |controls: Value| planned(controls, true, &[ProbeKind::Write])[0].clone();
    let open = json!({ "from": "22:00", "to": "23:00" });
    let shut = json!({ "from": "01:00", "to": "02:00" });
    assert!(why(json!({ "fields": ["status"] })).contains("no window"));
    let closed = why(json!({ "fields": ["status"], "test-window": shut }));
    assert!(closed.contains("outside"), "{closed}");
    assert!(why(json!({ "test-window": open })).contains("lists no fields"));
    let other = why(json!({ "fields": ["status"], "test-window": open }));
    assert!(other.contains("`custom.a`"), "{other}");
    for fields in [json!(["status", "custom"]), json!(["status", "custom.a"])] {
        assert_eq!(
            why(json!({ "fields": fields, "test-window": open })),
            "write"
        );
    }
    let prefix = why(json!({ "fields": ["stat", "custom"], "test-window": open }));
    assert!(prefix.contains("`status`"), "{prefix}");
}

#[test]
fn a_read_counts_for_its_own_version_and_place() {
    let fact = |detail: Value| -> Fact {
        serde_json::from_value(json!({ "fact": "evidence", "account": "a", "version": 2,
            "probe": "read", "outcome": "pass", "on": "2026-11-01", "detail": detail }))
        .unwrap()
    };
    let here = "test".parse().unwrap();
    let seen = |detail: Value, version, side| was_read(&[fact(detail)], version, side, &here);
    assert!(seen(json!(null), 2, Side::Provider));
    assert!(!seen(json!(null), 3, Side::Provider));
    assert!(!seen(json!(null), 2, Side::Platform));
    assert!(seen(json!({ "side": "platform" }), 2, Side::Platform));
    assert!(!seen(json!({ "environment": "other" }), 2, Side::Provider));
    let at = |time: &str| fact(json!({ "at": time }));
    let mut failed = serde_json::to_value(at("2026-11-01T11:00:00Z")).unwrap();
    failed["outcome"] = json!("fail");
    let failed: Fact = serde_json::from_value(failed).unwrap();
    let newest = |facts: &[&Fact]| was_read(facts.iter().copied(), 2, Side::Provider, &here);
    assert!(!newest(&[&at("2026-11-01T10:00:00Z"), &failed]));
    assert!(newest(&[&failed, &at("2026-11-01T12:00:00Z")]));
}

#[test]
fn the_last_logon_counts() {
    let fact = |outcome: &str, at: &str| -> Fact {
        serde_json::from_value(json!({ "fact": "evidence", "account": "a", "version": 2,
            "probe": "authenticate", "outcome": outcome, "on": "2026-11-01", "detail": { "at": at } }))
        .unwrap()
    };
    let (bad, good) = (
        fact("fail", "2026-11-01T10:00:00Z"),
        fact("pass", "2026-11-01T11:00:00Z"),
    );
    assert!(was_refused([&bad], 2, Side::Provider));
    assert!(!was_refused([&good, &bad], 2, Side::Provider));
    assert!(!was_refused([&bad], 3, Side::Provider));
    assert!(!was_refused([&bad], 2, Side::Platform));
}

#[test]
fn a_read_that_may_have_counted_as_a_bad_logon_is_one() {
    let seen = |probe: &str, outcome: &str, on: &str, status: u16| -> Fact {
        serde_json::from_value(json!({ "fact": "evidence", "account": "a", "version": 2,
            "probe": probe, "outcome": outcome, "on": on, "detail": { "status": status } }))
        .unwrap()
    };
    let good = seen("authenticate", "pass", "2026-11-01", 200);
    let counted = seen("read", "inconclusive", "2026-11-02", 401);
    assert!(was_refused([&good, &counted], 2, Side::Provider));
    assert!(!was_refused([&good, &counted], 3, Side::Provider));
    for (outcome, status) in [("inconclusive", 500), ("fail", 404)] {
        let other = seen("read", outcome, "2026-11-02", status);
        assert!(!was_refused([&good, &other], 2, Side::Provider), "{status}");
    }
    let after = seen("read", "pass", "2026-11-03", 200);
    assert!(!was_refused([&counted, &after], 2, Side::Provider));
}

#[test]
fn a_refused_logon_is_not_repeated_where_bad_ones_lock() {
    let refused: Fact = serde_json::from_value(json!({ "fact": "refused", "account": "a",
        "version": 2, "way": "fresh-logon", "on": "2026-11-01" }))
    .unwrap();
    let facts = [refused];
    assert!(could_lock(facts.iter(), 2, Some(5)));
    assert!(!could_lock(facts.iter(), 2, None));
    assert!(!could_lock(facts.iter(), 3, Some(5)));
    assert!(could_lock(facts.iter(), 3, Some(1)));
}
