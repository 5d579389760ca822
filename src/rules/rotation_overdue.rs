//! `rotation-overdue`: a rotation past its day.

use crate::lifecycle::due::{Due, DueKind};
use crate::model::finding::Severity;
use crate::rules::duty_dates;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "rotation-overdue",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a rotation past its day",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
By its policy the credential should have been rotated already. Counted from the day on which the current version was
issued. A secret past its day has had longer to leak than the organisation decided to allow.

## Fix

`keyroll rotate ACCOUNT`. Where it cannot be done, record why in a waiver with an end.

## Example

```toml
# bad: a version issued on 2026-09-01, judged on 2026-11-22, was due on 2026-10-31
[rotation.standard]
every = "60d"
```

```toml
# good: the same policy, with a version issued on 2026-10-30
[rotation.standard]
every = "60d"
```

Source: Guide, lifecycle; OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let fix = "rotate it at the provider now, then `keyroll secret set` the new one (or record it: `keyroll import facts`)";
    duty_dates::find(facts, findings, DueKind::Rotation, is_found, fix);
}

fn is_found(due: &Due, facts: &Facts<'_>) -> bool {
    facts.as_of > due.due_on
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    /// The sample with a version issued on that day; the policy wants a new one after 60 days, and warns for 14.
    fn issued(day: &str) -> serde_json::Value {
        json!({ "version/unicmms-production-import-hawthorne 1": { "stage": "current", "issued": day } })
    }

    #[test]
    fn it_is_overdue_the_day_after_the_last_good_day() {
        let line = format!("rotation-overdue {} rotation", sample::ACCOUNT);
        assert_eq!(sample::found(issued("2026-09-22")), [line]);
        assert_eq!(sample::findings(issued("2026-09-22"))[0].days, Some(-1));
    }

    #[test]
    fn nothing_is_overdue_before_it_was_ever_issued() {
        assert_eq!(sample::found(json!({})), Vec::<String>::new());
    }
}
