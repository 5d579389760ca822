//! `empty-role`: a role without permissions.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "empty-role",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a role without permissions",
    explain: r##"A role lists no permission. Whoever holds it may do nothing by it, and whoever fills it later gives its permissions to all of them at once, unseen.

## Fix

List the permissions that the role is meant to give, or take the role and its assignments out.

## Example

```toml
[role.machine-operator]  # bad: may do nothing
tenant-role = "operator"
catalog = "unicmms"
```

```toml
[role.machine-operator]
tenant-role = "operator"
catalog = "unicmms"
permissions = ["asset/view-assets"]  # good
```

Source: RBAC, roles as sets of permissions."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, role) in &facts.inventory.roles {
        if role.permissions.is_empty() {
            let message = format!("the role `{id}` gives no permission");
            findings
                .at(RecordId::new(Kind::Role, id), FieldPath::record(), message)
                .fix("list its permissions, or take it out");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn a_role_without_permissions_is_found() {
        for nothing in [json!(null), json!([])] {
            let records = json!({ "role/machine-operator": { "permissions": nothing } });
            assert_eq!(found(records), ["empty-role role/machine-operator"]);
        }
    }
}
