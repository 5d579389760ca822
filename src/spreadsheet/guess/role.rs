//! Which column is what, by the synonyms of `data/headings.toml`.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::Sure;
use super::word;
use crate::catalog::nearest;
use crate::model::access::words;
use crate::spreadsheet::headings::normalised;
use crate::spreadsheet::survey::{Seen, Survey};

words! {
    /// What a column is to a service account.
    Role {
        Account = "account",
        Identity = "identity",
        Provider = "provider",
        Environment = "environment",
        Endpoint = "endpoint",
        Hosting = "hosting",
        Tenant = "tenant",
        Site = "site",
        Level = "level",
        Workflow = "workflow",
        Purpose = "purpose",
        Permissions = "permissions",
        Scopes = "scopes",
        Kind = "kind",
        Place = "place",
        Business = "business",
        Technical = "technical",
        Rotator = "rotator",
        Expires = "expires",
        Interval = "interval",
        Rotate = "rotate",
        Revoke = "revoke",
        Consumers = "consumers",
        Sink = "sink",
        Allowlist = "allowlist",
        Gate = "gate",
        Status = "status",
        Issued = "issued",
        Rotated = "rotated",
        Seen = "seen",
        Drilled = "drilled",
        Principal = "principal",
        Given = "role",
        Family = "family",
        At = "at",
    }
}

/// A column and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    pub role: Role,
    pub at: usize,
    pub sure: Sure,
}

/// The shortest synonym that is looked for within a longer heading, in letters.
const SHORTEST: usize = 5;

/// The role of each known heading, normalised.
fn synonyms() -> &'static BTreeMap<String, Role> {
    static READ: OnceLock<BTreeMap<String, Role>> = OnceLock::new();
    READ.get_or_init(|| {
        let text = include_str!("../data/headings.toml");
        let lists: BTreeMap<String, Vec<String>> =
            toml::from_str(text).expect("the synonyms are read by a test");
        let pairs = lists.into_iter().flat_map(|(role, headings)| {
            let role: Role = role.parse().expect("the synonyms are read by a test");
            headings
                .into_iter()
                .map(move |heading| (normalised(&heading), role))
        });
        pairs.collect()
    })
}

/// The roles of the columns, each role once: the surest column has it, the first of equally sure ones.
pub fn find(survey: &Survey) -> Vec<Found> {
    let columns = survey.columns.iter().enumerate();
    let columns = columns.filter(|(_, seen)| seen.filled > 0 && !seen.is_suspect);
    let mut candidates: Vec<Found> = columns
        .filter_map(|(at, seen)| {
            let (role, sure) = by_heading(&seen.place.heading)?;
            let fits = word::fits(role, seen);
            let sure = if fits { sure } else { Sure::Doubtful };
            Some(Found { role, at, sure })
        })
        .collect();
    candidates.sort_by_key(|found| (found.sure, found.at));
    let mut found: Vec<Found> = Vec::new();
    for candidate in candidates {
        if !found.iter().any(|found| found.role == candidate.role) {
            found.push(candidate);
        }
    }
    let has = |role: Role| found.iter().any(|found| found.role == role);
    // A sheet of assignments calls the place `scope` too; in one of accounts it is the site.
    if !has(Role::Given) && !has(Role::Site) {
        found
            .iter_mut()
            .filter(|found| found.role == Role::At)
            .for_each(|found| found.role = Role::Site);
    }
    found
}

fn by_heading(heading: &str) -> Option<(Role, Sure)> {
    let name = normalised(heading);
    if let Some(role) = synonyms().get(&name) {
        return Some((*role, Sure::Sure));
    }
    // A known heading within a longer one, the longest first: `Service account (Maximo)`.
    let words: Vec<String> = heading
        .split(|c: char| !c.is_alphanumeric())
        .map(normalised)
        .collect();
    let within = synonyms().iter().filter(|(known, _)| {
        known.len() >= SHORTEST
            && (0..words.len()).any(|at| {
                words[at..].concat().starts_with(known.as_str()) && whole(&words[at..], known)
            })
    });
    let longest = within.max_by_key(|(known, _)| known.len());
    let near = || {
        let near = nearest(&name, synonyms().keys().map(String::as_str))?;
        synonyms().get_key_value(near)
    };
    longest.or_else(near).map(|(_, role)| (*role, Sure::Likely))
}

/// Whether a synonym ends where a word ends.
fn whole(words: &[String], known: &str) -> bool {
    let mut long = 0;
    words.iter().any(|word| {
        long += word.len();
        long == known.len()
    })
}

/// The column of a role.
pub fn column<'s>(survey: &'s Survey, found: &[Found], role: Role) -> Option<&'s Seen> {
    let found = found.iter().find(|found| found.role == role)?;
    survey.columns.get(found.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_synonym_is_read_and_stands_once() {
        let text = include_str!("../data/headings.toml");
        let lists: BTreeMap<String, Vec<String>> = toml::from_str(text).unwrap();
        assert_eq!(lists.len(), Role::ALL.len());
        let all: usize = lists.values().map(Vec::len).sum();
        assert_eq!(
            synonyms().len(),
            all,
            "a heading stands under two roles, or twice"
        );
    }

    #[test]
    fn headings_that_people_use_are_known() {
        for (heading, role) in [
            ("Service account", Role::Account),
            ("System", Role::Provider),
            ("Env", Role::Environment),
            ("Owner (business)", Role::Business),
            ("Technical contact", Role::Technical),
            ("Permissions", Role::Permissions),
            ("Scope/Site", Role::Site),
            ("Expiry date", Role::Expires),
            ("Last rotation", Role::Rotated),
            ("Secret location", Role::Place),
            ("SERVICE-ACCOUNT", Role::Account),
            ("Gültig bis", Role::Expires),
            ("gueltig_bis", Role::Expires),
            ("Berechtigungen", Role::Permissions),
            ("Fachlich Verantwortlich", Role::Business),
            ("Umgebung", Role::Environment),
            ("fv_scopes", Role::Scopes),
            ("rotation_days", Role::Interval),
        ] {
            assert_eq!(by_heading(heading), Some((role, Sure::Sure)), "{heading}");
        }
        assert_eq!(
            by_heading("Service account (Maximo)"),
            Some((Role::Account, Sure::Likely))
        );
        assert_eq!(by_heading("Expirydate"), Some((Role::Expires, Sure::Sure)));
        assert_eq!(
            by_heading("Expiry dat"),
            Some((Role::Expires, Sure::Likely))
        );
        assert_eq!(by_heading("Colour"), None);
    }
}
