//! The checklist over the sample: how each line can stand, and why.

use super::*;
use crate::catalog::Glossaries;
use crate::rules::sample::{ACCOUNT, AS_OF, with};
use serde_json::{Value, json};

const NAME: &str = "unicmms-production-import-hawthorne";

/// A version of the sample's account, issued in October.
fn version() -> Value {
    json!({ "stage": "current", "issued": "2026-10-16", "held": null })
}

/// How each line stands with records put over the sample, and why.
fn lines(mut records: Value) -> Vec<(Line, Standing, String)> {
    let all = records.as_object_mut().unwrap();
    let key = format!("version/{NAME} 1");
    all.entry(key).or_insert_with(version);
    let inventory = with(records);
    let glossaries = Glossaries::of(&inventory);
    let facts = Facts::new(&inventory, &glossaries, AS_OF.parse().unwrap());
    let checked = checklist(&facts, &NAME.parse().unwrap());
    let lines = checked
        .into_iter()
        .map(|one| (one.line, one.standing, one.why));
    lines.collect()
}

fn standing(line: Line, records: Value) -> (Standing, String) {
    let lines = lines(records).into_iter();
    let mut found = lines.filter(|(found, _, _)| *found == line);
    let (_, standing, why) = found.next().unwrap();
    (standing, why)
}

fn evidence(probe: &str, outcome: &str, on: &str) -> Value {
    json!({ "fact": "evidence", "account": NAME, "version": 1, "probe": probe, "outcome": outcome, "on": on })
}

/// The account at a level that writes.
fn writing() -> (String, Value) {
    (ACCOUNT.to_owned(), json!({ "level": "write-back" }))
}

#[test]
fn every_line_of_the_guide_is_answered_in_its_order() {
    let lines = lines(json!({}));
    let order: Vec<Line> = lines.iter().map(|(line, _, _)| *line).collect();
    assert_eq!(order, Line::ALL);
    let standings: Vec<Standing> = lines.iter().map(|(_, standing, _)| *standing).collect();
    use Standing::*;
    // The sample names no procedure to rotate.
    assert_eq!(
        standings,
        [Pass, Pass, Pass, NotApplicable, Pass, Missing],
        "{lines:#?}"
    );
}

#[test]
fn a_logon_passes_fails_or_is_missing() {
    let line = Line::Authenticates;
    assert_eq!(standing(line, json!({})).0, Standing::Pass);
    let cases = [
        (
            evidence("authenticate", "fail", "2026-11-20"),
            Standing::Fail,
            "failed: `authenticate`",
        ),
        (
            evidence("authenticate", "inconclusive", "2026-11-20"),
            Standing::Missing,
            "inconclusive",
        ),
        (
            evidence("authenticate", "pass", "2026-01-20"),
            Standing::Missing,
            "more than 180 days",
        ),
        (
            Value::Null,
            Standing::Missing,
            "never tested: `authenticate`",
        ),
    ];
    for (fact, expected, words) in cases {
        let (found, why) = standing(line, json!({ "fact/authenticate": fact }));
        assert_eq!(found, expected, "{why}");
        assert!(why.contains(words), "{why}");
    }
    let gone =
        json!({ format!("version/{NAME} 1"): { "stage": "revoked", "issued": "2026-10-16" } });
    assert_eq!(standing(line, gone).0, Standing::Missing);
}

#[test]
fn capabilities_are_those_of_every_probe_that_is_declared() {
    let line = Line::Capabilities;
    let discover = json!({ "http": { "method": "GET", "path": "/me" }, "capabilities": "/rights" });
    let declared = json!({ "provider/unicmms": { "test": { "discover": discover } } });
    let (found, why) = standing(line, declared.clone());
    assert_eq!(
        (found, why.as_str()),
        (Standing::Missing, "never tested: `discover`")
    );
    let mut seen = declared;
    seen["fact/discover"] = evidence("discover", "fail", "2026-11-20");
    assert_eq!(standing(line, seen.clone()).0, Standing::Fail);
    seen["fact/discover"] = evidence("discover", "pass", "2026-11-20");
    let (found, why) = standing(line, seen);
    assert_eq!(found, Standing::Pass);
    assert!(!why.contains("no probe"), "{why}");
    assert!(standing(line, json!({})).1.contains("no probe asks"));
}

#[test]
fn a_write_before_a_read_fails_the_order() {
    let line = Line::ReadFirst;
    let early = json!({ "fact/write": evidence("write", "pass", "2026-10-20") });
    assert_eq!(standing(line, early).0, Standing::Fail);
    let late = json!({ "fact/write": evidence("write", "pass", "2026-11-20") });
    assert_eq!(standing(line, late).0, Standing::Pass);
    let unread = json!({ "fact/read": null });
    assert_eq!(standing(line, unread).0, Standing::Missing);
}

