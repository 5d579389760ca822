//! A matrix folded for people: a section for each provider and environment, a column for each group of permissions.
//!
//! Only what somebody of a section holds is a column of it, unless all columns were asked for.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::matrix::{Column, Kind, Mark, Matrix, Row};
use crate::model::access::Effect;
use crate::model::key::slug;
use crate::report::escape;
use crate::report::matrix::code::codes;
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
    let by_group = groups(matrix);
    let heads = match &by_group {
        Some((names, _)) => group_heads(names),
        None => column_heads(matrix),
    };
    let head_of = |column: usize| match &by_group {
        Some((_, of)) => of[column],
        None => column,
    };
    let mut sections: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    for row in &matrix.rows {
        sections.entry(section_of(row)).or_default().push(row);
    }
    let all = || matrix.rows.iter().flat_map(|row| &row.held);
    let held: BTreeSet<usize> = all().map(|(column, _)| *column).collect();
    // Columns that nobody holds were asked for, or are levels: where none is, is worth seeing.
    let every = held.len() < matrix.columns.len();
    let mut marks: Vec<Mark> = all().map(|(_, mark)| *mark).collect();
    marks.sort_by_key(|mark| order(*mark));
    marks.dedup();
    let mut notes = Vec::new();
    if matrix.retired > 0 {
        notes.push(format!(
            "{} left out: retired",
            counted(matrix.retired, "account")
        ));
    }
    Folded {
        corner: match matrix.kind {
            Kind::Permissions | Kind::Scopes | Kind::Levels => "ACCOUNT",
            Kind::Roles => "PRINCIPAL",
        },
        heads,
        sections: sections
            .into_iter()
            .map(|(heading, rows)| section(matrix, &heading, &rows, &head_of, every))
            .collect(),
        letters: marks
            .iter()
            .filter_map(|mark| letter_meaning(*mark))
            .collect(),
        notes,
    }
}

/// The groups and the group of each column, where several groups would be folded; a single group shows its columns.
fn groups(matrix: &Matrix) -> Option<(Vec<String>, Vec<usize>)> {
    if matrix.kind != Kind::Permissions {
        return None;
    }
    let mut names: Vec<String> = Vec::new();
    let mut place: BTreeMap<String, usize> = BTreeMap::new();
    let mut of = Vec::with_capacity(matrix.columns.len());
    for column in &matrix.columns {
        let at = *place.entry(slug(&column.group)).or_insert(names.len());
        match names.get_mut(at) {
            // A glossary's title goes before the bare word that an unknown key has.
            Some(name) if column.effect.is_some() => name.clone_from(&column.group),
            Some(_) => {}
            None => names.push(column.group.clone()),
        }
        of.push(at);
    }
    (names.len() > 1).then_some((names, of))
}

fn group_heads(names: &[String]) -> Vec<Head> {
    let named = names.iter().zip(codes(names));
    named
        .map(|(name, code)| Head {
            name: escape::cut(&escape::terminal(name), 40),
            code: escape::terminal(&code),
            meaning: escape::terminal(name),
        })
        .collect()
}

fn column_heads(matrix: &Matrix) -> Vec<Head> {
    let keys: Vec<String> = matrix.columns.iter().map(|c| c.key.clone()).collect();
    let codes = match matrix.kind {
        Kind::Levels => codes(&keys),
        Kind::Permissions | Kind::Scopes | Kind::Roles => {
            (1..=keys.len()).map(|n| n.to_string()).collect()
        }
    };
    let heads = matrix.columns.iter().zip(codes);
    heads
        .map(|(column, code)| Head {
            name: escape::terminal(&column.key),
            code: escape::terminal(&code),
            meaning: meaning(column),
        })
        .collect()
}

/// The key, and its title where that says more.
fn meaning(column: &Column) -> String {
    let key = escape::terminal(&column.key);
    let last = column.key.rsplit('/').next().unwrap_or_default();
    if slug(&column.title) == slug(last) {
        key
    } else {
        format!("{key} ({})", escape::terminal(&column.title))
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
        Kind::Permissions | Kind::Scopes | Kind::Levels => common_prefix(rows),
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
        };
        let name = row.name.strip_prefix(prefix).unwrap_or(&row.name);
        (escape::terminal(name), cells.collect(), behind)
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

fn places(row: &Row) -> String {
    let places: Vec<&str> = row.boundary.iter().map(|at| at.as_str()).collect();
    places.join(", ")
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
    let mut marks = marks.clone();
    marks.sort_by_key(|mark| order(*mark));
    marks.dedup();
    marks.into_iter().map(letter).collect()
}

fn order(mark: Mark) -> (u8, Option<Effect>) {
    match mark {
        Mark::Held => (0, None),
        Mark::Effect(effect) => (1, Some(effect)),
        Mark::Unknown => (2, None),
    }
}

fn letter(mark: Mark) -> &'static str {
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
fn letter_meaning(mark: Mark) -> Option<(&'static str, &'static str)> {
    match mark {
        Mark::Held => None,
        Mark::Unknown => Some((letter(mark), "not in the glossary")),
        Mark::Effect(effect) => Some((letter(mark), effect.as_str())),
    }
}
