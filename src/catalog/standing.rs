//! Where one entitlement stands at one access level: the order of judgement, in one place.

use crate::model::access::{Effect, LevelPolicy, Need, Requirement};
use crate::model::entitlement::{EntitlementKey, Side};

/// Where an entitlement stands at a level.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing<'p> {
    /// The least-privilege map forbids it.
    Forbidden(&'p Requirement),
    /// The map names it: required, optional, or allowed with an approval (which is judged elsewhere).
    Named(&'p Requirement),
    /// Nothing names it, and its effect fits the level.
    Fits,
    /// Nothing names it, and its effect is beyond the level.
    Exceeds,
}

impl<'p> Standing<'p> {
    /// Whether the level may have it.
    pub fn is_allowed(self) -> bool {
        match self {
            Standing::Named(_) | Standing::Fits => true,
            Standing::Forbidden(_) | Standing::Exceeds => false,
        }
    }

    /// The standing that a line of the map gives.
    pub fn of(line: &'p Requirement) -> Standing<'p> {
        match line.need {
            Need::Forbidden => Standing::Forbidden(line),
            Need::Required | Need::Optional | Need::NeedsApproval => Standing::Named(line),
        }
    }
}

/// The standing of an entitlement that the map does not name.
///
/// For a platform scope first whether the level lists it; then its effect. Where a level does not write at the provider, a
/// provider permission must be read.
pub fn by_effect(
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
    use crate::catalog::{Policy, builtin};
    use crate::model::access::Level;

    fn at(level: Level, catalog: &str, key: &str) -> Standing<'static> {
        let glossary = builtin(catalog).unwrap();
        let policy = Policy::shipped();
        let (key, entitlement) = glossary.entitlements.get_key_value(key).unwrap();
        let lines = policy.requirements(catalog).iter();
        let mut named = lines.filter(|line| line.level == level && line.permission == *key);
        let level = policy.levels().policy(level);
        named.next().map_or_else(
            || by_effect(level, key, entitlement.effect, glossary.side),
            Standing::of,
        )
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
