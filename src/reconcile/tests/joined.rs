//! What only several records together tell.

use serde_json::json;

use super::{Reading, line, told};
use crate::model::fact::Fact;
use crate::model::finding::Severity;
use crate::model::reconciliation::Discrepancy;
use crate::reconcile::facts;

#[test]
fn a_write_that_the_other_side_has_not_is_told_and_a_read_is_not() {
    let edge = |time: &str| line(time, json!({ "q": format!("edge-{time}") }));
    let provider = [
        edge("06:00:00"),
        line("08:00:00", json!({ "q": "a" })),
        line("08:01:00", json!({ "q": "b", "a": "list" })),
        line("08:02:00", json!({ "q": "c", "o": "denied" })),
        line("08:03:00", json!({ "q": "d" })),
        line("08:04:00", json!({ "q": null })),
        edge("20:00:00"),
    ];
    let platform = [
        edge("06:00:00"),
        // Another name: it has a record all the same.
        line("08:03:01", json!({ "q": "d", "i": "svc-nobody-here" })),
        line("09:00:00", json!({ "q": "e", "a": "push" })),
        edge("20:00:00"),
        // Beyond what the provider's log covers.
        line("21:00:00", json!({ "q": "f" })),
    ];
    let outcome = Reading::of(json!({})).read(Some(&provider), Some(&platform));
    let expected = [
        "unknown-identity svc-nobody-here 1",
        "missing-at-provider sync 1",
        "missing-at-platform sync 1",
    ];
    assert_eq!(told(&outcome), expected);
    let uncompared: Vec<u64> = outcome.uncompared.values().copied().collect();
    assert_eq!(uncompared, [1]);
    let lines: Vec<(usize, u64)> = outcome.findings[1..]
        .iter()
        .map(|one| (one.places[0].log, one.places[0].line))
        .collect();
    assert_eq!(lines, [(1, 3), (0, 2)]);
    assert_eq!(outcome.findings[2].places[0].request, "a");
    assert_eq!(outcome.worst(), Some(Severity::Error));
}

#[test]
fn each_write_of_a_request_wants_a_record_that_it_was_done() {
    let edges = || ["06:00:00", "20:00:00"].map(|time| line(time, json!({ "q": time })));
    let missing = |provider: Vec<String>, platform: Vec<String>| {
        let with = |lines: Vec<String>| [edges().to_vec(), lines].concat();
        let (provider, platform) = (with(provider), with(platform));
        let outcome = Reading::of(json!({})).read(Some(&provider), Some(&platform));
        let mut told = told(&outcome);
        told.retain(|one| one.starts_with("missing"));
        told
    };
    let one = |record: &str| line("08:00:00", json!({ "q": "a", "r": record }));
    let failed = |record: &str| line("08:00:01", json!({ "q": "a", "r": record, "o": "error" }));
    let both = || vec![one("WO-1"), one("WO-2")];
    assert_eq!(missing(both(), both()), [""; 0]);
    assert_eq!(
        missing(both(), vec![one("WO-1")]),
        ["missing-at-platform sync 1"]
    );
    assert_eq!(
        missing(vec![one("WO-1")], vec![failed("WO-1")]),
        ["missing-at-platform sync 1"]
    );
    let other = ["missing-at-provider sync 1", "missing-at-platform sync 1"];
    assert_eq!(missing(vec![one("WO-1")], vec![one("WO-2")]), other);
    // A side that does not name records has them all.
    assert_eq!(missing(both(), vec![one("")]), [""; 0]);
}

#[test]
fn a_request_of_too_many_records_is_not_held_and_that_is_said() {
    let at = |n| line("08:00:00", json!({ "q": "a", "r": format!("WO-{n}") }));
    let lines: Vec<String> = (0..1500).map(at).collect();
    let backwards: Vec<String> = (500..2000).map(at).collect();
    let outcome = Reading::of(json!({})).read(Some(&lines), Some(&backwards));
    let sum = |counts: &std::collections::BTreeMap<_, u64>| counts.values().sum::<u64>();
    assert_eq!(told(&outcome), [""; 0]);
    assert!(sum(&outcome.uncompared) >= 1000, "{:?}", outcome.uncompared);
    assert_eq!(sum(&outcome.uncompared) + sum(&outcome.compared), 3000);
}

