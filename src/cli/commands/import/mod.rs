//! `keyroll import`: takes in what others have written down.

mod facts;
mod scan;
pub(super) mod sheet;
mod show;
mod spreadsheet;
mod write;

use crate::cli::context::Context;
use crate::cli::failure::Outcome;

/// Take in a spreadsheet of accounts, dated facts, or what configuration files name
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(
    after_help = "Examples:\n  keyroll import csv accounts.csv\n  keyroll import scan /srv/jobs\n  keyroll import facts facts.jsonl"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Facts(facts::Args),
    Scan(scan::Args),
    /// Take in a spreadsheet saved as CSV: guesses what its columns are, shows it, and stops unless told to go on
    Csv(spreadsheet::Args),
    /// Take in a spreadsheet saved with tabs: guesses what its columns are, shows it, and stops unless told to go on
    Tsv(spreadsheet::Args),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Facts(args) => facts::run(args, context),
        What::Scan(args) => scan::run(&args, context),
        What::Csv(args) => spreadsheet::run(&args, None, context),
        What::Tsv(args) => spreadsheet::run(&args, Some(b'\t'), context),
    }
}
