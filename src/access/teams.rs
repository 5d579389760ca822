//! Which teams a person or team is in, however far: teams are parts of teams. Safe against circles and against tangles.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::model::id::TeamId;
use crate::model::inventory::Inventory;

/// How many memberships are followed in all, so that a tangle of teams does not fill the time. No roll comes near.
const MOST: usize = 2_000_000;

/// The teams of everybody.
pub struct Teams<'a> {
    /// The teams that each team is a part of itself, sorted.
    parts: HashMap<&'a str, Vec<&'a TeamId>>,
    /// All teams above each team, nearest first.
    above: HashMap<&'a str, Vec<&'a TeamId>>,
    /// The teams that each person is a member of itself, sorted.
    members: HashMap<&'a str, Vec<&'a TeamId>>,
    /// Teams that are part of themselves, sorted.
    pub circles: Vec<&'a TeamId>,
    /// The team at which following ended, where there are too many: then nobody is in more teams than were joined, and
    /// whoever asks has to say so.
    pub left_out: Option<&'a TeamId>,
}

/// The teams above somebody, in the order in which they are come to, each with the place of the one before it.
pub struct Climb<'a> {
    steps: Vec<(&'a TeamId, Option<usize>)>,
}

impl<'a> Climb<'a> {
    /// Every team with its place, by name.
    pub fn sorted(&self) -> Vec<(&'a TeamId, usize)> {
        let teams = self.steps.iter().map(|(team, _)| *team);
        let mut all: Vec<(&TeamId, usize)> = teams.zip(0..).collect();
        all.sort_unstable();
        all
    }

    /// The teams up to a place, that one the last.
    pub fn way(&self, place: usize) -> Vec<&'a TeamId> {
        let before =
            |(_, place): &(&TeamId, Option<usize>)| place.and_then(|at| self.steps.get(at));
        let steps = std::iter::successors(self.steps.get(place), |step| before(step));
        let mut way: Vec<&TeamId> = steps.map(|(team, _)| *team).collect();
        way.reverse();
        way
    }
}

impl<'a> Teams<'a> {
    pub fn of(inventory: &'a Inventory) -> Teams<'a> {
        let mut parts: HashMap<&str, Vec<&TeamId>> = HashMap::new();
        let mut members: HashMap<&str, Vec<&TeamId>> = HashMap::new();
        for (id, team) in &inventory.teams {
            for member in &team.members {
                push(&mut members, member.as_str(), id);
            }
            for part in &team.teams {
                push(&mut parts, part.as_str(), id);
            }
        }
        let mut teams = Teams {
            parts,
            above: HashMap::new(),
            members,
            circles: Vec::new(),
            left_out: None,
        };
        teams.climb(inventory);
        teams
    }

    fn climb(&mut self, inventory: &'a Inventory) {
        let mut spent = 0;
        let mut heights = HashMap::new();
        for id in inventory.teams.keys() {
            if !self.parts.contains_key(id.as_str()) {
                continue;
            }
            let mut seen: BTreeSet<&TeamId> = BTreeSet::new();
            let mut all: Vec<&TeamId> = Vec::new();
            let mut from = id;
            let mut next = 0;
            loop {
                for team in self.directly(from) {
                    spent += 1;
                    if seen.insert(team) {
                        all.push(team);
                    }
                }
                if spent > MOST {
                    return self.give_up(id);
                }
                let Some(team) = all.get(next) else { break };
                (from, next) = (team, next + 1);
            }
            if seen.contains(id) {
                self.circles.push(id);
                all.retain(|team| *team != id);
            }
            heights.insert(id, all.len());
            self.above.insert(id.as_str(), all);
        }
        for joined in self.members.values() {
            let above = |team: &&TeamId| heights.get(*team).map_or(1, |height| height + 1);
            spent += joined.iter().map(above).sum::<usize>();
            if let Some(team) = joined.last().filter(|_| spent > MOST) {
                return self.give_up(team);
            }
        }
    }

    fn give_up(&mut self, at: &'a TeamId) {
        self.left_out = Some(at);
        self.above.clear();
    }

    fn directly(&self, team: &TeamId) -> &[&'a TeamId] {
        self.parts_of(team.as_str())
    }

    /// The teams that a team is a part of itself.
    fn parts_of(&self, team: &str) -> &[&'a TeamId] {
        self.parts.get(team).map_or(&[], Vec::as_slice)
    }

    /// All teams above a team, nearest first; not itself.
    pub fn above(&self, team: &str) -> &[&'a TeamId] {
        self.above.get(team).map_or(&[], Vec::as_slice)
    }

    /// The teams that a person is a member of itself, sorted.
    pub fn joined(&self, person: &str) -> &[&'a TeamId] {
        self.members.get(person).map_or(&[], Vec::as_slice)
    }

    /// Everybody who is in a team, sorted as they come.
    pub fn persons(&self) -> impl Iterator<Item = &'a str> {
        self.members.keys().copied()
    }

