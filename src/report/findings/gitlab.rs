//! Findings as GitLab's code quality report: an array of issues at the lines of a merge request.
//!
//! GitLab wants a path and a line for each; a finding without a place stands at the first line of `.`.

use serde_json::{Value as Json, json};

use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::findings::fingerprint::fingerprints;
use crate::report::findings::{Item, path};
use crate::report::json as form;

/// The report, `[]` where there is nothing to say.
pub fn report(items: &[Item]) -> String {
    let words = fingerprints(items);
    let issues = items
        .iter()
        .zip(words)
        .map(|(item, word)| issue(item, &word));
    form::pretty(&Json::Array(issues.collect()))
}

fn issue(item: &Item, fingerprint: &str) -> Json {
    let severity = match item.severity {
        Severity::Error => "major",
        Severity::Warning => "minor",
        Severity::Info => "info",
    };
    let fix = item.fix.map_or(String::new(), |fix| format!("; {fix}"));
    let (file, begin, end) = match item.place {
        Some(place) => (path::plain(place.file), place.line, place.end_line),
        None => (".", 1, 1),
    };
    json!({
        "description": escape::terminal(&(item.told() + &fix)),
        "check_name": item.rule,
        "fingerprint": fingerprint,
        "severity": severity,
        "location": {
            "path": escape::terminal(file),
            "lines": { "begin": begin, "end": end },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn an_issue_has_what_gitlab_asks_for() {
        let findings = findings();
        snapbox::assert_data_eq!(
            report(&judged(&findings).items),
            snapbox::str![[r#"
[
  {
    "description": "account/unicmms-production-import: version 3 was due on 2026-10-01 by `quarterly`; keyroll rotate unicmms-production-import",
    "check_name": "rotation-overdue",
    "fingerprint": "[..]",
    "severity": "major",
    "location": {
      "path": ".",
      "lines": {
        "begin": 1,
        "end": 1
      }
    }
  },
  {
    "description": "account/etl: the revoke procedure `pull-key` was never rehearsed",
    "check_name": "no-drill",
    "fingerprint": "[..]",
    "severity": "minor",
    "location": {
      "path": "a b/c.toml",
      "lines": {
        "begin": 3,
        "end": 3
      }
    }
  }
]

"#]]
        );
        assert_eq!(report(&[]), "[]\n");
    }
}
