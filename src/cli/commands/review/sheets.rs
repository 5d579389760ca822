//! The sheets of some accounts, read and put together once.

use crate::access::holdings::Holdings;
use crate::catalog::{Glossaries, Weights};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::settings::Settings;
use crate::dossier::review::{Known, sheets, since};
use crate::dossier::risk;
use crate::lifecycle::review::Duty;
use crate::model::inventory::Inventory;
use crate::operations::past;
use crate::report::review::Sheet;
use crate::rules::{self, Selection, Terms};
use crate::store::Store;

/// A sheet for each duty.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn of(
    duties: &[Duty<'_>],
    (inventory, store): (&Inventory, &Store),
    settings: &Settings,
    context: &Context,
) -> Result<Vec<Sheet>, Failure> {
    let terms = Terms {
        glossaries: Glossaries::of(inventory),
        policy: &settings.policy,
        as_of: context.as_of(),
    };
    let holdings = Holdings::of(inventory);
    let asked = risk::Asked {
        holdings: &holdings,
        terms: &terms,
        weights: Weights::shipped(),
    };
    let selection = settings.rules(Selection::all());
    Ok(sheets(
        &Known {
            inventory,
            policy: &settings.policy,
            ranking: &risk::rank(&asked, |_, _| true),
            findings: &rules::judge(&settings.facts(inventory, context), &selection),
            told: &past::since(store, since(duties))?,
            began: store.began()?,
            as_of: context.as_of(),
        },
        duties,
    ))
}
