//! A draft of accounts that were found somewhere: what is known of each is written, all else is a blank that says so.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog;
use crate::manifest::suggest::ask::{among, flat};
use crate::manifest::suggest::page::Page;
use crate::model::access::Level;
use crate::model::credential::CredentialKind;
use crate::model::entitlement::Side;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;

/// An account of which little is known.
#[derive(Clone, Debug)]
pub struct Draft<'a> {
    pub name: &'a AccountId,
    /// A provider's or a platform's name.
    pub system: Option<&'a str>,
    pub environment: Option<&'a str>,
    pub workflow: Option<&'a str>,
    pub kind: CredentialKind,
    /// Where it was found, a line each.
    pub found: Vec<String>,
}

/// The accounts as TOML, behind the providers that the roll has not; no blank is a value that passes.
pub fn draft(drafts: &[Draft<'_>], roll: &Inventory) -> String {
    let mut page = Page::default();
    page.comment("Accounts that configuration files speak of. No value was taken over: `keyroll secret set` stores each,");
    page.comment("once its account stands. Fill in what is blank; `keyroll validate` tells of each line what is left.");
    providers(drafts, roll, &mut page);
    for draft in drafts {
        page.line("");
        account(draft, roll, &mut page);
    }
    page.0
}

/// The providers that the accounts name and the roll has not, each with its environments.
fn providers(drafts: &[Draft<'_>], roll: &Inventory, page: &mut Page) {
    let mut providers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for draft in drafts {
        let provider = draft.system.filter(|name| !is_platform(name, roll));
        let provider = provider.filter(|name| !roll.providers.contains_key(*name));
        if let Some(name) = provider {
            let environments = providers.entry(name).or_default();
            environments.extend(draft.environment);
        }
    }
    for (name, environments) in providers {
        page.line("");
        page.header(&["provider", name]);
        match catalog::builtin(name) {
            Some(_) => page.text("catalog", name),
            None => page.blank(
                "catalog",
                "\"\"",
                "the glossary of its permissions: \"./NAME.toml\"",
            ),
        }
        for environment in environments {
            page.header(&["provider", name, "environment", environment]);
            page.blank("endpoint", "\"\"", "its address: \"https://...\"");
        }
    }
}

fn is_platform(name: &str, roll: &Inventory) -> bool {
    let builtin = || catalog::builtin(name).is_some_and(|glossary| glossary.side == Side::Platform);
    roll.platforms.contains_key(name) || !roll.providers.contains_key(name) && builtin()
}

fn account(draft: &Draft<'_>, roll: &Inventory, page: &mut Page) {
    for place in &draft.found {
        page.comment(&format!("found: {}", flat(place)));
    }
    page.header(&["account", draft.name.as_str()]);
    let platform = draft.system.filter(|name| is_platform(name, roll));
    let provider = draft.system.filter(|_| platform.is_none());
    let known = |key: &str, value: Option<&str>, ask: &str, page: &mut Page| match value {
        Some(value) => page.text(key, value),
        None => page.blank(key, "\"\"", ask),
    };
    let names = among(roll.providers.keys());
    known(
        "provider",
        provider,
        &format!("the system that it logs in to{names}"),
        page,
    );
    known(
        "environment",
        draft.environment,
        "production, staging, test",
        page,
    );
    page.blank(
        "boundary",
        "[\"\"]",
        "where it may act, as narrow as the work: TENANT/SITE",
    );
    known(
        "workflow",
        draft.workflow,
        "what it is for, as a word",
        page,
    );
    let levels: Vec<&str> = Level::ALL.iter().map(|level| level.as_str()).collect();
    page.blank("level", "\"\"", &levels.join(", "));
    let system = provider.unwrap_or("PROVIDER");
    page.comment(&format!(
        "keyroll account suggest LEVEL --provider {system}  lists what the level needs"
    ));
    page.blank("permissions", "[]", "what it may do at the provider");
    page.blank("scopes", "[]", "what it may do on the platform");
    let names = among(roll.platforms.keys());
    known(
        "platform",
        platform,
        &format!("the platform of these scopes{names}"),
        page,
    );
    page.blank("purpose", "\"\"", "what it does, and for whom");
    page.owners();
    let rotations = among(roll.rotations.keys());
    page.blank("rotation", "\"\"", &format!("a rotation policy{rotations}"));
    page.blank("revoke", "\"\"", "the procedure that takes its key away");
    let consumers = among(roll.consumers.keys());
    page.blank(
        "consumers",
        "[]",
        &format!("the job or host that uses it{consumers}"),
    );
    page.line("status = \"proposed\"  # active, once all of this is true");
    let credential = format!(
        "{{ kind = \"{}\", store = \"age\", identity = [] }}",
        draft.kind
    );
    page.blank("credential", &credential, "its name at the provider");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_draft_is_toml_of_which_nothing_passes() {
        let name: AccountId = "maximo-production-import".parse().unwrap();
        let other: AccountId = "factverse".parse().unwrap();
        let drafts = [
            Draft {
                name: &name,
                system: Some("maximo"),
                environment: Some("production"),
                workflow: Some("import"),
                kind: CredentialKind::Basic,
                found: vec!["a\n[evil]:1 KEY".to_owned()],
            },
            Draft {
                name: &other,
                system: Some("factverse"),
                environment: None,
                workflow: None,
                kind: CredentialKind::ApiKey,
                found: Vec::new(),
            },
        ];
        let text = draft(&drafts, &Inventory::default());
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table.keys().collect::<Vec<_>>(), ["account", "provider"]);
        assert_eq!(table["provider"].as_table().unwrap().len(), 1, "{text}");
        assert!(text.contains("# found: a [evil]:1 KEY\n"), "{text}");
        assert!(text.contains("platform = \"factverse\""), "{text}");
        for name in [name, other] {
            let id = format!("account/{name}");
            assert!(crate::manifest::parse_record(&id.parse().unwrap(), &text).is_err());
        }
    }
}
