//! `keyroll report handoff`: everything that a successor needs to know of the accounts, in one pack.

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};

/// Put together what is handed over with the accounts
#[derive(clap::Args)]
pub struct Args {}

pub fn run(_: &Args, _: &mut Context) -> Outcome {
    Err(Failure::new("there is nothing to hand over yet"))
}
