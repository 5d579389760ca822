//! Rehearses a revoke: each step by what it declares for that, else by all that can be seen of it without an effect. Sends
//! nothing that changes anything, and takes nothing away.

mod look;

use anyhow::Result;

use crate::lifecycle::operation::{advanced, noted};
use crate::model::change::Change;
use crate::model::date::Timestamp;
use crate::model::fact::{Detail, Fact, Outcome};
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase};
use crate::operations::procedure::Scene;
use crate::operations::procedure::journal::Journal;
use crate::operations::procedure::went::Tools;

use crate::lifecycle::operation::Came as Step;

/// How a drill came out.
pub struct Drilled {
    pub result: Outcome,
    pub entries: Vec<Entry>,
    pub seconds: i64,
}

/// A drill under way.
pub struct Drill<'t, 's> {
    tools: Tools<'t, 's>,
    scene: Scene,
    /// How the one who administers the environment logs on: seen once.
    admin: Option<Looked>,
}

/// What was seen of an entry.
#[derive(Clone)]
struct Looked {
    outcome: Option<Outcome>,
    why: String,
    millis: Option<u32>,
}

impl Looked {
    fn of(outcome: Outcome, why: impl Into<String>) -> Looked {
        Looked {
            outcome: Some(outcome),
            why: why.into(),
            millis: None,
        }
    }

    /// There was nothing to look at.
    fn nothing(why: impl Into<String>) -> Looked {
        Looked {
            outcome: None,
            why: why.into(),
            millis: None,
        }
    }

    fn came(&self) -> Step {
        match self.outcome {
            Some(Outcome::Pass) => Step::Done,
            Some(Outcome::Fail) => Step::Failed,
            Some(Outcome::Inconclusive) => Step::Waits,
            None => Step::Skipped,
        }
    }
}

impl<'t, 's> Drill<'t, 's> {
    pub fn of(tools: Tools<'t, 's>, scene: Scene) -> Drill<'t, 's> {
        Drill {
            tools,
            scene,
            admin: None,
        }
    }

    /// Rehearses every entry, and records how it went.
    ///
    /// # Errors
    /// When the store or the terminal fails.
    pub fn run(&mut self, operation: Operation) -> Result<Drilled> {
        let began = self.now();
        let mut after = operation;
        let of = after.entries.len();
        let mut result = Outcome::Pass;
        for at in 0..of {
            let entry = after.entries[at].clone();
            if entry.phase == Phase::Finish {
                after = advanced(&after, at, &Step::Done, self.now(), None, None);
                continue;
            }
            self.tools.hands.begins(&entry, at + 1, of);
            let looked = self.look(&entry)?;
            self.tools.hands.ended(&words(&looked));
            result = worse(result, looked.outcome);
            let (now, why) = (self.now(), Some(looked.why.as_str()));
            after = advanced(&after, at, &looked.came(), now, looked.millis, why);
        }
        let seconds = (self.now().unix() - began.unix()).max(0);
        // A drill is never open: it had no effect that somebody would have to go on with.
        after.state = OperationState::Done;
        let entries = after.entries.clone();
        let changes = self.fact(&after, result, seconds);
        Journal::begin(self.tools.secrets, &self.scene.id, after, changes)?;
        Ok(Drilled {
            result,
            entries,
            seconds,
        })
    }

    fn now(&self) -> Timestamp {
        self.tools.hands.now()
    }

    fn look(&mut self, entry: &Entry) -> Result<Looked> {
        match (entry.phase, &entry.step) {
            (Phase::Withdraw, Some(step)) => self.step(entry, step),
            (Phase::Refusal, _) => Ok(self.logon(entry)),
            (Phase::FailClosed, _) => Ok(self.consumers()),
            (
                Phase::Withdraw
                | Phase::Create
                | Phase::Set
                | Phase::Test
                | Phase::Acknowledge
                | Phase::Promote
                | Phase::Overlap
                | Phase::Retire
                | Phase::Finish,
                _,
            ) => Ok(Looked::nothing("")),
        }
    }

    /// The fact that the procedure was rehearsed.
    fn fact(&self, operation: &Operation, result: Outcome, seconds: i64) -> Vec<Change> {
        let Some(procedure) = operation.procedure.clone() else {
            return Vec::new();
        };
        let now = self.now();
        let steps = operation
            .entries
            .iter()
            .filter(|entry| entry.step.is_some());
        let done = steps
            .clone()
            .filter(|entry| entry.state == EntryState::Done);
        let note = format!(
            "{} of {} steps could be done; {seconds} s",
            done.count(),
            steps.count()
        );
        let fact = Fact::Drill {
            procedure,
            account: Some(self.scene.id.clone()),
            on: now.date(),
            result,
            minutes: u32::try_from((seconds + 59) / 60).ok(),
            detail: Some(Box::new(Detail {
                at: Some(now),
                environment: Some(self.scene.account.environment.clone()),
                millis: u32::try_from(seconds.saturating_mul(1000)).ok(),
                note: noted(&note),
                ..Detail::default()
            })),
        };
        self.scene.newly(fact).into_iter().collect()
    }
}

/// The worse of two.
fn worse(one: Outcome, other: Option<Outcome>) -> Outcome {
    match (one, other) {
        (_, Some(Outcome::Fail)) | (Outcome::Fail, _) => Outcome::Fail,
        (_, Some(Outcome::Inconclusive)) | (Outcome::Inconclusive, _) => Outcome::Inconclusive,
        (Outcome::Pass, Some(Outcome::Pass) | None) => Outcome::Pass,
    }
}

fn words(looked: &Looked) -> String {
    let word = match looked.outcome {
        Some(Outcome::Pass) => "could be done",
        Some(Outcome::Fail) => "could NOT be done",
        Some(Outcome::Inconclusive) => "not known whether it could be done",
        None => "nothing to rehearse",
    };
    match looked.why.as_str() {
        "" => word.to_owned(),
        why => format!("{word}: {why}"),
    }
}
