//! `keyroll apply`: makes the store what the files declare, in one transaction.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::lifecycle;
use crate::model::finding::Finding;
use crate::operations::records;
use crate::report::plan;
use crate::report::summary::counted;
use crate::store::Access;

/// Make the store what these files declare, in one transaction
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll apply inventory/\n  \
    keyroll apply inventory/ --yes --reason CHG-1042\n  keyroll apply inventory/ --prune --dry-run\n\n\
    Stored records that the files do not declare are kept unless --prune.")]
pub struct Args {
    /// Files, or folders with every *.toml below them
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Remove stored records that the files do not declare, and what belongs to them: versions, facts, approvals
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
    let declared = roll::declared(&args.paths)?;
    let access = if args.dry_run {
        Access::Read
    } else {
        Access::Write
    };
    let mut store = context.open(access)?;
    let stored = records::before(&store, args.prune)?;
    let decided = lifecycle::plan::compare(&declared, &stored, args.prune);

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
    }
    if !args.accept_findings {
        refuse_errors(
            &roll::errors(&declared, &stored, args.prune, context)?,
            context,
        )?;
    }
    if !args.dry_run {
        roll::change(
            context,
            &mut store,
            &decided.changes,
            "Apply these changes?",
        )?;
    }
    Ok(Status::Clean)
}

/// Errors of the rule book stop an apply: the store is what other tools believe.
///
/// # Errors
/// When there is one; the first are shown.
pub(super) fn refuse_errors(errors: &[Finding], context: &mut Context) -> Result<(), Failure> {
    if errors.is_empty() {
        return Ok(());
    }
    for finding in errors.iter().take(10) {
        context.out.note(format!(
            "  {} {}: {}",
            finding.rule, finding.subject, finding.message
        ));
    }
    let count = counted(errors.len(), "error");
    Err(
        Failure::refused(format!("the rule book finds {count}; nothing was changed")).hint(
            "`keyroll validate` shows those of the files, `keyroll check` those of what is stored; --accept-findings applies all the same",
        ),
    )
}
