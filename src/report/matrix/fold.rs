//! A matrix folded for people: a section for each provider and environment, a column for each group of permissions.
//!
//! Only what somebody of a section holds is a column of it, unless all columns were asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::matrix::{Column, Kind, Mark, Matrix, Row};
use crate::model::account::AccountStatus;
use crate::model::key::slug;
use crate::model::text::shape;
use crate::report::escape;
use crate::report::matrix::code::codes;
use crate::report::matrix::group::{Groups, groups};
use crate::report::matrix::mark;
use crate::report::summary::counted;

/// A matrix as it is read. All text is escaped.
pub(super) struct Folded {
    /// The heading of the first column.
    pub corner: &'static str,
    pub heads: Vec<Head>,
    pub sections: Vec<Section>,
    /// What the letters in the cells mean; empty where they say it themselves.
    pub letters: Vec<(&'static str, &'static str)>,
    pub notes: Vec<String>,
}

/// A column of a folded matrix.
pub(super) struct Head {
    pub name: String,
    /// What stands for the name where it does not fit.
    pub code: String,
    /// What the legend says of the code.
    pub meaning: String,
}

pub(super) struct Section {
    pub heading: String,
    /// Columns, by their place in `heads`.
    pub columns: Vec<usize>,
    /// A row's name, its cells (one for each column of the section), and what stands behind them.
    pub rows: Vec<(String, Vec<String>, String)>,
}

pub(super) fn fold(matrix: &Matrix) -> Folded {
    let by_group = folding(matrix);
    let heads = match &by_group {
        Some(groups) => group_heads(&groups.names),
        None => column_heads(matrix),
    };
    let head_of = |column: usize| match &by_group {
        Some(groups) => groups.of[column],
        None => column,
    };
    let mut sections: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &matrix.rows {
        sections.entry(section_of(row)).or_default().push(row);
    }
    let all = || matrix.rows.iter().flat_map(|row| &row.held);
    let held: BTreeSet<usize> = all().map(|(column, _)| *column).collect();
    // Columns that nobody holds were asked for, or are levels: where none is, is worth seeing.
    let every = held.len() < matrix.columns.len() || matrix.kind == Kind::Effective;
    let marks = mark::sorted(all().map(|(_, mark)| *mark));
    Folded {
        corner: corner(matrix.kind),
        heads,
        sections: sections
            .into_iter()
            .map(|(heading, rows)| section(matrix, &heading, &rows, &head_of, every))
            .collect(),
        letters: marks
            .iter()
            .filter_map(|mark| Some((mark::letter(*mark), mark::meaning(*mark)?)))
            .collect(),
        notes: notes(matrix),
    }
}

/// The heading of the first column.
pub(super) fn corner(kind: Kind) -> &'static str {
    match kind {
        Kind::Permissions | Kind::Scopes | Kind::Levels | Kind::Effective => "ACCOUNT",
        Kind::Roles => "PRINCIPAL",
    }
}

/// What is not shown, and why.
pub(super) fn notes(matrix: &Matrix) -> Vec<String> {
    let retired = (matrix.retired > 0)
        .then(|| format!("{} left out: retired", counted(matrix.retired, "account")));
    retired.into_iter().collect()
}

/// The groups, where several would be folded; a single group shows its columns.
fn folding(matrix: &Matrix) -> Option<Groups> {
    let groups = (matrix.kind == Kind::Permissions).then(|| groups(matrix))?;
    (groups.names.len() > 1).then_some(groups)
}

fn group_heads(names: &[String]) -> Vec<Head> {
    let named = names.iter().zip(codes(names));
    named
        .map(|(name, code)| Head {
            name: escape::cut(&shown(name), 40),
            code: escape::terminal(&code),
            meaning: shown(name),
        })
        .collect()
}

fn column_heads(matrix: &Matrix) -> Vec<Head> {
    let keys: Vec<String> = matrix.columns.iter().map(|c| c.key.clone()).collect();
    let codes = match matrix.kind {
        Kind::Levels | Kind::Effective => codes(&keys),
        Kind::Permissions | Kind::Scopes | Kind::Roles => {
            (1..=keys.len()).map(|n| n.to_string()).collect()
        }
    };
    let heads = matrix.columns.iter().zip(codes);
    heads
        .map(|(column, code)| Head {
            name: shown(&column.key),
            code: escape::terminal(&code),
            meaning: meaning(column),
        })
        .collect()
}

