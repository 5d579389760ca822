//! The least that an account of a level needs, as TOML to paste: what the data say is written out, what only the operator
//! can know is left blank and says so. A blank is never a value that passes.

mod ask;
mod draft;
mod list;
mod page;
mod smaller;

use crate::catalog::{self, Glossaries, Policy};
use crate::manifest::suggest::page::Page;
use crate::model::access::Level;
use crate::model::entitlement::{Catalog, CatalogName, Side};
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Name, PlatformId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::key::Only;

pub use draft::{Draft, draft};
pub use smaller::smaller;

/// What an account is wanted for. What is left out is taken from the roll where it says it, else left to be filled in.
#[derive(Clone, Debug)]
pub struct Wish {
    pub level: Level,
    /// A provider of the roll, or of a built-in glossary's name.
    pub provider: ProviderId,
    pub platform: Option<PlatformId>,
    pub environment: Option<EnvironmentName>,
    pub boundary: Option<BoundaryPath>,
    /// The level's own word where none is given.
    pub workflow: Option<Name>,
}

/// An account to paste.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub name: AccountId,
    pub text: String,
}

/// The account that a wish comes to. The roll may be empty: then the built-in glossaries are all there is to go by.
pub fn suggest(wish: &Wish, roll: &Inventory, policy: &Policy) -> Suggestion {
    let level = policy.levels().policy(wish.level);
    let environment = environment(wish, roll);
    let workflow = match &wish.workflow {
        Some(workflow) => workflow.as_str(),
        None => wish.level.as_str(),
    };
    let name = name(wish, roll, policy, &environment, workflow);
    let mut page = Page::default();
    page.comment(&format!(
        "The least that the level {} needs. Fill in what is blank; `keyroll validate --pedantic` tells what is left.",
        wish.level
    ));
    page.header(&["account", name.as_str()]);
    page.identity(wish, roll, level, (&environment, workflow));
    page.owners();
    page.grants(wish, roll, policy);
    page.life(wish, roll);
    page.work(level, roll);
    page.controls(level, name.as_str(), wish, roll);
    Suggestion { name, text: page.0 }
}

/// The glossary by which a provider's permissions are judged, and its name.
fn provider_glossary<'a>(wish: &Wish, roll: &'a Inventory) -> Option<(CatalogName, &'a Catalog)> {
    let declared = roll.providers.get(&wish.provider);
    let name = match declared {
        Some(provider) => provider.catalog.clone()?,
        None => wish.provider.as_str().parse().ok()?,
    };
    glossary(name, Side::Provider, roll)
}

/// The same for a platform's scopes.
fn platform_glossary<'a>(
    platform: &str,
    roll: &'a Inventory,
) -> Option<(CatalogName, &'a Catalog)> {
    let name = match roll.platforms.get(platform) {
        Some(platform) => platform.catalog.clone()?,
        None => platform.parse().ok()?,
    };
    glossary(name, Side::Platform, roll)
}

fn glossary(name: CatalogName, side: Side, roll: &Inventory) -> Option<(CatalogName, &Catalog)> {
    let found = Glossaries::of(roll).get(&name)?;
    (found.side == side).then_some((name, found))
}

/// The platform that is meant: the one named, the only one of the roll, or where there is none the built-in one.
fn platform<'a>(wish: &'a Wish, roll: &'a Inventory) -> Option<&'a str> {
    if let Some(platform) = &wish.platform {
        return Some(platform.as_str());
    }
    let mut all = roll.platforms.keys();
    match (all.next(), all.next()) {
        (Some(only), None) => Some(only.as_str()),
        (Some(_), Some(_)) => None,
        (None, _) => catalog::BUILTIN.iter().copied().find(|name| {
            catalog::builtin(name).is_some_and(|catalog| catalog.side == Side::Platform)
        }),
    }
}

/// The environment that is meant: the one named, `production`, or the only one of the provider.
fn environment(wish: &Wish, roll: &Inventory) -> String {
    const USUAL: &str = "production";
    if let Some(environment) = &wish.environment {
        return environment.to_string();
    }
    let provider = roll.providers.get(&wish.provider);
    let names = provider.map(|provider| &provider.environment);
    let only = names.filter(|names| names.len() == 1 && !names.contains_key(USUAL));
    let only = only.and_then(|names| names.keys().next());
    only.map_or_else(|| USUAL.to_owned(), ToString::to_string)
}

