//! `review-overdue`: an account that nobody has looked at for long.

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "review-overdue",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "an account that was not reviewed within the limit",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Nobody has reviewed the account for more than 90 days (`limits.review-age` in the configuration): whether it is still
needed, whether its rights are still right, whether the people named are still the ones. One that was never reviewed
counts from the day of its first known version; where no version is known, it is not judged.

## Fix

Look at it with its business owner, then record what was decided: `keyroll review ACCOUNT keep --by PERSON`, or `change`, or
`retire`. `keyroll review` shows what there is to know of each account that is due, and asks; a fact `review` that is imported
counts too.

## Example

```json
{"fact":"review","account":"etl","on":"2026-08-23","by":"person/ana-lima","verdict":"keep"}
```

Judged on 2026-11-22 this is bad, it is 91 days old; from 2026-08-24 on it is good.

Source: CIS Controls 5.5
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let allowed = i64::from(facts.policy.limits.review_age);
    for (id, account) in facts.accounts() {
        match account.status {
            AccountStatus::Active | AccountStatus::Suspended => {}
            AccountStatus::Proposed | AccountStatus::Retired => continue,
        }
        let past = facts.history().account(id.as_str());
        let (since, message) = match (past.reviewed, past.began) {
            (Some(day), _) => (day, format!("last reviewed on {day}")),
            (None, Some(day)) => (day, format!("never reviewed since {day}")),
            (None, None) => continue,
        };
        let age = since.days_until(facts.as_of);
        if age > allowed {
            findings
                .account(id, FieldPath::record(), format!("{message}, more than {allowed} days ago"))
                .fix(format!(
                    "look at it, then record it: keyroll review {id} keep --by PERSON (or change, or retire)"
                ))
                .days(allowed - age);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::json;

    const NAME: &str = "unicmms-production-import-hawthorne";

    fn told(issued: &str, reviewed: Option<&str>, status: &str) -> Vec<(String, Option<i64>)> {
        let mut records = json!({
            ACCOUNT: { "status": status },
            "fact/review": null,
            format!("version/{NAME} 7"): { "stage": "current", "issued": issued },
        });
        if let Some(on) = reviewed {
            records["fact/again"] = json!({ "fact": "review", "account": NAME, "on": on, "by": "person/anna-berg",
                "verdict": "keep" });
        }
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "review-overdue");
        ours.map(|f| (f.message, f.days)).collect()
    }

    #[test]
    fn a_review_counts_for_ninety_days_and_no_longer() {
        assert_eq!(told("2026-01-01", Some("2026-08-24"), "active"), []);
        let line = "last reviewed on 2026-08-23, more than 90 days ago".to_owned();
        assert_eq!(
            told("2026-01-01", Some("2026-08-23"), "active"),
            [(line, Some(-1))]
        );
    }

    #[test]
    fn one_that_was_never_reviewed_counts_from_its_first_version() {
        assert_eq!(told("2026-08-24", None, "active"), []);
        let line = "never reviewed since 2026-08-23, more than 90 days ago".to_owned();
        assert_eq!(told("2026-08-23", None, "suspended"), [(line, Some(-1))]);
        assert_eq!(told("2026-08-23", None, "retired"), []);
        assert_eq!(told("2026-08-23", None, "proposed"), []);
    }
}
