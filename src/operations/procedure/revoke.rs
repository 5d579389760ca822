//! Revokes an account, entry by entry. A version is possibly live from the first effect on, and revoked only once the
//! provider was seen to refuse it. A planned revoke stops at the first failure; an emergency goes on past it.

mod anew;
mod came;
mod closed;
mod refusal;
mod unseen;
mod withdraw;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{Going, Revoke, advanced, numbers, touched, was_tried};
use crate::model::change::Change;
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::fact::Outcome;
use crate::model::id::ConsumerId;
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, Operation, OperationState, Phase, Work};
use crate::operations::procedure::Scene;
use crate::operations::procedure::journal::{Journal, as_decided, is_conflict};
use crate::operations::procedure::went::{Tools, Went, told};
use crate::operations::procedure::withdrawal::{self, baseline};
use crate::operations::secrets::Secrets;
use crate::provider::Session;

use crate::lifecycle::operation::Came as Step;

pub use came::{Came, Left, Stands};

/// A revoke under way.
pub struct Revocation<'t, 's> {
    tools: Tools<'t, 's>,
    scene: Scene,
    journal: Journal,
    /// The longest that somebody is still willing to wait for proofs; the longest lag of the provider for each where `None`.
    wait: Option<Duration>,
    /// Sessions that were opened before the first effect.
    sessions: BTreeMap<u32, Session>,
    /// How the consumers were before the first effect.
    before: BTreeMap<ConsumerId, Outcome>,
    /// Versions that were not accepted before anything was done about them, in this run.
    refused_before: BTreeSet<u32>,
}

impl<'t, 's> Revocation<'t, 's> {
    /// Takes up a revoke that was begun.
    pub fn of(
        tools: Tools<'t, 's>,
        scene: Scene,
        journal: Journal,
        wait: Option<Duration>,
    ) -> Revocation<'t, 's> {
        Revocation {
            tools,
            scene,
            journal,
            wait,
            sessions: BTreeMap::new(),
            before: BTreeMap::new(),
            refused_before: BTreeSet::new(),
        }
    }

    /// Begins one; what was under way is closed in the same commit.
    ///
    /// # Errors
    /// When another one was begun meanwhile.
    pub fn begin(
        tools: Tools<'t, 's>,
        scene: Scene,
        revoke: Revoke,
        wait: Option<Duration>,
    ) -> Result<Revocation<'t, 's>> {
        let journal = Revocation::first(tools.secrets, &scene, revoke)?;
        Revocation::begun(tools, scene, journal, wait)
    }

    /// The commit that begins it: refused where a version is another than it was decided by.
    fn first(secrets: &mut Secrets<'_>, scene: &Scene, revoke: Revoke) -> Result<Journal> {
        let mut first = revoke.changes();
        first.extend(as_decided(scene.versions(), &scene.id));
        Journal::begin(secrets, &scene.id, revoke.operation, first)
    }

    fn begun(
        tools: Tools<'t, 's>,
        scene: Scene,
        journal: Journal,
        wait: Option<Duration>,
    ) -> Result<Revocation<'t, 's>> {
        let mut begun = Revocation::of(tools, scene, journal, wait);
        begun.refresh()?;
        Ok(begun)
    }

    pub fn key(&self) -> &OperationKey {
        &self.journal.key
    }

