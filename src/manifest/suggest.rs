//! The least that an account of a level needs, as TOML to paste: what the data say is written out, what only the operator
//! can know is left blank and says so. A blank is never a value that passes.

mod ask;
mod list;

use crate::catalog::{self, Glossaries, levels};
use crate::manifest::literal;
use crate::manifest::suggest::ask::{among, blank_of_control, flat};
use crate::manifest::suggest::list::entitlements;
use crate::model::access::{ActionClass, Level, LevelPolicy};
use crate::model::credential::CredentialKind;
use crate::model::entitlement::{Catalog, CatalogName, Side};
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Name, PlatformId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::key::Only;
use crate::model::procedure::ProcedureKind;

/// The pattern of names where the organisation has none, as in the rule on names.
const PATTERN: &str = "{provider}-{environment}-{workflow}-{site}";

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
pub fn suggest(wish: &Wish, roll: &Inventory) -> Suggestion {
    let policy = levels().policy(wish.level);
    let environment = environment(wish, roll);
    let workflow = match &wish.workflow {
        Some(workflow) => workflow.as_str(),
        None => wish.level.as_str(),
    };
    let name = name(wish, roll, &environment, workflow);
    let mut page = Page::default();
    page.comment(&format!(
        "The least that the level {} needs. Fill in what is blank; `keyroll validate --pedantic` tells what is left.",
        wish.level
    ));
    page.header(&["account", name.as_str()]);
    page.identity(wish, roll, &environment, workflow);
    page.owners();
    page.grants(wish, roll);
    page.life(wish, roll);
    page.work(policy, roll);
    page.controls(policy, name.as_str(), wish, roll);
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
fn name(wish: &Wish, roll: &Inventory, environment: &str, workflow: &str) -> AccountId {
    let naming = roll.organisation.get(&Only);
    let naming = naming.and_then(|organisation| organisation.naming.as_ref());
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
    naming
        .and_then(|pattern| of(pattern.as_str()))
        .or_else(|| of(PATTERN))
        .or_else(|| of(wish.level.as_str()))
        .expect("the word of a level is a name")
}

/// TOML as it grows, line by line.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    fn comment(&mut self, text: &str) {
        self.line(&format!("# {text}"));
    }

    fn header(&mut self, keys: &[&str]) {
        self.line(&format!("[{}]", literal::path(keys)));
    }

    /// A key with a text, which is quoted as it must be.
    fn text(&mut self, key: &str, value: &str) {
        self.line(&format!("{key} = {}", literal::string(value)));
    }

    /// A key with a blank of TOML, and what the operator writes there.
    fn blank(&mut self, key: &str, blank: &str, ask: &str) {
        self.line(&format!("{key} = {blank}  # fill in: {ask}"));
    }

    fn identity(&mut self, wish: &Wish, roll: &Inventory, environment: &str, workflow: &str) {
        self.text("provider", wish.provider.as_str());
        if !roll.providers.contains_key(&wish.provider) {
            self.comment(
                "declare the provider too, with its catalog and the endpoint of this environment",
            );
        }
        self.text("environment", environment);
        match &wish.boundary {
            Some(boundary) => {
                let boundary = literal::string(boundary.as_str());
                self.line(&format!("boundary = [{boundary}]"));
            }
            None => self.blank(
                "boundary",
                "[\"\"]",
                "where it may act, as narrow as the work: TENANT/SITE",
            ),
        }
        self.text("workflow", workflow);
        self.text("level", wish.level.as_str());
        let usage = flat(levels().policy(wish.level).usage.as_str());
        let ask = format!("what it does, and for whom ({usage})");
        self.blank("purpose", "\"\"", &ask);
    }

    fn owners(&mut self) {
        let ask = "who says that it is needed, and who runs it: person/NAME or team/NAME";
        let blank = "{ business = \"\", technical = \"\" }";
        self.blank("owner", blank, ask);
    }

    /// Permissions, platform and scopes.
    fn grants(&mut self, wish: &Wish, roll: &Inventory) {
        let provider = provider_glossary(wish, roll);
        self.0
            .push_str(&entitlements("permissions", wish.level, provider));
        match platform(wish, roll) {
            Some(platform) => {
                let known = platform_glossary(platform, roll);
                self.0.push_str(&entitlements("scopes", wish.level, known));
                self.text("platform", platform);
            }
            None => {
                let names = among(roll.platforms.keys());
                self.blank("scopes", "[]", "what it may do on the platform");
                self.blank("platform", "\"\"", &format!("the platform{names}"));
            }
        }
    }

    /// Expiry, rotation, revoke, audit and who uses it.
    fn life(&mut self, wish: &Wish, roll: &Inventory) {
        self.line(
            "# expires = YYYY-MM-DD  # fill in: when its need is judged anew, a year ahead at most",
        );
        let rotations = among(roll.rotations.keys());
        self.blank("rotation", "\"\"", &format!("a rotation policy{rotations}"));
        let revokes = procedures(roll, ProcedureKind::Revoke, wish);
        self.blank(
            "revoke",
            "\"\"",
            &format!("the procedure that takes its key away{revokes}"),
        );
    }

    /// What it must record, who uses it, its credential and its approvals.
    fn work(&mut self, policy: &LevelPolicy, roll: &Inventory) {
        let write = if policy.writes { "\"write\", " } else { "" };
        let audit =
            format!("{{ records = [\"import\", {write}\"retry\", \"failure\"], sink = \"\" }}");
        self.blank("audit", &audit, "the log that holds these records");
        let consumers = among(roll.consumers.keys());
        let ask = format!("the job or host that uses it{consumers}");
        self.blank("consumers", "[]", &ask);
        self.line("status = \"proposed\"  # active, once it exists at the provider");
        let kinds: Vec<&str> = CredentialKind::ALL.iter().map(|it| it.as_str()).collect();
        self.blank(
            "credential",
            "{ kind = \"\", store = \"age\", identity = [] }",
            &format!("{}; its name at the provider", kinds.join(", ")),
        );
        self.line("approval = [  # fill in: one for each action class, by whoever may give it");
        for action in [ActionClass::Read].iter().chain(&policy.actions) {
            self.line(&format!(
                "  # {{ action = \"{action}\", by = \"person/NAME\", on = YYYY-MM-DD, until = YYYY-MM-DD }},"
            ));
        }
        self.line("]");
    }

    /// The controls that the level demands; for an agent, what it may call.
    fn controls(&mut self, policy: &LevelPolicy, name: &str, wish: &Wish, roll: &Inventory) {
        if !policy.controls.is_empty() {
            self.line("");
            self.header(&["account", name, "controls"]);
        }
        for control in &policy.controls {
            let (blank, ask) = blank_of_control(control.as_str());
            let known = match control.as_str() {
                "rollback" => procedures(roll, ProcedureKind::Rollback, wish),
                _ => String::new(),
            };
            self.blank(control.as_str(), blank, &format!("{ask}{known}"));
        }
        if policy.level == Level::AiAgentDraft {
            self.line("");
            self.header(&["account", name, "agent"]);
            self.blank("tools", "[]", "each tool that it may call, by name");
            self.blank(
                "endpoint-slice",
                "\"\"",
                "the endpoints behind them: \"/mcp/base/\"",
            );
            self.blank(
                "tenant-enabled",
                "false",
                "true, once the tenant has enabled it",
            );
        }
    }
}

/// The procedures of a kind, to choose from: first those that bear the provider's name.
fn procedures(roll: &Inventory, kind: ProcedureKind, wish: &Wish) -> String {
    let names = |own: bool| {
        let all = roll.procedures.iter();
        let of_kind = all.filter(move |(_, procedure)| procedure.kind == kind);
        let name = of_kind.map(|(name, _)| name.as_str());
        name.filter(move |name| name.starts_with(wish.provider.as_str()) == own)
    };
    among(names(true).chain(names(false)))
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
            let text = suggest(&wish(*level, "unicmms"), &Inventory::default()).text;
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
        let found = suggest(&wish, &roll);
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
        let text = suggest(&wish(Level::StatusSync, "shop"), &roll).text;
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
    fn a_name_that_would_be_none_falls_back() {
        let mut wish = wish(Level::Closeout, "p");
        wish.workflow = Some("w".repeat(120).parse().unwrap());
        let found = suggest(&wish, &Inventory::default());
        assert_eq!(found.name.as_str(), "closeout");
    }
}
