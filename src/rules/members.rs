//! The people of a team, those of its parts too. Safe against circles and against tangles.

use std::collections::HashSet;

use crate::model::inventory::Inventory;

/// How many memberships are looked at in all, of all teams that are asked about. No roll comes near.
const MOST: usize = 2_000_000;

/// Looks teams up, and remembers what that has cost.
pub(super) struct Members<'a> {
    inventory: &'a Inventory,
    spent: usize,
}

impl<'a> Members<'a> {
    pub fn of(inventory: &'a Inventory) -> Members<'a> {
        Members {
            inventory,
            spent: 0,
        }
    }

    /// Everybody in a team, each once, its own members first; none where the team is unknown, or too much was looked at:
    /// `team-circle` tells of such tangles.
    pub fn people(&mut self, team: &str) -> Option<Vec<&'a str>> {
        let (name, _) = self.inventory.teams.get_key_value(team)?;
        let mut open = vec![name.as_str()];
        let mut seen: HashSet<&str> = open.iter().copied().collect();
        let (mut people, mut named) = (Vec::new(), HashSet::new());
        let mut next = 0;
        while let Some(name) = open.get(next) {
            next += 1;
            let Some(team) = self.inventory.teams.get(*name) else {
                continue;
            };
            self.spent += 1 + team.members.len() + team.teams.len();
            if self.spent > MOST {
                return None;
            }
            let members = team.members.iter().map(|member| member.as_str());
            people.extend(members.filter(|member| named.insert(*member)));
            let parts = team.teams.iter().map(|part| part.as_str());
            open.extend(parts.filter(|part| seen.insert(*part)));
        }
        Some(people)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn the_people_of_a_part_are_people_of_the_whole() {
        let inventory = sample::with(json!({
            "team/site": { "name": "Site", "members": ["anna-berg"], "teams": ["shift", "unknown"] },
            "team/shift": { "name": "Shift", "members": ["jo-miller", "anna-berg"], "teams": ["site"] },
        }));
        let mut members = Members::of(&inventory);
        assert_eq!(members.people("site"), Some(vec!["anna-berg", "jo-miller"]));
        assert_eq!(members.people("nobody"), None);
    }

    #[test]
    fn a_tangle_ends() {
        let mut inventory = sample::clean();
        let names: Vec<String> = (0..3_000).map(|n| format!("t{n}")).collect();
        for (n, name) in names.iter().enumerate() {
            let part = n
                .checked_sub(1)
                .map(|before| names[before].parse().unwrap());
            let team = crate::model::party::Team {
                name: "T".parse().unwrap(),
                members: Vec::new(),
                teams: part.into_iter().collect(),
            };
            inventory.teams.insert(name.parse().unwrap(), team);
        }
        let mut members = Members::of(&inventory);
        let known = names.iter().filter(|name| members.people(name).is_some());
        assert!((100..2_900).contains(&known.count()));
    }
}
