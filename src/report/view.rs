//! What a command has to show: columns and rows, before any form is chosen. Holds text as it is stored, unescaped.

use std::borrow::Cow;
use std::fmt::Display;

use crate::model::date::Date;
use crate::model::text::shape;

/// The length of a SHA-256 in hexadecimal.
const DIGEST: usize = 64;

/// What a table shows of it.
const SHORT: usize = 12;

/// Rows of one kind.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The word under which JSON announces them: `account-list`.
    pub kind: &'static str,
    pub columns: Vec<Column>,
    /// As many cells as there are columns; missing ones read as [`Value::Missing`], surplus ones are dropped.
    pub rows: Vec<Vec<Cell>>,
    /// Lines for people, below a table only.
    pub notes: Vec<String>,
}

impl View {
    pub fn new(kind: &'static str, columns: Vec<Column>) -> View {
        View {
            kind,
            columns,
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// A view of columns under their keys alone.
    pub fn of<N: Into<String>>(
        kind: &'static str,
        columns: impl IntoIterator<Item = N>,
        rows: Vec<Vec<Cell>>,
    ) -> View {
        let columns = columns.into_iter().map(Column::new).collect();
        View {
            rows,
            ..View::new(kind, columns)
        }
    }

    /// The view, with what looks like a secret written as stars: for people, and wherever nobody reads values back.
    pub fn masked(&self) -> Cow<'_, View> {
        let mut cells = self.rows.iter().flatten();
        let has_secret = cells.any(|cell| cell.masked().is_some())
            || self.notes.iter().any(|note| starred(note).is_some());
        if !has_secret {
            return Cow::Borrowed(self);
        }
        let mut masked = self.clone();
        for cell in masked.rows.iter_mut().flatten() {
            if let Some(value) = cell.masked() {
                cell.value = value;
            }
        }
        for note in &mut masked.notes {
            if let Some(stars) = starred(note) {
                *note = stars;
            }
        }
        Cow::Owned(masked)
    }

    /// The cells of a row, one for each column.
    pub(crate) fn cells<'a>(&'a self, row: &'a [Cell]) -> impl Iterator<Item = &'a Cell> {
        static MISSING: Cell = Cell {
            value: Value::Missing,
            tone: None,
        };
        (0..self.columns.len()).map(|at| row.get(at).unwrap_or(&MISSING))
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its key in JSON and CSV: kebab-case, never changed once released.
    pub name: String,
    /// Its heading for people.
    pub title: String,
    pub align: Align,
    /// Whether a table may leave it out where a terminal is too narrow for all.
    pub spare: bool,
}

impl Column {
    /// A column whose heading is its key with blanks: `next-rotation` reads `Next rotation`.
    pub fn new(name: impl Into<String>) -> Column {
        let name = name.into();
        let mut title = name.replace('-', " ");
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        Column {
            name,
            title,
            align: Align::Left,
            spare: false,
        }
    }

    /// The same, left out of a table where there is no room for it; of spare columns, the last goes first.
    pub fn spare(mut self) -> Column {
        self.spare = true;
        self
    }

    /// The same under another heading.
    pub fn titled(mut self, title: impl Into<String>) -> Column {
        self.title = title.into();
        self
    }

    /// The same, with its cells at the right.
    pub fn right(mut self) -> Column {
        self.align = Align::Right;
        self
    }
}

/// The side that the cells of a column stand at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    Left,
    Right,
}

/// One cell: a value, and how it should strike the eye.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    pub value: Value,
    pub tone: Option<Tone>,
}

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Number(i64),
    Date(Date),
    /// A SHA-256 in hexadecimal, which has the look of a secret and is none; a table shows its beginning.
    Digest(String),
    /// An array in JSON.
    List(Vec<String>),
    /// `null` in JSON, empty elsewhere.
    Missing,
}

/// How a cell strikes the eye; never the only bearer of a meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warning,
    Error,
    Muted,
}

impl Cell {
    fn of(value: Value) -> Cell {
        Cell { value, tone: None }
    }

    pub fn text(text: impl Display) -> Cell {
        Cell::of(Value::Text(text.to_string()))
    }

    pub fn number(number: i64) -> Cell {
        Cell::of(Value::Number(number))
    }

    /// A SHA-256, where it is one; any other text is a text.
    pub fn digest(text: impl Display) -> Cell {
        let text = text.to_string();
        let is_hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        match text.len() == DIGEST && text.bytes().all(is_hex) {
            true => Cell::of(Value::Digest(text)),
            false => Cell::text(text),
        }
    }

    /// How many there are of something.
    pub fn count(count: usize) -> Cell {
        Cell::number(i64::try_from(count).unwrap_or(i64::MAX))
    }

    pub fn date(date: Date) -> Cell {
        Cell::of(Value::Date(date))
    }

    pub fn list<T: Display>(items: impl IntoIterator<Item = T>) -> Cell {
        Cell::of(Value::List(
            items.into_iter().map(|item| item.to_string()).collect(),
        ))
    }

    pub fn missing() -> Cell {
        Cell::of(Value::Missing)
    }

    /// Text, or nothing.
    pub fn optional(text: Option<impl Display>) -> Cell {
        text.map_or_else(Cell::missing, Cell::text)
    }

    pub fn tone(mut self, tone: Tone) -> Cell {
        self.tone = Some(tone);
        self
    }

    /// The value with stars, where something in it looks like a secret.
    fn masked(&self) -> Option<Value> {
        match &self.value {
            Value::Text(text) => starred(text).map(Value::Text),
            Value::List(items) if items.iter().any(|item| starred(item).is_some()) => {
                let stars = items.iter().map(|item| shape::masked(item).into_owned());
                Some(Value::List(stars.collect()))
            }
            Value::List(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Digest(_)
            | Value::Missing => None,
        }
    }

    /// The same for the columns of a table, where a digest is known by its beginning.
    pub(crate) fn shortened(&self, between: &str) -> String {
        match &self.value {
            Value::Digest(text) => text.chars().take(SHORT).chain(['…']).collect(),
            Value::Text(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::List(_)
            | Value::Missing => self.joined(between),
        }
    }

    /// The value as raw text, the items of a list joined; for the forms to escape.
    pub(crate) fn joined(&self, between: &str) -> String {
        match &self.value {
            Value::Text(text) | Value::Digest(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Date(date) => date.to_string(),
            Value::List(items) => items.join(between),
            Value::Missing => String::new(),
        }
    }
}

fn starred(text: &str) -> Option<String> {
    match shape::masked(text) {
        Cow::Owned(stars) => Some(stars),
        Cow::Borrowed(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_shown_and_another_random_word_in_its_place_is_not() {
        let digest = "0123456789abcdef".repeat(4);
        let cell = Cell::digest(&digest);
        assert_eq!(cell.masked(), None);
        assert_eq!(
            (cell.joined(""), cell.shortened("")),
            (digest, "0123456789ab…".to_owned())
        );
        let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
        assert!(Cell::digest(token).masked().is_some());
    }

    #[test]
    fn a_heading_is_the_key_with_blanks() {
        assert_eq!(Column::new("next-rotation").title, "Next rotation");
        assert_eq!(Column::new("").title, "");
        assert_eq!(Column::new("ärger").title, "ärger");
    }
}
