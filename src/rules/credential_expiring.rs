//! `credential-expiring`: a credential that ends within the warning lead.

use crate::lifecycle::due::{Due, DueKind};
use crate::model::finding::Severity;
use crate::rules::duty_dates;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "credential-expiring",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "a credential that ends within the warning lead",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The credential ends soon: the account's `expires`, or the recorded end of its current version, whichever is earlier,
lies within the warning lead of the rotation policy (14 days unless set). That day is its last: on the next the provider
refuses it, and the integration stops.

## Fix

Rotate the credential. Where the account itself ends, ask its business owner whether it is still needed, then move
`expires` or retire the account.

## Example

```toml
# bad, judged on 2027-03-25
[account.unicmms-production-import-hawthorne]
expires = 2027-03-31
```

```toml
# good: its need was confirmed
[account.unicmms-production-import-hawthorne]
expires = 2028-03-31
```

Source: OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let fix =
        "rotate it or, if the account itself ends, have its need confirmed and move `expires`";
    duty_dates::find(facts, findings, DueKind::Expiry, is_found, fix);
}

fn is_found(due: &Due, facts: &Facts<'_>) -> bool {
    due.warn_on <= facts.as_of && facts.as_of <= due.due_on
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn ending(day: &str) -> Vec<String> {
        let mut found = sample::found(json!({ sample::ACCOUNT: { "expires": day } }));
        found.retain(|line| line.starts_with("credential-expiring"));
        found
    }

    #[test]
    fn it_is_found_within_the_warning_lead_and_on_the_last_day() {
        let line = format!("credential-expiring {} expires", sample::ACCOUNT);
        let none = Vec::<String>::new();
        assert_eq!(ending("2026-12-07"), none);
        assert_eq!(ending("2026-12-06"), std::slice::from_ref(&line));
        assert_eq!(ending("2026-11-22"), [line]);
        assert_eq!(ending("2026-11-21"), none);
    }

    #[test]
    fn the_earlier_end_of_the_version_counts() {
        let findings = sample::findings(json!({
            "version/unicmms-production-import-hawthorne 1":
                { "stage": "current", "issued": "2026-11-01", "expires": "2026-11-30" },
        }));
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(
            findings[0].message,
            "the end of the version issued on 2026-11-01 is 2026-11-30"
        );
        assert_eq!(findings[0].field.to_string(), "");
        assert_eq!(findings[0].days, Some(8));
    }
}
