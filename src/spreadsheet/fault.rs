//! What is wrong with a spreadsheet, and where: the row, the heading and the cell. Never shows what looks like a secret.

use std::fmt;

use crate::model::text::could_be_secret;

/// How many faults are kept; the others are counted.
const MOST: usize = 1000;

/// The longest part of a value that is shown, in characters.
const SHOWN: usize = 60;

/// A column by its heading and its place, from 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub heading: String,
    pub at: usize,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The row of the sheet, from 1, the headings counted.
    pub row: Option<u64>,
    pub column: Option<Place>,
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl Fault {
    /// A fault of the whole sheet or map.
    pub fn new(message: impl fmt::Display) -> Fault {
        Fault {
            row: None,
            column: None,
            message: message.to_string(),
            hint: None,
        }
    }

    pub fn row(mut self, row: u64) -> Fault {
        self.row = Some(row);
        self
    }

    pub fn column(mut self, column: Option<Place>) -> Fault {
        self.column = column;
        self
    }

    pub fn hint(mut self, hint: impl fmt::Display) -> Fault {
        self.hint = Some(hint.to_string());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.row, &self.column) {
            (Some(row), Some(place)) => {
                let (heading, cell) = (cut(&place.heading), letters(place.at));
                write!(f, "row {row}, column `{heading}` ({cell}{row}): ")?;
            }
            (Some(row), None) => write!(f, "row {row}: ")?,
            (None, Some(place)) => {
                let heading = cut(&place.heading);
                write!(f, "column `{heading}` ({}): ", letters(place.at))?;
            }
            (None, None) => {}
        }
        f.write_str(&self.message)?;
        self.hint
            .as_ref()
            .map_or(Ok(()), |hint| write!(f, "; {hint}"))
    }
}

/// Faults in the order in which they were found: the first thousand, and how many there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults {
    kept: Vec<Fault>,
    count: usize,
}

impl Faults {
    pub fn add(&mut self, fault: Fault) {
        self.count += 1;
        if self.kept.len() < MOST {
            self.kept.push(fault);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// How many there are, those too that are not kept.
    pub fn count(&self) -> usize {
        self.count
    }

    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.kept.iter()
    }
}

impl Extend<Fault> for Faults {
    fn extend<T: IntoIterator<Item = Fault>>(&mut self, faults: T) {
        faults.into_iter().for_each(|fault| self.add(fault));
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Faults {
        let mut faults = Faults::default();
        faults.add(fault);
        faults
    }
}

/// The letters that a spreadsheet gives the column: 0 is `A`, 26 is `AA`.
pub fn letters(at: usize) -> String {
    let mut out = Vec::new();
    let mut rest = at + 1;
    while rest > 0 {
        rest -= 1;
        out.push(b'A' + u8::try_from(rest % 26).unwrap_or_default());
        rest /= 26;
    }
    out.iter().rev().map(|letter| char::from(*letter)).collect()
}

/// A value of the sheet as messages show it: in backquotes and cut, or not at all.
pub fn shown(value: &str) -> String {
    if could_be_secret(value) {
        "the value (not shown: it looks like a secret)".to_owned()
    } else {
        format!("`{}`", cut(value))
    }
}

/// The beginning of a text, its line ends and control characters escaped.
pub fn cut(text: &str) -> String {
    let mut out: String = text
        .chars()
        .take(SHOWN)
        .flat_map(|c| {
            let raw = !crate::model::text::is_unsafe(c);
            let escaped = (!raw).then(|| c.escape_default());
            raw.then_some(c)
                .into_iter()
                .chain(escaped.into_iter().flatten())
        })
        .collect();
    if text.chars().nth(SHOWN).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_the_row_the_heading_and_the_cell() {
        let place = Place {
            heading: "expires".into(),
            at: 10,
        };
        let fault = Fault::new("`31.13.2026` is not a date")
            .row(14)
            .column(Some(place));
        assert_eq!(
            fault.to_string(),
            "row 14, column `expires` (K14): `31.13.2026` is not a date"
        );
    }

    #[test]
    fn columns_are_named_as_spreadsheets_name_them() {
        let named: Vec<_> = [0, 25, 26, 51, 52, 701, 702].map(letters).into();
        assert_eq!(named, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn what_looks_like_a_secret_is_not_shown() {
        assert!(!shown("ghp_16C7e42F292c6912E7710c838347Ae178B4a").contains("ghp_"));
        assert_eq!(shown("a\u{1b}[2J\nb"), "`a\\u{1b}[2J\\nb`");
        assert!(shown(&"x y ".repeat(100)).chars().count() < 70);
    }

    #[test]
    fn many_faults_are_counted_and_the_first_kept() {
        let mut faults = Faults::default();
        faults.extend((0..MOST + 5).map(Fault::new));
        assert_eq!((faults.count(), faults.iter().count()), (MOST + 5, MOST));
    }
}
