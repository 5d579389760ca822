//! People and teams: what their roles let them do before and after, and who comes and goes.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::access::diff::State;
use crate::access::diff::account::prolonged;
use crate::access::diff::change::{Aspect, Turn};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::{Holder, Slot, Terms};
use crate::access::diff::seats::{Half, Seats};
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{PersonId, Principal, TeamId};
use crate::model::inventory::Inventory;
use crate::model::party::InvitationStatus;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Role;

/// A team, and the name of a person.
type Membership<'a> = (&'a TeamId, &'a str);

/// The people of memberships, by team.
type ByTeam<'a> = HashMap<&'a TeamId, Vec<&'a str>>;

/// Who gained or lost something by coming to a team or leaving it.
#[derive(Default)]
struct Joined<'a> {
    gained: HashSet<Membership<'a>>,
    lost: HashSet<Membership<'a>>,
}

/// Adds what changes of people and teams, and of accounts that are assigned roles and declared nowhere.
pub(super) fn compare<'a>(
    old: &State<'a>,
    new: &State<'a>,
    seats: &Seats<'a>,
    out: &mut Collector,
) {
    let assigned = seats.old.principals().chain(seats.new.principals());
    let mut principals: BTreeSet<(&'a str, &'a str)> =
        assigned.filter_map(|name| name.split_once('/')).collect();
    let members = seats.old.members().chain(seats.new.members());
    principals.extend(members.map(|person| ("person", person)));
    let mut joined = Joined::default();
    for (kind, name) in principals {
        let declared = |state: &State<'a>| state.inventory.accounts.contains_key(name);
        if kind == "account" && (declared(old) || declared(new)) {
            continue;
        }
        if !out.spend(1) {
            return;
        }
        if let Some(holder) = holder(kind, name, old, new, seats) {
            let by_teams = holder.compare(out);
            let with_name = |team: &'a TeamId| (team, name);
            joined
                .gained
                .extend(by_teams.gained.into_iter().map(with_name));
            joined.lost.extend(by_teams.lost.into_iter().map(with_name));
        }
    }
    let tangled = |half: &Half<'_>| half.all_teams.left_out.is_some();
    if tangled(&seats.old) || tangled(&seats.new) {
        out.cut();
    }
    members_of_teams(old.inventory, new.inventory, seats, &joined, out);
    leavers(old.inventory, new.inventory, out);
    invitations(old.inventory, new.inventory, out);
    idle_roles(old.inventory, new.inventory, seats, out);
}

/// A principal with all that gives it something; none where nothing of that changes but what its teams tell.
fn holder<'a, 's>(
    kind: &str,
    name: &str,
    old: &'s State<'a>,
    new: &'s State<'a>,
    seats: &Seats<'a>,
) -> Option<Holder<'a, 's>> {
    let principal: Principal = format!("{kind}/{name}").parse().ok()?;
    let is_person = kind == "person";
    let same_teams = !is_person || seats.old.teams(name) == seats.new.teams(name);
    if same_teams && seats.untouched(principal.as_str()) {
        return None;
    }
    let slot = |role: &'a Role| Slot::Glossary(role.catalog.as_ref());
    let mut bundles = seats.bundles(principal.as_str(), [Some(&slot), Some(&slot)]);
    if is_person {
        bundles.extend(seats.team_bundles(name, &slot));
    }
    let terms = [old, new].map(|state| Terms {
        state,
        provider: None,
        platform: None,
    });
    Some(Holder {
        record: RecordId {
            kind: kind.parse().ok()?,
            name: name.into(),
        },
        principal,
        bundles,
        terms,
    })
}

/// Who comes to a team and who leaves it: a gain only where the team gives what the person had not.
fn members_of_teams(
    old: &Inventory,
    new: &Inventory,
    seats: &Seats<'_>,
    joined: &Joined<'_>,
    out: &mut Collector,
) {
    let by_team = [by_team(&joined.gained), by_team(&joined.lost)];
    let either: BTreeSet<&TeamId> = old.teams.keys().chain(new.teams.keys()).collect();
    for id in either {
        let [before, after] = [old, new].map(|inventory| {
            let team = inventory.teams.get(id);
            let members = team.map_or(&[][..], |team| &team.members);
            members.iter().collect::<BTreeSet<&PersonId>>()
        });
        let record = RecordId::new(Kind::Team, id);
        let shown = |person: &PersonId| Some(format!("person/{person}"));
        // What a team is part of gives to its members, too.
        let with_above = |half: &Half<'_>, set: &HashSet<Membership<'_>>, person: &str| {
            let mut teams = [id]
                .into_iter()
                .chain(half.all_teams.above(id.as_str()).iter().copied());
            teams.any(|team| set.contains(&(team, person)))
        };
        for person in after.difference(&before) {
            let gains = with_above(&seats.new, &joined.gained, person.as_str());
            let turn = if gains { Turn::Gained } else { Turn::Changed };
            out.value(&record, turn, Aspect::Member, None, shown(person));
        }
        for person in before.difference(&after) {
            let loses = with_above(&seats.old, &joined.lost, person.as_str());
            let turn = if loses { Turn::Lost } else { Turn::Changed };
            out.value(&record, turn, Aspect::Member, shown(person), None);
        }
        if !parts_of_team(id, [old, new], seats, &by_team, out) {
            return;
        }
    }
}

