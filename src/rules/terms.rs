//! The terms that access is judged by, from an inventory's glossaries and the policy.

use crate::access;
use crate::catalog::{self, Glossaries, Policy};
use crate::model::access::{ActionClass, Effect, Level, LevelPolicy, Requirement, Standing};
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

    fn standing(
        &self,
        catalog: &CatalogName,
        key: &EntitlementKey,
        level: Level,
    ) -> Option<Standing<'a>> {
        let glossary = self.glossaries.get(catalog)?;
        catalog::standing(self.policy, (catalog, glossary), key, level)
    }

    fn lines(&self, catalog: &CatalogName, level: Level) -> Vec<&'a Requirement> {
        let lines = self.policy.requirements(catalog.as_str()).iter();
        lines.filter(|line| line.level == level).collect()
    }

    fn as_of(&self) -> Date {
        self.as_of
    }
}
