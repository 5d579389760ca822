//! `keyroll report`: what is handed to an auditor, a customer or a successor.

mod changes;
mod handoff;
mod narrow;
mod risk;
mod verify;

use crate::cli::context::Context;
use crate::cli::failure::Outcome;

/// Write what an auditor, a customer or a successor asks for
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:\n  keyroll report risk\n  keyroll report handoff --out handoff/")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Handoff(handoff::Args),
    Verify(verify::Args),
    Risk(risk::Args),
    Changes(changes::Args),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Handoff(args) => handoff::run(&args, context),
        What::Verify(args) => verify::run(&args, context),
        What::Risk(args) => risk::run(&args, context),
        What::Changes(args) => changes::run(&args, context),
    }
}
