//! `keyroll plan`: what an apply would do. It cannot act: it opens the store to read.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::cli::roll;
use crate::lifecycle;
use crate::operations::records;
use crate::report::Format;
use crate::report::plan;
use crate::report::summary::counted;
use crate::store::Access;

/// Show what an apply of these files would change in the store
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keyroll plan inventory/ --exit-code")]
pub struct Args {
    /// Files, or folders with every *.toml below them
    #[arg(value_name = "PATH", required = true, value_hint = clap::ValueHint::AnyPath)]
    paths: Vec<PathBuf>,
    /// Remove stored records that the files do not declare
    #[arg(long)]
    prune: bool,
    /// Exit with 3 when there is something to change
    #[arg(long)]
    exit_code: bool,
    /// Show every field of new records
    #[arg(long, short)]
    verbose: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    let declared = roll::declared(&args.paths)?;
    let stored = records::before(&context.open(Access::Read)?, args.prune)?;
    let decided = lifecycle::plan::compare(&declared, &stored, args.prune);

    let shown = match format {
        Format::Json => plan::json(&decided.changes, &decided.kept),
        Format::Jsonl => plan::jsonl(&decided.changes),
        Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            plan::render(&decided.changes, args.verbose, context.terminal().color)
        }
    };
    context.out.data(&shown)?;
    if !decided.kept.is_empty() && context.globals.format == Format::Table {
        context.out.note(plan::kept(&decided.kept));
    }
    let errors = roll::errors(&declared, &stored, args.prune, context)?.len();
    if errors > 0 && !decided.changes.is_empty() {
        let errors = counted(errors, "error");
        context.out.note(format!(
            "the rule book finds {errors}: an apply will refuse (keyroll validate shows each)"
        ));
    }
    let differs = args.exit_code && !decided.changes.is_empty();
    Ok(if differs {
        Status::Warning
    } else {
        Status::Clean
    })
}