#[test]
fn days_outside_are_not_judged_and_count_as_the_other_half() {
    let on = |day: &str, q: &str| {
        line(
            "12:00:00",
            json!({ "t": format!("{day}T12:00:00Z"), "q": q }),
        )
    };
    let end = || {
        line(
            "13:00:00",
            json!({ "t": "2026-11-20T13:00:00Z", "q": "end" }),
        )
    };
    let provider = [
        on("2026-11-18", "x"),
        on("2026-11-19", "a"),
        on("2026-11-20", "b"),
        end(),
    ];
    let late = line("12:00:00", json!({ "t": "2026-11-20T00:01:00Z", "q": "a" }));
    let platform = [on("2026-11-18", "y"), late, on("2026-11-20", "z"), end()];
    let mut reading = Reading::of(json!({}));
    reading.since = Some("2026-11-19");
    reading.until = Some("2026-11-19");
    let outcome = reading.read(Some(&provider), Some(&platform));
    assert_eq!(told(&outcome), [""; 0]);
    let days = (reading.since, reading.until);
    let days = (
        days.0.map(|d| d.parse().unwrap()),
        days.1.map(|d| d.parse().unwrap()),
    );
    for fact in facts(&outcome, &reading.inventory, days) {
        assert_eq!(fact.on().to_string(), "2026-11-19", "{fact:?}");
    }
    reading.until = None;
    let outcome = reading.read(Some(&provider), Some(&platform));
    assert_eq!(
        told(&outcome),
        ["missing-at-provider sync 1", "missing-at-platform sync 1"]
    );
}

#[test]
fn a_failure_is_tried_again_in_time_or_told() {
    let fail = |time: &str| line(time, json!({ "q": "a", "o": "error" }));
    let done = |time: &str| line(time, json!({ "q": "a" }));
    let end = || line("20:00:00", json!({ "q": "end", "r": "WO-9" }));
    let tell = |lines: &[String]| {
        let outcome = Reading::of(json!({})).read(Some(lines), None);
        (told(&outcome), outcome.undecided)
    };
    let left = || vec!["not-retried sync 1".to_owned()];
    assert_eq!(
        tell(&[fail("08:00:00"), done("08:10:00"), end()]),
        (vec![], 0)
    );
    // Too late, never, and given up before its time.
    assert_eq!(
        tell(&[fail("08:00:00"), done("08:11:00"), end()]),
        (left(), 0)
    );
    assert_eq!(tell(&[fail("08:00:00"), end()]), (left(), 0));
    assert_eq!(
        tell(&[fail("08:00:00"), fail("08:01:00"), end()]),
        (left(), 0)
    );
    // After so many tries it may; and nobody can tell of the last minutes of a log.
    let three = [fail("08:00:00"), fail("08:01:00"), fail("08:02:00"), end()];
    assert_eq!(tell(&three), (vec![], 0));
    assert_eq!(tell(&[fail("08:00:00")]), (vec![], 1));
    // Another record of the same request is other work.
    let other = line("08:01:00", json!({ "q": "a", "r": "WO-2" }));
    assert_eq!(tell(&[fail("08:00:00"), other, end()]), (left(), 0));
}

#[test]
fn that_each_failure_was_tried_again_is_recorded_where_there_was_one() {
    let end = || line("20:00:00", json!({ "q": "end", "r": "WO-9" }));
    let platform = [line("06:00:00", json!({ "q": "z", "a": "push" })), end()];
    let recorded = |first: &str, again: &str| {
        let fail = line("08:00:00", json!({ "q": "a", "o": first, "a": "list" }));
        let done = line("08:01:00", json!({ "q": again, "a": "list" }));
        let reading = Reading::of(json!({}));
        let outcome = reading.read(Some(&[fail, done, end()]), Some(&platform));
        let facts = facts(&outcome, &reading.inventory, (None, None));
        let compared = facts.into_iter().find_map(|fact| match fact {
            Fact::Reconciled { compared, .. } => Some(compared),
            _ => None,
        });
        let found = compared.unwrap().found;
        found.get(&Discrepancy::NotRetried).copied()
    };
    assert_eq!(recorded("error", "a"), Some(0));
    assert_eq!(recorded("error", "b"), Some(1));
    assert_eq!(recorded("ok", "a"), None);
    assert_eq!(recorded("denied", "a"), None);
}

