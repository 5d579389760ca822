//! `level-exceeded`: a permission or scope beyond the account's level.

use crate::catalog::Standing;
use crate::model::access::Effect;
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "level-exceeded",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a permission or scope beyond the account's level",
    explain: r##"A permission or scope, of the account itself or of a role assigned to it, does more than the account's access level allows. What counts is its effect in the glossary (read, create, update, state ...), not the verb in its name. An import that can also edit is an editor that nobody has approved. Where a level does not write at the provider, every provider permission must be read. Rights to export are left to `bulk-egress`.

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
        for (granted, list) in grants.lists(holder) {
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
                    "`{}` ({}){} is beyond the level `{}`",
                    grant.key, known.entitlement.effect, granted.origin, holder.account.level
                );
                let (subject, field) = granted.origin.place(holder.id, at);
                findings
                    .at(subject, field, message)
                    .fix("take it out, or give this work to an account of a level that covers it");
            }
        }
        if let Some(seat) = holder.left_out {
            let subject = RecordId::new(Kind::Assignment, seat);
            let message = "the roles of the account hold too much to judge all of it";
            findings
                .at(subject, FieldPath::of("role"), message)
                .fix("give the account few roles, of what it needs");
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
    fn what_a_role_gives_is_judged_where_it_is_assigned() {
        let role = |catalog: Option<&str>, permissions: &[&str]| {
            json!({ "role/hidden": { "catalog": catalog, "permissions": permissions },
                format!("assignment/{ACCOUNT} hidden femo/hawthorne"):
                    { "principal": ACCOUNT, "role": "hidden", "at": "femo/hawthorne" } })
        };
        let judged = |catalog, permissions: &[&str]| {
            let mut found = found(role(catalog, permissions));
            found.retain(|line| line.starts_with("level-exceeded"));
            found
        };
        let line = format!("level-exceeded assignment/{ACCOUNT} hidden femo/hawthorne role");
        // Of the provider's glossary, by name or by none; of the platform's; of one that neither has.
        for (catalog, key) in [
            (Some("unicmms"), "work-order/delete-work-order"),
            (None, "work-order/delete-work-order"),
            (Some("factverse"), "cmms.closeout"),
            (Some("atlas"), "analytics/delete-other"),
        ] {
            assert_eq!(judged(catalog, &[key]), [line.as_str()], "{catalog:?}");
        }
        assert_eq!(judged(Some("unicmms"), &["asset/view-assets"]), [""; 0]);
        let message = crate::rules::sample::findings(role(None, &["work-order/delete-work-order"]));
        let message = message.iter().find(|f| f.rule == "level-exceeded").unwrap();
        let said =
            "`work-order/delete-work-order` (destroy), by the role `hidden`, is beyond the level";
        assert!(message.message.starts_with(said), "{}", message.message);
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
