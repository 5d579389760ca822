//! Who holds which permissions where, and by what: assignments, and what accounts have of their own. An index, built once
//! for many questions. It judges nothing: whether what is held can be used, `ask` says.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::access::teams::Teams;
use crate::model::account::Account;
use crate::model::approval::Approval;
use crate::model::entitlement::{CatalogName, EntitlementKey, Side};
use crate::model::id::{BoundaryPath, Principal, RoleId, TeamId};
use crate::model::inventory::Inventory;
use crate::model::key::{ApprovalKey, AssignmentKey};
use crate::model::role::Role;

/// What gives something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source<'a> {
    /// An account's own list: permissions of its provider, or scopes of its platform.
    Own(Side),
    Role(&'a RoleId, &'a AssignmentKey),
}

/// Some permissions of one glossary, held at one boundary and below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holding<'a> {
    /// The teams by which it is held, the one that is joined first; empty where it is held directly.
    pub way: Vec<&'a TeamId>,
    pub source: Source<'a>,
    /// None where the role names no glossary: then it is read by any.
    pub catalog: Option<&'a CatalogName>,
    pub keys: &'a [EntitlementKey],
    /// None where the assignment names none: a fault that gives nothing.
    pub at: Option<&'a BoundaryPath>,
}

impl Holding<'_> {
    /// Whether it reaches a boundary.
    pub fn reaches(&self, at: &BoundaryPath) -> bool {
        self.at.is_some_and(|held| held.holds(at))
    }

    /// Whether its permissions are read by a glossary.
    pub fn is_of(&self, catalog: &CatalogName) -> bool {
        self.catalog.is_none_or(|own| own == catalog)
    }
}

/// One assignment of a principal.
#[derive(Clone, Copy)]
struct Seat<'a> {
    at: Option<&'a BoundaryPath>,
    role: u32,
    id: &'a AssignmentKey,
}

impl<'a> Seat<'a> {
    fn place(&self) -> &'a str {
        self.at.map_or("", BoundaryPath::as_str)
    }
}

/// A role, and its permissions to look up.
struct Rights<'a> {
    id: &'a RoleId,
    role: &'a Role,
    keys: HashSet<&'a str>,
}

/// What everybody holds.
pub struct Holdings<'a> {
    pub inventory: &'a Inventory,
    pub teams: Teams<'a>,
    roles: Vec<Rights<'a>>,
    /// The assignments of each principal, by place and role.
    seats: HashMap<&'a str, Vec<Seat<'a>>>,
    /// The approvals of each account, as a principal.
    signed: HashMap<String, Vec<(&'a ApprovalKey, &'a Approval)>>,
}

