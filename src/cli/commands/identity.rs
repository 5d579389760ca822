//! `keyroll identity`: the key that opens the secrets from here.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::unlock::{self, IdentityOptions};
use crate::operations::secrets::recipients;
use crate::report;
use crate::report::view::{Cell, View};
use crate::secrets::{Keyring, identity_item, is_protected};
use crate::store::Access;

/// The key that opens the secrets from here
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(after_help = "Example:\n  keyroll identity show")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show where the identity comes from and whose it is; never the key itself
    #[command(after_help = "Example:\n  keyroll identity show")]
    Show(IdentityOptions),
    /// Put an identity of this store into the OS keyring: on a new machine, or from a file
    #[command(after_help = "Examples:\n  \
        keyroll identity import anna.txt\n  \
        keyroll identity import - <anna.txt")]
    Import {
        /// The identity; - for standard input
        #[arg(value_hint = clap::ValueHint::FilePath)]
        file: PathBuf,
        /// Read the passphrase of the identity from this file descriptor
        #[arg(long, value_name = "N")]
        passphrase_fd: Option<u32>,
    },
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Show(options) => show(&options, context),
        What::Import {
            file,
            passphrase_fd,
        } => import(
            &IdentityOptions {
                identity: Some(file),
                passphrase_fd,
            },
            context,
        ),
    }
}

fn show(options: &IdentityOptions, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let (identity, source) = unlock::identity(&store.name()?, options, context)?;
    let recipients = recipients(&store)?;
    let rows = identity.public_keys().into_iter().map(|key| {
        let key = key.to_string();
        let whose = recipients
            .iter()
            .find(|(_, recipient)| recipient.key.as_str() == key);
        vec![
            Cell::text(source.words()),
            Cell::text(&key),
            whose.map_or(Cell::missing(), |(name, _)| Cell::text(name.to_string())),
        ]
    });
    let view = View::of(
        "identity-show",
        ["source", "key", "recipient"],
        rows.collect(),
    );
    context.out.data(&report::render(
        &view,
        context.globals.format,
        &context.terminal(),
    ))?;
    Ok(Status::Clean)
}

fn import(options: &IdentityOptions, context: &mut Context) -> Outcome {
    let mut store = context.open(Access::Write)?;
    let name = store.name()?;
    let (text, source) = unlock::text(&name, options, context)?;
    if is_protected(&text) {
        return Err(
            Failure::usage("it stands under a passphrase, and the keyring has its own")
                .hint("leave it in its file, and name that with KEYROLL_IDENTITY_FILE"),
        );
    }
    let identity = unlock::parse(&text, &source.words(), options, context)?;
    // Only one that opens this store: another in its place would lock everybody out.
    unlock::unlock_with(&mut store, identity, &source, context).map(drop)?;
    Keyring::new(context.patience()).write(&identity_item(&name), &text)?;
    context
        .out
        .note("the OS keyring holds the identity of this store now");
    Ok(Status::Clean)
}
