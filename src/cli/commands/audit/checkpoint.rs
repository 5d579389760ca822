//! `keyroll audit checkpoint`: what commits to the whole trail, signed, for somewhere that the store's host cannot write.

use std::path::PathBuf;

use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file::write_new;
use crate::cli::seen::Seen;
use crate::cli::witness::may_sign;
use crate::store::Access;

#[derive(clap::Args)]
pub struct Args {
    /// Write it to this file, which must be new, instead of printing it
    #[arg(long, short, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    out: Option<PathBuf>,
    #[command(flatten)]
    key: AuditKeyOptions,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (key, _) = audit_key::asked_for(&store.name()?, &args.key, context)?;
    let seen = Seen::of(context);
    let checkpoint = store.at_once(|| {
        may_sign(&store, &seen, key.verifier())?;
        Ok::<_, Failure>(store.checkpoint()?)
    })?;
    let note = key.sign(&checkpoint.to_string()).map_err(Failure::new)?;
    match &args.out {
        None => context.out.data(&note.to_string())?,
        Some(path) => {
            write_new(path, &note.to_string())?;
            let name = path.display();
            let size = checkpoint.size;
            context.out.note(format!("wrote {name}: {size} events"));
        }
    }
    Ok(Status::Clean)
}
