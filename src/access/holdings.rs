//! Who holds which permissions where, and by what: assignments, and what accounts have of their own. An index, built once
//! for many questions. It judges nothing: whether what is held can be used, `ask` says.

use std::collections::{BTreeSet, HashMap};

use crate::access::seats::{Seat, Seats, nearest};
use crate::access::teams::Teams;
use crate::model::account::Account;
use crate::model::approval::Approval;
use crate::model::entitlement::{CatalogName, EntitlementKey, Side, is_wildcard};
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

/// A role. Its place among all is its number.
struct Rights<'a> {
    id: &'a RoleId,
    role: &'a Role,
}

/// What everybody holds.
pub struct Holdings<'a> {
    pub inventory: &'a Inventory,
    pub teams: Teams<'a>,
    roles: Vec<Rights<'a>>,
    /// The roles that hold each permission, whatever their glossary: by number, sorted.
    holding: HashMap<&'a str, Vec<u32>>,
    seats: Seats<'a>,
    /// The glossaries that the inventory uses.
    catalogs: BTreeSet<&'a CatalogName>,
    /// Whether anything that is granted is a wildcard: in a sound roll nothing is.
    has_wildcards: bool,
    /// The approvals of each account, as a principal.
    signed: HashMap<String, Vec<(&'a ApprovalKey, &'a Approval)>>,
}

impl<'a> Holdings<'a> {
    pub fn of(inventory: &'a Inventory) -> Holdings<'a> {
        let all = inventory.roles.iter();
        let roles: Vec<Rights<'a>> = all.map(|(id, role)| Rights { id, role }).collect();
        let numbers: HashMap<&str, u32> =
            roles.iter().map(|role| role.id.as_str()).zip(0..).collect();
        let mut holding: HashMap<&str, Vec<u32>> = HashMap::new();
        for (rights, number) in roles.iter().zip(0..) {
            for key in &rights.role.permissions {
                let list = holding.entry(key.as_str()).or_default();
                if list.last() != Some(&number) {
                    list.push(number);
                }
            }
        }
        let seats = Seats::of(inventory, |role| numbers.get(role.as_str()).copied());
        let mut signed: HashMap<String, Vec<_>> = HashMap::new();
        for entry in &inventory.approvals {
            let account = format!("account/{}", entry.0.account);
            signed.entry(account).or_default().push(entry);
        }
        Holdings {
            inventory,
            teams: Teams::of(inventory),
            roles,
            holding,
            seats,
            catalogs: used(inventory),
            has_wildcards: has_wildcards(inventory),
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

    /// All that a principal holds, whatever it is and wherever: its own first, then what its teams give.
    pub fn all(&self, principal: &Principal) -> Vec<Holding<'a>> {
        let mut out: Vec<Holding<'a>> = self.own(principal).collect();
        self.seated(principal, |_| true, &mut out);
        out
    }

    /// All that gives a permission of a glossary, wherever; in the order of [`all`](Holdings::all).
    pub fn all_giving(
        &self,
        principal: &Principal,
        wanted: (&CatalogName, &EntitlementKey),
    ) -> Vec<Holding<'a>> {
        let (catalog, key) = wanted;
        let own = self.own(principal);
        let own = own.filter(|held| held.is_of(catalog) && held.keys.contains(key));
        let mut out: Vec<Holding<'a>> = own.collect();
        if let Some(roles) = self.holding.get(key.as_str()) {
            let gives = |seat: &Seat<'a>| self.gives(seat, roles, principal, catalog);
            self.seated(principal, gives, &mut out);
        }
        out
    }

    /// All that is held at a boundary; in the order of [`all`](Holdings::all).
    pub fn all_reaching(&self, principal: &Principal, at: &BoundaryPath) -> Vec<Holding<'a>> {
        let own = self.own(principal).filter(|held| held.reaches(at));
        let mut out: Vec<Holding<'a>> = own.collect();
        let reaches = |seat: &Seat<'a>| seat.at.is_some_and(|held| held.holds(at));
        self.seated(principal, reaches, &mut out);
        out
    }

    /// Adds what a principal is assigned, itself and then by its teams, where the assignment passes a test.
    fn seated(
        &self,
        principal: &Principal,
        test: impl Fn(&Seat<'a>) -> bool,
        out: &mut Vec<Holding<'a>>,
    ) {
        let direct = self.seats.of_principal(principal).iter();
        let direct = direct.filter(|seat| test(seat));
        out.extend(direct.map(|seat| self.held(seat, Vec::new(), principal)));
        let climb = self.teams.climb_from(principal.parts());
        for (team, place) in climb.sorted() {
            let mut seats = self.seats.of_team(team.as_str()).iter();
            let Some(first) = seats.find(|seat| test(seat)) else {
                continue;
            };
            let way = climb.way(place);
            let more = seats.filter(|seat| test(seat));
            let all = std::iter::once(first).chain(more);
            out.extend(all.map(|seat| self.held(seat, way.clone(), principal)));
        }
    }

    /// Whether an assignment is of one of some roles, and its role is read by a glossary.
    fn gives(
        &self,
        seat: &Seat<'a>,
        roles: &[u32],
        principal: &Principal,
        catalog: &CatalogName,
    ) -> bool {
        let role = || self.roles[seat.role as usize].role;
        roles.binary_search(&seat.role).is_ok()
            && self
                .catalog(role(), principal)
                .is_none_or(|of| of == catalog)
    }

    /// What is assigned to a principal itself, from the top of the tree down: not its own lists, and not what teams give.
    pub fn assigned(&self, principal: &Principal) -> Vec<Holding<'a>> {
        let seats = self.seats.of_principal(principal).iter();
        let held = seats.map(|seat| self.held(seat, Vec::new(), principal));
        held.collect()
    }

