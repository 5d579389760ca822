//! A new value that takes several requests: what one of them made is known to those after it by its id, which stands in the
//! journal.

use anyhow::Result;

use crate::lifecycle::operation::{Came, is_uncertain};
use crate::model::operation::{Entry, EntryState, Operation, Phase};
use crate::model::procedure::Step;
use crate::model::text::Text;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::rotate::create::Looked;
use crate::operations::procedure::went::Went;
use crate::provider::How;

impl Rotation<'_, '_> {
    /// Does a step that makes something of which another one gives the value.
    pub(super) fn part(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        if step.manual.is_some() || step.id.is_none() {
            return self.perform(at, entry, step);
        }
        let mut is_settled = false;
        if is_uncertain(entry) {
            match self.look_for(entry, step)? {
                Looked::Nothing if self.is_gone(at) => return Ok(self.anew(at)),
                Looked::Nothing => is_settled = true,
                Looked::Again => {}
                Looked::Stop(went) => return Ok(*went),
            }
        }
        let done = self.acted(Some(at), step, None)?;
        let mut after = self.journal.operation.clone();
        let (came, why) = match (done.how, done.id) {
            (How::Done, Some(id)) => {
                after.entries[at].id = Some(id);
                (Came::Done, done.why)
            }
            (How::Done, None) => {
                let why = "it was done, and its id is not where the step says";
                (Came::Unknown, why.to_owned())
            }
            (How::Failed, _) => (Came::Failed, done.why),
            (How::Unknown, _) => (Came::Unknown, done.why),
        };
        Ok(Went {
            after: Some(after),
            millis: Some(done.millis),
            is_settled,
            ..Went::because(came, why)
        })
    }

    /// What the provider calls what was made, while there is no version of it.
    pub(super) fn part_id(&self) -> Option<Text> {
        let operation = &self.journal.operation;
        let mut entries = operation.entries.iter().rev();
        let found = entries.find_map(|entry| entry.id.clone());
        found.filter(|_| operation.version.is_none())
    }

    /// Whether an entry made something that is there, and of which there is no version yet.
    pub(super) fn is_part(&self, entry: &Entry) -> bool {
        entry.id.is_some() && self.journal.operation.version.is_none() && !reads(entry)
    }

    /// Whether what entries before one had made went with it, as it was found and taken away.
    pub(super) fn is_gone(&self, at: usize) -> bool {
        let earlier = self.journal.operation.entries.iter().take(at);
        let mut made = earlier.filter(|entry| self.is_part(entry));
        !self.tools.made_nothing && made.next().is_some()
    }

    /// All that makes the value is to be done anew, from the first request on.
    pub(super) fn anew(&self, at: usize) -> Went {
        let mut after: Operation = self.journal.operation.clone();
        for entry in &mut after.entries[..=at] {
            if entry.phase == Phase::Create && entry.state != EntryState::Skipped {
                entry.state = EntryState::Waiting;
                entry.id = None;
            }
        }
        let id = &self.scene.id;
        Went {
            after: Some(after),
            ..Went::because(
                Came::Waits,
                format!(
                    "what was made in part is taken away; `keyroll rotate {id} --resume` makes it anew"
                ),
            )
        }
    }
}

/// Whether an entry only looked something up.
fn reads(entry: &Entry) -> bool {
    let http = entry.step.as_ref().and_then(|step| step.http.as_ref());
    http.is_some_and(|http| http.reads())
}
