//! The TOML parser, held to bounded errors that never quote the text.

use std::ops::Range;

use toml::de::{DeTable, Error};

use crate::manifest::problem::{Fault, cleaned, shown};

/// Texts longer than this give their first syntax error alone: the parser keeps a value for each, and a hostile text
/// has one every two bytes.
const ALL_ERRORS_UP_TO: usize = 64 * 1024;

/// Syntax errors told of one slice; those behind are mostly echoes of the first.
const MOST_ERRORS: usize = 20;

/// Parses a text. What could be made of it is given with the faults, for the names of its records.
pub(super) fn parse(text: &str) -> (DeTable<'_>, Vec<Fault>) {
    if text.len() > ALL_ERRORS_UP_TO {
        return match DeTable::parse(text) {
            Ok(table) => (table.into_inner(), Vec::new()),
            Err(error) => (DeTable::new(), vec![fault(text, &error)]),
        };
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let faults = errors
        .iter()
        .take(MOST_ERRORS)
        .map(|error| fault(text, error))
        .collect();
    (table.into_inner(), faults)
}

fn fault(text: &str, error: &Error) -> Fault {
    let span = error.span().unwrap_or(0..0);
    let message = match error.message() {
        "duplicate key" => format!("`{}` is given twice", key_at(text, span.clone())),
        message if message.contains("recursion") => {
            "tables or lists lie too deep in each other".to_owned()
        }
        message => cleaned(message),
    };
    let at_line_end = span.start >= span.end;
    Fault {
        span: if at_line_end {
            span.start..span.start
        } else {
            span
        },
        message,
        hint: None,
    }
}

/// The key at a span of the text, without its quotes.
fn key_at(text: &str, span: Range<usize>) -> String {
    let raw = text.get(span).unwrap_or_default();
    shown(raw.trim_matches(['"', '\'']))
}
