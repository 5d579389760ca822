//! What a rotation may have made that nobody saw: whoever closed it looks for it by its tag, and takes it away. Until that
//! is settled it may work.

use anyhow::Result;

use crate::lifecycle::operation::{Came, joined, noted, tagged, telling};
use crate::model::credential::VersionStage;
use crate::model::operation::{Entry, EntryState, Operation, Phase};
use crate::model::procedure::{Stage, Step};
use crate::model::text::Text;
use crate::operations::procedure::Scene;
use crate::operations::procedure::revoke::{Revocation, is_of_the_store};
use crate::operations::procedure::unseen::{Found, Looks, cleared, may_come_until};
use crate::operations::procedure::values::{Opened, Subject};
use crate::operations::procedure::went::Went;
use crate::provider::{Performed, Reach};
use crate::store::Store;

/// A revoke that looks for what has a tag.
struct Looking<'r, 't, 's> {
    by: &'r mut Revocation<'t, 's>,
    tag: &'r Text,
    /// The identity that it was made for.
    identity: Option<&'r Text>,
    /// Something that is known waits to go until somebody has looked.
    is_hasty: bool,
}

impl Looks for Looking<'_, '_, '_> {
    fn recorded(&mut self) -> (&Scene, &Store) {
        (&self.by.scene, self.by.tools.secrets.store())
    }

    fn asks(&mut self, step: &Step, id: Option<&str>) -> Result<Performed> {
        let by = &mut *self.by;
        let subject = Subject {
            identity: self.identity,
            tag: Some(self.tag.as_str()),
            id,
            is_going: true,
            ..Subject::default()
        };
        let opened = Opened::for_text(&step.asked(), &by.scene, &subject, by.tools.secrets)?;
        let values = opened.values(&by.scene, &subject, by.now());
        // What takes it away has its time.
        let hasty = (self.is_hasty && id.is_none()).then(|| by.tools.around.hasty());
        let around = hasty.as_ref().unwrap_or(by.tools.around);
        let reach = Reach::of(by.scene.environment()?, around);
        Ok(reach.perform(step, &values))
    }

    fn notes(&mut self, note: &str) -> Result<()> {
        let Some(at) = self.by.tagged_at(self.tag, Stage::Discard) else {
            return Ok(());
        };
        let mut after = self.by.journal.operation.clone();
        after.entries[at].at = Some(self.by.now());
        after.entries[at].note = noted(note);
        match after == self.by.journal.operation {
            true => Ok(()),
            false => (self.by.journal).write(self.by.tools.secrets, after, Vec::new()),
        }
    }
}

impl Revocation<'_, '_> {
    /// Looks for what nobody saw.
    pub(super) fn unseen(&mut self, at: usize, entry: &Entry, tag: &Text) -> Result<Went> {
        if self.tools.made_nothing {
            let why = "somebody looked: nothing is there, or not any more";
            return Ok(Went::because(Came::Done, why));
        }
        let (id, own) = (self.scene.id.clone(), self.scene.versions());
        if let Some((key, version)) = tagged(own, &id, tag) {
            let number = key.number;
            let why = format!("it is version {number}");
            return Ok(match version.stage {
                VersionStage::Revoked => Went::because(Came::Done, why),
                VersionStage::Pending
                | VersionStage::Current
                | VersionStage::Previous
                | VersionStage::PossiblyLive => live(format!(
                    "{why}, which was made meanwhile: `keyroll revoke {id} --resume` takes it away"
                )),
            });
        }
        let Some(step) = &entry.step else {
            return Ok(Went::new(Came::Skipped));
        };
        match &step.manual {
            Some(what) => {
                let went = self.asked(at, entry, what.as_str())?;
                Ok(match went.came {
                    Came::Done => went,
                    Came::Started
                    | Came::Skipped
                    | Came::Failed
                    | Came::Unknown
                    | Came::Waits
                    | Came::NotBegun => {
                        let again = format!("`keyroll revoke {id} --resume --made-nothing`");
                        live(format!("{what}; once nothing is there, {again}"))
                    }
                })
            }
            None => match self.looked_for(at, entry, step, tag) {
                Err(error) if !is_of_the_store(&error) => {
                    Ok(live(format!("nobody could look: {error:#}")))
                }
                went => went,
            },
        }
    }

