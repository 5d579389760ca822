//! The nodes below each tenant by the last name of their path, to see whether a text names one.

use std::collections::HashMap;

use crate::model::boundary::BoundaryKind;
use crate::model::id::BoundaryPath;
use crate::model::inventory::Inventory;

/// The names of the nodes below each tenant.
pub(super) struct Sites<'a> {
    below: HashMap<&'a str, HashMap<&'a str, &'a BoundaryPath>>,
}

impl<'a> Sites<'a> {
    pub fn of(inventory: &'a Inventory) -> Sites<'a> {
        let tenants = inventory
            .boundaries
            .iter()
            .filter(|(_, node)| node.kind == BoundaryKind::Tenant)
            .map(|(path, _)| (path.as_str(), HashMap::new()));
        let mut below: HashMap<&str, HashMap<&str, &BoundaryPath>> = tenants.collect();
        for path in inventory.boundaries.keys() {
            let text = path.as_str();
            let Some((_, name)) = text.rsplit_once('/') else {
                continue;
            };
            for (at, _) in text.match_indices('/') {
                if let Some(names) = below.get_mut(&text[..at]) {
                    names.entry(name).or_insert(path);
                }
            }
        }
        Sites { below }
    }

    /// Whether the node is a tenant with nodes below it.
    pub fn is_divided(&self, tenant: &BoundaryPath) -> bool {
        let names = self.below.get(tenant.as_str());
        names.is_some_and(|names| !names.is_empty())
    }

    /// The node below the tenant that the text names in whole words; `except` are words that name none.
    pub fn named_in(
        &self,
        tenant: &BoundaryPath,
        text: &str,
        except: &[&str],
    ) -> Option<&'a BoundaryPath> {
        let names = self.below.get(tenant.as_str())?;
        let words: Vec<(usize, usize)> = parts(text).take(MOST_WORDS).collect();
        words.iter().enumerate().find_map(|(at, (start, _))| {
            let ends = words[at..].iter().take(LONGEST_NAME);
            ends.map(|(_, end)| &text[*start..*end])
                .find_map(|run| names.get(run).filter(|_| !except.contains(&run)).copied())
        })
    }
}

/// How many words of a text are looked at, and how many of them one name may be.
const MOST_WORDS: usize = 64;
const LONGEST_NAME: usize = 6;

/// Where each word of a text starts and ends; words are letters and digits.
fn parts(text: &str) -> impl Iterator<Item = (usize, usize)> + '_ {
    text.split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(move |word| {
            let start = word.as_ptr() as usize - text.as_ptr() as usize;
            (start, start + word.len())
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn a_site_is_named_by_whole_words() {
        let inventory = sample::with(json!({
            "boundary/femo/new-york": { "kind": "site", "name": "New York" },
        }));
        let sites = Sites::of(&inventory);
        let femo: BoundaryPath = "femo".parse().unwrap();
        let named = |text: &str| sites.named_in(&femo, text, &["berlin"]).map(|p| p.as_str());
        assert_eq!(named("status-sync-hawthorne"), Some("femo/hawthorne"));
        assert_eq!(named("press-01"), Some("femo/hawthorne/press-01"));
        assert_eq!(named("at new-york."), Some("femo/new-york"));
        assert_eq!(named("hawthornes"), None);
        assert_eq!(named("sync-berlin"), None);
        assert_eq!(named(&format!("{}hawthorne", "x ".repeat(64))), None);
        assert!(sites.is_divided(&femo));
    }
}
