//! `credential-shared`: one secret in two accounts.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::sharing::{self, By, NAMED};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "credential-shared",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one secret in two accounts",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Two accounts have one secret. Neither can be rotated or revoked without the other, what one of them did cannot be told
from what the other did, and each has the rights of both. It is seen when both name the same place outside
(`vault:PATH`, `environment:VAR`, `command:NAME:ITEM`), and, by `check`, when the secrets that are stored for them are equal:
their keyed fingerprints are compared, of all versions that are not revoked. The secrets themselves are not opened.

## Fix

Have the provider make a second credential, give it to one of the accounts, then rotate the other: whoever used it until
now still knows the old one. Where both accounts are one and the same, keep one.

## Example

```toml
# bad: one key for two workflows
[account.unicmms-production-import-hawthorne.credential]
kind = "api-key"
store = "vault:femo/unicmms"
[account.unicmms-production-status-sync-hawthorne.credential]
kind = "api-key"
store = "vault:femo/unicmms"
```

```toml
# good
[account.unicmms-production-import-hawthorne.credential]
kind = "api-key"
store = "vault:femo/unicmms/import"
[account.unicmms-production-status-sync-hawthorne.credential]
kind = "api-key"
store = "vault:femo/unicmms/status-sync"
```

Source: Guide, design; OWASP NHI 9:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for group in sharing::groups(facts) {
        let count = group.accounts.len() - 1;
        for (id, _) in &group.accounts {
            let others = group.accounts.iter().map(|(other, _)| other);
            let others = others.filter(|other| *other != id).take(NAMED);
            let shown: Vec<String> = others.map(|other| format!("`account/{other}`")).collect();
            let others = sharing::named(&shown, count);
            let message = match group.by {
                By::Place(place) => format!("the secret at `{place}` is also that of {others}"),
                By::Value(_) => format!("its secret is also that of {others}"),
            };
            findings
                .account(id, FieldPath::of("credential.store"), message)
                .fix("rotate the shared one, and retire the old version once the provider refuses it: `keyroll credential retire`");
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use crate::model::finding::Finding;
    use crate::rules::sample::{ACCOUNT, clean, findings};
    use serde_json::{Value, json};

    const SECOND: &str = "account/unicmms-production-import-hawthorne-2";

    /// A second account like the one of the sample, with changes.
    pub fn second(change: Value) -> Value {
        let id = ACCOUNT.parse().unwrap();
        let mut body = clean().get(&id).unwrap().to_value();
        for (key, value) in change.as_object().unwrap() {
            body[key] = value.clone();
        }
        body
    }

    pub fn version(stage: &str, prints: &[&str]) -> Value {
        let prints: serde_json::Map<String, Value> = prints
            .iter()
            .enumerate()
            .map(|(at, print)| (format!("field-{at}"), json!(print.repeat(32))))
            .collect();
        json!({ "stage": stage, "issued": "2026-11-01",
            "held": { "place": "age", "source": "stdin", "fingerprints": prints } })
    }

    /// A version of the first account of the sample, or of the second.
    pub fn of(account: usize, number: usize) -> String {
        let name = [ACCOUNT, SECOND][account].trim_start_matches("account/");
        format!("version/{name} {number}")
    }

    fn shared(records: Value) -> Vec<Finding> {
        let mut all = findings(records);
        all.retain(|finding| finding.rule == "credential-shared");
        all
    }

    fn stores(first: &str, second_store: &str) -> usize {
        let store = |place: &str| json!({ "kind": "api-key", "store": place, "identity": ["svc"] });
        shared(json!({ "organisation": { "secret-stores": ["age", "keyring", "vault", "command", "environment"] },
            ACCOUNT: { "credential": store(first) },
            SECOND: second(json!({ "credential": store(second_store) })) }))
        .len()
    }

    #[test]
    fn one_place_for_two_accounts_is_found_on_both() {
        for place in [
            "vault:femo/unicmms",
            "environment:KEY",
            "command:op:unicmms",
        ] {
            assert_eq!(stores(place, place), 2, "{place}");
        }
        assert_eq!(stores("vault:femo/unicmms", "vault:femo/unicmms/"), 2);
    }

    #[test]
    fn a_class_and_a_command_without_an_item_are_no_secret() {
        for place in ["age", "keyring", "command:op", "command:op:"] {
            assert_eq!(stores(place, place), 0, "{place}");
        }
        assert_eq!(stores("vault:femo/a", "vault:femo/b"), 0);
        assert_eq!(stores("vault:KEY", "environment:KEY"), 0);
    }

    #[test]
    fn equal_fingerprints_of_live_versions_are_found_and_never_told() {
        for (first, then, count) in [
            ("current", "current", 2),
            ("current", "previous", 2),
            ("pending", "possibly-live", 2),
            ("current", "revoked", 0),
        ] {
            let found = shared(json!({
                SECOND: second(json!({})),
                of(0, 1): version(first, &["a"]),
                of(1, 1): version(then, &["b", "a"]),
            }));
            assert_eq!(found.len(), count, "{first} {then}");
            assert!(found.iter().all(|f| !f.message.contains("aaaa")));
        }
    }

    #[test]
    fn an_account_shares_nothing_with_itself() {
        let found = shared(json!({
            of(0, 1): version("previous", &["a", "a"]),
            of(0, 2): version("current", &["a"]),
        }));
        assert_eq!(found, []);
    }

    #[test]
    fn of_many_accounts_a_few_are_named_and_the_rest_is_counted() {
        let mut inventory = crate::rules::sample::with(
            json!({ ACCOUNT: { "credential": { "store": "vault:x" } } }),
        );
        let account = inventory.accounts.values().next().cloned().unwrap();
        for at in 0..5000 {
            let id = format!("a{at:04}").parse().unwrap();
            inventory.accounts.insert(id, account.clone());
        }
        let glossaries = crate::catalog::Glossaries::of(&inventory);
        let facts =
            crate::rules::Facts::new(&inventory, &glossaries, "2026-11-22".parse().unwrap());
        let mut found = crate::rules::judge(&facts, &crate::rules::Selection::declared());
        found.retain(|finding| finding.rule == "credential-shared");
        assert_eq!(found.len(), 5001);
        assert_eq!(
            found[0].message,
            "the secret at `vault:x` is also that of `account/a0001`, `account/a0002`, `account/a0003` and 4997 more"
        );
    }
}
