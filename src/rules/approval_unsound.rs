//! `approval-unsound`: an approval by somebody who could not give it.

use crate::model::approval::Approval;
use crate::model::finding::{FieldPath, Severity};
use crate::model::key::ApprovalKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "approval-unsound",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an approval by an account, or by a person who had left",
    explain: r##"An approval was given by a service account, or by a person who had left by the day it bears. A machine that signs for machines is no gate, and a signature after the last day was made by somebody else. It counts as if nobody had looked.

## Fix

Have the action approved by a person or a team that answers for it, and write that down. Where the day is wrong, correct it from the ticket.

## Example

```toml
approval = [
  { action = "read", by = "account/unicmms-production-import-hawthorne", on = 2026-10-01 },  # bad: it signs for itself
]
```

```toml
approval = [
  { action = "read", by = "person/jo-miller", on = 2026-10-01 },  # good
]
```

Source: Guide, prerequisites: action boundary; separation of duties."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (key, approval) in &facts.inventory.approvals {
        if let Some(fault) = fault(facts, key, approval) {
            findings
                .at(
                    RecordId::new(Kind::Approval, key),
                    FieldPath::of("by"),
                    fault,
                )
                .fix("have it approved by a person or a team that answers for it");
        }
    }
}

fn fault(facts: &Facts<'_>, key: &ApprovalKey, approval: &Approval) -> Option<String> {
    let by = &approval.by;
    match by.parts() {
        ("account", _) => Some(format!("`{by}` is an account: nobody has approved it")),
        ("person", name) => {
            let left = facts.inventory.people.get(name)?.left?;
            (left < key.on).then(|| format!("`{by}` had left on {left}, before {}", key.on))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    const READ: &str = "approval/unicmms-production-import-hawthorne read 2026-10-01";

    #[test]
    fn neither_an_account_nor_somebody_who_had_left_approves() {
        let line = format!("approval-unsound {READ} by");
        let by = |by: &str| found(json!({ READ: { "by": by } }));
        assert_eq!(
            by("account/unicmms-production-import-hawthorne"),
            std::slice::from_ref(&line)
        );
        assert_eq!(by("team/integration"), [""; 0]);
        let left = |day: &str| {
            let records = json!({ READ: { "by": "person/pat-old" },
                "person/pat-old": { "name": "Pat", "left": day } });
            found(records).contains(&line)
        };
        assert!(left("2026-09-30") && !left("2026-10-01"));
    }
}
