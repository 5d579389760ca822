//! What a person does in a rotation. It is committed before they are asked: who is cut off may have done it.

use anyhow::Result;

use crate::lifecycle::operation::{Came, gives, is_uncertain};
use crate::model::operation::{Entry, EntryState, Operation};
use crate::model::procedure::Step;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::went::Went;

impl Rotation<'_, '_> {
    /// Has somebody do a step. Where nobody is there, or they say that it is not done, it waits as it did.
    pub(super) fn by_hand(&mut self, at: usize, entry: &Entry, step: &Step) -> Result<Went> {
        let what = step.manual.as_ref().map_or("", |text| text.as_str());
        let title = step.title.as_str();
        let id = &self.scene.id;
        let waits = match gives(step) {
            true => format!(
                "`{title}` is done by hand, and nobody said that it is; whoever did it hands the value over: \
                 `keyroll secret set {id} --pending`"
            ),
            false => format!("`{title}` is done by hand, and nobody said that it is"),
        };
        if !self.tools.hands.is_somebody_there() {
            return Ok(Went {
                after: Some(self.unasked(at, entry)),
                ..Went::because(Came::Waits, waits)
            });
        }
        self.started(at)?;
        Ok(match self.tools.hands.manual(title, what)? {
            Some(note) => Went::because(Came::Done, note),
            None => Went {
                after: Some(self.unasked(at, entry)),
                ..Went::because(Came::Waits, waits)
            },
        })
    }

    /// The rotation as if nobody had been asked: what nobody knew before stays unknown, unless somebody looked.
    fn unasked(&self, at: usize, entry: &Entry) -> Operation {
        let mut before = self.journal.operation.clone();
        let is_settled = is_uncertain(entry) && self.tools.made_nothing;
        if let Some(now) = before.entries.get_mut(at) {
            now.state = match is_settled {
                true => EntryState::Waiting,
                false => entry.state,
            };
        }
        before
    }
}
