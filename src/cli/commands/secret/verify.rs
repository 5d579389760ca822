//! `keyroll secret verify`: whether every secret opens, sits in the row it was sealed for, and is the one recorded.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::unlock::{self, IdentityOptions};
use crate::model::credential::StoreClass;
use crate::model::record::Kind;
use crate::operations::secrets::Checked;
use crate::report;
use crate::report::summary::counted;
use crate::report::view::{Cell, Tone, View};
use crate::store::Access;

/// Check that every secret opens and sits in the row it was sealed for
///
/// Shows none of them. With --identity it rehearses a recovery: whether that key alone opens everything.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll secret verify\n  \
    keyroll secret verify --identity /media/usb/recovery.txt")]
pub struct Args {
    /// Only those of these accounts
    #[arg(add = completion::names(Kind::Account))]
    accounts: Vec<String>,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let mut only = Vec::new();
    for name in &args.accounts {
        match name.parse() {
            Ok(id)
                if store
                    .record(&crate::model::record::RecordId::new(Kind::Account, name))?
                    .is_some() =>
            {
                only.push(id)
            }
            _ => return Err(roll::unknown(Kind::Account, name, &store)),
        }
    }
    let secrets = unlock::unlock(&mut store, &args.identity, context)?;
    let checked = secrets.check(&only)?;
    let faults = checked
        .iter()
        .filter(|checked| checked.fault.is_some())
        .count();
    let mut status = Status::Clean;
    let mut rows = Vec::new();
    let mut faulty = Vec::new();
    let mut elsewhere = 0;
    for Checked {
        version,
        place,
        fault,
    } in checked
    {
        elsewhere += usize::from(place.class() != StoreClass::Age);
        let word = match fault {
            None => Cell::text("ok").tone(Tone::Good),
            Some(error) => {
                let failure = Failure::from(error);
                status = status.and(failure.status);
                faulty.push(format!("error: version/{version}: {}", failure.causes()));
                Cell::text("error").tone(Tone::Error)
            }
        };
        rows.push(vec![
            Cell::text(version.account.to_string()),
            Cell::number(version.number.into()),
            Cell::text(place.to_string()),
            word,
        ]);
    }
    let total = rows.len();
    let view = View::of(
        "secret-verify",
        ["account", "version", "place", "state"],
        rows,
    );
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    faulty.iter().for_each(|line| context.out.note(line));
    let found = match faults {
        0 => "all good".to_owned(),
        faults => format!("{faults} not good"),
    };
    context
        .out
        .note(format!("{} checked, {found}", counted(total, "secret")));
    if args.identity.identity.is_some() && elsewhere > 0 {
        context.out.note(format!(
            "warning: {} in other places: this key alone does not recover them, and no backup holds them",
            counted(elsewhere, "secret")
        ));
        status = status.and(Status::Warning);
    }
    Ok(status)
}
