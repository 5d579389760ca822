//! Who is assigned which role where, and who is in which team, in both inventories side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::access::diff::holder::{Bundle, Part, Slot, Via};
use crate::access::diff::places::Spot;
use crate::access::teams::Teams;
use crate::model::id::{AccountId, RoleId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::role::Role;

/// The assignments of one principal: role and place, sorted.
type Assigned<'a> = Vec<(&'a RoleId, Spot<'a>)>;

/// What one of the two inventories says.
pub(super) struct Half<'a> {
    inventory: &'a Inventory,
    assigned: HashMap<&'a str, Assigned<'a>>,
    /// The teams of each person, however far, sorted.
    teams: HashMap<&'a str, Vec<&'a TeamId>>,
    /// The same, and which teams are parts of which.
    pub all_teams: Teams<'a>,
}

/// What both say.
pub(super) struct Seats<'a> {
    pub old: Half<'a>,
    pub new: Half<'a>,
    /// Roles that are not the same in both.
    changed: HashSet<&'a RoleId>,
}

impl<'a> Half<'a> {
    fn of(inventory: &'a Inventory) -> Half<'a> {
        let mut assigned: HashMap<&str, Assigned<'a>> = HashMap::new();
        for key in inventory.assignments.keys() {
            let of_principal = assigned.entry(key.principal.as_str()).or_default();
            of_principal.push((&key.role, key.at.as_ref()));
        }
        let all = Teams::of(inventory);
        let of_person = |person| (person, all.of_person(person));
        let teams = all.persons().map(of_person).collect();
        Half {
            inventory,
            assigned,
            teams,
            all_teams: all,
        }
    }

    /// What a principal is assigned itself.
    pub fn assigned(&self, principal: &str) -> &[(&'a RoleId, Spot<'a>)] {
        self.assigned.get(principal).map_or(&[], Vec::as_slice)
    }

    /// The roles that an account is assigned.
    pub fn assigned_to(&self, account: &AccountId) -> impl Iterator<Item = &'a RoleId> {
        let assigned = self.assigned(&format!("account/{account}")).iter();
        assigned.map(|(role, _)| *role)
    }

    pub fn teams(&self, person: &str) -> &[&'a TeamId] {
        self.teams.get(person).map_or(&[], Vec::as_slice)
    }

    pub fn principals(&self) -> impl Iterator<Item = &'a str> {
        self.assigned.keys().copied()
    }

    pub fn members(&self) -> impl Iterator<Item = &'a str> {
        self.teams.keys().copied()
    }

    fn part(
        &self,
        role: &RoleId,
        at: Vec<Spot<'a>>,
        slot: &dyn Fn(&'a Role) -> Slot<'a>,
    ) -> Option<Part<'a>> {
        let role = self.inventory.roles.get(role).filter(|_| !at.is_empty())?;
        Some(Part {
            slot: slot(role),
            keys: &role.permissions,
            at,
        })
    }
}

impl<'a> Seats<'a> {
    pub fn of(old: &'a Inventory, new: &'a Inventory) -> Seats<'a> {
        let either = old.roles.keys().chain(new.roles.keys());
        let same = |role: &RoleId| match (old.roles.get(role), new.roles.get(role)) {
            (Some(old), Some(new)) => {
                old.catalog == new.catalog && old.permissions == new.permissions
            }
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        Seats {
            changed: either.filter(|role| !same(role)).collect(),
            old: Half::of(old),
            new: Half::of(new),
        }
    }

    /// Whether a principal is assigned the same roles at the same places in both, and these are the same roles.
    pub fn untouched(&self, principal: &str) -> bool {
        let (old, new) = (self.old.assigned(principal), self.new.assigned(principal));
        old == new && !old.iter().any(|(role, _)| self.changed.contains(role))
    }

    /// The roles that changed and that nobody is assigned in either.
    pub fn idle_changed(&self) -> BTreeSet<&'a RoleId> {
        let assigned = |half: &Half<'a>| -> HashSet<&'a RoleId> {
            let all = half.assigned.values().flatten();
            all.map(|(role, _)| *role).collect()
        };
        let (old, new) = (assigned(&self.old), assigned(&self.new));
        let idle = |role: &&&RoleId| !old.contains(**role) && !new.contains(**role);
        self.changed.iter().filter(idle).copied().collect()
    }

    /// What a principal holds by roles of its own, one bundle a role. `slots` says what a role's permissions are of, in
    /// the old inventory and in the new one; none where the principal holds nothing there.
    pub fn bundles(&self, principal: &str, slots: [Option<&SlotOf<'a, '_>>; 2]) -> Vec<Bundle<'a>> {
        self.of_principal(principal, slots, [true, true], Via::Role)
    }

    /// What a person holds by teams, one bundle a team and role.
    pub fn team_bundles(&self, person: &str, slot: &SlotOf<'a, '_>) -> Vec<Bundle<'a>> {
        let (old, new) = (self.old.teams(person), self.new.teams(person));
        let either: BTreeSet<&'a TeamId> = old.iter().chain(new).copied().collect();
        let mut bundles = Vec::new();
        for team in either {
            let member = [old, new].map(|teams| teams.binary_search(&team).is_ok());
            let name = format!("team/{team}");
            let lasting = member == [true, true];
            let via = |role| Via::Team {
                team,
                role,
                lasting,
            };
            bundles.extend(self.of_principal(&name, [Some(slot), Some(slot)], member, via));
        }
        bundles
    }

    fn of_principal(
        &self,
        principal: &str,
        slots: [Option<&SlotOf<'a, '_>>; 2],
        counts: [bool; 2],
        via: impl Fn(&'a RoleId) -> Via<'a>,
    ) -> Vec<Bundle<'a>> {
        let mut roles: BTreeMap<&'a RoleId, [Vec<Spot<'a>>; 2]> = BTreeMap::new();
        for (at, half) in [&self.old, &self.new].into_iter().enumerate() {
            if counts[at] {
                for (role, spot) in half.assigned(principal) {
                    roles.entry(role).or_default()[at].push(*spot);
                }
            }
        }
        let bundle = |(role, [old, new]): (&'a RoleId, [Vec<Spot<'a>>; 2])| Bundle {
            via: via(role),
            old: slots[0].and_then(|slot| self.old.part(role, old, slot)),
            new: slots[1].and_then(|slot| self.new.part(role, new, slot)),
        };
        roles.into_iter().map(bundle).collect()
    }
}

/// What a role's permissions are of.
pub(super) type SlotOf<'a, 's> = dyn Fn(&'a Role) -> Slot<'a> + 's;
