//! The installations of providers and platforms, which have a table each of the same shape.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::model::id::{EnvironmentName, Principal};
use crate::model::provider::{Environment, Hosting};
use crate::model::text::Text;
use crate::store::cell::{Cell, Cells, json, json_list, parse_json, text};
use crate::store::noun::{List, PutRow};

/// One row, as the SELECT of its owner gives it.
#[derive(Deserialize)]
struct Stored {
    endpoint: Text,
    /// JSON inside JSON: kept as text, so that its bytes can be compared.
    endpoints: String,
    hosting: Option<Hosting>,
    /// As `endpoints`.
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
                json(&environment.endpoints),
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
            let allowlist = exact("allowlist", &name, &stored.allowlist)?;
            let endpoints = exact("endpoints", &name, &stored.endpoints)?;
            let environment = Environment {
                endpoint: stored.endpoint,
                endpoints,
                hosting: stored.hosting,
                allowlist,
                admin: stored.admin,
            };
            Ok((name, environment))
        })
        .collect()
}

/// A column that is JSON, if it stands as it would be written.
fn exact<T: DeserializeOwned + Serialize>(
    column: &str,
    name: &EnvironmentName,
    stored: &str,
) -> Result<T, String> {
    let value: T = parse_json(stored)?;
    match serde_json::to_string(&value) {
        Ok(text) if text == stored => Ok(value),
        _ => Err(format!(
            "column `{column}` of `{name}`: not as it was written"
        )),
    }
}
