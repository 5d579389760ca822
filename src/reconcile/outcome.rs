//! What came of reading logs: findings, what accounts used, and the facts that are kept of it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::lifecycle::usage;
use crate::model::account::AccountStatus;
use crate::model::change::Change;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::fact::Fact;
use crate::model::finding::Severity;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
use crate::model::reconciliation::{Compared, Discrepancy, Reading};
use crate::model::record::Record;
use crate::model::text::Text;
use crate::reconcile::stretch::Stretch;

/// What a finding is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// No account of the roll has the identity.
    UnknownIdentity,
    /// An account's work that is not as the roll has it.
    Of(Discrepancy),
    /// A word for an action that neither the map nor the glossary knows.
    UnknownAction,
    /// The same for a place or an environment.
    UnknownPlace,
}

impl Kind {
    /// Its word in tables and JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::UnknownIdentity => "unknown-identity",
            Kind::Of(discrepancy) => discrepancy.as_str(),
            Kind::UnknownAction => "unknown-action",
            Kind::UnknownPlace => "unknown-place",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// How grave a kind is.
pub fn severity(kind: Kind) -> Severity {
    match kind {
        Kind::UnknownIdentity => Severity::Error,
        Kind::Of(discrepancy) => match discrepancy {
            Discrepancy::RetiredInUse
            | Discrepancy::ExpiredInUse
            | Discrepancy::BeyondLevel
            | Discrepancy::NotGranted
            | Discrepancy::OutsideBoundary
            | Discrepancy::WrongEnvironment
            | Discrepancy::MissingAtProvider
            | Discrepancy::MissingAtPlatform => Severity::Error,
            Discrepancy::NotRetried | Discrepancy::RetryStorm => Severity::Warning,
        },
        Kind::UnknownAction | Kind::UnknownPlace => Severity::Warning,
    }
}

/// One record that shows a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number of the log, among those that were read.
    pub log: usize,
    pub line: u64,
    pub time: Timestamp,
    pub action: String,
    pub record: String,
    pub request: String,
}

/// Records of one account, or of one unknown name, that are alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub account: Option<AccountId>,
    /// The identity, entitlement, place or word that it is about.
    pub what: Option<String>,
    pub count: u64,
    /// How many of them were refused or failed: tried, and not done.
    pub not_done: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    /// The first of them.
    pub places: Vec<Place>,
}

/// A record that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    pub line: u64,
    pub why: &'static str,
}

/// What was read of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRead {
    pub side: Side,
    pub name: Text,
    /// Its records, those that could not be read among them.
    pub records: u64,
    pub malformed: u64,
    /// The first of those.
    pub examples: Vec<Malformed>,
    /// Records that the map passes over.
    pub passed: u64,
    /// Records of accounts of other providers.
    pub elsewhere: u64,
    /// Records of the days, and of the work order, that were asked for.
    pub judged: u64,
    pub span: Option<(Timestamp, Timestamp)>,
}

impl LogRead {
    /// Whether it has records, and none of what was asked for.
    pub fn is_beside(&self) -> bool {
        self.span.is_some() && self.judged == 0
    }
}

/// What an account did, by the logs of one side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    pub account: AccountId,
    pub side: Side,
    pub records: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    pub used: BTreeSet<EntitlementKey>,
    /// How many of the records are by words that nobody knows.
    pub unknown: u64,
    /// What it holds, and what the map has words for, and what the log shows no use of; nothing where words are unknown, which
    /// may be for any of it.
    pub never: Vec<EntitlementKey>,
    /// The same, by the stretches of time that its logs cover.
    pub stretches: Vec<Worked>,
}

/// What an account did in one stretch of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Worked {
    pub stretch: Stretch,
    pub records: u64,
    pub last: Timestamp,
    pub used: BTreeSet<EntitlementKey>,
    /// Whether all of the records are by words that are known.
    pub is_clear: bool,
}

