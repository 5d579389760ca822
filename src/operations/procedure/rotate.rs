//! Rotates an account, entry by entry. A new value is sealed before anything depends on it; the old one goes only after
//! the new one was seen to work; and what is not known to have happened is found out, never assumed.

mod abort;
mod closed;
mod create;
mod found;
mod hand;
mod lent;
mod look;
mod parts;
mod prove;

use anyhow::{Result, bail};

use crate::lifecycle::operation::{Came, advanced, is_uncertain, withdrawn_anew};
use crate::lifecycle::versions;
use crate::model::date::Timestamp;
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, Operation, OperationState, Phase, Work};
use crate::model::procedure::{Stage, Step};
use crate::operations::procedure::journal::{Journal, Told, as_decided};
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::went::{Tools, Went, told};
use crate::operations::procedure::{Ended, Scene};
use crate::provider::{How, Performed, Reach, Session};
use crate::store::StoreError;

/// A rotation under way.
pub struct Rotation<'t, 's> {
    tools: Tools<'t, 's>,
    scene: Scene,
    journal: Journal,
    /// A session that the old version opened before it was taken away.
    session: Option<Session>,
    /// The version that was sealed though another command had closed the rotation.
    kept: Option<u32>,
    /// The new version, where it was seen to be refused as the old one is.
    dead: Option<u32>,
}

impl<'t, 's> Rotation<'t, 's> {
    /// Takes up a rotation that was begun.
    pub fn of(tools: Tools<'t, 's>, scene: Scene, journal: Journal) -> Rotation<'t, 's> {
        Rotation {
            tools,
            scene,
            journal,
            session: None,
            kept: None,
            dead: None,
        }
    }

    /// How it ended, where nothing is left to do.
    fn over(&self) -> Ended {
        match self.dead {
            None => Ended::Done,
            Some(number) => Ended::Failed {
                why: format!(
                    "the rotation is over, and version {number}, the NEW one, does not work: `keyroll rotate {}` makes \
                     another",
                    self.scene.id
                ),
            },
        }
    }

    /// Begins one.
    ///
    /// # Errors
    /// When another one was begun meanwhile.
    pub fn begin(
        tools: Tools<'t, 's>,
        scene: Scene,
        operation: Operation,
    ) -> Result<Rotation<'t, 's>> {
        let decided = as_decided(scene.versions(), &scene.id);
        let journal = Journal::begin(tools.secrets, &scene.id, operation, decided)?;
        Ok(Rotation::of(tools, scene, journal))
    }

    pub fn key(&self) -> &OperationKey {
        &self.journal.key
    }

    fn walk(&mut self) -> Result<Ended> {
        loop {
            let operation = &self.journal.operation;
            let in_order = operation.entries.iter().filter(|entry| !is_aside(entry));
            let of = in_order.count();
            let Some((at, entry)) = operation.current() else {
                return Ok(self.over());
            };
            let entry = entry.clone();
            if operation.what != Work::Rotate {
                let (what, id) = (operation.what, &self.scene.id);
                let why = format!("it is no rotation but {what}: `keyroll revoke {id} --resume`");
                return Ok(Ended::Waits { why });
            }
            self.tools.hands.begins(&entry, at + 1, of);
            if let Some(why) = self.being_given_up() {
                return Ok(Ended::Waits { why });
            }
            let mut went = match self.act(at, &entry) {
                Ok(went) => went,
                Err(error) => return Err(self.broke_off(at, error)),
            };
            // A refusal says nothing of the attempt before it.
            if went.came == Came::Failed && !went.is_settled && is_uncertain(&entry) {
                went.came = Came::Unknown;
            }
            let (came, is_possibly_live) = (went.came.clone(), went.is_possibly_live);
            let why = went.note.clone().unwrap_or_default();
            self.tools.hands.ended(&told(&came, &why));
            self.record(at, went)?;
            match came {
                Came::Done | Came::Skipped | Came::Started => {}
                Came::Waits | Came::NotBegun => return Ok(Ended::Waits { why }),
                Came::Failed | Came::Unknown if is_possibly_live => {
                    return Ok(Ended::PossiblyLive { why });
                }
                Came::Failed | Came::Unknown => return Ok(Ended::Failed { why }),
            }
        }
    }

