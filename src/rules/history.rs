//! What had happened to each account and procedure by the judged day: facts, versions and operations, read through once.

use std::collections::{BTreeMap, BTreeSet};

use crate::lifecycle::census::{self, Lists};
use crate::lifecycle::review::newest;
use crate::lifecycle::whereabouts::{Elsewhere, elsewhere};
use crate::model::account::Account;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::fact::{Detail, Fact, Outcome};
use crate::model::inventory::Inventory;
use crate::model::operation::{Operation, OperationState};
use crate::model::probe::ProbeKind;
use crate::model::reconciliation::Compared;

/// All that had happened. What is dated later counts for nothing.
#[derive(Default)]
pub(super) struct History<'a> {
    accounts: BTreeMap<&'a str, Past<'a>>,
    procedures: BTreeMap<&'a str, Rehearsed>,
    /// The installations, provider and environment, of which some log was ever read.
    logs: BTreeSet<(&'a str, &'a str)>,
    /// The newest list of each installation.
    lists: Lists<'a>,
}

/// What had happened to one account.
#[derive(Default)]
pub(super) struct Past<'a> {
    /// Its versions, the oldest first.
    pub versions: Vec<(u32, &'a Version)>,
    /// Of those that stand as current, the newest.
    pub current: Option<(u32, &'a Version)>,
    /// The day of the first version that is known.
    pub began: Option<Date>,
    /// The operation that is under way.
    pub open: Option<&'a Operation>,
    /// The tests of its current version, of where it works now.
    pub tests: BTreeMap<(Side, ProbeKind), Tested>,
    /// Its last test of each kind that was of another place.
    pub moved: BTreeMap<(Side, ProbeKind), (Date, Elsewhere)>,
    /// The last day on which it was seen at work.
    pub seen: Option<Date>,
    /// The last day on which somebody reviewed it.
    pub reviewed: Option<Date>,
    /// The last day on which an owner changed.
    pub owner_changed: Option<Date>,
    /// By consumer: the last day on which it was tried without the credential, and what came of it.
    pub withdrawn: BTreeMap<&'a str, (Date, Outcome)>,
    /// What came of holding its logs against each other.
    pub compared: Vec<&'a Compared>,
}

/// What came of one test, as often as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tested {
    /// The last day of it, and of that day the last moment that is known.
    pub last: (Date, Option<Timestamp>),
    /// What came of that moment, and the worst of what has no moment and may have been later.
    timed: Option<Outcome>,
    untimed: Option<Outcome>,
    /// The first time that it passed.
    pub passed: Option<(Date, Option<Timestamp>)>,
}

/// How a procedure was rehearsed, or run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rehearsed {
    /// The last day on which it went through.
    pub passed: Option<Date>,
    /// The last day on which it failed.
    pub failed: Option<Date>,
}

impl Tested {
    /// How the newest of them ended. Of those of one day that tell no time, the worst counts.
    pub fn outcome(&self) -> Outcome {
        let known = [self.timed, self.untimed];
        let known = known.into_iter().flatten();
        known
            .max_by_key(Outcome::badness)
            .unwrap_or(Outcome::Inconclusive)
    }

    fn enter(tested: Option<Tested>, on: Date, at: Option<Timestamp>, outcome: Outcome) -> Tested {
        let mut tested = tested.unwrap_or(Tested {
            last: (on, None),
            timed: None,
            untimed: None,
            passed: None,
        });
        if outcome == Outcome::Pass && tested.passed.is_none_or(|first| (on, at) < first) {
            tested.passed = Some((on, at));
        }
        let (day, moment) = tested.last;
        if on < day {
            return tested;
        }
        if on > day {
            tested.last = (on, None);
            (tested.timed, tested.untimed) = (None, None);
        }
        let moment = moment.filter(|_| on == day);
        match at {
            None => {
                let known = [tested.untimed, Some(outcome)];
                tested.untimed = known.into_iter().flatten().max_by_key(Outcome::badness);
            }
            Some(at) if moment.is_none_or(|moment| moment <= at) => {
                let same = tested.timed.filter(|_| moment == Some(at));
                let known = [same, Some(outcome)];
                tested.timed = known.into_iter().flatten().max_by_key(Outcome::badness);
                tested.last = (on, Some(at));
            }
            Some(_) => {}
        }
        tested
    }
}

