//! Each kind of finding by a log that has it, and beside it by one that has not.

mod joined;
mod recorded;

use serde_json::{Value, json};

use crate::catalog::Policy;
use crate::model::entitlement::Side;
use crate::model::finding::Severity;
use crate::model::inventory::Inventory;
use crate::model::record::Record;
use crate::reconcile::{Against, Log, Outcome, facts, read, severity};

fn roll(more: Value) -> Inventory {
    let fields = json!({ "time": "/t", "identity": "/i", "action": "/a", "record": "/r", "boundary": "/b",
        "environment": "/e", "outcome": "/o", "request": "/q" });
    let map = json!({ "form": "jsonl", "fields": fields, "ignored": ["logon"], "failure": ["error"],
        "refused": ["denied"], "retry-within": "10m", "max-tries": 3, "boundaries": { "HAW": "femo/hawthorne" },
        "actions": { "list": "work-order/view-work-orders", "status": "work-order/manage-work-order-status",
            "delete": "work-order/delete-work-order", "push": "status", "close": "closeout" } });
    let body = |environment: &str, identity: &str| {
        json!({ "provider": "unicmms", "environment": environment, "boundary": ["femo/hawthorne"],
            "workflow": "x", "level": "status-sync", "status": "active", "platform": "hub", "scopes": [],
            "permissions": ["work-order/view-work-orders", "work-order/manage-work-order-status", "asset/view-assets"],
            "credential": { "kind": "api-key", "store": "age", "identity": [identity] } })
    };
    let mut records = json!({
        "boundary/femo": { "kind": "tenant", "name": "F" },
        "boundary/femo/hawthorne": { "kind": "facility", "name": "H" },
        "boundary/femo/hawthorne/press-1": { "kind": "machine", "name": "P" },
        "boundary/femo/berlin": { "kind": "facility", "name": "B" },
        "platform/hub": { "log": map },
        "provider/unicmms": { "catalog": "unicmms", "log": map, "environment": {
            "production": { "endpoint": "https://p.example" }, "staging": { "endpoint": "https://s.example" } } },
        "provider/other": {},
        "account/sync": body("production", "svc-sync"),
        "account/rehearsal": body("staging", "svc-rehearsal"),
        "account/elsewhere": { "provider": "other", "environment": "production", "workflow": "x",
            "level": "read-only-import", "status": "active", "platform": "hub" },
    });
    for (id, put) in more.as_object().unwrap() {
        for (key, value) in put.as_object().unwrap() {
            records[id][key] = value.clone();
        }
    }
    let all = records.as_object().unwrap().iter();
    all.map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap())
        .collect()
}

/// A record of a log: the time of day, and what differs from a status that was set at Hawthorne.
fn line(time: &str, more: Value) -> String {
    let mut body = json!({ "t": format!("2026-11-20T{time}Z"), "i": "svc-sync", "a": "status", "r": "WO-1",
        "o": "ok", "q": format!("q-{time}") });
    let more = more.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(more);
    format!("{body}\n")
}

struct Reading {
    inventory: Inventory,
    since: Option<&'static str>,
    until: Option<&'static str>,
    record: Option<&'static str>,
    now: &'static str,
}

impl Reading {
    fn of(more: Value) -> Reading {
        Reading {
            inventory: roll(more),
            since: None,
            until: None,
            record: None,
            now: "2026-11-22T08:00:00Z",
        }
    }

    fn read(&self, provider: Option<&[String]>, platform: Option<&[String]>) -> Outcome {
        let files = [(Side::Provider, provider), (Side::Platform, platform)];
        let files = files.map(|(side, lines)| Some((side, lines?)));
        self.read_files(&files.into_iter().flatten().collect::<Vec<_>>())
    }

    /// The same of any files of each side.
    fn read_files(&self, files: &[(Side, &[String])]) -> Outcome {
        let (id, hub) = ("unicmms".parse().unwrap(), "hub".parse().unwrap());
        let environment = "production".parse().unwrap();
        let against = Against {
            inventory: &self.inventory,
            policy: Policy::shipped(),
            provider: &id,
            platform: Some(&hub),
            environment: Some(&environment),
            ended: [(
                "sync".parse().unwrap(),
                "2026-11-20T00:00:00Z".parse().unwrap(),
            )]
            .into(),
            since: self.since.map(|day| day.parse().unwrap()),
            until: self.until.map(|day| day.parse().unwrap()),
            record: self.record.map(str::to_owned),
            today: "2026-11-22".parse().unwrap(),
            now: self.now.parse().unwrap(),
            examples: 2,
        };
        let map = |side| match side {
            Side::Provider => self.inventory.providers[&id].log.as_deref().unwrap(),
            Side::Platform => self.inventory.platforms[&hub].log.as_deref().unwrap(),
        };
        let texts = files.iter().map(|(side, lines)| (*side, lines.concat()));
        let texts: Vec<(Side, String)> = texts.collect();
        let logs = texts.iter().map(|(side, text)| Log {
            side: *side,
            name: side.as_str().parse().unwrap(),
            map: map(*side),
            from: Box::new(text.as_bytes()),
        });
        read(&against, logs.collect()).unwrap()
    }
}

