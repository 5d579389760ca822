//! `keyroll apply`: makes the store what the files declare, in one transaction.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::{commands::validate, roll};
use crate::lifecycle;
use crate::model::finding::Severity;
use crate::report::plan;
use crate::rules::Selection;
use crate::store::Access;

/// Make the store what these files declare, in one transaction
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll apply inventory/\n  \
    keyroll apply inventory/ --yes --reason CHG-1042\n\n\
    Stored records that the files do not declare are kept unless --prune.")]
pub struct Args {
    /// Files, or folders with every *.toml below them
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Remove stored records that the files do not declare
    #[arg(long)]
    prune: bool,
    /// Apply although the rule book finds errors
    #[arg(long)]
    accept_findings: bool,
    /// Show what would be done, and stop
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let manifest = roll::read(&args.paths)?;
    if !manifest.problems.is_empty() {
        return Err(validate::refuse(manifest.problems.len()));
    }
    if !args.accept_findings {
        refuse_errors(&manifest.inventory, context)?;
    }
    let access = if args.dry_run {
        Access::Read
    } else {
        Access::Write
    };
    let mut store = context.open(access)?;
    let decided = lifecycle::plan::compare(&manifest.inventory, &store.inventory()?, args.prune);

    if !decided.kept.is_empty() {
        context.out.note(plan::kept(&decided.kept));
    }
    if decided.changes.is_empty() {
        context
            .out
            .note("no changes: the store is what the files declare");
        return Ok(Status::Clean);
    }
    if args.dry_run {
        context.out.data(&plan::render(
            &decided.changes,
            false,
            context.terminal().color,
        ))?;
        return Ok(Status::Clean);
    }
    roll::change(
        context,
        &mut store,
        &decided.changes,
        "Apply these changes?",
    )?;
    Ok(Status::Clean)
}

/// Errors of the rule book stop an apply: the store is what other tools believe.
fn refuse_errors(
    inventory: &crate::model::inventory::Inventory,
    context: &mut Context,
) -> Result<(), Failure> {
    let findings = roll::judge(inventory, &Selection::declared(), context);
    let errors = findings.iter().filter(|f| f.severity == Severity::Error);
    let mut count = 0;
    for finding in errors {
        count += 1;
        if count <= 10 {
            context.out.note(format!(
                "  {} {}: {}",
                finding.rule, finding.subject, finding.message
            ));
        }
    }
    if count == 0 {
        return Ok(());
    }
    Err(Failure::refused(format!(
        "the rule book finds {count} error(s); nothing was changed"
    ))
    .hint("`keyroll validate` shows each at its line; --accept-findings applies all the same"))
}
