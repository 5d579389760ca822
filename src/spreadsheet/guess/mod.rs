//! Guesses a map from the headings and first rows of a table. What is guessed is a map as text: shown, kept, edited and
//! read like any other.

mod account;
mod records;
mod role;
mod text;
mod word;

use super::survey::Survey;
use role::Found;

/// How sure a guess is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sure {
    /// The heading is known, and the values are of its kind.
    Sure,
    /// The heading is like a known one.
    Likely,
    /// The values are not of the kind that the heading promises.
    Doubtful,
}

impl Sure {
    pub fn as_str(self) -> &'static str {
        match self {
            Sure::Sure => "sure",
            Sure::Likely => "likely",
            Sure::Doubtful => "doubtful",
        }
    }
}

/// A guessed map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// The map, with comments on what a person has to decide.
    pub map: String,
    /// How sure the guess of each column is; none for those that are left out.
    pub columns: Vec<Option<Sure>>,
    /// What no column says and the records need.
    pub missing: Vec<String>,
}

/// What the columns of a table are, as far as their headings and first values tell.
pub fn guess(survey: &Survey) -> Guess {
    let found = role::find(survey);
    let made = text::write(survey, &found);
    Guess {
        map: made.text,
        columns: sureness(survey, &found),
        missing: made.missing,
    }
}

fn sureness(survey: &Survey, found: &[Found]) -> Vec<Option<Sure>> {
    let of = |at: usize| {
        found
            .iter()
            .find(|found| found.at == at)
            .map(|found| found.sure)
    };
    (0..survey.columns.len()).map(of).collect()
}

#[cfg(test)]
mod tests;
