//! The glossaries of an inventory by name: its own first, then the built-in ones.

use crate::catalog::builtin::{BUILTIN, builtin};
use crate::model::entitlement::{Catalog, CatalogName};
use crate::model::id::{PlatformId, ProviderId};
use crate::model::inventory::Inventory;

/// What finds the glossary that a provider, platform or role names.
#[derive(Clone, Copy, Debug)]
pub struct Glossaries<'a> {
    inventory: &'a Inventory,
}

impl<'a> Glossaries<'a> {
    pub fn of(inventory: &'a Inventory) -> Glossaries<'a> {
        Glossaries { inventory }
    }

    /// The glossary of a name; one of the inventory stands before a built-in one.
    pub fn get(&self, name: &CatalogName) -> Option<&'a Catalog> {
        self.inventory
            .catalogs
            .get(name)
            .or_else(|| builtin(name.as_str()))
    }

    /// The glossary that a provider names.
    pub fn of_provider(&self, provider: &ProviderId) -> Option<&'a Catalog> {
        self.get(self.inventory.providers.get(provider)?.catalog.as_ref()?)
    }

    /// The glossary that a platform names.
    pub fn of_platform(&self, platform: &PlatformId) -> Option<&'a Catalog> {
        self.get(self.inventory.platforms.get(platform)?.catalog.as_ref()?)
    }

    /// Every name that [`Glossaries::get`] answers to: the inventory's own, then the built-in ones.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        let own = self.inventory.catalogs.keys().map(CatalogName::as_str);
        own.chain(BUILTIN.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::json;

    #[test]
    fn a_glossary_of_the_inventory_stands_before_a_built_in_one() {
        let record = |id: &str, body| Record::from_value(&id.parse().unwrap(), body).unwrap();
        let own = json!({ "title": "Mine", "side": "provider", "entitlements": {} });
        let inventory: Inventory = [
            record("catalog/unicmms", own),
            record("provider/a", json!({ "catalog": "unicmms" })),
            record("provider/b", json!({ "catalog": "atlas" })),
            record("provider/c", json!({ "catalog": "./gone.toml" })),
            record("platform/p", json!({ "catalog": "factverse" })),
        ]
        .into_iter()
        .collect();
        let glossaries = Glossaries::of(&inventory);
        let title = |id: &str| {
            let found = glossaries.of_provider(&id.parse().unwrap());
            found.map(|catalog| catalog.title.as_str())
        };
        assert_eq!(title("a"), Some("Mine"));
        assert_eq!(title("b"), Some("Atlas CMMS role rights"));
        assert_eq!((title("c"), title("d")), (None, None));
        assert!(glossaries.of_platform(&"p".parse().unwrap()).is_some());
    }
}