impl<'a> Past<'a> {
    /// Adds a version, newer than those before.
    fn issued(&mut self, number: u32, version: &'a Version) {
        self.versions.push((number, version));
        let day = version.issued;
        self.began = Some(self.began.map_or(day, |first| first.min(day)));
        match version.stage {
            VersionStage::Current => self.current = Some((number, version)),
            VersionStage::Pending
            | VersionStage::Previous
            | VersionStage::Revoked
            | VersionStage::PossiblyLive => {}
        }
    }
}

impl<'a> History<'a> {
    pub fn of(inventory: &'a Inventory, as_of: Date) -> History<'a> {
        let mut history = History {
            lists: census::newest(inventory, as_of),
            ..History::default()
        };
        for (key, version) in &inventory.versions {
            let past = history.accounts.entry(key.account.as_str()).or_default();
            past.issued(key.number, version);
        }
        for (key, operation) in &inventory.operations {
            let past = history.accounts.entry(key.account.as_str()).or_default();
            if operation.is_open() {
                past.open = Some(operation);
            }
            history.ran(operation, as_of);
        }
        let facts = inventory.facts.values();
        for fact in facts.filter(|fact| fact.on() <= as_of) {
            history.enter(fact, inventory);
        }
        for (id, last) in newest(inventory, as_of) {
            if let Some((id, _)) = inventory.accounts.get_key_value(id) {
                let past = history.accounts.entry(id.as_str()).or_default();
                past.reviewed = Some(last.on);
            }
        }
        history
    }

    /// What had happened to an account; nothing where it is not known.
    pub fn account(&self, id: &str) -> &Past<'a> {
        static NOTHING: Past<'static> = Past {
            versions: Vec::new(),
            current: None,
            began: None,
            open: None,
            tests: BTreeMap::new(),
            moved: BTreeMap::new(),
            seen: None,
            reviewed: None,
            owner_changed: None,
            withdrawn: BTreeMap::new(),
            compared: Vec::new(),
        };
        self.accounts.get(id).unwrap_or(&NOTHING)
    }

    /// How a procedure was rehearsed; none where it never was.
    pub fn procedure(&self, id: &str) -> Option<&Rehearsed> {
        self.procedures.get(id)
    }

    /// Whether logs of the installation that an account is at are read at all.
    pub fn has_logs(&self, account: &Account) -> bool {
        let installation = (account.provider.as_str(), account.environment.as_str());
        self.logs.contains(&installation)
    }

    /// The newest list of accounts of each provider and environment.
    pub fn lists(&self) -> &Lists<'a> {
        &self.lists
    }

    /// What was done in earnest was rehearsed, too.
    fn ran(&mut self, operation: &'a Operation, as_of: Date) {
        let done = match operation.state {
            OperationState::Done => operation.procedure.as_ref(),
            OperationState::Open | OperationState::Stalled | OperationState::Aborted => None,
        };
        let ended = operation.entries.iter().filter_map(|entry| entry.at).max();
        let on = ended.unwrap_or(operation.began).date();
        if let Some(procedure) = done.filter(|_| on <= as_of) {
            let rehearsed = self.procedures.entry(procedure.as_str()).or_default();
            rehearsed.passed = rehearsed.passed.max(Some(on));
        }
    }

    fn enter(&mut self, fact: &'a Fact, inventory: &'a Inventory) {
        if let Fact::Drill {
            procedure,
            on,
            result,
            ..
        } = fact
        {
            let rehearsed = self.procedures.entry(procedure.as_str()).or_default();
            rehearsed.enter(*on, *result);
        }
        let known = fact
            .account()
            .and_then(|id| inventory.accounts.get_key_value(id));
        let Some((id, account)) = known else {
            return;
        };
        let past = self.accounts.entry(id.as_str()).or_default();
        match fact {
            Fact::Evidence {
                version,
                probe,
                outcome,
                on,
                detail,
                ..
            } => past.test(*version, (*probe, *outcome, *on), detail.as_deref(), || {
                elsewhere(fact, inventory)
            }),
            Fact::Seen { on, .. } => {
                past.seen = past.seen.max(Some(*on));
                let installation = (account.provider.as_str(), account.environment.as_str());
                self.logs.insert(installation);
            }
            Fact::OwnerChanged { on, .. } => past.owner_changed = past.owner_changed.max(Some(*on)),
            Fact::FailClosed {
                consumer,
                outcome,
                on,
                ..
            } => {
                if elsewhere(fact, inventory).is_some() {
                    return;
                }
                let last = past.withdrawn.get(consumer.as_str());
                let is_newer = |(day, known): &(Date, Outcome)| {
                    (*day, known.badness()) <= (*on, outcome.badness())
                };
                if last.is_none_or(is_newer) {
                    past.withdrawn.insert(consumer.as_str(), (*on, *outcome));
                }
            }
            Fact::Reconciled { compared, .. } => past.compared.push(compared),
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Drill { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::Acknowledged { .. }
            | Fact::Refused { .. } => {}
        }
    }
}

