//! The installations of providers and platforms, which have a table each of the same shape.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::id::{EnvironmentName, Principal};
use crate::model::provider::{Environment, Hosting};
use crate::model::text::Text;
use crate::store::cell::{Cell, Cells, json_list, parse_json, text};
use crate::store::noun::{List, PutRow};

/// One row, as the SELECT of its owner gives it.
#[derive(Deserialize)]
struct Stored {
    endpoint: Text,
    hosting: Option<Hosting>,
    /// JSON inside JSON: kept as text, so that its bytes can be compared.
    allowlist: String,
    admin: Option<Principal>,
}

/// Gives each row: owner, name, and the columns.
pub(super) fn put(
    list: &'static List,
    owner: &str,
    environments: &BTreeMap<EnvironmentName, Environment>,
    put: &mut PutRow<'_>,
) -> rusqlite::Result<()> {
    for (name, environment) in environments {
        put(
            list,
            &[
                text(owner),
                name.cell(),
                environment.endpoint.cell(),
                environment.hosting.cell(),
                json_list(&environment.allowlist),
                environment.admin.cell(),
            ],
        )?;
    }
    Ok(())
}

/// Reads the map that the owner's SELECT makes of them.
pub(super) fn read(
    cells: &mut Cells<'_>,
) -> Result<BTreeMap<EnvironmentName, Environment>, String> {
    let rows: BTreeMap<EnvironmentName, Stored> = cells.json()?;
    rows.into_iter()
        .map(|(name, stored)| {
            let allowlist: Vec<Text> = parse_json(&stored.allowlist)?;
            if serde_json::to_string(&allowlist).is_ok_and(|text| text != stored.allowlist) {
                return Err(format!(
                    "column `allowlist` of `{name}`: not as it was written"
                ));
            }
            let environment = Environment {
                endpoint: stored.endpoint,
                hosting: stored.hosting,
                allowlist,
                admin: stored.admin,
            };
            Ok((name, environment))
        })
        .collect()
}
