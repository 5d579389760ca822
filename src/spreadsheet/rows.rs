//! The rows of a table, one at a time, with the numbers that a spreadsheet shows beside them.

use std::io::{self, Read};

use csv::StringRecord;

use super::LARGEST;
use super::headings::Headings;
use super::lines::Lines;

/// The most rows.
pub const MOST_ROWS: u64 = 1_000_000;
/// The most columns.
pub(super) const MOST_COLUMNS: usize = 1000;
/// The longest cell, in bytes: twice what Excel takes.
const LONGEST_CELL: usize = 64 * 1024;

/// How the table is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    pub delimiter: u8,
    /// The row of the headings, from 1; the first with two cells that are filled where it is not said.
    pub heading_row: Option<u64>,
}

/// Why a table cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("row {row} is not UTF-8 text")]
    Encoding { row: u64 },
    #[error("row {row} has {columns} columns; at most {MOST_COLUMNS} are read")]
    Columns { row: u64, columns: usize },
    #[error("row {row} has a cell of more than {LONGEST_CELL} bytes")]
    Cell { row: u64 },
    #[error("it has more than {MOST_ROWS} rows")]
    Rows,
    #[error("it is larger than {} MiB", LARGEST >> 20)]
    Large,
    #[error("a quote is opened before its end and never closed")]
    Quote,
    #[error("it has no row of headings")]
    Empty,
    #[error("two columns have the heading `{heading}`: {first} and {second}")]
    Twice {
        heading: String,
        first: String,
        second: String,
    },
    #[error(transparent)]
    Io(io::Error),
}

impl Unreadable {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            Unreadable::Encoding { .. } => {
                "it may be Windows-1252: save it as \"CSV UTF-8\", or say --encoding windows-1252"
            }
            Unreadable::Columns { .. } => "remove the columns that nobody needs",
            Unreadable::Cell { .. } => "look for a quote that is opened there and never closed",
            Unreadable::Rows | Unreadable::Large => "cut it in parts, each with the headings",
            Unreadable::Quote => "a cell that begins with a quote must end with one",
            Unreadable::Empty => {
                "name the columns in the first row, or say `heading-row` in the map's `[file]`"
            }
            Unreadable::Twice { .. } => "give each column a name of its own",
            Unreadable::Io(_) => "check what it is",
        }
    }
}

/// A table, from its headings on.
pub struct Rows<R> {
    reader: csv::Reader<Lines<R>>,
    record: StringRecord,
    headings: Headings,
    number: u64,
}

/// One row below the headings.
pub struct Row<'a> {
    /// Its number in the sheet, from 1.
    pub number: u64,
    cells: &'a StringRecord,
}

impl Row<'_> {
    /// A cell; empty where the row has none there.
    pub fn cell(&self, at: usize) -> &str {
        self.cells.get(at).unwrap_or_default()
    }

    /// The cells that are filled, with their columns.
    pub fn filled(&self) -> impl Iterator<Item = (usize, &str)> {
        let cells = self.cells.iter().enumerate();
        cells.filter(|(_, cell)| !cell.trim().is_empty())
    }
}

impl<R: Read> Rows<R> {
    /// Reads up to the headings.
    ///
    /// # Errors
    /// When there are none, or the rows before them cannot be read.
    pub fn open(from: R, form: Form) -> Result<Rows<R>, Unreadable> {
        let lines = Lines::new(from, form.delimiter, LARGEST);
        let reader = csv::ReaderBuilder::new()
            .delimiter(form.delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(lines);
        let mut rows = Rows {
            reader,
            record: StringRecord::new(),
            headings: Headings::default(),
            number: 0,
        };
        while let Some(row) = rows.advance()? {
            let is_headings = match form.heading_row {
                Some(said) => row.number == said,
                None => row.filled().nth(1).is_some(),
            };
            if is_headings {
                rows.headings = Headings::of(rows.record.iter())?;
                return Ok(rows);
            }
        }
        Err(Unreadable::Empty)
    }

    pub fn headings(&self) -> &Headings {
        &self.headings
    }

    /// The next row; none behind the last.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn advance(&mut self) -> Result<Option<Row<'_>>, Unreadable> {
        let row = self.number + 1;
        let found = self
            .reader
            .read_record(&mut self.record)
            .map_err(|error| unreadable(error, row))?;
        if !found {
            return match self.reader.get_ref().is_open() {
                true => Err(Unreadable::Quote),
                false => Ok(None),
            };
        }
        self.number = row;
        if row > MOST_ROWS {
            return Err(Unreadable::Rows);
        }
        let columns = self.record.len();
        if columns > MOST_COLUMNS {
            return Err(Unreadable::Columns { row, columns });
        }
        if self.record.iter().any(|cell| cell.len() > LONGEST_CELL) {
            return Err(Unreadable::Cell { row });
        }
        Ok(Some(Row {
            number: row,
            cells: &self.record,
        }))
    }
}

fn unreadable(error: csv::Error, row: u64) -> Unreadable {
    match error.into_kind() {
        csv::ErrorKind::Utf8 { .. } => Unreadable::Encoding { row },
        csv::ErrorKind::Io(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            Unreadable::Large
        }
        csv::ErrorKind::Io(error) => Unreadable::Io(error),
        other => Unreadable::Io(io::Error::other(format!("{other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], delimiter: u8) -> Result<Vec<(u64, String)>, Unreadable> {
        let heading_row = None;
        let form = Form {
            delimiter,
            heading_row,
        };
        let mut rows = Rows::open(text, form)?;
        let mut out = Vec::new();
        while let Some(row) = rows.advance()? {
            out.push((row.number, format!("{}|{}", row.cell(0), row.cell(1))));
        }
        Ok(out)
    }

    #[test]
    fn rows_have_the_numbers_that_a_spreadsheet_shows() {
        let text =
            b"\xef\xbb\xbfTitle of the sheet;\r\n\r\na;b\r\n1;\"x\r\n\r\ny\"\r\n\r\n;\r\n2;z";
        let rows = read(text, b';').unwrap();
        let shown: Vec<_> = rows.iter().map(|(row, text)| (*row, &**text)).collect();
        assert_eq!(shown, [(4, "1|x\r\n\r\ny"), (5, "|"), (6, "|"), (7, "2|z")]);
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        let error = |text: &[u8]| read(text, b',').unwrap_err();
        assert!(matches!(error(b""), Unreadable::Empty));
        assert!(matches!(
            error(b"a,b\nM\xfcller,x\n"),
            Unreadable::Encoding { row: 2 }
        ));
        assert!(matches!(error(b"a,b\n\"x,y\n1,2\n"), Unreadable::Quote));
        let twice = error(b"Owner,x,OWNER \n").to_string();
        assert_eq!(twice, "two columns have the heading `OWNER`: A and C");
        let wide = [b"a,b\n".as_slice(), &b",".repeat(1000)].concat();
        assert!(matches!(error(&wide), Unreadable::Columns { row: 2, .. }));
    }
}
