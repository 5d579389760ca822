//! `assignment-of-departed`: a person who has left and still has roles.

use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::TeamId;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::seats::{Seat, Seats};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assignment-of-departed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a person who has left and still has a role, or is in a team that has one",
    explain: r##"A person's `left` day has come, and roles are still assigned to them, or they are in a team that has roles, by itself or as a part of another. Here they may do nothing any more; the systems that take their assignments from this roll, or were set up from it, may not know that they have left. And should the name be given out anew, it comes with the roles.

## Fix

Take each role with `keyroll unassign`, and the person out of the team; then at the systems that hold a copy.

## Example

```toml
[person.jo-miller]
name = "Jo Miller"
left = 2026-10-31

[[assignment]]  # bad: who has left holds nothing
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne"]
```

```toml
[person.jo-miller]  # good: the record stays, for what was approved and reviewed; the roles are gone
name = "Jo Miller"
left = 2026-10-31
```

Source: OWASP NHI 1:2025 (improper offboarding); RBAC, access is revoked by removing a role assignment."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let seats = facts.seats();
    for person in facts.inventory.people.keys() {
        let Some(left) = facts.departed(person.as_str()) else {
            continue;
        };
        let own = seats.own.get(&("person", person.as_str()));
        for seat in own.into_iter().flatten() {
            assigned(person.as_str(), left, seat, findings);
        }
        for team in seats.all.joined(person.as_str()) {
            if let Some(giving) = giving(seats, team) {
                joined(facts, person.as_str(), left, (team, giving), findings);
            }
        }
    }
}

fn assigned(person: &str, left: Date, seat: &Seat<'_>, findings: &mut Findings) {
    let at = seat.id.at.as_ref();
    let place = at.map_or(String::new(), |at| format!(" at `{at}`"));
    let message = format!(
        "`person/{person}` left on {left} and still holds `{}`{place}",
        seat.name
    );
    let fix = match at {
        Some(at) => format!("keyroll unassign person/{person} {} --at {at}", seat.name),
        None => "take the assignment out".to_owned(),
    };
    let subject = RecordId::new(Kind::Assignment, seat.id);
    findings
        .at(subject, FieldPath::of("principal"), message)
        .fix(fix);
}

/// The team that gives roles to who is in a team: itself, else the nearest above it; none where none does.
fn giving<'a>(seats: &Seats<'a>, team: &'a TeamId) -> Option<&'a TeamId> {
    let above = seats.all.above(team.as_str()).iter().copied();
    std::iter::once(team)
        .chain(above)
        .find(|team| seats.own.contains_key(&("team", team.as_str())))
}

fn joined(
    facts: &Facts<'_>,
    person: &str,
    left: Date,
    (team, giving): (&TeamId, &TeamId),
    findings: &mut Findings,
) {
    let how = match team == giving {
        true => "which has roles".to_owned(),
        false => format!("which is part of `team/{giving}`, which has roles"),
    };
    let message = format!("`person/{person}` left on {left} and is in `team/{team}`, {how}");
    let body = facts.inventory.teams.get(team.as_str());
    let at = body.and_then(|body| {
        let mut members = body.members.iter();
        members.position(|member| member.as_str() == person)
    });
    let field = FieldPath::of("members").index(at.unwrap_or_default());
    findings
        .at(RecordId::new(Kind::Team, team), field, message)
        .fix(format!("keyroll team set {team} members-={person}"));
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{AS_OF, findings, found};
    use serde_json::{Value, json};

    const JO: &str = "person/jo-miller";
    const OWN: &str = "assignment-of-departed assignment/person/jo-miller machine-operator femo/hawthorne principal";

    fn departed(more: Value) -> Vec<String> {
        let mut records = json!({ JO: { "left": AS_OF } });
        let more = more.as_object().unwrap().clone();
        records.as_object_mut().unwrap().extend(more);
        let lines = found(records).into_iter();
        lines
            .filter(|line| line.starts_with("assignment-of-departed"))
            .collect()
    }

    #[test]
    fn who_has_left_holds_nothing_from_that_day_on() {
        assert_eq!(departed(json!({})), [OWN]);
        let tomorrow = found(json!({ JO: { "left": "2026-11-23" } }));
        assert_eq!(tomorrow, [""; 0]);
        let fixes = findings(json!({ JO: { "left": AS_OF } }));
        let unassign = "keyroll unassign person/jo-miller machine-operator --at femo/hawthorne";
        assert!(fixes.iter().any(|f| f.fix.as_deref() == Some(unassign)));
    }

    #[test]
    fn who_has_left_is_in_no_team_that_has_roles_by_itself_or_as_a_part() {
        let records = |holder: &str| {
            json!({
                "assignment/person/jo-miller machine-operator femo/hawthorne": null,
                "team/integration": { "members": ["anna-berg"], "teams": ["shift"] },
                "team/shift": { "name": "Shift", "members": ["anna-berg", "jo-miller"] },
                format!("assignment/{holder} machine-operator femo/hawthorne"):
                    { "principal": holder, "role": "machine-operator", "at": "femo/hawthorne" },
            })
        };
        let line = "assignment-of-departed team/shift members[1]";
        assert_eq!(departed(records("team/shift")), [line]);
        assert_eq!(departed(records("team/integration")), [line]);
        assert_eq!(departed(records("person/anna-berg")), [""; 0]);
    }
}
