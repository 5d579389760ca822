//! The headings of a table, found whatever their case, blanks and punctuation.

use std::collections::BTreeMap;

use super::fault::{Place, cut, letters};
use super::rows::Unreadable;
use crate::catalog::nearest;

/// The headings by place and by name.
#[derive(Clone, Debug, Default)]
pub struct Headings {
    texts: Vec<String>,
    by_name: BTreeMap<String, usize>,
}

impl Headings {
    /// Headings of a row. A column without one is called by its letters: `column K`.
    ///
    /// # Errors
    /// When two columns have the same.
    pub fn of<'a>(cells: impl Iterator<Item = &'a str>) -> Result<Headings, Unreadable> {
        let mut headings = Headings::default();
        for (at, cell) in cells.enumerate() {
            let text = cell.split_whitespace().collect::<Vec<_>>().join(" ");
            let text = match normalised(&text).is_empty() {
                true => format!("column {}", letters(at)),
                false => text,
            };
            if let Some(first) = headings.by_name.insert(normalised(&text), at) {
                return Err(Unreadable::Twice {
                    heading: cut(&text),
                    first: letters(first),
                    second: letters(at),
                });
            }
            headings.texts.push(text);
        }
        Ok(headings)
    }

    /// The column of a heading.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.by_name.get(&normalised(name)).copied()
    }

    /// The heading that was meant by a name that none has.
    pub fn near(&self, name: &str) -> Option<&str> {
        let near = nearest(&normalised(name), self.by_name.keys().map(String::as_str))?;
        self.texts.get(*self.by_name.get(near)?).map(String::as_str)
    }

    pub fn text(&self, at: usize) -> &str {
        self.texts.get(at).map_or("", String::as_str)
    }

    pub fn place(&self, at: usize) -> Place {
        let heading = match self.texts.get(at) {
            Some(text) => text.clone(),
            None => format!("column {}", letters(at)),
        };
        Place { heading, at }
    }

    pub fn len(&self) -> usize {
        self.texts.len()
    }
}

/// A heading as it is compared: letters and digits alone, small, without accents.
pub fn normalised(text: &str) -> String {
    folded(text)
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The text with the accented letters of western Europe written plain, as names need them: `Jörg` as `Joerg`.
pub fn folded(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        let plain = match c {
            'ä' | 'æ' => "ae",
            'ö' | 'ø' | 'œ' => "oe",
            'ü' => "ue",
            'Ä' | 'Æ' => "Ae",
            'Ö' | 'Ø' => "Oe",
            'Ü' => "Ue",
            'ß' => "ss",
            'å' => "aa",
            'Å' => "Aa",
            'á' | 'à' | 'â' | 'ã' | 'ą' => "a",
            'Á' | 'À' | 'Â' => "A",
            'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => "e",
            'É' | 'È' | 'Ê' => "E",
            'í' | 'ì' | 'î' | 'ï' => "i",
            'ó' | 'ò' | 'ô' | 'õ' => "o",
            'Ó' | 'Ô' => "O",
            'ú' | 'ù' | 'û' | 'ů' => "u",
            'ç' | 'ć' | 'č' => "c",
            'ñ' | 'ń' => "n",
            'ł' => "l",
            'Ł' => "L",
            'ś' | 'š' => "s",
            'Š' => "S",
            'ž' | 'ź' | 'ż' => "z",
            'Ž' => "Z",
            'ř' => "r",
            'ý' => "y",
            other => {
                out.push(other);
                continue;
            }
        };
        out.push_str(plain);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_are_found_whatever_their_case_and_punctuation() {
        let cells = ["Owner (business)", "", "Gültig bis", " Last  rotation "];
        let headings = Headings::of(cells.into_iter()).unwrap();
        for (name, at) in [
            ("owner-business", 0),
            ("column B", 1),
            ("gueltig bis", 2),
            ("LAST ROTATION", 3),
        ] {
            assert_eq!(headings.find(name), Some(at), "{name}");
        }
        assert_eq!(headings.text(3), "Last rotation");
        assert_eq!(headings.near("Gültig bs"), Some("Gültig bis"));
        assert_eq!(headings.place(9).heading, "column J");
    }
}
