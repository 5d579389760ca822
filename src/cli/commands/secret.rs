//! `keyroll secret`: stores secrets, hands them out, and keeps who may open them.

mod get;
pub(super) mod recipients;
mod rotate_key;
mod set;
mod verify;

use crate::cli::context::Context;
use crate::cli::failure::Outcome;

/// Store secrets, hand them out, and keep who may open them
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Examples:\n  keyroll secret set etl\n  keyroll secret recipients list")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Set(set::Args),
    Get(get::Args),
    Verify(verify::Args),
    Recipients(recipients::Args),
    RotateKey(rotate_key::Args),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Set(args) => set::run(args, context),
        What::Get(args) => get::run(args, context),
        What::Verify(args) => verify::run(args, context),
        What::Recipients(args) => recipients::run(args, context),
        What::RotateKey(args) => rotate_key::run(args, context),
    }
}