/// A stretch of time that logs of both sides cover, and what came of holding them against each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    pub from: Timestamp,
    pub to: Timestamp,
    /// How many writes of each account were held against the other side.
    pub compared: BTreeMap<AccountId, u64>,
    /// How many could not be: they have no id of their request, or it has too many.
    pub uncompared: BTreeMap<AccountId, u64>,
    /// What was found of each account, and of what lies in a gap before the next; `not-retried` with 0 where a failure was
    /// tried again.
    pub found: BTreeMap<AccountId, BTreeMap<Discrepancy, u64>>,
}

/// All that the logs told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When it was told.
    pub at: Timestamp,
    pub logs: Vec<LogRead>,
    /// What both sides cover, in order, where there are logs of both and requests have ids.
    pub windows: Vec<Window>,
    /// The gravest first.
    pub findings: Vec<Finding>,
    pub used: Vec<Used>,
    /// How many writes of each account were held against the other side, in all windows.
    pub compared: BTreeMap<AccountId, u64>,
    /// How many could not be.
    pub uncompared: BTreeMap<AccountId, u64>,
    /// Failures, and writes that the other side has not, so near the end of a log that nobody can tell what it would have
    /// shown next.
    pub undecided: u64,
    /// Findings beyond the number that is kept.
    pub left_out: u64,
    /// The accounts of which some were left out: nothing is recorded of how their logs compare.
    pub cut: BTreeSet<AccountId>,
}

impl Outcome {
    /// How the logs of a side that tell of some time are called together.
    fn name(&self, side: Side, (from, to): Stretch) -> Option<Text> {
        let tells = |span: Option<Stretch>| span.is_some_and(|(a, b)| a <= to && b >= from);
        let of_side = self.logs.iter().filter(|log| log.side == side);
        let mut of_side = of_side.filter(|log| tells(log.span));
        let first = &of_side.next()?.name;
        match of_side.count() {
            0 => Some(first.clone()),
            more => format!("{first} and {more} more").parse().ok(),
        }
    }

    /// How grave the gravest finding is; a line that could not be read is a warning, and so is a log without a record, or
    /// without one that was asked for.
    pub fn worst(&self) -> Option<Severity> {
        let found = self.findings.iter().map(|finding| severity(finding.kind));
        let is_lacking = |log: &LogRead| log.malformed > 0 || log.records == 0 || log.is_beside();
        let is_lacking = self.logs.iter().any(is_lacking);
        found.chain(is_lacking.then_some(Severity::Warning)).max()
    }
}

/// The facts that are kept: who was seen at work, and what the comparison came to for each account that works there; of each
/// stretch of time that logs cover its own.
pub fn facts(
    outcome: &Outcome,
    inventory: &Inventory,
    days: (Option<Date>, Option<Date>),
) -> Vec<Fact> {
    let mut out = Vec::new();
    for used in &outcome.used {
        let account = inventory.accounts.get(&used.account);
        let map = account.and_then(|account| usage::map_of(inventory, account, used.side));
        let words_digest = map.and_then(|map| map.words_digest().parse().ok());
        for worked in &used.stretches {
            let (since, until) = (worked.stretch.0.date(), worked.stretch.1.date());
            let reading = Reading {
                side: used.side,
                since: since.max(days.0.unwrap_or(since)),
                until: until.min(days.1.unwrap_or(until)),
                records: worked.records,
                used: worked.used.iter().cloned().collect(),
                words_digest: words_digest.clone().filter(|_| worked.is_clear),
            };
            out.push(Fact::Seen {
                account: used.account.clone(),
                on: worked.last.date(),
                log: outcome.name(used.side, worked.stretch),
                reading: Some(Box::new(reading)),
            });
        }
    }
    let compared = outcome.windows.iter();
    out.extend(compared.flat_map(|window| comparisons(outcome, window, inventory)));
    out
}

