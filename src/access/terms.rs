//! What access is judged by, beside the records: glossaries, levels, what needs an approval, and the day. Whoever asks
//! brings it.

use crate::model::access::{ActionClass, Effect, Level, LevelPolicy, Need, Requirement, Standing};
use crate::model::date::Date;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey};

/// The terms of a judgement. `'a` outlives it: the glossaries stand beside the inventory.
pub trait Terms<'a> {
    fn glossary(&self, name: &CatalogName) -> Option<&'a Catalog>;
    fn level(&self, level: Level) -> &LevelPolicy;
    /// The action class of an effect on an account of a level; none where no level covers it.
    fn action_at(&self, level: Level, effect: Effect) -> Option<ActionClass>;
    /// Where an entitlement stands at a level; none where no glossary lists it.
    fn standing(
        &self,
        catalog: &CatalogName,
        key: &EntitlementKey,
        level: Level,
    ) -> Option<Standing<'a>>;
    /// What the least-privilege map says of a glossary at a level.
    fn lines(&self, catalog: &CatalogName, level: Level) -> Vec<&'a Requirement>;
    fn as_of(&self) -> Date;

    /// Whether an account of the level may have the entitlement only by an approval that names it.
    fn needs_name(&self, catalog: &CatalogName, key: &EntitlementKey, level: Level) -> bool {
        match self.standing(catalog, key, level) {
            Some(Standing::Named(line)) => line.need == Need::NeedsApproval,
            Some(Standing::Forbidden(_) | Standing::Fits | Standing::Exceeds) | None => false,
        }
    }

    /// Whether only an approval that names the entitlement will do: as the map says so, or as it takes data out.
    fn goes_by_name(
        &self,
        (catalog, key): (&CatalogName, &EntitlementKey),
        effect: Effect,
        level: Level,
    ) -> bool {
        effect == Effect::Egress || self.needs_name(catalog, key, level)
    }

    /// Whether no approval brings the entitlement into the level: the map forbids it, or the level never allows what it
    /// does. An export alone an approval brings in, if it names it.
    fn forbids(&self, catalog: &CatalogName, key: &EntitlementKey, level: Level) -> bool {
        let never = || {
            let known = self.glossary(catalog)?.entitlements.get(key)?;
            let effect = known.effect;
            Some(effect != Effect::Egress && self.level(level).never.contains(&effect))
        };
        match self.standing(catalog, key, level) {
            Some(Standing::Forbidden(_)) => true,
            Some(Standing::Exceeds) => never().unwrap_or(false),
            Some(Standing::Named(_) | Standing::Fits) | None => false,
        }
    }
}
