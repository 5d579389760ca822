//! `rotation-due`: a rotation that is due within its warning lead.

use crate::lifecycle::due::{Due, DueKind};
use crate::model::finding::Severity;
use crate::rules::duty_dates;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "rotation-due",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "a rotation that is due within its warning lead",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
By its policy the credential must be rotated soon: the day is within the policy's warning lead (14 days unless set).
Counted from the day on which the current version was issued. A rotation begun in time can be done in its window, and
tried again if it fails.

## Fix

`keyroll rotate ACCOUNT`, before the day. Where it is rotated by hand, `keyroll secret set` the new one.

## Example

```toml
# bad: a version issued on 2026-10-01, judged on 2026-11-20, is due on 2026-11-30
[rotation.standard]
every = "60d"
warn = "14d"
```

```toml
# good: the same policy, with a version issued on 2026-11-18
[rotation.standard]
every = "60d"
warn = "14d"
```

Source: Guide, lifecycle
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let fix = "rotate it at the provider, then `keyroll secret set` the new one (or record it: `keyroll import facts`)";
    duty_dates::find(facts, findings, DueKind::Rotation, is_found, fix);
}

fn is_found(due: &Due, facts: &Facts<'_>) -> bool {
    due.warn_on <= facts.as_of && facts.as_of <= due.due_on
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
    fn it_is_due_from_the_first_day_of_the_warning_to_the_last_good_day() {
        let line = format!("rotation-due {} rotation", sample::ACCOUNT);
        let none = Vec::<String>::new();
        assert_eq!(sample::found(issued("2026-10-08")), none);
        assert_eq!(
            sample::found(issued("2026-10-07")),
            std::slice::from_ref(&line)
        );
        assert_eq!(sample::found(issued("2026-09-23")), [line]);
    }

    #[test]
    fn the_message_leaves_the_days_to_the_reader() {
        let findings = sample::findings(issued("2026-10-04"));
        assert_eq!(findings[0].days, Some(11));
        assert_eq!(
            findings[0].message,
            "rotation by policy `standard`, version issued on 2026-10-04, due on 2026-12-03"
        );
    }
}
