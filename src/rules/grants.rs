//! Every account's entitlements, each looked up once, so that the rules on them cost no look-up of their own.

use std::collections::HashMap;

use crate::catalog::{self, Policy, Standing};
use crate::model::access::{DutyConflict, Level};
use crate::model::account::Account;
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey, Side};
use crate::model::id::AccountId;
use crate::rules::facts::Facts;

/// Last names of a key that mean everything, whatever the glossary.
const EVERYTHING: [&str; 9] = [
    "all",
    "any",
    "everything",
    "full-access",
    "full-control",
    "manage-all",
    "manage-everything",
    "super-user",
    "superuser",
];

/// Whether a key grants everything, or everything of a group.
pub(super) fn is_wildcard(key: &str) -> bool {
    let last = key.rsplit(['/', '.', ':']).next().unwrap_or(key);
    key.contains('*') || EVERYTHING.contains(&last)
}

/// One entitlement of an account, as its glossary has it.
#[derive(Clone, Copy)]
pub(super) struct Grant<'a> {
    pub key: &'a EntitlementKey,
    /// Whether it is a wildcard; then nothing else is judged of it.
    pub wildcard: bool,
    /// None where the glossary does not list it.
    pub known: Option<Known<'a>>,
}

/// An entitlement that its glossary lists, on an account of some level.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    pub entitlement: &'a Entitlement,
    pub standing: Standing<'a>,
    /// The duty conflicts that it is the first side of, and the second: a bit each.
    pub duties: (u64, u64),
}

/// What an account may do on one side.
pub(super) struct Granted<'a> {
    /// The name of the glossary; none where no glossary is named, or none is found.
    pub catalog: Option<&'a CatalogName>,
    keys: &'a [EntitlementKey],
    level: Level,
    /// Where its first key stands among those looked up.
    first: u32,
}

/// An account and what it may do.
pub(super) struct Holder<'a> {
    pub id: &'a AccountId,
    pub account: &'a Account,
    pub permissions: Granted<'a>,
    pub scopes: Granted<'a>,
}

/// The entitlements of every account that is judged.
pub(super) struct Grants<'a> {
    pub holders: Vec<Holder<'a>>,
    lines: Vec<Line<'a>>,
    /// The line of every key of every account, one after the other; [`UNLISTED`] where there is none.
    found: Vec<u32>,
}

const UNLISTED: u32 = u32::MAX;

/// The entitlements of one side of an account, in the order of the record.
#[derive(Clone, Copy)]
pub(super) struct List<'s, 'a> {
    lines: &'s [Line<'a>],
    found: &'s [u32],
    keys: &'a [EntitlementKey],
    level: Level,
}

impl<'s, 'a> List<'s, 'a> {
    pub fn iter(self) -> impl Iterator<Item = Grant<'a>> + use<'s, 'a> {
        let found = self.keys.iter().zip(self.found);
        found.map(move |(key, line)| grant(key, self.level, self.lines.get(*line as usize)))
    }

    pub fn get(self, at: usize) -> Option<Grant<'a>> {
        self.iter().nth(at)
    }
}

/// One line of a glossary, judged at every level.
struct Line<'a> {
    entitlement: &'a Entitlement,
    standing: [Standing<'a>; Level::ALL.len()],
    duties: (u64, u64),
    wildcard: bool,
}

/// The lines of a glossary, by key.
type Table<'a> = HashMap<&'a str, u32>;