    /// What cannot go on is a failure too, so that one that never can is not tried for ever. What the store itself could not
    /// do is not written to it.
    fn broke_off(&mut self, at: usize, error: anyhow::Error) -> anyhow::Error {
        if error.downcast_ref::<StoreError>().is_some() {
            return error;
        }
        let entry = self.journal.operation.entries.get(at);
        let came = match entry.is_some_and(is_uncertain) {
            true => Came::Unknown,
            false => Came::Failed,
        };
        let why = format!("{error:#}");
        let told = Told {
            note: Some(&why),
            ..Told::at(self.now())
        };
        match self.journal.note(self.tools.secrets, at, &came, told) {
            Ok(()) => error,
            Err(unwritten) => error.context(unwritten),
        }
    }

    fn act(&mut self, at: usize, entry: &Entry) -> Result<Went> {
        match (entry.phase, &entry.step) {
            (Phase::Withdraw | Phase::FailClosed, _) => bail!(
                "`{}` is a step of a revoke, which no rotation takes",
                entry.title()
            ),
            (Phase::Create, None) => self.make(at),
            (Phase::Create, Some(step)) => {
                if self.withdraws(entry.phase) {
                    self.hold_session()?;
                }
                self.create(at, entry, step)
            }
            (_, Some(step)) => {
                if self.withdraws(entry.phase) {
                    self.hold_session()?;
                }
                let went = self.perform(at, entry, step)?;
                self.or_seen(entry, went)
            }
            (Phase::Test, None) => self.prove(),
            (Phase::Acknowledge, None) => Ok(self.acknowledged()),
            (Phase::Promote, None) => self.promote(),
            (Phase::Overlap, None) => Ok(self.overlap()),
            (Phase::Refusal, None) => match self.new_is_gone(at, entry)? {
                Some(went) => Ok(went),
                None => self.refusal(at),
            },
            (Phase::Set | Phase::Retire | Phase::Finish, None) => Ok(Went::new(Came::Done)),
        }
    }

    /// Commits what came of an entry, and reads the scene anew.
    fn record(&mut self, at: usize, went: Went) -> Result<()> {
        let now = self.now();
        let base = went.after.unwrap_or_else(|| self.journal.operation.clone());
        let note = went.note.as_deref();
        let mut after = advanced(&base, at, &went.came, now, went.millis, note);
        if went.is_look {
            after.entries[at].at = base.entries[at].at;
        }
        self.journal.write(self.tools.secrets, after, went.more)?;
        self.refresh()
    }

    fn refresh(&mut self) -> Result<()> {
        let name = self.scene.id.to_string();
        self.scene = Scene::read(self.tools.secrets.store(), &name)?;
        Ok(())
    }

    /// Commits that an entry is about to take effect. What it gives can be sealed only while the store's key is the one that
    /// was opened here: from here on nobody renews it, and where somebody has, nothing begins.
    fn started(&mut self, at: usize) -> Result<()> {
        let entry = self.journal.operation.entries.get(at);
        let is_create = entry.is_some_and(|entry| entry.phase == Phase::Create);
        let same = is_create.then(|| self.tools.secrets.same_key());
        let told = Told {
            more: same.into_iter().collect(),
            ..Told::at(self.now())
        };
        self.journal
            .note(self.tools.secrets, at, &Came::Started, told)
    }

    fn now(&self) -> Timestamp {
        self.tools.hands.now()
    }

