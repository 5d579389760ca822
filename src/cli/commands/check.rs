//! `keyroll check`: what is due, late or broken in the roll. The cron job: silent when there is nothing to say.

use crate::cli::context::{Beside, Context};
use crate::cli::diagnose;
use crate::cli::failure::Outcome;
use crate::cli::roll::{self, RuleOptions};
use crate::cli::settings::Settings;
use crate::model::policy::FailOn;
use crate::operations::due;
use crate::report::{self, findings};
use crate::rules::{self, Selection};
use crate::store::Access;

/// Judge the stored roll: what is due, late or broken
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll check                          # silent, exit 0: nothing to do\n  \
    keyroll check --as-of 2027-03-01       # what is due by March\n  \
    keyroll check --due --format jsonl     # rotation and expiry alone, from the index")]
pub struct Args {
    /// Only rotation and expiry, answered from the index of due dates
    #[arg(long, conflicts_with = "select")]
    due: bool,
    /// The least severity that makes the exit status other than 0
    #[arg(long, value_enum, default_value_t = FailOn::Warning)]
    fail_on: FailOn,
    /// Count the findings of each rule instead of showing them
    #[arg(long)]
    statistics: bool,
    /// Print nothing: the exit status tells
    #[arg(long, short, conflicts_with = "statistics")]
    quiet: bool,
    #[command(flatten)]
    rules: RuleOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if args.statistics {
        context.rows_alone()?;
    }
    let settings = Settings::load(context, Beside::Store)?;
    let mut selection = settings.selection(&args.rules, Selection::all())?;
    let store = context.open(Access::Read)?;
    let inventory = if args.due {
        due::candidates(&store, context.as_of())?
    } else {
        store.inventory()?
    };
    if args.due {
        selection.select = due::RULES.iter().map(|id| (*id).to_owned()).collect();
    }
    if !args.due {
        settings.meet(&inventory, context)?;
    }
    let judgement = rules::judgement(&settings.facts(&inventory, context), &selection);

    let status = args.fail_on.status(roll::worst(&judgement.findings));
    let (format, terminal) = (context.findings_format(), context.terminal());
    let is_silent = judgement.findings.is_empty() && format.is_for_people();
    if args.quiet || is_silent {
        return Ok(status);
    }
    let judged = diagnose::stored(&judgement, &inventory, &selection, status);
    let shown = if args.statistics {
        let counted = findings::statistics(&judged);
        report::render(&counted, context.globals.format, &terminal)
    } else if format.is_for_people() {
        findings::text(&judgement.findings, &terminal)
    } else {
        findings::render(&judged, format, &terminal)
    };
    context.out.data(&shown)?;
    if format.is_for_people() {
        context.out.note(judged.counts().line(None));
    }
    Ok(status)
}
