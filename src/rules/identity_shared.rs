//! `identity-shared`: one identity at a provider in two accounts.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::AccountId;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::sharing::{self, Installation, NAMED};
use crate::rules::weak_authentication::lower;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "identity-shared",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one identity at a provider in two accounts",
    explain: r##"Two accounts name the same identity in the same environment of a provider. Whatever their permissions say here, at the provider each has the rights of both; its log cannot tell who did what; and revoking one stops the other. Two identities of one account, for rotation in turn, are no fault.

## Fix

Have the provider make an identity for each, with the rights of its own account alone, and rotate the credential of the shared one. Where both accounts are one and the same, keep one.

## Example

```toml
# bad: one user for two workflows
[account.unicmms-production-import-hawthorne.credential]
identity = ["svc-femo"]
[account.unicmms-production-status-sync-hawthorne.credential]
identity = ["svc-femo"]
```

```toml
# good
[account.unicmms-production-import-hawthorne.credential]
identity = ["svc-femo-import"]
[account.unicmms-production-status-sync-hawthorne.credential]
identity = ["svc-femo-status-sync"]
```

Source: Guide, design; OWASP NHI9:2025."##,
    check,
};

/// An identity where it holds, in small letters: most providers do not tell `SVC` from `svc`.
type Identity<'a> = (Installation<'a>, Cow<'a, str>);

/// An account, and which of its identities it is.
type Place<'a> = (&'a AccountId, usize);

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for ((installation, identity), places) in groups(facts) {
        let (provider, environment) = installation;
        for (id, at) in &places {
            let others = places.iter().filter(|(other, _)| other != id).take(NAMED);
            let shown: Vec<String> = others
                .map(|(other, _)| format!("`account/{other}`"))
                .collect();
            let others = sharing::named(&shown, places.len() - 1);
            let message = format!(
                "`{identity}` in {environment} of `{provider}` is also the identity of {others}"
            );
            findings
                .account(id, FieldPath::of("credential.identity").index(*at), message)
                .fix("have the provider make an identity for each account, and rotate the shared one");
        }
    }
}

/// Every identity of two and more accounts.
fn groups<'a>(facts: &Facts<'a>) -> BTreeMap<Identity<'a>, Vec<Place<'a>>> {
    let mut first: HashMap<Identity<'a>, Place<'a>> = HashMap::new();
    let mut shared: BTreeMap<Identity<'a>, Vec<Place<'a>>> = BTreeMap::new();
    for (id, account) in facts.accounts() {
        let Some(credential) = &account.credential else {
            continue;
        };
        for (at, identity) in credential.identity.iter().enumerate() {
            let name = identity.as_str().trim();
            if name.is_empty() {
                continue;
            }
            let key = ((&account.provider, &account.environment), lower(name));
            let known = *first.entry(key.clone()).or_insert((id, at));
            if known.0 != id {
                let group = shared.entry(key).or_insert_with(|| vec![known]);
                if group.last().is_none_or(|(last, _)| *last != id) {
                    group.push((id, at));
                }
            }
        }
    }
    shared
}

#[cfg(test)]
mod tests {
    use crate::rules::credential_shared::tests::second;
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    const SECOND: &str = "account/unicmms-production-import-hawthorne-2";

    fn ours(change: Value) -> Vec<(String, String)> {
        let found = findings(json!({ SECOND: second(change) }));
        let ours = found
            .iter()
            .filter(|finding| finding.rule == "identity-shared");
        ours.map(|f| (format!("{} {}", f.subject, f.field), f.message.clone()))
            .collect()
    }

    #[test]
    fn one_identity_of_two_accounts_is_found_on_both_and_each_names_the_other() {
        let identity = json!(["svc-other", "svc-femo-import"]);
        let found = ours(
            json!({ "credential": { "kind": "api-key", "store": "age", "identity": identity } }),
        );
        let said = |other| {
            format!(
                "`svc-femo-import` in production of `unicmms` is also the identity of `{other}`"
            )
        };
        assert_eq!(
            found,
            [
                (format!("{ACCOUNT} credential.identity[0]"), said(SECOND)),
                (format!("{SECOND} credential.identity[1]"), said(ACCOUNT)),
            ]
        );
    }

    #[test]
    fn one_identity_in_other_letters_is_the_same() {
        let identity =
            json!({ "kind": "api-key", "store": "age", "identity": ["SVC-FEMO-Import"] });
        assert_eq!(ours(json!({ "credential": identity })).len(), 2);
    }

    #[test]
    fn the_same_name_elsewhere_is_another_identity() {
        assert_eq!(ours(json!({ "environment": "staging" })), []);
        assert_eq!(ours(json!({ "status": "retired" })), []);
        let twice = json!({ "kind": "api-key", "store": "age", "identity": ["a", "a", " "] });
        assert_eq!(ours(json!({ "credential": twice })), []);
    }
}
