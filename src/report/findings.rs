//! Findings as JSON (a contract), as rows, and (in `text`) for people.
//!
//! A finding that has a place in a file is better shown as a `Diagnostic`; these forms need none.

mod text;

use serde_json::{Value as Json, json};

use crate::model::finding::{Finding, Severity};
use crate::report::json as form;
use crate::report::paint;
use crate::report::summary::Counts;
use crate::report::view::{Cell, Column, View};

pub use text::text;

/// One row of findings: what a rule found, or what is wrong with a file, and its place where one is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub rule: &'a str,
    pub severity: Severity,
    /// The record, where it is about one.
    pub subject: Option<String>,
    /// The dotted path in the record; none for the record itself.
    pub field: Option<String>,
    pub message: &'a str,
    pub fix: Option<&'a str>,
    pub days: Option<i64>,
    pub place: Option<Place<'a>>,
}

/// Where in a file: lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

impl<'a> From<&'a Finding> for Item<'a> {
    fn from(finding: &'a Finding) -> Item<'a> {
        let field = finding.field.to_string();
        Item {
            rule: finding.rule,
            severity: finding.severity,
            subject: Some(finding.subject.to_string()),
            field: (!field.is_empty()).then_some(field),
            message: &finding.message,
            fix: finding.fix.as_deref(),
            days: finding.days,
            place: None,
        }
    }
}

/// The document: `{"version":1,"kind":"findings","findings":[...],"summary":{"errors":0,"warnings":0,"infos":0}}`.
pub fn json(items: &[Item]) -> String {
    let mut counts = Counts::default();
    items.iter().for_each(|item| counts.add(item.severity));
    let all: Vec<Json> = items.iter().map(object).collect();
    form::pretty(&json!({
        "version": form::VERSION,
        "kind": "findings",
        "findings": all,
        "summary": {
            "errors": counts.errors,
            "warnings": counts.warnings,
            "infos": counts.infos,
        },
    }))
}

/// One object a line, as in the document's `findings`.
pub fn jsonl(items: &[Item]) -> String {
    items.iter().map(|item| form::line(&object(item))).collect()
}

/// Every key is always there; what is not known is `null`.
fn object(item: &Item) -> Json {
    let place = item.place.map(|place| {
        json!({
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "end-line": place.end_line,
            "end-column": place.end_column,
        })
    });
    json!({
        "rule": item.rule,
        "severity": item.severity.as_str(),
        "subject": item.subject,
        "field": item.field,
        "message": item.message,
        "fix": item.fix,
        "days": item.days,
        "place": place,
    })
}

/// Findings as rows, for CSV, TSV and Markdown.
pub fn view(items: &[Item]) -> View {
    let names = [
        "severity", "rule", "subject", "field", "days", "message", "fix", "file", "line",
    ];
    let columns = names.map(|name| match name {
        "days" | "line" => Column::new(name).right(),
        name => Column::new(name),
    });
    let mut view = View::new("findings", columns.to_vec());
    view.rows = items
        .iter()
        .map(|item| {
            vec![
                Cell::text(item.severity).tone(paint::tone(item.severity)),
                Cell::text(item.rule),
                Cell::optional(item.subject.as_ref()),
                Cell::optional(item.field.as_ref()),
                item.days.map_or_else(Cell::missing, Cell::number),
                Cell::text(item.message),
                Cell::optional(item.fix),
                Cell::optional(item.place.map(|place| place.file)),
                item.place
                    .map_or_else(Cell::missing, |place| Cell::count(place.line)),
            ]
        })
        .collect();
    view
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FieldPath;

    pub(super) fn findings() -> Vec<Finding> {
        let finding = |subject: &str, rule, severity, days, message: &str| Finding {
            subject: subject.parse().unwrap(),
            field: FieldPath::of("rotation"),
            rule,
            severity,
            message: message.to_owned(),
            fix: None,
            days,
            wants: None,
            entry: None,
        };
        let mut all = vec![
            finding(
                "account/unicmms-production-import",
                "rotation-overdue",
                Severity::Error,
                Some(-12),
                "version 3 was due on 2026-10-01 by `quarterly`",
            ),
            finding(
                "account/etl",
                "no-drill",
                Severity::Warning,
                None,
                "the revoke procedure `pull-key` was never rehearsed",
            ),
            finding(
                "account/unicmms-production-import",
                "approval-ending",
                Severity::Info,
                Some(1),
                "the approval of `write-back` ends",
            ),
        ];
        all[0].fix = Some("keyroll rotate unicmms-production-import".to_owned());
        all
    }

    #[test]
    fn the_json_has_every_key() {
        let findings = findings();
        let mut placed: Vec<Item> = findings[..2].iter().map(Item::from).collect();
        placed[1].place = Some(Place {
            file: "a/b.toml",
            line: 3,
            column: 1,
            end_line: 3,
            end_column: 9,
        });
        snapbox::assert_data_eq!(
            json(&placed),
            snapbox::str![[r#"
{
  "version": 1,
  "kind": "findings",
  "findings": [
    {
      "rule": "rotation-overdue",
      "severity": "error",
      "subject": "account/unicmms-production-import",
      "field": "rotation",
      "message": "version 3 was due on 2026-10-01 by `quarterly`",
      "fix": "keyroll rotate unicmms-production-import",
      "days": -12,
      "place": null
    },
    {
      "rule": "no-drill",
      "severity": "warning",
      "subject": "account/etl",
      "field": "rotation",
      "message": "the revoke procedure `pull-key` was never rehearsed",
      "fix": null,
      "days": null,
      "place": {
        "file": "a/b.toml",
        "line": 3,
        "column": 1,
        "end-line": 3,
        "end-column": 9
      }
    }
  ],
  "summary": {
    "errors": 1,
    "warnings": 1,
    "infos": 0
  }
}

"#]]
        );
        assert_eq!(jsonl(&placed).lines().count(), 2);
        let rows = view(&placed);
        assert!(rows.rows.iter().all(|row| row.len() == rows.columns.len()));
    }
}
