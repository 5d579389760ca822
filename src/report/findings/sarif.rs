//! Findings as SARIF 2.1.0 (OASIS): what code scanning shows, with the rules that judged and what is accepted for now.

use serde_json::{Map, Value as Json, json};

use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::findings::fingerprint::fingerprints;
use crate::report::findings::{Acceptance, Accepted, Item, Judged, Place, RuleFacts, path};
use crate::report::json as form;

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What relative paths start from: the folder that keyroll ran in, which a CI sets to the root of the sources.
const ROOT: &str = "%SRCROOT%";

/// The document: one run.
pub fn log(judged: &Judged) -> String {
    let standing = judged.items.iter().map(|item| (item, None));
    let accepted = judged
        .accepted
        .iter()
        .map(|found| (&found.item, Some(found)));
    let all: Vec<_> = standing.chain(accepted).collect();
    let words = fingerprints(all.iter().map(|(item, _)| *item));
    let results = all.iter().zip(words);
    let results = results.map(|((item, accepted), word)| result(item, *accepted, &word, judged));
    let rules = judged.rules.iter().map(rule);
    form::pretty(&json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {
                "driver": {
                    "name": "keyroll",
                    "version": env!("CARGO_PKG_VERSION"),
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": rules.collect::<Vec<Json>>(),
                },
            },
            "invocations": [{
                "executionSuccessful": true,
                "exitCode": judged.exit,
            }],
            "originalUriBaseIds": {
                ROOT: { "description": { "text": "The folder that keyroll ran in." } },
            },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<Json>>(),
        }],
    }))
}

fn rule(rule: &RuleFacts) -> Json {
    let problem = match rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "recommendation",
    };
    let explain = rule.explain.trim();
    json!({
        "id": rule.id,
        "shortDescription": { "text": rule.summary },
        "fullDescription": { "text": first_paragraph(explain) },
        "help": { "text": explain, "markdown": explain },
        "defaultConfiguration": { "level": level(rule.severity) },
        "properties": {
            "tags": ["service-accounts", rule.from],
            "problem.severity": problem,
        },
    })
}

fn first_paragraph(text: &str) -> String {
    let paragraph = text.split("\n\n").next().unwrap_or_default();
    paragraph.replace('\n', " ")
}

fn result(item: &Item, accepted: Option<&Accepted>, fingerprint: &str, judged: &Judged) -> Json {
    let fix = item.fix.map_or(String::new(), |fix| format!("; {fix}"));
    let mut result = json!({
        "ruleId": item.rule,
        "level": level(item.severity),
        "message": { "text": message(&(item.told() + &fix)) },
        "partialFingerprints": { "finding/v1": fingerprint },
        // Of some results alone it would mean that of the others it is not known.
        "suppressions": accepted.map(suppression).into_iter().collect::<Vec<Json>>(),
    });
    if let Some(index) = judged.rules.iter().position(|rule| rule.id == item.rule) {
        result["ruleIndex"] = index.into();
    }
    if let Some(location) = location(item) {
        result["locations"] = json!([location]);
    }
    result
}

/// The place in a file and the record, as far as they are known.
fn location(item: &Item) -> Option<Json> {
    let mut location = Map::new();
    if let Some(place) = &item.place {
        location.insert("physicalLocation".to_owned(), physical(place));
    }
    if let Some(subject) = &item.subject {
        let subject = escape::terminal(subject);
        let name = subject.split_once('/').map_or(&*subject, |(_, name)| name);
        let record = json!([{ "name": name, "fullyQualifiedName": subject, "kind": "object" }]);
        location.insert("logicalLocations".to_owned(), record);
    }
    (!location.is_empty()).then_some(Json::Object(location))
}

fn physical(place: &Place) -> Json {
    let mut file = json!({ "uri": path::uri(place.file) });
    if !path::is_whole(place.file) {
        file["uriBaseId"] = ROOT.into();
    }
    json!({
        "artifactLocation": file,
        "region": {
            "startLine": place.line,
            "startColumn": place.column,
            "endLine": place.end_line,
            "endColumn": place.end_column,
        },
    })
}

