//! The 23 causes, held against the example of FEMO with a few records changed, as of 2026-11-22.

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

const IMPORT: &str = "unicmms-production-read-only-import-hawthorne";
const STATUS: &str = "unicmms-production-status-sync-hawthorne";
const AGENT: &str = "unicmms-production-ai-agent-draft-hawthorne";
const STAGING: &str = "unicmms-staging-read-only-import";

/// The example, with version 2 of three accounts current since 2026-10-20, and nothing else that happened.
fn base() -> Inventory {
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

fn id(text: &str) -> keyroll::model::record::RecordId {
    text.parse().unwrap()
}

/// The base with records put over it: a table is merged into the record of that id, null takes out.
fn with(records: &Value) -> Inventory {
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

fn merge(body: &mut Value, change: &Value) {
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
struct Asked<'a> {
    cause: Cause,
    account: &'a str,
    records: Value,
    live: Option<Live>,
    jump: Option<&'a str>,
}

fn asked<'a>(cause: Cause, account: &'a str, records: Value) -> Asked<'a> {
    Asked {
        cause,
        account,
        records,
        live: None,
        jump: None,
    }
}

impl Asked<'_> {
    fn verdict(&self) -> Verdict {
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
    fn is(&self, standing: Standing, ground: &str) {
        let verdict = self.verdict();
        assert_eq!(verdict.standing, standing, "{verdict:#?}");
        let says = verdict.grounds.iter().any(|it| it.text.contains(ground));
        assert!(says, "{verdict:#?}");
    }
}

fn is(standing: Standing, ground: &str, cause: Cause, account: &str, records: Value) {
    asked(cause, account, records).is(standing, ground);
}

/// That a command is one, once its words in capitals are filled in.
fn can_be_typed(next: &str) {
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
fn test(account: &str, probe: &str, outcome: &str, on: &str, detail: Value) -> Value {
    json!({ "fact": "evidence", "account": account, "version": 2, "probe": probe, "outcome": outcome, "on": on,
        "detail": detail })
}

fn passed(account: &str, probe: &str) -> Value {
    test(account, probe, "pass", "2026-11-01", json!({}))
}

fn at_platform(account: &str, probe: &str, outcome: &str) -> Value {
    test(
        account,
        probe,
        outcome,
        "2026-11-01",
        json!({ "side": "platform" }),
    )
}

/// What came of the logs, with some discrepancies found.
fn compared(account: &str, records: u64, found: Value) -> Value {
    json!({ "fact": "reconciled", "account": account, "on": "2026-11-20", "compared": { "since": "2026-11-01",
        "until": "2026-11-19", "provider-log": "p", "platform-log": "q", "records": records, "found": found } })
}

/// What a log told of an account, up to a day.
fn read(account: &str, until: &str) -> Value {
    let reading =
        json!({ "side": "provider", "since": "2026-10-01", "until": until, "records": 12 });
    json!({ "fact": "seen", "account": account, "on": until, "reading": reading })
}

fn greeted(heard: Result<u16, Silence>, drift: Option<(i64, i64)>) -> Option<Live> {
    Some(Live {
        greeting: Some(Greeting {
            heard,
            drift: drift.map(|(seconds, slack)| Drift { seconds, slack }),
        }),
        untried: None,
        expired: false,
    })
}

fn asking(cause: Cause, live: Option<Live>) -> Asked<'static> {
    Asked {
        live,
        ..asked(cause, IMPORT, json!({}))
    }
}

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
    for (key, value) in [
        ("version", json!(1)),
        ("on", json!("2026-11-23")),
        ("detail", json!({ "environment": "staging" })),
    ] {
        let mut other = refused.clone();
        other[key] = value;
        is(Unknown, "no logon of version 2", json!({ "fact/a": other }));
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
    asking(Cause::ClockDrift, greeted(Err(Silence::Timeout), None)).is(Unknown, "no clock");
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
}

#[test]
fn the_permission_for_a_field() {
    is(
        Likely,
        "writes nothing",
        Cause::FieldPermission,
        IMPORT,
        json!({}),
    );
    let is =
        |standing, ground, records| is(standing, ground, Cause::FieldPermission, STATUS, records);
    is(
        RuledOut,
        "passed `write`",
        json!({ "fact/a": passed(STATUS, "write") }),
    );
    let reads = json!({ "permissions": ["work-order/view-work-orders"] });
    is(
        Likely,
        "no permission of the account allows `status`",
        json!({ format!("account/{STATUS}"): reads }),
    );
    let write = |status: u16| {
        test(
            STATUS,
            "write",
            "fail",
            "2026-11-01",
            json!({ "status": status }),
        )
    };
    is(
        Likely,
        "answered with status 403",
        json!({ "fact/a": write(403) }),
    );
    is(
        Unknown,
        "answered with status 409",
        json!({ "fact/a": write(409) }),
    );
    is(
        RuledOut,
        "passed `discover`",
        json!({ "fact/a": passed(STATUS, "discover") }),
    );
    is(Unknown, "no `write` of version 2", json!({}));
}

