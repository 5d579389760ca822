//! Conflicts between two roles of one principal, or an account's own permissions and a role of it, at places of which one
//! holds the other.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::access::DutyConflict;
use crate::model::finding::FieldPath;
use crate::model::id::{BoundaryPath, RoleId};
use crate::model::key::AssignmentKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::duties_conflict::{APART, Roles, Sides, conflicts, usual_glossary};
use crate::rules::places::Places;
use crate::rules::seats::{Holder, Seat};
use crate::rules::{Facts, Findings};

/// How much is compared for one principal, and in all: pairs of roles, and places of them. No roll comes near.
const MOST_OF_ONE: u64 = 200_000;
const MOST: u64 = 5_000_000;
/// How many conflicts of one principal are told.
const MOST_TOLD: usize = 50;

/// What a principal holds, and where.
struct Held<'a> {
    /// The role; none of what is an account's own.
    name: Option<&'a RoleId>,
    sides: Sides<'a>,
    /// With the assignment; none of what is an account's own.
    at: Places<'a, Option<&'a AssignmentKey>>,
}

impl Held<'_> {
    /// Whether it is held at a place, above it or below. What has no boundary is held everywhere.
    fn meets(&self, place: &str) -> bool {
        self.at.len() == 0 || self.at.meet(place)
    }
}

/// What one principal is assigned itself, of roles that have a side of a conflict; before them, what is an account's own.
struct Part<'a> {
    held: Vec<Held<'a>>,
    /// The sides of all of them.
    sides: (u64, u64),
    /// Any of its assignments, to tell of where there are too many.
    any: Option<&'a AssignmentKey>,
}

/// The comparing of roles, and what it has cost.
#[derive(Default)]
pub(super) struct Between {
    spent: u64,
    spent_on_one: u64,
}

impl Between {
    /// Adds a finding for every two roles of one principal that conflict.
    pub fn find<'a>(&mut self, facts: &Facts<'a>, roles: &Roles<'a>, findings: &mut Findings) {
        facts.seats().each(
            |holder, seats| part(facts, roles, holder, seats),
            |holder, own, teams| self.principal(holder, own, teams, findings),
        );
    }

    fn principal(
        &mut self,
        holder: Holder<'_>,
        own: Option<&Part<'_>>,
        teams: &[&Part<'_>],
        findings: &mut Findings,
    ) {
        self.spent_on_one = 0;
        let mut told = BTreeSet::new();
        let parts: Vec<&Part<'_>> = own.into_iter().chain(teams.iter().copied()).collect();
        for (at, first) in parts.iter().enumerate() {
            // Two roles of one team are the team's matter.
            let own = usize::from(at > 0 || own.is_none());
            for second in &parts[at + own..] {
                let whole = self.parts(holder, (first, second), &mut told, findings);
                if whole.is_none() {
                    return too_many(holder, first.any.or(second.any), findings);
                }
            }
        }
    }

    /// None where there was too much to compare.
    fn parts<'a>(
        &mut self,
        holder: Holder<'_>,
        (first, second): (&Part<'a>, &Part<'a>),
        told: &mut BTreeSet<(Option<&'a RoleId>, &'a RoleId)>,
        findings: &mut Findings,
    ) -> Option<()> {
        self.spend(1)?;
        if (first.sides.0 & second.sides.1) | (first.sides.1 & second.sides.0) == 0 {
            return Some(());
        }
        let is_one = std::ptr::eq(first, second);
        for (at, one) in first.held.iter().enumerate() {
            let from = if is_one { at + 1 } else { 0 };
            for other in &second.held[from..] {
                self.spend(1)?;
                let Some(conflict) = conflict(one.sides, other.sides) else {
                    continue;
                };
                // What is an account's own stands first: the other is a role.
                let Some(role) = other.name else { continue };
                self.spend(other.at.len() as u64)?;
                let mut places = other.at.iter();
                let met = places.find(|(place, _)| one.meets(place));
                let met = met.and_then(|(_, id)| *id);
                let Some(id) = met.filter(|_| told.insert((one.name, role))) else {
                    continue;
                };
                if told.len() > MOST_TOLD {
                    return None;
                }
                let by = match one.name {
                    Some(name) => format!("the roles `{name}` and `{role}`, and with them"),
                    None => format!("by itself and by the role `{role}`"),
                };
                let message = format!(
                    "`{}/{}` holds {by} `{}` and `{}`: {}",
                    holder.0, holder.1, conflict.a, conflict.b, conflict.why
                );
                let subject = RecordId::new(Kind::Assignment, id);
                findings
                    .at(subject, FieldPath::of("role"), message)
                    .fix(APART);
            }
        }
        Some(())
    }

    fn spend(&mut self, cost: u64) -> Option<()> {
        self.spent += cost;
        self.spent_on_one += cost;
        (self.spent <= MOST && self.spent_on_one <= MOST_OF_ONE).then_some(())
    }
}

