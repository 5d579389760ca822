//! The roll by a past day: what is dated later is not there yet, and a version that was replaced later is current again.
//!
//! What has no day stands as it is today: accounts and what they may do. The audit trail tells how that came to be.

use std::collections::BTreeMap;

use crate::model::credential::{Version, VersionStage};
use crate::model::date::{Date, Timestamp};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::{OperationKey, VersionKey};
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase, Work};

type Operations = BTreeMap<OperationKey, Operation>;

/// Takes out of an inventory what is dated after a day, and gives each version the stage that it had then.
pub fn by_day(inventory: &mut Inventory, day: Date) {
    inventory.facts.retain(|_, fact| fact.on() <= day);
    inventory.decisions.retain(|_, decision| decision.on <= day);
    inventory.approvals.retain(|key, _| key.on <= day);
    let versions = &mut inventory.versions;
    versions.retain(|_, version| version.issued <= day);
    let accounts: Vec<AccountId> = versions.keys().map(|key| key.account.clone()).collect();
    for account in accounts.chunk_by(|a, b| a == b) {
        stand(versions, &account[0], &inventory.operations, day);
    }
    let operations = &mut inventory.operations;
    operations.retain(|_, operation| operation.began.date() <= day);
    for (key, operation) in operations {
        reopen(operation, day);
        let is_there = |number: &u32| {
            let account = key.account.clone();
            let number = *number;
            versions.contains_key(&VersionKey { account, number })
        };
        operation.version = operation.version.filter(is_there);
    }
}

/// Gives the versions of an account the stages of the day.
fn stand(
    versions: &mut BTreeMap<VersionKey, Version>,
    account: &AccountId,
    operations: &Operations,
    day: Date,
) {
    let [from, to] = [0, u32::MAX].map(|number| VersionKey {
        account: account.clone(),
        number,
    });
    let own: Vec<(u32, Version)> = versions
        .range(from.clone()..=to.clone())
        .map(|(key, version)| (key.number, version.clone()))
        .collect();
    let current = current(&own, day);
    for (key, version) in versions.range_mut(from..=to) {
        let taken_away = || taken_away(operations, key);
        version.stage = stage((key.number, version), current, &taken_away, day);
        let past = |on: &Date| *on <= day;
        version.activated = version.activated.filter(past);
        version.retired = version.retired.filter(past);
        version.revoked = version.revoked.filter(past);
        if let Some(held) = &mut version.held {
            held.exposed = held.exposed.filter(past);
        }
    }
}

/// The number of the version that was the current one: of those that had taken over by the day the newest, unless it was
/// withdrawn. That a value was stored later says nothing where there was no other.
fn current(own: &[(u32, Version)], day: Date) -> Option<u32> {
    let mut newest = own.iter().rev();
    let taken = newest.find(|(_, version)| had_taken_over(version, day));
    if let Some((number, _)) = taken.filter(|(_, version)| !is_withdrawn(version, day)) {
        return Some(*number);
    }
    let after = taken.map(|(number, _)| *number);
    let mut later = own
        .iter()
        .filter(|(number, _)| after.is_none_or(|after| *number > after));
    let next = later.find(|(_, version)| version.activated.is_some_and(|on| on > day));
    next.map(|(number, _)| *number)
}

/// Whether a version was the current one at any time up to a day.
fn had_taken_over(version: &Version, day: Date) -> bool {
    match (version.stage, version.activated) {
        (VersionStage::Pending, _) => false,
        (VersionStage::Current | VersionStage::Previous, on) => on.is_none_or(|on| on <= day),
        // What a rotation made and gave up never was.
        (VersionStage::Revoked | VersionStage::PossiblyLive, None) => version.tag.is_none(),
        (VersionStage::Revoked | VersionStage::PossiblyLive, Some(on)) => on <= day,
    }
}

fn is_withdrawn(version: &Version, day: Date) -> bool {
    let days = [version.retired, version.revoked];
    days.into_iter().flatten().any(|on| on <= day)
}

/// The stage of a version on the day, given the number of the one that was current.
fn stage(
    (number, version): (u32, &Version),
    current: Option<u32>,
    taken_away: &dyn Fn() -> Option<Date>,
    day: Date,
) -> VersionStage {
    let is_proven =
        version.stage == VersionStage::Revoked && version.revoked.is_none_or(|on| on <= day);
    if version.stage == VersionStage::Pending || is_proven {
        return version.stage;
    }
    let is_in_doubt = match version.stage {
        // What no operation dates is no less grave on any day.
        VersionStage::PossiblyLive => taken_away().is_none_or(|on| on <= day),
        VersionStage::Revoked => taken_away().is_some_and(|on| on <= day),
        VersionStage::Pending | VersionStage::Current | VersionStage::Previous => false,
    };
    let had_taken_over = had_taken_over(version, day);
    let is_current = version.stage == VersionStage::Current && had_taken_over;
    if is_in_doubt {
        VersionStage::PossiblyLive
    } else if current == Some(number) || is_current {
        VersionStage::Current
    } else if had_taken_over || is_withdrawn(version, day) {
        VersionStage::Previous
    } else {
        VersionStage::Pending
    }
}

