//! Separation of duties: pairs of permissions that nobody may hold together. The table is data.

use std::sync::OnceLock;

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

fn table() -> &'static (CatalogName, Vec<DutyConflict>) {
    static READ: OnceLock<(CatalogName, Vec<DutyConflict>)> = OnceLock::new();
    READ.get_or_init(|| {
        let file: File = toml::from_str(include_str!("data/duties.toml"))
            .expect("the shipped duties are read by a test");
        let pairs = file.conflict.into_iter().map(|row| DutyConflict {
            a: row.a,
            b: row.b,
            why: row.why,
        });
        (file.catalog, pairs.collect())
    })
}

/// The pairs of a glossary that nobody may hold together; at most 64.
pub fn duties(catalog: &str) -> &'static [DutyConflict] {
    let (name, pairs) = table();
    if name.as_str() == catalog { pairs } else { &[] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    #[test]
    fn every_pair_names_two_permissions() {
        let known = &builtin("unicmms").unwrap().entitlements;
        let pairs = duties("unicmms");
        assert!((1..=64).contains(&pairs.len()));
        for pair in pairs {
            for side in [&pair.a, &pair.b] {
                assert!(known.contains_key(side), "{side}");
            }
            assert_ne!(pair.a, pair.b);
        }
        assert!(duties("factverse").is_empty());
    }
}
