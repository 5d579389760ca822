//! `waiver-unused`: a waiver that matches nothing.

use crate::model::approval::Waiver;
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::judge::holds;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "waiver-unused",
    severity: Severity::Warning,
    kind: RuleKind::Found,
    summary: "a waiver that matches nothing",
    explain: r##"A waiver matches nothing: the finding that it accepts is gone, its subject is misspelt, or there is no such rule. Left standing, it will silently accept the next fault of that kind. A waiver is judged only where its rule ran.

## Fix

Take the waiver out, or correct its rule or subject. The rules about waivers cannot be waived.

## Example

```toml
[[waiver]]
rule = "boundary-too-wide"
subject = "account/unicmms-production-import-hawthorn"  # bad: no such account
```

```toml
[[waiver]]
rule = "boundary-too-wide"
subject = "account/unicmms-production-import-hawthorne"  # good: it has this finding
```

Source: keyroll's own: an exception that is no longer needed goes."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, waiver) in &facts.inventory.waivers {
        let rule = waiver.rule.as_str();
        let record = RecordId::new(Kind::Waiver, id);
        match crate::rules::find(rule) {
            None => {
                let near = findings.near(rule, crate::rules::ALL.iter().map(|rule| rule.id));
                let message = format!("there is no rule `{rule}` to waive");
                let found = findings.at(record, FieldPath::of("rule"), message);
                found.did_you_mean(near, "name a rule of the book, or take the waiver out");
            }
            Some(known) if !known.can_be_waived() => {
                let message = format!("`{rule}` cannot be waived");
                let found = findings.at(record, FieldPath::of("rule"), message);
                found.fix("take the waiver out");
            }
            Some(known) => {
                let ran = findings.judged.contains(known.id) && holds(waiver, facts.as_of);
                if ran && !findings.used.contains(id) {
                    let message = format!("`{rule}` finds nothing at `{}`", waiver.subject);
                    let near = near_subject(facts, findings, waiver);
                    let found = findings.at(record, FieldPath::of("subject"), message);
                    found.did_you_mean(near.as_deref(), "take the waiver out");
                }
            }
        }
    }
}

/// The one that was meant, where the waiver's subject is no record or may have several.
fn near_subject(facts: &Facts<'_>, findings: &mut Findings, waiver: &Waiver) -> Option<String> {
    if let Some(one) = findings.particular_of(waiver) {
        return Some(one);
    }
    let subject: RecordId = waiver.subject.as_str().parse().ok()?;
    // To gather the names of all records of a kind costs more than to look through them.
    if facts.inventory.contains(&subject) || !findings.may_guess() {
        return None;
    }
    let names = facts.inventory.names(subject.kind);
    let near = findings.near(&subject.name, names.iter().map(String::as_str))?;
    Some(format!("{}/{near}", subject.kind))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    fn waiver(rule: &str, subject: &str) -> serde_json::Value {
        json!({ format!("waiver/{rule} {subject}"): { "rule": rule, "subject": subject,
            "reason": "until the second quarter", "owner": "person/anna-berg", "until": "2027-06-30" } })
    }

    #[test]
    fn a_waiver_that_matches_nothing_is_found() {
        let expected = format!("waiver-unused waiver/boundary-too-wide {ACCOUNT} subject");
        assert_eq!(found(waiver("boundary-too-wide", ACCOUNT)), [expected]);
    }

    #[test]
    fn an_unknown_rule_and_one_that_cannot_be_waived_are_found() {
        for rule in ["boundary-to-wide", "waiver-expired"] {
            let expected = format!("waiver-unused waiver/{rule} {ACCOUNT} rule");
            assert_eq!(found(waiver(rule, ACCOUNT)), [expected]);
        }
    }

    #[test]
    fn a_misspelt_subject_is_guessed() {
        let wrong = "account/unicmms-production-import-hawthorn";
        let fix = crate::rules::sample::findings(waiver("boundary-too-wide", wrong))[0]
            .fix
            .clone();
        assert_eq!(fix, Some(format!("did you mean `{ACCOUNT}`?")));
    }

    #[test]
    fn a_waiver_of_a_rule_that_did_not_run_is_not_judged() {
        let inventory = crate::rules::sample::with(waiver("rotation-overdue", ACCOUNT));
        let glossaries = crate::catalog::Glossaries::of(&inventory);
        let facts =
            crate::rules::Facts::new(&inventory, &glossaries, "2026-11-22".parse().unwrap());
        assert_eq!(
            crate::rules::judge(&facts, &crate::rules::Selection::declared()),
            []
        );
    }
}
