//! `keyroll check`: what is due, late or broken in the roll. The cron job: silent when there is nothing to say.

use crate::cli::context::{Beside, Context};
use crate::cli::failure::Outcome;
use crate::cli::roll::{self, FailOn, RuleOptions};
use crate::cli::settings::Settings;
use crate::operations::due;
use crate::report::findings::{self, Item};
use crate::report::summary::Counts;
use crate::report::{self, Format};
use crate::rules::Selection;
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
    /// Print nothing: the exit status tells
    #[arg(long, short)]
    quiet: bool,
    #[command(flatten)]
    rules: RuleOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
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
    let findings = roll::judge(&inventory, &selection, &settings.policy, context);

    let status = args.fail_on.status(roll::worst(&findings));
    if args.quiet || (findings.is_empty() && context.globals.format == Format::Table) {
        return Ok(status);
    }
    let items: Vec<Item> = findings.iter().map(Item::from).collect();
    let shown = match context.globals.format {
        Format::Table => findings::text(&findings, &context.terminal()),
        Format::Json => findings::json(&items),
        Format::Jsonl => findings::jsonl(&items),
        format => report::render(&findings::view(&items), format, &context.terminal()),
    };
    context.out.data(&shown)?;
    if context.globals.format == Format::Table {
        context.out.note(Counts::of(&findings).line(None));
    }
    Ok(status)
}
