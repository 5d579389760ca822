//! The terms that access is judged by, from an inventory's glossaries and the policy.

use crate::access;
use crate::catalog::{Glossaries, Policy};
use crate::model::access::{ActionClass, Effect, Level, LevelPolicy, Need};
use crate::model::date::Date;
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey};

/// The glossaries of an inventory, a policy, and a day.
#[derive(Clone, Copy)]
pub struct Terms<'a> {
    pub glossaries: Glossaries<'a>,
    pub policy: &'a Policy,
    pub as_of: Date,
}

impl<'a> access::terms::Terms<'a> for Terms<'a> {
    fn glossary(&self, name: &CatalogName) -> Option<&'a Catalog> {
        self.glossaries.get(name)
    }

    fn level(&self, level: Level) -> &LevelPolicy {
        self.policy.levels().policy(level)
    }

    fn action_at(&self, level: Level, effect: Effect) -> Option<ActionClass> {
        self.policy.levels().action_at(level, effect)
    }

    fn needs_name(&self, catalog: &CatalogName, key: &EntitlementKey, level: Level) -> bool {
        let lines = self.policy.requirements(catalog.as_str()).iter();
        let mut of_key = lines.filter(|line| line.level == level && line.permission == *key);
        of_key.any(|line| line.need == Need::NeedsApproval)
    }

    fn as_of(&self) -> Date {
        self.as_of
    }
}
