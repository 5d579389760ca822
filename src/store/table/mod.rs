//! One file a noun: its table, the tables of its lists, and all their SQL.

mod account;
mod approval;
mod assertion;
mod assignment;
mod boundary;
mod catalog;
mod consumer;
mod decision;
mod environment;
mod fact;
mod invitation;
mod operation;
mod organisation;
mod person;
mod platform;
mod procedure;
mod provider;
mod recipient;
mod residual_risk;
mod role;
mod rotation;
mod sealed;
mod store_key;
mod team;
pub(super) mod version;
mod waiver;

use rusqlite::types::{ToSqlOutput, Value};

use crate::store::cell::text;
use crate::store::noun::{List, PutRow};

/// Gives each row of an ordered list of names: owner, position, name.
fn put_list(
    list: &'static List,
    owner: &impl AsRef<str>,
    names: &[impl AsRef<str>],
    put: &mut PutRow<'_>,
) -> rusqlite::Result<()> {
    for (position, name) in (0_i64..).zip(names) {
        let position = ToSqlOutput::Owned(Value::Integer(position));
        put(list, &[text(owner.as_ref()), position, text(name.as_ref())])?;
    }
    Ok(())
}
