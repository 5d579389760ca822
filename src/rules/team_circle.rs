//! `team-circle`: teams that are parts of themselves, or too tangled to follow.

use std::collections::BTreeSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::TeamId;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "team-circle",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a team that is part of itself, or teams too tangled to follow",
    explain: r##"A team is part of a team that is, some steps on, part of it again. Then whoever is in any of them is in all of them and holds the roles of all: nobody meant that, and no chart of the organisation shows it. Each circle is told once, at its first team. Teams that are so tangled that they cannot be followed to their end are told too: no other rule sees through them, and what they give is not known.

## Fix

Take the team out of `teams` at one place of the circle: a part lists no team that holds it.

## Example

```toml
[team.plant]
teams = ["shift"]

[team.shift]
teams = ["plant"]  # bad: the shift is part of the plant
```

```toml
[team.plant]
teams = ["shift"]

[team.shift]
members = ["jo-miller"]  # good
```

Source: RBAC, groups as principals."##,
    check,
};

/// How many teams of a circle a message names.
const NAMED: usize = 8;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let teams = &facts.seats().all;
    let mut told: BTreeSet<&TeamId> = BTreeSet::new();
    for team in &teams.circles {
        if told.contains(team) {
            continue;
        }
        // From the team up to itself: the last but one is its own part.
        let way = teams.way(("team", team.as_str()), team);
        told.extend(&way);
        let part = way.len().checked_sub(2).and_then(|at| way.get(at));
        let part = part.unwrap_or(team);
        let parts = facts.inventory.teams.get(team.as_str());
        let at = parts.and_then(|body| body.teams.iter().position(|other| other == *part));
        let field = FieldPath::of("teams");
        let field = at.map_or_else(|| field.clone(), |at| field.clone().index(at));
        let message = format!("`team/{team}` is part of itself: {}", steps(&way));
        findings
            .at(RecordId::new(Kind::Team, team), field, message)
            .fix("take it out of `teams` at one place of the circle");
    }
    if let Some(team) = teams.left_out {
        let message = "teams are parts of teams in more ways than can be followed: nothing is known of who is in them";
        findings
            .at(
                RecordId::new(Kind::Team, team),
                FieldPath::record(),
                message,
            )
            .fix("let fewer teams be parts of others");
    }
}

/// `in a, in b and 3 more, in c`.
fn steps(way: &[&TeamId]) -> String {
    let shown = way.iter().take(NAMED).map(|team| format!("in `{team}`"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    match way.len().saturating_sub(NAMED) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{findings, found};
    use serde_json::{Map, Value, json};

    #[test]
    fn a_circle_is_told_once_and_a_team_in_it_by_its_way() {
        let records = json!({
            "team/integration": { "teams": ["shift"] },
            "team/shift": { "name": "Shift", "teams": ["tools", "night"] },
            "team/night": { "name": "Night", "teams": ["integration"] },
            "team/tools": { "name": "Tools", "members": ["jo-miller"] },
        });
        assert_eq!(
            found(records.clone()),
            ["team-circle team/integration teams[0]"]
        );
        let message =
            "`team/integration` is part of itself: in `night`, in `shift`, in `integration`";
        assert_eq!(findings(records)[0].message, message);
    }

    #[test]
    fn a_team_that_is_its_own_part_is_a_circle() {
        let records = json!({ "team/integration": { "teams": ["integration"] } });
        assert_eq!(found(records), ["team-circle team/integration teams[0]"]);
    }

    #[test]
    fn a_team_with_parts_is_none() {
        let records = json!({
            "team/integration": { "teams": ["a", "b"] },
            "team/a": { "name": "A", "teams": ["b"], "members": ["jo-miller"] },
            "team/b": { "name": "B", "members": ["jo-miller"] },
        });
        assert_eq!(found(records), [""; 0]);
    }

    #[test]
    fn a_tangle_is_told() {
        let team = |n: usize| {
            let parts: Vec<String> = n
                .checked_sub(1)
                .map(|n| format!("t{n}"))
                .into_iter()
                .collect();
            (format!("team/t{n}"), json!({ "name": "T", "teams": parts }))
        };
        let records: Map<String, Value> = (0..2_500).map(team).collect();
        let found = found(Value::Object(records));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("team-circle team/t"), "{found:?}");
    }
}
