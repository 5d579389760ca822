//! The roll of the store by the day that is judged.

use crate::cli::context::Context;
use crate::lifecycle::by_day::by_day;
use crate::model::inventory::Inventory;
use crate::store::{Store, StoreError};

/// Whether a day is judged that is over.
pub fn is_past(context: &Context) -> bool {
    context.as_of() < context.today()
}

/// Everything of the store, by the day that is judged.
///
/// # Errors
/// When it cannot be read.
pub fn inventory(store: &Store, context: &Context) -> Result<Inventory, StoreError> {
    Ok(of(store.inventory()?, context))
}

/// What was read, by the day that is judged: of one that is over, what came later counts for nothing.
pub fn of(mut inventory: Inventory, context: &Context) -> Inventory {
    if is_past(context) {
        by_day(&mut inventory, context.as_of());
    }
    inventory
}
