//! What is looked at while a rotation goes on: whether the provider accepts the new version, and refuses the old one.

use anyhow::Result;

use crate::lifecycle::operation::{Came, MOST_FAILURES, ends_old, has_begun, is_uncertain};
use crate::lifecycle::testing::accepted;
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::fact::{Fact, Refusal};
use crate::model::operation::{Entry, EntryState, Operation, Phase};
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::went::Went;
use crate::operations::procedure::withdrawal::{self, Ground, Seen, baseline};
use crate::provider::Sight;

impl Rotation<'_, '_> {
    /// Whether a phase takes the old version away.
    pub(super) fn withdraws(&self, phase: Phase) -> bool {
        ends_old(&self.journal.operation, phase)
    }

    /// A step that is not done at a later attempt may have been done by an earlier one: then the provider shows it.
    pub(super) fn or_seen(&self, entry: &Entry, went: Went) -> Result<Went> {
        let was_tried = is_uncertain(entry) || entry.state == EntryState::Failed;
        let operation = &self.journal.operation;
        let (number, wanted, words) = match entry.phase {
            Phase::Set if is_uncertain(entry) => (operation.version, Sight::Allowed, "accepts"),
            Phase::Retire if was_tried => (operation.from, Sight::Denied, "refuses"),
            Phase::Create
            | Phase::Set
            | Phase::Test
            | Phase::Acknowledge
            | Phase::Promote
            | Phase::Overlap
            | Phase::Retire
            | Phase::Withdraw
            | Phase::Refusal
            | Phase::FailClosed
            | Phase::Finish => return Ok(went),
        };
        let (Some(number), Came::Failed | Came::Unknown) = (number, &went.came) else {
            return Ok(went);
        };
        let tools = (&*self.tools.secrets, self.tools.around, self.now());
        if withdrawal::sight(&self.scene, number, tools)? != Some(wanted) {
            return Ok(went);
        }
        let why = went.note.unwrap_or_default();
        let note = format!("{why}; the provider {words} version {number} already");
        Ok(Went {
            millis: went.millis,
            ..Went::because(Came::Done, note)
        })
    }

    /// Whether a fresh logon with the old version was refused already: what is left are sessions, and nothing is gained by
    /// taking it away once more.
    pub(super) fn was_seen_refused(&self) -> bool {
        let from = self.journal.operation.from;
        self.scene.facts().any(|fact| match fact {
            Fact::Refused {
                version,
                way: Refusal::FreshLogon,
                ..
            } => Some(*version) == from,
            Fact::Refused {
                way: Refusal::HeldSession,
                ..
            }
            | Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Acknowledged { .. }
            | Fact::FailClosed { .. } => false,
        })
    }

    /// Whether the new version is the old one: the provider gave again what there was.
    pub(super) fn is_no_new_one(&self) -> bool {
        let operation = &self.journal.operation;
        let held = |number: Option<u32>| self.scene.version(number?).ok()?.1.held.as_ref();
        let (Some(new), Some(old)) = (held(operation.version), held(operation.from)) else {
            return false;
        };
        let mut prints = new.fingerprints.values();
        prints.any(|print| old.fingerprints.values().any(|other| other == print))
    }

    /// Why it does not go on, where it is being given up: what it made is taken away, or about to be.
    pub(super) fn being_given_up(&self) -> Option<String> {
        let (_, version) = self.scene.version(self.journal.operation.version?).ok()?;
        let is_withdrawn = match version.stage {
            VersionStage::PossiblyLive | VersionStage::Revoked => true,
            VersionStage::Pending | VersionStage::Current | VersionStage::Previous => false,
        };
        let id = &self.scene.id;
        is_withdrawn.then(|| format!("it is being given up: `keyroll rotate {id} --abort` goes on"))
    }

    /// Sees that a version is accepted, once, before it is taken away.
    pub(super) fn seen_accepted(&mut self, number: u32) -> Result<()> {
        let (operation, place) = (&self.journal.operation, &self.scene.account.environment);
        let last = accepted(self.scene.facts_here(), number, place);
        let is_begun = self.withdrawn_at(operation.entries.len()).is_some();
        if is_begun || last.is_some_and(|last| last >= operation.began) {
            return Ok(());
        }
        let (secrets, around) = (&*self.tools.secrets, self.tools.around);
        let (seen, _) = baseline(&self.scene, &[number], secrets, around, self.now())?;
        if seen.is_empty() {
            return Ok(());
        }
        let same = self.journal.operation.clone();
        self.journal.write(self.tools.secrets, same, seen)?;
        self.refresh()
    }

