//! The whole way of a table through a map: all of it or, on request, what is good of it. Nothing is written here.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::Value;

use super::bind::Bound;
use super::fault::{Fault, Faults, Place};
use super::gather::Gather;
use super::headings::Headings;
use super::make::Maker;
use super::map::Map;
use super::rows::{Row, Rows, Unreadable};
use super::suspect;
use super::values::{Lookup, Values};
use crate::lifecycle::facts::{Line, decide};
use crate::model::inventory::Inventory;
use crate::model::record::RecordId;

/// What is known already of the records that the sheet names.
#[derive(Clone, Copy)]
pub enum Known<'a> {
    Nothing,
    /// Declared in files beside the one to be made: left out of it.
    Beside(&'a Inventory),
    /// Stored: accounts change, other records only gain what they lack.
    Stored(&'a Inventory),
}

/// What a column of the sheet goes into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    pub place: Place,
    /// `account.level`, `fact.on`; none where the column is left out.
    pub targets: Vec<String>,
}

/// What came of a sheet.
#[derive(Debug)]
pub struct Imported {
    pub inventory: Inventory,
    /// Dated facts with the row of each.
    pub facts: Vec<Line>,
    /// Rows with something in them.
    pub rows: u64,
    /// Rows that are left out because something in them is wrong.
    pub skipped: u64,
    /// What is wrong with them.
    pub faults: Faults,
    /// Records that are declared elsewhere, and left out.
    pub kept: Vec<RecordId>,
}

/// Reads the rows of a table by a map.
///
/// With `skip_bad`, rows in which something is wrong are left out; otherwise one of them refuses all.
///
/// # Errors
/// Everything that is wrong, by row and column; also where a column seems to hold secrets and is not ignored.
pub fn import<R: Read>(
    rows: &mut Rows<R>,
    map: Map,
    known: Known<'_>,
    skip_bad: bool,
) -> Result<Imported, Faults> {
    let nothing = Inventory::default();
    let around = match known {
        Known::Nothing => &nothing,
        Known::Beside(inventory) | Known::Stored(inventory) => inventory,
    };
    let bound = Bound::of(map, rows.headings())?;
    let mut suspects = Suspects::of(&bound, rows.headings());
    let mut lookup = Lookup::new(around);
    let mut gather = Gather::new(known);
    let (mut faults, mut facts) = (Faults::default(), Vec::new());
    let (mut count, mut skipped) = (0, 0);
    while let Some(row) = rows.advance().map_err(|error| unreadable(&error))? {
        if row.filled().next().is_none() {
            continue;
        }
        count += 1;
        suspects.look(&row);
        match read(&bound, &row, &mut lookup, &mut gather) {
            Ok(told) => facts.extend(told),
            Err(found) => {
                skipped += 1;
                faults.extend(found);
            }
        }
    }
    if !suspects.found.is_empty() {
        return Err(suspects.found);
    }
    if !faults.is_empty() && !skip_bad {
        return Err(faults);
    }
    let (inventory, kept) = gather.finish().map_err(|found| {
        faults.extend(found);
        faults.clone()
    })?;
    agreed(&inventory, around, &facts)?;
    Ok(Imported {
        inventory,
        facts,
        rows: count,
        skipped,
        faults,
        kept,
    })
}

/// What each column of a table goes into.
///
/// # Errors
/// Each column that the map names and the table has not.
pub fn uses<R: Read>(rows: &Rows<R>, map: &Map) -> Result<Vec<Use>, Faults> {
    let targets = Bound::of(map.clone(), rows.headings())?
        .targets()
        .into_iter();
    Ok(targets
        .map(|(place, targets)| Use { place, targets })
        .collect())
}

fn read(
    bound: &Bound,
    row: &Row<'_>,
    lookup: &mut Lookup<'_>,
    gather: &mut Gather<'_>,
) -> Result<Vec<Line>, Vec<Fault>> {
    let mut faults = Vec::new();
    let values = Values::of(bound, row, lookup, &mut faults);
    let mut maker = Maker {
        bound,
        values: &values,
        row: row.number,
        faults,
    };
    let made: Vec<_> = bound
        .map
        .records
        .iter()
        .flat_map(|rule| maker.records(rule))
        .collect();
    let facts: Vec<_> = bound
        .map
        .facts
        .iter()
        .filter_map(|rule| maker.fact(rule))
        .collect();
    if let Some(beyond) = beyond(bound, row) {
        maker.faults.push(beyond);
    }
    let mut faults = maker.faults;
    if faults.is_empty() {
        match gather.take(made, row.number) {
            Ok(()) => {
                let line = usize::try_from(row.number).unwrap_or(usize::MAX);
                return Ok(facts.into_iter().map(|fact| (line, fact)).collect());
            }
            Err(found) => faults = found,
        }
    }
    // A cell that goes into several fields is told once.
    let mut told = BTreeSet::new();
    faults.sort_by_key(|fault| fault.column.as_ref().map(|place| place.at));
    faults.retain(|fault| {
        let cell = fault.column.as_ref().map(|place| place.at);
        told.insert(cell.map_or_else(|| Err(fault.message.clone()), Ok))
    });
    Err(faults)
}