    fn looked_for(&mut self, at: usize, entry: &Entry, find: &Step, tag: &Text) -> Result<Went> {
        let discard = self.tagged_at(tag, Stage::Discard);
        let discard = discard.and_then(|at| self.journal.operation.entries[at].step.clone());
        let is_hasty = self.is_emergency() && self.goes_after(at);
        let mut looking = Looking {
            by: self,
            tag,
            identity: entry.identity.as_ref(),
            is_hasty,
        };
        let found = cleared(&mut looking, find, discard.as_ref())?;
        let until = may_come_until(&self.scene, self.tools.around, entry, self.now());
        let id = &self.scene.id;
        Ok(match (found, until) {
            (Found::Gone, _) => Went::because(Came::Done, "it was found, and taken away"),
            (Found::Nothing, None) => Went::because(Came::Done, "it is not there"),
            (Found::Nothing, Some(until)) => live(format!(
                "it is not there, and may still come: from {until} on `keyroll revoke {id} --resume` looks again"
            )),
            (Found::Unsaid(why) | Found::Live(why), _) => live(format!(
                "{why}; `keyroll revoke {id} --resume` looks again, with --made-nothing where somebody saw that nothing is there"
            )),
        })
    }

    /// Why it is too early to say of a version that it is refused: the rotation that made it was closed while it told the
    /// provider of it, and that may still take effect.
    pub(super) fn is_too_early(&self, entry: &Entry) -> Option<Went> {
        let number = entry.version?;
        if self.stage(number) == VersionStage::Revoked {
            return None;
        }
        let (id, operations) = (&self.scene.id, self.scene.operations());
        let tried = telling(operations, id, number);
        let until = tried
            .filter_map(|entry| may_come_until(&self.scene, self.tools.around, entry, self.now()));
        let until = until.max()?;
        let why = format!(
            "version {number} may still come to be accepted, since a rotation told the provider of it just now: \
             from {until} on `keyroll revoke {id} --resume` looks"
        );
        Some(Went {
            more: self.possibly_live(&[number]),
            is_possibly_live: true,
            ..Went::because(Came::Waits, why)
        })
    }

    /// Whether something that is known is still to go after an entry.
    fn goes_after(&self, at: usize) -> bool {
        let mut after = self.journal.operation.entries[at..].iter();
        after.any(|it| it.phase == Phase::Withdraw && it.tag.is_none() && !it.is_over())
    }

    /// Where the step of a stage stands that is about a tag.
    fn tagged_at(&self, tag: &Text, stage: Stage) -> Option<usize> {
        let mut entries = self.journal.operation.entries.iter();
        entries.position(|entry| {
            let of = entry.step.as_ref().and_then(|step| step.stage);
            entry.tag.as_ref() == Some(tag) && of == Some(stage)
        })
    }

    /// Takes up what came to light since it began: a version that nobody saw then goes too.
    pub(super) fn join(&mut self) -> Result<()> {
        let after = joined(&self.journal.operation, &self.scene.revoking(None));
        match after == self.journal.operation {
            true => Ok(()),
            false => self.journal.write(self.tools.secrets, after, Vec::new()),
        }
    }

    /// Whether something came to light that does not go yet.
    pub(super) fn is_to_join(&self) -> bool {
        joined(&self.journal.operation, &self.scene.revoking(None)) != self.journal.operation
    }

    /// Settles what nobody saw by the word of somebody who looked.
    pub(super) fn settled_by_word(&self) -> Operation {
        let mut after = self.journal.operation.clone();
        let tagged = after.entries.iter_mut().filter(|it| it.tag.is_some());
        for entry in tagged.filter(|entry| !entry.is_over() && self.tools.made_nothing) {
            entry.state = EntryState::Done;
            entry.note = noted("somebody looked: nothing is there, or not any more");
        }
        after
    }
}

/// It may be there, and work. When it was tried stays as it was.
fn live(why: String) -> Went {
    Went {
        is_look: true,
        is_possibly_live: true,
        ..Went::because(Came::Waits, why)
    }
}
