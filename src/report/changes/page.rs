//! What changed, as a page for a browser: one table by what it is about, to be searched and narrowed.

use crate::report::changes::{Changes, Group, Happening, KIND, what};
use crate::report::html::{Above, page_below};
use crate::report::view::{Cell, Column, View};

pub(super) fn page(changes: &Changes, covers: &str) -> String {
    let view = view(changes);
    let lead = [format!("Covers {covers}."), changes.summary()];
    page_below(
        &view.masked(),
        Above {
            title: &format!("Changes from {} to {}", changes.since, changes.until),
            lead: &lead,
            warnings: &changes.warnings(),
        },
    )
}

fn view(changes: &Changes) -> View {
    let columns = vec![
        Column::new("about"),
        Column::new("group").titled("Subject"),
        Column::new("what"),
        Column::new("day"),
        Column::new("who"),
        Column::new("reason"),
    ];
    let mut view = View {
        rows: changes.happenings.iter().map(row).collect(),
        ..View::new(KIND, columns)
    };
    // Hardly anybody gives a reason for what is recorded by a machine.
    if view.rows.iter().all(|row| row[5] == Cell::missing()) {
        view.columns.pop();
    }
    view
}

fn row(it: &Happening) -> Vec<Cell> {
    let what = Cell::text(what(it));
    let account = it.account.as_ref().map(ToString::to_string);
    vec![
        Cell::text(account.as_ref().unwrap_or(&it.record)),
        Cell::text(Group::title(it.group)),
        match it.group.tone() {
            Some(tone) => what.tone(tone),
            None => what,
        },
        it.at.map_or_else(Cell::missing, |at| Cell::date(at.date())),
        Cell::text(it.who.join(", ")),
        Cell::optional(it.reason.as_ref()),
    ]
}