#[test]
fn the_platforms_scope() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::PlatformScope, STATUS, records);
    let account = format!("account/{STATUS}");
    is(
        Likely,
        "no scope of the account allows `status`",
        json!({ &account: { "scopes": ["base.read"] } }),
    );
    is(
        Likely,
        "failed `discover` at the platform",
        json!({ "fact/a": at_platform(STATUS, "discover", "fail") }),
    );
    is(
        RuledOut,
        "passed `discover` at the platform",
        json!({ "fact/a": at_platform(STATUS, "discover", "pass") }),
    );
    // What the provider says is not what the platform says.
    is(
        Unknown,
        "allows `status`, as declared",
        json!({ "fact/a": passed(STATUS, "discover") }),
    );
    is(
        Likely,
        "cmms.statsu",
        json!({ &account: { "scopes": ["cmms.statsu"] } }),
    );
}

#[test]
fn the_approval() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::WorkflowApproval, STATUS, records);
    let approval = format!("approval/{STATUS} status 2026-03-16");
    is(
        RuledOut,
        "`status` is approved by person/cy-chen",
        json!({}),
    );
    is(
        Likely,
        "the approval of `status` by person/cy-chen ended",
        json!({ &approval: { "until": "2026-11-21" } }),
    );
    is(
        Likely,
        "no approval of `status` is recorded",
        json!({ &approval: null }),
    );
    let denied = test(
        STATUS,
        "write",
        "fail",
        "2026-11-01",
        json!({ "status": 403 }),
    );
    is(
        Unknown,
        "the provider's own workflow",
        json!({ "fact/a": denied }),
    );
    asked(Cause::WorkflowApproval, IMPORT, json!({})).is(RuledOut, "no action but to read");
}

#[test]
fn whose_record_it_is() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::SourceOwnership, STATUS, records);
    let decision = |choice: &str| {
        let key = format!("decision/{STATUS} femo/hawthorne");
        let body = json!({ "choice": choice, "reason": "UniCMMS owns it", "by": "person/eva-ek", "on": "2026-03-16" });
        json!({ key: body })
    };
    is(
        Likely,
        "it was decided to read: UniCMMS owns it",
        decision("read"),
    );
    is(RuledOut, "it was decided to write", decision("write"));
    is(Unknown, "no decision and no test says", json!({}));
    is(
        RuledOut,
        "passed `write`",
        json!({ "fact/a": passed(STATUS, "write") }),
    );
    let conflict = test(
        STATUS,
        "write",
        "fail",
        "2026-11-01",
        json!({ "status": 409 }),
    );
    is(
        Likely,
        "answered with status 409",
        json!({ "fact/a": conflict }),
    );
    let none = json!({ "controls": { "conflict-rule": null } });
    is(
        Likely,
        "`controls.conflict-rule`",
        json!({ format!("account/{STATUS}"): none }),
    );
}

#[test]
fn the_scope_of_the_tools() {
    let is = |standing, ground, records| is(standing, ground, Cause::ToolScope, AGENT, records);
    let account = format!("account/{AGENT}");
    is(
        Likely,
        "names no tools",
        json!({ &account: { "agent": { "tools": null } } }),
    );
    is(
        Likely,
        "no scope of the account allows `draft`",
        json!({ &account: { "scopes": ["base.read"] } }),
    );
    is(
        RuledOut,
        "passed `discover` at the platform",
        json!({ "fact/a": at_platform(AGENT, "discover", "pass") }),
    );
    is(Unknown, "as declared", json!({}));
}

#[test]
fn the_agents_identity() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::ServiceIdentity, AGENT, records);
    is(
        Likely,
        "the account is suspended",
        json!({ format!("account/{AGENT}"): { "status": "suspended" } }),
    );
    is(
        Likely,
        "no version of its credential",
        json!({ format!("version/{AGENT} 2"): null }),
    );
    let refused = test(AGENT, "authenticate", "fail", "2026-11-01", json!({}));
    is(
        Likely,
        "failed `authenticate`",
        json!({ "fact/a": refused }),
    );
    is(
        RuledOut,
        "passed `authenticate`",
        json!({ "fact/a": passed(AGENT, "authenticate") }),
    );
    is(Unknown, "no logon of version 2", json!({}));
    asked(Cause::ServiceIdentity, STATUS, json!({}))
        .is(Likely, "an agent acts by an identity of its own");
    let shared =
        json!({ "credential": { "identity": ["svc-femo-unicmms-prod-status-sync-hawthorne"] } });
    is(
        Likely,
        "svc-femo-unicmms-prod-status-sync-hawthorne",
        json!({ format!("account/{AGENT}"): shared }),
    );
}

