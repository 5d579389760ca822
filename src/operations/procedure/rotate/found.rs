//! What a rotation may have made without our seeing it, as its own find and discard steps look for it and take it away.

use anyhow::Result;

use crate::lifecycle::operation::noted;
use crate::model::date::Timestamp;
use crate::model::operation::{Entry, Phase};
use crate::model::procedure::{Stage, Step};
use crate::operations::procedure::Scene;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::unseen::{self, Found, Looks};
use crate::provider::Performed;
use crate::store::Store;

impl Looks for Rotation<'_, '_> {
    fn recorded(&mut self) -> (&Scene, &Store) {
        (&self.scene, self.tools.secrets.store())
    }

    fn asks(&mut self, step: &Step, id: Option<&str>) -> Result<Performed> {
        self.acted(None, step, id)
    }

    fn notes(&mut self, note: &str) -> Result<()> {
        let Some(at) = self.aside_at(Stage::Discard) else {
            return Ok(());
        };
        let mut after = self.journal.operation.clone();
        after.entries[at].at = Some(self.now());
        after.entries[at].note = noted(note);
        match after == self.journal.operation {
            true => Ok(()),
            false => self.journal.write(self.tools.secrets, after, Vec::new()),
        }
    }
}

impl Rotation<'_, '_> {
    /// Looks for what was made, and takes it away.
    pub(super) fn cleared(&mut self, find: &Step) -> Result<Found> {
        let discard = self.aside(Stage::Discard);
        unseen::cleared(self, find, discard.as_ref())
    }

    /// Until when a create that was tried may still make something, where that is to come.
    pub(super) fn may_come_until(&self, tried: &Entry) -> Option<Timestamp> {
        unseen::may_come_until(&self.scene, self.tools.around, tried, self.now())
    }

    /// A step beside the order, as it was when the rotation began.
    pub(super) fn aside(&self, stage: Stage) -> Option<Step> {
        let at = self.aside_at(stage)?;
        self.journal.operation.entries[at].step.clone()
    }

    fn aside_at(&self, stage: Stage) -> Option<usize> {
        let mut entries = self.journal.operation.entries.iter();
        entries.position(|entry| {
            let of = entry.step.as_ref().and_then(|step| step.stage);
            entry.phase == Phase::Create && of == Some(stage)
        })
    }
}
