//! How a mark is written: its letter, what the legend says of it, its place from harmless to dangerous.

use crate::access::matrix::Mark;
use crate::model::access::Effect;

/// The marks that are used, each once, from harmless to dangerous.
pub(super) fn sorted(marks: impl Iterator<Item = Mark>) -> Vec<Mark> {
    let mut marks: Vec<Mark> = marks.collect();
    marks.sort_by_key(|mark| order(*mark));
    marks.dedup();
    marks
}

fn order(mark: Mark) -> (u8, Option<Effect>) {
    match mark {
        Mark::Held => (0, None),
        Mark::Effect(effect) => (1, Some(effect)),
        Mark::Unknown => (2, None),
    }
}

pub(super) fn letter(mark: Mark) -> &'static str {
    match mark {
        Mark::Held => "x",
        Mark::Unknown => "?",
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
        Mark::Unknown => Some("not in the glossary"),
        Mark::Effect(effect) => Some(effect.as_str()),
    }
}

/// How a page tints it: reads, writes, destroys or governs, in question.
pub(super) fn tint(mark: Mark) -> &'static str {
    match mark {
        Mark::Held | Mark::Effect(Effect::Read) => "r",
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
