//! Everybody's assignments, to look up by who and where. It knows no permission.

use std::collections::HashMap;
use std::ops::Range;

use crate::model::id::{BoundaryPath, Principal, RoleId};
use crate::model::inventory::Inventory;
use crate::model::key::AssignmentKey;

/// One assignment of a principal.
#[derive(Clone, Copy)]
pub struct Seat<'a> {
    pub at: Option<&'a BoundaryPath>,
    /// The number of the role.
    pub role: u32,
    pub id: &'a AssignmentKey,
}

impl<'a> Seat<'a> {
    fn place(&self) -> &'a str {
        self.at.map_or("", BoundaryPath::as_str)
    }
}

/// All assignments in one list: those of one principal stand together, by place and role.
#[derive(Default)]
pub struct Seats<'a> {
    all: Vec<Seat<'a>>,
    /// Which are whose: people and accounts by the whole principal, teams by their names, as they are come by.
    single: HashMap<&'a str, Range<usize>>,
    teams: HashMap<&'a str, Range<usize>>,
}

impl<'a> Seats<'a> {
    /// A role without a number, as nobody declares it, gives nothing; a rule reports it.
    pub fn of(inventory: &'a Inventory, number: impl Fn(&RoleId) -> Option<u32>) -> Seats<'a> {
        let mut seats = Seats {
            all: Vec::with_capacity(inventory.assignments.len()),
            ..Seats::default()
        };
        let mut from = 0;
        // Their order is by principal first.
        let mut keys = inventory.assignments.keys().peekable();
        while let Some(id) = keys.next() {
            let at = id.at.as_ref();
            let role = number(&id.role);
            seats.all.extend(role.map(|role| Seat { at, role, id }));
            if keys
                .peek()
                .is_none_or(|next| next.principal != id.principal)
            {
                seats.close(&id.principal, from);
                from = seats.all.len();
            }
        }
        seats
    }

    /// Ends the list of one principal.
    fn close(&mut self, principal: &'a Principal, from: usize) {
        let range = from..self.all.len();
        if range.is_empty() {
            return;
        }
        self.all[range.clone()].sort_unstable_by_key(|seat| (seat.place(), seat.role));
        match principal.parts() {
            ("team", name) => self.teams.insert(name, range),
            _ => self.single.insert(principal.as_str(), range),
        };
    }

    /// The assignments of a principal itself.
    pub fn of_principal(&self, principal: &Principal) -> &[Seat<'a>] {
        match principal.parts() {
            ("team", name) => self.of_team(name),
            _ => self.list(self.single.get(principal.as_str())),
        }
    }

    pub fn of_team(&self, team: &str) -> &[Seat<'a>] {
        self.list(self.teams.get(team))
    }

    fn list(&self, range: Option<&Range<usize>>) -> &[Seat<'a>] {
        range.map_or(&[], |range| &self.all[range.clone()])
    }
}

/// The first that passes a test, at a place or, the nearest first, above it. Looks at few, however many there are.
pub fn nearest<'s, 'a>(
    seats: &'s [Seat<'a>],
    at: &BoundaryPath,
    test: impl Fn(&Seat<'a>) -> bool,
) -> Option<&'s Seat<'a>> {
    let mut place = at.as_str();
    loop {
        let from = seats.partition_point(|seat| seat.place() < place);
        let mut here = seats[from..]
            .iter()
            .take_while(|seat| seat.place() == place);
        if let Some(seat) = here.find(|seat| test(seat)) {
            return Some(seat);
        }
        place = place.rsplit_once('/')?.0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;

    fn inventory(assignments: &[&str]) -> Inventory {
        let record = |key: &&str| {
            let key: AssignmentKey = key.parse().unwrap();
            let body =
                serde_json::json!({ "principal": key.principal, "role": key.role, "at": key.at });
            Record::from_value(&format!("assignment/{key}").parse().unwrap(), body).unwrap()
        };
        assignments.iter().map(record).collect()
    }

    #[test]
    fn a_team_a_person_and_an_account_of_one_name_are_three() {
        let inventory = inventory(&["account/a r x", "person/a r x/y", "team/a r z"]);
        let seats = Seats::of(&inventory, |_| Some(0));
        for (who, place) in [("account/a", "x"), ("person/a", "x/y"), ("team/a", "z")] {
            let of = seats.of_principal(&who.parse().unwrap());
            assert_eq!(
                of.iter().map(Seat::place).collect::<Vec<_>>(),
                [place],
                "{who}"
            );
        }
        assert_eq!(seats.of_team("a").len(), 1);
    }

    #[test]
    fn the_nearest_place_comes_first_and_a_place_of_a_like_name_is_another() {
        let inventory = inventory(&[
            "person/a r femo",
            "person/a r femo-a",
            "person/a r femo/a",
            "person/a r femo/a-b",
            "person/a s femo/a",
            "person/a unknown femo/a/x",
        ]);
        let number = |role: &RoleId| ["r", "s"].iter().position(|known| *known == role.as_str());
        let seats = Seats::of(&inventory, |role| number(role).map(|at| at as u32));
        let of = seats.of_principal(&"person/a".parse().unwrap());
        let at = |place: &str, role: u32| {
            let found = nearest(of, &place.parse().unwrap(), |seat| seat.role == role);
            found.map(Seat::place)
        };
        assert_eq!(at("femo/a/x", 0), Some("femo/a"));
        assert_eq!(at("femo/b", 0), Some("femo"));
        assert_eq!(at("femo/b", 1), None);
        assert_eq!(at("femora", 0), None);
    }
}
