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

/// What a server answers to a bad logon.
pub const BAD: [u16; 3] = [400, 401, 403];

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

/// What probes of some kinds saw of a version on one side, as recorded: when, what, and how it was answered.
fn seen<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    (wanted, wanted_side): (u32, Side),
    kinds: &[ProbeKind],
    place: Option<&EnvironmentName>,
) -> impl Iterator<Item = (Timestamp, Outcome, Option<u16>)> {
    facts.into_iter().filter_map(move |fact| {
        let Fact::Evidence {
            version,
            probe,
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
        let is_here = environment.is_none() || place.is_none() || environment == place;
        let is_it = *version == wanted
            && side.unwrap_or(Side::Provider) == wanted_side
            && kinds.contains(probe);
        let at = detail.and_then(|detail| detail.at);
        let at = at.unwrap_or_else(|| Timestamp::from(*on));
        (is_it && is_here).then(|| (at, *outcome, detail.and_then(|detail| detail.status)))
    })
}

/// Whether a version was seen to read in an environment when it was last tried, as recorded.
pub fn was_read<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    version: u32,
    side: Side,
    place: &EnvironmentName,
) -> bool {
    let reads = seen(facts, (version, side), &[ProbeKind::Read], Some(place));
    // Of two at the same moment the worse counts.
    let last = reads.max_by_key(|(at, outcome, _)| (*at, *outcome != Outcome::Pass));
    last.is_some_and(|(_, outcome, _)| outcome == Outcome::Pass)
}

/// Whether the last logon of a version was refused, as recorded, or may have counted as a bad one: where those are counted,
/// another test is one more of them.
pub fn was_refused<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    version: u32,
    side: Side,
) -> bool {
    let is_bad = |status: Option<u16>| status.is_some_and(|status| BAD.contains(&status));
    let facts: Vec<&Fact> = facts.into_iter().collect();
    let of = |kinds: &'static [ProbeKind]| seen(facts.clone(), (version, side), kinds, None);
    // A read shows the secret too. What is missing, or not as it should be, says nothing against the logon.
    let reads = of(&[ProbeKind::Read]);
    let reads = reads.filter(|(_, outcome, status)| *outcome == Outcome::Pass || is_bad(*status));
    let logons = of(&[ProbeKind::Authenticate]).chain(reads);
    // Of two at the same moment the worse counts.
    let last = logons.max_by_key(|(at, outcome, _)| (*at, *outcome != Outcome::Pass));
    last.is_some_and(|(_, outcome, status)| match outcome {
        Outcome::Fail => true,
        Outcome::Inconclusive => is_bad(status),
        Outcome::Pass => false,
    })
}

/// When a version was last seen to log on at the provider in an environment, as recorded.
pub fn accepted<'f>(
    facts: impl IntoIterator<Item = &'f Fact>,
    version: u32,
    place: &EnvironmentName,
) -> Option<Timestamp> {
    let logons = [ProbeKind::Authenticate, ProbeKind::Read];
    let seen = seen(facts, (version, Side::Provider), &logons, Some(place));
    let good = seen.filter(|(_, outcome, _)| *outcome == Outcome::Pass);
    good.map(|(at, _, _)| at).max()
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
mod tests;
