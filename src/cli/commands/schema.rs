//! `keyroll schema`: the JSON Schema of the TOML, for editors.

use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::manifest;

/// Print the JSON Schema of an inventory or of keyroll.toml, for editors
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  keyroll schema > inventory.schema.json\n  \
    # and as the first line of an inventory:  #:schema ./inventory.schema.json\n  \
    keyroll schema config > config.schema.json")]
pub struct Args {
    /// Of an inventory, or of keyroll.toml
    #[arg(value_enum, default_value_t = What::Inventory)]
    what: What,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum What {
    Inventory,
    Config,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    context.out.data(match args.what {
        What::Inventory => manifest::SCHEMA,
        What::Config => manifest::CONFIG_SCHEMA,
    })?;
    Ok(Status::Clean)
}