#[test]
fn too_many_tries_are_a_storm_told_once() {
    let tries = |count: u32, q: Option<&str>, outcome: &str| {
        let one = |at| line(&format!("08:00:{at:02}"), json!({ "q": q, "o": outcome }));
        let mut lines: Vec<String> = (0..count).map(one).collect();
        lines.push(line("20:00:00", json!({ "q": "end", "r": "WO-9" })));
        told(&Reading::of(json!({})).read(Some(&lines), None))
    };
    assert_eq!(tries(3, Some("a"), "error"), [""; 0]);
    assert_eq!(tries(50, Some("a"), "error"), ["retry-storm sync 1"]);
    assert_eq!(tries(4, Some("a"), "ok"), ["retry-storm sync 1"]);
    // Without the id of a request, what follows a success is new work.
    assert_eq!(tries(50, None, "ok"), [""; 0]);
    assert_eq!(tries(50, None, "error"), ["retry-storm sync 1"]);
}

#[test]
fn a_failure_of_one_account_is_not_tried_again_by_another() {
    // One identity, in two environments.
    let shared = json!({ "account/rehearsal": { "credential":
        { "kind": "api-key", "store": "age", "identity": ["svc-sync"] } } });
    let told = |again: &str| {
        let at = |time: &str, more: serde_json::Value| {
            let mut all = json!({ "q": null });
            let more = more.as_object().unwrap().clone();
            all.as_object_mut().unwrap().extend(more);
            line(time, all)
        };
        let lines = [
            at("08:00:00", json!({ "o": "error", "e": "production" })),
            at("08:01:00", json!({ "e": again })),
            at("20:00:00", json!({ "r": "WO-9" })),
        ];
        told(&Reading::of(shared.clone()).read(Some(&lines), None))
    };
    assert_eq!(told("staging"), ["not-retried sync 1"]);
    assert_eq!(told("production"), [""; 0]);
}

#[test]
fn strangers_use_up_no_words_of_the_accounts() {
    let stranger = |n| {
        line(
            "07:00:00",
            json!({ "i": "svc-nobody", "a": format!("word-{n}"), "q": null }),
        )
    };
    let mut lines: Vec<String> = (0..10_100).map(stranger).collect();
    lines.push(line("08:00:00", json!({ "o": "error", "q": null })));
    lines.push(line("08:01:00", json!({ "a": "list", "q": null })));
    lines.push(line("20:00:00", json!({ "r": "WO-9", "q": null })));
    let told = told(&Reading::of(json!({})).read(Some(&lines), None));
    assert!(told.contains(&"not-retried sync 1".to_owned()), "{told:?}");
}

#[test]
fn a_write_at_the_end_of_the_other_log_may_have_its_record_beyond_it() {
    let at = |time: &str, q: &str| line(time, json!({ "q": q }));
    let told = |last: &str| {
        let provider = [
            at("06:00:00", "a"),
            at("12:00:00", "b"),
            at(last, "c"),
            at("21:00:00", "d"),
        ];
        let platform = [
            at("06:00:00", "a"),
            at("12:00:00", "b"),
            at("20:00:00", "e"),
        ];
        let outcome = Reading::of(json!({})).read(Some(&provider), Some(&platform));
        let compared: u64 = outcome.compared.values().sum();
        (told(&outcome), outcome.undecided, compared)
    };
    let lost = |names: &[&str]| {
        names
            .iter()
            .map(|name| format!("{name} sync 1"))
            .collect::<Vec<_>>()
    };
    let both = lost(&["missing-at-provider", "missing-at-platform"]);
    assert_eq!(told("19:59:00"), (both, 0, 6));
    assert_eq!(told("19:59:58"), (lost(&["missing-at-provider"]), 1, 5));
    // Beyond what both cover it is not judged at all.
    assert_eq!(told("20:00:01"), (lost(&["missing-at-provider"]), 0, 5));
}
