//! Many questions, one a line, as JSON Lines or CSV. Each line is read by itself and is bounded: one bad line spoils no other.

use std::borrow::Cow;
use std::io::{self, BufRead};

use crate::cli::failure::Failure;
use crate::model::text::shape::masked;

/// The longest line, in bytes: no question comes near.
const LONGEST: usize = 64 << 10;

/// The forms that questions come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Form {
    /// One object a line
    Jsonl,
    /// A heading line, then one question a line
    Csv,
}

/// One question as it is written.
#[derive(Debug, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words<'l> {
    #[serde(borrow)]
    pub principal: Cow<'l, str>,
    #[serde(borrow)]
    pub permission: Cow<'l, str>,
    #[serde(borrow)]
    pub at: Cow<'l, str>,
    #[serde(borrow, default)]
    pub catalog: Option<Cow<'l, str>>,
    #[serde(default)]
    pub own: bool,
    #[serde(default)]
    pub unresolved: bool,
}

/// The columns that a heading line may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Column {
    Principal,
    Permission,
    At,
    Catalog,
    Own,
    Unresolved,
}

impl Column {
    const ALL: [(&'static str, Column); 6] = [
        ("principal", Column::Principal),
        ("permission", Column::Permission),
        ("at", Column::At),
        ("catalog", Column::Catalog),
        ("own", Column::Own),
        ("unresolved", Column::Unresolved),
    ];
}

/// How lines are read.
pub(super) enum Reader {
    Jsonl,
    Csv(Vec<Column>),
}

impl Reader {
    /// Reads what stands before the first question.
    ///
    /// # Errors
    /// When a heading line is missing, or names what is no column.
    pub fn begin(form: Form, lines: &mut Lines<impl BufRead>) -> Result<Reader, Failure> {
        if form == Form::Jsonl {
            return Ok(Reader::Jsonl);
        }
        let hint = "the first line names the columns: principal,permission,at and, if need be, catalog, own, unresolved";
        let bad = |what: String| Failure::usage(what).hint(hint);
        let heading = match lines.next().map_err(unreadable)? {
            Some(line) => line
                .text
                .map_err(|why| bad(format!("the heading line: {why}")))?,
            None => return Err(bad("there are no questions, and no heading line".to_owned())),
        };
        let cells =
            cells(heading.trim_start_matches('\u{feff}')).map_err(|why| bad(why.to_owned()))?;
        let mut columns = Vec::new();
        for cell in &cells {
            let name = cell.trim();
            let known = Column::ALL.iter().find(|(word, _)| *word == name);
            let Some((_, column)) = known else {
                return Err(bad(format!("`{}` is no column of questions", shown(name))));
            };
            if columns.contains(column) {
                return Err(bad(format!("the column `{name}` stands twice")));
            }
            columns.push(*column);
        }
        let needed = [Column::Principal, Column::Permission, Column::At];
        match needed.iter().all(|column| columns.contains(column)) {
            true => Ok(Reader::Csv(columns)),
            false => Err(bad("a column is missing".to_owned())),
        }
    }

    /// The words of one line.
    pub fn read<'l>(&self, line: &'l str) -> Result<Words<'l>, String> {
        match self {
            Reader::Jsonl => serde_json::from_str(line).map_err(|error| {
                // Its place is the line, which is said beside it.
                let text = error.to_string();
                let text = text
                    .rsplit_once(" at line ")
                    .map_or(&*text, |(what, _)| what);
                text.to_owned()
            }),
            Reader::Csv(columns) => of_cells(columns, cells(line)?),
        }
    }
}

fn of_cells<'l>(columns: &[Column], cells: Vec<Cow<'l, str>>) -> Result<Words<'l>, String> {
    if cells.len() != columns.len() {
        let (found, named) = (cells.len(), columns.len());
        return Err(format!(
            "it has {found} cells, and the heading line {named}"
        ));
    }
    let mut words = Words::default();
    for (column, cell) in columns.iter().zip(cells) {
        match column {
            Column::Principal => words.principal = cell,
            Column::Permission => words.permission = cell,
            Column::At => words.at = cell,
            Column::Catalog => words.catalog = Some(cell).filter(|cell| !cell.is_empty()),
            Column::Own => words.own = flag(&cell)?,
            Column::Unresolved => words.unresolved = flag(&cell)?,
        }
    }
    Ok(words)
}

fn flag(cell: &str) -> Result<bool, String> {
    match cell.trim() {
        "true" | "yes" | "1" => Ok(true),
        "" | "false" | "no" | "0" => Ok(false),
        other => Err(format!("`{}` is neither true nor false", shown(other))),
    }
}

