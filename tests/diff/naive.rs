//! Who may do what where, worked out the slow way: every principal, entitlement and boundary by itself.

use std::collections::BTreeSet;

use keyroll::model::account::AccountStatus;
use keyroll::model::entitlement::CatalogName;
use keyroll::model::id::BoundaryPath;
use keyroll::model::inventory::Inventory;

/// Every boundary there is, and none.
pub const PLACES: [&str; 6] = ["", "f", "f/a", "f/a/m", "f/b", "g"];

/// Principal, what the entitlement is of, the entitlement, a boundary.
pub type Fact = (String, String, String, &'static str);

/// Everything that is allowed.
pub fn allowed(inventory: &Inventory) -> BTreeSet<Fact> {
    let mut facts = BTreeSet::new();
    let mut add = |principal: &str, of: &str, key: &str, at: Option<&BoundaryPath>| {
        for place in PLACES {
            let held = match at {
                None => place.is_empty(),
                Some(at) => place.parse().is_ok_and(|place| at.holds(&place)),
            };
            if held {
                let fact = (principal.to_owned(), of.to_owned(), key.to_owned(), place);
                facts.insert(fact);
            }
        }
    };
    for (id, account) in &inventory.accounts {
        if !matches!(
            account.status,
            AccountStatus::Active | AccountStatus::Suspended
        ) {
            continue;
        }
        let name = format!("account/{id}");
        let mut places: Vec<_> = account.boundary.iter().map(Some).collect();
        if places.is_empty() {
            places.push(None);
        }
        for at in places {
            let permissions = account.permissions.iter();
            permissions.for_each(|key| add(&name, "provider", key.as_str(), at));
            let scopes = account.scopes.iter();
            scopes.for_each(|key| add(&name, "platform", key.as_str(), at));
        }
    }
    for key in inventory.assignments.keys() {
        let Some(role) = inventory.roles.get(&key.role) else {
            continue;
        };
        let catalog = role.catalog.as_ref().map_or("", CatalogName::as_str);
        let (kind, name) = key.principal.parts();
        let mut holders = vec![(key.principal.to_string(), catalog)];
        match kind {
            "account" => {
                let account = &inventory.accounts[name];
                if !matches!(
                    account.status,
                    AccountStatus::Active | AccountStatus::Suspended
                ) {
                    continue;
                }
                let provider = &inventory.providers[&account.provider];
                let own = provider.catalog.as_ref().map(CatalogName::as_str);
                if catalog.is_empty() || own == Some(catalog) {
                    holders[0].1 = "provider";
                }
            }
            "team" => {
                let team = inventory.teams.get(name);
                let members = team.map_or(&[][..], |team| &team.members);
                let members = members.iter().map(|id| (format!("person/{id}"), catalog));
                holders.extend(members);
            }
            _ => {}
        }
        for (holder, of) in holders {
            for permission in &role.permissions {
                add(&holder, of, permission.as_str(), key.at.as_ref());
            }
        }
    }
    facts
}
