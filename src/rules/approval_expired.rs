//! `approval-expired`: an approval past its end.

use std::collections::BTreeMap;

use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::key::ApprovalKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::approvals::Wanted;
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "approval-expired",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an approval past its end",
    explain: r##"The last approval of an action class that the account's level has, or of a permission that needs an approval by name, is past its last day, and none has come after it. The identity goes on doing what somebody allowed for a time. Older approvals that a later one replaces are history and no finding, and so are those of actions that the account no longer has.

## Fix

Have it approved anew and write that down beside the old one, which stays as it is. Where nobody wants to sign, the account has come to its end: suspend it, or give it a lower level.

## Example

```toml
approval = [
  { action = "read", by = "person/jo-miller", on = 2025-10-01, until = 2026-09-30 },  # bad, as of 2026-11-22
]
```

```toml
approval = [
  { action = "read", by = "person/jo-miller", on = 2025-10-01, until = 2026-09-30 },
  { action = "read", by = "person/jo-miller", on = 2026-09-28, until = 2027-09-30 },  # good
]
```

Source: Guide, prerequisites: action boundary."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let mut ended: BTreeMap<&ApprovalKey, (Date, Vec<&str>)> = BTreeMap::new();
    for open in &facts.approvals().open {
        if let Some(((key, _), until)) = open.ended {
            let what = match &open.wanted {
                Wanted::Action(action) => action.as_str(),
                Wanted::Permission(granted, _) | Wanted::Egress(granted) => granted.key.as_str(),
            };
            ended.entry(key).or_insert((until, Vec::new())).1.push(what);
        }
    }
    for (key, (until, what)) in ended {
        let message = format!("the approval of {} ended on `{until}`", names(what));
        findings
            .at(
                RecordId::new(Kind::Approval, key),
                FieldPath::of("until"),
                message,
            )
            .fix("have it approved anew and add that approval, or suspend the account")
            .days(facts.as_of.days_until(until));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    const READ: &str = "approval/unicmms-production-import-hawthorne read 2026-10-01";

    #[test]
    fn the_last_approval_of_an_action_is_found_from_the_day_after_its_end() {
        let until = |day: &str| found(json!({ READ: { "until": day } }));
        assert_eq!(until("2026-11-22"), [""; 0]);
        assert_eq!(
            until("2026-11-21"),
            [format!("approval-expired {READ} until")]
        );
    }

    #[test]
    fn one_that_was_replaced_and_one_of_an_action_that_is_gone_are_history() {
        let old = json!({ "by": "person/jo-miller", "until": "2026-09-30" });
        for action in ["read", "closeout"] {
            let id = format!("approval/unicmms-production-import-hawthorne {action} 2025-10-01");
            assert_eq!(found(json!({ id: old })), [""; 0], "{action}");
        }
    }

    #[test]
    fn an_approval_of_several_things_is_one_finding() {
        let cost = "work-order/view-cost-breakdown";
        let mut all = crate::rules::sample::clean()
            .accounts
            .values()
            .next()
            .unwrap()
            .permissions
            .clone();
        all.push(cost.parse().unwrap());
        let found = |until: Value| {
            findings(json!({ ACCOUNT: { "permissions": all },
                READ: { "permissions": [cost], "until": until } }))
        };
        assert_eq!(found(json!("2026-12-31")), []);
        let found = found(json!("2026-11-20"));
        let messages: Vec<_> = found.iter().map(|f| (f.message.as_str(), f.days)).collect();
        let message =
            "the approval of `read`, `work-order/view-cost-breakdown` ended on `2026-11-20`";
        assert_eq!(messages, [(message, Some(-2))]);
    }
}
