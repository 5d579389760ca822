//! `half-grant`: an action that is allowed on one side only.

use crate::access::effective::{self, Action, Reach, Rights, Sides};
use crate::model::access::{ActionClass, Need};
use crate::model::entitlement::Side;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::grants::{Grants, Holder};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "half-grant",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "an action that is allowed on one side only",
    explain: r##"An action passes through two systems and needs a right in both: a permission at the provider and a scope on the platform. Here one side allows the action of the account's level and the other does not. The integration fails at its first write, and the half that is granted is a right without a use. What is looked for is the level's own action (reading, for an import); at the provider a level that does not write there needs only to read. Both must be allowed at the same boundary: a role that gives the other half at another place makes no whole. `keyroll matrix effective` shows the same, as provider-only and platform-only. Both sides are judged only where both glossaries are known. A permission that the least-privilege map requires and that is absent is left to `missing-required-permission`, and what is beyond the level to `level-exceeded`.

## Fix

Grant the other half, in both systems and here. If the action is not wanted, take the granted half out and choose a lower level.

## Example

```toml
level = "draft-handoff"
permissions = ["work-request/add-work-requests", "work-request/view-work-requests"]
scopes = ["base.read"]  # bad: the platform lets it draft nothing
```

```toml
level = "draft-handoff"
permissions = ["work-request/add-work-requests", "work-request/view-work-requests"]
scopes = ["base.read", "cmms.draft"]  # good
```

Source: Guide, troubleshooting: write-back is denied."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        if !is_judged(grants, holder) {
            continue;
        }
        let (own, action) = own_action(facts, grants, holder);
        let at_provider = match facts.policy.levels().policy(holder.account.level).writes {
            true => own,
            false => ActionClass::Read,
        };
        let provider = &holder.account.provider;
        let (field, message) = match action.reach() {
            Reach::ProviderOnly => (
                "scopes",
                format!("`{provider}` allows {at_provider}, and no scope allows {own}"),
            ),
            Reach::PlatformOnly if !is_required(facts, grants, holder) => (
                "permissions",
                format!(
                    "a scope allows {own}, and no permission at `{provider}` allows {at_provider}"
                ),
            ),
            Reach::PlatformOnly
            | Reach::Full
            | Reach::Unapproved
            | Reach::Unclear
            | Reach::Nothing => continue,
        };
        findings
            .account(holder.id, FieldPath::of(field), message)
            .fix("grant the other half, in that system too, or take this one out");
    }
}

/// The account's own action class, and how far it goes anywhere.
fn own_action<'a>(
    facts: &Facts<'a>,
    grants: &Grants<'a>,
    holder: &Holder<'a>,
) -> (ActionClass, Action) {
    let levels = facts.policy.levels();
    let policy = levels.policy(holder.account.level);
    let own = effective::own_class(policy);
    // What roles give holds where they are assigned; what the account has itself holds at all its boundaries alike, and
    // has been looked up already.
    if !holder.roles.is_empty() {
        let principal = effective::principal_of(holder.id);
        let action = effective::own_action(facts.holdings(), &facts.terms(), &principal);
        return (
            own,
            action.unwrap_or(Sides::default().action(policy, own, false)),
        );
    }
    let rights = |side| {
        let mut sum = Rights::default();
        for grant in grants.on(holder, side) {
            match grant.known.filter(|_| !grant.wildcard) {
                Some(known) => sum.allow(levels.action_at(policy.level, known.entitlement.effect)),
                None => sum.doubt(),
            }
        }
        sum
    };
    let sides = match holder.account.boundary.is_empty() {
        true => Sides::default(),
        false => Sides {
            provider: rights(Side::Provider),
            platform: rights(Side::Platform),
            is_apart: false,
        },
    };
    (own, sides.action(policy, own, false))
}

/// Whether both sides can be told: both glossaries are known, and the account is one of the platform's at all.
fn is_judged<'a>(grants: &Grants<'a>, holder: &Holder<'a>) -> bool {
    let known = holder.permissions.catalog.is_some() && holder.scopes.catalog.is_some();
    let has_scope = || grants.on(holder, Side::Platform).next().is_some();
    known && holder.left_out.is_none() && (holder.account.platform.is_some() || has_scope())
}