    /// Opens a session with the old version while it still works.
    pub(super) fn hold_session(&mut self) -> Result<()> {
        if self.session.is_some() {
            return Ok(());
        }
        if let Some(from) = self.journal.operation.from {
            self.seen_accepted(from)?;
            self.session = withdrawal::hold(
                &self.scene,
                from,
                self.tools.secrets,
                self.tools.around,
                self.now(),
            )?;
        }
        Ok(())
    }

    /// Sees whether the provider refuses the old version.
    pub(super) fn refusal(&mut self, at: usize) -> Result<Went> {
        let Some(from) = self.journal.operation.from else {
            return Ok(Went::new(Came::Skipped));
        };
        let operation = &self.journal.operation;
        let ends = operation.entries.iter().take(at);
        let ends = ends.filter(|entry| entry.step.is_some() && self.withdraws(entry.phase));
        let is_taken = ends.clone().any(has_begun);
        let ground = Ground {
            since: self.withdrawn_at(at),
            most: None,
            others: operation.version.into_iter().collect(),
            taken: is_taken.then_some(operation.began),
            is_done: ends.clone().any(|entry| entry.state == EntryState::Done),
        };
        let seen = withdrawal::refusal(
            &self.scene,
            from,
            &ground,
            self.session.as_mut(),
            (self.tools.secrets, self.tools.around, self.tools.hands),
        )?;
        // Whoever goes on after a look that proved nothing may have lost both.
        let was_in_doubt = self.journal.operation.entries[at].state != EntryState::Waiting;
        if let (Seen::Refused { .. }, true, Some(new)) =
            (&seen, was_in_doubt, self.journal.operation.version)
        {
            let tools = (&*self.tools.secrets, self.tools.around, self.now());
            let is_dead = withdrawal::sight(&self.scene, new, tools)? == Some(Sight::Denied);
            self.dead = is_dead.then_some(new);
        }
        Ok(match seen {
            Seen::Refused { changes, note } => Went {
                more: changes,
                ..Went::because(Came::Done, note)
            },
            Seen::NotYet { changes, why, .. } => Went {
                more: changes,
                is_possibly_live: true,
                ..Went::because(Came::Unknown, why)
            },
        })
    }

    /// What took the old version away may have taken the new one too. That is said once, and waits for somebody: then the
    /// rotation goes on to its end, after which another can begin.
    pub(super) fn new_is_gone(&self, at: usize, entry: &Entry) -> Result<Option<Went>> {
        let operation = &self.journal.operation;
        let mut before = operation.entries.iter().take(at).rev();
        let last = before.find(|entry| entry.step.is_some() && has_begun(entry));
        let retired_last = last.is_some_and(|entry| entry.phase == Phase::Retire);
        let (Some(number), true, EntryState::Waiting) =
            (operation.version, retired_last, entry.state)
        else {
            return Ok(None);
        };
        let tools = (&*self.tools.secrets, self.tools.around, self.now());
        let is_gone = withdrawal::sight(&self.scene, number, tools)? == Some(Sight::Denied);
        let id = &self.scene.id;
        Ok(is_gone.then(|| Went {
            after: Some(Operation {
                failures: MOST_FAILURES,
                ..operation.clone()
            }),
            ..Went::because(
                Came::Failed,
                format!(
                    "version {number}, the NEW one, does not work any more: what retired the old one took it too; \
                     `keyroll rotate {id} --resume` ends this rotation, then rotate it anew"
                ),
            )
        }))
    }

    /// When the old version was taken away.
    fn withdrawn_at(&self, before: usize) -> Option<Timestamp> {
        let done = self.journal.operation.entries.iter().take(before);
        let effects = done.filter(|entry| {
            entry.step.is_some() && self.withdraws(entry.phase) && has_begun(entry)
        });
        effects.filter_map(|entry| entry.at).next_back()
    }
}
