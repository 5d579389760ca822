//! Where a record or a field stands in a text: bytes, lines and columns.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::Serialize;
use toml::Spanned;

use crate::manifest::slice::Slice;
use crate::manifest::syntax;
use crate::manifest::tree::{Table, Value};
use crate::model::finding::{FieldPath, FieldStep};
use crate::model::record::{Kind, RecordId};
use crate::model::text::floor;

/// A stretch of a file. Lines and columns count from 1, columns in characters; the end is the first place after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The path as it was given, and what came below it.
    pub file: String,
    #[serde(skip)]
    pub span: Range<usize>,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// The beginnings of a text's lines.
pub(super) struct Lines(Vec<u32>);

impl Lines {
    pub fn of(text: &str) -> Lines {
        let after = text
            .bytes()
            .enumerate()
            .filter(|(_, byte)| *byte == b'\n')
            .map(|(at, _)| at as u32 + 1);
        Lines(std::iter::once(0).chain(after).collect())
    }

    /// The place of a span; one that reaches beyond the text is cut.
    pub fn place(&self, file: &str, text: &str, span: Range<usize>) -> Place {
        let start = floor(text, span.start);
        let end = floor(text, span.end).max(start);
        let (line, column) = self.position(text, start);
        let (end_line, end_column) = self.position(text, end);
        Place {
            file: file.to_owned(),
            span: start..end,
            line,
            column,
            end_line,
            end_column,
        }
    }

    /// What stands around the beginning of a place in its line; the place in it, and the column at which it begins.
    pub fn line(&self, text: &str, place: &Place) -> Option<(String, Range<usize>, usize)> {
        let start = floor(text, place.span.start);
        let line = self.0.partition_point(|begin| *begin as usize <= start);
        let from = *self.0.get(line.checked_sub(1)?)? as usize;
        let next = self.0.get(line).map(|next| *next as usize);
        let from = floor(text, from.max(start.saturating_sub(SHOWN))).max(from);
        let to = next.unwrap_or(text.len()).min(floor(text, start + SHOWN));
        let before = text.get(from..start)?;
        let column = place.column.saturating_sub(before.chars().count()).max(1);
        let end = floor(text, place.span.end).clamp(start, to);
        Some((
            text.get(from..to)?.to_owned(),
            start - from..end - from,
            column,
        ))
    }

    fn position(&self, text: &str, at: usize) -> (usize, usize) {
        let line = self.0.partition_point(|start| *start as usize <= at);
        let start = line
            .checked_sub(1)
            .and_then(|before| self.0.get(before))
            .map_or(0, |start| *start as usize);
        let before = text.get(start..at).unwrap_or_default();
        // A byte order mark shows in no editor's column.
        let before = before.strip_prefix('\u{feff}').unwrap_or(before);
        (line, before.chars().count() + 1)
    }
}

/// Where a record was read: enough to find it again in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Site {
    pub file: u32,
    pub slice: u32,
    /// In a list of tables, which one.
    pub element: u32,
    /// Of an assignment, which boundary of `at`.
    pub item: u32,
    /// The bytes of the record's header in the file.
    pub head: (u32, u32),
}

impl Site {
    pub fn head(&self) -> Range<usize> {
        self.head.0 as usize..self.head.1 as usize
    }
}

/// How much of a line is shown before a place, and from its beginning on, in bytes; far more than a terminal is wide.
const SHOWN: usize = 1024;

/// Slices longer than this, in bytes, are not parsed again for each field: only their records' headers have places.
const LONGEST_PARSED: usize = 64 * 1024;

/// How many bytes are parsed again for places in all. A hostile record of many faults would be parsed for each of them;
/// behind this, faults are told at their records' headers.
const MOST_PARSED: u64 = 128 * 1024 * 1024;

/// The span, in the file, of a field of the record that was read at `site`; the nearest field above it that is there, else
/// the record itself.
pub(super) fn locate(
    text: &str,
    slice: &Slice,
    site: Site,
    id: &RecordId,
    field: &FieldPath,
    parsed: &AtomicU64,
) -> Option<Range<usize>> {
    let body = slice.text(text)?;
    if body.len() > LONGEST_PARSED || *field == FieldPath::record() {
        return Some(site.head());
    }
    if parsed.fetch_add(body.len() as u64, Ordering::Relaxed) > MOST_PARSED {
        return Some(site.head());
    }
    let root = syntax::recover(&body);
    let span = find(&body, &root, site, id, field)?;
    Some(slice.in_file(span))
}

