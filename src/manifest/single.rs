//! One record by itself: from the text of `edit`, or from values given on the command line.

use std::path::PathBuf;

use serde_json::Value;

use crate::catalog;
use crate::manifest::problem::{Problem, Problems, cleaned};
use crate::manifest::reading::Manifest;
use crate::manifest::source::{LARGEST_FILE, Source};
use crate::manifest::write::write_value;
use crate::model::record::{Kind, Record, RecordId};

/// Reads one record from a text of the form that [`write_record`](crate::manifest::write_record) makes.
///
/// # Errors
/// All problems of the text; also where it declares another record, or more than the one.
pub fn parse_record(id: &RecordId, text: &str) -> Result<Record, Vec<Problem>> {
    if text.len() as u64 > LARGEST_FILE {
        return Err(vec![Problem::of(
            "the text is larger than 4 MiB",
            "shorten it",
        )]);
    }
    if id.kind == Kind::Catalog {
        return glossary(id, text);
    }
    let mut problems = Problems::default();
    let mut manifest = Manifest::default();
    let source = Source {
        path: PathBuf::new(),
        shown: id.to_string(),
        held: None,
    };
    manifest.absorb(source, text, false, &mut problems);
    let others: Vec<_> = manifest.sites.keys().filter(|other| *other != id).collect();
    if !others.is_empty() {
        let mut names: Vec<_> = others.iter().map(|other| format!("`{other}`")).collect();
        names.sort();
        let message = format!(
            "the text declares {}, not `{id}` alone",
            cleaned(&names.join(", "))
        );
        problems.add(|| {
            Problem::of(
                message,
                "a record keeps its name: add another and remove this one",
            )
        });
    }
    let problems = problems.finish();
    match manifest.inventory.remove(id) {
        Some(record) if problems.is_empty() => Ok(record),
        _ if problems.is_empty() => Err(vec![Problem::of(
            format!("the text does not declare `{id}`"),
            "keep its header as it was",
        )]),
        _ => Err(problems),
    }
}

fn glossary(id: &RecordId, text: &str) -> Result<Record, Vec<Problem>> {
    let bad = |message: String| vec![Problem::of(cleaned(&message), "see `keyroll catalog show`")];
    let name = id.name.parse().map_err(|error| bad(format!("{error}")))?;
    let catalog = catalog::parse(text).map_err(|error| bad(error.message))?;
    Ok(Record::Catalog(name, Box::new(catalog)))
}

/// Reads one record from a body in JSON, in the shape of `model`. Keys that are null count as left out.
///
/// # Errors
/// All problems of the body, unknown keys with the nearest known one. They have no place.
pub fn record_from_value(id: &RecordId, body: Value) -> Result<Record, Vec<Problem>> {
    if !body.is_object() {
        return Err(vec![Problem::of(
            format!("the body of `{id}` is not a table"),
            "give keys and values",
        )]);
    }
    if id.kind == Kind::Catalog || !id.kind.is_declared() {
        let bad = |error: String| vec![Problem::of(cleaned(&error), "see `keyroll explain`")];
        return Record::from_value(id, body).map_err(|error| bad(error.to_string()));
    }
    parse_record(id, &write_value(id, body)).map_err(|mut problems| {
        for problem in &mut problems {
            problem.place = None;
            problem.also.clear();
        }
        problems
    })
}
/// Whether the id's name is one that its kind can have.
pub fn is_name(id: &RecordId) -> bool {
    // A body that fits no kind: only the name is judged, and judged first.
    match Record::from_value(id, Value::Null) {
        Ok(_) => true,
        Err(error) => error.reason.starts_with("invalid type: null"),
    }
}

/// One value as TOML writes it, `["a", "b"]` or `true`; none where the text is not one.
pub fn parse_value(text: &str) -> Option<Value> {
    let line = format!("value = {text}");
    if text.contains('\n') {
        return None;
    }
    let mut table: toml::Table = line.parse().ok()?;
    serde_json::to_value(dates_as_text(table.remove("value")?)).ok()
}

/// The value, with dates as the text that our types read them from.
fn dates_as_text(value: toml::Value) -> toml::Value {
    match value {
        toml::Value::Datetime(date) => toml::Value::String(date.to_string()),
        toml::Value::Array(items) => {
            toml::Value::Array(items.into_iter().map(dates_as_text).collect())
        }
        toml::Value::Table(table) => toml::Value::Table(
            table
                .into_iter()
                .map(|(key, value)| (key, dates_as_text(value)))
                .collect(),
        ),
        plain @ (toml::Value::String(_)
        | toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)) => plain,
    }
}
