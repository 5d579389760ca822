//! A named value of a file, as slices of its text.

use super::MOST_ENTRIES;

/// The longest key, in bytes.
const LONGEST_KEY: usize = 100;

/// One named value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry<'t> {
    /// Where its line begins to speak of it: a place in the text.
    pub at: usize,
    /// The names that it stands below, outermost first.
    pub section: Vec<&'t str>,
    /// What stands together has the same number, and the number of what that lies in.
    pub group: usize,
    pub outer: usize,
    pub key: &'t str,
    pub value: &'t str,
}

/// Entries as they are read.
pub(super) struct Entries<'t> {
    text: &'t str,
    pub all: Vec<Entry<'t>>,
}

impl<'t> Entries<'t> {
    pub fn new(text: &'t str) -> Entries<'t> {
        let all = Vec::new();
        Entries { text, all }
    }

    /// Where a slice of the text begins.
    pub fn place(&self, part: &str) -> usize {
        place(self.text, part)
    }

    /// Notes an entry whose key could be one.
    pub fn push(
        &mut self,
        section: &[&'t str],
        (group, outer): (usize, usize),
        key: &'t str,
        value: &'t str,
    ) {
        let key = key.trim().trim_matches(['"', '\'']);
        // As npm writes them: `//registry.example/:_authToken`.
        let key = match key.starts_with("//") {
            true => key.rsplit([':', '/']).next().unwrap_or_default(),
            false => key,
        };
        if !is_key(key) || self.all.len() == MOST_ENTRIES {
            return;
        }
        self.all.push(Entry {
            at: self.place(key),
            section: section.to_vec(),
            group,
            outer,
            key,
            value,
        });
    }
}

/// Where a slice begins in the text that it is one of; the end of the text where it is none.
pub(super) fn place(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
    at.min(text.len())
}

/// Whether a text may be a key: a short name that begins with a letter. What follows a value on another line is none.
pub(super) fn is_key(key: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.- ".contains(&b);
    let begins = |b: u8| b.is_ascii_alphabetic() || b == b'_';
    key.len() <= LONGEST_KEY && key.bytes().next().is_some_and(begins) && key.bytes().all(plain)
}

/// What stands within quotes, or the text itself.
pub(super) fn unquoted(text: &str) -> &str {
    let text = text.trim();
    for quote in ['"', '\'', '`'] {
        let inner = text.strip_prefix(quote);
        if let Some(inner) = inner.and_then(|rest| rest.strip_suffix(quote)) {
            return inner;
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_part_of_a_value_is_no_key() {
        for key in [
            "MAXIMO_API_KEY",
            "_authToken",
            "api key",
            "spring.datasource.password",
        ] {
            assert!(is_key(key), "{key}");
        }
        for none in [
            "",
            "9f86d0",
            "a/b",
            "QUJD+x",
            "a\u{1b}[31m",
            "ключ",
            &"x".repeat(101),
        ] {
            assert!(!is_key(none), "{none}");
        }
    }

    #[test]
    fn a_place_is_that_of_the_slice() {
        let text = "one two";
        assert_eq!(place(text, &text[4..]), 4);
        assert_eq!(
            place(text, "elsewhere"),
            text.len().min(place(text, "elsewhere"))
        );
    }
}