fn told(outcome: &Outcome) -> Vec<String> {
    let one = |finding: &crate::reconcile::Finding| {
        let who = finding.account.as_ref().map(|id| id.to_string());
        let what = finding.what.clone().unwrap_or_default();
        let text = format!(
            "{} {} {what} {}",
            finding.kind,
            who.unwrap_or_default(),
            finding.count
        );
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    outcome.findings.iter().map(one).collect()
}

/// What one record of the provider's log tells.
fn one(record: Value) -> Vec<String> {
    let lines = [line("08:00:00", record)];
    told(&Reading::of(json!({})).read(Some(&lines), None))
}

#[test]
fn work_that_is_as_the_roll_has_it_is_nothing_to_tell() {
    for record in [
        json!({}),
        json!({ "b": "HAW" }),
        json!({ "b": "femo/hawthorne/press-1" }),
        json!({ "e": "production" }),
        json!({ "i": "sync" }),
        json!({ "a": "logon" }),
        json!({ "a": "asset/view-assets" }),
        json!({ "i": "svc-rehearsal", "e": "staging" }),
    ] {
        assert_eq!(one(record.clone()), [""; 0], "{record}");
    }
}

#[test]
fn a_record_that_is_not_as_the_roll_has_it_is_told() {
    for (record, expected) in [
        (
            json!({ "i": "svc-nobody" }),
            "unknown-identity svc-nobody 1",
        ),
        (json!({ "a": "dance" }), "unknown-action dance 1"),
        (json!({ "b": "MARS" }), "unknown-place MARS 1"),
        (json!({ "e": "moon" }), "unknown-place moon 1"),
        (
            json!({ "b": "femo/berlin" }),
            "outside-boundary sync femo/berlin 1",
        ),
        (json!({ "b": "femo" }), "outside-boundary sync femo 1"),
        (
            json!({ "e": "staging" }),
            "wrong-environment sync staging 1",
        ),
        (
            json!({ "i": "svc-rehearsal" }),
            "wrong-environment rehearsal production 1",
        ),
        (json!({ "a": "close" }), "beyond-level sync close 1"),
        (
            json!({ "a": "asset/view-asset-status" }),
            "not-granted sync asset/view-asset-status 1",
        ),
    ] {
        assert_eq!(one(record.clone()), [expected], "{record}");
    }
    let both = [
        "beyond-level sync work-order/delete-work-order 1",
        "not-granted sync work-order/delete-work-order 1",
    ];
    assert_eq!(one(json!({ "a": "delete" })), both);
}

#[test]
fn an_account_of_another_provider_is_no_stranger_to_the_platform() {
    let lines = [line("08:00:00", json!({ "i": "elsewhere" }))];
    let outcome = Reading::of(json!({})).read(None, Some(&lines));
    assert_eq!((told(&outcome).len(), outcome.logs[0].elsewhere), (0, 1));
    let outcome = Reading::of(json!({})).read(Some(&lines), None);
    assert_eq!(told(&outcome), ["unknown-identity elsewhere 1"]);
}

#[test]
fn what_ended_is_told_from_the_day_after() {
    let at = |day: &str| line("08:00:00", json!({ "t": format!("{day}T08:00:00Z") }));
    let lines = ["2026-11-19", "2026-11-20", "2026-11-21"].map(at);
    for (more, expected) in [
        (json!({ "status": "retired" }), "retired-in-use sync 1"),
        (json!({ "status": "suspended" }), "retired-in-use sync 1"),
        (json!({ "expires": "2026-11-20" }), "expired-in-use sync 1"),
    ] {
        let outcome = Reading::of(json!({ "account/sync": more })).read(Some(&lines), None);
        assert_eq!(told(&outcome), [expected], "{more}");
    }
    // Since when it is retired is not known: then all of its work is told.
    let unknown = json!({ "account/rehearsal": { "status": "retired" } });
    let lines = [line(
        "08:00:00",
        json!({ "i": "svc-rehearsal", "e": "staging" }),
    )];
    let outcome = Reading::of(unknown).read(Some(&lines), None);
    assert_eq!(told(&outcome), ["retired-in-use rehearsal 1"]);
}

#[test]
fn a_credential_that_ended_is_told_and_one_of_its_versions_is_enough() {
    let version = |number: u32, expires: Option<&str>| {
        let body = json!({ "stage": "current", "issued": "2026-10-01", "expires": expires });
        let id = format!("version/sync {number}").parse().unwrap();
        Record::from_value(&id, body).unwrap()
    };
    let mut reading = Reading::of(json!({}));
    reading.inventory.put(version(1, Some("2026-11-19")));
    let lines = [line("08:00:00", json!({}))];
    let outcome = reading.read(Some(&lines), None);
    assert_eq!(told(&outcome), ["expired-in-use sync 1"]);
    reading.inventory.put(version(2, None));
    assert_eq!(told(&reading.read(Some(&lines), None)), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_counted_and_named_and_spoils_nothing() {
    let mut lines = vec![
        "nonsense\n".to_owned(),
        "[]\n".to_owned(),
        line("08:00:00", json!({ "t": "yesterday" })),
        line("08:00:00", json!({ "t": "2027-01-01T00:00:00Z" })),
        line("08:00:00", json!({ "t": "1999-12-31T23:59:59Z" })),
        line("08:00:00", json!({ "t": 7 })),
        line("08:00:00", json!({ "i": null })),
        line("08:00:00", json!({ "a": { "b": 1 } })),
        format!("{{\"x\":\"{}\"}}\n", "x".repeat(70_000)),
        line("08:00:00", json!({})),
    ];
    lines.insert(0, "\n".to_owned());
    let outcome = Reading::of(json!({})).read(Some(&lines), None);
    let log = &outcome.logs[0];
    assert_eq!((log.records, log.malformed), (10, 9));
    let days = log.span.map(|(from, to)| (from.date(), to.date()));
    assert_eq!(days.map(|(from, to)| from.days_until(to)), Some(0));
    let named: Vec<u64> = log.examples.iter().map(|one| one.line).collect();
    assert_eq!(named, [2, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert_eq!(outcome.used[0].records, 1);
    assert_eq!(outcome.worst(), Some(Severity::Warning));
}

#[test]
fn findings_beyond_the_bound_are_counted_and_secrets_in_them_are_hidden() {
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let mut lines: Vec<String> = (0..10_050)
        .map(|n| line("08:00:00", json!({ "i": format!("nobody-{n}"), "q": null })))
        .collect();
    lines.insert(0, line("07:00:00", json!({ "i": token, "r": token })));
    let outcome = Reading::of(json!({})).read(Some(&lines), None);
    assert_eq!(outcome.findings.len(), 10_000);
    assert_eq!(outcome.left_out, 51);
    let shown = format!("{:?}", outcome.findings);
    assert!(!shown.contains("16C7e42F292c"), "the token is shown");
}

#[test]
fn names_that_anybody_makes_up_leave_no_finding_of_an_account_out() {
    let mut lines: Vec<String> = (0..10_050)
        .map(|n| line("08:00:00", json!({ "i": format!("nobody-{n}"), "q": null })))
        .collect();
    lines.push(line("09:00:00", json!({ "a": "close", "q": "a" })));
    let platform = [line("09:00:00", json!({ "q": "b" }))];
    let reading = Reading::of(json!({}));
    let outcome = reading.read(Some(&lines), Some(&platform));
    let told = told(&outcome);
    assert!(
        told.contains(&"beyond-level sync close 1".to_owned()),
        "{}",
        told.len()
    );
    assert_eq!((outcome.left_out, outcome.cut.len()), (50, 0));
}

#[test]
fn an_account_of_which_findings_were_left_out_is_not_recorded_as_compared() {
    let mut places = json!({});
    for n in 0..1100 {
        places[format!("boundary/femo/b{n}")] = json!({ "kind": "facility", "name": "B" });
    }
    let at = |n| {
        line(
            "08:00:00",
            json!({ "b": format!("femo/b{n}"), "q": format!("q{n}") }),
        )
    };
    let lines: Vec<String> = (0..1100).map(at).collect();
    let outcome = Reading::of(places.clone()).read(Some(&lines), Some(&lines));
    assert_eq!(outcome.left_out, 200);
    let cut: Vec<String> = outcome.cut.iter().map(|id| id.to_string()).collect();
    assert_eq!(cut, ["sync"]);
    let inventory = roll(places);
    for fact in facts(&outcome, &inventory, (None, None)) {
        assert!(
            !matches!(fact, crate::model::fact::Fact::Reconciled { .. }),
            "{fact:?}"
        );
    }
}

#[test]
fn one_record_can_be_followed() {
    let provider = [
        line(
            "06:00:00",
            json!({ "q": "a", "r": "WO-1", "i": "svc-nobody" }),
        ),
        line("07:00:00", json!({ "q": "b", "r": "WO-2", "a": "close" })),
    ];
    let mut reading = Reading::of(json!({}));
    reading.record = Some("WO-2");
    assert_eq!(
        told(&reading.read(Some(&provider), None)),
        ["beyond-level sync close 1"]
    );
    reading.record = Some("a");
    let outcome = reading.read(Some(&provider), None);
    assert_eq!(told(&outcome), ["unknown-identity svc-nobody 1"]);
    assert_eq!(severity(outcome.findings[0].kind), Severity::Error);
}
