//! Views as JSON: a versioned document, or one object a line. The keys are a contract.

use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use crate::report::escape;
use crate::report::view::{Cell, Value, View};

/// The version of the shape of every document keyroll writes.
pub const VERSION: u32 = 1;

/// `{"version":1,"kind":"account-list","rows":[{...}]}`, indented, a line feed at the end.
pub fn document(view: &View) -> String {
    pretty(&json!({ "version": VERSION, "kind": view.kind, "rows": rows(view) }))
}

/// The rows alone, as part of a larger document.
pub(crate) fn rows(view: &View) -> Json {
    view.rows.iter().map(|row| object(view, row)).collect()
}

/// One object a line, without the envelope.
pub fn lines(view: &View) -> String {
    view.rows
        .iter()
        .map(|row| line(&object(view, row)))
        .collect()
}

/// Any value, indented and safe to print.
pub fn pretty(value: &impl Serialize) -> String {
    let text = serde_json::to_string_pretty(value).expect("a JSON value has string keys");
    escape::json(&text) + "\n"
}

/// Any value on one line and safe to print.
pub fn line(value: &Json) -> String {
    escape::json(&value.to_string()) + "\n"
}

fn object(view: &View, row: &[Cell]) -> Json {
    let cells = view.columns.iter().zip(view.cells(row));
    let map: Map<String, Json> = cells
        .map(|(column, cell)| (column.name.clone(), value(cell)))
        .collect();
    Json::Object(map)
}

fn value(cell: &Cell) -> Json {
    match &cell.value {
        Value::Text(text) | Value::Digest(text) => text.as_str().into(),
        Value::Number(number) => (*number).into(),
        Value::Date(date) => date.to_string().into(),
        Value::List(items) => items.as_slice().into(),
        Value::Missing => Json::Null,
    }
}
