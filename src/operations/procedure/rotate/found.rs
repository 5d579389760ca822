//! What a rotation may have made without our seeing it: it is looked for by its tag, and taken away. Never what is on
//! record: a provider that does not understand the question may name the key that is in use.

use anyhow::Result;

use crate::lifecycle::operation::{is_live, noted};
use crate::lifecycle::versions;
use crate::model::key::VersionKey;
use crate::model::operation::Phase;
use crate::model::procedure::{Stage, Step};
use crate::operations::procedure::rotate::Rotation;
use crate::provider::{How, Performed};

/// What was found.
pub(super) enum Found {
    /// There is nothing, or it is gone.
    Nothing,
    /// The provider does not say.
    Unsaid(String),
    /// Something is there, and may work.
    Live(String),
}

impl Rotation<'_, '_> {
    /// Looks for what was made, and takes it away.
    pub(super) fn cleared(&mut self, find: &Step) -> Result<Found> {
        let found = self.aside_performed(find, None)?;
        let id = match (found.how, found.id) {
            (How::Done, None) => return Ok(Found::Nothing),
            (How::Done, Some(id)) => id,
            (How::Failed | How::Unknown, _) => {
                return Ok(Found::Unsaid(format!(
                    "a key may have been made, and the provider does not say: {}",
                    found.why
                )));
            }
        };
        if let Some(why) = self.not_ours(id.as_str()) {
            return Ok(Found::Live(why));
        }
        let Some(discard) = self.aside(Stage::Discard) else {
            return Ok(Found::Live(format!(
                "`{id}` was made and its value was lost; take it away at the provider"
            )));
        };
        let gone = self.discarded(&discard, Some(id.as_str()))?;
        Ok(match gone.how {
            How::Done => Found::Nothing,
            How::Failed | How::Unknown => Found::Live(format!(
                "`{id}` was made, and could not be taken away: {}",
                gone.why
            )),
        })
    }

    /// Why what was found is not taken away: it is a version on record, or could be one.
    fn not_ours(&self, id: &str) -> Option<String> {
        if let Some(key) = self.on_record(id, None) {
            return Some(format!(
                "the provider's answer to find names `{id}`, which is version {} of account/{}: nothing is taken away; \
                 does the provider understand the question?",
                key.number, key.account
            ));
        }
        let mut own = versions::of(self.scene.versions(), &self.scene.id);
        let (key, _) = own.find(|(_, version)| version.id.is_none() && is_live(version))?;
        Some(format!(
            "the provider's answer to find names `{id}`, which could be version {}, whose id is not on record: \
             `keyroll credential id {} ID --version {}` records it; nothing is taken away",
            key.number, self.scene.id, key.number
        ))
    }

    /// The version that the provider calls so, but one.
    pub(super) fn on_record(&self, id: &str, but: Option<u32>) -> Option<&VersionKey> {
        let is_it = |key: &VersionKey| key.account == self.scene.id && Some(key.number) == but;
        let mut versions = self.scene.versions().iter();
        let found = versions.find(|(key, version)| {
            !is_it(key) && version.id.as_ref().is_some_and(|it| it.as_str() == id)
        });
        found.map(|(key, _)| key)
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

    /// Does such a step.
    fn aside_performed(&mut self, step: &Step, id: Option<&str>) -> Result<Performed> {
        self.acted(None, step, id)
    }

    /// Takes away what was made. The journal says so before and after.
    pub(super) fn discarded(&mut self, step: &Step, id: Option<&str>) -> Result<Performed> {
        let shown = id.unwrap_or("what was made");
        self.aside_noted(&format!("takes `{shown}` away"))?;
        let gone = self.aside_performed(step, id)?;
        self.aside_noted(&match gone.how {
            How::Done => format!("took `{shown}` away"),
            How::Failed => format!("did not take `{shown}` away: {}", gone.why),
            How::Unknown => format!("may have taken `{shown}` away: {}", gone.why),
        })?;
        Ok(gone)
    }

    fn aside_noted(&mut self, note: &str) -> Result<()> {
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
