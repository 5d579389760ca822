//! What access is judged by, beside the records: glossaries, levels, what needs an approval, and the day. Whoever asks
//! brings it.

use crate::model::access::{ActionClass, Effect, Level, LevelPolicy};
use crate::model::date::Date;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey};

/// The terms of a judgement. `'a` outlives it: the glossaries stand beside the inventory.
pub trait Terms<'a> {
    fn glossary(&self, name: &CatalogName) -> Option<&'a Catalog>;
    fn level(&self, level: Level) -> &LevelPolicy;
    /// The action class of an effect on an account of a level; none where no level covers it.
    fn action_at(&self, level: Level, effect: Effect) -> Option<ActionClass>;
    /// Whether an account of the level may have the entitlement only by an approval that names it.
    fn needs_name(&self, catalog: &CatalogName, key: &EntitlementKey, level: Level) -> bool;
    fn as_of(&self) -> Date;
}
