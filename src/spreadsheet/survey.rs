//! A first look at a table: what its columns hold, as far as a guess needs it.

use std::io::Read;

use super::fault::Place;
use super::rows::{Rows, Unreadable};
use super::suspect;

/// How many rows are looked at.
const ROWS: usize = 1000;
/// How many different values of a column are kept.
const MOST: usize = 60;
/// The longest value that is kept, in bytes.
const LONGEST: usize = 2000;

/// What one column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub place: Place,
    /// How many cells of those looked at are filled.
    pub filled: usize,
    /// Different values, as they first appear. Empty where secrets may stand.
    pub values: Vec<String>,
    /// Whether it seems to hold secrets.
    pub is_suspect: bool,
}

/// What the columns of a table hold, in its first rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Survey {
    pub columns: Vec<Seen>,
    /// How many rows were looked at.
    pub rows: usize,
}

/// Looks at the first thousand rows.
///
/// # Errors
/// When one cannot be read.
pub fn survey<R: Read>(rows: &mut Rows<R>) -> Result<Survey, Unreadable> {
    let headings = rows.headings();
    let mut columns: Vec<Seen> = (0..headings.len())
        .map(|at| Seen {
            place: headings.place(at),
            filled: 0,
            values: Vec::new(),
            is_suspect: false,
        })
        .collect();
    let mut count = 0;
    while count < ROWS
        && let Some(row) = rows.advance()?
    {
        let mut any = false;
        for (at, cell) in row.filled() {
            any = true;
            let Some(column) = columns.get_mut(at) else {
                continue;
            };
            column.filled += 1;
            column.is_suspect |=
                suspect::heading(&column.place.heading) || suspect::value(cell).is_some();
            let cell = cell.trim();
            let is_new = column.values.len() < MOST
                && cell.len() <= LONGEST
                && !column.values.iter().any(|known| known == cell);
            if is_new {
                column.values.push(cell.to_owned());
            }
        }
        count += usize::from(any);
    }
    for column in columns.iter_mut().filter(|column| column.is_suspect) {
        column.values.clear();
    }
    Ok(Survey {
        columns,
        rows: count,
    })
}
