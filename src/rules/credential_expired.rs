//! `credential-expired`: a credential past its end.

use crate::lifecycle::due::{Due, DueKind};
use crate::model::finding::Severity;
use crate::rules::duty_dates;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "credential-expired",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a credential past its end",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The credential is past its last day: the account's `expires`, or the recorded end of its current version, whichever is
earlier. That day itself is still good. Either the provider refuses it, and the integration stands still; or the provider does not know of the end, and a credential that should be
gone still works.

## Fix

Retire the account and revoke the credential; or have its need confirmed, move `expires` and rotate.

## Example

```toml
# bad, judged on 2026-11-22: past its end and active
[account.unicmms-production-import-hawthorne]
expires = 2026-11-11
status = "active"
```

```toml
# good: revoked, and out of use
[account.unicmms-production-import-hawthorne]
expires = 2026-11-11
status = "retired"
```

Source: OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let fix = "retire the account, or confirm its need, move `expires` and rotate";
    duty_dates::find(facts, findings, DueKind::Expiry, is_found, fix);
}

fn is_found(due: &Due, facts: &Facts<'_>) -> bool {
    facts.as_of > due.due_on
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn ended(status: &str, day: &str) -> Vec<String> {
        let account = json!({ "expires": day, "status": status });
        let mut found = sample::found(json!({ sample::ACCOUNT: account }));
        found.retain(|line| line.starts_with("credential-expired"));
        found
    }

    #[test]
    fn it_is_found_after_the_last_day() {
        let line = format!("credential-expired {} expires", sample::ACCOUNT);
        assert_eq!(ended("active", "2026-11-21"), std::slice::from_ref(&line));
        assert_eq!(ended("suspended", "2026-11-11"), [line]);
        assert_eq!(ended("active", sample::AS_OF), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_in_use_cannot_expire() {
        for status in ["proposed", "retired"] {
            assert_eq!(
                ended(status, "2026-11-11"),
                Vec::<String>::new(),
                "{status}"
            );
        }
    }
}
