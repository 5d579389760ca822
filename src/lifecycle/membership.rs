//! Which teams somebody is in, and whether anybody is in a team, parts of teams included. Each team is looked at once, so
//! that circles and tangles end.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::id::{PersonId, TeamId};
use crate::model::party::Team;

/// The teams by name.
pub type Teams = BTreeMap<TeamId, Team>;

/// The teams that list a person, by name.
pub fn joined<'a>(teams: &'a Teams, person: &PersonId) -> Vec<&'a TeamId> {
    let listing = teams
        .iter()
        .filter(|(_, team)| team.members.contains(person));
    listing.map(|(id, _)| id).collect()
}

/// Every team that a person is in: those that list them, and the teams that these are parts of.
pub fn teams_of<'a>(teams: &'a Teams, person: &PersonId) -> BTreeSet<&'a TeamId> {
    let mut above: HashMap<&TeamId, Vec<&TeamId>> = HashMap::new();
    for (id, team) in teams {
        for part in &team.teams {
            above.entry(part).or_default().push(id);
        }
    }
    let mut open = joined(teams, person);
    let mut found = BTreeSet::new();
    while let Some(team) = open.pop() {
        if found.insert(team) {
            open.extend(above.get(team).into_iter().flatten());
        }
    }
    found
}

/// Whether somebody for whom `is_there` holds is in a team.
pub fn has(teams: &Teams, team: &str, is_there: &dyn Fn(&PersonId) -> bool) -> bool {
    let mut open = vec![team];
    let mut seen = BTreeSet::from([team]);
    while let Some(team) = open.pop().and_then(|name| teams.get(name)) {
        if team.members.iter().any(is_there) {
            return true;
        }
        let parts = team.teams.iter().map(TeamId::as_str);
        // A part that is not there is of nobody, and must not end the search.
        let parts = parts.filter(|part| teams.contains_key(*part));
        open.extend(parts.filter(|part| seen.insert(part)));
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn teams() -> Teams {
        let all = json!({
            "site": { "name": "Site", "teams": ["shift", "nowhere", "night"] },
            "shift": { "name": "Shift", "members": ["jo"], "teams": ["site"] },
            "night": { "name": "Night", "members": ["max"] },
            "empty": { "name": "Empty" },
        });
        serde_json::from_value(all).unwrap()
    }

    #[test]
    fn whoever_is_in_a_part_is_in_the_whole_and_circles_end() {
        let teams = teams();
        let of = |person: &str| {
            let found = teams_of(&teams, &person.parse().unwrap());
            found.iter().map(|id| id.to_string()).collect::<Vec<_>>()
        };
        assert_eq!(of("jo"), ["shift", "site"]);
        assert_eq!(of("max"), ["night", "shift", "site"]);
        assert_eq!(of("eve"), [""; 0]);
    }

    #[test]
    fn a_team_has_the_people_of_its_parts() {
        let teams = teams();
        let has = |team: &str, who: &[&str]| {
            super::has(&teams, team, &|person| who.contains(&person.as_str()))
        };
        assert!(has("site", &["max"]) && has("shift", &["max"]) && has("night", &["max"]));
        assert!(!has("night", &["jo"]) && !has("empty", &["jo"]) && !has("nowhere", &["jo"]));
    }
}
