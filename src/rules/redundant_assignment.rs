//! `redundant-assignment`: a role that its holder has there already, by a wider assignment or by a team's.

use std::collections::HashSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::BoundaryPath;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::seats::{Holder, Seat};
use crate::rules::{Facts, Findings};

/// How often a role of one person is looked up at their teams, and of all people. No roll comes near.
const MOST_OF_ONE: usize = 200_000;
const MOST: usize = 5_000_000;

pub static RULE: Rule = Rule {
    id: "redundant-assignment",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a role that its holder has there already, by a wider assignment or by a team's",
    explain: r##"An assignment adds nothing: the same principal holds the same role at a place that holds this one, or is a member of a team, or part of one, that does. Whoever takes the narrow one away later believes that the access has ended, and it has not.

## Fix

Take out the one that is implied. If the narrow one is what is meant, take out the wider one instead.

## Example

```toml
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne", "femo/hawthorne/press-01"]  # bad: the press is in Hawthorne
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
    let held = Held::of(facts);
    let seats = facts.seats();
    let mut spent = 0;
    for (holder, own) in &seats.own {
        let teams = &seats.over(*holder);
        let cost = own.len() * teams.len();
        spent += cost.min(MOST_OF_ONE);
        if spent > MOST {
            return too_many(*holder, own, findings);
        }
        if cost > MOST_OF_ONE {
            too_many(*holder, own, findings);
            continue;
        }
        for seat in own {
            let Some((at, by)) = seat
                .at
                .and_then(|at| Some((at, held.implies(*holder, seat, at, teams)?)))
            else {
                continue;
            };
            let message = match by {
                (by, place) if by == *holder => format!(
                    "`{}/{}` holds `{}` at all of `{place}`, and so at `{at}`",
                    by.0, by.1, seat.name
                ),
                (by, place) => {
                    let how = match holder.0 {
                        "team" => "part",
                        _ => "a member",
                    };
                    format!(
                        "`{}/{}` is {how} of `{}/{}`, which holds `{}` at `{place}`",
                        holder.0, holder.1, by.0, by.1, seat.name
                    )
                }
            };
            findings
                .at(
                    RecordId::new(Kind::Assignment, seat.id),
                    FieldPath::of("at"),
                    message,
                )
                .fix("take this one out; or, if only this place is meant, the other");
        }
    }
}

/// Who holds which role where.
struct Held<'a>(HashSet<(Holder<'a>, &'a str, &'a str)>);

impl<'a> Held<'a> {
    fn of(facts: &Facts<'a>) -> Held<'a> {
        let seats = facts.seats().own.iter();
        let all = seats.flat_map(|(holder, own)| own.iter().map(move |seat| (*holder, seat)));
        let placed =
            all.filter_map(|(holder, seat)| Some((holder, seat.name.as_str(), seat.at?.as_str())));
        Held(placed.collect())
    }

    /// Who holds the role of a seat at or above its place, the seat itself aside, and where.
    fn implies(
        &self,
        holder: Holder<'a>,
        seat: &Seat<'a>,
        at: &'a BoundaryPath,
        teams: &[Holder<'a>],
    ) -> Option<(Holder<'a>, &'a str)> {
        let role = seat.name.as_str();
        let at = at.as_str();
        let above = |who: Holder<'a>| {
            let mut places = at.rmatch_indices('/').map(|(end, _)| &at[..end]);
            places
                .find(|place| self.0.contains(&(who, role, place)))
                .map(|place| (who, place))
        };
        let same = |who: Holder<'a>| self.0.contains(&(who, role, at)).then_some((who, at));
        above(holder).or_else(|| {
            teams
                .iter()
                .find_map(|team| same(*team).or_else(|| above(*team)))
        })
    }
}

/// What is not judged is told.
fn too_many(holder: Holder<'_>, own: &[Seat<'_>], findings: &mut Findings) {
    let Some(any) = own.first() else { return };
    let message = format!(
        "`{}/{}` holds too many roles, in too many teams, to look for what is implied",
        holder.0, holder.1
    );
    findings
        .at(
            RecordId::new(Kind::Assignment, any.id),
            FieldPath::of("role"),
            message,
        )
        .fix("join the roles or the teams into few");
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{findings, found};
    use serde_json::{Map, Value, json};

    fn seat(principal: &str, place: &str) -> (String, Value) {
        let body = json!({ "principal": principal, "role": "machine-operator", "at": place });
        (
            format!("assignment/{principal} machine-operator {place}"),
            body,
        )
    }

    fn redundant(records: impl IntoIterator<Item = (String, Value)>) -> Vec<String> {
        let found = found(Value::Object(records.into_iter().collect::<Map<_, _>>()));
        let ours = found
            .into_iter()
            .filter(|line| line.starts_with("redundant-assignment"));
        ours.collect()
    }

    #[test]
    fn a_place_within_another_is_redundant() {
        let seats = [seat("person/jo-miller", "femo/hawthorne/press-01")];
        let expected = "redundant-assignment assignment/person/jo-miller machine-operator femo/hawthorne/press-01 at";
        assert_eq!(redundant(seats), [expected]);
        assert_eq!(
            redundant([seat("person/jo-miller", "femo/berlin")]),
            [""; 0]
        );
        // Of another person it is not.
        assert_eq!(
            redundant([seat("person/anna-berg", "femo/hawthorne/press-01")]),
            [""; 0]
        );
    }

    #[test]
    fn what_a_team_holds_its_members_need_not() {
        for place in ["femo/hawthorne", "femo"] {
            let team = json!({ "members": ["anna-berg", "jo-miller"] });
            let records = [
                ("team/integration".to_owned(), team),
                seat("team/integration", place),
            ];
            let expected = "redundant-assignment assignment/person/jo-miller machine-operator femo/hawthorne at";
            assert_eq!(redundant(records), [expected]);
        }
        let records = [seat("team/integration", "femo")];
        assert_eq!(redundant(records), [""; 0], "jo is no member");
    }

    #[test]
    fn what_a_team_holds_its_parts_and_their_members_need_not() {
        let records = |whole: &str| {
            [
                ("team/integration".to_owned(), json!({ "teams": ["shift"] })),
                (
                    "team/shift".to_owned(),
                    json!({ "name": "Shift", "members": ["jo-miller"] }),
                ),
                seat(whole, "femo"),
                seat("team/shift", "femo/hawthorne"),
            ]
        };
        let line = |of: &str| {
            format!("redundant-assignment assignment/{of} machine-operator femo/hawthorne at")
        };
        let both = [line("person/jo-miller"), line("team/shift")];
        assert_eq!(redundant(records("team/integration")), both);
        // Another's role is nothing to the team.
        assert_eq!(redundant(records("person/anna-berg")), both[..1]);
    }

    #[test]
    fn what_is_too_much_to_compare_is_told() {
        let mut records = Map::new();
        for n in 0..500 {
            let team = format!("team/t{n}");
            records.insert(
                team.clone(),
                json!({ "name": "T", "members": ["jo-miller"] }),
            );
            records.extend([seat(&team, "femo/berlin")]);
            let role = json!({ "catalog": "unicmms", "permissions": ["asset/view-assets"] });
            records.insert(format!("role/r{n}"), role);
            let body = json!({ "principal": "person/jo-miller", "role": format!("r{n}"), "at": "femo/hawthorne" });
            records.insert(
                format!("assignment/person/jo-miller r{n} femo/hawthorne"),
                body,
            );
        }
        // Behind the one who is not judged, another is.
        let zoe = "person/zoe-last";
        records.insert(
            zoe.to_owned(),
            json!({ "name": "Zoe", "tenant": "femo", "workplace": ["femo/hawthorne"] }),
        );
        records.extend([
            seat(zoe, "femo/hawthorne"),
            seat(zoe, "femo/hawthorne/press-01"),
        ]);
        let found = findings(Value::Object(records));
        let told = found
            .iter()
            .filter(|f| f.message.contains("to look for what is implied"));
        assert_eq!(told.count(), 1);
        let zoes =
            |f: &&crate::model::finding::Finding| f.message.starts_with("`person/zoe-last` holds");
        assert_eq!(found.iter().filter(zoes).count(), 1);
    }
}