impl<'a> Holdings<'a> {
    pub fn of(inventory: &'a Inventory) -> Holdings<'a> {
        let rights = inventory.roles.iter().map(|(id, role)| Rights {
            id,
            role,
            keys: role
                .permissions
                .iter()
                .map(EntitlementKey::as_str)
                .collect(),
        });
        let roles: Vec<Rights<'a>> = rights.collect();
        let places: HashMap<&str, u32> =
            roles.iter().map(|role| role.id.as_str()).zip(0..).collect();
        let mut seats: HashMap<&str, Vec<Seat<'a>>> = HashMap::new();
        for id in inventory.assignments.keys() {
            // A role that nobody declares gives nothing; a rule reports it.
            if let Some(role) = places.get(id.role.as_str()) {
                let seat = Seat {
                    at: id.at.as_ref(),
                    role: *role,
                    id,
                };
                seats.entry(id.principal.as_str()).or_default().push(seat);
            }
        }
        for list in seats.values_mut() {
            list.sort_unstable_by_key(|seat| (seat.place(), seat.role));
        }
        let mut signed: HashMap<String, Vec<_>> = HashMap::new();
        for entry in &inventory.approvals {
            let account = format!("account/{}", entry.0.account);
            signed.entry(account).or_default().push(entry);
        }
        Holdings {
            inventory,
            teams: Teams::of(inventory),
            roles,
            seats,
            signed,
        }
    }

    /// Everybody who could hold something: people, teams and accounts, sorted.
    pub fn principals(&self) -> Vec<Principal> {
        let inventory = self.inventory;
        let people = inventory.people.keys().map(|name| format!("person/{name}"));
        let teams = inventory.teams.keys().map(|name| format!("team/{name}"));
        let accounts = inventory
            .accounts
            .keys()
            .map(|name| format!("account/{name}"));
        let all = people.chain(teams).chain(accounts);
        let all: BTreeSet<Principal> = all.filter_map(|name| name.parse().ok()).collect();
        all.into_iter().collect()
    }

    /// Whose seats count for a principal: its own, then those of its teams.
    fn sources(&self, principal: &Principal) -> Vec<Sitter<'a>> {
        let own = Sitter {
            name: principal.to_string(),
            team: None,
        };
        let (kind, name) = principal.parts();
        let teams = match kind {
            "person" => self.teams.of_person(name),
            "team" => self.teams.above(name).to_vec(),
            _ => Vec::new(),
        };
        let teams = teams.into_iter().map(|team| Sitter {
            name: format!("team/{team}"),
            team: Some(team),
        });
        std::iter::once(own).chain(teams).collect()
    }