/// The day on which somebody began to take a version away at its provider; none where no operation tells.
fn taken_away(operations: &Operations, key: &VersionKey) -> Option<Date> {
    let own = operations.iter();
    let own = own.filter(|(at, _)| at.account == key.account);
    own.filter_map(|(_, operation)| began_to_take(operation, key.number))
        .min()
}

/// The day on which an operation began to take a version away, where it did.
fn began_to_take(operation: &Operation, number: u32) -> Option<Date> {
    let (is_old, is_new) = (
        operation.from == Some(number),
        operation.version == Some(number),
    );
    let entries = || operation.entries.iter();
    match operation.what {
        Work::Revoke | Work::Emergency => {
            let is_named = entries().any(|entry| entry.version == Some(number));
            (is_old || is_named).then(|| operation.began.date())
        }
        Work::Rotate if is_new && operation.state == OperationState::Aborted => {
            let last = entries().filter_map(|entry| entry.at).max();
            Some(last.unwrap_or(operation.began).date())
        }
        Work::Rotate if is_old => {
            let taking = entries().filter(|entry| takes_away(entry.phase));
            let first = taking.filter_map(|entry| entry.at).min();
            first.map(Timestamp::date)
        }
        Work::Rotate | Work::Drill => None,
    }
}

fn takes_away(phase: Phase) -> bool {
    match phase {
        Phase::Retire | Phase::Withdraw | Phase::Refusal => true,
        Phase::Create
        | Phase::Set
        | Phase::Test
        | Phase::Acknowledge
        | Phase::Promote
        | Phase::Overlap
        | Phase::FailClosed
        | Phase::Finish => false,
    }
}