type Entry<'a, 'i> = &'a Spanned<Value<'i>>;

fn find(
    text: &str,
    root: &Table<'_>,
    site: Site,
    id: &RecordId,
    field: &FieldPath,
) -> Option<Range<usize>> {
    let (value, span) = record(root, site, id)?;
    let mut steps = field.0.as_slice();
    if id.kind == Kind::Assignment {
        let here = at_of(value, site.item);
        if let (Some(item), [] | [FieldStep::Key(_)]) = (here, steps)
            && steps
                .first()
                .is_none_or(|step| *step == FieldStep::Key("at".into()))
        {
            return Some(item.span());
        }
        steps = field.0.as_slice();
    }
    Some(descend(text, value, span, steps))
}

/// The span of a field below a value, or of the nearest above it that is there; `span` is the value's own.
pub(super) fn descend<'a, 'i>(
    text: &str,
    mut value: Entry<'a, 'i>,
    mut span: Range<usize>,
    steps: &[FieldStep],
) -> Range<usize> {
    for step in steps {
        let next = match (step, value.get_ref()) {
            (FieldStep::Key(key), Value::Table(table)) => table
                .get_key_value(key)
                .map(|(key, value)| (value, field_span(text, key.span(), value))),
            (FieldStep::Index(index), Value::Array(array) | Value::Tables(array)) => {
                array.get(*index).map(|value| (value, value.span()))
            }
            _ => None,
        };
        match next {
            Some((below, at)) => (value, span) = (below, at),
            None => break,
        }
    }
    span
}

/// The record's table and its header.
fn record<'a, 'i>(
    root: &'a Table<'i>,
    site: Site,
    id: &RecordId,
) -> Option<(Entry<'a, 'i>, Range<usize>)> {
    let element = |list: Entry<'a, 'i>| {
        let value = list.get_ref().as_array()?.get(site.element as usize)?;
        Some((value, value.span()))
    };
    match id.kind {
        Kind::Approval => {
            let (account, _) = id.name.split_once(' ')?;
            let accounts = root.get("account")?.get_ref().as_table()?;
            let account = accounts.get(account)?.get_ref().as_table()?;
            element(account.get("approval")?)
        }
        Kind::Assignment | Kind::Assertion | Kind::Decision | Kind::ResidualRisk | Kind::Waiver => {
            element(root.get(id.kind.as_str())?)
        }
        Kind::Organisation => {
            let (key, value) = root.get_key_value(id.kind.as_str())?;
            Some((value, head(key.span(), value)))
        }
        Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Platform
        | Kind::Provider
        | Kind::Rotation
        | Kind::Procedure
        | Kind::Consumer
        | Kind::Account
        | Kind::Role => {
            let named = root.get(id.kind.as_str())?.get_ref().as_table()?;
            let (key, value) = named.get_key_value(&id.name)?;
            Some((value, head(key.span(), value)))
        }
        Kind::Catalog
        | Kind::Invitation
        | Kind::Version
        | Kind::Fact
        | Kind::Operation
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => None,
    }
}

/// The element of an assignment's `at`.
fn at_of<'a, 'i>(value: Entry<'a, 'i>, item: u32) -> Option<Entry<'a, 'i>> {
    let at = value.get_ref().as_table()?.get("at")?;
    at.get_ref().as_array()?.get(item as usize)
}

/// The header of a table, or the key that names it where it has none of its own.
pub(super) fn head(key: Range<usize>, value: Entry<'_, '_>) -> Range<usize> {
    let value = value.span();
    if value.start <= key.start { value } else { key }
}

/// A field with its key, or the key alone where the value runs over several lines.
fn field_span(text: &str, key: Range<usize>, value: Entry<'_, '_>) -> Range<usize> {
    let value = value.span();
    let whole = key.start..value.end.max(key.end);
    if value.start <= key.start {
        value
    } else if text.get(whole.clone()).is_some_and(|t| !t.contains('\n')) {
        whole
    } else {
        key
    }
}
