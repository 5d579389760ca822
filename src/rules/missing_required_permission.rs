//! `missing-required-permission`: a permission that the level needs and that is not granted.

use crate::model::access::Need;
use crate::model::entitlement::Side;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-required-permission",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a permission that the level needs and that is not granted",
    explain: r##"The account lacks a permission without which the work of its level does not run. It is the mistake that shows last: the record looks modest, and on the first night the import is denied, whereupon somebody in a hurry grants too much.

## Fix

Add the permissions that the finding names, here and at the provider, and prove them with a read test. If the account does less than its level says, choose the lower level.

## Example

```toml
level = "read-only-import"
permissions = ["asset/view-assets"]  # bad: cannot see the work orders it imports
```

```toml
level = "read-only-import"
permissions = ["asset/view-assets", "work-order/view-work-orders"]  # good, with the level's others
```

Source: Guide, troubleshooting; the least-privilege map."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        let Some(catalog) = holder.permissions.catalog else {
            continue;
        };
        let held = grants.on(holder, Side::Provider);
        if holder.left_out.is_some() || held.clone().any(|grant| grant.wildcard) {
            continue;
        }
        let level = holder.account.level;
        let missing: Vec<_> = facts
            .policy
            .requirements(catalog.as_str())
            .iter()
            .filter(|line| line.level == level && line.need == Need::Required)
            .filter(|line| !held.clone().any(|grant| *grant.key == line.permission))
            .map(|line| &line.permission)
            .collect();
        if missing.is_empty() {
            continue;
        }
        let missing = names(missing);
        let message = format!("the level `{level}` needs {missing}, which is not granted");
        findings
            .account(holder.id, FieldPath::of("permissions"), message)
            .fix(format!("add {missing}, at the provider too"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn every_missing_permission_is_named_in_one_finding() {
        let records = json!({ ACCOUNT: { "permissions": ["asset/view-assets"] } });
        assert_eq!(
            found(records.clone()),
            [format!("missing-required-permission {ACCOUNT} permissions")]
        );
        let message = crate::rules::sample::findings(records)[0].message.clone();
        assert!(
            message.contains("`work-order/view-work-orders`"),
            "{message}"
        );
    }

    #[test]
    fn what_a_role_gives_is_not_missing() {
        let all = crate::rules::sample::clean()
            .accounts
            .into_values()
            .next()
            .unwrap()
            .permissions;
        let records = json!({ ACCOUNT: { "permissions": null },
            "role/importer": { "catalog": "unicmms", "permissions": all },
            format!("assignment/{ACCOUNT} importer femo/hawthorne"):
                { "principal": ACCOUNT, "role": "importer", "at": "femo/hawthorne" } });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("missing-required"))
        );
    }

    #[test]
    fn a_wildcard_misses_nothing() {
        let records = json!({ ACCOUNT: { "permissions": ["*"] } });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("missing-required"))
        );
    }
}
