//! Who holds which role where: assignments by principal, those of a person's teams included.

use std::collections::BTreeMap;

use crate::model::id::{BoundaryPath, RoleId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::key::AssignmentKey;
use crate::model::role::Role;

/// A role that a principal holds at a place.
#[derive(Clone, Copy)]
pub(super) struct Seat<'a> {
    pub id: &'a AssignmentKey,
    pub name: &'a RoleId,
    pub role: &'a Role,
    /// None where the assignment names none, or one that is unknown.
    pub at: Option<&'a BoundaryPath>,
    /// The team that holds it, where the person holds it as a member.
    pub team: Option<&'a TeamId>,
}

/// The roles of every principal, by kind and name. Assignments of unknown roles are left out.
pub(super) struct Seats<'a> {
    pub by_principal: BTreeMap<(&'a str, &'a str), Vec<Seat<'a>>>,
}

impl<'a> Seats<'a> {
    pub fn of(inventory: &'a Inventory) -> Seats<'a> {
        let mut by_principal: BTreeMap<_, Vec<Seat<'a>>> = BTreeMap::new();
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
                team: None,
            };
            let seats = by_principal
                .entry(assignment.principal.parts())
                .or_default();
            seats.push(seat);
        }
        for (id, team) in &inventory.teams {
            let Some(seats) = by_principal.get(&("team", id.as_str())).cloned() else {
                continue;
            };
            for member in &team.members {
                let own = by_principal.entry(("person", member.as_str())).or_default();
                own.extend(seats.iter().map(|seat| Seat {
                    team: Some(id),
                    ..*seat
                }));
            }
        }
        Seats { by_principal }
    }

    /// Every two roles of one principal, each pair once; what two seats of one team do is the team's matter.
    pub fn pairs(seats: &[Seat<'a>]) -> impl Iterator<Item = (Seat<'a>, Seat<'a>)> {
        seats.iter().enumerate().flat_map(move |(at, first)| {
            seats[at + 1..]
                .iter()
                .filter(move |second| first.team.is_none() || first.team != second.team)
                .map(move |second| (*first, *second))
        })
    }
}
