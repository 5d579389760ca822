//! Glossaries as they are listed, shown and searched.

use std::collections::BTreeMap;

use crate::catalog::builtin::{BUILTIN, builtin};
use crate::model::entitlement::{Catalog, Entitlement, EntitlementKey, Side};
use crate::model::inventory::Inventory;

/// One line of the list of glossaries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<'a> {
    pub name: &'a str,
    pub title: &'a str,
    pub side: Side,
    pub groups: usize,
    pub entitlements: usize,
    /// How many of them stand in for names that are not public.
    pub placeholders: usize,
    /// Whether it ships with the program.
    pub built_in: bool,
}

/// The built-in glossaries and those of the inventory, sorted by name; the inventory's stand for their namesakes.
pub fn list(inventory: &Inventory) -> Vec<Listing<'_>> {
    let mut lines = BTreeMap::new();
    for name in BUILTIN.iter().copied() {
        let catalog = builtin(name).expect("every name of the list is built in");
        lines.insert(name, listing(name, catalog, true));
    }
    for (name, catalog) in &inventory.catalogs {
        lines.insert(name.as_str(), listing(name.as_str(), catalog, false));
    }
    lines.into_values().collect()
}

fn listing<'a>(name: &'a str, catalog: &'a Catalog, built_in: bool) -> Listing<'a> {
    let placeholders = catalog.entitlements.values().filter(|e| e.placeholder);
    Listing {
        name,
        title: catalog.title.as_str(),
        side: catalog.side,
        groups: groups(catalog).len(),
        entitlements: catalog.entitlements.len(),
        placeholders: placeholders.count(),
        built_in,
    }
}

/// A heading of a glossary and what stands under it, by key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group<'a> {
    pub name: &'a str,
    pub entitlements: Vec<(&'a EntitlementKey, &'a Entitlement)>,
}

/// The glossary by its headings, sorted.
pub fn groups(catalog: &Catalog) -> Vec<Group<'_>> {
    let mut by_name: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for line in &catalog.entitlements {
        by_name.entry(line.1.group.as_str()).or_default().push(line);
    }
    by_name
        .into_iter()
        .map(|(name, entitlements)| Group { name, entitlements })
        .collect()
}

/// An entitlement that a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit<'a> {
    pub key: &'a EntitlementKey,
    pub entitlement: &'a Entitlement,
}

/// The entitlements that hold every word, in any case: first those that hold them in key or title, then in the
/// meaning, heading or effect; each by key.
pub fn search<'a>(catalog: &'a Catalog, words: &[&str]) -> Vec<Hit<'a>> {
    let words: Vec<String> = words.iter().map(|word| word.to_lowercase()).collect();
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for (key, entitlement) in &catalog.entitlements {
        let name = format!("{key} {}", entitlement.title).to_lowercase();
        let all = format!(
            "{name} {} {} {}",
            entitlement.group.as_str().to_lowercase(),
            entitlement.meaning.as_str().to_lowercase(),
            entitlement.effect
        );
        let hit = Hit { key, entitlement };
        if words.iter().all(|word| name.contains(word)) {
            first.push(hit);
        } else if words.iter().all(|word| all.contains(word)) {
            second.push(hit);
        }
    }
    first.extend(second);
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(words: &[&str]) -> Vec<&'static str> {
        let hits = search(builtin("unicmms").unwrap(), words);
        hits.into_iter().map(|hit| hit.key.as_str()).collect()
    }

    #[test]
    fn a_search_holds_every_word_and_names_come_first() {
        let found = keys(&["Work Order", "status"]);
        assert_eq!(found.first(), Some(&"work-order/manage-work-order-status"));
        assert_eq!(
            keys(&["view users"]),
            ["admin/view-users", "user/view-users"]
        );
        assert!(keys(&["\u{1b}"]).is_empty());
        assert_eq!(keys(&[]).len(), 222);
    }

    #[test]
    fn the_list_counts_what_it_lists() {
        let inventory = Inventory::default();
        let lines = list(&inventory);
        let unicmms = lines.iter().find(|line| line.name == "unicmms").unwrap();
        assert_eq!((unicmms.groups, unicmms.entitlements), (25, 222));
        assert_eq!((unicmms.placeholders, unicmms.built_in), (0, true));
        let names: Vec<_> = lines.iter().map(|line| line.name).collect();
        assert_eq!(names, BUILTIN);
    }
}
