//! A checklist and a timeline as plain rows: for programs, and for whoever sees no picture.

use crate::model::checklist::{Checked, Line, Standing};
use crate::report::handoff::{Mark, Table, Timeline};
use crate::report::view::{Cell, Tone, Value, View};

/// A table as people read it: no cell is blank where that would leave them to guess.
pub(super) fn filled(table: &Table) -> View {
    let word = |cell: &Cell| match &cell.value {
        Value::Missing => table.unknown,
        Value::List(items) if items.is_empty() => "none",
        Value::List(_) | Value::Text(_) | Value::Number(_) | Value::Date(_) | Value::Digest(_) => {
            ""
        }
    };
    let mut view = table.view.clone();
    for cell in view.rows.iter_mut().flatten() {
        let word = word(cell);
        if !word.is_empty() {
            *cell = Cell::text(word).tone(cell.tone.unwrap_or(Tone::Muted));
        }
    }
    view
}

/// A row for each account and line.
pub(super) fn checklist(accounts: &[(String, Vec<Checked>)]) -> View {
    let row = |account: &str, checked: &Checked| {
        vec![
            Cell::text(account),
            Cell::text(checked.line),
            Cell::text(checked.standing).tone(tone(checked.standing)),
            Cell::text(&checked.why),
            checked.on.map_or_else(Cell::missing, Cell::date),
        ]
    };
    let all = accounts
        .iter()
        .flat_map(|(name, lines)| lines.iter().map(move |checked| row(name, checked)));
    let columns = ["account", "line", "standing", "because", "on"];
    View::of("checklist", columns, all.collect())
}

/// A row for each account and a column for each line, for people.
pub(super) fn overview(accounts: &[(String, Vec<Checked>)]) -> View {
    let columns = Line::ALL.iter().map(|line| line.as_str());
    let columns = std::iter::once("account").chain(columns);
    let row = |(name, lines): &(String, Vec<Checked>)| {
        let cells = lines.iter().map(|checked| Cell::text(checked.standing));
        std::iter::once(Cell::text(name)).chain(cells).collect()
    };
    let mut view = View::of("checklist", columns, accounts.iter().map(row).collect());
    for (column, line) in view.columns.iter_mut().skip(1).zip(Line::ALL) {
        column.title = line.title().to_owned();
    }
    view
}

pub(super) fn tone(standing: Standing) -> Tone {
    match standing {
        Standing::Pass => Tone::Good,
        Standing::Fail => Tone::Error,
        Standing::Missing => Tone::Warning,
        Standing::NotApplicable => Tone::Muted,
    }
}

/// A row for each day on which something happens, or the life of a version begins.
pub(super) fn timeline(timeline: &Timeline) -> View {
    let rows = timeline.lines.iter().flat_map(|lane| {
        let marks = lane.marks.iter().map(|(day, mark)| {
            // A version is named where one was issued on the day.
            let version = match mark {
                Mark::Issued => lane.lives.iter().find(|life| life.from == *day),
                Mark::Planned | Mark::Overdue | Mark::End => None,
            };
            vec![
                Cell::text(&lane.name),
                Cell::date(*day),
                Cell::text(mark.words()),
                version.map_or_else(Cell::missing, |life| Cell::number(life.number.into())),
            ]
        });
        marks.collect::<Vec<_>>()
    });
    View::of(
        "timeline",
        ["account", "on", "what", "version"],
        rows.collect(),
    )
}
