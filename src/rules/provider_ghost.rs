//! `provider-ghost`: an account of the roll that its provider does not list.

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "provider-ghost",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "an account of the roll that its provider does not list",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account is active or suspended, and none of its identities stands in the provider's own list. Either it was deleted
there and the roll was not told, or it goes by another name: then what is reviewed is not what is used.

The newest list of each provider and environment counts.

## Fix

Look at the provider. Correct `credential.identity`, or retire the account: `keyroll account retire NAME`.

## Example

```json
{"fact":"listed","provider":"unicmms","on":"2026-11-20","census":{"environment":"production","list":"users.csv",
 "listed":17,"ghosts":["unicmms-production-import"]}}
```

Source: Guide, "service account inventory"; OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for ((provider, environment), (on, census)) in facts.history().lists() {
        for id in &census.ghosts {
            let Some((id, account)) = facts.inventory.accounts.get_key_value(id) else {
                continue;
            };
            let is_there = (&account.provider, &account.environment) == (*provider, *environment);
            let is_held = match account.status {
                AccountStatus::Active | AccountStatus::Suspended => is_there,
                AccountStatus::Proposed | AccountStatus::Retired => false,
            };
            if is_held {
                let message = format!(
                    "the list of `{provider}` in `{environment}` of {on} has no identity of it"
                );
                findings
                    .account(id, FieldPath::record(), message)
                    .fix("correct `credential.identity`, or retire the account; then read a new list: `keyroll reconcile accounts`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    fn told(ghosts: &[&str], more: Value) -> Vec<String> {
        let listed = json!({ "fact": "listed", "provider": "unicmms", "on": "2026-11-20", "census": {
            "environment": "production", "list": "users.csv", "listed": 9, "ghosts": ghosts } });
        let mut records = json!({ "fact/a": listed });
        for (id, body) in more.as_object().unwrap() {
            records[id] = body.clone();
        }
        let mut found = found(records);
        found.retain(|line| line.starts_with("provider-ghost"));
        found
    }

    #[test]
    fn an_account_that_is_not_listed_is_told_while_it_is_held() {
        let ghosts = ["unicmms-production-import-hawthorne", "never-heard-of"];
        assert_eq!(
            told(&ghosts, json!({})),
            [format!("provider-ghost {ACCOUNT}")]
        );
        for status in ["retired", "proposed"] {
            let left = told(&ghosts, json!({ ACCOUNT: { "status": status } }));
            assert_eq!(left, [""; 0], "{status}");
        }
        let moved = told(&ghosts, json!({ ACCOUNT: { "environment": "staging" } }));
        assert_eq!(moved, [""; 0]);
    }
}