impl Past<'_> {
    /// Enters a test, if it is of the current version: as one of where the account works now, or of another place.
    fn test(
        &mut self,
        version: u32,
        (probe, outcome, on): (ProbeKind, Outcome, Date),
        detail: Option<&Detail>,
        elsewhere: impl FnOnce() -> Option<Elsewhere>,
    ) {
        if self.current.is_none_or(|(number, _)| number != version) {
            return;
        }
        let side = detail.and_then(|detail| detail.side);
        let at = detail.and_then(|detail| detail.at);
        let key = (side.unwrap_or(Side::Provider), probe);
        if let Some(elsewhere) = elsewhere() {
            let last = self.moved.get(&key);
            if last.is_none_or(|(day, _)| *day <= on) {
                self.moved.insert(key, (on, elsewhere));
            }
            return;
        }
        let tested = Tested::enter(self.tests.remove(&key), on, at, outcome);
        self.tests.insert(key, tested);
    }
}

impl Rehearsed {
    fn enter(&mut self, on: Date, result: Outcome) {
        match result {
            Outcome::Pass => self.passed = self.passed.max(Some(on)),
            Outcome::Fail => self.failed = self.failed.max(Some(on)),
            Outcome::Inconclusive => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tested(all: &[(&str, Option<&str>, Outcome)]) -> Tested {
        let mut tested = None;
        for (on, at, outcome) in all {
            let at = at.map(|at| format!("{on}T{at}:00Z").parse().unwrap());
            tested = Some(Tested::enter(tested, on.parse().unwrap(), at, *outcome));
        }
        tested.unwrap()
    }

    #[test]
    fn the_newest_test_counts_whatever_order_they_are_read_in() {
        let mut all = [
            ("2026-10-01", Some("08:00"), Outcome::Pass),
            ("2026-10-01", Some("09:00"), Outcome::Fail),
            ("2026-10-01", Some("10:00"), Outcome::Pass),
            ("2026-09-30", None, Outcome::Fail),
        ];
        for _ in 0..all.len() {
            all.rotate_left(1);
            assert_eq!(tested(&all).outcome(), Outcome::Pass, "{all:?}");
            let (day, moment) = tested(&all).passed.unwrap();
            assert_eq!(day.to_string(), "2026-10-01");
            assert_eq!(moment.unwrap().to_string(), "2026-10-01T08:00:00Z");
        }
    }

    #[test]
    fn of_one_day_what_tells_no_time_may_have_been_the_last() {
        let mut all = [
            ("2026-10-01", None, Outcome::Pass),
            ("2026-10-01", None, Outcome::Fail),
            ("2026-10-01", Some("10:00"), Outcome::Pass),
        ];
        for _ in 0..all.len() {
            all.rotate_left(1);
            assert_eq!(tested(&all).outcome(), Outcome::Fail, "{all:?}");
        }
        let next = [all[0], ("2026-10-02", None, Outcome::Inconclusive)];
        assert_eq!(tested(&next).outcome(), Outcome::Inconclusive);
    }
}
