//! Matrices as values: rows of accounts or principals, columns of what they may hold. How they look is `report`'s.

mod effective;
mod entitlements;
mod filter;
mod roles;

use crate::access::effective::Reach;
use crate::model::access::{Effect, Level, words};
use crate::model::account::{Account, AccountStatus};
use crate::model::entitlement::{Catalog, CatalogName};
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, ProviderId};
use crate::model::inventory::Inventory;

pub use effective::effective;
pub use entitlements::{permissions, scopes};
pub use filter::Filter;
pub use roles::{roles, roles_with_teams};

/// How a matrix finds a glossary by the name that a provider or platform gives it.
pub type Lookup<'a> = dyn Fn(&CatalogName) -> Option<&'a Catalog> + 'a;

words! {
    /// What a matrix shows.
    Kind {
        Permissions = "permissions",
        Scopes = "scopes",
        Levels = "levels",
        Roles = "roles",
        Effective = "effective",
    }
}

/// Rows x columns; sorted, so that the same inventory gives the same matrix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matrix {
    pub kind: Kind,
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// Retired accounts that would have been rows.
    pub retired: usize,
    /// Principals that hold something and may use nothing of it: left, not accepted, or not in use.
    pub absent: usize,
}

/// Something to hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The permission, scope, level or role; no two columns share it.
    pub key: String,
    /// The heading it stands under in its glossary; the key's own first part where no glossary knows it.
    pub group: String,
    pub title: String,
    /// What the first glossary that knows it says it does; `None` where none does, and for levels and roles.
    pub effect: Option<Effect>,
}

/// One holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// An account's name; for roles, the principal.
    pub name: String,
    pub provider: Option<ProviderId>,
    pub environment: Option<EnvironmentName>,
    pub level: Option<Level>,
    pub status: Option<AccountStatus>,
    /// Where: the account's boundaries, the assignment's one. Empty where none is given.
    pub boundary: Vec<BoundaryPath>,
    /// What is held, by column, in the order of the columns.
    pub held: Vec<(usize, Mark)>,
}

/// How something is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// With this effect.
    Effect(Effect),
    /// No glossary says what it does.
    Unknown,
    /// A level or a role: held, and that is all.
    Held,
    /// A role that comes by a team.
    ByTeam,
    /// An action class, and how far the account can do it; one that it cannot do at all is not marked.
    Reach(Reach),
}

impl Row {
    /// How the row holds a column, if it does.
    pub fn mark(&self, column: usize) -> Option<Mark> {
        let at = self
            .held
            .binary_search_by_key(&column, |(at, _)| *at)
            .ok()?;
        Some(self.held[at].1)
    }

    fn of(name: &AccountId, account: &Account) -> Row {
        Row {
            name: name.to_string(),
            provider: Some(account.provider.clone()),
            environment: Some(account.environment.clone()),
            level: Some(account.level),
            status: Some(account.status),
            boundary: account.boundary.clone(),
            held: Vec::new(),
        }
    }
}

/// Accounts x access levels; each account holds one.
pub fn levels(inventory: &Inventory, filter: &Filter) -> Matrix {
    let (accounts, retired) = selected(inventory, filter);
    let used = |level: &Level| filter.all || filter.level.is_none_or(|only| only == *level);
    let shown: Vec<Level> = Level::ALL.iter().copied().filter(used).collect();
    let rows = accounts.iter().map(|(name, account)| {
        let at = shown.iter().position(|level| *level == account.level);
        Row {
            held: at.map(|at| (at, Mark::Held)).into_iter().collect(),
            ..Row::of(name, account)
        }
    });
    let column = |level: &Level| Column {
        key: level.to_string(),
        group: String::new(),
        title: level.to_string(),
        effect: None,
    };
    Matrix {
        kind: Kind::Levels,
        rows: rows.collect(),
        columns: shown.iter().map(column).collect(),
        retired,
        absent: 0,
    }
}

