//! `assignment-without-boundary`: a role assigned at no boundary.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assignment-without-boundary",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a role assigned at no boundary",
    explain: r##"A role is assigned, and not where. Left open, it holds either nowhere or everywhere, and which of the two is up to the system that reads it.

## Fix

Add `at` with the narrowest node that the work needs.

## Example

```toml
[[assignment]]  # bad: where?
principal = "person/jo-miller"
role = "machine-operator"
```

```toml
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne"]  # good
```

Source: RBAC, assignment at a boundary."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, assignment) in &facts.inventory.assignments {
        if assignment.at.is_none() {
            let message = format!(
                "`{}` holds `{}` without a boundary",
                assignment.principal, assignment.role
            );
            findings
                .at(
                    RecordId::new(Kind::Assignment, id),
                    FieldPath::record(),
                    message,
                )
                .fix("add `at` with the node where the role holds");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn an_assignment_must_say_where() {
        let records = json!({
            "assignment/person/jo-miller machine-operator": { "principal": "person/jo-miller", "role": "machine-operator" },
        });
        let expected = "assignment-without-boundary assignment/person/jo-miller machine-operator";
        assert_eq!(found(records), [expected]);
    }
}