    /// Goes through what is not over, once. A planned revoke stops at the first failure, an emergency at none.
    fn walk(&mut self) -> Result<Came> {
        self.unstall()?;
        self.join()?;
        self.prepare()?;
        let of = self.journal.operation.entries.len();
        let mut stopped: Option<Phase> = None;
        for at in 0..of {
            let entry = self.journal.operation.entries[at].clone();
            // Each version is looked at, whatever became of the one before.
            let goes_on = match stopped {
                None => true,
                Some(_) if self.is_emergency() => true,
                Some(phase) => phase == Phase::Refusal && entry.phase == Phase::Refusal,
            };
            if entry.is_over() || !goes_on {
                continue;
            }
            if entry.phase == Phase::Finish {
                self.settle()?;
                if self.is_anything_left(at) {
                    continue;
                }
            }
            self.tools.hands.begins(&entry, at + 1, of);
            let before = self.now();
            let went = self.act(at, &entry)?;
            self.waited(&entry, before);
            let came = went.came.clone();
            let why = went.note.clone().unwrap_or_default();
            self.tools.hands.ended(&told(&came, &why));
            self.record(at, went)?;
            match came {
                Step::Done | Step::Skipped | Step::Started => {}
                // What nobody saw keeps nothing from going that is known.
                Step::Waits | Step::NotBegun | Step::Failed | Step::Unknown
                    if entry.tag.is_some() => {}
                Step::Waits | Step::NotBegun | Step::Failed | Step::Unknown => {
                    stopped = stopped.or(Some(entry.phase));
                }
            }
        }
        Ok(self.came())
    }

    /// Takes what was spent on a proof from what somebody is willing to wait for all of them.
    fn waited(&mut self, entry: &Entry, since: Timestamp) {
        if entry.phase == Phase::Refusal {
            let spent = self.now().unix().saturating_sub(since.unix());
            let spent = Duration::from_secs(u64::try_from(spent).unwrap_or(0));
            self.wait = self.wait.map(|left| left.saturating_sub(spent));
        }
    }

    /// Gives it up: what was not done stays undone, and what may still work stays so.
    ///
    /// # Errors
    /// When it cannot be committed.
    pub fn abort(&mut self) -> Result<Came> {
        let after = Operation {
            state: OperationState::Aborted,
            ..self.settled_by_word()
        };
        match self.journal.write(self.tools.secrets, after, Vec::new()) {
            Err(error) if is_conflict(&error) => self.overtaken()?.ok_or(error),
            Err(error) => Err(error),
            Ok(()) => Ok(self.came()),
        }
    }

    fn is_emergency(&self) -> bool {
        self.journal.operation.what == Work::Emergency
    }

    /// Steps of which nobody knew whether they took effect, now that what they are about was seen refused.
    fn settle(&mut self) -> Result<()> {
        for at in 0..self.journal.operation.entries.len() {
            let entry = &self.journal.operation.entries[at];
            if entry.phase != Phase::Withdraw || entry.is_over() {
                continue;
            }
            if let Some(went) = self.is_superfluous(entry) {
                self.record(at, went)?;
            }
        }
        Ok(())
    }

    fn is_anything_left(&self, before: usize) -> bool {
        let entries = &self.journal.operation.entries[..before];
        entries.iter().any(|entry| !entry.is_over())
    }

    /// Lets a stalled one go on, now that somebody looked at it.
    fn unstall(&mut self) -> Result<()> {
        if self.journal.operation.state != OperationState::Stalled {
            return Ok(());
        }
        let after = self.journal.unstalled();
        self.journal.write(self.tools.secrets, after, Vec::new())
    }

    /// What must be seen before the first effect: that the versions are accepted, a session that is held, and that the
    /// consumers are well. Nothing of it keeps a revoke from going on.
    fn prepare(&mut self) -> Result<()> {
        let withdraws = self.withdrawals().next().is_some();
        let all = numbers(&self.journal.operation).into_iter();
        let live = all.filter(|number| withdraws && self.may_log_on(*number));
        let live: Vec<u32> = live.collect();
        let hasty = self.tools.around.hasty();
        let around = match self.is_emergency() {
            true => &hasty,
            false => self.tools.around,
        };
        let now = self.now();
        if !live.is_empty() {
            let (seen, accepted) = baseline(&self.scene, &live, self.tools.secrets, around, now)?;
            let after = accepted
                .iter()
                .fold(self.journal.operation.clone(), |after, number| {
                    self.undone(after, *number)
                });
            let untouched = live.iter().filter(|number| {
                !accepted.contains(number) && self.withdrawn_at(**number).is_none()
            });
            self.refused_before = untouched.copied().collect();
            if !seen.is_empty() || after != self.journal.operation {
                match self.journal.write(self.tools.secrets, after, seen) {
                    // Somebody else recorded something meanwhile: what matters of it is found at the first effect.
                    Err(error) if !is_conflict(&error) => return Err(error),
                    Err(_) | Ok(()) => self.refresh()?,
                }
            }
        }
        for number in live {
            let secrets = &*self.tools.secrets;
            if let Ok(Some(session)) = withdrawal::hold(&self.scene, number, secrets, around, now) {
                self.sessions.insert(number, session);
            }
        }
        if !self.withdrawals().any(was_tried) {
            self.before = self.healths(around);
        }
        Ok(())
    }

