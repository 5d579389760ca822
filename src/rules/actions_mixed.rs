//! `actions-mixed`: one credential for two action classes.

use crate::catalog::Standing;
use crate::model::access::{ActionClass, Effect, Need};
use crate::model::finding::Severity;
use crate::rules::grants::{Grant, Holder};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "actions-mixed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one credential for two action classes",
    explain: r##"The account's permissions and scopes serve two of the action classes attachment, draft, handoff, status, write-back and closeout, so that one credential does what should be two: whoever holds it can draft and close, and neither can be revoked without the other. Reading never counts, and the classes of the account's own level count as one. What an entitlement serves is its effect's action class, and the level's own where the level or the least-privilege map has it. A permission that the map allows with an approval serves the action under which it was approved; what it forbids is left to `forbidden-permission`.

## Fix

Make an account of its own for the second action, with its own identity, credential and approval. Where the permission belongs to the level's own work, have it approved as that.

## Example

```toml
level = "status-sync"
permissions = ["work-order/manage-work-order-status", "work-order/manage-work-order-comments"]
approval = [
  { action = "status", by = "person/jo-miller", on = 2026-10-01 },
  { action = "write-back", by = "person/jo-miller", on = 2026-10-01, permissions = ["work-order/manage-work-order-comments"] },  # bad
]
```

```toml
level = "status-sync"
permissions = ["work-order/manage-work-order-status", "work-order/manage-work-order-comments"]
approval = [
  { action = "status", by = "person/jo-miller", on = 2026-10-01, permissions = ["work-order/manage-work-order-comments"] },  # good: remarks go with the status
]
```

Source: Guide, write boundary; OWASP NHI5:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        let policy = facts.policy.levels().policy(holder.account.level);
        let own = policy.actions.first().copied();
        let serves = |grant| served(facts, holder, grant);
        let mut all = Classes::default();
        for (_, list) in grants.lists(holder) {
            all.extend(list.iter().filter_map(serves));
        }
        let Some(main) = all.main(own).filter(|_| all.count() > 1) else {
            continue;
        };
        let mut told = Classes::default();
        told.put(main);
        for (granted, list) in grants.lists(holder) {
            for (at, grant) in list.iter().enumerate() {
                let Some(action) = serves(grant).filter(|action| !told.has(*action)) else {
                    continue;
                };
                told.put(action);
                let message = format!(
                    "`{}`{} makes one credential serve `{action}` beside `{main}`",
                    grant.key, granted.origin
                );
                let (subject, field) = granted.origin.place(holder.id, at);
                findings.at(subject, field, message).fix(format!(
                    "give `{action}` to an account of its own, with its own approval"
                ));
            }
        }
    }
}

/// The action class that an entitlement serves; none for reading, for what no class covers, and for what is not known.
fn served<'a>(facts: &Facts<'a>, holder: &Holder<'a>, grant: Grant<'a>) -> Option<ActionClass> {
    let known = grant.known.filter(|_| !grant.wildcard)?;
    let effect = known.entitlement.effect;
    if effect == Effect::Read {
        return None;
    }
    let level = holder.account.level;
    let levels = facts.policy.levels();
    let own = &levels.policy(level).actions;
    let main = || own.first().copied();
    let action = match known.standing {
        Standing::Fits => main(),
        Standing::Named(line) if line.need == Need::NeedsApproval => {
            let named = facts.approvals().named(holder.id, grant.key)?;
            let is_own = |action: &&ActionClass| own.contains(action);
            let mut actions = named.actions.iter();
            let first = actions.clone().next();
            actions.find(is_own).or(first).copied()
        }
        Standing::Named(_) => main(),
        // One fault, one finding: that is `forbidden-permission`.
        Standing::Forbidden(_) => None,
        Standing::Exceeds => levels.action_at(level, effect),
    }?;
    if own.contains(&action) {
        return main();
    }
    (action != ActionClass::Read).then_some(action)
}

/// A set of action classes: a bit each.
#[derive(Clone, Copy, Default)]
struct Classes(u32);

