//! Says on stderr that records are not as the audit trail left them, where something is told by what stands in the store.

use std::collections::BTreeSet;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::record::RecordId;
use crate::store::Store;

/// So many are named.
const NAMED: usize = 5;

/// So many records are looked at one by one; for more, the whole store is.
const ONE_BY_ONE: usize = 1000;

/// Looks at every record.
///
/// # Errors
/// When the store cannot be read.
pub fn warn(store: &Store, context: &mut Context) -> Result<(), Failure> {
    say(&store.astray()?, context);
    Ok(())
}

/// Records that are shown: so many of them are remembered as are looked at one by one.
#[derive(Default)]
pub struct Shown {
    names: BTreeSet<String>,
}

impl Shown {
    pub fn note(&mut self, name: &str) {
        if self.names.len() <= ONE_BY_ONE && !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    /// Looks at these records.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn warn(self, store: &Store, context: &mut Context) -> Result<(), Failure> {
        if self.names.len() > ONE_BY_ONE {
            return warn(store, context);
        }
        let mut astray = Vec::new();
        for id in self.names.iter().filter_map(|name| name.parse().ok()) {
            if store.is_astray(&id)? {
                astray.push(id);
            }
        }
        say(&astray, context);
        Ok(())
    }
}

fn say(astray: &[RecordId], context: &mut Context) {
    if astray.is_empty() {
        return;
    }
    let named = astray.iter().take(NAMED).map(|id| format!("`{id}`"));
    let named: Vec<String> = named.collect();
    let more = match astray.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    context.out.note(format!(
        "warning: changed behind the audit trail, and no event tells by whom: {}{more} (`keyroll audit verify` says more)",
        named.join(", ")
    ));
}
