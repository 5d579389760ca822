//! Whether what a configuration says of permissions and scopes is said once, and of what their glossaries list: a line of
//! anything else would bind nothing, in silence.

use std::collections::BTreeSet;

use crate::catalog::policy::{BadPolicy, Policy, bad};
use crate::catalog::standing::is_never;
use crate::catalog::{BUILTIN, builtin, nearest};
use crate::model::entitlement::{Catalog, CatalogName, EntitlementKey, Side};
use crate::model::finding::FieldPath;
use crate::model::inventory::Inventory;
use crate::model::policy::{Config, NeedSet, RequirementSet};

/// What a configuration says of permissions of one glossary.
struct Line<'c> {
    field: FieldPath,
    catalog: &'c CatalogName,
    /// Each with its field.
    keys: Vec<(&'static str, &'c EntitlementKey)>,
    /// The line of the map, where it is one; else it is a pair.
    map: Option<&'c RequirementSet>,
}

fn lines(config: &Config) -> impl Iterator<Item = Line<'_>> {
    let map = config.requirement.iter().enumerate();
    let map = map.map(|(at, line)| Line {
        field: FieldPath::of("requirement").index(at),
        catalog: &line.catalog,
        keys: vec![("permission", &line.permission)],
        map: Some(line),
    });
    let pairs = config.duty.iter().enumerate();
    let pairs = pairs.map(|(at, pair)| Line {
        field: FieldPath::of("duty").index(at),
        catalog: &pair.catalog,
        keys: vec![("a", &pair.a), ("b", &pair.b)],
        map: None,
    });
    map.chain(pairs)
}

/// Refuses what is said twice, and what a built-in glossary does not list.
pub(super) fn check(config: &Config, policy: &Policy) -> Result<(), BadPolicy> {
    let mut seen = BTreeSet::new();
    for line in lines(config) {
        let level = line.map.map(|line| line.level);
        let mut keys: Vec<&str> = line.keys.iter().map(|(_, key)| key.as_str()).collect();
        keys.sort_unstable();
        if !seen.insert((line.catalog, level, keys)) {
            let message = "the same is said in a line above".to_owned();
            return Err(bad(line.field, message, "keep one of the two"));
        }
        if line.catalog.file().is_some() {
            continue;
        }
        match builtin(line.catalog.as_str()) {
            Some(catalog) => line.fits(catalog, policy)?,
            None => {
                let near = nearest(line.catalog.as_str(), BUILTIN.iter().copied());
                let hint = "`keyroll catalog list` names them; a file is named `./mine.toml`";
                let message = format!("there is no glossary `{}`", line.catalog);
                return Err(bad(line.field.key("catalog"), message, meant(near, hint)));
            }
        }
    }
    Ok(())
}

impl Line<'_> {
    /// Whether the glossary lists what it names, and the level can have it.
    fn fits(self, catalog: &Catalog, policy: &Policy) -> Result<(), BadPolicy> {
        if self.map.is_some() && catalog.side == Side::Platform {
            let message = format!("`{}` lists the scopes of a platform", self.catalog);
            let hint = "the map is of a provider's permissions; `level.LEVEL.scopes` says which scopes fit";
            return Err(bad(self.field.key("catalog"), message, hint));
        }
        for (field, key) in &self.keys {
            let Some(entitlement) = catalog.entitlements.get(*key) else {
                let keys = catalog.entitlements.keys().map(EntitlementKey::as_str);
                let near = nearest(key.as_str(), keys);
                let hint = meant(near, "write it as `keyroll catalog` lists it");
                let message = format!("`{key}` is not in the glossary `{}`", self.catalog);
                return Err(bad(self.field.key(field), message, hint));
            };
            let allows = |line: &&RequirementSet| match line.need {
                NeedSet::Required | NeedSet::Optional | NeedSet::NeedsApproval => true,
                NeedSet::Forbidden | NeedSet::Unlisted => false,
            };
            let Some(line) = self.map.filter(allows) else {
                continue;
            };
            if is_never(policy.levels().policy(line.level), entitlement.effect) {
                let message = format!(
                    "`{key}` is {}, which `{}` never allows",
                    entitlement.effect, line.level
                );
                let hint = format!(
                    "no line brings it in; `never` of `level.{}` may",
                    line.level
                );
                return Err(bad(self.field.key("need"), message, hint));
            }
        }
        Ok(())
    }
}

impl Policy {
    /// Looks at what its configuration says of an inventory's own glossaries, and answers with what binds nothing there: a
    /// configuration may serve several inventories.
    ///
    /// # Errors
    /// The first line that names what its glossary does not list.
    pub fn meet(
        &self,
        config: &Config,
        inventory: &Inventory,
    ) -> Result<Vec<BadPolicy>, BadPolicy> {
        let mut idle = Vec::new();
        for line in lines(config).filter(|line| line.catalog.file().is_some()) {
            if let Some(catalog) = inventory.catalogs.get(line.catalog) {
                line.fits(catalog, self)?;
                continue;
            }
            let files = inventory.catalogs.keys().map(CatalogName::as_str);
            let near = nearest(line.catalog.as_str(), files);
            let message = format!("nothing here names the glossary `{}`", line.catalog);
            idle.push(bad(line.field.key("catalog"), message, meant(near, "")));
        }
        let shipped = BUILTIN.iter().filter_map(|name| builtin(name));
        let of_platforms = shipped
            .chain(inventory.catalogs.values())
            .filter(|catalog| catalog.side == Side::Platform);
        let known: BTreeSet<&str> = of_platforms
            .flat_map(|catalog| catalog.entitlements.keys().map(EntitlementKey::as_str))
            .collect();
        for (level, set) in &config.level {
            let scopes = set.scopes.iter().flatten().enumerate();
            for (at, scope) in scopes.filter(|(_, scope)| !known.contains(scope.as_str())) {
                let field = FieldPath::of("level").key(level.as_str()).key("scopes");
                let near = nearest(scope.as_str(), known.iter().copied());
                let message = format!("no glossary of a platform here lists `{scope}`");
                idle.push(bad(field.index(at), message, meant(near, "")));
            }
        }
        Ok(idle)
    }
}

