//! Which probes of an account are run, in which order, and which are left out, with the reason. Runs none.

use std::collections::BTreeMap;

use crate::model::account::Account;
use crate::model::date::Timestamp;
use crate::model::entitlement::Side;
use crate::model::fact::{Fact, Outcome, Refusal};
use crate::model::id::EnvironmentName;
use crate::model::probe::{Probe, ProbeKind};

/// What comes first: a logon before anything that needs one, reads before writes, and the trail of it all at the end.
pub const ORDER: &[ProbeKind] = &[
    ProbeKind::Authenticate,
    ProbeKind::Discover,
    ProbeKind::Read,
    ProbeKind::Foreign,
    ProbeKind::Forbidden,
    ProbeKind::Write,
    ProbeKind::Audit,
];

/// Why a probe is left out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LeftOut {
    #[error("it writes: --allow-write runs it")]
    Unasked,
    #[error("the account lists no fields that may be written: `controls.fields`")]
    NoFields,
    #[error("it writes `{0}`, which is not among the fields that the account may write")]
    Field(String),
    #[error(
        "the fields that it writes cannot be told: its body is neither a JSON object nor a form"
    )]
    UnclearFields,
    #[error("the account has no window for tests: `controls.test-window`")]
    NoWindow,
    #[error("it is outside of the account's window for tests, {0}")]
    OutsideWindow(String),
    #[error("nothing was seen to be read by this version here: writes come after")]
    Unread,
    #[error("the logon was refused, and another bad one could lock the account")]
    RefusedLogon,
}

/// One probe, and whether it is run.
#[derive(Clone, Debug)]
pub struct Planned<'p> {
    pub kind: ProbeKind,
    pub probe: &'p Probe,
    pub writes: bool,
    pub left_out: Option<LeftOut>,
}

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Wish<'w> {
    /// All that there are, where it is empty.
    pub kinds: &'w [ProbeKind],
    pub allow_write: bool,
    /// Whether it is within a window.
    pub is_open: &'w dyn Fn(&crate::model::rotation::Window, Timestamp) -> bool,
    pub now: Timestamp,
}

/// The probes in their order. Whether a read has passed is asked again as they are run.
pub fn plan<'p>(
    account: &Account,
    tests: &'p BTreeMap<ProbeKind, Probe>,
    wish: Wish<'_>,
) -> Vec<Planned<'p>> {
    let wanted = |kind: &ProbeKind| wish.kinds.is_empty() || wish.kinds.contains(kind);
    let kinds = ORDER.iter().filter(|kind| wanted(kind));
    let probes = kinds.filter_map(|kind| Some((*kind, tests.get(kind)?)));
    let planned = probes.map(|(kind, probe)| {
        let writes = probe.writes(kind);
        Planned {
            kind,
            probe,
            writes,
            left_out: match writes {
                true => may_write(account, kind, probe, wish).err(),
                false => None,
            },
        }
    });
    planned.collect()
}

/// Whether a probe that writes may be run. What must be denied writes no field, where all is well.
fn may_write(
    account: &Account,
    kind: ProbeKind,
    probe: &Probe,
    wish: Wish<'_>,
) -> Result<(), LeftOut> {
    if !wish.allow_write {
        return Err(LeftOut::Unasked);
    }
    let window = account.controls.test_window.as_ref();
    match window {
        Some(window) if !(wish.is_open)(window, wish.now) => {
            return Err(LeftOut::OutsideWindow(window.to_string()));
        }
        None if kind == ProbeKind::Write => return Err(LeftOut::NoWindow),
        Some(_) | None => {}
    }
    match kind {
        ProbeKind::Write => only_listed_fields(account, probe),
        ProbeKind::Authenticate
        | ProbeKind::Discover
        | ProbeKind::Read
        | ProbeKind::Foreign
        | ProbeKind::Forbidden
        | ProbeKind::Audit
        | ProbeKind::Session => Ok(()),
    }
}

