//! `assignment-too-wide`: a role of one site assigned at the whole company.

use crate::model::boundary::BoundaryKind;
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::assignment_outside_workplace::{Workplaces, known_place};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assignment-too-wide",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a role of one site assigned at the whole company",
    explain: r##"A person who works at one site holds a role for the whole company. Everything at the other sites is then open to them, and to whoever takes over their session.

## Fix

Assign the role at the places where the person works. If the work really spans the company, make the tenant their workplace.

## Example

```toml
# jo-miller works at femo/hawthorne
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo"]  # bad: every site
```

```toml
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne"]  # good
```

Source: RBAC, assignment at a boundary; OWASP NHI5:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let workplaces = Workplaces::of(facts);
    for (id, assignment) in &facts.inventory.assignments {
        let (Some(at), Some(workplace)) = (
            known_place(facts, assignment),
            workplaces.get(&assignment.principal),
        ) else {
            continue;
        };
        let node = facts.inventory.boundaries.get(at);
        let is_tenant = node.is_some_and(|node| node.kind == BoundaryKind::Tenant);
        if !is_tenant || !workplace.places.all_below(at.as_str()) {
            continue;
        }
        let places = &workplace.shown;
        let message = format!(
            "`{}` holds `{}` at all of `{at}` and works at {places}",
            assignment.principal, assignment.role
        );
        findings
            .at(
                RecordId::new(Kind::Assignment, id),
                FieldPath::of("at"),
                message,
            )
            .fix(format!("assign the role at {places}"));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn the_whole_company_is_too_wide_for_one_site() {
        let records = json!({
            "assignment/person/jo-miller machine-operator femo/hawthorne": null,
            "assignment/person/jo-miller machine-operator femo":
                { "principal": "person/jo-miller", "role": "machine-operator", "at": "femo" },
        });
        let expected = "assignment-too-wide assignment/person/jo-miller machine-operator femo at";
        assert_eq!(found(records), [expected]);
    }

    #[test]
    fn who_works_in_the_whole_company_may_hold_a_role_there() {
        let records = json!({
            "person/jo-miller": { "workplace": ["femo"] },
            "assignment/person/jo-miller machine-operator femo/hawthorne": null,
            "assignment/person/jo-miller machine-operator femo":
                { "principal": "person/jo-miller", "role": "machine-operator", "at": "femo" },
        });
        assert_eq!(found(records), Vec::<String>::new());
    }
}
