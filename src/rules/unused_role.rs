//! `unused-role`: a role that nobody holds.

use std::collections::HashSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unused-role",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a role that nobody holds",
    explain: r##"A role is declared and assigned to nobody. It is read at every review and kept up to date for nothing; and one day somebody is given it because the name fits.

## Fix

Take the role out, or assign it to those who need it.

## Example

```toml
[role.machine-operator]  # bad: no assignment names it
catalog = "unicmms"
permissions = ["asset/view-assets"]
```

```toml
[role.machine-operator]
catalog = "unicmms"
permissions = ["asset/view-assets"]

[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"  # good
at = ["femo/hawthorne"]
```

Source: keyroll's own: what is not used goes."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let assignments = facts.inventory.assignments.values();
    let held: HashSet<&str> = assignments.map(|it| it.role.as_str()).collect();
    for id in facts.inventory.roles.keys() {
        if !held.contains(id.as_str()) {
            let message = format!("nobody holds the role `{id}`");
            findings
                .at(RecordId::new(Kind::Role, id), FieldPath::record(), message)
                .fix("take it out, or assign it");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn a_role_that_nobody_holds_is_found() {
        let records = json!({ "role/planner":
            { "tenant-role": "operator", "catalog": "unicmms", "permissions": ["asset/view-assets"] } });
        assert_eq!(found(records), ["unused-role role/planner"]);
    }

    #[test]
    fn an_assignment_without_a_place_is_a_use() {
        let records = json!({
            "assignment/person/jo-miller machine-operator femo/hawthorne": null,
            "assignment/person/jo-miller machine-operator":
                { "principal": "person/jo-miller", "role": "machine-operator" },
        });
        let found = found(records);
        assert!(
            !found.iter().any(|line| line.starts_with("unused-role")),
            "{found:?}"
        );
    }
}
