//! What is wrong with an inventory's text, said without repeating what could be a secret.

use std::ops::Range;

use crate::manifest::place::Place;
use crate::model::text::{could_be_secret, shape};

/// Problems kept for one file, and for all.
const MOST_IN_FILE: usize = 100;
const MOST: usize = 1_000;

/// Why a text was refused, and where. Messages are lower case and hold no control characters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub place: Option<Place>,
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// Other places that belong to it, with what each is.
    pub also: Vec<(Place, String)>,
}

impl Problem {
    /// A problem that has no place in a text.
    pub(super) fn of(message: impl Into<String>, hint: impl Into<String>) -> Problem {
        Problem {
            place: None,
            message: message.into(),
            hint: Some(hint.into()),
            also: Vec::new(),
        }
    }

    pub(super) fn at(mut self, place: Place) -> Problem {
        self.place = Some(place);
        self
    }
}

/// A problem in a slice of a file, before its place is known. The span counts from the slice's start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    pub span: Range<usize>,
    pub message: String,
    pub hint: Option<String>,
}

impl Fault {
    pub fn new(span: Range<usize>, message: impl Into<String>) -> Fault {
        Fault {
            span,
            message: message.into(),
            hint: None,
        }
    }

    pub fn hint(mut self, hint: impl Into<String>) -> Fault {
        self.hint = Some(hint.into());
        self
    }
}

/// Problems as they are found, bounded: a hostile file must not fill the memory with them.
#[derive(Default)]
pub(super) struct Problems {
    list: Vec<Problem>,
    in_file: usize,
    left_out: bool,
}

impl Problems {
    /// Begins another file.
    pub fn next_file(&mut self) {
        self.in_file = 0;
    }

    /// How many were told so far.
    pub fn told(&self) -> usize {
        self.list.len()
    }

    /// Whether another problem of this file would be left out.
    pub fn is_full(&self) -> bool {
        self.in_file >= MOST_IN_FILE || self.list.len() >= MOST
    }

    /// Adds a problem, made only where there is room for it.
    pub fn add(&mut self, problem: impl FnOnce() -> Problem) {
        if self.is_full() {
            self.left_out = true;
        } else {
            self.in_file += 1;
            self.list.push(problem());
        }
    }

    /// Notes that there is a problem that is not told.
    pub fn leave_out(&mut self) {
        self.left_out = true;
    }

    /// All that was found; in the order of finding.
    pub fn finish(mut self) -> Vec<Problem> {
        if self.left_out {
            self.list.push(Problem::of(
                "further problems are not shown",
                "mend the ones shown, then look again",
            ));
        }
        self.list
    }
}

/// The longest part of a refused value that a message repeats, in characters.
const SHOWN: usize = 60;

/// A refused key, name or word for a message: escaped, cut, and hidden where it could be a secret.
pub(super) fn shown(value: &str) -> String {
    if could_be_secret(value) {
        return "...".to_owned();
    }
    let mut out: String = value
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if value.chars().nth(SHOWN).is_some() {
        out.push_str("...");
    }
    out
}

/// A message of ours or of a crate about `value`, with the value as [`shown`] and no control characters.
pub(super) fn about(value: &str, message: &str) -> String {
    let escaped: Vec<char> = value.chars().flat_map(char::escape_debug).collect();
    let mut message = message.to_owned();
    for most in [escaped.len(), 200, 60, 40] {
        let part: String = escaped.iter().take(most).collect();
        if part.len() >= 12 && message.contains(&part) {
            message = message.replace(&part, &shown(value));
            break;
        }
    }
    cleaned(&message)
}

/// A text without control characters and secrets, cut to what fits a message.
pub(super) fn cleaned(text: &str) -> String {
    shape::masked(text)
        .chars()
        .take(400)
        .flat_map(|c| {
            let escape = c.is_control().then(|| c.escape_debug());
            let keep = escape.is_none().then_some(c);
            escape.into_iter().flatten().chain(keep)
        })
        .collect()
}

/// The hint where something known is near to what was written.
pub(super) fn did_you_mean(near: Option<&str>) -> Option<String> {
    near.map(|near| format!("did you mean `{near}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_value_is_escaped_and_cut() {
        assert_eq!(shown("a\u{1b}[2J"), "a\\u{1b}[2J");
        assert!(shown(&"é".repeat(500)).chars().count() < 70);
    }

    #[test]
    fn what_could_be_a_secret_is_not_repeated() {
        let secret = "ghp_16C7e42F292c6912E7710c838347Ae178B4a";
        assert_eq!(shown(secret), "...");
        let message = about(secret, &format!("`{secret}` is not a name"));
        assert_eq!(message, "`...` is not a name");
        assert_eq!(shown("femo/hawthorne/press-01"), "femo/hawthorne/press-01");
        assert_eq!(
            shown("Unicmms production import"),
            "Unicmms production import"
        );
    }

    #[test]
    fn only_so_many_problems_are_kept() {
        let mut problems = Problems::default();
        for _ in 0..500 {
            problems.add(|| Problem::of("x", "y"));
        }
        let list = problems.finish();
        assert_eq!(list.len(), MOST_IN_FILE + 1);
        assert_eq!(list[MOST_IN_FILE].message, "further problems are not shown");
    }
}
