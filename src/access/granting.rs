//! Who is granted a permission at a place or below it: an index by permission and place, for what is meant to be denied.
//!
//! It looks from the side of whoever would be let through: what a key may stand for counts, and so does what no glossary
//! explains. It asks for no approval and for no other side.

use std::collections::HashMap;

use crate::access::holdings::Holdings;
use crate::access::terms::Terms;
use crate::model::account::Account;
use crate::model::entitlement::{CatalogName, EntitlementKey, Side, is_wildcard};
use crate::model::id::{AccountId, BoundaryPath, RoleId};
use crate::model::key::AssignmentKey;
use crate::model::role::Role;

/// What is looked for: a permission of a glossary, at a place and below it.
#[derive(Clone, Copy)]
pub(super) struct Wanted<'w> {
    pub catalog: &'w CatalogName,
    pub key: &'w EntitlementKey,
    pub at: &'w BoundaryPath,
}

/// What grants it.
#[derive(Clone, Copy)]
pub(super) enum Grant<'a> {
    /// An account's own list.
    Own {
        side: Side,
        keys: &'a [EntitlementKey],
        at: &'a BoundaryPath,
    },
    Role {
        role: (&'a RoleId, &'a Role),
        id: &'a AssignmentKey,
        at: &'a BoundaryPath,
    },
}

/// A grant, and the key that may stand for what is looked for, where it is not that key itself.
pub(super) type Granted<'a> = (Grant<'a>, Option<Key<'a>>);

/// A key of a role: that of a permission, or one that may stand for it.
type Key<'a> = &'a EntitlementKey;

/// An assignment: its principal and its place.
type Seat<'a> = (&'a str, &'a BoundaryPath, &'a AssignmentKey);

/// A role that is assigned somewhere.
struct Held<'a> {
    role: (&'a RoleId, &'a Role),
    by_holder: Vec<Seat<'a>>,
    by_place: Vec<Seat<'a>>,
}

type Own<'a> = (&'a AccountId, &'a Account);

/// The index.
pub(super) struct Granting<'h, 'a> {
    holdings: &'h Holdings<'a>,
    terms: &'h dyn Terms<'a>,
    roles: Vec<Held<'a>>,
    /// The roles that list a permission.
    listing: HashMap<&'a str, (Key<'a>, Vec<u32>)>,
    /// The roles that list a key which may stand for others.
    wild: Vec<(Key<'a>, u32)>,
    own: HashMap<&'a str, Vec<Own<'a>>>,
    wild_own: Vec<(Key<'a>, Own<'a>)>,
}

impl<'h, 'a> Granting<'h, 'a> {
    pub fn of(holdings: &'h Holdings<'a>, terms: &'h dyn Terms<'a>) -> Granting<'h, 'a> {
        let inventory = holdings.inventory;
        let mut places: HashMap<&str, u32> = HashMap::new();
        let mut index = Granting {
            holdings,
            terms,
            roles: Vec::new(),
            listing: HashMap::new(),
            wild: Vec::new(),
            own: HashMap::new(),
            wild_own: Vec::new(),
        };
        for id in inventory.assignments.keys() {
            let declared = inventory.roles.get_key_value(&id.role);
            let (Some(role), Some(at)) = (declared, &id.at) else {
                continue;
            };
            let next = index.roles.len() as u32;
            let place = *places.entry(id.role.as_str()).or_insert(next);
            if place == next {
                index.add_role(role, place);
            }
            let seat = (id.principal.as_str(), at, id);
            index.roles[place as usize].by_place.push(seat);
        }
        for held in &mut index.roles {
            held.by_holder = held.by_place.clone();
            held.by_holder.sort_unstable_by_key(|seat| (seat.0, seat.1));
            held.by_place.sort_unstable_by_key(|seat| (seat.1, seat.0));
        }
        for own in &inventory.accounts {
            index.add_account(own);
        }
        index
    }

    fn add_role(&mut self, role: (&'a RoleId, &'a Role), place: u32) {
        for key in &role.1.permissions {
            if is_wildcard(key.as_str()) {
                self.wild.push((key, place));
            } else {
                let listing = self.listing.entry(key.as_str());
                listing.or_insert((key, Vec::new())).1.push(place);
            }
        }
        self.roles.push(Held {
            role,
            by_holder: Vec::new(),
            by_place: Vec::new(),
        });
    }

    fn add_account(&mut self, own: Own<'a>) {
        for key in own.1.permissions.iter().chain(&own.1.scopes) {
            match is_wildcard(key.as_str()) {
                true => self.wild_own.push((key, own)),
                false => self.own.entry(key.as_str()).or_default().push(own),
            }
        }
    }

    /// How much work it is to look for a permission, before any holder is looked at.
    pub fn roles_to_see(&self, key: &EntitlementKey) -> usize {
        let listing = self.listing.get(key.as_str());
        let listing = listing.map_or(0, |(_, roles)| roles.len());
        listing + self.wild.len() + self.wild_own.len()
    }

