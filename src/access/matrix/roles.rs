//! Principals at boundaries x roles: as they are assigned, or with those that come by teams.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::holdings::{Holdings, Source};
use crate::access::matrix::{Column, Filter, Kind, Mark, Matrix, Row};
use crate::access::presence::absence;
use crate::model::date::Date;
use crate::model::id::{BoundaryPath, Principal, RoleId};
use crate::model::inventory::Inventory;

/// The roles that principals hold at boundaries.
type Holders = BTreeMap<(Option<BoundaryPath>, Principal), BTreeMap<RoleId, Mark>>;

/// Who holds which role where: a row for each principal and boundary. Assignments without a boundary have their own row.
///
/// Of the filter, tenant, site, at, account and `all` apply.
pub fn roles(inventory: &Inventory, filter: &Filter) -> Matrix {
    let mut holders = Holders::new();
    for key in inventory.assignments.keys() {
        if is_wanted(&key.principal, filter) && filter.reaches(key.at.as_slice()) {
            let holder = (key.at.clone(), key.principal.clone());
            let held = holders.entry(holder).or_default();
            held.insert(key.role.clone(), Mark::Held);
        }
    }
    matrix(inventory, filter, holders, 0)
}

/// The same with the roles that come by teams and by teams of teams, of whoever is there on the day. An assignment without
/// a boundary gives nothing, and is left out.
pub fn roles_with_teams(holdings: &Holdings<'_>, filter: &Filter, as_of: Date) -> Matrix {
    let inventory = holdings.inventory;
    let mut holders = Holders::new();
    let mut absent = 0;
    let all = holdings.principals().into_iter();
    for principal in all.filter(|principal| is_wanted(principal, filter)) {
        let held = holdings.all(&principal).into_iter();
        let here: Vec<_> = held
            .filter_map(|held| match held.source {
                Source::Role(role, _) => Some((role, held.at?, held.way.is_empty())),
                Source::Own(_) => None,
            })
            .filter(|(_, at, _)| filter.reaches(std::slice::from_ref(*at)))
            .collect();
        if !here.is_empty() && absence(inventory, &principal, as_of).is_some() {
            absent += 1;
            continue;
        }
        for (role, at, is_own) in here {
            let holder = (Some(at.clone()), principal.clone());
            let marks = holders.entry(holder).or_default();
            let mark = marks.entry(role.clone()).or_insert(Mark::ByTeam);
            if is_own {
                *mark = Mark::Held;
            }
        }
    }
    matrix(inventory, filter, holders, absent)
}

fn is_wanted(principal: &Principal, filter: &Filter) -> bool {
    filter
        .account
        .as_ref()
        .is_none_or(|account| principal.parts() == ("account", account.as_str()))
}

fn matrix(inventory: &Inventory, filter: &Filter, holders: Holders, absent: usize) -> Matrix {
    let mut shown: BTreeSet<&RoleId> = holders.values().flat_map(BTreeMap::keys).collect();
    if filter.all {
        shown.extend(inventory.roles.keys());
    }
    let place: BTreeMap<&RoleId, usize> = shown.iter().copied().zip(0..).collect();
    let rows = holders.iter().map(|((at, principal), roles)| Row {
        name: principal.to_string(),
        provider: None,
        environment: None,
        level: None,
        status: None,
        boundary: at.iter().cloned().collect(),
        held: roles
            .iter()
            .filter_map(|(role, mark)| Some((*place.get(role)?, *mark)))
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
        absent,
    }
}