    /// What a principal holds that gives a permission of a glossary at a boundary: its own first, then the shortest way.
    /// Looks at few assignments, however many there are.
    pub fn giving(
        &self,
        principal: &Principal,
        (catalog, key): (&CatalogName, &EntitlementKey),
        at: &BoundaryPath,
    ) -> Option<Holding<'a>> {
        let mut own = self.own(principal);
        let gives =
            |held: &Holding<'a>| held.reaches(at) && held.is_of(catalog) && held.keys.contains(key);
        if let Some(held) = own.find(gives) {
            return Some(held);
        }
        let roles = self.holding.get(key.as_str())?;
        let gives = |seat: &Seat<'a>| self.gives(seat, roles, principal, catalog);
        if let Some(seat) = nearest(self.seats.of_principal(principal), at, gives) {
            return Some(self.held(seat, Vec::new(), principal));
        }
        let mut best: Option<Holding<'a>> = None;
        let climb = self.teams.climb_from(principal.parts());
        for (team, place) in climb.sorted() {
            let Some(seat) = nearest(self.seats.of_team(team.as_str()), at, gives) else {
                continue;
            };
            let held = self.held(seat, climb.way(place), principal);
            let shorter = |known: &Holding<'a>| held.way.len() < known.way.len();
            if best.as_ref().is_none_or(shorter) {
                best = Some(held);
            }
        }
        best
    }

    /// What a principal holds at a boundary that may stand for a permission: a wildcard, and which one that is.
    pub fn doubtful(
        &self,
        principal: &Principal,
        (catalog, key): (&CatalogName, &EntitlementKey),
        at: &BoundaryPath,
    ) -> Option<(Holding<'a>, &'a EntitlementKey)> {
        if !self.has_wildcards {
            return None;
        }
        let mut here = self.all(principal).into_iter();
        here.find_map(|held| {
            let may = held.reaches(at) && held.is_of(catalog);
            let wild = held.keys.iter().find(|wild| may && wild.covers(key));
            wild.map(|wild| (held, wild))
        })
    }

    /// What an account has of its own, at each of its boundaries.
    fn own(&self, principal: &Principal) -> impl Iterator<Item = Holding<'a>> + use<'a> {
        let of = |account: &'a Account| {
            let provider = self.provider_catalog(account);
            let platform = self.platform_catalog(account);
            [
                (Side::Provider, provider, &account.permissions, account),
                (Side::Platform, platform, &account.scopes, account),
            ]
        };
        let sides = self.account(principal).map(of).into_iter().flatten();
        sides
            // What no glossary names cannot be told from what another names.
            .filter(|(_, catalog, _, _)| catalog.is_some())
            .flat_map(|(side, catalog, keys, account)| {
                account.boundary.iter().map(move |at| Holding {
                    way: Vec::new(),
                    source: Source::Own(side),
                    catalog,
                    keys,
                    at: Some(at),
                })
            })
    }

    fn held(&self, seat: &Seat<'a>, way: Vec<&'a TeamId>, principal: &Principal) -> Holding<'a> {
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
        self.catalogs.clone()
    }

    /// The roles that give a permission of a glossary, sorted.
    pub fn roles_giving(&self, catalog: &CatalogName, key: &EntitlementKey) -> Vec<&'a RoleId> {
        let roles = self.holding.get(key.as_str()).into_iter().flatten();
        let roles = roles.map(|number| &self.roles[*number as usize]);
        let of_catalog = roles.filter(|rights| {
            let of = rights.role.catalog.as_ref();
            of.is_none_or(|of| of == catalog)
        });
        of_catalog.map(|rights| rights.id).collect()
    }
}

/// Whether any role or account is granted a wildcard.
fn has_wildcards(inventory: &Inventory) -> bool {
    let roles = inventory.roles.values().map(|role| &role.permissions);
    let accounts = inventory.accounts.values();
    let own = accounts.flat_map(|account| [&account.permissions, &account.scopes]);
    let mut all = roles.chain(own).flatten();
    all.any(|key| is_wildcard(key.as_str()))
}

/// The glossaries that providers, platforms and roles name.
fn used(inventory: &Inventory) -> BTreeSet<&CatalogName> {
    let providers = inventory.providers.values();
    let providers = providers.map(|provider| &provider.catalog);
    let platforms = inventory.platforms.values();
    let platforms = platforms.map(|platform| &platform.catalog);
    let roles = inventory.roles.values().map(|role| &role.catalog);
    providers.chain(platforms).chain(roles).flatten().collect()
}