/// Whether a request writes nothing but what the account may write. What a program writes is not seen: the fields that
/// are listed are then its author's to keep to.
fn only_listed_fields(account: &Account, probe: &Probe) -> Result<(), LeftOut> {
    let listed = account.controls.fields.iter();
    let listed: Vec<&str> = listed.map(|field| field.as_str().trim()).collect();
    if listed.iter().all(|field| field.is_empty()) {
        return Err(LeftOut::NoFields);
    }
    let Some(http) = &probe.http else {
        return Ok(());
    };
    let mut written = Vec::new();
    match &http.body {
        Some(serde_json::Value::Object(fields)) => fields_of(fields, "", &mut written),
        None if !http.form.is_empty() => written.extend(http.form.keys().cloned()),
        Some(_) | None => return Err(LeftOut::UnclearFields),
    }
    // A field is listed itself, or as a whole with what is below it.
    let is_listed = |field: &String| {
        listed.iter().any(|listed| {
            let below = field.strip_prefix(listed);
            below.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        })
    };
    match written.into_iter().find(|field| !is_listed(field)) {
        Some(field) => Err(LeftOut::Field(shown(&field))),
        None => Ok(()),
    }
}

fn fields_of(
    fields: &serde_json::Map<String, serde_json::Value>,
    above: &str,
    out: &mut Vec<String>,
) {
    for (key, value) in fields {
        let name = match above {
            "" => key.clone(),
            above => format!("{above}.{key}"),
        };
        match value {
            serde_json::Value::Object(below) if !below.is_empty() => fields_of(below, &name, out),
            _ => out.push(name),
        }
    }
}

fn shown(field: &str) -> String {
    let short: String = field.chars().take(60).collect();
    short.escape_debug().to_string()
}

/// Whether a version was seen to read in an environment when it was last tried, as recorded.
pub fn was_read<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    wanted: u32,
    wanted_side: Side,
    place: &EnvironmentName,
) -> bool {
    let reads = facts.into_iter().filter_map(|fact| {
        let Fact::Evidence {
            version,
            probe: ProbeKind::Read,
            outcome,
            on,
            detail,
            ..
        } = fact
        else {
            return None;
        };
        let detail = detail.as_deref();
        let side = detail.and_then(|detail| detail.side);
        let environment = detail.and_then(|detail| detail.environment.as_ref());
        let is_it = *version == wanted
            && side.unwrap_or(Side::Provider) == wanted_side
            && environment.is_none_or(|environment| environment == place);
        let at = detail.and_then(|detail| detail.at);
        is_it.then(|| (at.unwrap_or_else(|| Timestamp::from(*on)), *outcome))
    });
    // Of two at the same moment the worse counts.
    let last = reads.max_by_key(|(at, outcome)| (*at, *outcome != Outcome::Pass));
    last.is_some_and(|(_, outcome)| outcome == Outcome::Pass)
}

/// Whether the last logon of a version in an environment was refused, as recorded: where bad logons are counted, another
/// test is one more of them.
pub fn was_refused<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    wanted: u32,
    wanted_side: Side,
) -> bool {
    let logons = facts.into_iter().filter_map(|fact| {
        let Fact::Evidence {
            version,
            probe: ProbeKind::Authenticate,
            outcome,
            on,
            detail,
            ..
        } = fact
        else {
            return None;
        };
        let detail = detail.as_deref();
        let side = detail.and_then(|detail| detail.side);
        let is_it = *version == wanted && side.unwrap_or(Side::Provider) == wanted_side;
        let at = detail.and_then(|detail| detail.at);
        is_it.then(|| (at.unwrap_or_else(|| Timestamp::from(*on)), *outcome))
    });
    let last = logons.max_by_key(|(at, _)| *at);
    last.is_some_and(|(_, outcome)| outcome == Outcome::Fail)
}

/// Whether one more logon with a version could lock its account at the provider: bad ones are counted there, and the last
/// one was refused, as recorded.
pub fn could_lock<'f>(
    facts: impl Iterator<Item = &'f Fact>,
    version: u32,
    lockout_after: Option<u32>,
) -> bool {
    match lockout_after {
        None => false,
        Some(0 | 1) => true,
        Some(_) => {
            let facts: Vec<&Fact> = facts.collect();
            was_withdrawn(facts.iter().copied(), version)
                || was_refused(facts, version, Side::Provider)
        }
    }
}

/// Whether a fresh logon with a version was seen refused after it was taken away.
pub fn was_withdrawn<'f>(mut facts: impl Iterator<Item = &'f Fact>, wanted: u32) -> bool {
    facts.any(|fact| {
        matches!(fact, Fact::Refused { version, way: Refusal::FreshLogon, .. } if *version == wanted)
    })
}

#[cfg(test)]
mod tests {
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
}
