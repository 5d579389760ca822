//! `wildcard-grant`: `*` or a manage-everything permission.

use crate::model::entitlement::EntitlementKey;
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::grants::is_wildcard;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "wildcard-grant",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "`*` or a manage-everything permission",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A permission or scope of an account, or of a role, stands for everything: a `*`, or a manage-everything right. What it covers grows with each release
of the provider, and nobody can say any more what its holder may do.

## Fix

Name the entitlements that the work needs, one by one.

## Example

```toml
# bad
permissions = ["work-order/*"]
```

```toml
# good
permissions = ["work-order/view-work-orders", "work-order/view-work-order-attachments"]
```

Source: OWASP NHI 5:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        for granted in holder.own() {
            let list = grants.list(granted).iter().enumerate();
            for (at, grant) in list.filter(|(_, grant)| grant.wildcard) {
                let place = granted.origin.place(holder.id, at);
                tell(grant.key, place, findings);
            }
        }
    }
    // A role is at fault whoever holds it: no other rule can say what it gives.
    for (id, role) in &facts.inventory.roles {
        let keys = role.permissions.iter().enumerate();
        for (at, key) in keys.filter(|(_, key)| is_wildcard(key.as_str())) {
            let field = FieldPath::of("permissions").index(at);
            tell(key, (RecordId::new(Kind::Role, id), field), findings);
        }
    }
}

fn tell(key: &EntitlementKey, (subject, field): (RecordId, FieldPath), findings: &mut Findings) {
    let message = format!("`{key}` grants everything that it covers");
    findings
        .at(subject, field, message)
        .fix("name the entitlements that the work needs, one by one");
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn a_wildcard_is_found_on_either_side() {
        let mut found = sample::found(json!({ sample::ACCOUNT: {
            "permissions": ["asset/view-assets", "asset/*"], "scopes": ["base.read", "base.all"],
        } }));
        found.retain(|line| line.starts_with("wildcard-grant"));
        assert_eq!(
            found,
            [
                "wildcard-grant account/unicmms-production-import-hawthorne permissions[1]",
                "wildcard-grant account/unicmms-production-import-hawthorne scopes[1]",
            ]
        );
    }

    #[test]
    fn a_wildcard_in_a_role_is_found_whoever_holds_it() {
        let role =
            json!({ "catalog": "unicmms", "permissions": ["asset/view-assets", "work-order/*"] });
        let found = sample::found(json!({ "role/machine-operator": role }));
        assert_eq!(
            found,
            ["wildcard-grant role/machine-operator permissions[1]"]
        );
    }
}
