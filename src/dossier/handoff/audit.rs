//! The seventh output: what must be recorded of each account's work, and what came of looking at the logs and the trail.

use std::collections::{BTreeMap, BTreeSet};

use crate::dossier::handoff::{Around, none, or_none, table, told};
use crate::lifecycle::usage::Readings;
use crate::model::account::{Account, AccountStatus};
use crate::model::checklist::Line;
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::fact::Fact;
use crate::model::id::AccountId;
use crate::model::reconciliation::{Compared, Reading};
use crate::model::record::RecordId;
use crate::report::handoff::{Block, Gap, Section};
use crate::report::summary::counted;
use crate::report::view::{Cell, Tone};

/// The rules that miss something here.
const MISSES: &[&str] = &["missing-audit-requirements"];

/// What the logs told of an account.
#[derive(Default)]
struct Told<'a> {
    seen: Option<Date>,
    /// What each log told, with its name.
    readings: Vec<(&'a str, &'a Reading)>,
    compared: Option<(Date, &'a Compared)>,
}

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let logs = logs(around);
    let nothing = Told::default();
    let of = |id: &AccountId| logs.get(id).unwrap_or(&nothing);
    let mut gaps = around.missed(MISSES);
    gaps.extend(unvouched(around));
    gaps.extend(around.unproven(&[Line::AuditRecords]));
    let accounts = around.inventory.accounts.iter();
    gaps.extend(accounts.flat_map(|(id, account)| unlogged(id, account, of(id))));
    Section {
        id: "audit",
        title: "Audit and sync-log verification",
        lead: "Whether imports, writes, retries and failures can be traced: what each log must hold, what was found in it, \
               and how far keyroll's own trail had come."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks: vec![
            requirements(around),
            told(sightings(around, &of)),
            told(reconciliations(around, &of)),
            told(censuses(around)),
            trail(around),
        ],
    }
}

fn requirements(around: &Around<'_, '_>) -> Block {
    let accounts = around.inventory.accounts.iter();
    table(
        "requirements",
        "What must be recorded",
        &["account", "records", "sink", "retention"],
        accounts
            .map(|(id, account)| required(id, account))
            .collect(),
        "There is no account.",
    )
}

fn sightings<'i>(around: &Around<'_, '_>, of: &impl Fn(&AccountId) -> &'i Told<'i>) -> Block {
    // Of the whole roll: on a day when one account rests, the logs of others tell that they were read.
    let readings = Readings::of(around.facts.inventory, around.facts.as_of);
    let accounts = around.inventory.accounts.keys();
    table(
        "sightings",
        "Last seen at work, and what of its rights it used",
        &[
            "account",
            "last-seen",
            "log",
            "covers",
            "records",
            "used",
            "never-used",
        ],
        accounts
            .map(|id| seen(id, of(id), unused(around, &readings, id)))
            .collect(),
        "There is no account.",
    )
}

fn reconciliations<'i>(around: &Around<'_, '_>, of: &impl Fn(&AccountId) -> &'i Told<'i>) -> Block {
    let accounts = around.inventory.accounts.keys();
    table(
        "reconciliations",
        "Provider log held against platform log",
        &[
            "account",
            "on",
            "covers",
            "provider-log",
            "platform-log",
            "records",
            "found",
        ],
        accounts.filter_map(|id| reconciled(id, of(id))).collect(),
        "No log of one side was held against the other.",
    )
}

fn censuses(around: &Around<'_, '_>) -> Block {
    table(
        "censuses",
        "The providers' own lists of accounts",
        &[
            "provider",
            "environment",
            "on",
            "list",
            "listed",
            "orphans",
            "ghosts",
        ],
        listed(around),
        "No list of a provider was held against the roll.",
    )
}

