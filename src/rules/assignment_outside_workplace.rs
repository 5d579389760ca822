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
    summary: "a role assigned where the person, or somebody of the team, does not work",
    explain: r##"A person holds a role, by itself or by a team, at a place that has nothing to do with where they work. Usually the role was left behind by a move, or the wrong site was picked from a list.

## Fix

Assign the role where the person works. If they work in both places, add the second to `workplace`. A team with people of several places holds its roles at what is above them, or is divided.

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

/// How many people of teams are looked at in all. No roll comes near.
const MOST: usize = 5_000_000;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let workplaces = Workplaces::of(facts);
    for (id, assignment) in &facts.inventory.assignments {
        let (Some(at), Some(workplace)) = (
            known_place(facts, assignment),
            workplaces.get(&assignment.principal),
        ) else {
            continue;
        };
        if workplace.places.meet(at.as_str()) || is_of_another(workplace.person, at) {
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
    teams(facts, &workplaces, findings);
}

/// Whether the place is of another tenant than the person: `assignment-outside-tenant` tells of that.
fn is_of_another(person: &Person, at: &BoundaryPath) -> bool {
    let tenant = person.tenant.as_ref();
    tenant.is_some_and(|tenant| tenant.as_str() != at.root())
}

/// Roles of teams at places where some of their people do not work; each role at each place is told once.
fn teams(facts: &Facts<'_>, workplaces: &Workplaces<'_>, findings: &mut Findings) {
    let seats = facts.seats();
    let mut spent = 0;
    let of_teams = seats.own.iter().filter(|(holder, _)| holder.0 == "team");
    for ((_, team), own) in of_teams {
        let people: Vec<(&str, &Workplace<'_>)> = seats
            .members(team)
            .iter()
            .filter(|person| facts.departed(person).is_none())
            .filter_map(|person| Some((*person, workplaces.0.get(person)?)))
            .collect();
        for (seat, at) in own.iter().filter_map(|seat| Some((seat, seat.at?))) {
            spent += people.len();
            let subject = RecordId::new(Kind::Assignment, seat.id);
            if spent > MOST {
                let message = format!(
                    "`team/{team}` and others hold too many roles to look at all their people"
                );
                findings
                    .at(subject, FieldPath::of("role"), message)
                    .fix("join the roles or the teams into few");
                return;
            }
            let outside = people.iter().filter(|(_, workplace)| {
                !workplace.places.meet(at.as_str()) && !is_of_another(workplace.person, at)
            });
            let outside: Vec<String> = outside
                .map(|(person, _)| format!("person/{person}"))
                .collect();
            if outside.is_empty() {
                continue;
            }
            let message = format!(
                "`team/{team}` holds `{}` at `{at}`, and in it are people who work elsewhere: {}",
                seat.name,
                names(outside)
            );
            findings.at(subject, FieldPath::of("at"), message).fix(
                "assign the role to those who work there, or add the place to their `workplace`",
            );
        }
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
    pub person: &'a Person,
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
            person,
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
    use crate::rules::sample::{findings, found};
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

    #[test]
    fn a_team_is_told_once_a_role_and_place_with_its_first_people() {
        let records = |place: &str| {
            json!({
                "person/max-vogt": { "name": "Max", "tenant": "femo", "workplace": ["femo/berlin"] },
                "person/pat-old": { "name": "Pat", "tenant": "femo", "workplace": ["femo/hawthorne"], "left": "2026-10-01" },
                "team/integration": { "members": ["max-vogt", "pat-old"], "teams": ["shift"] },
                "team/shift": { "name": "Shift", "members": ["anna-berg", "jo-miller"] },
                format!("assignment/team/integration machine-operator {place}"):
                    { "principal": "team/integration", "role": "machine-operator", "at": place },
            })
        };
        let outside = |place: &str| {
            let found = findings(records(place)).into_iter();
            let ours = found.filter(|f| f.rule == "assignment-outside-workplace");
            ours.map(|f| f.message).collect::<Vec<_>>()
        };
        assert_eq!(
            outside("femo/berlin"),
            [
                "`team/integration` holds `machine-operator` at `femo/berlin`, and in it are people who work elsewhere: \
                `person/anna-berg`, `person/jo-miller`"
            ]
        );
        assert_eq!(outside("femo"), [""; 0]);
    }
}
