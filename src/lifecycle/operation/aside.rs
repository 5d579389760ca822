//! What a rotation that is given up has left at the provider.

use crate::model::operation::{Entry, EntryState, Operation, Phase};

/// Whether the provider was told of the new value, or made it.
pub fn provider_knows(rotation: &Operation) -> bool {
    let mut told = rotation
        .entries
        .iter()
        .filter(|entry| entry.step.is_some() && matches!(entry.phase, Phase::Create | Phase::Set));
    told.any(has_begun)
}

/// Whether an entry may have had an effect.
pub fn has_begun(entry: &Entry) -> bool {
    match entry.state {
        EntryState::Waiting | EntryState::Skipped | EntryState::Failed => false,
        EntryState::Started | EntryState::Done | EntryState::Unknown => true,
    }
}