/// What the logs told of each account.
fn logs<'i>(around: &'i Around<'_, '_>) -> BTreeMap<&'i AccountId, Told<'i>> {
    let mut all: BTreeMap<&AccountId, Told<'_>> = BTreeMap::new();
    let facts = around.inventory.facts.values();
    for fact in facts.filter(|fact| fact.on() <= around.facts.as_of) {
        if let Fact::Seen {
            account,
            on,
            log,
            reading,
        } = fact
        {
            let told = all.entry(account).or_default();
            told.seen = told.seen.max(Some(*on));
            let log = log.as_ref().map_or("", |log| log.as_str());
            let reading = reading.as_deref().map(|reading| (log, reading));
            told.readings.extend(reading);
        }
        if let Fact::Reconciled {
            account,
            on,
            compared,
        } = fact
        {
            let told = all.entry(account).or_default();
            let known = told.compared.map(|(_, known)| known.rank());
            if known <= Some(compared.rank()) {
                told.compared = Some((*on, compared));
            }
        }
    }
    all
}

fn required(id: &AccountId, account: &Account) -> Vec<Cell> {
    let audit = account.audit.as_deref();
    let records = audit.map_or(&[][..], |audit| &audit.records);
    vec![
        Cell::text(id),
        match records.is_empty() {
            true => none("none"),
            false => Cell::list(records),
        },
        or_none(audit.and_then(|audit| audit.sink.as_ref())),
        Cell::optional(audit.and_then(|audit| audit.retention.as_ref())),
    ]
}

fn seen(id: &AccountId, told: &Told<'_>, unused: Cell) -> Vec<Cell> {
    let readings = &told.readings;
    // Where no log told more than a day, nothing is known of it: that is not the same as nothing.
    let known = |cell: Cell| match readings.is_empty() {
        true => Cell::missing(),
        false => cell,
    };
    let covered = covered(readings.iter().map(|(_, reading)| *reading));
    let logs: BTreeSet<&str> = readings.iter().map(|(log, _)| *log).collect();
    let used = readings.iter().flat_map(|(_, reading)| &reading.used);
    let used: BTreeSet<_> = used.collect();
    let records: u64 = readings.iter().map(|(_, reading)| reading.records).sum();
    vec![
        Cell::text(id),
        told.seen.map_or_else(|| none("never"), Cell::date),
        known(Cell::list(logs.into_iter().filter(|log| !log.is_empty()))),
        Cell::optional((!covered.is_empty()).then(|| covered.join(", "))),
        known(Cell::number(i64::try_from(records).unwrap_or(i64::MAX))),
        known(Cell::list(used)),
        unused,
    ]
}

/// The days that some readings cover, without those between them.
fn covered<'r>(readings: impl Iterator<Item = &'r Reading>) -> Vec<String> {
    let mut spans: Vec<_> = readings.map(|it| (it.since, it.until)).collect();
    spans.sort_unstable();
    let mut out: Vec<(Date, Date)> = Vec::new();
    for (since, until) in spans {
        match out.last_mut() {
            Some((_, end)) if since <= end.plus_days(1) => *end = until.max(*end),
            Some(_) | None => out.push((since, until)),
        }
    }
    out.into_iter()
        .map(|(since, until)| days(since, until))
        .collect()
}

/// What it holds and was not seen to use, though the log has a word for it; nothing where no log says.
fn unused(around: &Around<'_, '_>, readings: &Readings<'_>, id: &AccountId) -> Cell {
    let all = around.facts.inventory;
    let Some((id, account)) = all.accounts.get_key_value(id) else {
        return Cell::missing();
    };
    // So many days of logs say what was used of late, as `unused-permission` has it.
    let days = i64::from(around.facts.policy.limits.unseen);
    let sides = Side::ALL.iter();
    let told = sides.filter_map(|side| readings.usage(all, (id, account), *side, days));
    let told: Vec<_> = told.collect();
    match told.is_empty() {
        true => Cell::missing(),
        false => Cell::list(told.iter().flat_map(|usage| &usage.never)),
    }
}

fn days(since: Date, until: Date) -> String {
    format!("{since} to {until}")
}

fn reconciled(id: &AccountId, told: &Told<'_>) -> Option<Vec<Cell>> {
    let (on, compared) = told.compared?;
    let found = compared.found.iter().filter(|(_, count)| **count > 0);
    let found: Vec<String> = found
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    Some(vec![
        Cell::text(id),
        Cell::date(on),
        Cell::text(days(compared.since, compared.until)),
        Cell::text(&compared.provider_log),
        Cell::text(&compared.platform_log),
        Cell::text(compared.records),
        match found.is_empty() {
            true => Cell::text("nothing").tone(Tone::Good),
            false => Cell::list(found).tone(Tone::Error),
        },
    ])
}