    /// All that a principal holds, whatever it is and wherever: its own first, then what its teams give.
    pub fn all(&self, principal: &Principal) -> Vec<Holding<'a>> {
        let mut out = self.own(principal);
        for sitter in self.sources(principal) {
            let way = self.way(principal, sitter.team);
            let seats = self.seats.get(sitter.name.as_str()).into_iter().flatten();
            out.extend(seats.map(|seat| self.holding(seat, way.clone(), principal)));
        }
        out
    }

    /// What a principal holds that gives a permission of a glossary at a boundary: its own first, then the shortest way.
    /// Looks at few assignments, however many there are.
    pub fn giving(
        &self,
        principal: &Principal,
        (catalog, key): (&CatalogName, &EntitlementKey),
        at: &BoundaryPath,
    ) -> Option<Holding<'a>> {
        let own = self.own(principal).into_iter();
        let mut own = own.filter(|held| held.reaches(at) && held.is_of(catalog));
        if let Some(held) = own.find(|held| held.keys.contains(key)) {
            return Some(held);
        }
        let mut best: Option<Holding<'a>> = None;
        for sitter in self.sources(principal) {
            let Some(seats) = self.seats.get(sitter.name.as_str()) else {
                continue;
            };
            let Some(seat) = self.seat_at(seats, principal, (catalog, key), at) else {
                continue;
            };
            let held = self.holding(seat, self.way(principal, sitter.team), principal);
            if held.way.is_empty() {
                return Some(held);
            }
            let shorter = |known: &Holding<'a>| held.way.len() < known.way.len();
            if best.as_ref().is_none_or(shorter) {
                best = Some(held);
            }
        }
        best
    }

    /// The seat that gives a permission at a boundary: the nearest above it.
    fn seat_at<'s>(
        &self,
        seats: &'s [Seat<'a>],
        principal: &Principal,
        (catalog, key): (&CatalogName, &EntitlementKey),
        at: &BoundaryPath,
    ) -> Option<&'s Seat<'a>> {
        let mut place = at.as_str();
        loop {
            let from = seats.partition_point(|seat| seat.place() < place);
            let here = seats[from..]
                .iter()
                .take_while(|seat| seat.place() == place);
            let mut giving = here.filter(|seat| {
                let rights = &self.roles[seat.role as usize];
                let of = self.catalog(rights.role, principal);
                rights.keys.contains(key.as_str()) && of.is_none_or(|of| of == catalog)
            });
            if let Some(seat) = giving.next() {
                return Some(seat);
            }
            place = place.rsplit_once('/')?.0;
        }
    }

    /// What an account has of its own, at each of its boundaries.
    fn own(&self, principal: &Principal) -> Vec<Holding<'a>> {
        let Some(account) = self.account(principal) else {
            return Vec::new();
        };
        let sides = [
            (
                Side::Provider,
                self.provider_catalog(account),
                &account.permissions,
            ),
            (
                Side::Platform,
                self.platform_catalog(account),
                &account.scopes,
            ),
        ];
        let mut out = Vec::new();
        for (side, catalog, keys) in sides {
            // What no glossary names cannot be told from what another names.
            let Some(catalog) = catalog else { continue };
            out.extend(account.boundary.iter().map(|at| Holding {
                way: Vec::new(),
                source: Source::Own(side),
                catalog: Some(catalog),
                keys,
                at: Some(at),
            }));
        }
        out
    }

    fn holding(&self, seat: &Seat<'a>, way: Vec<&'a TeamId>, principal: &Principal) -> Holding<'a> {
        let rights = &self.roles[seat.role as usize];
        Holding {
            way,
            source: Source::Role(rights.id, seat.id),
            catalog: self.catalog(rights.role, principal),
            keys: &rights.role.permissions,
            at: seat.at,
        }
    }

    /// The glossary that a role is read by: its own; for an account, else that of its provider.
    fn catalog(&self, role: &'a Role, principal: &Principal) -> Option<&'a CatalogName> {
        let account = || self.account(principal);
        role.catalog
            .as_ref()
            .or_else(|| self.provider_catalog(account()?))
    }

    fn way(&self, principal: &Principal, team: Option<&'a TeamId>) -> Vec<&'a TeamId> {
        team.map_or_else(Vec::new, |team| self.teams.way(principal.parts(), team))
    }

    pub fn account(&self, principal: &Principal) -> Option<&'a Account> {
        match principal.parts() {
            ("account", name) => self.inventory.accounts.get(name),
            _ => None,
        }
    }

    /// What was approved for an account.
    pub fn approvals(
        &self,
        principal: &Principal,
    ) -> impl Iterator<Item = (&'a ApprovalKey, &'a Approval)> {
        let signed = self.signed.get(principal.as_str());
        signed.into_iter().flatten().copied()
    }

    pub fn provider_catalog(&self, account: &Account) -> Option<&'a CatalogName> {
        let provider = self.inventory.providers.get(&account.provider)?;
        provider.catalog.as_ref()
    }

    pub fn platform_catalog(&self, account: &'a Account) -> Option<&'a CatalogName> {
        let platform = self.inventory.platform_of(account)?;
        self.inventory.platforms.get(platform)?.catalog.as_ref()
    }

    /// The glossaries that the inventory uses, sorted.
    pub fn catalogs(&self) -> BTreeSet<&'a CatalogName> {
        let inventory = self.inventory;
        let providers = inventory
            .providers
            .values()
            .map(|provider| &provider.catalog);
        let platforms = inventory
            .platforms
            .values()
            .map(|platform| &platform.catalog);
        let roles = inventory.roles.values().map(|role| &role.catalog);
        providers.chain(platforms).chain(roles).flatten().collect()
    }

    /// The roles that give a permission of a glossary, sorted.
    pub fn roles_giving(&self, catalog: &CatalogName, key: &EntitlementKey) -> Vec<&'a RoleId> {
        let gives = |rights: &&Rights<'a>| {
            let of = rights.role.catalog.as_ref();
            rights.keys.contains(key.as_str()) && of.is_none_or(|of| of == catalog)
        };
        self.roles
            .iter()
            .filter(gives)
            .map(|rights| rights.id)
            .collect()
    }
}

/// Somebody whose seats count for a principal.
struct Sitter<'a> {
    name: String,
    /// The team; none of the principal itself.
    team: Option<&'a TeamId>,
}
