//! `missing-rotation`: no rotation policy.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-rotation",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "no rotation policy",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account names no rotation policy, so nothing says when its secret must be replaced. A secret that is never replaced
is known to more people, and lies in more places, every year.

## Fix

Name a rotation policy; declare one if there is none.

## Example

```toml
# bad: no day on which the secret must change
[account.unicmms-production-import-hawthorne]
expires = 2027-03-31
```

```toml
# good
[rotation.standard]
every = "60d"
warn = "14d"

[account.unicmms-production-import-hawthorne]
expires = 2027-03-31
rotation = "standard"
```

Source: Guide, rotation plan; OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        if account.rotation.is_none() {
            findings
                .account(id, FieldPath::record(), "no rotation policy")
                .fix("name one: `rotation = \"POLICY\"`");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn an_account_without_a_policy_is_found() {
        let found = sample::found(json!({ sample::ACCOUNT: { "rotation": null } }));
        assert!(
            found.contains(&"missing-rotation account/unicmms-production-import-hawthorne".into()),
            "{found:?}"
        );
    }

    #[test]
    fn an_unknown_policy_is_another_rules_matter() {
        let found = sample::found(json!({ sample::ACCOUNT: { "rotation": "nowhere" } }));
        assert!(
            !found
                .iter()
                .any(|line| line.starts_with("missing-rotation")),
            "{found:?}"
        );
    }
}