/// A row for each list of a provider.
fn listed(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let facts = around.inventory.facts.values();
    let rows = facts.filter_map(|fact| {
        let Fact::Listed {
            provider,
            on,
            census,
        } = fact
        else {
            return None;
        };
        let known = |id: &&AccountId| around.inventory.accounts.contains_key(*id);
        // Strangers at a provider concern whoever takes all of it over, not one account of it.
        let orphans = match around.scope.is_of_whole_providers() {
            true => Cell::list(&census.orphans),
            false => Cell::missing(),
        };
        (*on <= around.facts.as_of).then(|| {
            vec![
                Cell::text(provider),
                Cell::text(&census.environment),
                Cell::date(*on),
                Cell::text(&census.list),
                Cell::text(census.listed),
                orphans,
                Cell::list(census.ghosts.iter().filter(known)),
            ]
        })
    });
    rows.collect()
}

fn trail(around: &Around<'_, '_>) -> Block {
    let trail = &around.trail;
    let verdict = match trail.faults.len() {
        0 => Cell::text("intact: every record is what its events made it").tone(Tone::Good),
        faults => Cell::text(format!("broken in {faults} places")).tone(Tone::Error),
    };
    let events = i64::try_from(trail.tip.events).unwrap_or(i64::MAX);
    table(
        "trail",
        "keyroll's own audit trail",
        &["store", "events"],
        vec![vec![verdict, Cell::number(events)]],
        "There is no trail.",
    )
}

/// Where the store is not what its trail says. Of records that are not in the pack, only that there are some.
fn unvouched(around: &Around<'_, '_>) -> Vec<Gap> {
    const NAMED: usize = 20;
    let gap = |subject: String, what: String| Gap {
        subject,
        what,
        way: Some("keyroll audit verify".to_owned()),
    };
    let faults = &around.trail.faults;
    let is_in = |id: &RecordId| around.scope.is_all() || around.inventory.contains(id);
    let named = faults.iter().filter_map(|(id, how)| {
        let id = id.as_ref().filter(|id| is_in(id))?;
        Some(gap(id.to_string(), how.clone()))
    });
    let mut gaps: Vec<Gap> = named.take(NAMED).collect();
    if let Some(others) = faults
        .len()
        .checked_sub(gaps.len())
        .filter(|more| *more > 0)
    {
        let what = format!("not as the trail left it in {}", counted(others, "place"));
        gaps.push(gap("store".to_owned(), what));
    }
    gaps
}

/// What no log told of an account in use.
fn unlogged(id: &AccountId, account: &Account, told: &Told<'_>) -> Vec<Gap> {
    match account.status {
        AccountStatus::Active => {}
        AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => {
            return Vec::new();
        }
    }
    let missing = [
        (told.seen.is_none(), "never seen at work in any log"),
        (
            told.compared.is_none(),
            "no log of its provider was ever held against the platform's",
        ),
    ];
    let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
    let gaps = missing.map(|(_, what)| Gap {
        subject: format!("account/{id}"),
        what: what.to_owned(),
        way: Some(format!(
            "keyroll audit reconcile --provider {} --environment {} --provider-log FILE --platform-log FILE",
            account.provider, account.environment
        )),
    });
    gaps.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_that_no_log_covers_are_none_of_those_that_are_covered() {
        let reading = |(since, until): (&str, &str)| Reading {
            side: Side::Provider,
            since: since.parse().unwrap(),
            until: until.parse().unwrap(),
            records: 1,
            used: Vec::new(),
            words_digest: None,
        };
        let all = [
            ("2026-11-18", "2026-11-20"),
            ("2026-11-10", "2026-11-16"),
            ("2026-11-12", "2026-11-13"),
            ("2026-11-21", "2026-11-21"),
        ];
        let all = all.map(reading);
        let expected = ["2026-11-10 to 2026-11-16", "2026-11-18 to 2026-11-21"];
        assert_eq!(covered(all.iter()), expected);
    }
}
