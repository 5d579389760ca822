//! `keyroll report verify`: whether a pack is as it was made. Needs no store.

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};

/// See whether a pack is as it was made
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: &Args, _: &mut Context) -> Outcome {
    Err(Failure::new("there is no pack to look at yet"))
}
