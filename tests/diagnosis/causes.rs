//! What the tests of the 23 causes share: the example of FEMO with a few records changed, as of 2026-11-22. The tests stand
//! in one file for each row of the guide.

use std::sync::OnceLock;

use keyroll::catalog::Glossaries;
use keyroll::diagnosis::{self, Case, Known, RULES};
use keyroll::manifest;
use keyroll::model::diagnosis::Standing::{self, Likely, RuledOut, Unknown};
use keyroll::model::diagnosis::{Cause, Drift, Greeting, Live, Silence, Verdict};
use keyroll::model::inventory::Inventory;
use keyroll::model::record::Record;
use keyroll::rules::{self, Facts, Selection, Terms};
use serde_json::{Value, json};

pub const IMPORT: &str = "unicmms-production-read-only-import-hawthorne";
pub const STATUS: &str = "unicmms-production-status-sync-hawthorne";
pub const AGENT: &str = "unicmms-production-ai-agent-draft-hawthorne";
pub const STAGING: &str = "unicmms-staging-read-only-import";

/// The example, with version 2 of three accounts current since 2026-10-20, and nothing else that happened.
pub fn base() -> Inventory {
    static BASE: OnceLock<Inventory> = OnceLock::new();
    let read = || {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/femo");
        let read = manifest::read(&[folder.into()]);
        assert!(read.problems.is_empty(), "{:?}", read.problems);
        let mut inventory = read.inventory;
        for account in [IMPORT, STATUS, AGENT] {
            let version =
                json!({ "stage": "current", "issued": "2026-10-20", "expires": "2027-01-23" });
            let record = Record::from_value(&id(&format!("version/{account} 2")), version);
            inventory.put(record.unwrap());
        }
        inventory
    };
    BASE.get_or_init(read).clone()
}

pub fn id(text: &str) -> keyroll::model::record::RecordId {
    text.parse().unwrap()
}

/// The base with records put over it: a table is merged into the record of that id, null takes out.
pub fn with(records: &Value) -> Inventory {
    let mut inventory = base();
    for (name, change) in records.as_object().unwrap() {
        let old = inventory.remove(&id(name));
        if change.is_null() {
            continue;
        }
        let mut body = old.map_or(json!({}), |record| record.to_value());
        merge(&mut body, change);
        inventory.put(Record::from_value(&id(name), body).unwrap());
    }
    inventory
}

pub fn merge(body: &mut Value, change: &Value) {
    match (body, change) {
        (Value::Object(body), Value::Object(change)) => {
            for (key, value) in change {
                match value.is_null() {
                    true => drop(body.remove(key)),
                    false => merge(body.entry(key.as_str()).or_insert(Value::Null), value),
                }
            }
        }
        (body, change) => *body = change.clone(),
    }
}

/// All that is asked in one diagnosis.
pub struct Asked<'a> {
    pub cause: Cause,
    pub account: &'a str,
    pub records: Value,
    pub live: Option<Live>,
    pub jump: Option<&'a str>,
}

pub fn asked<'a>(cause: Cause, account: &'a str, records: Value) -> Asked<'a> {
    Asked {
        cause,
        account,
        records,
        live: None,
        jump: None,
    }
}

impl Asked<'_> {
    pub fn verdict(&self) -> Verdict {
        let inventory = with(&self.records);
        let glossaries = Glossaries::of(&inventory);
        let day = "2026-11-22".parse().unwrap();
        let facts = Facts::new(&inventory, &glossaries, day);
        let selection = Selection {
            select: RULES.iter().map(|rule| (*rule).to_owned()).collect(),
            only_selected: true,
            ..Selection::all()
        };
        assert_eq!(selection.known(), Ok(()));
        let findings = rules::judge(&facts, &selection);
        let known = Known {
            findings: &findings,
            live: self.live.as_ref(),
            jump: self.jump,
            ..Known::default()
        };
        let terms = Terms {
            glossaries,
            policy: facts.policy,
            as_of: day,
        };
        let account = self.account.parse().unwrap();
        let case = Case::of(&account, &inventory, &terms, known).unwrap();
        let all = diagnosis::judge(&case, self.cause.symptom());
        assert_eq!(all.len(), self.cause.symptom().causes().count());
        assert!(all.is_sorted_by_key(|it| it.standing), "{all:#?}");
        for verdict in &all {
            assert!(!verdict.grounds.is_empty(), "{verdict:?}");
            assert_eq!(
                verdict.next.is_none(),
                verdict.standing == RuledOut,
                "{verdict:?}"
            );
            verdict.next.iter().for_each(|next| can_be_typed(next));
        }
        let ours = all.into_iter().find(|it| it.cause == self.cause);
        ours.unwrap()
    }

    /// That the cause stands so, on a ground that says this.
    pub fn is(&self, standing: Standing, ground: &str) {
        let verdict = self.verdict();
        assert_eq!(verdict.standing, standing, "{verdict:#?}");
        let says = verdict.grounds.iter().any(|it| it.text.contains(ground));
        assert!(says, "{verdict:#?}");
    }
}

