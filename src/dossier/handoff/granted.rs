//! The second and third output: what each account may do at its provider, and at the platform.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::matrix::{self, Filter};
use crate::catalog::Glossaries;
use crate::dossier::handoff::{Around, table};
use crate::model::account::{Account, AccountStatus};
use crate::model::entitlement::{Catalog, EntitlementKey};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::report::handoff::{Block, Gap, Section, Titled};
use crate::report::view::Cell;

pub(super) fn permissions(around: &Around<'_, '_>) -> Section {
    let mut blocks = Vec::new();
    for (id, provider) in &around.inventory.providers {
        let filter = Filter {
            provider: Some(id.clone()),
            ..Filter::default()
        };
        let glossaries = Glossaries::of(&around.inventory);
        let shown = matrix::permissions(&around.inventory, &|name| glossaries.get(name), &filter);
        if shown.rows.is_empty() {
            continue;
        }
        let name = provider
            .product
            .as_ref()
            .map_or(id.as_str(), |name| name.as_str());
        blocks.push(Block::Matrix(Titled {
            name: format!("at-{id}"),
            title: format!("Permissions at {name} ({id})"),
            what: shown,
        }));
    }
    let glossaries = Glossaries::of(&around.inventory);
    let of = |account: &Account| glossaries.of_provider(&account.provider);
    let held = around.inventory.accounts.values();
    let held = held.map(|account| (of(account), &account.permissions));
    blocks.push(meanings(
        "permission-meanings",
        "What these permissions do",
        held,
    ));
    blocks.push(roles(around));
    let mut gaps = around.missed(&[
        "unknown-permission",
        "no-glossary",
        "missing-required-permission",
        "wildcard-grant",
    ]);
    gaps.extend(ungranted(
        around,
        "no permission at its provider",
        |account| account.permissions.is_empty(),
    ));
    Section {
        id: "permissions",
        title: "Provider permission matrix",
        lead: "What each account may do at its provider. A cell tells what the permission does there, whatever its name says."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

pub(super) fn scopes(around: &Around<'_, '_>) -> Section {
    let some = &around.inventory;
    let glossaries = Glossaries::of(some);
    let mut blocks = Vec::new();
    for id in some.platforms.keys() {
        let accounts = some.accounts.iter();
        let accounts = accounts.filter(|(_, account)| some.platform_of(account) == Some(id));
        let accounts: BTreeMap<AccountId, Account> = accounts
            .map(|(id, account)| (id.clone(), account.clone()))
            .collect();
        let here = Inventory {
            accounts,
            platforms: some.platforms.clone(),
            ..Inventory::default()
        };
        let lookup = |name: &_| glossaries.get(name);
        let shown = matrix::scopes(&here, &lookup, &Filter::default());
        if !shown.rows.is_empty() {
            blocks.push(Block::Matrix(Titled {
                name: format!("at-{id}"),
                title: format!("Scopes at {id}"),
                what: shown,
            }));
        }
    }
    let held = some.accounts.values().map(|account| {
        let platform = some.platform_of(account);
        let catalog = platform.and_then(|id| glossaries.of_platform(id));
        (catalog, &account.scopes)
    });
    blocks.push(meanings("scope-meanings", "What these scopes open", held));
    let mut gaps = around.missed(&["unknown-scope"]);
    gaps.extend(ungranted(around, "no scope at the platform", |account| {
        account.scopes.is_empty()
    }));
    Section {
        id: "scopes",
        title: "Platform scope matrix",
        lead: "The other side of the same integration: an action needs the permission at the provider and the scope at the \
               platform."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

/// The accounts in use that are granted nothing of a kind.
fn ungranted(around: &Around<'_, '_>, what: &str, lacks: fn(&Account) -> bool) -> Vec<Gap> {
    let accounts = around.inventory.accounts.iter();
    let lacking = accounts.filter(|(_, account)| match account.status {
        AccountStatus::Active | AccountStatus::Proposed | AccountStatus::Suspended => {
            lacks(account)
        }
        AccountStatus::Retired => false,
    });
    let gaps = lacking.map(|(id, _)| Gap {
        subject: format!("account/{id}"),
        what: what.to_owned(),
        way: Some(format!(
            "keyroll account suggest {id} tells what its level needs; one that only administers others needs none"
        )),
    });
    gaps.collect()
}

/// What is held, each once, as its glossary tells it.
fn meanings<'a>(
    kind: &'static str,
    title: &str,
    held: impl Iterator<Item = (Option<&'a Catalog>, &'a Vec<EntitlementKey>)>,
) -> Block {
    let mut all: BTreeMap<&EntitlementKey, Option<&Catalog>> = BTreeMap::new();
    for (catalog, keys) in held {
        for key in keys {
            let known = catalog.filter(|catalog| catalog.entitlements.contains_key(key));
            let entry = all.entry(key).or_default();
            *entry = entry.or(known);
        }
    }
    let rows = all.into_iter().map(|(key, catalog)| {
        let known = catalog.and_then(|catalog| catalog.entitlements.get(key));
        vec![
            Cell::text(key),
            Cell::optional(known.map(|known| &known.title)),
            Cell::optional(known.map(|known| known.effect)),
            Cell::optional(known.map(|known| &known.meaning)),
        ]
    });
    let columns = ["key", "title", "effect", "meaning"];
    table(kind, title, &columns, rows.collect(), "Nothing is held.")
}

/// The roles that the accounts hold, beside what they are granted by name.
fn roles(around: &Around<'_, '_>) -> Block {
    let seats = around.inventory.assignments.keys();
    let rows: BTreeSet<(String, String, String)> = seats
        .map(|seat| {
            let at = seat.at.as_ref().map_or(String::new(), ToString::to_string);
            (seat.principal.to_string(), seat.role.to_string(), at)
        })
        .collect();
    let rows = rows
        .into_iter()
        .map(|(who, role, at)| vec![Cell::text(who), Cell::text(role), Cell::text(at)]);
    table(
        "roles",
        "Roles that accounts hold beside these",
        &["account", "role", "boundary"],
        rows.collect(),
        "None: what is granted stands above.",
    )
}
