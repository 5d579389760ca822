//! The lists of access: who may, what somebody may, what touches a place. Tables in which people can read, and one regular
//! row each for programs.

mod compare;
mod extent;
mod reach;
mod who;

use std::collections::BTreeMap;

use crate::access::ask::Gate;
use crate::access::holdings::{Holding, Source};
use crate::access::presence::Absence;
use crate::access::reading::Reading;
use crate::model::access::Condition;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::id::Principal;
use crate::report::format::{Format, Terminal};
use crate::report::view::{Cell, Column, View};

pub use compare::compared;
pub use extent::{actions, extent};
pub use reach::reach;
pub use who::who;

/// A list in both its forms.
#[derive(Clone, Debug, PartialEq)]
pub struct Lists {
    /// For people: those without a row are not shown.
    pub tables: Vec<View>,
    /// For programs: every row and every column, whatever is empty.
    pub rows: View,
    /// What stands apart from the rows.
    pub notes: Vec<String>,
}

impl Lists {
    /// Whether the notes are shown below the tables; else whoever shows the list has to tell them elsewhere.
    pub fn has_notes_inside(&self, format: Format) -> bool {
        format == Format::Table && self.tables.iter().any(|table| !table.rows.is_empty())
    }
}

/// The list in the form that was asked for.
pub fn render(lists: &Lists, format: Format, terminal: &Terminal) -> String {
    if format != Format::Table {
        return super::render(&lists.rows.masked(), format, terminal);
    }
    let shown = lists.tables.iter().filter(|table| !table.rows.is_empty());
    let mut shown: Vec<View> = shown.map(without_empty).collect();
    if let Some(last) = shown.last_mut() {
        last.notes.extend(lists.notes.iter().cloned());
    }
    let shown = shown
        .iter()
        .map(|table| super::render(table, format, terminal));
    shown.collect::<Vec<_>>().join("\n")
}

/// A table without the columns in which nothing stands.
fn without_empty(table: &View) -> View {
    let is_empty = |at: usize| {
        let mut cells = table.rows.iter().filter_map(|row| row.get(at));
        cells.all(|cell| cell.joined("").is_empty())
    };
    let kept: Vec<bool> = (0..table.columns.len()).map(|at| !is_empty(at)).collect();
    fn keep<T: Clone>(all: &[T], kept: &[bool]) -> Vec<T> {
        let both = all.iter().zip(kept).filter(|(_, kept)| **kept);
        both.map(|(one, _)| one.clone()).collect()
    }
    View {
        kind: table.kind,
        columns: keep(&table.columns, &kept),
        rows: table.rows.iter().map(|row| keep(row, &kept)).collect(),
        notes: table.notes.clone(),
    }
}

/// By what something is held, for programs: the teams from the nearest up, then the role, or the list of an account's own.
fn by(held: &Holding<'_>) -> String {
    let teams = held.way.iter().map(|team| format!("team/{team}"));
    let last = match held.source {
        Source::Role(role, _) => format!("role/{role}"),
        Source::Own(side) => own(side).to_owned(),
    };
    teams.chain([last]).collect::<Vec<_>>().join(" > ")
}

/// The same for people, who know a role from a team by where it stands.
fn short(held: &Holding<'_>) -> String {
    let teams = held.way.iter().map(|team| team.as_str());
    let last = match held.source {
        Source::Role(role, _) => role.as_str(),
        Source::Own(side) => own(side),
    };
    teams.chain([last]).collect::<Vec<_>>().join(" > ")
}

/// An account's own list.
fn own(side: Side) -> &'static str {
    match side {
        Side::Provider => "permissions",
        Side::Platform => "scopes",
    }
}

/// What a permission is, for a row: its glossary, key, title, group, effect and conditions.
fn entitlement<'a>(key: &'a EntitlementKey, reading: Reading<'a>) -> [Cell; 6] {
    let known = reading.known;
    [
        Cell::optional(reading.catalog),
        Cell::text(key),
        Cell::optional(known.map(|known| &known.title)),
        Cell::text(reading.group(key)),
        Cell::optional(reading.effect()),
        Cell::list(known.map_or(&[][..], |known| &known.conditions)),
    ]
}

fn missing(gate: Option<Gate>) -> Cell {
    Cell::optional(gate)
}

/// The heading of a principal's kind, for tables that have one kind each.
fn heading(kind: &str) -> Column {
    Column::new(kind.to_owned())
}

/// Who holds something and is not there: `2 more hold it: 1 has left, 1 has not accepted the invitation`.
fn absent(absent: &[(Principal, Absence)], what: &str) -> Option<String> {
    if absent.is_empty() {
        return None;
    }
    let mut counts: BTreeMap<u8, (&str, usize)> = BTreeMap::new();
    for (_, absence) in absent {
        let (place, words) = match absence {
            Absence::Left(_) => (0, "left"),
            Absence::Invited(_) | Absence::AcceptedLater(_) => (1, "invited and not accepted"),
            Absence::InviteRevoked(_) => (2, "invitation revoked"),
            Absence::NotActive(_) => (3, "account not active"),
            Absence::Unknown => (4, "not in the roll"),
        };
        counts.entry(place).or_insert((words, 0)).1 += 1;
    }
    let counts: Vec<String> = counts
        .values()
        .map(|(words, count)| format!("{count} {words}"))
        .collect();
    let verb = if absent.len() == 1 { "holds" } else { "hold" };
    let counts = counts.join(", ");
    Some(format!(
        "{} more {verb} {what} and may not use it: {counts}",
        absent.len()
    ))
}

fn words(conditions: &[Condition]) -> String {
    let words: Vec<&str> = conditions.iter().map(|one| one.as_str()).collect();
    words.join(", ")
}

/// `1 permission`, `2 permissions`.
fn counted(count: usize, one: &str) -> String {
    format!("{count} {one}{}", if count == 1 { "" } else { "s" })
}