pub fn is(standing: Standing, ground: &str, cause: Cause, account: &str, records: Value) {
    asked(cause, account, records).is(standing, ground);
}

/// That a command is one, once its words in capitals are filled in.
pub fn can_be_typed(next: &str) {
    let Some(ours) = next.strip_prefix("keyroll ") else {
        assert_eq!(next, "timedatectl status");
        return;
    };
    let filled = [
        ("OUTCOME", "pass"),
        ("DATE", "2027-03-31"),
        ("WHO", "person/jo"),
    ];
    let filled = filled.iter().fold(ours.to_owned(), |text, (word, value)| {
        text.replace(word, value)
    });
    let all = keyroll::cli::command();
    let audit = all.find_subcommand("audit").unwrap();
    if ours.starts_with("audit reconcile ") && audit.find_subcommand("reconcile").is_none() {
        return;
    }
    let words = ["keyroll"].into_iter().chain(filled.split(' '));
    let parsed = all.try_get_matches_from(words);
    assert!(parsed.is_ok(), "{next}: {}", parsed.unwrap_err());
}

/// A test of version 2 with more of its detail.
pub fn test(account: &str, probe: &str, outcome: &str, on: &str, detail: Value) -> Value {
    json!({ "fact": "evidence", "account": account, "version": 2, "probe": probe, "outcome": outcome, "on": on,
        "detail": detail })
}

pub fn passed(account: &str, probe: &str) -> Value {
    test(account, probe, "pass", "2026-11-01", json!({}))
}

pub fn at_platform(account: &str, probe: &str, outcome: &str) -> Value {
    test(
        account,
        probe,
        outcome,
        "2026-11-01",
        json!({ "side": "platform" }),
    )
}

/// What came of the logs, with some discrepancies found.
pub fn compared(account: &str, records: u64, found: Value) -> Value {
    json!({ "fact": "reconciled", "account": account, "on": "2026-11-20", "compared": { "since": "2026-11-01",
        "until": "2026-11-19", "provider-log": "p", "platform-log": "q", "records": records, "found": found } })
}

/// What a log told of an account, up to a day.
pub fn read(account: &str, until: &str) -> Value {
    let reading =
        json!({ "side": "provider", "since": "2026-10-01", "until": until, "records": 12 });
    json!({ "fact": "seen", "account": account, "on": until, "reading": reading })
}

pub fn greeted(heard: Result<u16, Silence>, drift: Option<(i64, i64)>) -> Option<Live> {
    Some(Live {
        greeting: Some(Greeting {
            heard,
            drift: drift.map(|(seconds, slack)| Drift { seconds, slack }),
        }),
        untried: None,
        expired: false,
    })
}

pub fn asking(cause: Cause, live: Option<Live>) -> Asked<'static> {
    Asked {
        live,
        ..asked(cause, IMPORT, json!({}))
    }
}

#[test]
fn every_cause_has_its_test() {
    let text = [
        include_str!("authentication.rs"),
        include_str!("production.rs"),
        include_str!("write.rs"),
        include_str!("agent.rs"),
        include_str!("audit.rs"),
    ]
    .concat();
    for cause in Cause::ALL {
        assert!(text.contains(&format!("Cause::{cause:?}")), "{cause}");
    }
}

#[test]
fn the_likeliest_comes_first() {
    let records = json!({ format!("account/{IMPORT}"): { "expires": "2026-11-21" },
        "fact/a": test(IMPORT, "authenticate", "fail", "2026-11-01", json!({ "status": 403 })) });
    let inventory = with(&records);
    let glossaries = Glossaries::of(&inventory);
    let facts = Facts::new(&inventory, &glossaries, "2026-11-22".parse().unwrap());
    let terms = Terms {
        glossaries,
        policy: facts.policy,
        as_of: facts.as_of,
    };
    let account = IMPORT.parse().unwrap();
    let case = Case::of(&account, &inventory, &terms, Known::default()).unwrap();
    let all = diagnosis::judge(&case, Cause::Expiry.symptom());
    let order: Vec<Cause> = all.iter().map(|it| it.cause).collect();
    let expected = [
        Cause::Expiry,
        Cause::SecretValue,
        Cause::IpAllowlist,
        Cause::ProviderEnvironment,
        Cause::ClockDrift,
    ];
    assert_eq!(order, expected);
    assert_eq!(diagnosis::worst(&all), Some(Likely));
}

