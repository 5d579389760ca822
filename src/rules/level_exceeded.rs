//! `level-exceeded`: a permission or scope beyond the account's level.

use crate::catalog::Standing;
use crate::model::access::Effect;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "level-exceeded",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a permission or scope beyond the account's level",
    explain: r##"A permission or scope does more than the account's access level allows. What counts is its effect in the glossary (read, create, update, state ...), not the verb in its name. An import that can also edit is an editor that nobody has approved. Where a level does not write at the provider, every provider permission must be read. Rights to export are left to `bulk-egress`.

## Fix

Take the entitlement out. If the work is needed, declare a second account at the level that covers it, with the controls and the approval that the level demands.

## Example

```toml
level = "read-only-import"
permissions = ["work-order/edit-work-order"]  # bad: update
```

```toml
level = "read-only-import"
permissions = ["work-order/view-work-orders"]  # good: read
```

Source: Guide, access levels; OWASP NHI5:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        for (field, _, list) in grants.sides(holder) {
            for (at, grant) in list.iter().enumerate() {
                let Some(known) = grant.known.filter(|_| !grant.wildcard) else {
                    continue;
                };
                // A right to export is the matter of `bulk-egress`: an approval can allow it.
                let exports = known.entitlement.effect == Effect::Egress;
                if known.standing != Standing::Exceeds || exports {
                    continue;
                }
                let message = format!(
                    "`{}` ({}) is beyond the level `{}`",
                    grant.key, known.entitlement.effect, holder.account.level
                );
                findings
                    .account(holder.id, FieldPath::of(field).index(at), message)
                    .fix("take it out, or give this work to an account of a level that covers it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn an_effect_beyond_the_level_is_found_on_either_side() {
        let records = json!({ ACCOUNT: { "scopes": ["base.read", "base.compute.run"], "permissions": [
            "asset/view-asset-attachments", "asset/view-asset-status", "asset/view-assets", "facility/view-facilities",
            "hierarchy/view-site-asset-hierarchy", "work-order/view-work-order-attachments",
            "work-order/view-work-orders", "asset/manage-asset-status"] } });
        let found = found(records);
        for place in ["permissions[7]", "scopes[1]"] {
            assert!(
                found.contains(&format!("level-exceeded {ACCOUNT} {place}")),
                "{found:?}"
            );
        }
    }

    #[test]
    fn a_right_to_export_is_left_to_its_own_rule() {
        let found = found(json!({ ACCOUNT: { "permissions": ["asset/export-assets"] } }));
        assert!(
            !found.iter().any(|line| line.starts_with("level-exceeded")),
            "{found:?}"
        );
    }

    #[test]
    fn a_wildcard_is_left_to_its_own_rule() {
        let records = json!({ ACCOUNT: { "scopes": ["base.read", "*"] } });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("level-exceeded"))
        );
    }
}
