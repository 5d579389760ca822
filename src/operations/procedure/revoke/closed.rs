//! Fail closed: each consumer is seen to fail while the credential is withdrawn. One that stays well runs on something
//! else.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::lifecycle::operation::{Came, is_in_place, numbers};
use crate::lifecycle::versions::of;
use crate::model::change::Change;
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::fact::{CameBy, Detail, Fact, Outcome};
use crate::model::id::ConsumerId;
use crate::model::operation::{Operation, Phase};
use crate::operations::procedure::revoke::Revocation;
use crate::operations::procedure::went::Went;
use crate::provider::{Seen, Sight, Surroundings, health};

/// How many consumers are looked at before the first step of an emergency.
const FEW: usize = 5;

/// The longest that one look waits for the next.
const APART: Duration = Duration::from_secs(60);

impl Revocation<'_, '_> {
    /// How each consumer is that can be looked at: a pass is well. In an emergency the first few alone: that much keeps
    /// nobody waiting.
    pub(super) fn healths(&self, around: &Surroundings) -> BTreeMap<ConsumerId, Outcome> {
        let most = match self.is_emergency() {
            true => FEW,
            false => usize::MAX,
        };
        let consumers = self.scene.consumers().take(most);
        let looked = consumers.filter_map(|(id, consumer)| {
            let seen = health(consumer.health.as_ref()?, around);
            Some((id.clone(), is_well(&seen)))
        });
        looked.collect()
    }

    /// The journal with how the consumers were before the first effect: it goes into the commit before that.
    pub(super) fn with_healths(&self, mut after: Operation) -> Operation {
        let mut entries = after.entries.iter_mut();
        let found = entries.find(|entry| entry.phase == Phase::FailClosed);
        if let Some(entry) = found.filter(|entry| entry.before.is_empty()) {
            entry.before.clone_from(&self.before);
        }
        after
    }

    /// How a consumer was before a version was taken away: as it was seen just now, or by whoever took it away; well where
    /// anybody saw that.
    fn was(&self, version: u32, consumer: &ConsumerId) -> Option<Outcome> {
        let recorded = self.scene.operations().values();
        let about = recorded.filter(|operation| numbers(operation).contains(&version));
        let entries = about.flat_map(|operation| &operation.entries);
        let seen = entries.filter_map(|entry| entry.before.get(consumer));
        let mut seen: Vec<Outcome> = seen.chain(self.before.get(consumer)).copied().collect();
        seen.sort_by_key(|outcome| *outcome != Outcome::Pass);
        seen.first().copied()
    }

    /// Sees each consumer fail.
    pub(super) fn fail_closed(&mut self) -> Went {
        let numbers = numbers(&self.journal.operation);
        let is_revoked = |number: &u32| self.stage(*number) == VersionStage::Revoked;
        if !numbers.iter().all(is_revoked) {
            let why = "what still may work may well keep a consumer well: first it is seen refused";
            return Went::because(Came::Waits, why);
        }
        let live =
            of(self.scene.versions(), &self.scene.id).find(|(_, version)| is_in_place(version));
        if let Some((key, _)) = live {
            let why = format!("version {} works: nothing is to fail", key.number);
            return Went::because(Came::Skipped, why);
        }
        let Some(version) = numbers.first().copied() else {
            return Went::new(Came::Skipped);
        };
        let mut changes = Vec::new();
        let mut words = Vec::new();
        let mut is_well_still = false;
        for (id, seen) in self.looked() {
            let Some(seen) = seen else {
                words.push(format!("consumer/{id} declares no health: not proven"));
                continue;
            };
            let (outcome, word) = judged(self.was(version, &id), &seen);
            is_well_still |= outcome == Outcome::Fail;
            changes.extend(self.fact(version, &id, outcome, &seen, &word));
            words.push(format!("consumer/{id} {word}"));
        }
        let why = match words.is_empty() {
            true => "no consumer is known".to_owned(),
            false => words.join("; "),
        };
        let came = match is_well_still {
            true => Came::Failed,
            false => Came::Done,
        };
        Went {
            more: changes,
            ..Went::because(came, why)
        }
    }

    /// Looks at each consumer until none is well, or the longest lag is over.
    fn looked(&mut self) -> Vec<(ConsumerId, Option<Seen>)> {
        let lag = self.scene.provider.max_lag.as_ref();
        let lag = lag.map_or(0, |lag| i64::from(lag.minutes()) * 60);
        let most = self
            .wait
            .map(|most| i64::try_from(most.as_secs()).unwrap_or(i64::MAX));
        let entered = self.now();
        let began = self.began().unwrap_or(entered);
        let mut pause = Duration::from_secs(1);
        loop {
            let consumers = self.scene.consumers();
            let seen: Vec<_> = consumers
                .map(|(id, consumer)| {
                    let declared = consumer.health.as_ref();
                    (id.clone(), declared.map(|it| health(it, self.tools.around)))
                })
                .collect();
            let is_any_well = seen.iter().any(|(_, seen)| {
                seen.as_ref()
                    .is_some_and(|seen| seen.sight == Sight::Allowed)
            });
            let passed = self.now().unix();
            let is_over = passed - began.unix() >= lag
                || most.is_some_and(|most| passed - entered.unix() >= most);
            if !is_any_well || is_over {
                return seen;
            }
            self.tools.hands.pause(pause);
            pause = (pause * 2).min(APART);
        }
    }

    /// When the last of the versions was taken away.
    fn began(&self) -> Option<Timestamp> {
        let numbers = numbers(&self.journal.operation);
        numbers
            .into_iter()
            .filter_map(|number| self.withdrawn_at(number))
            .max()
    }

    fn fact(
        &self,
        version: u32,
        consumer: &ConsumerId,
        outcome: Outcome,
        seen: &Seen,
        word: &str,
    ) -> Option<Change> {
        let now = self.now();
        self.scene.newly(Fact::FailClosed {
            account: self.scene.id.clone(),
            version,
            consumer: consumer.clone(),
            outcome,
            on: now.date(),
            detail: Some(Box::new(Detail {
                at: Some(now),
                environment: Some(self.scene.account.environment.clone()),
                status: seen.status,
                millis: Some(seen.millis),
                came_by: Some(CameBy::Probe),
                note: crate::lifecycle::operation::noted(word),
                ..Detail::default()
            })),
        })
    }
}

/// What it proves how a consumer is, now that the version is refused.
fn judged(before: Option<Outcome>, seen: &Seen) -> (Outcome, String) {
    let (outcome, word) = match (is_well(seen), before) {
        (Outcome::Pass, _) => (
            Outcome::Fail,
            "is STILL WELL while the credential is refused: it runs on something else, or has not noticed yet",
        ),
        (Outcome::Fail, Some(Outcome::Pass)) => (Outcome::Pass, "fails now, and was well before"),
        (Outcome::Fail, Some(Outcome::Fail)) => {
            (Outcome::Inconclusive, "fails, and did before: not proven")
        }
        (Outcome::Fail, Some(Outcome::Inconclusive) | None) => (
            Outcome::Inconclusive,
            "fails now, and nobody saw it well before: not proven",
        ),
        (Outcome::Inconclusive, _) => {
            let why = format!("is not seen, so nothing is proven: {}", seen.why);
            return (Outcome::Inconclusive, why);
        }
    };
    (outcome, word.to_owned())
}

/// A pass where it is well.
fn is_well(seen: &Seen) -> Outcome {
    match seen.sight {
        Sight::Allowed => Outcome::Pass,
        Sight::Denied => Outcome::Fail,
        Sight::Inconclusive => Outcome::Inconclusive,
    }
}