/// The accounts that a filter lets through, and how many it would but for their being retired.
///
/// A retired account holds nothing any more; it is shown only by name.
fn selected<'a>(
    inventory: &'a Inventory,
    filter: &Filter,
) -> (Vec<(&'a AccountId, &'a Account)>, usize) {
    let (mut accounts, mut retired) = (Vec::new(), 0);
    for (name, account) in &inventory.accounts {
        if !filter.admits(name, account) {
            continue;
        }
        if account.status == AccountStatus::Retired && filter.account.is_none() {
            retired += 1;
        } else {
            accounts.push((name, account));
        }
    }
    (accounts, retired)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::record::Record;
    use serde_json::{Value, json};

    fn glossary(effect: &str) -> Catalog {
        let entry = |title: &str, effect: &str| json!({ "group": "Asset", "title": title, "meaning": "m", "effect": effect });
        serde_json::from_value(json!({
            "title": "t", "side": "provider",
            "entitlements": { "asset/view": entry("View", effect), "asset/drop": entry("Drop", "destroy") },
        }))
        .unwrap()
    }

    fn inventory() -> Inventory {
        let account = |provider: &str, boundary: &str, permissions: Value, status: &str| {
            json!({
                "provider": provider, "environment": "production", "workflow": "import", "boundary": [boundary],
                "level": "read-only-import", "permissions": permissions, "status": status,
            })
        };
        let records = [
            ("provider/one", json!({ "catalog": "one" })),
            ("provider/two", json!({ "catalog": "two" })),
            (
                "account/a",
                account(
                    "one",
                    "femo/x",
                    json!(["asset/view", "asset/view"]),
                    "active",
                ),
            ),
            (
                "account/b",
                account("two", "femo", json!(["asset/view", "asset/*"]), "active"),
            ),
            (
                "account/c",
                account("none", "acme", json!(["asset/view"]), "proposed"),
            ),
            (
                "account/d",
                account("one", "femo", json!(["asset/drop"]), "retired"),
            ),
        ];
        let read =
            |(id, body): (&str, Value)| Record::from_value(&id.parse().unwrap(), body).unwrap();
        records.into_iter().map(read).collect()
    }

    fn matrix(filter: &Filter) -> Matrix {
        let (one, two) = (glossary("read"), glossary("admin"));
        permissions(
            &inventory(),
            &|name| match name.as_str() {
                "one" => Some(&one),
                "two" => Some(&two),
                _ => None,
            },
            filter,
        )
    }

    fn rows(matrix: &Matrix) -> Vec<&str> {
        matrix.rows.iter().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn one_column_a_key_and_each_cell_tells_its_own_effect() {
        let matrix = matrix(&Filter::default());
        let keys: Vec<_> = matrix.columns.iter().map(|c| c.key.as_str()).collect();
        assert_eq!(keys, ["asset/*", "asset/view"]);
        let view = |row: usize| matrix.rows[row].mark(1);
        assert_eq!(view(0), Some(Mark::Effect(Effect::Read)));
        assert_eq!(view(1), Some(Mark::Effect(Effect::Admin)));
        assert_eq!(view(2), Some(Mark::Unknown));
        assert_eq!(matrix.rows[1].mark(0), Some(Mark::Unknown));
        assert_eq!(matrix.columns[0].group, "Asset");
    }

    #[test]
    fn a_retired_account_is_shown_by_name_only() {
        let all = matrix(&Filter::default());
        assert_eq!((rows(&all), all.retired), (vec!["a", "b", "c"], 1));
        let named = Filter {
            account: Some("d".parse().unwrap()),
            ..Filter::default()
        };
        assert_eq!(rows(&matrix(&named)), ["d"]);
    }

    #[test]
    fn filters_narrow_rows_and_columns() {
        let site = |site: &str| Filter {
            site: Some(site.parse().unwrap()),
            ..Filter::default()
        };
        assert_eq!(rows(&matrix(&site("femo/x"))), ["a", "b"]);
        assert_eq!(rows(&matrix(&site("femo/y"))), ["b"]);
        let tenant = Filter {
            tenant: Some("acme".parse().unwrap()),
            ..Filter::default()
        };
        assert_eq!(rows(&matrix(&tenant)), ["c"]);
        let admin = Filter {
            effect: Some(Effect::Admin),
            ..Filter::default()
        };
        assert_eq!(rows(&matrix(&admin)), ["b"]);
        let group = Filter {
            group: Some("part".to_owned()),
            ..Filter::default()
        };
        assert!(matrix(&group).rows.is_empty());
    }

    #[test]
    fn at_a_boundary_is_who_holds_something_there_or_above() {
        let at = |at: &str| Filter {
            at: Some(at.parse().unwrap()),
            ..Filter::default()
        };
        assert_eq!(rows(&matrix(&at("femo/x/press"))), ["a", "b"]);
        assert_eq!(rows(&matrix(&at("femo"))), ["b"]);
    }

    #[test]
    fn all_adds_what_nobody_holds() {
        let all = matrix(&Filter {
            all: true,
            ..Filter::default()
        });
        assert!(all.columns.iter().any(|column| column.key == "asset/drop"));
        assert_eq!(
            levels(&inventory(), &Filter::default()).columns.len(),
            Level::ALL.len()
        );
    }

    #[test]
    fn the_same_inventory_gives_the_same_matrix() {
        assert_eq!(matrix(&Filter::default()), matrix(&Filter::default()));
    }
}
