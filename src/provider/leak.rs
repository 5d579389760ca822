//! What must not be seen, in an answer of which nobody said what it means: the hidden record itself, or a list of records.

use serde_json::Value as Json;

use crate::provider::answer::Heard;

/// Parts of names that hold no records: faults, and what leads on.
const OTHER: [&str; 4] = ["error", "warning", "message", "link"];

/// Whether an answer shows a record. What is no JSON shows none.
pub(super) fn shows(heard: &Heard, hidden: Option<&str>) -> bool {
    heard.json().is_some_and(|json| record(json, hidden))
}

fn record(json: &Json, hidden: Option<&str>) -> bool {
    match json {
        Json::Null | Json::Bool(_) => false,
        Json::String(text) => hidden == Some(text.as_str()),
        Json::Number(number) => hidden.is_some_and(|hidden| number.to_string() == hidden),
        Json::Array(items) => {
            let is_row = |item: &Json| item.as_object().is_some_and(|row| !row.is_empty());
            items
                .iter()
                .any(|item| is_row(item) || record(item, hidden))
        }
        Json::Object(fields) => fields.iter().any(|(name, value)| {
            let name = name.to_ascii_lowercase();
            !OTHER.iter().any(|other| name.contains(other)) && record(value, hidden)
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn records_are_told_from_nothing_and_from_faults() {
        let shows = |body: &str| {
            let heard = Heard::new(200, Secret::from(body.to_owned()), 0, None);
            shows(&heard, Some("WO-9"))
        };
        for body in [
            r#"{"id":"WO-9","site":"berlin"}"#,
            r#"{"items":[{"id":7}],"total":1}"#,
            r#"[{"id":7}]"#,
            r#"{"data":{"orders":{"edges":[{"node":{"id":7}}]}}}"#,
        ] {
            assert!(shows(body), "{body}");
        }
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            "null",
            r#"{"items":[],"total":0}"#,
            r#"{"data":null,"errors":[{"code":"denied","id":"WO-9"}]}"#,
            r#"{"items":[],"links":[{"rel":"self"}],"message":"WO-9"}"#,
            r#"{"detail":"WO-9 was not found"}"#,
            r#"{"roles":["a","b"]}"#,
        ] {
            assert!(!shows(body), "{body}");
        }
    }
}
