//! Carries procedures out: rotations, revokes and drills. Each step is journaled before and after; what a person does, and
//! the clock, come from whoever calls.

mod drill;
mod journal;
mod revoke;
mod rotate;
mod scene;
mod unseen;
mod values;
mod went;
mod withdrawal;

use std::time::Duration;

use anyhow::Result;

use crate::model::date::Timestamp;
use crate::model::id::Name;
use crate::model::operation::Entry;
use crate::secret::Value;

pub use drill::{Drill, Drilled};
pub use journal::{Journal, Told, operations};
pub use revoke::{Came as Revoked, Left, Revocation, Stands};
pub use rotate::Rotation;
pub use scene::{Lacking, Scene};
pub use values::{Opened, Subject};
pub use went::{Tools, Went};

/// What only whoever sits at the command can do.
pub trait Hands {
    /// The moment.
    fn now(&self) -> Timestamp;

    /// Lets time pass.
    fn pause(&mut self, time: Duration);

    /// Something is waited for that comes by itself, until a moment at the longest: said before each pause.
    fn waits(&mut self, what: &str, until: Timestamp) {
        let _ = (what, until);
    }

    /// An entry is about to be done: the `at`th of `of`, from 1.
    fn begins(&mut self, entry: &Entry, at: usize, of: usize);

    /// What came of it, in words.
    fn ended(&mut self, words: &str);

    /// Asks for something to be done by hand: what was noted, or `None` where nobody is there or it is not done yet.
    ///
    /// # Errors
    /// When the terminal fails.
    fn manual(&mut self, title: &str, what: &str) -> Result<Option<String>>;

    /// Asks whether somebody saw something refused that no probe can see: what they noted of it, or `None` where nobody is
    /// there or they do not say so in that very word.
    ///
    /// # Errors
    /// When the terminal fails.
    fn refused(&mut self, title: &str, what: &str) -> Result<Option<String>> {
        let _ = (title, what);
        Ok(None)
    }

    /// Whether somebody is there who could do something by hand.
    fn is_somebody_there(&self) -> bool {
        true
    }

    /// Asks whether something could be done by hand, which is not to be done: what was noted, or `None` where nobody is
    /// there or it could not.
    ///
    /// # Errors
    /// When the terminal fails.
    fn rehearsed(&mut self, title: &str, what: &str) -> Result<Option<String>> {
        let _ = (title, what);
        Ok(None)
    }

    /// Asks for the new value that somebody made at the provider; `None` where nobody is there.
    ///
    /// # Errors
    /// When the terminal fails, or what was typed is no value.
    fn value(&mut self, fields: &[Name]) -> Result<Option<Value>>;
}

/// How far an operation came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    Done,
    /// Somebody or something must come first: who, and what to do.
    Waits {
        why: String,
    },
    Failed {
        why: String,
    },
    /// Something that was withdrawn may still work.
    PossiblyLive {
        why: String,
    },
    /// Another command closed it, or went on with it, while this one was at work.
    Closed {
        why: String,
        /// Something that was withdrawn, or that nobody saw, may still work.
        is_possibly_live: bool,
    },
}