/// The account's name by the organisation's pattern; without what makes it no name.
fn name(
    wish: &Wish,
    roll: &Inventory,
    policy: &Policy,
    environment: &str,
    workflow: &str,
) -> AccountId {
    let said = roll.organisation.get(&Only);
    let boundary = wish.boundary.as_ref().map(BoundaryPath::as_str);
    let site = boundary.and_then(|path| path.rsplit('/').next());
    let of = |pattern: &str| {
        let name = pattern
            .replace("{provider}", wish.provider.as_str())
            .replace("{environment}", environment)
            .replace("{workflow}", workflow)
            .replace("{site}", site.unwrap_or_default());
        name.trim_matches('-').parse::<AccountId>().ok()
    };
    of(policy.naming(said))
        .or_else(|| of(policy.naming(None)))
        .or_else(|| of(wish.level.as_str()))
        .expect("the word of a level is a name")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::json;

    fn wish(level: Level, provider: &str) -> Wish {
        Wish {
            level,
            provider: provider.parse().unwrap(),
            platform: None,
            environment: None,
            boundary: None,
            workflow: None,
        }
    }

    fn roll(records: &[(&str, serde_json::Value)]) -> Inventory {
        let record = |(id, body): &(&str, serde_json::Value)| {
            Record::from_value(&id.parse().unwrap(), body.clone()).unwrap()
        };
        records.iter().map(record).collect()
    }

    #[test]
    fn a_blank_is_toml_that_does_not_pass() {
        for level in Level::ALL {
            let text = suggest(
                &wish(*level, "unicmms"),
                &Inventory::default(),
                Policy::shipped(),
            )
            .text;
            let read: Result<toml::Table, _> = text.parse();
            assert!(read.is_ok(), "{read:?}\n{text}");
            let id = format!("account/unicmms-production-{level}");
            let problems = crate::manifest::parse_record(&id.parse().unwrap(), &text);
            assert!(problems.is_err(), "{text}");
        }
    }

    #[test]
    fn what_the_roll_knows_is_taken_from_it() {
        let step = json!([{ "title": "Delete", "manual": "Delete it." }]);
        let roll = roll(&[
            (
                "organisation",
                json!({ "name": "X", "naming": "{environment}-{provider}-{site}-{workflow}" }),
            ),
            ("platform/own", json!({ "catalog": "factverse" })),
            (
                "provider/shop",
                json!({ "catalog": "atlas", "environment": { "live": { "endpoint": "https://x.example" } } }),
            ),
            ("rotation/monthly", json!({ "every": "30d" })),
            ("procedure/out", json!({ "kind": "revoke", "step": step })),
        ]);
        let mut wish = wish(Level::StatusSync, "shop");
        wish.boundary = Some("femo/berlin".parse().unwrap());
        let found = suggest(&wish, &roll, Policy::shipped());
        assert_eq!(found.name.as_str(), "live-shop-berlin-status-sync");
        for line in [
            "environment = \"live\"",
            "platform = \"own\"",
            "boundary = [\"femo/berlin\"]",
            "rotation = \"\"  # fill in: a rotation policy (monthly)",
            "revoke = \"\"  # fill in: the procedure that takes its key away (out)",
        ] {
            assert!(found.text.contains(line), "{line}\n{}", found.text);
        }
    }

    #[test]
    fn a_glossary_without_a_map_is_listed_by_effect_and_what_it_says_stays_in_its_comment() {
        let line = |effect: &str, meaning: &str| json!({ "group": "G", "title": "T", "meaning": meaning, "effect": effect });
        let catalog = json!({ "title": "Own", "side": "provider", "entitlements": {
            "a/state": line("state", "moves\n[account.evil]"),
            "b/look\"": line("read", "sees"),
            "c/destroy": line("destroy", "erases"),
            "d/*": line("read", "everything"),
        } });
        let roll = roll(&[
            ("provider/shop", json!({ "catalog": "./own.toml" })),
            ("catalog/./own.toml", catalog),
        ]);
        let text = suggest(&wish(Level::StatusSync, "shop"), &roll, Policy::shipped()).text;
        let listed = "  # \"b/look\\\"\",  # read: sees\n  # \"a/state\",  # state: moves [account.evil]\n]\n";
        assert!(text.contains(listed), "{text}");
        assert!(
            !text.contains("c/destroy") && !text.contains("d/*"),
            "{text}"
        );
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["account"].as_table().unwrap().len(), 1);
    }

    #[test]
    fn what_the_organisation_says_of_one_permission_is_kept_to_and_the_rest_is_listed() {
        let line = |key: &str, need: &str| json!({ "catalog": "atlas", "level": "read-only-import", "permission": key, "need": need });
        let permissions = |lines: serde_json::Value| {
            let config = json!({ "requirement": lines });
            let policy = Policy::of(&serde_json::from_value(config).unwrap()).unwrap();
            let wish = wish(Level::ReadOnlyImport, "atlas");
            let text = suggest(&wish, &Inventory::default(), &policy).text;
            let from = text.find("permissions = [").unwrap();
            text[from..from + text[from..].find("\n]").unwrap()].to_owned()
        };
        let plain = permissions(json!([]));
        let keys: Vec<&str> = plain
            .lines()
            .filter_map(|line| line.split('"').nth(1))
            .collect();
        let [first, second, ..] = keys[..] else {
            panic!("{plain}")
        };
        let set = permissions(json!([line(first, "forbidden"), line(second, "optional")]));
        assert!(!set.contains(&format!("\"{first}\"")), "{set}");
        assert!(
            set.contains(&format!("# \"{second}\",  # optional")),
            "{set}"
        );
        assert_eq!(set.lines().count(), plain.lines().count() - 1, "{set}");
    }

    #[test]
    fn a_name_that_would_be_none_falls_back() {
        let mut wish = wish(Level::Closeout, "p");
        wish.workflow = Some("w".repeat(120).parse().unwrap());
        let found = suggest(&wish, &Inventory::default(), Policy::shipped());
        assert_eq!(found.name.as_str(), "closeout");
    }
}