/// What rules each cause out by a test, or by logs, of a day.
fn speaking_against(on: &str) -> Vec<(Cause, &'static str, Value)> {
    let passed = |account, probe| test(account, probe, "pass", on, json!({}));
    let there = |probe| test(AGENT, probe, "pass", on, json!({ "side": "platform" }));
    let mut logs = compared(IMPORT, 9, json!({ "not-retried": 0 }));
    logs["on"] = json!(on);
    let mut log = read(IMPORT, on);
    log["reading"]["since"] = json!(on);
    let fact = |fact: Value| json!({ "fact/a": fact });
    let seen = json!({ "fact": "seen", "account": IMPORT, "on": "2026-11-19" });
    let at_work = json!({ "fact/a": passed(IMPORT, "read"), "fact/b": seen });
    vec![
        (Cause::SecretValue, IMPORT, at_work),
        (
            Cause::ProviderEnvironment,
            IMPORT,
            fact(passed(IMPORT, "read")),
        ),
        (
            Cause::EnvironmentEndpoint,
            IMPORT,
            fact(passed(STATUS, "read")),
        ),
        (Cause::TenantBoundary, STATUS, fact(passed(STATUS, "read"))),
        (
            Cause::ProviderRole,
            IMPORT,
            fact(passed(IMPORT, "discover")),
        ),
        (
            Cause::FieldPermission,
            STATUS,
            fact(passed(STATUS, "write")),
        ),
        (Cause::PlatformScope, AGENT, fact(there("discover"))),
        (
            Cause::WorkflowApproval,
            STATUS,
            fact(passed(STATUS, "write")),
        ),
        (
            Cause::SourceOwnership,
            STATUS,
            fact(passed(STATUS, "write")),
        ),
        (Cause::ToolScope, AGENT, fact(there("discover"))),
        (
            Cause::ServiceIdentity,
            AGENT,
            fact(passed(AGENT, "authenticate")),
        ),
        (Cause::EndpointSlice, AGENT, fact(there("read"))),
        (Cause::TenantEnablement, AGENT, fact(there("read"))),
        (Cause::ReviewGate, AGENT, fact(there("write"))),
        (Cause::ActionPath, IMPORT, fact(logs.clone())),
        (Cause::AccountId, IMPORT, fact(log)),
        (Cause::SyncLog, IMPORT, fact(logs.clone())),
        (
            Cause::ProviderResponse,
            IMPORT,
            fact(passed(IMPORT, "audit")),
        ),
        (Cause::RetryHandler, IMPORT, fact(logs)),
    ]
}

#[test]
fn what_is_older_than_evidence_counts_rules_nothing_out() {
    for (cause, account, records) in speaking_against("2026-05-26") {
        asked(cause, account, records).is(RuledOut, "");
    }
    let renewing = ["test", "evidence add", "audit reconcile"];
    for (cause, account, records) in speaking_against("2026-05-25") {
        let asked = asked(cause, account, records);
        let verdict = asked.verdict();
        assert_ne!(verdict.standing, RuledOut, "{verdict:#?}");
        if verdict.standing == Likely {
            // Something else speaks for it.
            assert_eq!(cause, Cause::TenantBoundary, "{verdict:#?}");
            continue;
        }
        asked.is(Unknown, "that was 181 days ago, and counts for 180");
        let next = verdict.next.unwrap();
        let is_renewing = |what: &&str| next.starts_with(&format!("keyroll {what} "));
        assert!(renewing.iter().any(is_renewing), "{next}");
    }
}

#[test]
fn what_is_older_than_evidence_counts_makes_nothing_likely() {
    let failed = |probe, status: u16| {
        let detail = json!({ "status": status });
        json!({ "fact/a": test(STATUS, probe, "fail", "2026-05-25", detail) })
    };
    let mut logs = compared(STATUS, 9, json!({ "missing-at-platform": 1 }));
    logs["on"] = json!("2026-05-25");
    for (cause, records) in [
        (Cause::SecretValue, failed("authenticate", 401)),
        (Cause::ProviderRole, failed("discover", 403)),
        (Cause::FieldPermission, failed("write", 403)),
        (Cause::SourceOwnership, failed("write", 409)),
        (Cause::ProviderResponse, failed("audit", 403)),
        (Cause::SyncLog, json!({ "fact/a": logs })),
    ] {
        asked(cause, STATUS, records).is(Unknown, "that was 181 days ago, and counts for 180");
    }
}
