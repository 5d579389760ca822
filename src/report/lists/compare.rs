//! Two principals side by side: what only one may do, and what both may.

use std::collections::BTreeMap;

use crate::access::comparing::{Compared, HeldBy, Shared};
use crate::access::gravity::gravest_first;
use crate::model::access::Effect;
use crate::model::id::{BoundaryPath, Principal};
use crate::report::lists::{Lists, counted, entitlement};
use crate::report::view::{Cell, Column, View};

/// The comparison; each permission by itself, or groups of them with their number.
pub fn compared(compared: &Compared<'_>, names: [&Principal; 2], each: bool) -> Lists {
    let columns = [
        "held-by",
        "catalog",
        "permission",
        "title",
        "group",
        "effect",
        "conditions",
        "at",
        "a",
        "b",
    ];
    let row = |line: &Shared<'_>| {
        let mut row = vec![Cell::text(line.held_by())];
        row.extend(entitlement(line.key, line.reading));
        row.extend([
            Cell::text(line.at),
            Cell::optional(line.reach[0]),
            Cell::optional(line.reach[1]),
        ]);
        row
    };
    let mut table = match each {
        true => single(compared, names),
        false => folded(compared, names),
    };
    table.notes = counts(compared, names);
    Lists {
        tables: vec![table],
        rows: View::of(
            "access-compare",
            columns,
            compared.lines.iter().map(row).collect(),
        ),
        notes: notes(compared, names),
    }
}

fn holder(held_by: HeldBy, names: [&Principal; 2]) -> Cell {
    match held_by {
        HeldBy::A => Cell::text(names[0]),
        HeldBy::B => Cell::text(names[1]),
        HeldBy::Both => Cell::text("both"),
    }
}

fn notes(compared: &Compared<'_>, names: [&Principal; 2]) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, absence) in names.iter().zip(compared.absence) {
        notes.extend(absence.map(|absence| format!("{name} may do nothing: it {absence}")));
    }
    if compared.lines.is_empty() {
        notes.push("neither holds anything of the kind".to_owned());
    }
    notes
}

fn counts(compared: &Compared<'_>, names: [&Principal; 2]) -> Vec<String> {
    let count = |held_by: HeldBy| {
        let of = |line: &&Shared<'_>| line.held_by() == held_by;
        counted(compared.lines.iter().filter(of).count(), "permission")
    };
    vec![
        format!("only {}: {}", names[0], count(HeldBy::A)),
        format!("only {}: {}", names[1], count(HeldBy::B)),
        format!("both: {}", count(HeldBy::Both)),
    ]
}

fn single(compared: &Compared<'_>, names: [&Principal; 2]) -> View {
    let columns = ["held-by", "permission", "effect", "at"];
    let row = |line: &Shared<'_>| {
        vec![
            holder(line.held_by(), names),
            Cell::text(line.key),
            Cell::text(line.reading.effect().map_or("unknown", Effect::as_str)),
            Cell::text(line.at),
        ]
    };
    let mut view = View::of(
        "access-compare",
        columns,
        compared.lines.iter().map(row).collect(),
    );
    let has_accounts = names.iter().any(|name| name.parts().0 == "account");
    if has_accounts {
        for (who, title) in ["a", "b"].into_iter().enumerate() {
            view.columns.push(Column::new(title).spare());
            for (row, line) in view.rows.iter_mut().zip(&compared.lines) {
                row.push(Cell::optional(line.reach[who]));
            }
        }
    }
    view
}

/// A row for each holder, boundary and group.
fn folded(compared: &Compared<'_>, names: [&Principal; 2]) -> View {
    type Place<'l> = (HeldBy, &'l BoundaryPath, &'l str);
    let mut folds: BTreeMap<Place<'_>, (usize, Vec<Effect>)> = BTreeMap::new();
    for line in &compared.lines {
        let place = (line.held_by(), line.at, line.reading.group(line.key));
        let (count, effects) = folds.entry(place).or_default();
        *count += 1;
        effects.extend(line.reading.effect());
    }
    let rows = folds
        .into_iter()
        .map(|((held_by, at, group), (count, effects))| {
            vec![
                holder(held_by, names),
                Cell::text(at),
                Cell::text(group),
                Cell::count(count),
                Cell::list(gravest_first(effects)),
            ]
        });
    let columns = vec![
        Column::new("held-by"),
        Column::new("at"),
        Column::new("group"),
        Column::new("count").right(),
        Column::new("effects"),
    ];
    View {
        rows: rows.collect(),
        ..View::new("access-compare", columns)
    }
}
