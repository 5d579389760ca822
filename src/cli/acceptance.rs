//! Takes the trail as it stands for the one to go on from, where somebody has looked at it: that they did is an event of
//! that trail, with what was seen before and what stood there.

use crate::audit::checkpoint::store_of;
use crate::audit::hex;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Status};
use crate::cli::seen::Seen;
use crate::cli::witness;
use crate::model::change::{Note, Occurrence};
use crate::store::{Store, StoreError, Tip};

/// A trail that does not go on from what was last seen of it, for somebody to accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Acceptance {
    /// How it does not go on.
    found: Vec<String>,
    seen: Seen,
    /// Where it ends.
    pub stands: Tip,
}

impl Acceptance {
    /// Of what was found. What was seen is read before the store is.
    pub fn new(found: Vec<String>, seen: Seen, stands: Tip) -> Acceptance {
        Acceptance {
            found,
            seen,
            stands,
        }
    }

    /// What there is to accept, as far as a look at the trail's end tells; none where it goes on from what was seen.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn of(store: &Store, context: &Context) -> Result<Option<Acceptance>, StoreError> {
        let seen = Seen::of(context);
        let own = witness::own_key(store, &seen, context);
        store.at_once(|| {
            let found = witness::broken(&store.standing(), &seen, own.as_ref())?;
            let stands = store.tip()?;
            Ok(found.map(|found| Acceptance::new(vec![found.to_string()], seen.clone(), stands)))
        })
    }

    /// What was seen and what stands there, for somebody who decides.
    pub fn tell(&self, context: &mut Context) {
        for found in &self.found {
            context.out.note(format!("found: {found}"));
        }
        if let Some(mark) = self.seen.mark() {
            let (size, root) = (mark.checkpoint.size, hex(&mark.checkpoint.root));
            context
                .out
                .note(format!("last seen here: {size} events, root {root}"));
        }
        let (size, root) = (self.stands.size, hex(&self.stands.root));
        context
            .out
            .note(format!("what stands: {size} events, root {root}"));
    }

    /// That it was accepted, for the trail.
    pub fn note(&self, store: &str) -> Note {
        let mut note =
            Note::new(None, Occurrence::Accept).with("found", self.found.as_slice().to_vec());
        if let Some(mark) = self.seen.mark() {
            // Of another store, its name is the most that can be said.
            let other = store_of(&mark.checkpoint.origin).filter(|seen| *seen != store);
            if let Some(other) = other {
                note = note.with("seen-store", other);
            }
            note = note
                .with("seen-events", mark.checkpoint.size)
                .with("seen-root", hex(&mark.checkpoint.root));
        }
        note.with("events", self.stands.size)
            .with("root", hex(&self.stands.root))
    }

    /// Writes that it was accepted into the trail, which from then on is the one to go on from.
    ///
    /// # Errors
    /// When the trail is another than the one that was looked at, or cannot be written.
    pub fn record(&self, context: &Context) -> Result<(), Failure> {
        let mut store = context.open_to_accept(self.stands.clone())?;
        if !store.goes_on() {
            return Err(Failure::refused(
                "the audit trail is not the one that was looked at just now; nothing was accepted",
            )
            .with(Status::Integrity)
            .hint("`keyroll audit verify` tells more; look again"));
        }
        let note = self.note(&store.name()?);
        store.commit_with(&context.actor()?, &[], &[note])?;
        Ok(())
    }
}
