//! `missing-revoke-procedure`: no revoke procedure, or one without steps.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-revoke-procedure",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "no revoke procedure, or one without steps",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Nothing says how this account's credential is taken away at the provider, or the procedure that is named has no steps.
On the night on which a secret leaks, nobody has the time to find out.

## Fix

Name a procedure with steps that somebody can follow, or that the program can run.

## Example

```toml
# bad: a name, and nothing behind it
[procedure.unicmms-revoke]
kind = "revoke"

[account.unicmms-production-import-hawthorne]
revoke = "unicmms-revoke"
```

```toml
# good
[procedure.unicmms-revoke]
kind = "revoke"
[[procedure.unicmms-revoke.step]]
title = "Delete the key at the provider"
manual = "Open the user in UniCMMS and delete the key; note the time."

[account.unicmms-production-import-hawthorne]
revoke = "unicmms-revoke"
```

Source: Guide, design; OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        match &account.revoke {
            None => {
                findings
                    .account(id, FieldPath::record(), "no revoke procedure")
                    .fix("name one: `revoke = \"PROCEDURE\"`");
            }
            Some(name) => {
                let procedure = facts.inventory.procedures.get(name);
                if procedure.is_some_and(|procedure| procedure.step.is_empty()) {
                    let message = format!("the revoke procedure `{name}` has no steps");
                    findings
                        .account(id, FieldPath::of("revoke"), message)
                        .fix(format!("write its steps: `[[procedure.{name}.step]]`"));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn an_account_without_a_procedure_is_found() {
        let found = sample::found(json!({ sample::ACCOUNT: { "revoke": null } }));
        assert!(
            found.contains(
                &"missing-revoke-procedure account/unicmms-production-import-hawthorne".into()
            ),
            "{found:?}"
        );
    }

    #[test]
    fn a_procedure_without_steps_is_none() {
        let found = sample::found(json!({ "procedure/unicmms-revoke": { "step": null } }));
        assert_eq!(
            found,
            ["missing-revoke-procedure account/unicmms-production-import-hawthorne revoke"]
        );
    }
}