/// What of an operation was done later was open on the day.
fn reopen(operation: &mut Operation, day: Date) {
    let is_later = |entry: &&mut Entry| entry.at.is_some_and(|at| at.date() > day);
    for entry in operation.entries.iter_mut().filter(is_later) {
        entry.state = EntryState::Waiting;
        (entry.at, entry.millis, entry.note) = (None, None, None);
        operation.state = OperationState::Open;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::{Value, json};

    fn roll(records: &[(&str, Value)]) -> Inventory {
        let all = records
            .iter()
            .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap());
        all.collect()
    }

    fn on(day: &str, records: &[(&str, Value)]) -> Inventory {
        let mut roll = roll(records);
        by_day(&mut roll, day.parse().unwrap());
        roll
    }

    /// Number and stage of each version, and whether it was withdrawn.
    fn stood(day: &str, records: &[(&str, Value)]) -> Vec<(u32, VersionStage, bool)> {
        let roll = on(day, records);
        let all = roll.versions.iter().map(|(key, version)| {
            let is_withdrawn = version.retired.or(version.revoked).is_some();
            (key.number, version.stage, is_withdrawn)
        });
        all.collect()
    }

    use VersionStage::{Current, Pending, PossiblyLive, Previous, Revoked};

    #[test]
    fn before_a_rotation_the_version_that_it_replaced_is_the_current_one() {
        let versions = [
            (
                "version/etl 1",
                json!({ "stage": "previous", "issued": "2026-04-01", "retired": "2026-10-11" }),
            ),
            (
                "version/etl 2",
                json!({ "stage": "current", "issued": "2026-10-11" }),
            ),
        ];
        let none: [(u32, VersionStage, bool); 0] = [];
        assert_eq!(stood("2026-03-31", &versions), none);
        assert_eq!(stood("2026-04-01", &versions), [(1, Current, false)]);
        assert_eq!(stood("2026-10-10", &versions), [(1, Current, false)]);
        let both = [(1, Previous, true), (2, Current, false)];
        assert_eq!(stood("2026-10-11", &versions), both);
        assert_eq!(stood("2099-01-01", &versions), both);
    }

    #[test]
    fn a_version_that_was_promoted_later_waits_and_one_that_was_taken_away_later_is_live() {
        let versions = [
            (
                "version/etl 1",
                json!({ "stage": "revoked", "issued": "2026-04-01", "retired": "2026-10-15", "revoked": "2026-10-20",
                    "activated": "2026-04-01" }),
            ),
            (
                "version/etl 2",
                json!({ "stage": "current", "issued": "2026-10-01", "activated": "2026-10-10" }),
            ),
        ];
        assert_eq!(
            stood("2026-10-05", &versions),
            [(1, Current, false), (2, Pending, false)]
        );
        assert_eq!(
            stood("2026-10-12", &versions),
            [(1, Previous, false), (2, Current, false)]
        );
        assert_eq!(
            stood("2026-10-15", &versions),
            [(1, Previous, true), (2, Current, false)]
        );
        assert_eq!(
            stood("2026-10-20", &versions),
            [(1, Revoked, true), (2, Current, false)]
        );
    }

    #[test]
    fn a_value_that_was_stored_later_does_not_make_the_version_a_later_one() {
        let filled =
            json!({ "stage": "current", "issued": "2026-04-01", "activated": "2026-11-20" });
        assert_eq!(
            stood("2026-10-05", &[("version/etl 1", filled.clone())]),
            [(1, Current, false)]
        );
        let before =
            json!({ "stage": "previous", "issued": "2026-01-01", "retired": "2026-04-01" });
        assert_eq!(
            stood(
                "2026-10-05",
                &[("version/etl 1", before), ("version/etl 2", filled)]
            ),
            [(1, Previous, true), (2, Current, false)]
        );
    }

    #[test]
    fn a_version_is_possibly_live_from_the_day_on_which_its_revoke_began() {
        let records = [
            (
                "version/etl 1",
                json!({ "stage": "possibly-live", "issued": "2026-04-01" }),
            ),
            (
                "operation/etl 1",
                json!({ "what": "emergency", "state": "open", "token": "t", "began": "2026-10-10T08:00:00Z",
                    "by": "root", "from": 1, "entries": [] }),
            ),
        ];
        assert_eq!(stood("2026-10-09", &records), [(1, Current, false)]);
        assert!(on("2026-10-09", &records).operations.is_empty());
        assert_eq!(stood("2026-10-10", &records), [(1, PossiblyLive, false)]);
        assert_eq!(on("2026-10-10", &records).operations.len(), 1);
        // Nobody knows since when: it is as grave on any day.
        assert_eq!(
            stood("2026-10-09", &records[..1]),
            [(1, PossiblyLive, false)]
        );
    }

    #[test]
    fn what_a_rotation_gave_up_was_never_current_and_the_rotation_was_open_till_then() {
        let entry = |phase: &str, state: &str, at: &str| json!({ "phase": phase, "state": state, "at": at });
        let records = [
            (
                "version/etl 1",
                json!({ "stage": "current", "issued": "2026-04-01" }),
            ),
            (
                "version/etl 2",
                json!({ "stage": "revoked", "issued": "2026-10-01", "retired": "2026-10-10",
                    "revoked": "2026-10-10", "tag": "keyroll-1" }),
            ),
            (
                "operation/etl 1",
                json!({ "what": "rotate", "state": "aborted", "token": "t", "began": "2026-10-01T08:00:00Z",
                    "by": "root", "from": 1, "version": 2, "entries": [
                        entry("create", "done", "2026-10-01T08:01:00Z"),
                        entry("set", "failed", "2026-10-10T08:00:00Z"),
                    ] }),
            ),
        ];
        let roll = on("2026-11-01", &records);
        assert_eq!(
            roll.operations.values().next().unwrap().state,
            OperationState::Aborted
        );
        let roll = on("2026-10-05", &records);
        let operation = roll.operations.values().next().unwrap();
        assert_eq!(operation.state, OperationState::Open);
        let entries = operation.entries.iter();
        let states: Vec<_> = entries
            .map(|entry| (entry.state, entry.at.is_some()))
            .collect();
        assert_eq!(
            states,
            [(EntryState::Done, true), (EntryState::Waiting, false)]
        );
        let current = crate::lifecycle::due::newest(&roll.versions, &"etl".parse().unwrap());
        assert_eq!(current.map(|(key, _)| key.number), Some(1));
    }

    #[test]
    fn what_is_dated_later_is_not_there_and_what_somebody_learned_later_makes_nothing_due() {
        let decision =
            json!({ "choice": "write", "reason": "r", "by": "person/jo", "on": "2026-10-10" });
        let records = [
            (
                "version/etl 1",
                json!({ "stage": "current", "issued": "2026-04-01",
                    "held": { "place": "age", "source": "stdin", "exposed": "2026-10-10" } }),
            ),
            ("decision/etl femo", decision),
            ("approval/etl read 2026-10-10", json!({ "by": "person/jo" })),
            (
                "fact/seen etl 2026-10-10",
                json!({ "fact": "seen", "account": "etl", "on": "2026-10-10" }),
            ),
        ];
        let count = |day: &str| {
            let roll = on(day, &records);
            let exposed = roll.versions.values();
            let exposed =
                exposed.filter(|version| version.held.as_ref().unwrap().exposed.is_some());
            [
                roll.decisions.len(),
                roll.approvals.len(),
                roll.facts.len(),
                exposed.count(),
            ]
        };
        assert_eq!(count("2026-10-09"), [0; 4]);
        assert_eq!(count("2026-10-10"), [1; 4]);
    }
}