fn suppression(accepted: &Accepted) -> Json {
    let by = match accepted.by {
        Acceptance::Waiver => "waived",
        Acceptance::Baseline => "in the baseline",
    };
    let why = accepted.why.as_ref();
    let why = why.map_or(by.to_owned(), |why| format!("{by}: {why}"));
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": escape::terminal(&why),
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// Text for a message, which a viewer searches for links: `[text](target)` (SARIF 2.1.0, 3.11.6).
///
/// Braces stay as they are: they are only placeholders where there are arguments, and the viewers in use show doubled
/// ones doubled.
fn message(text: &str) -> String {
    let text = escape::terminal(text);
    if !text.contains("](") {
        return text;
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if matches!(c, '\\' | '[' | ']') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn a_result_knows_its_rule_its_place_and_its_waiver() {
        let findings = findings();
        snapbox::assert_data_eq!(
            log(&judged(&findings)),
            snapbox::str![[r#"
{
  "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
  "version": "2.1.0",
  "runs": [
    {
      "tool": {
        "driver": {
          "name": "keyroll",
          "version": "[..]",
          "semanticVersion": "[..]",
          "rules": [
            {
              "id": "rotation-overdue",
              "shortDescription": {
                "text": "a day that is past"
              },
              "fullDescription": {
                "text": "A key that stays is a key that leaks."
              },
              "help": {
                "text": "A key that stays/nis a key that leaks.[..]",
                "markdown": "A key that stays/nis a key that leaks.[..]"
              },
              "defaultConfiguration": {
                "level": "error"
              },
              "properties": {
                "tags": [
                  "service-accounts",
                  "what is declared and recorded"
                ],
                "problem.severity": "error"
              }
            },
            {
              "id": "no-drill",
              "shortDescription": {
                "text": "a day that is past"
              },
              "fullDescription": {
                "text": "A key that stays is a key that leaks."
              },
              "help": {
                "text": "A key that stays/nis a key that leaks.[..]",
                "markdown": "A key that stays/nis a key that leaks.[..]"
              },
              "defaultConfiguration": {
                "level": "warning"
              },
              "properties": {
                "tags": [
                  "service-accounts",
                  "what is declared and recorded"
                ],
                "problem.severity": "warning"
              }
            }
          ]
        }
      },
      "invocations": [
        {
          "executionSuccessful": true,
          "exitCode": 4
        }
      ],
      "originalUriBaseIds": {
        "%SRCROOT%": {
          "description": {
            "text": "The folder that keyroll ran in."
          }
        }
      },
      "columnKind": "unicodeCodePoints",
      "results": [
        {
          "ruleId": "rotation-overdue",
          "level": "error",
          "message": {
            "text": "account/unicmms-production-import: version 3 was due on 2026-10-01 by `quarterly`; keyroll rotate unicmms-production-import"
          },
          "partialFingerprints": {
            "finding/v1": "95311ce6d2986fdfd0e3ceeb1232b5a0"
          },
          "suppressions": [],
          "ruleIndex": 0,
          "locations": [
            {
              "logicalLocations": [
                {
                  "name": "unicmms-production-import",
                  "fullyQualifiedName": "account/unicmms-production-import",
                  "kind": "object"
                }
              ]
            }
          ]
        },
        {
          "ruleId": "no-drill",
          "level": "warning",
          "message": {
            "text": "account/etl: the revoke procedure `pull-key` was never rehearsed"
          },
          "partialFingerprints": {
            "finding/v1": "4b742472e2f37910b63c812200779c3f"
          },
          "suppressions": [],
          "ruleIndex": 1,
          "locations": [
            {
              "physicalLocation": {
                "artifactLocation": {
                  "uri": "a%20b/c.toml",
                  "uriBaseId": "%SRCROOT%"
                },
                "region": {
                  "startLine": 3,
                  "startColumn": 1,
                  "endLine": 3,
                  "endColumn": 9
                }
              },
              "logicalLocations": [
                {
                  "name": "etl",
                  "fullyQualifiedName": "account/etl",
                  "kind": "object"
                }
              ]
            }
          ]
        },
        {
          "ruleId": "approval-ending",
          "level": "note",
          "message": {
            "text": "account/unicmms-production-import: the approval of `write-back` ends"
          },
          "partialFingerprints": {
            "finding/v1": "d48c1f0b77df82f737429bfe40c83bb1"
          },
          "suppressions": [
            {
              "kind": "external",
              "status": "accepted",
              "justification": "waived: moves next year; person/anna-berg, until 2027-03-31"
            }
          ],
          "locations": [
            {
              "logicalLocations": [
                {
                  "name": "unicmms-production-import",
                  "fullyQualifiedName": "account/unicmms-production-import",
                  "kind": "object"
                }
              ]
            }
          ]
        }
      ]
    }
  ]
}

"#]]
        );
    }

    #[test]
    fn a_name_is_no_link() {
        assert_eq!(
            message("see [x](javascript:y)"),
            "see \\[x\\](javascript:y)"
        );
        assert_eq!(message("`asset[0]`"), "`asset[0]`");
    }
}
