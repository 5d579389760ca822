//! The glossaries that ship with the program. A new one is a data file and a line here.

use std::sync::OnceLock;

use crate::catalog::glossary::parse;
use crate::model::entitlement::Catalog;

/// The names of the built-in glossaries, sorted.
pub const BUILTIN: &[&str] = &["atlas", "factverse", "unicmms"];

const TEXTS: [&str; 3] = [
    include_str!("data/atlas.toml"),
    include_str!("data/factverse.toml"),
    include_str!("data/unicmms.toml"),
];

/// A built-in glossary by its name; read at its first use.
pub fn builtin(name: &str) -> Option<&'static Catalog> {
    static READ: [OnceLock<Catalog>; 3] = [const { OnceLock::new() }; 3];
    let at = BUILTIN.iter().position(|known| *known == name)?;
    let catalog = READ[at]
        .get_or_init(|| parse(TEXTS[at]).expect("the shipped glossaries are read by a test"));
    Some(catalog)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::entitlement::Side;
    use crate::model::key::slug;
    use std::collections::BTreeSet;

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
    fn a_unicmms_key_is_the_slugs_of_group_and_title() {
        for (key, e) in &builtin("unicmms").unwrap().entitlements {
            let made = format!("{}/{}", slug(e.group.as_str()), slug(e.title.as_str()));
            assert_eq!(key.as_str(), made);
        }
    }
}
