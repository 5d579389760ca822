//! Gives a rotation up: what it had made is taken away again, and seen to be refused. Never touches the version that
//! works.

use anyhow::Result;

use crate::lifecycle::operation::forgotten;
use crate::model::change::Change;
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase};
use crate::model::procedure::Stage;
use crate::operations::procedure::Ended;
use crate::operations::procedure::rotate::{Rotation, is_uncertain};
use crate::operations::procedure::withdrawal::{self, Seen};
use crate::provider::How;

impl Rotation<'_, '_> {
    /// Gives it up.
    ///
    /// # Errors
    /// When the store or a place fails; the journal says how far it came.
    pub fn abort(&mut self) -> Result<Ended> {
        if let Some(why) = self.too_late() {
            return Ok(Ended::Failed { why });
        }
        if let Some(why) = self.unseen()? {
            return Ok(Ended::PossiblyLive { why });
        }
        let Some(number) = self.journal.operation.version else {
            return self.close(Vec::new());
        };
        if !self.provider_knows() {
            let (key, _) = self.scene.version(number)?;
            let key = key.clone();
            let sealed = self.tools.secrets.sealed_of(&key)?;
            let changes = forgotten(self.scene.versions(), &key, sealed);
            return self.close(changes);
        }
        if let Some(discard) = self.aside(Stage::Discard) {
            let id = self.scene.version(number)?.1.id.clone();
            let id = id.as_ref().map(|id| id.as_str());
            let gone = self.aside_performed(&discard, id)?;
            if gone.how == How::Failed {
                let why = format!("the new version could not be taken away: {}", gone.why);
                return Ok(Ended::Failed { why });
            }
        }
        let since = Some(self.now());
        let tools = (
            &mut *self.tools.secrets,
            self.tools.around,
            &mut *self.tools.hands,
        );
        let seen = withdrawal::refusal(&self.scene, number, since, None, tools)?;
        match seen {
            Seen::Refused { changes, .. } => self.close(changes),
            Seen::NotYet { changes, why } => {
                self.close(changes)?;
                Ok(Ended::PossiblyLive { why })
            }
        }
    }

    /// Why it cannot be given up any more.
    fn too_late(&self) -> Option<String> {
        let entries = &self.journal.operation.entries;
        let begun = |phase: Phase| {
            let mut steps = entries.iter().filter(move |entry| entry.phase == phase);
            steps.any(has_begun)
        };
        let position = |phase: Phase| entries.iter().position(|entry| entry.phase == phase);
        let overlaps = position(Phase::Overlap).is_some();
        let retires_first = position(Phase::Retire) < position(Phase::Create);
        let resume = format!("`keyroll rotate {} --resume` goes on", self.scene.id);
        if begun(Phase::Promote) {
            return Some(format!(
                "the new version is the current one already: {resume}"
            ));
        }
        let has_old = self.journal.operation.from.is_some();
        let in_place = has_old && !overlaps && begun(Phase::Set);
        if in_place || (has_old && retires_first && begun(Phase::Retire)) {
            return Some(format!(
                "the old version may not work any more, so that the new one is the only one: {resume}"
            ));
        }
        None
    }

    /// Something that a create may have made without our seeing it.
    fn unseen(&mut self) -> Result<Option<String>> {
        let entries = self.journal.operation.entries.iter();
        let mut creates = entries.filter(|entry| entry.phase == Phase::Create);
        let uncertain = creates.find(|entry| {
            let gives = entry
                .step
                .as_ref()
                .is_some_and(|step| step.secret.is_some());
            gives && is_uncertain(entry)
        });
        let (Some(_), false) = (uncertain, self.tools.made_nothing) else {
            return Ok(None);
        };
        let tag = self.journal.operation.tag();
        let Some(find) = self.aside(Stage::Find) else {
            return Ok(Some(format!(
                "a key `{tag}` may be at the provider: take it away there, then `keyroll rotate {} --abort --made-nothing`",
                self.scene.id
            )));
        };
        let found = self.aside_performed(&find, None)?;
        let gone = match (found.how, found.id, self.aside(Stage::Discard)) {
            (How::Done, None, _) => return Ok(None),
            (How::Done, Some(id), Some(discard)) => {
                self.aside_performed(&discard, Some(id.as_str()))?
            }
            (How::Done | How::Failed | How::Unknown, _, _) => {
                return Ok(Some(format!("a key `{tag}` may be at the provider")));
            }
        };
        Ok(match gone.how {
            How::Done => None,
            How::Failed | How::Unknown => Some(format!(
                "the key `{tag}` could not be taken away: {}",
                gone.why
            )),
        })
    }

    /// Whether the provider was told of the new value, or made it.
    fn provider_knows(&self) -> bool {
        let entries = self.journal.operation.entries.iter();
        let mut told = entries.filter(|entry| {
            entry.step.is_some() && matches!(entry.phase, Phase::Create | Phase::Set)
        });
        told.any(has_begun)
    }

    fn close(&mut self, changes: Vec<Change>) -> Result<Ended> {
        let after = Operation {
            state: OperationState::Aborted,
            ..self.journal.operation.clone()
        };
        self.journal.write(self.tools.secrets, after, changes)?;
        Ok(Ended::Done)
    }
}

fn has_begun(entry: &Entry) -> bool {
    match entry.state {
        EntryState::Waiting | EntryState::Skipped | EntryState::Failed => false,
        EntryState::Started | EntryState::Done | EntryState::Unknown => true,
    }
}
