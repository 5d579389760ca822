//! `missing-approval`: an action class without its own approval, or a permission that needs one by name.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::approvals::Wanted;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-approval",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an action class without its own approval",
    explain: r##"Reading and each action class of the account's level need an approval of their own: who agreed that this identity may draft, hand off, write back or close. A permission that the least-privilege map marks `needs-approval` at the level needs an approval that names it, as the action as such says nothing of it. What counts is an approval that was given by the day that is judged and has not ended; one that has ended is the matter of `approval-expired`. An account that is only `proposed` waits for its approvals and is not judged.

## Fix

Have the owner of the system approve the action, and write it down with who, when and under which ticket; or take the permission out. Do not copy the approval of another action or account.

## Example

```toml
level = "status-sync"
permissions = ["work-order/manage-work-order-status", "asset/manage-asset-status"]
approval = [
  { action = "read", by = "person/jo-miller", on = 2026-10-01 },  # bad: nobody approved the action status
]
```

```toml
level = "status-sync"
permissions = ["work-order/manage-work-order-status", "asset/manage-asset-status"]
approval = [
  { action = "read", by = "person/jo-miller", on = 2026-10-01 },
  { action = "status", by = "person/jo-miller", on = 2026-10-01, permissions = ["asset/manage-asset-status"] },  # good
]
```

Source: Guide, prerequisites: action boundary."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let open = facts.approvals().open.iter();
    for open in open.filter(|open| open.ended.is_none()) {
        let level = open.account.level;
        match open.wanted {
            Wanted::Action(action) => {
                findings
                    .account(open.id, FieldPath::record(), format!("no approval of `{action}`"))
                    .fix(format!("have it approved: `approval = [{{ action = \"{action}\", by = \"person/NAME\", on = DATE }}]`"));
            }
            Wanted::Permission(granted, line) => {
                let key = granted.key;
                let message = format!(
                    "`{key}`{} needs an approval that names it at the level `{level}`: {}",
                    granted.origin, line.why
                );
                let (subject, field) = granted.place(open.id);
                findings.at(subject, field, message).fix(format!(
                    "take it out, or add `permissions = [\"{key}\"]` to the approval that covers it"
                ));
            }
            Wanted::Egress(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    const READ: &str = "approval/unicmms-production-import-hawthorne read 2026-10-01";

    fn ours(records: Value) -> Vec<String> {
        let mut found = found(records);
        found.retain(|line| line.starts_with("missing-approval"));
        found
    }

    #[test]
    fn reading_and_each_action_of_the_level_need_an_approval_of_their_own() {
        let line = format!("missing-approval {ACCOUNT}");
        assert_eq!(ours(json!({ READ: null })), std::slice::from_ref(&line));
        let draft = json!({ ACCOUNT: { "level": "draft-handoff" } });
        assert_eq!(ours(draft), [line.as_str(), line.as_str()]);
    }

    #[test]
    fn an_approval_holds_from_its_day_to_its_last_day() {
        let on = |day: &str, until: Value| {
            let id = READ.replace("2026-10-01", day);
            ours(json!({ READ: null, id: { "by": "person/jo-miller", "until": until } })).len()
        };
        assert_eq!(on("2026-11-22", json!("2026-11-22")), 0);
        assert_eq!(on("2026-11-23", Value::Null), 1, "not yet");
        assert_eq!(
            on("2026-10-01", json!("2026-11-21")),
            0,
            "ended, not missing"
        );
    }

    #[test]
    fn what_needs_an_approval_needs_one_that_names_it() {
        let cost = "work-order/view-cost-breakdown";
        let mut all = crate::rules::sample::clean()
            .accounts
            .values()
            .next()
            .unwrap()
            .permissions
            .clone();
        all.push(cost.parse().unwrap());
        let line = format!("missing-approval {ACCOUNT} permissions[7]");
        assert_eq!(found(json!({ ACCOUNT: { "permissions": all } })), [line]);
        let named = json!({ ACCOUNT: { "permissions": all }, READ: { "permissions": [cost] } });
        assert_eq!(found(named), [""; 0]);
    }

    #[test]
    fn what_a_role_gives_needs_an_approval_as_what_is_its_own() {
        let cost = "work-order/view-cost-breakdown";
        let seat = format!("assignment/{ACCOUNT} accounting femo/hawthorne");
        let with = |names: &[&str]| {
            ours(json!({ "role/accounting": { "permissions": [cost] },
                seat.as_str(): { "principal": ACCOUNT, "role": "accounting", "at": "femo/hawthorne" },
                READ: { "permissions": names } }))
        };
        assert_eq!(with(&[]), [format!("missing-approval {seat} role")]);
        assert_eq!(with(&[cost]), [""; 0]);
    }

    #[test]
    fn a_proposed_account_waits_for_its_approvals() {
        assert_eq!(
            ours(json!({ ACCOUNT: { "status": "proposed" }, READ: null })),
            [""; 0]
        );
        assert_eq!(
            ours(json!({ ACCOUNT: { "status": "suspended" }, READ: null })).len(),
            1
        );
    }
}
