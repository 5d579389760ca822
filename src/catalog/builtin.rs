//! The glossaries that ship with the program. A new one is a data file and a line here.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::catalog::glossary::parse;
use crate::model::entitlement::Catalog;

/// The names of the built-in glossaries, sorted.
pub const BUILTIN: &[&str] = &["atlas", "factverse", "hub", "unicmms"];

const TEXTS: [&str; BUILTIN.len()] = [
    include_str!("data/atlas.toml"),
    include_str!("data/factverse.toml"),
    include_str!("data/hub.toml"),
    include_str!("data/unicmms.toml"),
];

/// A built-in glossary by its name; read at its first use.
pub fn builtin(name: &str) -> Option<&'static Catalog> {
    static READ: [OnceLock<Catalog>; BUILTIN.len()] = [const { OnceLock::new() }; BUILTIN.len()];
    let at = BUILTIN.iter().position(|known| *known == name)?;
    let catalog = READ[at]
        .get_or_init(|| parse(TEXTS[at]).expect("the shipped glossaries are read by a test"));
    Some(catalog)
}

/// How each entitlement begins, in the shipped texts.
const HEAD: &str = "[[entitlement]]\nkey = \"";

/// A built-in glossary with some of its entitlements, for whoever asks once about few: reading all of them takes longer than
/// to answer.
pub fn builtin_some(name: &str, keys: &BTreeSet<&str>) -> Option<Catalog> {
    let at = BUILTIN.iter().position(|known| *known == name)?;
    let mut parts = TEXTS[at].split(HEAD);
    let mut some = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let key = part.split_once('"').map_or(part, |(key, _)| key);
        if keys.contains(key) {
            some.extend([HEAD, part]);
        }
    }
    Some(parse(&some).expect("a test reads the shipped glossaries entitlement by entitlement"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::access::Effect;
    use crate::model::entitlement::Side;
    use crate::model::key::slug;

    #[test]
    fn some_of_a_glossary_are_as_in_the_whole() {
        for name in BUILTIN {
            let whole = builtin(name).unwrap();
            let keys = || whole.entitlements.keys().map(|key| key.as_str());
            assert_eq!(builtin_some(name, &keys().collect()).as_ref(), Some(whole));
            for key in keys() {
                let some = builtin_some(name, &BTreeSet::from([key, "no/such"])).unwrap();
                let alone: Vec<_> = some.entitlements.iter().collect();
                assert_eq!(alone, [whole.entitlements.get_key_value(key).unwrap()]);
                assert_eq!((&some.title, some.side), (&whole.title, whole.side));
            }
        }
        assert!(builtin_some("no-such", &BTreeSet::new()).is_none());
    }

    #[test]
    fn every_built_in_glossary_reads() {
        for name in BUILTIN {
            assert!(!builtin(name).unwrap().entitlements.is_empty(), "{name}");
        }
        assert!(BUILTIN.is_sorted());
        assert!(builtin("no-such").is_none());
        assert_eq!(builtin("factverse").unwrap().side, Side::Platform);
    }

    #[test]
    fn unicmms_has_222_permissions_in_25_groups() {
        let catalog = builtin("unicmms").unwrap();
        let groups: BTreeSet<_> = catalog.entitlements.values().map(|e| &e.group).collect();
        assert_eq!((catalog.entitlements.len(), groups.len()), (222, 25));
        assert_eq!(catalog.side, Side::Provider);
    }

    #[test]
    fn of_the_hub_the_five_that_its_page_names_are_no_placeholders() {
        let catalog = builtin("hub").unwrap();
        let named = catalog.entitlements.iter().filter(|(_, e)| !e.placeholder);
        let named: Vec<_> = named
            .map(|(key, e)| (key.as_str(), e.title.as_str()))
            .collect();
        let page = [
            ("customer/create", "Create customer"),
            ("customer/edit", "Edit customer"),
            ("customer/invite", "Invite customer"),
            ("customer/revoke-invite", "Revoke invite of customer"),
            ("customer/show", "Show customer"),
        ];
        assert_eq!(named, page);
        for (key, e) in &catalog.entitlements {
            let (group, word) = key.as_str().split_once('/').unwrap();
            assert_eq!(group, slug(e.group.as_str()));
            assert!(slug(e.title.as_str()).starts_with(word.split('-').next().unwrap()));
            assert_eq!(
                e.placeholder,
                e.meaning.as_str().starts_with("Placeholder: "),
                "{key}"
            );
        }
        assert_eq!(catalog.side, Side::Platform);
    }

    #[test]
    fn no_level_lets_an_account_decide_on_access_to_the_hub() {
        let catalog = builtin("hub").unwrap();
        for key in [
            "customer/invite",
            "machine/move",
            "role-assignment/create",
            "user/invite",
        ] {
            assert_eq!(catalog.entitlements[key].effect, Effect::Admin, "{key}");
        }
        for level in crate::catalog::Policy::shipped().levels().all() {
            assert!(!level.allowed.contains(&Effect::Admin));
        }
    }

    #[test]
    fn a_unicmms_key_is_the_slugs_of_group_and_title() {
        for (key, e) in &builtin("unicmms").unwrap().entitlements {
            let made = format!("{}/{}", slug(e.group.as_str()), slug(e.title.as_str()));
            assert_eq!(key.as_str(), made);
        }
    }
}