/// What is not judged is told.
fn too_many(holder: Holder<'_>, any: Option<&AssignmentKey>, findings: &mut Findings) {
    let Some(any) = any else { return };
    let message = format!(
        "`{}/{}` holds too many roles, or too many in conflict, to tell of each",
        holder.0, holder.1
    );
    let subject = RecordId::new(Kind::Assignment, any);
    findings
        .at(subject, FieldPath::of("role"), message)
        .fix("join the roles into few, or divide the principal");
}

fn part<'a>(
    facts: &Facts<'a>,
    roles: &Roles<'a>,
    holder: Holder<'a>,
    seats: &[Seat<'a>],
) -> Part<'a> {
    let usual = usual_glossary(facts, holder);
    let sides = |seat: &Seat<'a>| {
        let catalog = seat.role.catalog.as_ref().or(usual)?;
        roles.0.get(&(seat.name, catalog.as_str())).copied()
    };
    type Sorted<'a> = BTreeMap<
        &'a RoleId,
        (
            Sides<'a>,
            Vec<(&'a BoundaryPath, Option<&'a AssignmentKey>)>,
        ),
    >;
    let mut by_role: Sorted<'a> = BTreeMap::new();
    for seat in seats {
        if let (Some(at), Some(sides)) = (seat.at, sides(seat)) {
            let held = by_role.entry(seat.name);
            held.or_insert((sides, Vec::new()))
                .1
                .push((at, Some(seat.id)));
        }
    }
    let mut held = match by_role.is_empty() {
        true => Vec::new(),
        false => own(facts, holder),
    };
    held.extend(by_role.into_iter().map(|(name, (sides, at))| Held {
        name: Some(name),
        sides,
        at: Places::of(at),
    }));
    let sides = held
        .iter()
        .fold((0, 0), |(a, b), held| (a | held.sides.a, b | held.sides.b));
    Part {
        held,
        sides,
        any: seats.first().map(|seat| seat.id),
    }
}

/// The sides of conflicts that are an account's own.
fn own<'a>(facts: &Facts<'a>, (kind, name): Holder<'a>) -> Vec<Held<'a>> {
    let grants = facts.grants();
    let account = grants.holder(name).filter(|_| kind == "account");
    let Some(holder) = account else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for granted in holder.own() {
        let known = grants.list(granted).iter().filter_map(|grant| grant.known);
        let (a, b) = known.fold((0, 0), |(a, b), known| {
            (a | known.duties.0, b | known.duties.1)
        });
        if let Some(catalog) = granted.catalog.filter(|_| a | b != 0) {
            let duties = facts.policy.duties(catalog.as_str());
            let at = holder.account.boundary.iter().map(|at| (at, None));
            all.push(Held {
                name: None,
                sides: Sides { duties, a, b },
                at: Places::of(at),
            });
        }
    }
    all
}

/// The first conflict between two roles that neither has by itself.
fn conflict<'a>(one: Sides<'a>, other: Sides<'_>) -> Option<&'a DutyConflict> {
    let between = ((one.a & other.b) | (other.a & one.b)) & !(one.a & one.b) & !(other.a & other.b);
    // The duties of one glossary are one list.
    if between == 0 || !std::ptr::eq(one.duties, other.duties) {
        return None;
    }
    conflicts(one.duties, between).next()
}

#[cfg(test)]
mod tests {

    use crate::rules::sample;
    use serde_json::{Value, json};

    #[test]
    fn many_members_of_a_team_with_many_seats_are_judged_at_once() {
        let mut records = serde_json::Map::new();
        let members: Vec<String> = (0..400).map(|n| format!("p{n}")).collect();
        records.insert(
            "team/big".to_owned(),
            json!({ "name": "Big", "members": members }),
        );
        records.insert(
            "team/big-2".to_owned(),
            json!({ "name": "Big", "members": members }),
        );
        for n in 0..400 {
            let permission = ["work-request/add-work-requests", "asset/view-assets"][n % 2];
            let role = json!({ "catalog": "unicmms", "permissions": [permission] });
            records.insert(format!("role/r{n}"), role);
            for team in ["team/big", "team/big-2"] {
                let seat = json!({ "principal": team, "role": format!("r{n}"), "at": "femo" });
                records.insert(format!("assignment/{team} r{n} femo"), seat);
            }
        }
        let found = sample::found(Value::Object(records));
        assert!(!found.iter().any(|line| line.starts_with("duties")));
    }

    #[test]
    fn what_is_too_much_to_compare_is_told() {
        let mut records = serde_json::Map::new();
        for n in 0..1500 {
            let (a, b) = (
                "work-request/add-work-requests",
                "work-request/review-work-requests",
            );
            let held = if n == 0 { a } else { b };
            let role = json!({ "catalog": "unicmms", "permissions": [held] });
            records.insert(format!("role/r{n}"), role);
            let at = ["femo/hawthorne", "femo/berlin"][usize::from(n == 0)];
            let seat =
                json!({ "principal": "team/integration", "role": format!("r{n}"), "at": at });
            records.insert(format!("assignment/team/integration r{n} {at}"), seat);
        }
        let findings = sample::findings(Value::Object(records));
        let told = |f: &&crate::model::finding::Finding| f.message.contains("too many roles,");
        assert_eq!(findings.iter().filter(told).count(), 1);
    }
}