fn by_team<'a>(all: &HashSet<Membership<'a>>) -> ByTeam<'a> {
    let mut by_team = ByTeam::new();
    for (team, person) in all {
        by_team.entry(team).or_default().push(person);
    }
    by_team
}

/// Teams that become part of a team, or cease to be: a gain where any of their people gains by it. Says whether there was
/// not too much to look at.
fn parts_of_team(
    id: &TeamId,
    inventories: [&Inventory; 2],
    seats: &Seats<'_>,
    [gained, lost]: &[ByTeam<'_>; 2],
    out: &mut Collector,
) -> bool {
    let [before, after] = inventories.map(|inventory| {
        let team = inventory.teams.get(id);
        let parts = team.map_or(&[][..], |team| &team.teams);
        parts.iter().collect::<BTreeSet<&TeamId>>()
    });
    let record = RecordId::new(Kind::Team, id);
    let shown = |part: &TeamId| Some(format!("team/{part}"));
    if before == after {
        return true;
    }
    let gaining = parts_by(id, &seats.new, gained, out);
    let losing = parts_by(id, &seats.old, lost, out);
    let (Some(gaining), Some(losing)) = (gaining, losing) else {
        return false;
    };
    for part in after.difference(&before) {
        let gains = gaining.contains(part);
        let turn = if gains { Turn::Gained } else { Turn::Changed };
        out.value(&record, turn, Aspect::Part, None, shown(part));
    }
    for part in before.difference(&after) {
        let loses = losing.contains(part);
        let turn = if loses { Turn::Lost } else { Turn::Changed };
        out.value(&record, turn, Aspect::Part, shown(part), None);
    }
    true
}

/// The teams of everybody who gains or loses by a team or by what it is part of; none where they are too many to look at.
fn parts_by<'a>(
    id: &TeamId,
    half: &Half<'a>,
    by_team: &ByTeam<'_>,
    out: &mut Collector,
) -> Option<HashSet<&'a TeamId>> {
    let mut people: HashSet<&str> = HashSet::new();
    for team in half
        .all_teams
        .above(id.as_str())
        .iter()
        .copied()
        .chain([id])
    {
        let of_team = by_team.get(team).map_or(&[][..], Vec::as_slice);
        if !out.spend(1 + of_team.len()) {
            return None;
        }
        people.extend(of_team);
    }
    let mut parts = HashSet::new();
    for person in people {
        let teams = half.teams(person);
        if !out.spend(teams.len()) {
            return None;
        }
        parts.extend(teams);
    }
    Some(parts)
}

/// People who leave, or are said to leave on another day.
fn leavers(old: &Inventory, new: &Inventory, out: &mut Collector) {
    for (id, person) in &new.people {
        let Some(before) = old.people.get(id) else {
            continue;
        };
        if let Some(turn) = prolonged(before.left, person.left) {
            let [from, to] = [before.left, person.left].map(|day| day.map(|day| day.to_string()));
            let record = RecordId::new(Kind::Person, id);
            out.value(&record, turn, Aspect::Left, from, to);
        }
    }
}

/// People who are let in by accepting an invitation, or kept out by its revoking. Files know of no invitations: a side
/// without any says nothing of them.
fn invitations(old: &Inventory, new: &Inventory, out: &mut Collector) {
    if old.invitations.is_empty() || new.invitations.is_empty() {
        return;
    }
    for id in new.people.keys().filter(|id| old.people.contains_key(*id)) {
        let [before, after] = [old, new].map(|inventory| {
            let invitation = inventory.invitations.get(id);
            invitation.map(|invitation| invitation.status)
        });
        let is_in = |status: Option<InvitationStatus>| match status {
            None | Some(InvitationStatus::Accepted) => true,
            Some(InvitationStatus::Pending | InvitationStatus::Revoked) => false,
        };
        let turn = match (is_in(before), is_in(after)) {
            (false, true) => Turn::Gained,
            (true, false) => Turn::Lost,
            (true, true) | (false, false) => continue,
        };
        let [from, to] = [before, after].map(|status| status.map(|status| status.to_string()));
        let record = RecordId::new(Kind::Person, id);
        out.value(&record, turn, Aspect::Invitation, from, to);
    }
}