fn meant(near: Option<&str>, otherwise: &str) -> String {
    near.map_or(otherwise.to_owned(), |near| {
        format!("did you mean `{near}`?")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::{Value, json};

    const VIEW: &str = "work-order/view-work-orders";

    fn config(config: Value) -> Config {
        serde_json::from_value(config).unwrap()
    }

    fn line(catalog: &str, permission: &str, need: &str) -> Value {
        json!({ "catalog": catalog, "level": "read-only-import", "permission": permission, "need": need })
    }

    /// `field: message (hint)` of what is refused.
    fn said(bad: &BadPolicy) -> String {
        format!("{}: {} ({})", bad.field, bad.message, bad.hint)
    }

    #[test]
    fn what_no_built_in_glossary_lists_is_refused() {
        let refused = |value: Value| said(&Policy::of(&config(value)).unwrap_err());
        assert_eq!(
            refused(
                json!({ "requirement": [line("unicmms", "work-order/view-work-order", "forbidden")] })
            ),
            "requirement[0].permission: `work-order/view-work-order` is not in the glossary `unicmms` (did you mean \
             `work-order/view-work-orders`?)"
        );
        assert_eq!(
            refused(json!({ "requirement": [line("unicms", VIEW, "forbidden")] })),
            "requirement[0].catalog: there is no glossary `unicms` (did you mean `unicmms`?)"
        );
        let duty = json!({ "catalog": "unicmms", "a": VIEW, "b": "nothing/at-all" });
        assert!(refused(json!({ "duty": [duty] })).starts_with("duty[0].b: "));
        let scope =
            refused(json!({ "requirement": [line("factverse", "base.read", "forbidden")] }));
        assert!(scope.contains("the scopes of a platform"), "{scope}");
    }

    #[test]
    fn what_a_level_never_allows_is_no_line_of_the_map() {
        let set = |need: &str, never: Value| {
            let line = line("unicmms", "work-order/delete-work-order", need);
            let level = json!({ "read-only-import": { "never": never } });
            Policy::of(&config(json!({ "requirement": [line], "level": level })))
        };
        let never = json!(["destroy"]);
        assert!(set("forbidden", never.clone()).is_ok());
        assert!(set("optional", json!(["admin"])).is_ok());
        let refused = said(&set("optional", never).unwrap_err());
        let expected = "requirement[0].need: `work-order/delete-work-order` is destroy, which `read-only-import` never allows";
        assert!(refused.starts_with(expected), "{refused}");
    }

    #[test]
    fn what_is_said_twice_is_refused() {
        let twice = json!([
            line("unicmms", VIEW, "optional"),
            line("unicmms", VIEW, "forbidden")
        ]);
        let refused = Policy::of(&config(json!({ "requirement": twice }))).unwrap_err();
        assert_eq!(refused.field.to_string(), "requirement[1]");
        let pair = |a: &str, b: &str| json!({ "catalog": "./mine.toml", "a": a, "b": b });
        let twice = json!({ "duty": [pair("a/a", "a/b"), pair("a/b", "a/a")] });
        let refused = Policy::of(&config(twice)).unwrap_err();
        assert_eq!(refused.field.to_string(), "duty[1]");
    }

    #[test]
    fn a_glossary_of_the_inventory_is_looked_at_where_it_is_met() {
        let right =
            |effect: &str| json!({ "group": "A", "title": "A", "meaning": "A", "effect": effect });
        let mine = json!({ "title": "Mine", "side": "provider",
            "entitlements": { "a/read": right("read"), "a/wipe": right("destroy") } });
        let id = "catalog/./mine.toml".parse().unwrap();
        let inventory: Inventory = [Record::from_value(&id, mine).unwrap()]
            .into_iter()
            .collect();
        let met = |value: Value| {
            let config = config(value);
            let idle = Policy::of(&config).unwrap().meet(&config, &inventory)?;
            Ok(idle.iter().map(said).collect::<Vec<_>>())
        };
        let of = |catalog: &str, key: &str, need: &str| {
            met(json!({ "requirement": [line(catalog, key, need)] }))
        };
        assert_eq!(of("./mine.toml", "a/read", "forbidden"), Ok(vec![]));
        let refused: BadPolicy = of("./mine.toml", "a/raed", "forbidden").unwrap_err();
        assert_eq!(refused.hint, "did you mean `a/read`?");
        let refused = of("./mine.toml", "a/wipe", "optional").unwrap_err();
        assert_eq!(refused.field.to_string(), "requirement[0].need");
        let idle = of("./mien.toml", "a/read", "forbidden").unwrap();
        let expected = "requirement[0].catalog: nothing here names the glossary `./mien.toml` (did you mean `./mine.toml`?)";
        assert_eq!(idle, [expected]);
        let scopes =
            json!({ "level": { "closeout": { "scopes": ["base.read", "cmms.closout"] } } });
        let expected = "level.closeout.scopes[1]: no glossary of a platform here lists `cmms.closout` (did you mean \
            `cmms.closeout`?)";
        assert_eq!(met(scopes).unwrap(), [expected]);
    }
}
