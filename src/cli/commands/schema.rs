//! `keyroll schema`: the JSON Schema of the TOML, for editors.

use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::manifest;

/// Print the JSON Schema of an inventory, for editors
#[derive(clap::Args)]
#[command(after_help = "Example:\n  keyroll schema > inventory.schema.json\n  \
    # and as the first line of an inventory:  #:schema ./inventory.schema.json")]
pub struct Args {}

pub fn run(_: Args, context: &mut Context) -> Outcome {
    context.out.data(manifest::SCHEMA)?;
    Ok(Status::Clean)
}
