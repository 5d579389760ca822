//! People and teams: what their roles let them do before and after, and who comes and goes.

use std::collections::{BTreeSet, HashSet};

use crate::access::diff::State;
use crate::access::diff::account::prolonged;
use crate::access::diff::change::{Aspect, Turn};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::{Holder, Slot, Terms};
use crate::access::diff::seats::{Half, Seats};
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{PersonId, Principal, TeamId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::model::role::Role;

/// A team, and the name of a person.
type Membership<'a> = (&'a TeamId, &'a str);

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
        parts_of_team(id, [old, new], seats, joined, out);
    }
}

/// Teams that become part of a team, or cease to be: a gain where any of their people gains by it.
fn parts_of_team(
    id: &TeamId,
    inventories: [&Inventory; 2],
    seats: &Seats<'_>,
    joined: &Joined<'_>,
    out: &mut Collector,
) {
    let [before, after] = inventories.map(|inventory| {
        let team = inventory.teams.get(id);
        let parts = team.map_or(&[][..], |team| &team.teams);
        parts.iter().collect::<BTreeSet<&TeamId>>()
    });
    let record = RecordId::new(Kind::Team, id);
    let shown = |part: &TeamId| Some(format!("team/{part}"));
    // Whether anybody who is in the part gains or loses by this team or by what it is part of.
    let any = |half: &Half<'_>, part: &TeamId, set: &HashSet<Membership<'_>>| {
        let above = half.all_teams.above(id.as_str());
        set.iter().any(|(team, person)| {
            (*team == id || above.contains(team)) && half.teams(person).contains(&part)
        })
    };
    for part in after.difference(&before) {
        let gains = any(&seats.new, part, &joined.gained);
        let turn = if gains { Turn::Gained } else { Turn::Changed };
        out.value(&record, turn, Aspect::Part, None, shown(part));
    }
    for part in before.difference(&after) {
        let loses = any(&seats.old, part, &joined.lost);
        let turn = if loses { Turn::Lost } else { Turn::Changed };
        out.value(&record, turn, Aspect::Part, shown(part), None);
    }
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