/// The key, and its title where that says more.
fn meaning(column: &Column) -> String {
    let key = shown(&column.key);
    let last = column.key.rsplit('/').next().unwrap_or_default();
    if slug(&column.title) == slug(last) {
        key
    } else {
        format!("{key} ({})", shown(&column.title))
    }
}

/// The heading that a row stands under; sections are sorted by it.
fn section_of(row: &Row) -> String {
    match (&row.provider, &row.environment) {
        (Some(provider), Some(environment)) => format!("{provider} {environment}"),
        _ => row
            .boundary
            .first()
            .map_or("(no boundary)".to_owned(), |at| at.root().to_owned()),
    }
}

fn section(
    matrix: &Matrix,
    heading: &str,
    rows: &[&Row],
    head_of: &dyn Fn(usize) -> usize,
    every: bool,
) -> Section {
    let kind = matrix.kind;
    let held = rows.iter().flat_map(|row| &row.held);
    let mut columns: Vec<usize> = if every {
        (0..matrix.columns.len()).map(head_of).collect()
    } else {
        held.map(|(column, _)| head_of(*column)).collect()
    };
    columns.sort_unstable();
    columns.dedup();
    let prefix = match kind {
        Kind::Permissions | Kind::Scopes | Kind::Levels | Kind::Effective => common_prefix(rows),
        Kind::Roles => "",
    };
    let rows = rows.iter().map(|row| {
        let mut marks: BTreeMap<usize, Vec<Mark>> = BTreeMap::new();
        for (column, mark) in &row.held {
            marks.entry(head_of(*column)).or_default().push(*mark);
        }
        let cells = columns.iter().map(|at| letters(marks.get(at)));
        let behind = match kind {
            Kind::Permissions | Kind::Scopes => String::new(),
            Kind::Levels | Kind::Roles => places(row),
            Kind::Effective => placed(row),
        };
        let name = row.name.strip_prefix(prefix).unwrap_or(&row.name);
        (shown(name), cells.collect(), behind)
    });
    let rows: Vec<_> = rows.collect();
    let heading = if prefix.is_empty() {
        heading.to_owned()
    } else {
        format!("{heading} ({prefix}*)")
    };
    Section {
        heading,
        columns,
        rows,
    }
}

/// Where a row is, in words.
pub(super) fn places(row: &Row) -> String {
    let places: Vec<&str> = row.boundary.iter().map(|at| at.as_str()).collect();
    shape::masked(&places.join(", ")).into_owned()
}

/// The places of an account, and its status where it is not in use: until then it can do nothing.
fn placed(row: &Row) -> String {
    let status = row.status.filter(|it| *it != AccountStatus::Active);
    let status = status.map(|status| format!("({status})"));
    let parts = [Some(places(row)), status];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" ").trim().to_owned()
}

/// What the names of a section share, up to a hyphen: to the end of `PROVIDER-ENVIRONMENT-` where they hold it.
fn common_prefix<'a>(rows: &[&'a Row]) -> &'a str {
    let Some(first) = rows.first() else { return "" };
    let shared = rows.iter().fold(first.name.len(), |shared, row| {
        let same = first.name.bytes().zip(row.name.bytes()).take(shared);
        same.take_while(|(a, b)| a == b).count()
    });
    // Names are ASCII: any byte is a boundary; `get` holds it anyway.
    let shared = first.name.get(..shared).unwrap_or("");
    let shared = &shared[..shared.rfind('-').map_or(0, |at| at + 1)];
    let told = match (&first.provider, &first.environment) {
        (Some(provider), Some(environment)) => format!("{provider}-{environment}-"),
        _ => return "",
    };
    match shared.find(&told) {
        Some(at) => &shared[..at + told.len()],
        None if rows.len() > 1 => shared,
        None => "",
    }
}

/// The letters of a cell, each once, from harmless to dangerous; a dot where nothing is held.
fn letters(marks: Option<&Vec<Mark>>) -> String {
    let Some(marks) = marks else {
        return ".".to_owned();
    };
    let marks = mark::sorted(marks.iter().copied());
    marks.into_iter().map(mark::letter).collect()
}

/// Text for a terminal; what looks like a secret is stars.
fn shown(text: &str) -> String {
    escape::terminal(&shape::masked(text))
}