/// What the comparison in one window came to.
fn comparisons(outcome: &Outcome, window: &Window, inventory: &Inventory) -> Vec<Fact> {
    let span = (window.from, window.to);
    let [provider_log, platform_log] =
        [Side::Provider, Side::Platform].map(|side| outcome.name(side, span));
    let (Some(provider_log), Some(platform_log)) = (provider_log, platform_log) else {
        return Vec::new();
    };
    let mut out = Vec::new();
    let whole = window.compared.iter();
    for (account, records) in whole.filter(|(account, _)| !outcome.cut.contains(*account)) {
        let known = inventory.accounts.get(account);
        let is_at_work = known.is_some_and(|account| account.status == AccountStatus::Active);
        let found = window.found.get(account).cloned().unwrap_or_default();
        let is_nothing = found.values().all(|count| *count == 0);
        if *records == 0 && is_nothing && !is_at_work {
            continue;
        }
        out.push(Fact::Reconciled {
            account: account.clone(),
            on: window.to.date(),
            compared: Box::new(Compared {
                since: window.from.date(),
                until: window.to.date(),
                at: Some(outcome.at),
                provider_log: provider_log.clone(),
                platform_log: platform_log.clone(),
                records: *records,
                uncompared: window.uncompared.get(account).copied().unwrap_or_default(),
                found,
            }),
        });
    }
    out
}

/// How many of some facts tell less than what is recorded of the same days, and so are not recorded.
pub fn poorer(facts: &[Fact], inventory: &Inventory) -> usize {
    let is_poorer = |fact: &&Fact| {
        let before = inventory.facts.get(&FactKey::of(fact));
        before.is_some_and(|before| is_fuller(before, fact))
    };
    facts.iter().filter(is_poorer).count()
}

/// Whether a fact of a log goes by more records than another, and by all of its days. One that finds what the other does
/// not is never less: records that are gone from a log are what is looked for.
fn is_fuller(fact: &Fact, other: &Fact) -> bool {
    if let (Fact::Reconciled { compared: own, .. }, Fact::Reconciled { compared, .. }) =
        (fact, other)
    {
        let covers = own.since <= compared.since && own.until >= compared.until;
        let found = |by: &Compared, kind| by.found.get(kind).copied().unwrap_or_default();
        let finds_more = |kind| found(compared, kind) > found(own, kind);
        let is_worse = compared.found.keys().any(finds_more);
        return covers && own.records > compared.records && !is_worse;
    }
    if let (
        Fact::Seen {
            reading: Some(own), ..
        },
        Fact::Seen {
            reading: Some(reading),
            ..
        },
    ) = (fact, other)
    {
        let covers = own.since <= reading.since && own.until >= reading.until;
        return covers && own.records > reading.records;
    }
    false
}

/// Whether a comparison is recorded already, and none of some of its days was read since: then its moment is no news.
fn is_known(before: &Fact, fact: &Fact, inventory: &Inventory) -> bool {
    let comparison = |fact: &Fact| {
        let Fact::Reconciled {
            account, compared, ..
        } = fact
        else {
            return None;
        };
        Some((account.clone(), Compared::clone(compared)))
    };
    let (Some((account, own)), Some((_, new))) = (comparison(before), comparison(fact)) else {
        return false;
    };
    let anew = Compared { at: own.at, ..new };
    let is_later = |(of, other): (AccountId, Compared)| {
        let meets = other.since <= own.until && other.until >= own.since;
        of == account && other != own && meets && other.at >= own.at
    };
    let others = inventory.facts.values().filter_map(comparison);
    own.at.is_some() && anew == own && !others.into_iter().any(is_later)
}

/// The changes that record facts. What is recorded already changes nothing; what a fuller log tells of the same days takes
/// the place of what stood there, and never the other way round.
pub fn changes(facts: Vec<Fact>, inventory: &Inventory) -> Vec<Change> {
    let mut by_key = BTreeMap::new();
    for fact in facts {
        by_key.insert(FactKey::of(&fact), fact);
    }
    let change = |(key, fact): (FactKey, Fact)| {
        let before = inventory.facts.get(&key).cloned();
        let after = Record::from((key.clone(), fact.clone()));
        match before {
            None => Some(Change::create(after)),
            Some(before) if is_fuller(&before, &fact) => None,
            Some(before) if is_known(&before, &fact, inventory) => None,
            Some(before) => {
                let before = Record::from((key, before));
                (before != after).then(|| Change::update(before, after))
            }
        }
    };
    by_key.into_iter().filter_map(change).collect()
}
