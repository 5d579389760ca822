//! What was found in many files, by the account that it would be: one for each system, environment, use and kind.

use std::collections::{BTreeMap, BTreeSet};

use super::known::Known;
use super::look::Site;
use crate::model::credential::CredentialKind;
use crate::model::id::AccountId;
use crate::model::key::slug;

/// A site, and the number of its file.
#[derive(Clone, Debug)]
pub struct Place {
    pub file: usize,
    pub site: Site,
}

/// An account that files speak of.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The name that it would have by the organisation's pattern.
    pub name: AccountId,
    pub kind: CredentialKind,
    pub system: Option<String>,
    pub environment: Option<String>,
    pub purpose: Option<String>,
    /// The account of the roll that it is.
    pub known: Option<AccountId>,
    /// Its places, as numbers of those that were given.
    pub places: Vec<usize>,
}

/// The longest name, in bytes, before a kind and a number.
const LONGEST: usize = 80;

/// What makes two places speak of one account.
type Same = (
    Option<String>,
    Option<String>,
    Option<String>,
    CredentialKind,
);

/// The accounts that places speak of, by name, with the pattern of names.
pub fn candidates(places: &[Place], pattern: &str, known: &Known) -> Vec<Candidate> {
    let mut by: BTreeMap<String, (Same, Vec<usize>)> = BTreeMap::new();
    for (number, place) in places.iter().enumerate() {
        let site = &place.site;
        let same = (
            site.system.clone(),
            site.environment.clone(),
            site.purpose.clone(),
            site.kind,
        );
        by.entry(format!("{same:?}"))
            .or_insert_with(|| (same, Vec::new()))
            .1
            .push(number);
    }
    let (mut found, mut taken) = (Vec::new(), BTreeSet::new());
    for ((system, environment, purpose, kind), places_of) in by.into_values() {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        let name = pattern
            .replace("{provider}", &part(&system))
            .replace("{environment}", &part(&environment))
            .replace("{workflow}", &part(&purpose))
            .replace("{site}", "");
        let name = named(&name, kind, &mut taken);
        let of_roll = places_of
            .iter()
            .find_map(|number| places[*number].site.known.as_ref());
        let of_roll = of_roll.or_else(|| known.account(&name)).cloned();
        let known = of_roll;
        found.push(Candidate {
            name,
            kind,
            system,
            environment,
            purpose,
            known,
            places: places_of,
        });
    }
    found.sort_by(|a: &Candidate, b| a.name.cmp(&b.name));
    found
}

/// A name that no other has: with the kind behind it, then with a number.
fn named(wanted: &str, kind: CredentialKind, taken: &mut BTreeSet<AccountId>) -> AccountId {
    let mut base = slug(wanted);
    base.truncate(LONGEST);
    let base = base.trim_end_matches('-');
    let base = match base.parse::<AccountId>() {
        Ok(_) => base,
        Err(_) => "account",
    };
    let numbered = (2..).map(|number| format!("{base}-{kind}-{number}"));
    let names = [base.to_owned(), format!("{base}-{kind}")].into_iter();
    let mut free = names
        .chain(numbered)
        .filter_map(|name| name.parse::<AccountId>().ok());
    let name = free.find(|name| taken.insert(name.clone()));
    name.expect("numbers do not end")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::discovery::Holds;

    fn place(system: &str, environment: Option<&str>, kind: CredentialKind) -> Place {
        let site = Site {
            line: 1,
            key: "K".to_owned(),
            kind,
            holds: Holds::Value,
            system: Some(system.to_owned()),
            by: None,
            environment: environment.map(str::to_owned),
            purpose: Some("import".to_owned()),
            known: None,
        };
        Place { file: 0, site }
    }

    #[test]
    fn one_account_may_stand_in_many_places_and_two_never_have_one_name() {
        use CredentialKind::{ApiKey, Basic};
        let places = [
            place("maximo", Some("production"), Basic),
            place("maximo", Some("production"), Basic),
            place("maximo", Some("production"), ApiKey),
            place("maximo", None, Basic),
        ];
        let pattern = "{provider}-{environment}-{workflow}-{site}";
        let found = candidates(&places, pattern, &Known::default());
        let names: Vec<_> = found
            .iter()
            .map(|it| (it.name.as_str(), it.places.len()))
            .collect();
        assert_eq!(
            names,
            [
                ("maximo-import", 1),
                ("maximo-production-import", 1),
                ("maximo-production-import-basic", 2),
            ]
        );
        let same = candidates(&places[..1], "{site}", &Known::default());
        assert_eq!(same[0].name.as_str(), "account");
    }
}
