//! `keyroll report changes`: what changed since a day, by the audit trail: for the weekly review.

use crate::cli::commands::report::narrow::Narrow;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::settings::Settings;
use crate::dossier::changes::{Asked, changes};
use crate::dossier::past::{as_told, rewind};
use crate::model::date::{Date, Timestamp};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::operations::past;
use crate::report::changes::render;
use crate::store::Access;

/// Tell what changed since a day: access gained and lost, owners, approvals, rotations, revokes, what failed, and who did it
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll report changes --since 2026-11-16\n  \
    keyroll report changes --since 2026-10-01 --until 2026-10-31 --format md\n  \
    keyroll report changes --since 2026-11-16 --provider unicmms --format csv\n\n\
    Gains are told by the roll as it stood then, made again from the audit trail.")]
pub struct Args {
    /// The first day
    #[arg(long, value_name = "DATE")]
    since: Date,
    /// The last day [default: the day judged by]
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    #[command(flatten)]
    narrow: Narrow,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let until = args.until.unwrap_or_else(|| context.as_of());
    if until < args.since {
        return Err(Failure::usage(format!(
            "the span ends on {until}, before it begins on {}",
            args.since
        ))
        .hint("--since takes the first day, --until the last one"));
    }
    let store = context.open(Access::Read)?;
    let settings = Settings::load(context, Beside::Store)?;
    let (mut after, mut told, began, astray) = store.at_once(|| {
        let told = past::since(&store, Timestamp::from(args.since))?;
        anyhow::Ok((
            store.inventory()?,
            told,
            store.began()?,
            past::astray(&store)?,
        ))
    })?;

    let end = Timestamp::from(until.plus_days(1));
    let later = told.split_off(told.partition_point(|told| told.event.actor.at < end));
    let unknown = as_told(&mut after, &astray);
    let mut lost = rewind(&mut after, later.iter().rev());
    let mut before = after.clone();
    lost.extend(rewind(&mut before, told.iter().rev()));
    // The same on both sides: nothing is said to have been gained by them, by anybody.
    for id in unknown {
        before.remove(&id);
        after.get(&id).map(|record| before.put(record));
        lost.insert(id);
    }
    if !args.narrow.is_all() {
        known(&args.narrow, &before, &after)?;
    }
    let wants = |id: &AccountId| {
        let states = [&before, &after].into_iter();
        let mut found = states.filter_map(|state| state.accounts.get(id));
        found.any(|account| args.narrow.wants(id, account))
    };
    let found = changes(&Asked {
        told: &told,
        before: &before,
        after: &after,
        lost: &lost,
        astray: &astray,
        policy: &settings.policy,
        days: (args.since, until),
        wants: (!args.narrow.is_all()).then_some(&wants),
    });

    let format = context.globals.format;
    let covers = args.narrow.words();
    let shown = render(&found, &covers, format, &context.terminal());
    context.out.data(&shown)?;
    context.out.note(found.summary());
    for warning in found.warnings() {
        context.out.note(warning);
    }
    if let Some(began) = began.filter(|began| began.date() > args.since) {
        let day = began.date();
        context.out.note(format!(
            "the trail begins on {day}: nothing is known of before"
        ));
    }
    Ok(match found.behind() {
        0 => Status::Clean,
        _ => Status::Integrity,
    })
}

/// Refuses a name that was nobody's at the end nor at the beginning.
fn known(narrow: &Narrow, before: &Inventory, after: &Inventory) -> Result<(), Failure> {
    match narrow.check(before) {
        Ok(()) => Ok(()),
        Err(_) => narrow.check(after),
    }
}
