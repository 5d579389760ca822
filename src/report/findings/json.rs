//! Findings as JSON: a contract.

use serde_json::{Value as Json, json};

use crate::report::findings::{Item, Judged};
use crate::report::json as form;

/// The document: `{"version":1,"kind":"findings","findings":[...],"summary":{"errors":0,...}}`.
pub fn document(judged: &Judged) -> String {
    let counts = judged.counts();
    let all: Vec<Json> = judged.items.iter().map(object).collect();
    form::pretty(&json!({
        "version": form::VERSION,
        "kind": "findings",
        "findings": all,
        "summary": {
            "possibly-live": counts.possibly_live,
            "errors": counts.errors,
            "warnings": counts.warnings,
            "infos": counts.infos,
            "waived": counts.waived,
            "baselined": counts.baselined,
        },
    }))
}

/// One object a line, as in the document's `findings`.
pub fn lines(items: &[Item]) -> String {
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

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn the_json_has_every_key() {
        let findings = findings();
        let judged = judged(&findings);
        snapbox::assert_data_eq!(
            document(&judged),
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
        "file": "./a b/c.toml",
        "line": 3,
        "column": 1,
        "end-line": 3,
        "end-column": 9
      }
    }
  ],
  "summary": {
    "possibly-live": 0,
    "errors": 1,
    "warnings": 1,
    "infos": 0,
    "waived": 1,
    "baselined": 0
  }
}

"#]]
        );
        assert_eq!(lines(&judged.items).lines().count(), 2);
    }
}
