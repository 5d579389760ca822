//! `keyroll validate`: lint TOML inventories. Opens no store, no secret and no connection.

use std::path::PathBuf;

use crate::cli::baseline::BaselineOptions;
use crate::cli::context::{Beside, Context};
use crate::cli::diagnose::Diagnosis;
use crate::cli::failure::{Outcome, Status};
use crate::cli::fix::FixOptions;
use crate::cli::roll::{self, RuleOptions};
use crate::cli::settings::Settings;
use crate::model::policy::FailOn;
use crate::report::{self, findings};
use crate::rules::Selection;

/// Check TOML inventories against the rule book; needs no store, no secret, no network
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll validate inventory/\n  \
    keyroll validate --baseline known.jsonl inventory/    # only what is new fails\n  \
    keyroll validate --fix --diff inventory/              # what --fix would write\n  \
    keyroll validate --pedantic --fail-on warning inventory/\n  \
    keyroll validate --statistics inventory/              # where to begin\n  \
    keyroll validate --format github inventory/           # annotations; sarif, junit, gitlab too\n  \
    keyroll validate --format json inventory/ > findings.json")]
pub struct Args {
    /// Files, or folders with every *.toml below them [default: this folder]
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// The least severity that makes the exit status other than 0 [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    /// Count the findings of each rule instead of showing them
    #[arg(long)]
    statistics: bool,
    /// Show the summary alone
    #[arg(long, short, conflicts_with = "statistics")]
    quiet: bool,
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    baseline: BaselineOptions,
    #[command(flatten)]
    fix: FixOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if args.statistics {
        context.rows_alone()?;
    }
    let settings = Settings::load(context, Beside::Inventory)?;
    let selection = settings.selection(&args.rules, Selection::declared())?;
    if let Some(status) = args.fix.run(&args.paths, context)? {
        return Ok(status);
    }
    let mut manifest = roll::read(&args.paths)?;
    settings.meet(&manifest.inventory, context)?;
    let judgement = args
        .baseline
        .judge(&mut manifest, &selection, &settings, context)?;

    let fail_on = settings.fail_on(args.fail_on, FailOn::Error);
    let mut status = fail_on.status(roll::worst(&judgement.findings));
    if !manifest.problems.is_empty() {
        status = status.and(Status::Error);
    }
    let diagnosis = Diagnosis::new(&manifest, &judgement);
    if !args.quiet {
        let shown = show(&args, &diagnosis, &selection, status, context);
        context.out.data(&shown)?;
    }
    context.out.note(diagnosis.summary());

    // The process is about to end: taking a large inventory apart, record by record, would only delay it.
    std::mem::forget(manifest);
    Ok(status)
}

/// In the form asked for.
fn show(
    args: &Args,
    diagnosis: &Diagnosis,
    selection: &Selection,
    status: Status,
    context: &Context,
) -> String {
    let (format, terminal) = (context.findings_format(), context.terminal());
    if format.is_for_people() && !args.statistics {
        return diagnosis.page(&terminal);
    }
    let places = diagnosis.accepted_places();
    let judged = diagnosis.judged(&places, selection, status);
    if args.statistics {
        let counted = findings::statistics(&judged);
        report::render(&counted, context.globals.format, &terminal)
    } else {
        findings::render(&judged, format, &terminal)
    }
}