/// Roles that change and that nobody holds: worth knowing before somebody does.
fn idle_roles(old: &Inventory, new: &Inventory, seats: &Seats<'_>, out: &mut Collector) {
    for id in seats.idle_changed() {
        let (Some(before), Some(after)) = (old.roles.get(id), new.roles.get(id)) else {
            continue;
        };
        let record = RecordId::new(Kind::Role, id);
        let [before, after] = [before, after].map(|role| {
            let keys = role.permissions.iter();
            keys.collect::<BTreeSet<&EntitlementKey>>()
        });
        let shown = |key: &EntitlementKey| Some(key.to_string());
        for key in after.difference(&before) {
            out.value(
                &record,
                Turn::Changed,
                Aspect::RolePermission,
                None,
                shown(key),
            );
        }
        for key in before.difference(&after) {
            out.value(
                &record,
                Turn::Changed,
                Aspect::RolePermission,
                shown(key),
                None,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::parts_by;
    use crate::access::diff::change::Turn;
    use crate::access::diff::collector::Collector;
    use crate::access::diff::seats::Seats;
    use crate::access::diff::{State, compare};
    use crate::model::inventory::Inventory;
    use crate::model::record::Record;

    fn inventory(parts: &[&str], above: &[&str]) -> Inventory {
        let records = json!({
            "boundary/femo": { "kind": "tenant", "name": "FEMO" },
            "person/jo": { "name": "Jo" },
            "team/shift": { "name": "Shift", "members": ["jo"] },
            "team/idle": { "name": "Idle" },
            "team/plant": { "name": "Plant", "teams": parts },
            "team/all": { "name": "All", "teams": above },
            "role/reader": { "permissions": ["asset/view-assets"] },
            "assignment/team/all reader femo": { "principal": "team/all", "role": "reader", "at": "femo" },
        });
        let record =
            |(id, body): (&String, &Value)| Record::from_value(&id.parse().unwrap(), body.clone());
        let records = records.as_object().unwrap().iter();
        records.map(|one| record(one).unwrap()).collect()
    }

    #[test]
    fn a_part_gains_where_somebody_in_it_gains_by_the_team_or_what_is_above() {
        let turns = |old: &Inventory, new: &Inventory| -> Vec<(String, Turn)> {
            let [old, new] = [old, new].map(|inventory| State {
                inventory,
                glossary: &|_| None,
            });
            let diff = compare(&old, &new, &[]);
            assert!(diff.is_complete());
            let of_team = diff.changes.iter();
            let of_team = of_team.filter(|change| change.record.to_string() == "team/plant");
            of_team
                .map(|change| (format!("{:?}", change.what), change.turn))
                .collect()
        };
        let old = inventory(&[], &["plant"]);
        let new = inventory(&["idle", "shift"], &["plant"]);
        let turn = |found: &[(String, Turn)], part: &str| {
            let mut found = found.iter().filter(|(what, _)| what.contains(part));
            found.next().map(|(_, turn)| *turn)
        };
        let came = turns(&old, &new);
        assert_eq!(turn(&came, "team/shift"), Some(Turn::Gained));
        assert_eq!(turn(&came, "team/idle"), Some(Turn::Changed));
        let went = turns(&new, &old);
        assert_eq!(turn(&went, "team/shift"), Some(Turn::Lost));
        assert_eq!(turn(&went, "team/idle"), Some(Turn::Changed));
    }

    #[test]
    fn whom_it_looks_at_is_work_that_is_bounded() {
        let (old, new) = (inventory(&[], &[]), inventory(&["shift"], &["plant"]));
        let seats = Seats::of(&old, &new);
        let plant = new.teams.get_key_value("plant").unwrap().0;
        let by_team = [(plant, vec!["jo"])].into_iter().collect();
        let mut out = Collector::new();
        // All but ten of what may be looked at, by parts.
        assert!((0..19).all(|_| out.spend(1_000_000)) && out.spend(999_990));
        assert!(parts_by(plant, &seats.new, &by_team, &mut out).is_some());
        assert!(parts_by(plant, &seats.new, &by_team, &mut out).is_none());
    }
}