    /// All teams of a person: those joined and those above these, each once, sorted.
    pub fn of_person(&self, person: &str) -> Vec<&'a TeamId> {
        let joined = self.joined(person);
        let above = joined.iter().flat_map(|team| self.above(team.as_str()));
        let mut all: Vec<&TeamId> = joined.iter().chain(above).copied().collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    /// All teams of a person or team, each once, the nearest first, with the way to each.
    pub fn climb_from(&self, from: (&str, &str)) -> Climb<'a> {
        let start = match from {
            ("person", name) => self.joined(name),
            ("team", name) if self.left_out.is_none() => self.parts_of(name),
            _ => &[],
        };
        let mut climb = Climb {
            steps: Vec::with_capacity(start.len() + 4),
        };
        if start.is_empty() {
            return climb;
        }
        // A team that is part of itself is not above itself.
        let own = Some(from.1).filter(|_| from.0 == "team");
        let mut seen: HashSet<&str> = own.into_iter().collect();
        let mut next = None;
        let mut above = start;
        loop {
            for team in above {
                if seen.insert(team.as_str()) {
                    climb.steps.push((team, next));
                }
            }
            let at = next.map_or(0, |at| at + 1);
            match climb.steps.get(at) {
                // In a tangle nobody is in more teams than were joined.
                Some(_) if self.left_out.is_some() => return climb,
                Some((team, _)) => above = self.parts_of(team.as_str()),
                None => return climb,
            }
            next = Some(at);
        }
    }

    /// The way from a person or team up to a team above it: the teams on it, `to` the last; the shortest, empty where there
    /// is none.
    pub fn way(&self, from: (&str, &str), to: &TeamId) -> Vec<&'a TeamId> {
        let start: &[&'a TeamId] = match from {
            ("person", name) => self.joined(name),
            ("team", name) => self.parts.get(name).map_or(&[], Vec::as_slice),
            _ => &[],
        };
        let mut came: HashMap<&TeamId, Option<&'a TeamId>> = HashMap::new();
        let mut open: Vec<&'a TeamId> = Vec::new();
        for team in start {
            came.insert(team, None);
            open.push(team);
        }
        let mut next = 0;
        while let Some(team) = open.get(next).copied() {
            next += 1;
            if team == to {
                let mut way = vec![team];
                let mut at = team;
                while let Some(Some(before)) = came.get(at) {
                    way.push(before);
                    at = before;
                }
                way.reverse();
                return way;
            }
            for above in self.directly(team) {
                if !came.contains_key(*above) {
                    came.insert(above, Some(team));
                    open.push(above);
                }
            }
        }
        Vec::new()
    }
}

/// Adds a team to a list, once: who is named twice is one.
fn push<'a>(lists: &mut HashMap<&'a str, Vec<&'a TeamId>>, name: &'a str, team: &'a TeamId) {
    let list = lists.entry(name).or_default();
    if list.last() != Some(&team) {
        list.push(team);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::json;

    fn inventory(teams: &[(&str, &[&str], &[&str])]) -> Inventory {
        let record = |(name, members, teams): &(&str, &[&str], &[&str])| {
            let body = json!({ "name": "T", "members": members, "teams": teams });
            Record::from_value(&format!("team/{name}").parse().unwrap(), body).unwrap()
        };
        teams.iter().map(record).collect()
    }

    fn names(teams: &[&TeamId]) -> Vec<String> {
        teams.iter().map(|team| team.to_string()).collect()
    }

    #[test]
    fn a_member_of_a_part_is_in_the_whole() {
        let inventory = inventory(&[
            ("plant", &[], &["shift", "tools"]),
            ("shift", &["jo", "jo"], &[]),
            ("site", &[], &["plant"]),
            ("tools", &["jo"], &[]),
        ]);
        let teams = Teams::of(&inventory);
        assert_eq!(
            names(&teams.of_person("jo")),
            ["plant", "shift", "site", "tools"]
        );
        assert_eq!(names(teams.above("tools")), ["plant", "site"]);
        let site = "site".parse().unwrap();
        assert_eq!(
            names(&teams.way(("person", "jo"), &site)),
            ["shift", "plant", "site"]
        );
        let climb = teams.climb_from(("person", "jo"));
        for (team, place) in climb.sorted() {
            assert_eq!(climb.way(place), teams.way(("person", "jo"), team));
        }
        assert_eq!(climb.sorted().len(), 4);
        assert_eq!(names(&teams.way(("team", "plant"), &site)), ["site"]);
        assert!(teams.way(("team", "site"), &site).is_empty());
        assert!(teams.circles.is_empty() && teams.left_out.is_none());
    }

    #[test]
    fn a_circle_of_teams_ends() {
        let inventory = inventory(&[
            ("a", &["jo"], &["b"]),
            ("b", &[], &["c"]),
            ("c", &[], &["a"]),
            ("d", &[], &["a"]),
        ]);
        let teams = Teams::of(&inventory);
        assert_eq!(names(&teams.circles), ["a", "b", "c"]);
        assert_eq!(names(&teams.of_person("jo")), ["a", "b", "c", "d"]);
        let above = teams.climb_from(("team", "a")).sorted();
        let above: Vec<&TeamId> = above.into_iter().map(|(team, _)| team).collect();
        assert_eq!(names(&above), ["b", "c", "d"]);
    }

    #[test]
    fn a_tangle_of_teams_is_left_out_and_told() {
        let names: Vec<String> = (0..3_000).map(|n| format!("t{n:04}")).collect();
        let parts: Vec<Vec<&str>> = (0..3_000)
            .map(|n| {
                if n == 0 {
                    vec![]
                } else {
                    vec![names[n - 1].as_str()]
                }
            })
            .collect();
        let teams: Vec<(&str, &[&str], &[&str])> = names
            .iter()
            .zip(&parts)
            .map(|(name, parts)| (name.as_str(), &[][..], parts.as_slice()))
            .collect();
        assert!(Teams::of(&inventory(&teams)).left_out.is_some());
    }
}
