//! Where one entitlement stands at one access level: the order of judgement, in one place.

use crate::catalog::least_privilege::requirements;
use crate::catalog::level::levels;
use crate::model::access::{Effect, Level, Need, Requirement};
use crate::model::entitlement::{EntitlementKey, Side};

/// Where an entitlement stands at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The least-privilege map forbids it.
    Forbidden(&'static Requirement),
    /// The map names it: required, optional, or allowed with an approval (which is judged elsewhere).
    Named(&'static Requirement),
    /// Nothing names it, and its effect fits the level.
    Fits,
    /// Nothing names it, and its effect is beyond the level.
    Exceeds,
}

impl Standing {
    /// Whether the level may have it.
    pub fn is_allowed(self) -> bool {
        match self {
            Standing::Named(_) | Standing::Fits => true,
            Standing::Forbidden(_) | Standing::Exceeds => false,
        }
    }

    /// The standing that a line of the map gives.
    pub fn of(line: &'static Requirement) -> Standing {
        match line.need {
            Need::Forbidden => Standing::Forbidden(line),
            Need::Required | Need::Optional | Need::NeedsApproval => Standing::Named(line),
        }
    }
}

/// Where the entitlement `key` of `catalog` stands at `level`.
///
/// First what the least-privilege map says of it; then, for a platform scope, whether the level lists it; then its
/// effect. Where a level does not write at the provider, a provider permission must be read.
pub fn standing(
    level: Level,
    catalog: &str,
    key: &EntitlementKey,
    effect: Effect,
    side: Side,
) -> Standing {
    let named = requirements(catalog)
        .iter()
        .find(|line| line.level == level && line.permission == *key);
    named.map_or_else(|| by_effect(level, key, effect, side), Standing::of)
}

/// The standing of an entitlement that the map does not name.
pub fn by_effect(level: Level, key: &EntitlementKey, effect: Effect, side: Side) -> Standing {
    let policy = levels().policy(level);
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

    fn at(level: Level, catalog: &str, key: &str) -> Standing {
        let glossary = builtin(catalog).unwrap();
        let (key, entitlement) = glossary.entitlements.get_key_value(key).unwrap();
        standing(level, catalog, key, entitlement.effect, glossary.side)
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
