//! What a rotation that is given up has left at the provider.

use crate::model::operation::{Entry, EntryState, Operation, Phase};
use crate::model::procedure::Step;
use crate::model::text::Text;

/// Whether the provider was told of the new value, or made it.
pub fn provider_knows(rotation: &Operation) -> bool {
    let mut told = rotation
        .entries
        .iter()
        .filter(|entry| entry.step.is_some() && matches!(entry.phase, Phase::Create | Phase::Set));
    told.any(has_begun)
}

/// Whether a step of a phase may end the old version. Where the two never live side by side, what gives the provider the
/// new value, or has it make one, puts it in the place of the old; unless that was taken away before.
pub fn ends_old(rotation: &Operation, phase: Phase) -> bool {
    let first = |wanted: Phase| {
        let mut entries = rotation.entries.iter();
        entries.position(|entry| entry.phase == wanted)
    };
    let is_one = first(Phase::Overlap).is_none();
    let retires_first = match (first(Phase::Retire), first(Phase::Create)) {
        (Some(retire), Some(create)) => retire < create,
        (Some(_) | None, _) => false,
    };
    match phase {
        Phase::Retire | Phase::Withdraw => true,
        Phase::Set => is_one,
        Phase::Create => is_one && !retires_first,
        Phase::Test
        | Phase::Acknowledge
        | Phase::Promote
        | Phase::Overlap
        | Phase::Refusal
        | Phase::FailClosed
        | Phase::Finish => false,
    }
}

/// Whether an entry may have had an effect.
pub fn has_begun(entry: &Entry) -> bool {
    match entry.state {
        EntryState::Waiting | EntryState::Skipped | EntryState::Failed => false,
        EntryState::Started | EntryState::Done | EntryState::Unknown => true,
    }
}

/// What a rotation may have made at the provider without anybody seeing it: somebody looks for it there.
pub fn unseen(rotation: &Operation) -> Option<Step> {
    let mut creates = rotation.entries.iter();
    creates.find(|entry| {
        let is_uncertain = match entry.state {
            EntryState::Started | EntryState::Unknown => true,
            EntryState::Waiting | EntryState::Failed | EntryState::Done | EntryState::Skipped => {
                false
            }
        };
        let gives = entry
            .step
            .as_ref()
            .is_some_and(|step| step.secret.is_some());
        entry.phase == Phase::Create && gives && is_uncertain
    })?;
    let text = |text: String| text.parse::<Text>().ok();
    Some(Step {
        title: text("take away what the rotation may have made".to_owned())?,
        stage: None,
        manual: text(format!(
            "look for `{}` at the provider, and take it away where it is there",
            rotation.tag()
        )),
        command: None,
        http: None,
        before: Vec::new(),
        stdin: None,
        secret: None,
        id: None,
        expires: None,
        rehearse: None,
    })
}
