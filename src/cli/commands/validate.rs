//! `keyroll validate`: lint TOML inventories. Opens no store, no secret and no connection.

use std::path::PathBuf;

use crate::cli::baseline::{self, BaselineOptions};
use crate::cli::context::{Beside, Context};
use crate::cli::diagnose::Diagnosis;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll::{self, FailOn, RuleOptions};
use crate::cli::settings::Settings;
use crate::rules::Selection;

/// Check TOML inventories against the rule book; needs no store, no secret, no network
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll validate inventory/\n  \
    keyroll validate --baseline known.jsonl inventory/    # only what is new fails\n  \
    keyroll validate --pedantic --fail-on warning inventory/\n  \
    keyroll validate --format json inventory/ > findings.json")]
pub struct Args {
    /// Files, or folders with every *.toml below them [default: this folder]
    #[arg(value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// The least severity that makes the exit status other than 0 [default: error]
    #[arg(long, value_enum)]
    fail_on: Option<FailOn>,
    #[command(flatten)]
    rules: RuleOptions,
    #[command(flatten)]
    baseline: BaselineOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let settings = Settings::load(context, Beside::Inventory)?;
    let selection = settings.selection(&args.rules, Selection::declared())?;
    let mut manifest = roll::read(&args.paths)?;
    let judged = args
        .baseline
        .judge(&mut manifest, &selection, &settings, context)?;
    let findings = &judged.findings;

    let diagnosis = Diagnosis::new(&manifest, findings);
    let shown = diagnosis.render(context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    let summary = diagnosis.summary() + &baseline::remark(&judged);
    context.out.note(summary);

    let faultless = manifest.problems.is_empty();
    // The process is about to end: taking a large inventory apart, record by record, would only delay it.
    std::mem::forget(manifest);

    let fail_on = settings.fail_on(args.fail_on, FailOn::Error);
    let status = fail_on.status(roll::worst(findings));
    Ok(if faultless {
        status
    } else {
        status.and(Status::Error)
    })
}

/// That the files cannot be used, after their problems were shown.
pub fn refuse(problems: usize) -> Failure {
    Failure::refused(format!(
        "{problems} problem(s) in the inventory; nothing was changed"
    ))
    .hint("`keyroll validate` shows each at its line")
}