/// Whether the map requires a permission that is not granted.
fn is_required<'a>(facts: &Facts<'a>, grants: &Grants<'a>, holder: &Holder<'a>) -> bool {
    let catalog = holder.permissions.catalog.map_or("", |name| name.as_str());
    let lines = facts.policy.requirements(catalog).iter();
    let mut required =
        lines.filter(|line| line.level == holder.account.level && line.need == Need::Required);
    let held = grants.on(holder, Side::Provider);
    required.any(|line| !held.clone().any(|grant| *grant.key == line.permission))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    /// A glossary of a provider that the least-privilege map does not know.
    fn mine() -> Value {
        let right = |effect: &str| json!({ "group": "A", "title": effect, "meaning": effect, "effect": effect });
        json!({ "title": "Mine", "side": "provider", "entitlements": {
            "a/read": right("read"), "a/state": right("state"), "a/create": right("create") } })
    }

    fn at(level: &str, permissions: &[&str], scopes: &[&str]) -> Vec<String> {
        let mut found = found(json!({
            "catalog/./mine.toml": mine(), "provider/unicmms": { "catalog": "./mine.toml" },
            ACCOUNT: { "level": level, "permissions": permissions, "scopes": scopes },
        }));
        found.retain(|line| line.starts_with("half-grant"));
        found
    }

    #[test]
    fn an_action_that_one_side_allows_is_found_on_the_other() {
        let line = |side: &str| format!("half-grant {ACCOUNT} {side}");
        for (level, permissions, scopes, side) in [
            ("status-sync", ["a/read", "a/state"], "base.read", "scopes"),
            (
                "status-sync",
                ["a/read", "a/read"],
                "cmms.status",
                "permissions",
            ),
            (
                "status-sync",
                ["a/read", "a/create"],
                "cmms.status",
                "permissions",
            ),
            (
                "read-only-import",
                ["a/read", "a/read"],
                "cmms.draft",
                "scopes",
            ),
            (
                "read-only-import",
                ["a/state", "a/create"],
                "base.read",
                "permissions",
            ),
            (
                "attachment-sync",
                ["a/read", "a/read"],
                "ecm.read",
                "scopes",
            ),
        ] {
            assert_eq!(
                at(level, &permissions, &[scopes]),
                [line(side)],
                "{level} {scopes}"
            );
        }
        assert_eq!(at("status-sync", &["a/state"], &[]), [line("scopes")]);
    }

    #[test]
    fn both_halves_or_none_are_no_half() {
        for (level, permission, scope) in [
            ("status-sync", "a/state", "cmms.status"),
            ("status-sync", "a/read", "base.read"),
            ("draft-handoff", "a/create", "base.action.write"),
            ("attachment-sync", "a/read", "ecm.import"),
            ("read-only-import", "a/read", "pdm.read"),
        ] {
            assert_eq!(
                at(level, &[permission], &[scope]),
                [""; 0],
                "{level} {scope}"
            );
        }
    }

    #[test]
    fn a_role_may_be_the_other_half() {
        let mut found = found(json!({
            "catalog/./mine.toml": mine(), "provider/unicmms": { "catalog": "./mine.toml" },
            ACCOUNT: { "level": "status-sync", "permissions": ["a/read"], "scopes": ["cmms.status"] },
            "role/mover": { "permissions": ["a/state"] },
            format!("assignment/{ACCOUNT} mover femo/hawthorne"):
                { "principal": ACCOUNT, "role": "mover", "at": "femo/hawthorne" },
        }));
        found.retain(|line| line.starts_with("half-grant"));
        assert_eq!(found, [""; 0]);
    }

    #[test]
    fn what_is_not_known_may_be_the_other_half() {
        for scope in ["cmms.statsu", "cmms.*"] {
            assert_eq!(
                at("status-sync", &["a/state"], &[scope]),
                [""; 0],
                "{scope}"
            );
        }
        let records = json!({ "platform/factverse": { "catalog": null },
            ACCOUNT: { "level": "status-sync", "permissions": ["work-order/manage-work-order-status"] } });
        assert!(!found(records).iter().any(|line| line.starts_with("half")));
    }

    #[test]
    fn what_the_map_requires_is_left_to_its_own_rule() {
        let found = found(
            json!({ ACCOUNT: { "level": "status-sync", "scopes": ["cmms.status"],
            "permissions": ["work-order/view-work-orders"] } }),
        );
        assert!(
            found
                .iter()
                .any(|line| line.starts_with("missing-required"))
        );
        assert!(
            !found.iter().any(|line| line.starts_with("half")),
            "{found:?}"
        );
    }
}