#[test]
fn the_slice_of_endpoints() {
    let is = |standing, ground, records| is(standing, ground, Cause::EndpointSlice, AGENT, records);
    let slice = |slice: Value| json!({ format!("account/{AGENT}"): { "agent": { "endpoint-slice": slice } } });
    is(Likely, "names no slice", slice(Value::Null));
    is(
        Likely,
        "no path that begins with `/`",
        slice(json!("mcp/base")),
    );
    is(
        Likely,
        "has no environment `production`",
        json!({ "platform/factverse": { "environment": { "production": null } } }),
    );
    let mut lost = at_platform(AGENT, "discover", "inconclusive");
    lost["detail"]["status"] = json!(404);
    is(Likely, "status 404", json!({ "fact/a": lost }));
    is(
        RuledOut,
        "passed `read` at the platform",
        json!({ "fact/a": at_platform(AGENT, "read", "pass") }),
    );
    is(
        Unknown,
        "`/mcp/base/`, as declared",
        json!({ "fact/a": passed(AGENT, "read") }),
    );
}

#[test]
fn what_the_tenant_enabled() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::TenantEnablement, AGENT, records);
    let off = json!({ "agent": { "tenant-enabled": false } });
    is(
        Likely,
        "has not enabled the agent",
        json!({ format!("account/{AGENT}"): off }),
    );
    is(
        RuledOut,
        "at the platform",
        json!({ "fact/a": at_platform(AGENT, "authenticate", "pass") }),
    );
    is(Unknown, "as declared", json!({}));
}

#[test]
fn the_gate() {
    let is = |standing, ground, records| is(standing, ground, Cause::ReviewGate, AGENT, records);
    let none = json!({ "controls": { "review-gate": null } });
    is(
        Likely,
        "`controls.review-gate`",
        json!({ format!("account/{AGENT}"): none }),
    );
    is(
        Likely,
        "`person/wm-hawthorne`, who reviews, has left",
        json!({ "person/wm-hawthorne": { "left": "2026-11-20" } }),
    );
    is(
        Unknown,
        "`person/wm-hawthorne` reviews each draft",
        json!({ "person/wm-hawthorne": { "left": "2026-11-23" } }),
    );
    is(
        Likely,
        "no approval of `draft`",
        json!({ format!("approval/{AGENT} draft 2026-03-16"): null }),
    );
    is(
        RuledOut,
        "passed `write` at the platform",
        json!({ "fact/a": at_platform(AGENT, "write", "pass") }),
    );
}

#[test]
fn the_way_that_an_action_took() {
    let is = |standing, ground, records| is(standing, ground, Cause::ActionPath, IMPORT, records);
    let missing = json!({ "missing-at-platform": 3, "outside-boundary": 1 });
    is(
        Likely,
        "`outside-boundary`: 1, `missing-at-platform`: 3",
        json!({ "fact/a": compared(IMPORT, 9, missing) }),
    );
    is(
        RuledOut,
        "agree on that, in 9 records",
        json!({ "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "hold no record of the account",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    // What one side tells was held against nothing.
    is(
        Unknown,
        "hold 12 records of the account, and none that could be held against the other side",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, "2026-11-19") }),
    );
    is(Unknown, "never held against each other", json!({}));
    let by_hand = json!({ "consumer/sync-hawthorne": { "host": null, "person": "cy-chen" } });
    is(Likely, "cy-chen", by_hand);
}