/// The cells of a line. Few hold a quote: those go to the reader for all of CSV.
fn cells(line: &str) -> Result<Vec<Cow<'_, str>>, &'static str> {
    if !line.contains('"') {
        return Ok(line.split(',').map(Cow::Borrowed).collect());
    }
    let mut reader = csv::ReaderBuilder::new();
    let mut reader = reader.has_headers(false).from_reader(line.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record
            .iter()
            .map(|cell| Cow::Owned(cell.to_owned()))
            .collect()),
        Ok(false) | Err(_) => Err("it is no line of CSV"),
    }
}

/// A piece of the input in a message.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(60).collect();
    masked(&cut).escape_debug().collect()
}

/// Lines of bounded length, with their numbers.
pub(super) struct Lines<R> {
    from: R,
    line: Vec<u8>,
    number: u64,
}

/// One line, or why it is none.
pub(super) struct Line<'l> {
    pub number: u64,
    pub text: Result<&'l str, &'static str>,
}

impl<R: BufRead> Lines<R> {
    pub fn of(from: R) -> Lines<R> {
        Lines {
            from,
            line: Vec::new(),
            number: 0,
        }
    }

    /// Whether the next line may have to be waited for: what was answered should be seen by then.
    pub fn may_wait(&self, buffered: impl FnOnce(&R) -> usize) -> bool {
        buffered(&self.from) == 0
    }

    /// The next line that is not empty.
    ///
    /// # Errors
    /// When the input cannot be read.
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        loop {
            self.line.clear();
            let mut is_long = false;
            loop {
                let piece = match self.from.fill_buf() {
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                    piece => piece?,
                };
                let (take, ends) = match piece.iter().position(|byte| *byte == b'\n') {
                    Some(at) => (at + 1, true),
                    None => (piece.len(), piece.is_empty()),
                };
                is_long |= self.line.len() + take > LONGEST;
                if !is_long {
                    self.line.extend_from_slice(&piece[..take]);
                }
                let is_end = piece.is_empty();
                self.from.consume(take);
                if is_end && self.line.is_empty() && !is_long {
                    return Ok(None);
                }
                if ends {
                    break;
                }
            }
            self.number += 1;
            let number = self.number;
            if is_long {
                let text = Err("it is longer than 64 KiB");
                return Ok(Some(Line { number, text }));
            }
            if !self.line.iter().all(u8::is_ascii_whitespace) {
                break;
            }
        }
        let text = std::str::from_utf8(&self.line).map(|line| line.trim_end_matches(['\n', '\r']));
        Ok(Some(Line {
            number: self.number,
            text: text.map_err(|_| "it is not UTF-8"),
        }))
    }
}

/// That the questions cannot be read.
pub(super) fn unreadable(error: io::Error) -> Failure {
    Failure::new(format!("cannot read the questions: {error}"))
        .hint("name a file that you may read, or - for standard input")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(text: &[u8], form: Form) -> Vec<Result<String, String>> {
        let mut lines = Lines::of(io::BufReader::with_capacity(7, text));
        let reader = Reader::begin(form, &mut lines).unwrap();
        let mut out = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let words = line
                .text
                .map_err(str::to_owned)
                .and_then(|line| reader.read(line));
            out.push(words.map(|w| {
                format!(
                    "{} {} {} {:?} {}",
                    w.principal, w.permission, w.at, w.catalog, w.own
                )
            }));
        }
        out
    }

    #[test]
    fn both_forms_say_the_same() {
        let json = br#"{"principal":"person/jo","permission":"a/b","at":"femo","own":true}

{"at":"femo","permission":"x\"y","principal":"team/t","catalog":"hub"}"#;
        let csv = b"\xef\xbb\xbfat,principal,permission,own,catalog\r\nfemo,person/jo,a/b,yes,\r\nfemo,team/t,\"x\"\"y\",,hub\r\n";
        assert_eq!(all(json, Form::Jsonl), all(csv, Form::Csv));
        assert_eq!(all(json, Form::Jsonl).len(), 2);
    }

    #[test]
    fn one_bad_line_spoils_no_other() {
        let long = format!("\"{}\"", "x".repeat(LONGEST));
        let mut text = b"{}\nnonsense\n\xff\n".to_vec();
        text.extend_from_slice(long.as_bytes());
        text.extend_from_slice(b"\n{\"principal\":\"person/jo\",\"permission\":\"a/b\",\"at\":\"femo\",\"onw\":true}\n{\"principal\":\"person/jo\",\"permission\":\"a/b\",\"at\":\"femo\"}");
        let read = all(&text, Form::Jsonl);
        let good: Vec<bool> = read.iter().map(Result::is_ok).collect();
        assert_eq!(good, [false, false, false, false, false, true]);
    }

    #[test]
    fn a_heading_line_is_needed_and_has_to_be_known() {
        for bad in [
            "",
            "principal,permission",
            "principal,permission,at,at",
            "principal,permission,at,x",
        ] {
            let mut lines = Lines::of(bad.as_bytes());
            assert!(Reader::begin(Form::Csv, &mut lines).is_err(), "{bad}");
        }
    }
}
