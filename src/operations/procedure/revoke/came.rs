//! How a revoke came out: each version, and what is left to do.

use crate::lifecycle::operation::numbers;
use crate::model::credential::VersionStage;
use crate::model::operation::{EntryState, OperationState, Phase};
use crate::operations::procedure::revoke::Revocation;
use crate::operations::procedure::revoke::withdraw::by_hand;

/// How a revoke came out.
pub struct Came {
    /// Each version that goes, the newest first.
    pub versions: Vec<Stands>,
    /// What is not over.
    pub left: Vec<Left>,
    pub state: OperationState,
    /// What another command made of it while this one was at work.
    pub meanwhile: Option<String>,
}

/// How a version stands at the end.
pub struct Stands {
    pub number: u32,
    pub stage: VersionStage,
    /// By what that was seen, or why it was not; empty where nobody looked.
    pub how: String,
}

/// An entry that is not over.
pub struct Left {
    /// From 1.
    pub at: usize,
    pub title: String,
    pub version: Option<u32>,
    /// What something may be called at the provider that nobody saw, and that may work.
    pub tag: Option<String>,
    pub state: EntryState,
    pub why: String,
    /// What a person does.
    pub by_hand: Option<String>,
}

impl Revocation<'_, '_> {
    pub(super) fn came(&self) -> Came {
        let operation = &self.journal.operation;
        let proof = |number: u32| {
            let mut refusals = operation.entries.iter();
            let found = refusals
                .find(|entry| entry.phase == Phase::Refusal && entry.version == Some(number));
            found.and_then(|entry| entry.note.as_ref())
        };
        let versions = numbers(operation).into_iter().map(|number| Stands {
            number,
            stage: self.stage(number),
            how: proof(number).map(ToString::to_string).unwrap_or_default(),
        });
        let left = operation.entries.iter().enumerate();
        let left = left.filter(|(_, entry)| !entry.is_over() && entry.phase != Phase::Finish);
        let left = left.map(|(at, entry)| Left {
            at: at + 1,
            title: entry.title().to_owned(),
            version: entry.version,
            tag: entry.tag.as_ref().map(ToString::to_string),
            state: entry.state,
            why: entry
                .note
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default(),
            by_hand: by_hand(&self.scene, entry),
        });
        Came {
            versions: versions.collect(),
            left: left.collect(),
            state: operation.state,
            meanwhile: None,
        }
    }
}