    /// The roles that list a permission, or a key that may stand for it, with that key.
    fn giving<'s>(
        &'s self,
        wanted: Wanted<'s>,
    ) -> impl Iterator<Item = (&'s Held<'a>, Key<'a>)> + 's {
        let listing = self.listing.get(wanted.key.as_str()).into_iter();
        let listing = listing.flat_map(|(key, roles)| roles.iter().map(|place| (*place, *key)));
        let wild = self.wild.iter();
        let wild = wild.filter(move |(key, _)| may_be(key, wanted.key));
        let all = listing.chain(wild.map(|(key, place)| (*place, *key)));
        let all = all.map(|(place, key)| (&self.roles[place as usize], key));
        all.filter(move |(held, _)| {
            let catalog = held.role.1.catalog.as_ref();
            catalog.is_none_or(|catalog| self.is_read(catalog, wanted).is_some())
        })
    }

    /// All assignments of those roles, by role and place; none for one that is read by another glossary: it was looked at.
    pub fn seats<'s>(
        &'s self,
        wanted: Wanted<'s>,
    ) -> impl Iterator<Item = Option<Granted<'a>>> + 's {
        self.giving(wanted).flat_map(move |(held, key)| {
            let seats = within(&held.by_place, wanted.at);
            seats.map(move |seat| self.granted(held, key, seat, wanted))
        })
    }

    /// An assignment of a principal itself that grants it: rather one that reaches the place than one below.
    pub fn seat_of(&self, holder: &str, wanted: Wanted<'_>) -> Option<Granted<'a>> {
        self.giving(wanted).find_map(|(held, key)| {
            let from = held.by_holder.partition_point(|seat| seat.0 < holder);
            let to = held.by_holder.partition_point(|seat| seat.0 <= holder);
            // All of a holder's assignments of a role are read alike.
            let seat = within(&held.by_holder[from..to], wanted.at).next()?;
            self.granted(held, key, seat, wanted)
        })
    }

    fn granted(
        &self,
        held: &Held<'a>,
        key: Key<'a>,
        (_, at, id): Seat<'a>,
        wanted: Wanted<'_>,
    ) -> Option<Granted<'a>> {
        let account = || self.holdings.account(&id.principal);
        // A role without a glossary has, for an account, its provider's.
        let of_provider = || self.holdings.provider_catalog(account()?);
        let catalog = held.role.1.catalog.as_ref().or_else(of_provider);
        let is_explained = catalog.map_or(Some(true), |catalog| self.is_read(catalog, wanted))?;
        let is_sure = is_explained && key == wanted.key;
        Some((held.grant(at, id), (!is_sure).then_some(key)))
    }

    /// Whether what a glossary is named for may be what is looked for; if so, whether it is sure. What nobody explains may
    /// be of any system.
    fn is_read(&self, catalog: &CatalogName, wanted: Wanted<'_>) -> Option<bool> {
        match self.terms.glossary(catalog) {
            Some(_) => (catalog == wanted.catalog).then_some(true),
            None => Some(false),
        }
    }

    /// The accounts that may have it in their own lists.
    pub fn accounts<'s>(
        &'s self,
        key: &'s EntitlementKey,
    ) -> impl Iterator<Item = &'a AccountId> + 's {
        let wild = self.wild_own.iter();
        let wild = wild.filter(move |(known, _)| may_be(known, key));
        let own = self.own.get(key.as_str()).into_iter().flatten();
        own.chain(wild.map(|(_, own)| own)).map(|own| own.0)
    }

    /// What an account's own lists grant of it.
    pub fn own_of(&self, account: &AccountId, wanted: Wanted<'_>) -> Option<Granted<'a>> {
        let body = self.holdings.inventory.accounts.get(account)?;
        let sides = [
            (
                Side::Provider,
                self.holdings.provider_catalog(body),
                &body.permissions,
            ),
            (
                Side::Platform,
                self.holdings.platform_catalog(body),
                &body.scopes,
            ),
        ];
        let mut places = body.boundary.iter();
        let at = places.find(|at| at.holds(wanted.at) || wanted.at.holds(at))?;
        let mut found = sides.into_iter().filter_map(|(side, catalog, keys)| {
            // Where no glossary explains the list, the key may be that of the system which is asked about.
            let is_explained = catalog.map_or(Some(false), |name| self.is_read(name, wanted))?;
            let mut may = keys.iter().filter(|key| may_be(key, wanted.key));
            let key = may.next()?;
            let grant = Grant::Own { side, keys, at };
            let is_sure = is_explained && keys.contains(wanted.key);
            Some((grant, (!is_sure).then_some(key)))
        });
        found.next()
    }
}

impl<'a> Held<'a> {
    fn grant(&self, at: &'a BoundaryPath, id: &'a AssignmentKey) -> Grant<'a> {
        Grant::Role {
            role: self.role,
            id,
            at,
        }
    }
}

/// The seats at a place, above it and below it, of seats that are sorted by place: looks at no others.
fn within<'s, 'a>(
    seats: &'s [Seat<'a>],
    at: &'s BoundaryPath,
) -> impl Iterator<Item = Seat<'a>> + 's {
    let path = at.as_str();
    let above = path.rmatch_indices('/').map(|(end, _)| &path[..end]);
    let reaching = std::iter::once(path).chain(above).flat_map(move |place| {
        let from = seats.partition_point(|seat| seat.1.as_str() < place);
        let here = seats[from..].iter();
        here.take_while(move |seat| seat.1.as_str() == place)
    });
    let start = format!("{path}/");
    let from = seats.partition_point(|seat| seat.1.as_str() < start.as_str());
    let below = seats[from..].iter();
    let below = below.take_while(move |seat| seat.1.as_str().starts_with(&start));
    reaching.chain(below).copied()
}

/// Whether a key is what is looked for, or a wildcard that may stand for it.
fn may_be(key: &EntitlementKey, wanted: &EntitlementKey) -> bool {
    key == wanted || key.covers(wanted)
}
