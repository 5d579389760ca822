//! How a mark is written: its letter, what the legend says of it, its place from harmless to dangerous.

use crate::access::effective::Reach;
use crate::access::matrix::Mark;
use crate::model::access::Effect;

/// The marks that are used, each once, from harmless to dangerous.
pub(super) fn sorted(marks: impl Iterator<Item = Mark>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = marks.collect();
    marks.sort_by_key(|mark| order(*mark));
    marks.dedup();
    marks
}

fn order(mark: Mark) -> (u8, u8) {
    match mark {
        Mark::Held => (0, 0),
        Mark::ByTeam => (0, 1),
        Mark::Effect(effect) => (1, effect as u8),
        Mark::Reach(reach) => (1, reach as u8),
        Mark::Unknown => (2, 0),
    }
}

/// Cells that ask for a second look have one of these letters.
pub(super) const ALARMING: [char; 6] = ['d', 'A', '?', 'P', 'S', 'U'];

pub(super) fn letter(mark: Mark) -> &'static str {
    match mark {
        Mark::Held => "x",
        Mark::ByTeam => "t",
        Mark::Unknown => "?",
        Mark::Reach(reach) => match reach {
            Reach::Full => "F",
            Reach::Unapproved => "U",
            Reach::Unclear => "?",
            Reach::ProviderOnly => "P",
            Reach::PlatformOnly => "S",
            Reach::Nothing => ".",
        },
        Mark::Effect(effect) => match effect {
            Effect::Read => "r",
            Effect::Create => "c",
            Effect::Update => "u",
            Effect::Manage => "m",
            Effect::State => "s",
            Effect::Closeout => "x",
            Effect::Approve => "a",
            Effect::Execute => "e",
            Effect::Stock => "k",
            Effect::Egress => "o",
            Effect::Destroy => "d",
            Effect::Admin => "A",
        },
    }
}

/// For the legend; a held level or role needs no word.
pub(super) fn meaning(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Held => None,
        Mark::ByTeam => Some("by a team"),
        Mark::Unknown => Some("not in the glossary"),
        Mark::Reach(reach) => Some(reached(reach)),
        Mark::Effect(effect) => Some(effect.as_str()),
    }
}

/// For the legend.
fn reached(reach: Reach) -> &'static str {
    match reach {
        Reach::Full => "full: both sides allow it, and it is approved",
        Reach::Unapproved => "unapproved: both sides allow it",
        Reach::Unclear => "unclear: not in a glossary",
        Reach::ProviderOnly => "half: the provider alone allows it",
        Reach::PlatformOnly => "half: the platform (scopes) alone allows it",
        Reach::Nothing => "none",
    }
}

/// How a page tints it: reads, writes, destroys or governs, in question.
pub(super) fn tint(mark: Mark) -> &'static str {
    match mark {
        Mark::Held | Mark::ByTeam | Mark::Effect(Effect::Read) => "r",
        Mark::Reach(reach) => match reach {
            Reach::Full | Reach::Nothing => "r",
            Reach::Unapproved => "d",
            Reach::ProviderOnly | Reach::PlatformOnly => "w",
            Reach::Unclear => "q",
        },
        Mark::Unknown => "q",
        Mark::Effect(Effect::Destroy | Effect::Admin) => "d",
        Mark::Effect(
            Effect::Create
            | Effect::Update
            | Effect::Manage
            | Effect::State
            | Effect::Closeout
            | Effect::Approve
            | Effect::Execute
            | Effect::Stock
            | Effect::Egress,
        ) => "w",
    }
}