#[test]
fn audit_records_are_proven_on_both_sides_or_by_both_logs() {
    let line = Line::AuditRecords;
    let (id, account) = writing();
    let on_side = |side: &str, outcome: &str| {
        let mut fact = evidence("audit", outcome, "2026-11-20");
        fact["detail"] = json!({ "side": side });
        fact
    };
    let mut records = json!({ id: account, "fact/write": evidence("write", "pass", "2026-11-20"),
        "fact/audit": on_side("provider", "pass") });
    let (found, why) = standing(line, records.clone());
    assert_eq!(found, Standing::Missing);
    assert!(why.ends_with("`audit` at the platform"), "{why}");
    records["fact/audit-platform"] = on_side("platform", "pass");
    assert_eq!(standing(line, records.clone()).0, Standing::Pass);
    records["fact/audit-platform"] = on_side("platform", "fail");
    assert_eq!(standing(line, records.clone()).0, Standing::Fail);

    // Real writes say more than a test.
    let compared = |found: Value| {
        json!({ "fact": "reconciled", "account": NAME, "on": "2026-11-21", "compared": {
            "since": "2026-11-01", "until": "2026-11-20", "provider-log": "a.jsonl", "platform-log": "b.jsonl",
            "records": 40, "found": found } })
    };
    records["fact/reconciled"] = compared(json!({}));
    assert_eq!(standing(line, records.clone()).0, Standing::Pass);
    records["fact/reconciled"]["compared"]["uncompared"] = json!(2);
    let (found, why) = standing(line, records.clone());
    assert_eq!(found, Standing::Missing, "one for all is no proof");
    assert!(why.contains("; 2 more could not"), "{why}");
    records["fact/reconciled"] = compared(json!({ "missing-at-platform": 3 }));
    let (found, why) = standing(line, records);
    assert_eq!(found, Standing::Fail);
    assert_eq!(why, "3 without a record at the platform");
}

#[test]
fn every_job_must_have_been_seen_to_fail_closed() {
    let line = Line::FailsClosed;
    let none = json!({ ACCOUNT: { "consumers": [] } });
    assert_eq!(standing(line, none).0, Standing::Missing);
    let second = json!({ ACCOUNT: { "consumers": ["etl-01", "etl-02"] }, "consumer/etl-02": {} });
    let (found, why) = standing(line, second);
    assert_eq!(found, Standing::Missing);
    assert!(why.ends_with("`etl-02`"), "{why}");
    let went_on = json!({ "fact/fail-closed": { "fact": "fail-closed", "account": NAME, "version": 1,
        "consumer": "etl-01", "outcome": "fail", "on": "2026-11-01" } });
    assert_eq!(standing(line, went_on).0, Standing::Fail);
}

#[test]
fn procedures_are_written_down_and_gone_through() {
    let line = Line::Procedures;
    let step = json!([{ "title": "Make it", "manual": "Make a key." }]);
    let drill = |result: &str, on: &str| json!({ "fact": "drill", "procedure": "unicmms-rotate", "on": on, "result": result });
    let mut records = json!({ ACCOUNT: { "rotate": "unicmms-rotate" },
        "procedure/unicmms-rotate": { "kind": "rotate", "step": step } });
    let (found, why) = standing(line, records.clone());
    assert_eq!(
        (found, why.as_str()),
        (Standing::Missing, "`unicmms-rotate` was never rehearsed")
    );
    records["fact/drill-2"] = drill("pass", "2026-11-01");
    assert_eq!(standing(line, records.clone()).0, Standing::Pass);
    records["fact/drill-2"] = drill("pass", "2026-01-01");
    assert_eq!(standing(line, records.clone()).0, Standing::Missing);
    records["fact/drill-2"] = drill("fail", "2026-11-01");
    assert_eq!(standing(line, records.clone()).0, Standing::Fail);
    records["procedure/unicmms-rotate"] = json!({ "kind": "rotate" });
    assert_eq!(standing(line, records).0, Standing::Missing);
}

#[test]
fn a_test_of_another_place_proves_nothing_and_the_line_says_why() {
    let at = |probe: &str, key: &str, value: &str| {
        let mut fact = evidence(probe, "pass", "2026-11-20");
        fact["detail"] = json!({ key: value });
        json!({ format!("fact/{probe}"): fact })
    };
    let cases = [
        (
            "environment",
            "staging",
            "that was of `staging`, and the account is in `production` now",
        ),
        (
            "endpoint",
            "https://old.example",
            "that was of the endpoint `https://old.example`, and it is",
        ),
        (
            "identity",
            "svc-old",
            "that was of the identity `svc-old`, and it is `svc-femo-import` now",
        ),
    ];
    for (key, value, words) in cases {
        for (line, probe) in [
            (Line::Authenticates, "authenticate"),
            (Line::Capabilities, "read"),
            (Line::ReadFirst, "read"),
        ] {
            let (found, why) = standing(line, at(probe, key, value));
            assert_eq!(found, Standing::Missing, "{why}");
            assert!(
                why.contains("; a test of 2026-11-20 does not count: "),
                "{why}"
            );
            assert!(why.contains(words), "{why}");
        }
    }
    let same = at(
        "authenticate",
        "endpoint",
        "https://femo.unicmms.example/api",
    );
    assert_eq!(standing(Line::Authenticates, same).0, Standing::Pass);
    let mut went = json!({ "fact": "fail-closed", "account": NAME, "version": 1, "consumer": "etl-01",
        "outcome": "pass", "on": "2026-11-01" });
    went["detail"] = json!({ "environment": "staging" });
    let (found, _) = standing(Line::FailsClosed, json!({ "fact/fail-closed": went }));
    assert_eq!(found, Standing::Missing);
}
