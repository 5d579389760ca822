//! Accounts x permissions of their providers, and accounts x scopes of their platforms.

use std::collections::BTreeMap;

use crate::access::matrix::{Column, Filter, Kind, Lookup, Mark, Matrix, Row, selected};
use crate::model::account::Account;
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey};
use crate::model::inventory::Inventory;

/// Accounts x permissions at the provider.
pub fn permissions(inventory: &Inventory, lookup: &Lookup, filter: &Filter) -> Matrix {
    let catalog = |account: &Account| {
        let provider = inventory.providers.get(&account.provider)?;
        provider.catalog.clone()
    };
    let held = |account: &'_ Account| account.permissions.clone();
    build(
        Kind::Permissions,
        inventory,
        lookup,
        filter,
        &catalog,
        &held,
    )
}

/// Accounts x scopes at the platform: the one that the account names, else the only one there is.
pub fn scopes(inventory: &Inventory, lookup: &Lookup, filter: &Filter) -> Matrix {
    let catalog = |account: &Account| {
        let platform = inventory.platform_of(account)?;
        inventory.platforms.get(platform)?.catalog.clone()
    };
    let held = |account: &'_ Account| account.scopes.clone();
    build(Kind::Scopes, inventory, lookup, filter, &catalog, &held)
}

/// One column for each key, whichever glossaries know it: what it does there is told cell by cell.
fn build(
    kind: Kind,
    inventory: &Inventory,
    lookup: &Lookup,
    filter: &Filter,
    catalog: &dyn Fn(&Account) -> Option<CatalogName>,
    held: &dyn Fn(&Account) -> Vec<EntitlementKey>,
) -> Matrix {
    let (accounts, retired) = selected(inventory, filter);
    let mut columns: BTreeMap<EntitlementKey, Column> = BTreeMap::new();
    let mut holders = Vec::new();
    for (name, account) in accounts {
        let known = catalog(account).as_ref().and_then(lookup);
        if let Some(known) = known.filter(|_| filter.all) {
            for key in known.entitlements.keys() {
                note(&mut columns, key, Some(known));
            }
        }
        let mut marks = BTreeMap::new();
        for key in held(account) {
            let entitlement = known.and_then(|known| known.entitlements.get(&key));
            let mark = entitlement.map_or(Mark::Unknown, |known| Mark::Effect(known.effect));
            if filter.wants_mark(mark) {
                note(&mut columns, &key, known);
                marks.insert(key, mark);
            }
        }
        holders.push((Row::of(name, account), marks));
    }
    columns.retain(|_, column| filter.wants_column(column));
    let place: BTreeMap<&EntitlementKey, usize> = columns.keys().zip(0..).collect();
    let rows = holders.into_iter().map(|(row, marks)| {
        let placed = marks
            .iter()
            .filter_map(|(key, mark)| Some((*place.get(key)?, *mark)));
        Row {
            held: placed.collect(),
            ..row
        }
    });
    Matrix {
        kind,
        rows: rows
            .filter(|row| !filter.limits_columns() || !row.held.is_empty())
            .collect(),
        columns: columns.into_values().collect(),
        retired,
        absent: 0,
    }
}

/// Adds the column of a key, or lets a glossary explain one that none has explained yet.
fn note(
    columns: &mut BTreeMap<EntitlementKey, Column>,
    key: &EntitlementKey,
    catalog: Option<&Catalog>,
) {
    match columns.get_mut(key) {
        Some(known) if known.effect.is_some() => {}
        Some(unknown) if catalog.is_some() => *unknown = column(key, catalog),
        Some(_) => {}
        None => {
            columns.insert(key.clone(), column(key, catalog));
        }
    }
}

fn column(key: &EntitlementKey, catalog: Option<&Catalog>) -> Column {
    let entitlement = catalog.and_then(|catalog| catalog.entitlements.get(key));
    Column {
        key: key.to_string(),
        group: match entitlement {
            Some(known) => known.group.to_string(),
            None => group_of_unknown(key, catalog),
        },
        title: entitlement.map_or_else(|| key.to_string(), |known| known.title.to_string()),
        effect: entitlement.map(|known| known.effect),
    }
}

/// The group that other keys with the same first part stand in; else that part itself.
fn group_of_unknown(key: &EntitlementKey, catalog: Option<&Catalog>) -> String {
    let first = |key: &EntitlementKey| {
        let text = key.as_str();
        text[..text.find(['/', '.']).unwrap_or(text.len())].to_owned()
    };
    let first_part = first(key);
    let alike = |(other, _): &(&EntitlementKey, &Entitlement)| first(other) == first_part;
    let sibling = catalog.and_then(|catalog| catalog.entitlements.iter().find(alike));
    sibling.map_or(first_part, |(_, known)| known.group.to_string())
}
