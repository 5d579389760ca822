//! All that one principal may do: folded into groups for people, a permission a row for programs.

use std::collections::BTreeMap;

use crate::access::effective::{Action, Reach};
use crate::access::extent::{Extent, Line};
use crate::access::gravity::gravest_first;
use crate::model::access::Effect;
use crate::model::id::BoundaryPath;
use crate::report::lists::{Lists, by, counted, entitlement, missing, short};
use crate::report::view::{Cell, Column, View};

/// The list of all that a principal may do; each permission by itself, or groups of them with their number.
pub fn extent(extent: &Extent<'_>, is_account: bool, each: bool) -> Lists {
    let columns = [
        "catalog",
        "permission",
        "title",
        "group",
        "effect",
        "conditions",
        "at",
        "by",
        "access",
        "missing",
    ];
    let row = |line: &Line<'_>| {
        let mut row = entitlement(line.key, line.reading).to_vec();
        row.extend([
            Cell::text(line.at),
            Cell::list(line.by.iter().map(|way| by(&extent.ways[*way]))),
            Cell::text(line.reach),
            missing(line.gate),
        ]);
        row
    };
    let table = match each {
        true => single(extent, is_account),
        false => folded(extent, is_account),
    };
    Lists {
        tables: vec![table],
        rows: View::of("access", columns, extent.lines.iter().map(row).collect()),
        notes: notes(extent),
    }
}

fn notes(extent: &Extent<'_>) -> Vec<String> {
    if let Some(absence) = extent.absence {
        let ways = extent.ways.len();
        return match ways {
            0 => vec![format!("it may do nothing: it {absence}")],
            _ => vec![format!(
                "it may do nothing: it {absence}; still there: {}",
                counted(ways, "grant")
            )],
        };
    }
    if extent.lines.is_empty() {
        let what = match extent.ways.is_empty() {
            true => "it holds nothing",
            false => "it holds nothing of the kind",
        };
        return vec![what.to_owned()];
    }
    Vec::new()
}

/// Each permission.
fn single(extent: &Extent<'_>, is_account: bool) -> View {
    let mut columns = vec![
        Column::new("permission"),
        Column::new("effect"),
        Column::new("at"),
        Column::new("by"),
        Column::new("conditions").spare(),
    ];
    if is_account {
        columns.insert(2, Column::new("access"));
    }
    let row = |line: &Line<'_>| {
        let mut cells = vec![
            Cell::text(line.key),
            Cell::text(line.reading.effect().map_or("unknown", Effect::as_str)),
            Cell::text(line.at),
            Cell::list(line.by.iter().map(|way| short(&extent.ways[*way]))),
            Cell::list(
                line.reading
                    .known
                    .map_or(&[][..], |known| &known.conditions),
            ),
        ];
        if is_account {
            cells.insert(2, Cell::text(line.reach));
        }
        cells
    };
    View {
        rows: extent.lines.iter().map(row).collect(),
        ..View::new("access", columns)
    }
}

/// What is told in one row of a folded list: the place among the lines comes first, so that the order stays theirs.
type Fold<'l> = BTreeMap<(usize, String, &'l str, Reach), (usize, Vec<Effect>)>;

/// A row for each boundary, way and group.
fn folded(extent: &Extent<'_>, is_account: bool) -> View {
    let mut places: Vec<&BoundaryPath> = Vec::new();
    let mut folds: Fold<'_> = BTreeMap::new();
    for line in &extent.lines {
        if places.last() != Some(&line.at) {
            places.push(line.at);
        }
        for way in &line.by {
            let group = line.reading.group(line.key);
            let key = (
                places.len() - 1,
                short(&extent.ways[*way]),
                group,
                line.reach,
            );
            let (count, effects) = folds.entry(key).or_default();
            *count += 1;
            effects.extend(line.reading.effect());
        }
    }
    let mut columns = vec![
        Column::new("at"),
        Column::new("by"),
        Column::new("group"),
        Column::new("count").right(),
        Column::new("effects"),
    ];
    columns.extend(is_account.then(|| Column::new("access")));
    let rows = folds
        .into_iter()
        .map(|((at, by, group, reach), (count, effects))| {
            let mut cells = vec![
                Cell::text(places[at]),
                Cell::text(by),
                Cell::text(group),
                Cell::count(count),
                Cell::list(gravest_first(effects)),
            ];
            cells.extend(is_account.then(|| Cell::text(reach)));
            cells
        });
    let all = counted(extent.lines.len(), "permission");
    View {
        rows: rows.collect(),
        notes: vec![format!(
            "{all}: --group GROUP shows each of a group, --format csv all"
        )],
        ..View::new("access", columns)
    }
}

/// How far an account's action classes go; for people without those of which it has nothing, equal boundaries in one row.
pub fn actions(reached: &[(BoundaryPath, Vec<Action>)]) -> Lists {
    let names = ["at", "action", "provider", "platform", "approved", "access"];
    let cells = &|at: Cell, action: &Action| {
        vec![
            at,
            Cell::text(action.class),
            Cell::text(action.provider),
            Cell::text(action.platform),
            Cell::text(if action.approved { "yes" } else { "no" }),
            Cell::text(action.reach()),
        ]
    };
    let rows = reached.iter().flat_map(|(at, actions)| {
        actions
            .iter()
            .map(move |action| cells(Cell::text(at), action))
    });
    let mut folds: Vec<(Vec<&BoundaryPath>, Action)> = Vec::new();
    let mut known: BTreeMap<(u8, [u8; 3]), usize> = BTreeMap::new();
    for (at, actions) in reached {
        for action in actions.iter().filter(|one| one.reach() != Reach::Nothing) {
            let alike = [
                action.provider as u8,
                action.platform as u8,
                u8::from(action.approved),
            ];
            let fold = *known.entry((action.class as u8, alike)).or_insert_with(|| {
                folds.push((Vec::new(), *action));
                folds.len() - 1
            });
            folds[fold].0.push(at);
        }
    }
    let folded = folds.iter().map(|(at, action)| {
        let mut cells = cells(Cell::list(at), action);
        let at = cells.remove(0);
        cells.push(at);
        cells
    });
    let table = View::of(
        "access-actions",
        ["action", "provider", "platform", "approved", "access", "at"],
        folded.collect(),
    );
    Lists {
        tables: vec![table],
        rows: View::of("access-actions", names, rows.collect()),
        notes: Vec::new(),
    }
}
