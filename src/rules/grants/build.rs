//! The looking up: each key of an account once, each role once for each glossary that it is read by.

use std::collections::HashMap;

use crate::catalog::{Stands, standings};
use crate::model::access::Level;
use crate::model::account::Account;
use crate::model::entitlement::{CatalogName, EntitlementKey, Side};
use crate::model::id::{AccountId, RoleId};
use crate::model::key::AssignmentKey;
use crate::rules::facts::Facts;
use crate::rules::grants::{
    Granted, Grants, Holder, Line, Origin, UNLISTED, duty_bits, is_wildcard,
};

/// How many entitlements of roles are judged for one account, and in all: a role of many, assigned often, must not fill the
/// time. No roll comes near.
const MOST_OF_ONE: usize = 50_000;
const MOST: usize = 2_000_000;

/// The lines of a glossary, by key.
type Table<'a> = HashMap<&'a str, u32>;

/// A list that was looked up: its glossary, and where its first key stands.
type Looked<'a> = (Option<&'a CatalogName>, u32);

/// What is being looked up, and what has been.
pub(super) struct Builder<'f, 'a> {
    facts: &'f Facts<'a>,
    lines: Vec<Line<'a>>,
    found: Vec<u32>,
    tables: HashMap<&'a str, Table<'a>>,
    roles: HashMap<(&'a RoleId, Option<&'a CatalogName>), Looked<'a>>,
    /// How many entitlements of roles there are so far.
    spent: usize,
}

impl<'f, 'a> Builder<'f, 'a> {
    pub fn of(facts: &'f Facts<'a>) -> Builder<'f, 'a> {
        Builder {
            facts,
            lines: Vec::new(),
            found: Vec::new(),
            tables: HashMap::new(),
            roles: HashMap::new(),
            spent: 0,
        }
    }

    pub fn build(mut self) -> Grants<'a> {
        let accounts = self.facts.accounts();
        let holders = accounts
            .map(|(id, account)| self.holder(id, account))
            .collect();
        Grants {
            holders,
            lines: self.lines,
            found: self.found,
        }
    }

    fn holder(&mut self, id: &'a AccountId, account: &'a Account) -> Holder<'a> {
        let inventory = self.facts.inventory;
        let provider = inventory.providers.get(&account.provider);
        let provider = provider.and_then(|provider| provider.catalog.as_ref());
        let platform = inventory.platform_of(account);
        let platform = platform.and_then(|name| inventory.platforms.get(name));
        let platform = platform.and_then(|platform| platform.catalog.as_ref());
        let mut own = |origin, side, name, keys: &'a [EntitlementKey]| {
            let (catalog, first) = self.look_up(name, keys);
            Granted {
                origin,
                side: Some(side),
                catalog,
                keys,
                level: account.level,
                first,
            }
        };
        let permissions = own(
            Origin::Permissions,
            Side::Provider,
            provider,
            &account.permissions,
        );
        let scopes = own(Origin::Scopes, Side::Platform, platform, &account.scopes);
        let (roles, left_out) = self.roles(id, account.level, provider, platform);
        Holder {
            id,
            account,
            permissions,
            scopes,
            roles,
            left_out,
        }
    }

    /// What the roles of an account give it. A role that names no glossary is of the provider's.
    fn roles(
        &mut self,
        id: &AccountId,
        level: Level,
        provider: Option<&'a CatalogName>,
        platform: Option<&'a CatalogName>,
    ) -> (Vec<Granted<'a>>, Option<&'a AssignmentKey>) {
        let facts = self.facts;
        let mut roles: Vec<Granted<'a>> = Vec::new();
        let mut spent = 0;
        let Some(seats) = facts.seats().own.get(&("account", id.as_str())) else {
            return (roles, None);
        };
        let mut last = None;
        for seat in seats {
            // The assignments of one role stand together.
            if last.replace(seat.name) == Some(seat.name) {
                continue;
            }
            let keys = seat.role.permissions.as_slice();
            spent += keys.len() + 1;
            self.spent += keys.len() + 1;
            if spent > MOST_OF_ONE || self.spent > MOST {
                return (roles, Some(seat.id));
            }
            let name = seat.role.catalog.as_ref().or(provider);
            let known = self.roles.get(&(seat.name, name)).copied();
            let (catalog, first) = known.unwrap_or_else(|| {
                let looked = self.look_up(name, keys);
                self.roles.insert((seat.name, name), looked);
                looked
            });
            let side = match name {
                name if name == provider => Some(Side::Provider),
                name if name == platform => Some(Side::Platform),
                Some(_) | None => None,
            };
            roles.push(Granted {
                origin: Origin::Role(seat.name, seat.id),
                side,
                catalog,
                keys,
                level,
                first,
            });
        }
        (roles, None)
    }

    /// Finds the line of each key in the glossary of a name.
    fn look_up(&mut self, name: Option<&'a CatalogName>, keys: &'a [EntitlementKey]) -> Looked<'a> {
        let facts = self.facts;
        let named = name.and_then(|name| Some((name, facts.glossaries.get(name)?)));
        let table = named.map(|(name, catalog)| {
            let table = self.tables.entry(name.as_str());
            &*table.or_insert_with(|| {
                let stands = standings(facts.policy, name, catalog);
                add(&mut self.lines, facts, name, stands)
            })
        });
        let first = self.found.len() as u32;
        let line = |key: &EntitlementKey| table?.get(key.as_str()).copied();
        let lines = keys.iter().map(|key| line(key).unwrap_or(UNLISTED));
        self.found.extend(lines);
        (named.map(|(name, _)| name), first)
    }
}

/// Adds the lines of a glossary.
fn add<'a>(
    lines: &mut Vec<Line<'a>>,
    facts: &Facts<'a>,
    name: &CatalogName,
    stands: Vec<Stands<'a>>,
) -> Table<'a> {
    let duties = facts.policy.duties(name.as_str());
    let mut table = Table::new();
    for stands in stands {
        let key = stands.key.as_str();
        table.insert(key, lines.len() as u32);
        lines.push(Line {
            entitlement: stands.entitlement,
            standing: stands.at,
            duties: duty_bits(duties, key),
            wildcard: is_wildcard(key),
        });
    }
    table
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Map, Value, json};

    #[test]
    fn what_is_too_much_to_look_at_is_told() {
        let mut records = Map::new();
        let keys: Vec<String> = (0..26_000).map(|n| format!("a/{n}")).collect();
        for role in ["big", "bigger"] {
            let body = json!({ "catalog": "atlas", "permissions": keys });
            records.insert(format!("role/{role}"), body);
            let seat = json!({ "principal": ACCOUNT, "role": role, "at": "femo/hawthorne" });
            records.insert(format!("assignment/{ACCOUNT} {role} femo/hawthorne"), seat);
        }
        let line = format!("level-exceeded assignment/{ACCOUNT} bigger femo/hawthorne role");
        assert!(found(Value::Object(records)).contains(&line));
    }
}