    fn subject(&self) -> Subject<'_> {
        let operation = &self.journal.operation;
        let version = |number: Option<u32>| self.scene.version(number?).ok();
        Subject {
            version: version(operation.version),
            previous: version(operation.from),
            identity: operation.identity.as_ref(),
            tag: None,
            id: None,
            is_going: false,
        }
    }

    /// Does a step of the procedure.
    fn perform(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        if step.manual.is_some() {
            return self.by_hand(at, entry, step);
        }
        let done = self.acted(Some(at), step, None)?;
        let came = match done.how {
            How::Done => Came::Done,
            How::Failed => Came::Failed,
            How::Unknown => Came::Unknown,
        };
        Ok(Went {
            note: Some(done.why),
            millis: Some(done.millis),
            ..Went::new(came)
        })
    }

    /// Runs the request or the program of a step. As an entry of the journal it is committed first, once all that it needs
    /// is at hand: what could not even begin is not uncertain.
    fn acted(&mut self, at: Option<usize>, step: &Step, id: Option<&str>) -> Result<Performed> {
        let tag = self.journal.operation.tag();
        let part = self.part_id();
        let id = id.or(part.as_ref().map(|id| id.as_str()));
        let subject = Subject {
            tag: Some(&tag),
            id,
            ..self.subject()
        };
        let lent = self.lent(at, step, subject);
        let opened = Opened::for_text(&step.asked(), &self.scene, &lent, self.tools.secrets)?;
        self.scene.environment()?;
        if let Some(at) = at {
            self.started(at)?;
        }
        let subject = Subject {
            tag: Some(&tag),
            id,
            ..self.subject()
        };
        let values = opened.values(&self.scene, &subject, self.now());
        let reach = Reach::of(self.scene.environment()?, self.tools.around);
        Ok(reach.perform(step, &values))
    }

    /// Whether each consumer has the new version.
    fn acknowledged(&self) -> Went {
        let Some(number) = self.journal.operation.version else {
            return Went::new(Came::Skipped);
        };
        let missing = self.scene.unacknowledged(number);
        if missing.is_empty() {
            return Went::new(Came::Done);
        }
        let commands: Vec<String> = missing
            .iter()
            .map(|id| format!("keyroll consumer ack {id} {}", self.scene.id))
            .collect();
        Went::because(
            Came::Waits,
            format!(
                "version {number} is not acknowledged by every consumer: {}",
                commands.join("; ")
            ),
        )
    }

    /// Makes the new version the current one, and begins the overlap.
    fn promote(&mut self) -> Result<Went> {
        let now = self.now();
        let Some(number) = self.journal.operation.version else {
            return Ok(Went::because(Came::Failed, "there is no new version"));
        };
        // What this rotation made, and no other value that waits.
        let key = self.scene.version(number)?.0.clone();
        let more = versions::promote(self.scene.versions(), &key, now.date())?;
        let overlap = self
            .scene
            .policy()
            .and_then(|policy| policy.overlap.as_ref());
        let until =
            overlap.map(|span| Timestamp::from_unix(now.unix() + i64::from(span.minutes()) * 60));
        let after = Operation {
            until,
            ..self.journal.operation.clone()
        };
        Ok(Went {
            after: Some(after),
            more,
            ..Went::new(Came::Done)
        })
    }

    /// Whether the overlap is over.
    fn overlap(&self) -> Went {
        match self.journal.operation.until {
            Some(until) if self.now() < until => Went::because(
                Came::Waits,
                format!(
                    "both versions live until {until}; then `keyroll rotate {} --resume`, or the next `keyroll rotate --due`",
                    self.scene.id
                ),
            ),
            Some(_) | None => Went::new(Came::Done),
        }
    }

    /// Lets it go on, now that somebody looked at it: one that stalled begins to count anew, and what withdraws the old
    /// version is done once more where the provider was not seen to refuse it.
    ///
    /// # Errors
    /// When it cannot be committed.
    pub fn unstall(&mut self) -> Result<()> {
        let after = match self.journal.operation.state {
            OperationState::Stalled => self.journal.unstalled(),
            OperationState::Open | OperationState::Done | OperationState::Aborted => {
                self.journal.operation.clone()
            }
        };
        let after = match self.was_seen_refused() {
            true => after,
            false => withdrawn_anew(&after),
        };
        if self.being_given_up().is_some() || after == self.journal.operation {
            return Ok(());
        }
        self.journal.write(self.tools.secrets, after, Vec::new())
    }
}

/// Whether an entry stands beside the order: what is done where nobody knows what was made, or it is given up.
fn is_aside(entry: &Entry) -> bool {
    let stage = entry.step.as_ref().and_then(|step| step.stage);
    matches!(stage, Some(Stage::Find | Stage::Discard))
}