/// A cell to the right of the last heading: the row has more delimiters than the headings have.
fn beyond(bound: &Bound, row: &Row<'_>) -> Option<Fault> {
    let columns = bound
        .slots
        .iter()
        .filter(|slot| slot.part.is_none())
        .count();
    let (at, _) = row.filled().find(|(at, _)| *at >= columns)?;
    let heading = format!("column {}", super::fault::letters(at));
    let fault = Fault::new("there is a cell beyond the last heading").row(row.number);
    Some(
        fault
            .column(Some(Place { heading, at }))
            .hint("a cell that holds the delimiter must stand in quotes"),
    )
}

/// Facts that contradict each other or the inventory.
fn agreed(inventory: &Inventory, around: &Inventory, facts: &[Line]) -> Result<(), Faults> {
    if facts.is_empty() {
        return Ok(());
    }
    // A sheet may be large: it is copied only where there is something to put it beside.
    let decided = match around == &Inventory::default() {
        true => decide(facts, inventory),
        false => {
            let mut whole = around.clone();
            inventory
                .records()
                .for_each(|record| drop(whole.put(record)));
            decide(facts, &whole)
        }
    };
    let Err(bad) = decided else {
        return Ok(());
    };
    let mut faults = Faults::default();
    for bad in bad {
        let text = bad.to_string();
        let text = text
            .strip_prefix(&format!("line {}: ", bad.line()))
            .unwrap_or(&text);
        // In a sheet, lines are rows.
        let text = text.replace(" on line ", " on row ");
        faults.add(Fault::new(text).row(bad.line() as u64));
    }
    Err(faults)
}

fn unreadable(error: &Unreadable) -> Faults {
    Fault::new(error).hint(error.hint()).into()
}

/// The columns that seem to hold secrets. Each is told once.
struct Suspects {
    /// Columns that are not looked at: they are ignored, or told already.
    passed: Vec<bool>,
    by_heading: Vec<bool>,
    places: Vec<Place>,
    found: Faults,
}

impl Suspects {
    fn of(bound: &Bound, headings: &Headings) -> Suspects {
        let columns = || bound.slots.iter().filter(|slot| slot.part.is_none());
        Suspects {
            passed: columns().map(|slot| slot.column.ignore).collect(),
            by_heading: (0..headings.len())
                .map(|at| suspect::heading(headings.text(at)))
                .collect(),
            places: columns().map(|slot| slot.place.clone()).collect(),
            found: Faults::default(),
        }
    }

    fn look(&mut self, row: &Row<'_>) {
        for (at, cell) in row.filled() {
            let Some(false) = self.passed.get(at) else {
                continue;
            };
            let is_told = self.by_heading[at];
            let looks = if is_told { None } else { suspect::value(cell) };
            let message = match looks {
                None if !is_told => continue,
                None => "its heading says that it holds secrets".to_owned(),
                Some(what) => format!("the value looks like {what}"),
            };
            self.passed[at] = true;
            let place = self.places[at].clone();
            let table = format!("[column.{}]", key(&place.heading));
            let fault = Fault::new(message).column(Some(place)).hint(format!(
                "no secret comes in by a spreadsheet: store it with `keyroll secret set`, and say `ignore = true` in `{table}` of the map"
            ));
            self.found.add(if is_told {
                fault
            } else {
                fault.row(row.number)
            });
        }
    }
}

/// A text as a key of TOML: bare where it can be.
pub(super) fn key(text: &str) -> String {
    let bare = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    match !text.is_empty() && text.bytes().all(bare) {
        true => text.to_owned(),
        false => quoted(text),
    }
}

/// A text as TOML quotes it, on one line.
pub(super) fn quoted(text: &str) -> String {
    // JSON quotes alike, but for one character.
    Value::from(text).to_string().replace('\u{7f}', "\\u007f")
}
