//! `assignment-outside-workplace`: a role assigned where the person does not work.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{BoundaryPath, Principal};
use crate::model::party::Person;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Assignment;
use crate::rules::findings::names;
use crate::rules::places::Places;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assignment-outside-workplace",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a role assigned where the person does not work",
    explain: r##"A person holds a role at a place that has nothing to do with where they work. Usually the role was left behind by a move, or the wrong site was picked from a list.

## Fix

Assign the role where the person works. If they work in both places, add the second to `workplace`.

## Example

```toml
# jo-miller works at femo/hawthorne
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/berlin"]  # bad
```

```toml
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne/press-01"]  # good: within the workplace
```

Source: RBAC, assignment at a boundary."##,
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
        if workplace.places.meet(at.as_str()) {
            continue;
        }
        let message = format!(
            "`{}` holds `{}` at `{at}` and works at {}",
            assignment.principal, assignment.role, workplace.shown
        );
        findings
            .at(
                RecordId::new(Kind::Assignment, id),
                FieldPath::of("at"),
                message,
            )
            .fix("assign the role where the person works, or add the place to `workplace`");
    }
}

/// Where the role is assigned, if that is a node.
pub(super) fn known_place<'a>(
    facts: &Facts<'a>,
    assignment: &'a Assignment,
) -> Option<&'a BoundaryPath> {
    let at = assignment.at.as_ref()?;
    facts.inventory.boundaries.contains_key(at).then_some(at)
}

/// Where one person works.
pub(super) struct Workplace<'a> {
    pub places: Places<'a, ()>,
    /// The places for a message.
    pub shown: String,
}

/// Where each person works, if that is said and all of it are nodes.
pub(super) struct Workplaces<'a>(BTreeMap<&'a str, Workplace<'a>>);

impl<'a> Workplaces<'a> {
    pub fn of(facts: &Facts<'a>) -> Workplaces<'a> {
        let nodes = &facts.inventory.boundaries;
        let people = facts.inventory.people.iter().filter(|(_, person)| {
            let places = &person.workplace;
            !places.is_empty() && places.iter().all(|place| nodes.contains_key(place))
        });
        let workplace = |person: &'a Person| Workplace {
            places: Places::of(person.workplace.iter().map(|place| (place, ()))),
            shown: names(&person.workplace),
        };
        Workplaces(
            people
                .map(|(id, person)| (id.as_str(), workplace(person)))
                .collect(),
        )
    }

    pub fn get(&self, principal: &Principal) -> Option<&Workplace<'a>> {
        match principal.parts() {
            ("person", name) => self.0.get(name),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    fn at(place: &str) -> Vec<String> {
        found(
            json!({ format!("assignment/person/jo-miller machine-operator {place}"):
            { "principal": "person/jo-miller", "role": "machine-operator", "at": place } }),
        )
    }

    #[test]
    fn a_place_beside_the_workplace_is_outside() {
        let expected = "assignment-outside-workplace assignment/person/jo-miller machine-operator femo/berlin at";
        assert_eq!(at("femo/berlin"), [expected]);
    }

    #[test]
    fn a_place_below_or_above_the_workplace_is_not_outside() {
        for place in ["femo/hawthorne/press-01", "femo"] {
            let found = at(place);
            assert!(
                !found
                    .iter()
                    .any(|line| line.starts_with("assignment-outside")),
                "{found:?}"
            );
        }
    }
}
