//! Where one entitlement stands at one access level: the order of judgement, in one place.

use crate::catalog::policy::Policy;
use crate::model::access::{Effect, Level, LevelPolicy, Need, Requirement};
use crate::model::entitlement::{Catalog, CatalogName, Entitlement, EntitlementKey, Side};

pub use crate::model::access::Standing;

/// An entitlement of a glossary, and where it stands at each level, in their order.
#[derive(Clone, Copy, Debug)]
pub struct Stands<'p> {
    pub key: &'p EntitlementKey,
    pub entitlement: &'p Entitlement,
    pub at: [Standing<'p>; Level::ALL.len()],
}

/// Every entitlement of a glossary, by key: by its line of the map, else by its effect.
pub fn standings<'p>(
    policy: &'p Policy,
    name: &CatalogName,
    catalog: &'p Catalog,
) -> Vec<Stands<'p>> {
    let levels = policy.levels();
    let by_effect = |(key, entitlement): (&'p EntitlementKey, &'p Entitlement)| Stands {
        key,
        entitlement,
        at: std::array::from_fn(|at| {
            let level = levels.policy(Level::ALL[at]);
            by_effect(level, key, entitlement.effect, catalog.side)
        }),
    };
    let mut all: Vec<Stands<'p>> = catalog.entitlements.iter().map(by_effect).collect();
    let lines = match catalog.side {
        Side::Provider => policy.requirements(name.as_str()),
        Side::Platform => &[],
    };
    for line in lines {
        if let Ok(at) = all.binary_search_by(|stands| stands.key.cmp(&line.permission)) {
            let stands = &mut all[at];
            let level = levels.policy(line.level);
            stands.at[line.level as usize] = by_line(level, line, stands.entitlement.effect);
        }
    }
    all
}

/// One entitlement of a glossary at one level; none where the glossary does not list it.
pub fn standing<'p>(
    policy: &'p Policy,
    (name, catalog): (&CatalogName, &Catalog),
    key: &EntitlementKey,
    level: Level,
) -> Option<Standing<'p>> {
    let effect = catalog.entitlements.get(key)?.effect;
    let of_level = policy.levels().policy(level);
    let lines = match catalog.side {
        Side::Provider => policy.requirements(name.as_str()),
        Side::Platform => &[],
    };
    let mut own = lines
        .iter()
        .filter(|line| line.level == level && line.permission == *key);
    Some(match own.next_back() {
        Some(line) => by_line(of_level, line, effect),
        None => by_effect(of_level, key, effect, catalog.side),
    })
}

/// The standing that a line of the map gives. No line brings in what the level never allows.
fn by_line<'p>(level: &LevelPolicy, line: &'p Requirement, effect: Effect) -> Standing<'p> {
    match line.need {
        Need::Forbidden => Standing::Forbidden(line),
        Need::Required | Need::Optional | Need::NeedsApproval if is_never(level, effect) => {
            Standing::Exceeds
        }
        Need::Required | Need::Optional | Need::NeedsApproval => Standing::Named(line),
    }
}

/// Whether no approval brings an effect into a level: an export it does, if it names it.
pub(super) fn is_never(level: &LevelPolicy, effect: Effect) -> bool {
    effect != Effect::Egress && level.never.contains(&effect)
}

/// The standing of an entitlement that the map does not name.
///
/// For a platform scope first whether the level lists it; then its effect. Where a level does not write at the provider, a
/// provider permission must be read.
fn by_effect(
    policy: &LevelPolicy,
    key: &EntitlementKey,
    effect: Effect,
    side: Side,
) -> Standing<'static> {
    let fits = match side {
        Side::Provider => {
            policy.allowed.contains(&effect) && (policy.writes || effect == Effect::Read)
        }
        Side::Platform => policy.scopes.contains(key) || policy.allowed.contains(&effect),
    };
    if fits {
        Standing::Fits
    } else {
        Standing::Exceeds
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::builtin;

    fn at(level: Level, catalog: &str, key: &str) -> Standing<'static> {
        under(Policy::shipped(), level, catalog, key)
    }

    fn under<'p>(policy: &'p Policy, level: Level, catalog: &str, key: &str) -> Standing<'p> {
        let name = catalog.parse().unwrap();
        let all = standings(policy, &name, builtin(catalog).unwrap());
        let stands = all.iter().find(|stands| stands.key.as_str() == key);
        stands.unwrap().at[level as usize]
    }

    #[test]
    fn one_entitlement_stands_where_it_does_among_all() {
        let policy = Policy::shipped();
        for name in ["unicmms", "factverse"] {
            let (name, catalog) = (name.parse().unwrap(), builtin(name).unwrap());
            for stands in standings(policy, &name, catalog) {
                for level in Level::ALL {
                    let one = standing(policy, (&name, catalog), stands.key, *level);
                    assert_eq!(one, Some(stands.at[*level as usize]), "{}", stands.key);
                }
            }
        }
    }

    #[test]
    fn no_line_brings_in_what_a_level_never_allows() {
        let key = "work-order/delete-work-order";
        let mut policy = Policy::shipped().clone();
        for need in [Need::Required, Need::Optional, Need::NeedsApproval] {
            let line = |permission: &str| Requirement {
                level: Level::ReadOnlyImport,
                permission: permission.parse().unwrap(),
                need,
                why: "x".parse().unwrap(),
            };
            policy.put_requirements("unicmms", vec![line(key), line("asset/export-assets")]);
            let at = |key| under(&policy, Level::ReadOnlyImport, "unicmms", key);
            assert_eq!(at(key), Standing::Exceeds, "{need}");
            assert!(
                matches!(at("asset/export-assets"), Standing::Named(_)),
                "{need}"
            );
        }
    }

    #[test]
    fn the_map_goes_before_the_effect() {
        // Asset status is a state right, yet on an import it exceeds; on a status sync it needs an approval.
        let key = "asset/manage-asset-status";
        assert_eq!(at(Level::ReadOnlyImport, "unicmms", key), Standing::Exceeds);
        assert!(matches!(
            at(Level::StatusSync, "unicmms", key),
            Standing::Named(_)
        ));
        let key = "work-order/edit-work-order";
        assert!(matches!(
            at(Level::StatusSync, "unicmms", key),
            Standing::Forbidden(_)
        ));
        assert!(at(Level::WriteBack, "unicmms", key).is_allowed());
    }

    #[test]
    fn a_level_that_does_not_write_only_reads_at_the_provider() {
        let import = "ecm.import";
        assert_eq!(
            at(Level::AttachmentSync, "factverse", import),
            Standing::Fits
        );
        let manage = "asset/manage-asset-attachments";
        assert_eq!(
            at(Level::AttachmentSync, "unicmms", manage),
            Standing::Exceeds
        );
    }

    #[test]
    fn a_scope_that_the_level_lists_or_whose_effect_fits_is_allowed() {
        let agent = Level::AiAgentDraft;
        assert!(at(agent, "factverse", "base.action.write").is_allowed());
        assert!(at(agent, "factverse", "pdm.read").is_allowed());
        assert_eq!(
            at(agent, "factverse", "base.compute.run"),
            Standing::Exceeds
        );
    }
}
