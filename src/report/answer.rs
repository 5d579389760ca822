//! The answer to a question about access: one line, an explanation for people, a versioned document, or a row of many.

mod document;
mod row;
mod ways_out;

use crate::access::ask::{Answer, Missing, Question};
use crate::access::effective::{Action, Allows};
use crate::access::explain::{self, Grounds};
use crate::access::holdings::{Holding, Source};
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::text::shape::masked;
use crate::report::Terminal;
use crate::report::escape;
use crate::report::wrap::wrapped;

pub use document::document;
pub use row::{HEADING, Row, RowFormat};
pub use ways_out::ways_out;

/// How many of a kind are shown to people; the document has all.
const SHOWN: usize = 3;
/// Where nothing limits the width, lines are still for reading.
const WIDTH: usize = 80;

/// An answer with what stands behind it.
pub struct Told<'a, 'q> {
    pub question: Question<'q>,
    pub answer: Answer<'a>,
    pub grounds: Grounds<'a>,
    pub as_of: Date,
}

/// One line of an explanation.
struct Line {
    label: &'static str,
    text: String,
    /// Whether it is to be copied, and stays in one piece.
    whole: bool,
}

fn line(label: &'static str, text: impl Into<String>) -> Line {
    Line {
        label,
        text: text.into(),
        whole: false,
    }
}

/// `yes`, or `no` with the nearest thing that is missing.
pub fn sentence(question: &Question<'_>, answer: &Answer<'_>) -> String {
    match answer {
        Answer::Yes(_) => "yes\n".to_owned(),
        Answer::No(missing) => {
            let clause = explain::clause(question, missing);
            format!("no: {}\n", escape::terminal(&masked(&clause)))
        }
    }
}

/// The sentence, and below it the path and what stands beside it; for a no, the ways out.
pub fn explanation(told: &Told<'_, '_>, terminal: &Terminal) -> String {
    let width = terminal.width.map_or(WIDTH, usize::from).clamp(40, 120);
    let mut lines = paths(told);
    lines.extend(entitlement(told));
    lines.extend(sides(told));
    let ways = ways_out(told).into_iter().take(SHOWN);
    lines.extend(ways.map(|way| Line {
        whole: way.starts_with("keyroll "),
        ..line("way out", way)
    }));
    let mut out = sentence(&told.question, &told.answer);
    let mut before = "";
    for line in lines {
        let label = if line.label == before { "" } else { line.label };
        before = line.label;
        let text = escape::terminal(&masked(&line.text));
        let parts = match line.whole {
            true => vec![text],
            false => wrapped(&text, width - 12),
        };
        for (at, part) in parts.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            out.push_str(&format!("  {label:<9} {part}\n"));
        }
    }
    out
}

/// The path that gives it, or what is held instead.
fn paths(told: &Told<'_, '_>) -> Vec<Line> {
    let path = |label, held: &Holding<'_>| {
        let steps = explain::path(told.question.principal, held);
        line(label, steps.join(" > "))
    };
    let some = |label: &'static str, held: &[Holding<'_>]| -> Vec<Line> {
        let mut lines: Vec<Line> = held.iter().take(SHOWN).map(|h| path(label, h)).collect();
        if let more @ 1.. = held.len().saturating_sub(SHOWN) {
            lines.push(line(label, format!("and {more} more")));
        }
        lines
    };
    match &told.answer {
        Answer::Yes(held) => vec![path("by", held)],
        Answer::No(Missing::Absent(_)) => Vec::new(),
        Answer::No(
            Missing::Condition(held, _) | Missing::Gate(held, _) | Missing::Doubt(held, _),
        ) => {
            vec![path("held", held)]
        }
        Answer::No(Missing::Elsewhere(held)) => some("held", held),
        Answer::No(Missing::NotGranted { here, giving }) => {
            let mut lines = some("here", here);
            let roles: Vec<&str> = giving
                .iter()
                .take(SHOWN)
                .map(|role| role.as_str())
                .collect();
            let more = match giving.len().saturating_sub(SHOWN) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            lines.push(match roles.is_empty() {
                true => line("given by", "no role"),
                false => line("given by", format!("{}{more}", roles.join(", "))),
            });
            lines
        }
    }
}

/// What the permission is, and what its conditions mean.
fn entitlement(told: &Told<'_, '_>) -> Vec<Line> {
    let Some(known) = told.grounds.known else {
        return Vec::new();
    };
    let what = format!(
        "{} ({}, {})",
        known.title, told.question.catalog, known.effect
    );
    let conditions = known.conditions.iter().map(|condition| {
        let meaning = explain::meaning(*condition);
        line("condition", format!("{condition}: {meaning}"))
    });
    std::iter::once(line("what", what))
        .chain(conditions)
        .collect()
}

/// Both sides of an account's action, and its approval.
fn sides(told: &Told<'_, '_>) -> Vec<Line> {
    let held = match &told.answer {
        Answer::Yes(_) | Answer::No(Missing::Gate(..) | Missing::Condition(..)) => true,
        Answer::No(
            Missing::Absent(_)
            | Missing::Doubt(..)
            | Missing::Elsewhere(_)
            | Missing::NotGranted { .. },
        ) => false,
    };
    if !held {
        return Vec::new();
    }
    let side = |action: Action, side: Side| {
        let class = action.class;
        let (label, allows) = match side {
            Side::Provider => ("provider", action.provider),
            Side::Platform => ("platform", action.platform),
        };
        let text = match allows {
            Allows::Yes => format!("allows `{class}`"),
            Allows::No => format!("does not allow `{class}`"),
            Allows::Unclear => format!("may allow `{class}`: not all that it holds is explained"),
            Allows::Apart => "none: the account has no such side".to_owned(),
        };
        line(label, text)
    };
    let action = told.grounds.action;
    let mut lines: Vec<Line> = action
        .into_iter()
        .flat_map(|action| [side(action, Side::Provider), side(action, Side::Platform)])
        .collect();
    match told.grounds.approval {
        Some(approval) => lines.push(line("approved", explain::approved_by(approval))),
        None if action.is_some() => lines.push(line("approved", "no approval holds")),
        None => {}
    }
    lines
}

/// What a holding is given by, for programs.
fn by(held: &Holding<'_>) -> (Option<String>, Option<String>, Option<Side>) {
    match held.source {
        Source::Own(side) => (None, None, Some(side)),
        Source::Role(role, assignment) => {
            (Some(role.to_string()), Some(assignment.to_string()), None)
        }
    }
}