    /// Whether a logon is worth a try before the proof: where bad ones lock, not with what may be refused already.
    fn may_log_on(&self, number: u32) -> bool {
        match self.stage(number) {
            VersionStage::Revoked => false,
            VersionStage::PossiblyLive => self.scene.provider.lockout_after.is_none(),
            VersionStage::Pending | VersionStage::Current | VersionStage::Previous => true,
        }
    }

    fn withdrawals(&self) -> impl Iterator<Item = &Entry> {
        let entries = self.journal.operation.entries.iter();
        entries.filter(|entry| entry.phase == Phase::Withdraw && entry.tag.is_none())
    }

    fn act(&mut self, at: usize, entry: &Entry) -> Result<Went> {
        let went = match entry.phase {
            Phase::Withdraw => match &entry.tag {
                Some(tag) => self.unseen(at, entry, tag),
                None => self.withdraw(at, entry),
            },
            Phase::Refusal => match self.is_too_early(entry) {
                Some(went) => Ok(went),
                None => self.refusal(entry),
            },
            Phase::FailClosed => Ok(self.fail_closed()),
            Phase::Finish => Ok(Went::new(Step::Done)),
            Phase::Create
            | Phase::Set
            | Phase::Test
            | Phase::Acknowledge
            | Phase::Promote
            | Phase::Overlap
            | Phase::Retire => Ok(Went::because(Step::Skipped, "that is no part of a revoke")),
        };
        match went {
            // What keeps one version from being taken away keeps no other.
            Err(error) if self.is_emergency() && !is_of_the_store(&error) => {
                Ok(Went::because(Step::Failed, format!("{error:#}")))
            }
            went => went,
        }
    }

    /// Commits what came of an entry, and reads the scene anew.
    fn record(&mut self, at: usize, went: Went) -> Result<()> {
        let now = self.now();
        let note = went.note.as_deref();
        let operation = went.after.as_ref().unwrap_or(&self.journal.operation);
        let mut after = advanced(operation, at, &went.came, now, went.millis, note);
        if went.is_look {
            after.entries[at].at = operation.entries[at].at;
        }
        self.journal.write(self.tools.secrets, after, went.more)?;
        self.refresh()
    }

    fn refresh(&mut self) -> Result<()> {
        let name = self.scene.id.to_string();
        self.scene = Scene::read(self.tools.secrets.store(), &name)?;
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.tools.hands.now()
    }

    fn stage(&self, number: u32) -> VersionStage {
        let found = self.scene.version(number);
        // A version that nobody knows is not called revoked.
        found.map_or(VersionStage::PossiblyLive, |(_, version)| version.stage)
    }

    /// The versions that an entry takes away.
    fn touched(&self, entry: &Entry) -> Vec<u32> {
        let scene = &self.scene;
        let every = Going::every(&scene.id, &scene.credential, scene.versions());
        touched(entry, &self.journal.operation, &every)
    }

    /// The changes that say of versions that they may still work.
    fn possibly_live(&self, numbers: &[u32]) -> Vec<Change> {
        let keys = numbers.iter().filter_map(|number| {
            let (key, _) = self.scene.version(*number).ok()?;
            crate::lifecycle::operation::possibly_live(self.scene.versions(), key)
        });
        keys.collect()
    }
}

/// Whether the store itself failed: what cannot be journaled must not be done.
fn is_of_the_store(error: &anyhow::Error) -> bool {
    error.downcast_ref::<crate::store::StoreError>().is_some()
}
