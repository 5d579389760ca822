//! Separation of duties: pairs of permissions that nobody may hold together. The tables are data, one a glossary.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::access::DutyConflict;
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::text::Text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    catalog: CatalogName,
    conflict: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    a: EntitlementKey,
    b: EntitlementKey,
    why: Text,
}

const TEXTS: [&str; 2] = [
    include_str!("data/duties.toml"),
    include_str!("data/hub-duties.toml"),
];

/// The shipped pairs, by the glossary that they are of.
pub(super) fn shipped_duties() -> BTreeMap<CatalogName, Vec<DutyConflict>> {
    TEXTS.into_iter().map(read).collect()
}

fn read(text: &str) -> (CatalogName, Vec<DutyConflict>) {
    let file: File = toml::from_str(text).expect("the shipped duties are read by a test");
    let pairs = file.conflict.into_iter().map(|row| DutyConflict {
        a: row.a,
        b: row.b,
        why: row.why,
    });
    (file.catalog, pairs.collect())
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Policy, builtin};

    #[test]
    fn every_pair_names_two_permissions() {
        for name in ["hub", "unicmms"] {
            let known = &builtin(name).unwrap().entitlements;
            let pairs = Policy::shipped().duties(name);
            assert!((1..=64).contains(&pairs.len()));
            for pair in pairs {
                for side in [&pair.a, &pair.b] {
                    assert!(known.contains_key(side), "{side}");
                }
                assert_ne!(pair.a, pair.b);
            }
        }
        assert!(Policy::shipped().duties("factverse").is_empty());
    }
}
