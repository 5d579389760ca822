//! What other commands do while a revoke begins or is under way. An emergency that was decided by what is otherwise
//! meanwhile is decided anew; of two that go on with one journal, one does.

use std::time::Duration;

use anyhow::Result;

use crate::lifecycle::operation::{Revoke, covers, of, revocation};
use crate::model::event::Actor;
use crate::model::operation::{Operation, OperationState, Work};
use crate::model::text::Text;
use crate::operations::procedure::journal::is_conflict;
use crate::operations::procedure::revoke::{Came, Revocation};
use crate::operations::procedure::went::Tools;
use crate::operations::procedure::{Journal, Scene};
use crate::operations::secrets::Refusal;

/// How often an emergency is decided, or gone through, where others commit all the time.
const TRIES: u32 = 10;

impl<'t, 's> Revocation<'t, 's> {
    /// Begins a revoke as it was decided; an emergency anew where something else was committed meanwhile. Where another
    /// emergency began that is about the same, it goes on with that. `anew` is what it is decided from then: the one
    /// version that goes, where it is one, the token, and who does it.
    ///
    /// # Errors
    /// When it cannot begin.
    pub fn begin_or_anew(
        tools: Tools<'t, 's>,
        (mut scene, revoke): (Scene, Revoke),
        wait: Option<Duration>,
        anew: (Option<u32>, Text, &Actor),
    ) -> Result<Revocation<'t, 's>> {
        let (id, what) = (scene.id.clone(), revoke.operation.what);
        let began = revoke.operation.began;
        let (only, token, actor) = anew;
        let mut begun = Revocation::first(tools.secrets, &scene, revoke);
        for _ in 1..TRIES {
            match &begun {
                Err(error) if what == Work::Emergency && is_otherwise(error) => {}
                Ok(_) | Err(_) => break,
            }
            scene = Scene::read(tools.secrets.store(), id.as_str())?;
            if let Some(journal) = begun_by_another(&scene, only) {
                return Ok(Revocation::of(tools, scene, journal, wait));
            }
            let decided = (token.clone(), actor, began);
            let revoke = revocation(what, &scene.revoking(only), decided)?;
            begun = Revocation::first(tools.secrets, &scene, revoke);
        }
        let journal = begun?;
        Revocation::begun(tools, scene, journal, wait)
    }

    /// Goes through what is not over, once. A planned revoke stops at the first failure, an emergency at none, and not
    /// where something else was committed meanwhile.
    ///
    /// # Errors
    /// When the store fails: what cannot be journaled is not done.
    pub fn run(&mut self) -> Result<Came> {
        for _ in 1..TRIES {
            match self.walk() {
                // What came to light meanwhile goes too.
                Ok(_) if self.is_emergency() && self.is_to_join() => {}
                Err(error) if is_conflict(&error) => {
                    if let Some(came) = self.overtaken()? {
                        return Ok(came);
                    }
                    // A version is another meanwhile; in an emergency nobody is sent back for that.
                    if !self.is_emergency() {
                        return Err(error);
                    }
                }
                went => return went,
            }
        }
        self.walk()
    }

    /// How it stands by what another command made of it, where a commit was refused for that; `None` where the journal is
    /// as it was, and something else was committed.
    pub(super) fn overtaken(&mut self) -> Result<Option<Came>> {
        self.refresh()?;
        let now = self.scene.operations().get(&self.journal.key);
        let Some(now) = now.filter(|now| **now != self.journal.operation).cloned() else {
            return Ok(None);
        };
        self.journal.operation = now;
        let meanwhile = self.meanwhile(&self.journal.operation);
        // What closed it says how the versions stand, and what is left.
        let mut all = of(self.scene.operations(), &self.scene.id).rev();
        let next = all.find(|(_, it)| matches!(it.what, Work::Revoke | Work::Emergency));
        if let Some((key, operation)) = next.map(|(key, it)| (key.clone(), it.clone())) {
            self.journal = Journal::of(key, operation);
        }
        Ok(Some(Came {
            meanwhile: Some(meanwhile),
            ..self.came()
        }))
    }

    fn meanwhile(&self, now: &Operation) -> String {
        let (id, number, what) = (&self.scene.id, self.journal.key.number, now.what);
        let resume = format!("once it has ended, `keyroll revoke {id} --resume` looks again");
        let after = of(self.scene.operations(), id).rev();
        let mut after = after.take_while(|(key, _)| key.number > number);
        let other = after.find(|(_, it)| it.what != Work::Drill);
        match (now.state, other) {
            (OperationState::Open | OperationState::Stalled, _) => {
                format!(
                    "another command goes on with {what} {number}, and this one stops: {resume}"
                )
            }
            (OperationState::Done, _) => {
                format!("another command brought {what} {number} to its end")
            }
            (OperationState::Aborted, Some((other, it))) => format!(
                "{} {}, which {} began {}, closed {what} {number}, and this command stops",
                it.what, other.number, it.by, it.began
            ),
            (OperationState::Aborted, None) => format!("another command closed {what} {number}"),
        }
    }
}

/// The emergency that another command began meanwhile, and that is about the same: it is open, or did it all.
fn begun_by_another(scene: &Scene, only: Option<u32>) -> Option<Journal> {
    let (key, operation) = of(scene.operations(), &scene.id).next_back()?;
    let is_there = match operation.state {
        OperationState::Open | OperationState::Stalled | OperationState::Done => true,
        OperationState::Aborted => false,
    };
    // Of one that is done all that could still work is none, or it is another.
    (is_there && covers(operation, &scene.revoking(only)))
        .then(|| Journal::of(key.clone(), operation.clone()))
}

/// Whether something else was committed since it was decided.
fn is_otherwise(error: &anyhow::Error) -> bool {
    is_conflict(error) || matches!(error.downcast_ref(), Some(Refusal::Open { .. }))
}
