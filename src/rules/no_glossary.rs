//! `no-glossary`: entitlements that no glossary lists, so nothing judges them.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "no-glossary",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "entitlements that no glossary lists, so nothing judges them",
    explain: r##"An account lists permissions or scopes, or a role lists permissions, and no glossary says what they do: the provider, the platform or the role names none, or the account names no platform and there are several. No rule on permissions, scopes or duties then judges the list, and that nothing is found there means nothing. A glossary that is named and missing is the matter of `unknown-reference`.

## Fix

Name the glossary, `catalog = "unicmms"` or a file of your own, at the provider, the platform or the role; and name the account's `platform` where there are several.

## Example

```toml
[provider.unicmms]
product = "UniCMMS"  # bad: the permissions of its accounts are not judged
```

```toml
[provider.unicmms]
product = "UniCMMS"
catalog = "unicmms"  # good
```

Source: keyroll's own: what is not judged is told."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let inventory = facts.inventory;
    for (id, account) in facts.accounts() {
        let provider = inventory.providers.get(&account.provider);
        let unnamed = provider.is_some_and(|provider| provider.catalog.is_none());
        if unnamed && !account.permissions.is_empty() {
            let message = format!("the provider `{}` names no glossary", account.provider);
            findings
                .account(id, FieldPath::of("permissions"), message)
                .fix("name the provider's `catalog`, so that its permissions are judged");
        }
        if account.scopes.is_empty() {
            continue;
        }
        let (message, fix) = match inventory.platform_of(account) {
            None => (
                "the scopes are of no platform, so no glossary lists them".to_owned(),
                "name the account's `platform`",
            ),
            Some(name) => {
                let platform = inventory.platforms.get(name);
                if platform.is_none_or(|platform| platform.catalog.is_some()) {
                    continue;
                }
                (
                    format!("the platform `{name}` names no glossary"),
                    "name the platform's `catalog`, so that its scopes are judged",
                )
            }
        };
        findings
            .account(id, FieldPath::of("scopes"), message)
            .fix(fix);
    }
    for (id, role) in &inventory.roles {
        if role.catalog.is_none() && !role.permissions.is_empty() {
            let subject = RecordId::new(Kind::Role, id);
            let message = "the role names no glossary of its permissions";
            findings
                .at(subject, FieldPath::of("permissions"), message)
                .fix("name its `catalog`, so that its permissions are judged");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_list_that_nothing_judges_is_told() {
        for (records, line) in [
            (
                json!({ "provider/unicmms": { "catalog": null } }),
                format!("no-glossary {ACCOUNT} permissions"),
            ),
            (
                json!({ "platform/factverse": { "catalog": null } }),
                format!("no-glossary {ACCOUNT} scopes"),
            ),
            (
                json!({ ACCOUNT: { "platform": null }, "platform/other": { "catalog": "factverse" } }),
                format!("no-glossary {ACCOUNT} scopes"),
            ),
            (
                json!({ "role/machine-operator": { "catalog": null } }),
                "no-glossary role/machine-operator permissions".to_owned(),
            ),
        ] {
            assert!(found(records).contains(&line), "{line}");
        }
    }

    #[test]
    fn the_only_platform_is_the_accounts() {
        let records = json!({ ACCOUNT: { "platform": null, "scopes": ["base.raed"] } });
        let line = format!("unknown-scope {ACCOUNT} scopes[0]");
        assert_eq!(found(records), [line]);
    }
}
