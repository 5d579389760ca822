//! The checklist's fourth line: whether what the account writes leaves a record at the provider and at the platform.
//!
//! Two things prove it: tests of a write and of the record on both sides, or both logs held against each other.

use crate::model::account::Account;
use crate::model::checklist::Standing;
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::id::AccountId;
use crate::model::probe::ProbeKind;
use crate::model::reconciliation::{Compared, Discrepancy};
use crate::rules::Facts;
use crate::rules::audit_record_missing::clears;
use crate::rules::checklist::{Found, dated, missing, unversioned, writes};
use crate::rules::proofs::{Proof, Proofs, moved, told};

/// A write, and its record on either side.
const ASKED: [(Side, ProbeKind); 3] = [
    (Side::Provider, ProbeKind::Write),
    (Side::Provider, ProbeKind::Audit),
    (Side::Platform, ProbeKind::Audit),
];

pub(super) fn records(
    facts: &Facts<'_>,
    id: &AccountId,
    account: &Account,
    proofs: Option<&Proofs<'_, '_>>,
) -> Found {
    if !writes(facts, account) {
        let why = format!("the level `{}` writes nothing", account.level);
        return (Standing::NotApplicable, why, None);
    }
    let all = &facts.history().account(id.as_str()).compared;
    let lost = lost(facts, all);
    if !lost.is_empty() {
        let on = lost.iter().map(|(_, on)| *on).max();
        let words: Vec<&str> = lost.iter().map(|(words, _)| words.as_str()).collect();
        return (Standing::Fail, words.join(", "), on);
    }
    let newest = all.iter().max_by_key(|one| one.rank());
    if let Some(newest) = newest.filter(|one| one.records > 0) {
        let how = format!(
            "both logs have all of {} records, from {} to {}",
            newest.records, newest.since, newest.until
        );
        // A record for one write proves nothing of the others.
        return match newest.uncompared {
            0 => dated(facts, Some(newest.until), how),
            left => missing(format!(
                "{how}; {left} more could not be held against the other"
            )),
        };
    }
    let Some(proofs) = proofs else {
        return unversioned();
    };
    tested(facts, proofs)
}

/// What `audit-record-missing` tells of, in words, with the last day that was compared.
fn lost(facts: &Facts<'_>, all: &[&Compared]) -> Vec<(String, Date)> {
    let allowed = i64::from(facts.policy.limits.unseen);
    let recent = all
        .iter()
        .filter(|one| one.until.days_until(facts.as_of) <= allowed);
    let lost = recent.flat_map(|one| {
        let kinds = [
            (Discrepancy::MissingAtProvider, "the provider"),
            (Discrepancy::MissingAtPlatform, "the platform"),
        ];
        kinds.into_iter().filter_map(move |(kind, side)| {
            let count = one.found.get(&kind).filter(|count| **count > 0)?;
            let is_cleared = all.iter().any(|later| clears(later, one, kind));
            let words = format!("{count} without a record at {side}");
            (!is_cleared).then_some((words, one.until))
        })
    });
    lost.collect()
}

fn tested(facts: &Facts<'_>, proofs: &Proofs<'_, '_>) -> Found {
    let all = ASKED.map(|(side, probe)| Proof::of(proofs.past, side, probe));
    let with = |wanted: fn(Option<Outcome>) -> bool| {
        let these = all
            .iter()
            .filter(move |proof| wanted(proof.tested.map(|tested| tested.outcome())));
        these.copied().collect::<Vec<Proof<'_>>>()
    };
    let failed = with(|outcome| outcome == Some(Outcome::Fail));
    if !failed.is_empty() {
        let days = failed.iter().filter_map(|proof| proof.tested);
        let on = days.map(|tested| tested.last.0).max();
        return (Standing::Fail, format!("failed: {}", told(&failed)), on);
    }
    let unproven = with(|outcome| outcome != Some(Outcome::Pass));
    if !unproven.is_empty() {
        return missing(format!(
            "no log was held against the other, and no test has passed: {}{}",
            told(&unproven),
            moved(&unproven)
        ));
    }
    let days = all.iter().filter_map(|proof| proof.tested);
    let on = days.map(|tested| tested.last.0).min();
    dated(facts, on, format!("passed: {}", told(&all)))
}
