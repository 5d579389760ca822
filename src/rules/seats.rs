//! Who holds which role where: assignments by principal, those of a person's teams by reference.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::teams::Teams;
use crate::model::id::{BoundaryPath, RoleId};
use crate::model::inventory::Inventory;
use crate::model::key::AssignmentKey;
use crate::model::role::Role;

/// A principal: its kind and its name.
pub(super) type Holder<'a> = (&'a str, &'a str);

/// A role that a principal holds at a place.
#[derive(Clone, Copy)]
pub(super) struct Seat<'a> {
    pub id: &'a AssignmentKey,
    pub name: &'a RoleId,
    pub role: &'a Role,
    /// None where the assignment names none, or one that is unknown.
    pub at: Option<&'a BoundaryPath>,
}

/// The roles of every principal. Assignments of unknown roles are left out.
pub(super) struct Seats<'a> {
    /// What each principal is assigned itself.
    pub own: BTreeMap<Holder<'a>, Vec<Seat<'a>>>,
    /// The teams of each person that hold a role; a team's seats are its own, however many members it has.
    teams: BTreeMap<&'a str, Vec<Holder<'a>>>,
    /// The same the other way round: everybody in a team that holds a role, sorted.
    members: BTreeMap<&'a str, Vec<&'a str>>,
    /// Who is in which team.
    pub all: Teams<'a>,
}

impl<'a> Seats<'a> {
    pub fn of(inventory: &'a Inventory) -> Seats<'a> {
        let mut own: BTreeMap<_, Vec<Seat<'a>>> = BTreeMap::new();
        for (id, assignment) in &inventory.assignments {
            let Some((name, role)) = inventory.roles.get_key_value(&assignment.role) else {
                continue;
            };
            let at = assignment.at.as_ref();
            let seat = Seat {
                id,
                name,
                role,
                at: at.filter(|at| inventory.boundaries.contains_key(*at)),
            };
            own.entry(assignment.principal.parts())
                .or_default()
                .push(seat);
        }
        let all = Teams::of(inventory);
        let mut teams: BTreeMap<&str, Vec<Holder<'a>>> = BTreeMap::new();
        let mut members: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut persons: Vec<&str> = all.persons().collect();
        persons.sort_unstable();
        for person in persons {
            let of_person = all.of_person(person).into_iter();
            let held: Vec<Holder<'a>> = of_person
                .map(|team| ("team", team.as_str()))
                .filter(|team| own.contains_key(team))
                .collect();
            for (_, team) in &held {
                members.entry(team).or_default().push(person);
            }
            if !held.is_empty() {
                teams.insert(person, held);
            }
        }
        Seats {
            own,
            teams,
            members,
            all,
        }
    }

    /// Everybody in a team that holds a role, by its parts too, sorted; nobody of another team.
    pub fn members(&self, team: &str) -> &[&'a str] {
        self.members.get(team).map_or(&[][..], Vec::as_slice)
    }

    /// The teams whose roles a principal holds too: those of a person, and those that a team is part of.
    pub fn over(&self, holder: Holder<'a>) -> Vec<Holder<'a>> {
        match holder {
            ("team", name) => {
                let above = self.all.above(name).iter();
                above
                    .map(|team| ("team", team.as_str()))
                    .filter(|team| self.own.contains_key(team))
                    .collect()
            }
            _ => self.teams(holder).to_vec(),
        }
    }

    /// The teams of a person that hold a role.
    pub fn teams(&self, holder: Holder<'_>) -> &[Holder<'a>] {
        match holder {
            ("person", name) => self.teams.get(name).map_or(&[][..], Vec::as_slice),
            _ => &[],
        }
    }

    /// Sums up what each principal is assigned itself, once, and shows every principal with the sums of what it holds:
    /// its own first, then those of its teams. What two seats of one team do is the team's matter.
    pub fn each<T>(
        &self,
        sum: impl Fn(Holder<'a>, &[Seat<'a>]) -> T,
        mut see: impl FnMut(Holder<'a>, Option<&T>, &[&T]),
    ) {
        let sums: BTreeMap<Holder<'a>, T> = self
            .own
            .iter()
            .map(|(holder, seats)| (*holder, sum(*holder, seats)))
            .collect();
        let members = self.teams.keys().map(|name| ("person", *name));
        let holders: BTreeSet<Holder<'a>> = self.own.keys().copied().chain(members).collect();
        for holder in holders {
            let teams = self.teams(holder).iter();
            let of_teams: Vec<&T> = teams.filter_map(|team| sums.get(team)).collect();
            see(holder, sums.get(&holder), &of_teams);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn the_seats_of_a_team_are_its_members_by_reference() {
        let inventory = sample::with(json!({
            "team/integration": { "members": ["anna-berg", "anna-berg"], "teams": ["shift"] },
            "team/shift": { "name": "Shift", "members": ["jo-miller"] },
            "assignment/team/integration machine-operator femo":
                { "principal": "team/integration", "role": "machine-operator", "at": "femo" },
        }));
        let seats = Seats::of(&inventory);
        let mut seen = Vec::new();
        let count = |_: Holder<'_>, seats: &[Seat<'_>]| seats.len();
        seats.each(count, |(_, name), own, teams| {
            seen.push((name, own.copied(), teams.len()));
        });
        let expected = [
            ("anna-berg", None, 1),
            ("jo-miller", Some(1), 1),
            ("integration", Some(1), 0),
        ];
        assert_eq!(seen, expected);
    }
}