impl Classes {
    fn put(&mut self, action: ActionClass) {
        self.0 |= 1 << action as u32;
    }

    fn extend(&mut self, actions: impl Iterator<Item = ActionClass>) {
        actions.for_each(|action| self.put(action));
    }

    fn has(self, action: ActionClass) -> bool {
        self.0 & 1 << action as u32 != 0
    }

    fn count(self) -> u32 {
        self.0.count_ones()
    }

    /// What the credential is for: the level's own action, else the first of the set.
    fn main(self, own: Option<ActionClass>) -> Option<ActionClass> {
        let first = || {
            ActionClass::ALL
                .iter()
                .copied()
                .find(|action| self.has(*action))
        };
        own.filter(|own| self.has(*own)).or_else(first)
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    fn ours(records: Value) -> Vec<String> {
        let mut found = found(records);
        found.retain(|line| line.starts_with("actions-mixed"));
        found
    }

    fn at(level: &str, permissions: &[&str], scopes: &[&str]) -> Vec<String> {
        ours(json!({ ACCOUNT: { "level": level, "permissions": permissions, "scopes": scopes } }))
    }

    #[test]
    fn a_second_action_is_found_where_it_first_stands() {
        let line = |place: &str| format!("actions-mixed {ACCOUNT} {place}");
        let status = "asset/manage-asset-status";
        let draft = "work-request/add-work-requests";
        assert_eq!(
            at("draft-handoff", &[status, draft], &["cmms.status"]),
            [line("permissions[0]")]
        );
        assert_eq!(
            at("draft-handoff", &[draft], &["cmms.draft", "cmms.closeout"]),
            [line("scopes[1]")]
        );
        // Two that are not the level's own are two all the same.
        assert_eq!(
            at("read-only-import", &[status, draft], &[]),
            [line("permissions[0]")]
        );
    }

    #[test]
    fn a_role_may_hold_the_second_action() {
        let seat = format!("assignment/{ACCOUNT} mover femo/hawthorne");
        let records = json!({ ACCOUNT: { "level": "draft-handoff", "permissions": ["work-request/add-work-requests"] },
            "role/mover": { "catalog": "unicmms", "permissions": ["asset/manage-asset-status"] },
            seat.as_str(): { "principal": ACCOUNT, "role": "mover", "at": "femo/hawthorne" } });
        assert_eq!(ours(records), [format!("actions-mixed {seat} role")]);
    }

    #[test]
    fn reading_and_the_levels_own_actions_are_no_second_action() {
        let edit = "work-order/edit-work-order";
        for (level, permissions, scopes) in [
            ("read-only-import", [edit, "asset/view-assets"], "base.read"),
            (
                "write-back",
                [edit, "work-order/add-work-order"],
                "cmms.status",
            ),
            (
                "draft-handoff",
                [
                    "work-request/add-work-requests",
                    "work-request/edit-work-requests",
                ],
                "cmms.draft",
            ),
        ] {
            assert_eq!(at(level, &permissions, &[scopes]), [""; 0], "{level}");
        }
    }

    #[test]
    fn what_needs_an_approval_serves_the_action_under_which_it_was_approved() {
        let comments = "work-order/manage-work-order-comments";
        let approved = |actions: &[&str]| {
            let mut records = json!({ ACCOUNT: { "level": "status-sync", "scopes": ["cmms.status"],
                "permissions": ["work-order/manage-work-order-status", comments] } });
            for action in actions {
                let id =
                    format!("approval/unicmms-production-import-hawthorne {action} 2026-10-02");
                records[id] = json!({ "by": "person/jo-miller", "permissions": [comments] });
            }
            ours(records)
        };
        assert_eq!(approved(&[]), [""; 0], "left to missing-approval");
        assert_eq!(approved(&["status"]), [""; 0]);
        assert_eq!(
            approved(&["write-back"]),
            [format!("actions-mixed {ACCOUNT} permissions[1]")]
        );
        assert_eq!(approved(&["write-back", "status"]), [""; 0]);
    }
}
