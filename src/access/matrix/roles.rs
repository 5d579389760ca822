//! Principals at boundaries x roles.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::matrix::{Column, Filter, Kind, Mark, Matrix, Row};
use crate::model::id::{BoundaryPath, Principal, RoleId};
use crate::model::inventory::Inventory;

/// Who holds which role where: a row for each principal and boundary. Assignments without a boundary have their own row.
///
/// Of the filter, tenant, site, account and `all` apply.
pub fn roles(inventory: &Inventory, filter: &Filter) -> Matrix {
    type Holder = (Option<BoundaryPath>, Principal);
    let mut holders: BTreeMap<Holder, BTreeSet<RoleId>> = BTreeMap::new();
    let account = filter
        .account
        .as_ref()
        .map(|name| format!("account/{name}"));
    for key in inventory.assignments.keys() {
        let wanted = account
            .as_ref()
            .is_none_or(|name| key.principal.as_str() == name);
        if wanted && filter.reaches(key.at.as_slice()) {
            let holder = (key.at.clone(), key.principal.clone());
            holders.entry(holder).or_default().insert(key.role.clone());
        }
    }
    let mut shown: BTreeSet<&RoleId> = holders.values().flatten().collect();
    if filter.all {
        shown.extend(inventory.roles.keys());
    }
    let place: BTreeMap<&RoleId, usize> = shown.iter().copied().zip(0..).collect();
    let rows = holders.iter().map(|((at, principal), roles)| Row {
        name: principal.to_string(),
        provider: None,
        environment: None,
        level: None,
        boundary: at.iter().cloned().collect(),
        held: roles
            .iter()
            .filter_map(|role| Some((*place.get(role)?, Mark::Held)))
            .collect(),
    });
    let column = |role: &&RoleId| Column {
        key: role.to_string(),
        group: String::new(),
        title: role.to_string(),
        effect: None,
    };
    Matrix {
        kind: Kind::Roles,
        rows: rows.collect(),
        columns: shown.iter().map(column).collect(),
        retired: 0,
    }
}
