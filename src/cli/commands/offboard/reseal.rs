//! Takes the keys of somebody who leaves off the recipients, where the identity is at hand; else says how.

use crate::cli::commands::secret::recipients::{left, renewed};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::pin::Renewal;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::offboarding::{Leaving, Report};
use crate::model::id::RecipientId;
use crate::model::sealed::Purpose;
use crate::report::summary::counted;
use crate::store::Store;

/// Seals every secret anew without them. All else is done by then, so that what fails here is told and not refused.
///
/// # Errors
/// When the store cannot be read.
pub(super) fn take_off(
    leaving: &Leaving<'_>,
    report: &Report,
    options: &IdentityOptions,
    store: &mut Store,
    context: &mut Context,
) -> Outcome {
    let names = &report.recipients;
    if names.is_empty() {
        return Ok(Status::Clean);
    }
    let others = leaving.inventory.recipients.iter();
    let others = others.filter(|(name, _)| !names.contains(name));
    let others: Vec<Purpose> = others.map(|(_, recipient)| recipient.purpose).collect();
    if others.is_empty() {
        let person = leaving.person;
        context.out.note(format!(
            "warning: nobody but person/{person} opens the secrets: without another key they are lost with theirs"
        ));
        context
            .out
            .note("  first: keyroll secret recipients add NAME KEY");
        return Ok(by_hand(names, context));
    }
    for (at, name) in names.iter().enumerate() {
        if let Err(failure) = one(leaving, name, options, store, context) {
            let open = &names[at..];
            context.out.note(format!(
                "their keys still open the secrets: {}",
                failure.causes()
            ));
            return Ok(by_hand(open, context));
        }
    }
    if others.iter().all(|purpose| *purpose == Purpose::Recovery) {
        context
            .out
            .note("warning: the recovery key alone opens the secrets now");
    }
    Ok(Status::Clean)
}

fn one(
    leaving: &Leaving<'_>,
    name: &RecipientId,
    options: &IdentityOptions,
    store: &mut Store,
    context: &mut Context,
) -> Result<(), Failure> {
    let store_name = store.name()?;
    let mut secrets = unlock::unlock_to_seal(store, options, context)?;
    let done = {
        let renewal = Renewal::of(&store_name, context);
        secrets.remove_recipient(name.as_str(), leaving.on, &renewal)?
    };
    renewed(&store_name, &secrets, context);
    let sealed = counted(done.secrets, "secret");
    context
        .out
        .note(format!("{name} opens nothing new: {sealed} sealed anew"));
    left(&done, context);
    Ok(())
}

/// The commands that are left to run, where the identity is.
fn by_hand(names: &[RecipientId], context: &mut Context) -> Status {
    context
        .out
        .note("where the identity is, and before anything new is stored:");
    for name in names {
        context
            .out
            .note(format!("  keyroll secret recipients remove {name}"));
    }
    Status::Warning
}
