//! Free text from people: checked for what would harm a terminal or a file, never for taste.

pub mod shape;
pub mod url;

use std::fmt;
use std::str::FromStr;

/// The longest text, in bytes.
pub const LONGEST: usize = 4096;

/// Why a text was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    #[error("a text is longer than {LONGEST} bytes")]
    Long,
    #[error("a text holds the control character `{0}`")]
    Control(String),
}

/// Text for people: at most 4 KiB, no control characters but tab and line feed.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Text(String);

impl Text {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to read in it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }
}

impl FromStr for Text {
    type Err = BadText;
    fn from_str(text: &str) -> Result<Self, BadText> {
        if text.len() > LONGEST {
            return Err(BadText::Long);
        }
        // Most texts are ASCII without anything special: one look at the bytes is enough.
        if text.bytes().all(|b| (0x20..0x7f).contains(&b)) {
            return Ok(Text(text.to_owned()));
        }
        match text
            .chars()
            .find(|c| c.is_control() && !matches!(c, '\t' | '\n'))
        {
            Some(c) => Err(BadText::Control(c.escape_unicode().collect())),
            None => Ok(Text(text.to_owned())),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether a character must never be shown or written raw: controls (C0, DEL, C1), what reorders text, what has no width.
///
/// Combining marks and variation selectors belong to writing and stay.
pub fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            // Marks and overrides of direction.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Without width: soft hyphen, joiners, invisible operators, deprecated formats, byte order mark.
            | '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Separators that end a line for some readers; tag characters.
            | '\u{2028}' | '\u{2029}' | '\u{e0000}'..='\u{e007f}'
        )
}

/// Whether a value has the look of a secret pasted in the wrong place: a long word of letters and digits, or any known
/// [`shape`]. Wider than a rule may be: it only decides what is hidden.
pub fn could_be_secret(value: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || "-/._".contains(c);
    let long = |value: &str| {
        value.split_whitespace().any(|word| {
            word.chars().count() >= 20
                && word.contains(|c: char| c.is_ascii_digit())
                && word.contains(|c: char| c.is_ascii_alphabetic())
                && word.chars().filter(|c| !plain(*c)).count() >= 4
        })
    };
    long(value) || shape::looks_secret(value).is_some()
}

/// The nearest character boundary at or before `at`.
pub fn floor(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

string_serde!(Text, "^[^\\x00-\\x08\\x0b-\\x1f\\x7f]*$");

/// Serde (and, in tests, JSON Schema) for a type that is parsed from and shown as a string.
macro_rules! string_serde {
    ($name:ident, $pattern:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Parse;
                impl serde::de::Visitor<'_> for Parse {
                    type Value = $name;
                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        f.write_str("text")
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Parse)
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "pattern": $pattern })
            }
        }
    };
}
pub(crate) use string_serde;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_takes_no_control_characters() {
        assert!("two\nlines\tand a tab".parse::<Text>().is_ok());
        assert!("\u{1b}[31mred".parse::<Text>().is_err());
        assert!("x".repeat(LONGEST + 1).parse::<Text>().is_err());
    }
}
