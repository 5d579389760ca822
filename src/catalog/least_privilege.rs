//! The least-privilege map: what each level says of single permissions. The table is data.

use serde::Deserialize;

use crate::model::access::{Level, Need, Requirement};
use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::text::Text;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    catalog: CatalogName,
    requirement: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    level: Level,
    permission: EntitlementKey,
    need: Need,
    why: Text,
}

/// The shipped lines, and the glossary that they are of.
pub(super) fn shipped_requirements() -> (CatalogName, Vec<Requirement>) {
    let file: File = toml::from_str(include_str!("data/least-privilege.toml"))
        .expect("the shipped map is read by a test");
    let lines = file.requirement.into_iter().map(|row| Requirement {
        level: row.level,
        permission: row.permission,
        need: row.need,
        why: row.why,
    });
    (file.catalog, lines.collect())
}

#[cfg(test)]
mod tests {
    use crate::catalog::{Policy, builtin};
    use std::collections::BTreeSet;

    #[test]
    fn every_line_names_a_permission_once_a_level() {
        let known = &builtin("unicmms").unwrap().entitlements;
        let mut seen = BTreeSet::new();
        for line in Policy::shipped().requirements("unicmms") {
            assert!(known.contains_key(&line.permission), "{}", line.permission);
            assert!(
                seen.insert((line.level, &line.permission)),
                "{} twice at {}",
                line.permission,
                line.level
            );
        }
        assert!(Policy::shipped().requirements("atlas").is_empty());
    }
}
