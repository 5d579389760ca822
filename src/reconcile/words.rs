//! The words for actions that were met, each with a number: few, whatever a log holds.

use std::collections::HashMap;

/// The most words that are told apart.
const MOST: u32 = 10_000;

/// Words by number, and numbers by word.
#[derive(Default)]
pub(super) struct Words {
    words: Vec<String>,
    numbers: HashMap<String, u32>,
}

impl Words {
    /// The number of every word beyond the most.
    pub const OTHER: u32 = u32::MAX;

    pub fn number(&mut self, word: &str) -> u32 {
        if let Some(number) = self.numbers.get(word) {
            return *number;
        }
        let number = u32::try_from(self.words.len()).unwrap_or(MOST);
        if number >= MOST {
            return Words::OTHER;
        }
        self.words.push(word.to_owned());
        self.numbers.insert(word.to_owned(), number);
        number
    }

    pub fn word(&self, number: u32) -> &str {
        let word = self.words.get(number as usize);
        word.map_or("...", String::as_str)
    }
}
