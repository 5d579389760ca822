//! `assignment-outside-tenant`: a role assigned at a boundary of another tenant than the principal's.

use std::collections::BTreeSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::BoundaryPath;
use crate::model::record::{Kind, RecordId};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::seats::{Holder, Seat};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "assignment-outside-tenant",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a role assigned at a boundary of another tenant than the principal's",
    explain: r##"A role is assigned in one tenant to a principal that belongs to another: a person by `tenant`, an account by its own boundaries, a team by the people in it and in its parts. Tenants are companies whose machine data must not mix; such a role is a door between two of them, and no review of either company sees both sides of it. People who have left are passed over: `assignment-of-departed` tells of them.

## Fix

Assign the role in the principal's own tenant. Whoever works for two companies has an identity in each; a team that works for two is two teams.

## Example

```toml
[person.jo-miller]
tenant = "femo"

[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["acme/leeds"]  # bad: jo-miller is of femo
```

```toml
[[assignment]]
principal = "person/jo-miller"
role = "machine-operator"
at = ["femo/hawthorne"]  # good
```

Source: RBAC, scope (tenant: the company account)."##,
    check,
};

/// How many people of teams are looked at in all. No roll comes near.
const MOST: usize = 5_000_000;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let seats = facts.seats();
    let mut spent = 0;
    for (holder, own) in &seats.own {
        let members = match holder {
            ("team", name) => Members::of(facts, seats.members(name)),
            _ => Members::default(),
        };
        for seat in own {
            let Some(at) = seat.at else { continue };
            spent += members.0.len();
            if spent > MOST {
                return too_many(*holder, seat, findings);
            }
            if let Some(message) = strange(facts, *holder, &members, seat, at) {
                findings
                    .at(
                        RecordId::new(Kind::Assignment, seat.id),
                        FieldPath::of("at"),
                        message,
                    )
                    .fix("assign the role in the principal's own tenant; who works for two has two identities");
            }
        }
    }
}

/// The people of a team who are there, each with the tenant.
#[derive(Default)]
struct Members<'a>(Vec<(&'a str, &'a str)>);

impl<'a> Members<'a> {
    fn of(facts: &Facts<'a>, people: &[&'a str]) -> Members<'a> {
        let there = people.iter().filter(|name| facts.departed(name).is_none());
        Members(
            there
                .filter_map(|name| Some((*name, tenant(facts, name)?)))
                .collect(),
        )
    }
}

/// The tenant of a person, where it is one.
fn tenant<'a>(facts: &Facts<'a>, person: &str) -> Option<&'a str> {
    let tenant = facts.inventory.people.get(person)?.tenant.as_ref()?;
    let is_known = facts.inventory.boundaries.contains_key(tenant.as_str());
    is_known.then_some(tenant.as_str())
}

/// What is wrong with a role at a place, in words; none where it is in the principal's tenant, or that is not known.
fn strange(
    facts: &Facts<'_>,
    (kind, name): Holder<'_>,
    members: &Members<'_>,
    seat: &Seat<'_>,
    at: &BoundaryPath,
) -> Option<String> {
    let held = format!("`{kind}/{name}` holds `{}` at `{at}`", seat.name);
    match kind {
        "person" => {
            let own = tenant(facts, name).filter(|own| *own != at.root())?;
            let has_left = facts.departed(name).is_some();
            (!has_left).then(|| format!("{held} and belongs to `{own}`"))
        }
        "account" => {
            let account = facts.inventory.accounts.get(name)?;
            let own: BTreeSet<&str> = account.boundary.iter().map(BoundaryPath::root).collect();
            let is_strange = !own.is_empty() && !own.contains(at.root());
            is_strange.then(|| format!("{held} and acts in {}", names(own)))
        }
        _ => {
            let others = members.0.iter().filter(|(_, own)| *own != at.root());
            let mut others = others.peekable();
            let (_, tenant) = others.peek()?;
            let tenant = *tenant;
            let people = names(others.map(|(person, _)| format!("person/{person}")));
            Some(format!(
                "{held}, and in it are people of `{tenant}` or others: {people}"
            ))
        }
    }
}

/// What is not judged is told.
fn too_many((kind, name): Holder<'_>, seat: &Seat<'_>, findings: &mut Findings) {
    let message =
        format!("`{kind}/{name}` and others hold too many roles to look at all their people");
    findings
        .at(
            RecordId::new(Kind::Assignment, seat.id),
            FieldPath::of("role"),
            message,
        )
        .fix("join the roles or the teams into few");
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    const RULE: &str = "assignment-outside-tenant";

    fn records(principal: &str, more: Value) -> Value {
        let mut records = json!({
            "boundary/acme": { "kind": "tenant", "name": "Acme", "tenant-role": "operator" },
            "boundary/acme/leeds": { "kind": "facility", "name": "Leeds" },
            format!("assignment/{principal} machine-operator acme/leeds"):
                { "principal": principal, "role": "machine-operator", "at": "acme/leeds" },
        });
        let more = more.as_object().unwrap().clone();
        records.as_object_mut().unwrap().extend(more);
        records
    }

    fn outside(principal: &str, more: Value) -> Vec<String> {
        let lines = found(records(principal, more)).into_iter();
        lines
            .filter(|line| line.starts_with("assignment-outside"))
            .collect()
    }

    fn line(principal: &str) -> String {
        format!("{RULE} assignment/{principal} machine-operator acme/leeds at")
    }

    #[test]
    fn a_person_is_of_one_tenant_and_told_by_one_rule() {
        let jo = "person/jo-miller";
        assert_eq!(outside(jo, json!({})), [line(jo)]);
        let of_acme = json!({ jo: { "tenant": "acme", "workplace": ["acme/leeds"] },
            "assignment/person/jo-miller machine-operator femo/hawthorne": null });
        assert_eq!(outside(jo, of_acme), [""; 0]);
        let unsaid = json!({ jo: { "tenant": null, "workplace": [] } });
        assert_eq!(outside(jo, unsaid), [""; 0]);
    }

    #[test]
    fn an_account_is_of_the_tenants_of_its_boundaries() {
        assert_eq!(outside(ACCOUNT, json!({})), [line(ACCOUNT)]);
        let both = json!({ ACCOUNT: { "boundary": ["femo/hawthorne", "acme"] } });
        assert_eq!(outside(ACCOUNT, both), [""; 0]);
    }

    #[test]
    fn a_team_is_of_the_tenants_of_its_people_and_told_once_a_seat() {
        let team = "team/integration";
        let nested = json!({
            team: { "members": ["max-vogt"], "teams": ["shift"] },
            "team/shift": { "name": "Shift", "members": ["anna-berg", "jo-miller"] },
            "person/max-vogt": { "name": "Max", "tenant": "acme" },
        });
        assert_eq!(outside(team, nested.clone()), [line(team)]);
        let all = findings(records(team, nested));
        let told = all.iter().find(|finding| finding.rule == RULE).unwrap();
        let message = "`team/integration` holds `machine-operator` at `acme/leeds`, and in it are people of `femo` or \
            others: `person/anna-berg`, `person/jo-miller`";
        assert_eq!(told.message, message);
        let left = json!({ "person/anna-berg": { "left": "2026-11-01" } });
        assert_eq!(outside(team, left), [""; 0]);
    }
}
