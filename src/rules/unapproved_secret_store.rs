//! `unapproved-secret-store`: a secret store of a class that the organisation has not approved.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unapproved-secret-store",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a secret store of a class that the organisation has not approved",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The secret lives in a class of places that the organisation has not approved. Environment variables and the output of
commands end up in logs, process lists and crash reports. `age` and `keyring` are approved unless the organisation
chooses its own list.

## Fix

Move the secret into an approved store and rotate it. Where the class is right, approve it in `organisation.secret-stores`.

## Example

```toml
# bad: every child process can read it
[account.unicmms-production-import-hawthorne.credential]
kind = "api-key"
store = "environment:UNICMMS_KEY"
```

```toml
# good
[account.unicmms-production-import-hawthorne.credential]
kind = "api-key"
store = "age"
```

Source: Guide, prerequisites; OWASP NHI 2:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let approved = facts.policy.secret_stores(facts.organisation());
    let names = names(approved);
    for (id, account) in facts.accounts() {
        let Some(credential) = &account.credential else {
            continue;
        };
        let class = credential.store.class();
        if !approved.contains(&class) {
            let message = format!("secrets may not live in `{class}`; approved: {names}");
            findings
                .account(id, FieldPath::of("credential.store"), message)
                .fix(
                    "move the secret to an approved store, and rotate it: it has lain in the other",
                );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn store(place: &str) -> serde_json::Value {
        json!({ "credential": { "store": place } })
    }

    #[test]
    fn a_store_that_is_not_approved_is_found() {
        let found = sample::found(json!({ sample::ACCOUNT: store("environment:KEY") }));
        let line = format!(
            "unapproved-secret-store {} credential.store",
            sample::ACCOUNT
        );
        assert_eq!(found, [line]);
    }

    #[test]
    fn the_organisation_approves_its_own_stores() {
        let found = sample::found(json!({
            "organisation": { "secret-stores": ["vault"] },
            sample::ACCOUNT: store("vault:femo/unicmms"),
        }));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn age_and_keyring_are_approved_where_nobody_says() {
        for organisation in [json!(null), json!({ "secret-stores": [] })] {
            let judged = |place| {
                let records =
                    json!({ "organisation": organisation, sample::ACCOUNT: store(place) });
                sample::found(records).len()
            };
            assert_eq!(judged("keyring"), 0);
            assert_eq!(judged("vault:x"), 1);
        }
    }
}
