//! `missing-expiry`: no expiry.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-expiry",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "no expiry",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account has no last day. An account without an end outlives its project, its owner and its approval; with one, it
must be asked for again. An error where the level writes, a warning where it only reads.

## Fix

Set `expires` to the day on which somebody should decide again whether it is needed, a year ahead at most.

## Example

```toml
# bad: for ever
[account.unicmms-production-import-hawthorne]
level = "read-only-import"
```

```toml
# good
[account.unicmms-production-import-hawthorne]
level = "read-only-import"
expires = 2027-03-31
```

Source: Guide, inputs; OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        if account.expires.is_some() {
            continue;
        }
        let (severity, message) = if facts.policy.levels().policy(account.level).writes {
            (Severity::Error, "no expiry, on an account that writes")
        } else {
            (Severity::Warning, "no expiry")
        };
        findings
            .account(id, FieldPath::record(), message)
            .severity(severity)
            .fix("set `expires` to the day on which its need is judged anew");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    use crate::model::finding::Severity;

    #[test]
    fn an_account_without_an_end_is_found() {
        let found = sample::found(json!({ sample::ACCOUNT: { "expires": null } }));
        assert_eq!(
            found,
            ["missing-expiry account/unicmms-production-import-hawthorne"]
        );
    }

    #[test]
    fn it_is_an_error_where_the_level_writes() {
        for (level, severity) in [
            ("read-only-import", Severity::Warning),
            ("write-back", Severity::Error),
        ] {
            let findings = sample::findings(json!({
                sample::ACCOUNT: { "expires": null, "level": level },
            }));
            let found = findings
                .iter()
                .find(|f| f.rule == "missing-expiry")
                .unwrap();
            assert_eq!(found.severity, severity, "{level}");
        }
    }
}