impl<'a> Grants<'a> {
    pub fn of(facts: &Facts<'a>) -> Grants<'a> {
        let mut tables: HashMap<&'a str, Table<'a>> = HashMap::new();
        let (mut lines, mut found) = (Vec::new(), Vec::new());
        let mut holders = Vec::with_capacity(facts.inventory.accounts.len());
        for (id, account) in facts.accounts() {
            let provider = facts.inventory.providers.get(&account.provider);
            let platform = facts
                .inventory
                .platform_of(account)
                .and_then(|platform| facts.inventory.platforms.get(platform));
            let mut side = |name: Option<&'a CatalogName>, keys: &'a [EntitlementKey]| {
                let named = name.and_then(|name| Some((name, facts.glossaries.get(name)?)));
                let table = named.map(|(name, catalog)| {
                    let table = tables.entry(name.as_str());
                    &*table.or_insert_with(|| add_table(&mut lines, facts.policy, name, catalog))
                });
                let first = found.len() as u32;
                let line = |key: &EntitlementKey| table?.get(key.as_str()).copied();
                found.extend(keys.iter().map(|key| line(key).unwrap_or(UNLISTED)));
                Granted {
                    catalog: named.map(|(name, _)| name),
                    keys,
                    level: account.level,
                    first,
                }
            };
            let permissions = side(
                provider.and_then(|p| p.catalog.as_ref()),
                &account.permissions,
            );
            let scopes = side(platform.and_then(|p| p.catalog.as_ref()), &account.scopes);
            holders.push(Holder {
                id,
                account,
                permissions,
                scopes,
            });
        }
        Grants {
            holders,
            lines,
            found,
        }
    }

    /// The entitlements of one side, in the order of the record.
    pub fn list(&self, granted: &Granted<'a>) -> List<'_, 'a> {
        let first = granted.first as usize;
        List {
            lines: &self.lines,
            found: &self.found[first..first + granted.keys.len()],
            keys: granted.keys,
            level: granted.level,
        }
    }

    /// Both sides of an account: the name of the field, and what stands there.
    pub fn sides<'s>(
        &'s self,
        holder: &'s Holder<'a>,
    ) -> [(&'static str, &'s Granted<'a>, List<'s, 'a>); 2] {
        [
            (
                "permissions",
                &holder.permissions,
                self.list(&holder.permissions),
            ),
            ("scopes", &holder.scopes, self.list(&holder.scopes)),
        ]
    }
}

fn grant<'a>(key: &'a EntitlementKey, level: Level, line: Option<&Line<'a>>) -> Grant<'a> {
    match line {
        Some(line) => Grant {
            key,
            wildcard: line.wildcard,
            known: Some(Known {
                entitlement: line.entitlement,
                standing: line.standing[level as usize],
                duties: line.duties,
            }),
        },
        None => Grant {
            key,
            wildcard: is_wildcard(key.as_str()),
            known: None,
        },
    }
}

/// Adds the lines of a glossary.
fn add_table<'a>(
    lines: &mut Vec<Line<'a>>,
    policy: &'a Policy,
    name: &CatalogName,
    catalog: &'a Catalog,
) -> Table<'a> {
    let duties = policy.duties(name.as_str());
    let mut table = Table::new();
    for (key, entitlement) in &catalog.entitlements {
        let at = lines.len() as u32;
        lines.push(Line {
            entitlement,
            standing: std::array::from_fn(|at| {
                let level = policy.levels().policy(Level::ALL[at]);
                catalog::by_effect(level, key, entitlement.effect, catalog.side)
            }),
            duties: duty_bits(duties, key.as_str()),
            wildcard: is_wildcard(key.as_str()),
        });
        table.insert(key.as_str(), at);
    }
    if catalog.side == Side::Provider {
        for requirement in policy.requirements(name.as_str()) {
            if let Some(at) = table.get(requirement.permission.as_str()) {
                let line = &mut lines[*at as usize];
                line.standing[requirement.level as usize] = Standing::of(requirement);
            }
        }
    }
    table
}

/// The conflicts that a permission is the first side of, and the second: a bit each, in their order.
pub(super) fn duty_bits(duties: &[DutyConflict], key: &str) -> (u64, u64) {
    let bits = |side: fn(&DutyConflict) -> &EntitlementKey| {
        let conflicts = duties.iter().take(64).enumerate();
        conflicts
            .filter(|(_, conflict)| side(conflict).as_str() == key)
            .fold(0u64, |bits, (at, _)| bits | 1 << at)
    };
    (bits(|conflict| &conflict.a), bits(|conflict| &conflict.b))
}
