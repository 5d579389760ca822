//! `keyroll review due`: which accounts are to be reviewed, by owner.

use crate::cli::asking;
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::past;
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::lifecycle::due::WARN_DAYS;
use crate::lifecycle::review::{Duty, Standing, duties, owns};
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::{self, review as shown};
use crate::store::{Access, Store};

/// List the accounts whose review is due, by owner; exit 3 where one is late
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll review due --owner anna-berg\n  \
    keyroll review due --within 30 --format csv > to-review.csv\n  \
    keyroll review due --all --as-of 2026-12-31\n\n\
    With columns `verdict`, `by` and `note` added, the CSV is what `keyroll review import` takes.")]
pub struct Args {
    /// Only what this person or team owns, by themselves or by a team
    #[arg(long, value_name = "PRINCIPAL", value_parser = asking::principal, add = completion::principals())]
    owner: Option<Principal>,
    /// What is due in so many days, too
    #[arg(long, value_name = "DAYS", default_value_t = WARN_DAYS, value_parser = clap::value_parser!(i64).range(0..=3660))]
    within: i64,
    /// Every account in use, whenever its review is due
    #[arg(long)]
    all: bool,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let settings = Settings::load(context, Beside::Store)?;
    let inventory = past::inventory(&store, context)?;
    check_owner(args.owner.as_ref(), &inventory, &store)?;
    let as_of = context.as_of();

    let limit = settings.policy.limits.review_age;
    let mut found = duties(&inventory, limit, args.within, as_of);
    let owner = args.owner.as_ref();
    found.retain(|duty| owner.is_none_or(|who| owns(&inventory, who, duty.account)));
    let next = found.iter().filter_map(|duty| duty.due_on).min();
    found.retain(|duty| args.all || is_due(duty));
    let late = found.iter().any(is_late);
    found.sort_by_key(|duty| duty.account.owner.business.clone());

    if found.is_empty() {
        let days = args.within;
        context
            .out
            .note(format!("no review is due within {days} days"));
        if let Some(next) = next {
            let days = as_of.days_until(next);
            context.out.note(format!(
                "the next is due on {next}: keyroll review due --within {days}"
            ));
        }
    }
    let view = shown::duties(&found, as_of);
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(match late {
        true => Status::Warning,
        false => Status::Clean,
    })
}

/// Whether a review is due or late.
pub(super) fn is_due(duty: &Duty<'_>) -> bool {
    match duty.standing {
        Standing::Overdue | Standing::Never | Standing::Due => true,
        Standing::Later => false,
    }
}

fn is_late(duty: &Duty<'_>) -> bool {
    match duty.standing {
        Standing::Overdue | Standing::Never => true,
        Standing::Due | Standing::Later => false,
    }
}

/// Refuses an owner who is not in the roll: it must not read as "nothing is due".
pub(super) fn check_owner(
    owner: Option<&Principal>,
    inventory: &Inventory,
    store: &Store,
) -> Result<(), Failure> {
    let Some(owner) = owner else {
        return Ok(());
    };
    let (kind, name) = owner.parts();
    let kind: Kind = kind.parse().map_err(Failure::usage)?;
    let id = RecordId {
        kind,
        name: name.into(),
    };
    match inventory.contains(&id) {
        true => Ok(()),
        false => Err(roll::unknown(kind, name, store)),
    }
}
