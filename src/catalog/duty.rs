//! Separation of duties: pairs of permissions that nobody may hold together. The table is data.

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

/// The shipped pairs, and the glossary that they are of.
pub(super) fn shipped_duties() -> (CatalogName, Vec<DutyConflict>) {
    let file: File = toml::from_str(include_str!("data/duties.toml"))
        .expect("the shipped duties are read by a test");
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
        let known = &builtin("unicmms").unwrap().entitlements;
        let pairs = Policy::shipped().duties("unicmms");
        assert!((1..=64).contains(&pairs.len()));
        for pair in pairs {
            for side in [&pair.a, &pair.b] {
                assert!(known.contains_key(side), "{side}");
            }
            assert_ne!(pair.a, pair.b);
        }
        assert!(Policy::shipped().duties("factverse").is_empty());
    }
}
