//! The TOML parsers, held to bounded errors that never quote the text.

use std::ops::Range;

use toml::de::{DeTable, Error};

use crate::manifest::plain;
use crate::manifest::problem::{Fault, cleaned, shown};
use crate::manifest::slice::Slice;
use crate::manifest::tokens::Tokens;
use crate::manifest::tree::Table;

/// Texts longer than this give their first syntax error alone: the parser keeps a value for each, and a hostile text
/// has one every two bytes.
const ALL_ERRORS_UP_TO: usize = 64 * 1024;

/// Syntax errors told of one slice; those behind are mostly echoes of the first.
const MOST_ERRORS: usize = 20;

/// Parses the slice of a file, whose text is `body`. What could be made of it is given with the faults, for the names of
/// its records.
pub(super) fn parse_slice<'i>(
    file: &Tokens<'i>,
    slice: &Slice,
    body: &'i str,
) -> (Table<'i>, Vec<Fault>) {
    let plain = match slice {
        Slice::One(start, end) => plain::parse(
            file.text,
            file.within(*start, *end),
            *start as usize..*end as usize,
        ),
        Slice::Many(_) => plainly(body),
    };
    plain.map_or_else(
        || {
            let (table, faults) = parse(body);
            (table.into(), faults)
        },
        |table| (table, Vec::new()),
    )
}

fn plainly(text: &str) -> Option<Table<'_>> {
    let tokens = Tokens::of(text).finish();
    let all = tokens.within(0, text.len() as u32);
    plain::parse(text, all, 0..text.len())
}

/// Parses a text that is no inventory, as a whole.
pub(super) fn parse_whole(text: &str) -> (Table<'_>, Vec<Fault>) {
    plainly(text).map_or_else(
        || {
            let (table, faults) = parse(text);
            (table.into(), faults)
        },
        |table| (table, Vec::new()),
    )
}

/// Parses a text for the places in it, whatever its faults.
pub(super) fn recover(text: &str) -> Table<'_> {
    plainly(text).unwrap_or_else(|| DeTable::parse_recoverable(text).0.into_inner().into())
}

fn parse(text: &str) -> (DeTable<'_>, Vec<Fault>) {
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