#[test]
fn the_accounts_identity_in_the_logs() {
    let is = |standing, ground, records| is(standing, ground, Cause::AccountId, IMPORT, records);
    let nameless = json!({ "credential": { "identity": [] } });
    is(
        Likely,
        "does not say how the provider calls",
        json!({ format!("account/{IMPORT}"): nameless }),
    );
    let list = |ghosts: Value| {
        json!({ "fact": "listed", "provider": "unicmms", "on": "2026-11-20", "census": { "environment": "production",
            "list": "accounts.csv", "listed": 40, "ghosts": ghosts } })
    };
    is(
        Likely,
        "own list has no identity",
        json!({ "fact/a": list(json!([IMPORT])) }),
    );
    is(
        Unknown,
        "never held",
        json!({ "fact/a": list(json!([STATUS])) }),
    );
    is(
        Likely,
        "no record under its identity",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    is(
        Likely,
        "`wrong-environment`",
        json!({ "fact/a": compared(IMPORT, 5, json!({ "wrong-environment": 5 })) }),
    );
    is(
        RuledOut,
        "5 writes in the logs",
        json!({ "fact/a": compared(IMPORT, 5, json!({})) }),
    );
    is(
        RuledOut,
        "12 records of a log",
        json!({ "fact/a": read(IMPORT, "2026-11-19") }),
    );
    // What only reads has no writes to compare; an older log says nothing of a newer one.
    let both =
        |until| json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, until) });
    is(RuledOut, "12 records of a log", both("2026-11-01"));
    is(Likely, "no record under its identity", both("2026-10-31"));
}

#[test]
fn the_sync_log() {
    let is = |standing, ground, records| is(standing, ground, Cause::SyncLog, IMPORT, records);
    let audit = |audit: Value| json!({ format!("account/{IMPORT}"): { "audit": audit } });
    is(Likely, "names no log", audit(Value::Null));
    is(Likely, "names no log", audit(json!({ "sink": null })));
    is(
        Likely,
        "does not ask for `import`",
        audit(json!({ "records": ["retry", "failure"] })),
    );
    asked(
        Cause::SyncLog,
        STATUS,
        json!({ format!("account/{STATUS}"): { "audit": { "records": ["import"] } } }),
    )
    .is(Likely, "does not ask for `write`");
    let missing = json!({ "missing-at-platform": 2 });
    is(
        Likely,
        "`missing-at-platform`: 2",
        json!({ "fact/a": compared(IMPORT, 9, missing) }),
    );
    is(
        RuledOut,
        "agree on that",
        json!({ "fact/a": compared(IMPORT, 9, json!({ "missing-at-provider": 2 })) }),
    );
    let short = json!({ "audit": { "retention": "2d" } });
    is(
        Unknown,
        "older than the log is kept",
        json!({ format!("account/{IMPORT}"): short, "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "hold no record of the account",
        json!({ "fact/a": compared(IMPORT, 0, json!({})) }),
    );
    let read = read(IMPORT, "2026-11-19");
    is(
        Unknown,
        "hold 12 records",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read }),
    );
    is(Unknown, "never held", json!({}));
}

#[test]
fn the_providers_response() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::ProviderResponse, IMPORT, records);
    let missing = json!({ "missing-at-provider": 2 });
    is(
        Likely,
        "`missing-at-provider`: 2",
        json!({ "fact/a": compared(IMPORT, 9, missing), "fact/b": passed(IMPORT, "audit") }),
    );
    is(
        Likely,
        "failed `audit`",
        json!({ "fact/b": test(IMPORT, "audit", "fail", "2026-11-01", json!({})) }),
    );
    is(
        RuledOut,
        "passed `audit`",
        json!({ "fact/b": passed(IMPORT, "audit") }),
    );
    is(
        RuledOut,
        "agree on that",
        json!({ "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    is(
        Unknown,
        "no write of the account is in the logs",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read(IMPORT, "2026-11-19") }),
    );
    is(Unknown, "no `audit` of version 2", json!({}));
}

#[test]
fn who_tries_again() {
    let is = |standing, ground, records| is(standing, ground, Cause::RetryHandler, IMPORT, records);
    for kind in ["not-retried", "retry-storm"] {
        is(
            Likely,
            kind,
            json!({ "fact/a": compared(IMPORT, 9, json!({ kind: 1 })) }),
        );
    }
    let account = format!("account/{IMPORT}");
    is(
        Likely,
        "does not ask for `retry`",
        json!({ &account: { "audit": { "records": ["import"] } } }),
    );
    asked(
        Cause::RetryHandler,
        STATUS,
        json!({ format!("account/{STATUS}"): { "controls": { "retry-log": null } } }),
    )
    .is(Likely, "`controls.retry-log`");
    is(
        RuledOut,
        "agree on that",
        json!({ "fact/a": compared(IMPORT, 9, json!({})) }),
    );
    let read = read(IMPORT, "2026-11-19");
    is(
        Unknown,
        "hold 12 records",
        json!({ "fact/a": compared(IMPORT, 0, json!({})), "fact/b": read }),
    );
    is(Unknown, "never held", json!({}));
}

#[test]
fn every_cause_has_its_test() {
    let text = include_str!("causes.rs");
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
