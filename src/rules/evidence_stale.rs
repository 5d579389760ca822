//! `evidence-stale`: tests that are older than allowed.

use crate::model::fact::Outcome;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::proofs::{self, Proof, told};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "evidence-stale",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "tests of the current version that are older than allowed",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The current version was tested, and passed; but longer ago than 180 days (`limits.evidence-age` in the configuration).
Roles, firewalls and records at a provider change without the credential: what was allowed and denied then says little
of today.

## Fix

Test again: `keyroll test ACCOUNT`. A rotation asks for new tests anyway.

## Example

```json
{"fact":"evidence","account":"etl","version":2,"probe":"read","outcome":"pass","on":"2026-05-25"}
```

Judged on 2026-11-22 this is bad from 180 days on; a second line of a newer test is good.

Source: Guide, validation checklist
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let allowed = i64::from(facts.policy.limits.evidence_age);
    for proofs in proofs::all(facts) {
        let passed = proofs.needed.iter().filter_map(|proof| {
            let tested = proof.tested?;
            (tested.outcome() == Outcome::Pass).then_some((*proof, tested.last.0))
        });
        let old: Vec<_> = passed
            .filter(|(_, on)| on.days_until(facts.as_of) > allowed)
            .collect();
        let Some(oldest) = old.iter().map(|(_, on)| *on).min() else {
            continue;
        };
        let which: Vec<Proof<'_>> = old.into_iter().map(|(proof, _)| proof).collect();
        let message = format!(
            "version {} was last tested more than {allowed} days ago, on {oldest}: {}",
            proofs.number,
            told(&which)
        );
        let way = proofs.way(facts, &which);
        findings
            .account(proofs.id, FieldPath::record(), message)
            .fix(way)
            .days(facts.as_of.days_until(oldest) + allowed);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::untested_authentication::tests::told;
    use serde_json::json;

    #[test]
    fn tests_count_for_half_a_year_and_no_longer() {
        // Version 2 is issued later than these days; that a test is older than its version is not for this rule to say.
        let at = |day: &str| {
            let tests = [
                format!("authenticate 2 pass {day}"),
                "read 2 pass 2026-11-01".to_owned(),
            ];
            told(&[&tests[0], &tests[1]], json!({}))
        };
        assert_eq!(at("2026-05-26"), Vec::<String>::new());
        assert_eq!(
            at("2026-05-25"),
            [
                "evidence-stale: version 2 was last tested more than 180 days ago, on 2026-05-25: `authenticate`"
            ]
        );
    }
}
