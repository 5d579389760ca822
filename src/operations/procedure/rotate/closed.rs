//! A rotation that another command closed while it was under way: it does nothing more, says so, and what the provider
//! gave it meanwhile is kept.

use anyhow::Result;

use crate::lifecycle::operation::{left, open};
use crate::lifecycle::versions;
use crate::model::credential::VersionStage;
use crate::model::operation::{OperationState, Work};
use crate::operations::procedure::Ended;
use crate::operations::procedure::journal::is_conflict;
use crate::operations::procedure::rotate::Rotation;

impl Rotation<'_, '_> {
    /// Goes on until it is done, or something must come first.
    ///
    /// # Errors
    /// When the store, a place or the terminal fails; what was done is in the journal.
    pub fn run(&mut self) -> Result<Ended> {
        let went = self.walk();
        self.or_closed(went)
    }

    /// Whether the journal is another meanwhile than this command wrote it.
    pub(super) fn is_overtaken(&mut self) -> Result<bool> {
        self.refresh()?;
        let now = self.scene.operations().get(&self.journal.key);
        Ok(now != Some(&self.journal.operation))
    }

    /// What it came to, where a commit was refused since another command closed it.
    pub(super) fn or_closed(&mut self, went: Result<Ended>) -> Result<Ended> {
        let error = match went {
            Err(error) if is_conflict(&error) => error,
            Ok(_) | Err(_) => return went,
        };
        if !self.is_overtaken()? {
            return Err(error);
        }
        let (id, key) = (&self.scene.id, &self.journal.key);
        let number = key.number;
        let mine = self.scene.operations().get(key);
        let is_closed = mine.is_some_and(|it| it.state == OperationState::Aborted);
        let by = open(self.scene.operations(), id).filter(|(_, it)| it.what == Work::Emergency);
        let closed = match (is_closed, by) {
            (true, Some((by, it))) => format!(
                "emergency {}, which {} began {}, closed rotation {number}",
                by.number, it.by, it.began
            ),
            (true, None) => format!("an emergency closed rotation {number}, and is over"),
            (false, _) => format!("another command went on with rotation {number}"),
        };
        let next = match (self.kept, by) {
            (Some(kept), Some(_)) => format!(
                "; version {kept}, which the provider made meanwhile, is sealed: `keyroll revoke {id} --resume` takes it away"
            ),
            (Some(kept), None) => format!(
                "; version {kept}, which the provider made meanwhile, is sealed: `keyroll revoke {id} --version {kept}` takes it away"
            ),
            (None, Some(_)) => {
                format!("; nothing more is done here: `keyroll revoke {id} --resume` goes on")
            }
            (None, None) => "; nothing more is done here".to_owned(),
        };
        let mut own = versions::of(self.scene.versions(), id);
        let is_doubtful = own.any(|(_, version)| version.stage == VersionStage::PossiblyLive);
        let is_left = !left(self.scene.operations(), id, self.scene.versions()).is_empty();
        Ok(Ended::Closed {
            why: format!("{closed}{next}"),
            is_possibly_live: is_doubtful || is_left,
        })
    }
}
