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
    explain: r##"An account, a role or an approval lists a permission that the glossary of its provider does not know. Such a line grants nothing, or something that nobody has looked up: no rule can say what it does, and a review that reads it is misled. Wildcards are left to `wildcard-grant`.

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
    approvals(facts, findings);
    for (id, provider) in &facts.inventory.providers {
        if let (Some(name), Some(map)) = (&provider.catalog, &provider.log) {
            let here = RecordId::new(Kind::Provider, id);
            unlisted::in_log(facts, findings, "permission", (&here, name, map));
        }
    }
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

/// The same of what approvals name: a permission of the account's provider, or a scope of its platform.
fn approvals(facts: &Facts<'_>, findings: &mut Findings) {
    let inventory = facts.inventory;
    for (id, approval) in &inventory.approvals {
        if approval.permissions.is_empty() {
            continue;
        }
        let Some(account) = inventory.accounts.get(&id.account) else {
            continue;
        };
        let provider = inventory.providers.get(&account.provider);
        let platform = inventory.platform_of(account);
        let platform = platform.and_then(|name| inventory.platforms.get(name));
        let glossary = |name: &Option<_>| facts.glossaries.get(name.as_ref()?);
        let permissions = provider.and_then(|provider| glossary(&provider.catalog));
        let scopes = platform.and_then(|platform| glossary(&platform.catalog));
        let Some(permissions) = permissions else {
            continue;
        };
        let listed = |key: &EntitlementKey| {
            let in_scopes = scopes.is_none_or(|scopes| scopes.entitlements.contains_key(key));
            permissions.entitlements.contains_key(key) || in_scopes || is_wildcard(key.as_str())
        };
        for (at, key) in approval.permissions.iter().enumerate() {
            if listed(key) {
                continue;
            }
            let keys = permissions.entitlements.keys().map(EntitlementKey::as_str);
            let near = findings.near(key.as_str(), keys);
            let message = format!("`{key}`, which is approved, is in no glossary of the account");
            let field = FieldPath::of("permissions").index(at);
            findings
                .at(RecordId::new(Kind::Approval, id), field, message)
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

    #[test]
    fn what_an_approval_names_is_looked_up_on_both_sides() {
        let id = "approval/unicmms-production-import-hawthorne read 2026-10-01";
        let named = |names: &[&str]| found(json!({ id: { "permissions": names } }));
        assert_eq!(named(&["asset/view-assets", "base.read"]), [""; 0]);
        let line = format!("unknown-permission {id} permissions[1]");
        assert_eq!(named(&["base.read", "asset/veiw-assets"]), [line]);
    }
}
