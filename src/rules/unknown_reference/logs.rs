//! What the map of a log names: boundaries, and environments of the system or of one that it works with.

use std::collections::BTreeMap;

use crate::model::finding::FieldPath;
use crate::model::id::EnvironmentName;
use crate::model::log::LogMap;
use crate::model::record::{Kind, RecordId};
use crate::rules::unknown_reference::walk::Walk;

impl Walk<'_, '_> {
    pub(super) fn logs(&mut self) {
        let inventory = self.inventory;
        // The log of a platform is of several providers, and that of a provider may be joined with any platform's.
        let providers = inventory.providers.values().map(|one| &one.environment);
        let platforms = inventory.platforms.values().map(|one| &one.environment);
        let all = providers.chain(platforms).flat_map(|all| all.keys());
        let environments: BTreeMap<EnvironmentName, ()> =
            all.map(|name| (name.clone(), ())).collect();
        for (id, provider) in &inventory.providers {
            if let Some(map) = provider.log.as_deref() {
                self.log(&RecordId::new(Kind::Provider, id), map, &environments);
            }
        }
        for (id, platform) in &inventory.platforms {
            if let Some(map) = platform.log.as_deref() {
                self.log(&RecordId::new(Kind::Platform, id), map, &environments);
            }
        }
    }

    fn log(&mut self, here: &RecordId, map: &LogMap, environments: &BTreeMap<EnvironmentName, ()>) {
        let field = |table: &str, word: &str| {
            let field = FieldPath::of("log").key(table).key(word);
            (here.clone(), field)
        };
        let inventory = self.inventory;
        for (word, path) in &map.boundaries {
            let spot = || field("boundaries", word);
            self.want("boundary", &inventory.boundaries, path, spot);
        }
        for (word, name) in &map.environments {
            if !environments.contains_key(name) {
                let names = environments.keys().map(AsRef::as_ref);
                let near = self.findings.near(name.as_str(), names).map(str::to_owned);
                let spot = field("environments", word);
                self.report("environment", name.as_str(), near.as_deref(), spot);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::found;
    use serde_json::json;

    #[test]
    fn what_a_map_names_and_nothing_has_is_found_where_it_stands() {
        let log = json!({ "form": "jsonl", "fields": { "time": "/t", "identity": "/i", "action": "/a" },
            "boundaries": { "HAW": "femo/hawthorne", "BIL": "femo/bilund" },
            "environments": { "live": "production", "old": "legacy" } });
        let found = found(
            json!({ "provider/unicmms": { "log": log }, "platform/factverse": { "log": log } }),
        );
        let expected = [
            "unknown-reference platform/factverse log.boundaries.BIL",
            "unknown-reference platform/factverse log.environments.old",
            "unknown-reference provider/unicmms log.boundaries.BIL",
            "unknown-reference provider/unicmms log.environments.old",
        ];
        assert_eq!(found, expected);
    }
}
