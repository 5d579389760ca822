//! `unknown-permission`: a permission that its glossary does not list.

use crate::model::entitlement::EntitlementKey;
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::grants::is_wildcard;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::unlisted;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unknown-permission",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a permission that its glossary does not list",
    explain: r##"An account or a role lists a permission that the glossary of its provider does not know. Such a line grants nothing, or something that nobody has looked up: no rule can say what it does, and a review that reads it is misled. Wildcards are left to `wildcard-grant`.

## Fix

Write the key as the glossary has it (`keyroll catalog` searches it). If the permission exists and the glossary lacks it, add it to a glossary file of your own and name that file.

## Example

```toml
permissions = ["work-order/view-workorders"]  # bad: no such permission
```

```toml
permissions = ["work-order/view-work-orders"]  # good
```

Source: Guide, Permission glossary: a permission is its group and its name."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    unlisted::find(facts, findings, ("permission", "permissions"), |holder| {
        &holder.permissions
    });
    roles(facts, findings);
}

/// The same of the permissions of roles that name a glossary.
fn roles(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, role) in &facts.inventory.roles {
        let found = role
            .catalog
            .as_ref()
            .and_then(|name| Some((name, facts.glossaries.get(name)?)));
        let Some((name, catalog)) = found else {
            continue;
        };
        for (at, key) in role.permissions.iter().enumerate() {
            if catalog.entitlements.contains_key(key) || is_wildcard(key.as_str()) {
                continue;
            }
            let keys = catalog.entitlements.keys().map(EntitlementKey::as_str);
            let near = findings.near(key.as_str(), keys);
            let message = format!("`{key}` is no permission of the glossary `{name}`");
            let field = FieldPath::of("permissions").index(at);
            findings
                .at(RecordId::new(Kind::Role, id), field, message)
                .did_you_mean(near, unlisted::LISTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_permission_that_the_glossary_lacks_is_found_where_it_stands() {
        let records = json!({ ACCOUNT: { "permissions": ["asset/view-asset-attachments", "asset/view-asset-status",
            "asset/view-assets", "facility/view-facilities", "hierarchy/view-site-asset-hierarchy",
            "work-order/view-work-order-attachments", "work-order/view-work-orders", "asset/view-asset"] } });
        let expected = format!("unknown-permission {ACCOUNT} permissions[7]");
        assert_eq!(found(records.clone()), [expected]);
        let fix = crate::rules::sample::findings(records)[0].fix.clone();
        assert_eq!(fix.as_deref(), Some("did you mean `asset/view-assets`?"));
    }

    #[test]
    fn a_role_is_judged_where_it_names_a_glossary() {
        let permissions = json!(["asset/view-assets", "asset/see-everything-there"]);
        let records = json!({ "role/machine-operator": { "permissions": permissions } });
        assert_eq!(
            found(records),
            ["unknown-permission role/machine-operator permissions[1]"]
        );
        let records =
            json!({ "role/machine-operator": { "permissions": permissions, "catalog": null } });
        assert_eq!(
            found(records),
            ["no-glossary role/machine-operator permissions"]
        );
    }
}
