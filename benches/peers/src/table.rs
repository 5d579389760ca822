//! The floor: names numbered once, and a set of roles for each pair of principal and boundary. It explains nothing.

use std::collections::HashMap;

use keyroll::model::inventory::Inventory;

use crate::{Peer, Question};

pub struct Table {
    principals: HashMap<String, u32>,
    /// The teams of each person, however far.
    teams: Vec<Vec<u32>>,
    boundaries: HashMap<String, u32>,
    above: Vec<Option<u32>>,
    /// The roles that hold a permission, a bit each.
    permissions: HashMap<String, u64>,
    roles: HashMap<(u32, u32), u64>,
}

impl Table {
    pub fn of(inventory: &Inventory) -> Table {
        let people = inventory.people.keys().map(|id| format!("person/{id}"));
        let teams = inventory.teams.keys().map(|id| format!("team/{id}"));
        let principals: HashMap<String, u32> = people.chain(teams).zip(0..).collect();
        let mut direct: Vec<Vec<u32>> = vec![Vec::new(); principals.len()];
        for (id, team) in &inventory.teams {
            let whole = principals[&format!("team/{id}")];
            let people = team.members.iter().map(|name| format!("person/{name}"));
            let parts = team.teams.iter().map(|name| format!("team/{name}"));
            for part in people.chain(parts) {
                direct[principals[&part] as usize].push(whole);
            }
        }
        let climb = |from: usize| {
            let mut all = direct[from].clone();
            let mut next = 0;
            while let Some(team) = all.get(next).copied() {
                next += 1;
                let fresh = direct[team as usize]
                    .iter()
                    .filter(|team| !all.contains(team));
                let fresh: Vec<u32> = fresh.copied().collect();
                all.extend(fresh);
            }
            all
        };
        let teams = (0..direct.len()).map(climb).collect();
        let boundaries: HashMap<String, u32> = inventory
            .boundaries
            .keys()
            .map(ToString::to_string)
            .zip(0..)
            .collect();
        let parents = inventory.boundaries.keys().map(|path| path.parent());
        let above = parents
            .map(|path| path.map(|path| boundaries[path.as_str()]))
            .collect();
        let mut permissions: HashMap<String, u64> = HashMap::new();
        let mut bits = HashMap::new();
        for ((id, role), bit) in inventory.roles.iter().zip(0..64) {
            bits.insert(id.as_str(), 1_u64 << bit);
            for key in &role.permissions {
                *permissions.entry(key.to_string()).or_default() |= 1 << bit;
            }
        }
        let mut roles: HashMap<(u32, u32), u64> = HashMap::new();
        for key in inventory.assignments.keys() {
            let Some(at) = &key.at else { continue };
            let pair = (principals[key.principal.as_str()], boundaries[at.as_str()]);
            *roles.entry(pair).or_default() |= bits[key.role.as_str()];
        }
        Table {
            principals,
            teams,
            boundaries,
            above,
            permissions,
            roles,
        }
    }
}

impl Peer for Table {
    fn allows(&self, question: &Question) -> bool {
        let (Some(who), Some(at), Some(wanted)) = (
            self.principals.get(question.principal.as_str()),
            self.boundaries.get(question.at.as_str()),
            self.permissions.get(question.permission.as_str()),
        ) else {
            return false;
        };
        let mut sitters = std::iter::once(who).chain(&self.teams[*who as usize]);
        sitters.any(|sitter| {
            let path = std::iter::successors(Some(*at), |at| self.above[*at as usize]);
            let mut roles = path.filter_map(|at| self.roles.get(&(*sitter, at)));
            roles.any(|roles| roles & wanted != 0)
        })
    }
}
