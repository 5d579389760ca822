//! `keyroll init`: makes the store and its identity, and with `--example` an inventory to play with.

mod secrets;

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::seen::{self, Seen};
use crate::manifest;
use crate::operations::secrets::store_key;
use crate::report::summary::counted;
use crate::store::{Access, Store, StoreError};

/// The shipped example: a dairy with one plant, two providers and eight accounts.
const EXAMPLE: &[(&str, &str)] = &[
    (
        "inventory.toml",
        include_str!("../../../examples/brookfield/inventory.toml"),
    ),
    (
        "glossaries/maintainx.toml",
        include_str!("../../../examples/brookfield/glossaries/maintainx.toml"),
    ),
    ("inventory.schema.json", manifest::SCHEMA),
    (
        "facts.jsonl",
        include_str!("../../../examples/brookfield/facts.jsonl"),
    ),
];

/// Create the store, and the age identity that opens its secrets
///
/// The identity goes into the OS keyring, or with --identity-file into a file. A store that has no secrets yet is made
/// ready for them. The example does without secrets, unless an option asks for them.
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  keyroll init --recovery-file /media/usb/recovery.txt\n  \
        keyroll init --identity-file --print-recovery\n  keyroll init --example\n  keyroll init --no-secrets"
)]
pub struct Args {
    /// Also write an inventory to play with into FOLDER
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "keyroll-example", value_hint = clap::ValueHint::DirPath)]
    example: Option<PathBuf>,
    #[command(flatten)]
    secrets: secrets::Options,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let path = context.store_path()?;
    if let Some(folder) = &args.example {
        refuse_full(folder)?;
    }
    let no_secrets =
        args.secrets.no_secrets || (args.example.is_some() && args.secrets.is_silent());
    // Both are decided before anything is made.
    let existing = existing(&path, no_secrets, &args, context)?;
    let plan = match no_secrets {
        true => None,
        false => Some(secrets::plan(&args.secrets, context)?),
    };
    // The store first: it is the one that can be refused.
    let is_new = existing.is_none();
    let mut store = match existing {
        Some(store) => store,
        None => Store::create(&path, &context.actor()?)?,
    };
    if let Some(plan) = plan
        && let Err(failure) = secrets::make(plan, &args.secrets, &mut store, context)
    {
        if is_new {
            // Nothing is in it yet: a store without the secrets that were asked for is half of it.
            drop(store);
            let _ = fs::remove_file(&path);
        }
        return Err(failure);
    }
    if is_new {
        if let Seen::Mark(gone) = Seen::of(context) {
            let events = gone.checkpoint.size.try_into().unwrap_or(usize::MAX);
            let events = counted(events, "event");
            context.out.note(format!(
                "warning: another store stood in this place, with {events} when it was last seen here"
            ));
        }
        seen::accept(&store, context)?;
        context
            .out
            .note(format!("created the store {}", path.display()));
    }
    if let Some(folder) = &args.example {
        write_example(folder)?;
        context.out.note(format!(
            "wrote an example inventory to {}",
            folder.display()
        ));
    }
    context.out.note("next:");
    let steps = match &args.example {
        Some(folder) => {
            let folder = folder.display();
            vec![
                format!("keyroll validate {folder}"),
                format!("keyroll apply {folder}"),
                format!("keyroll import facts {folder}/facts.jsonl"),
                "keyroll check --as-of 2027-03-01".to_owned(),
                "keyroll matrix permissions".to_owned(),
            ]
        }
        None if no_secrets => vec![
            "keyroll apply FOLDER".to_owned(),
            "keyroll account add".to_owned(),
        ],
        None => vec![
            "keyroll apply FOLDER".to_owned(),
            "keyroll secret set ACCOUNT".to_owned(),
            "keyroll doctor".to_owned(),
        ],
    };
    steps
        .iter()
        .for_each(|step| context.out.note(format!("  {step}")));
    Ok(Status::Clean)
}

/// The store that is there already: for the example as it is, else to be made ready for secrets.
fn existing(
    path: &Path,
    no_secrets: bool,
    args: &Args,
    context: &mut Context,
) -> Result<Option<Store>, Failure> {
    if !path.exists() {
        return Ok(None);
    }
    let store = context.open(if no_secrets {
        Access::Read
    } else {
        Access::Write
    })?;
    let unchanged = no_secrets || store_key(&store)?.is_some();
    if unchanged && args.example.is_none() {
        return Err(StoreError::Exists { path: path.into() }.into());
    }
    if unchanged {
        context.out.note(format!(
            "the store {} was there already and is unchanged",
            path.display()
        ));
    }
    Ok(Some(store))
}

/// A folder that holds something is left alone.
fn refuse_full(folder: &Path) -> Result<(), Failure> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::refused(format!(
            "`{}` is not empty; nothing was written",
            folder.display()
        ))
        .hint("name another folder: keyroll init --example FOLDER"));
    }
    Ok(())
}

/// Writes the example.
fn write_example(folder: &Path) -> Result<(), Failure> {
    let at = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write `{}`: {error}", path.display()))
    };
    for (name, text) in EXAMPLE {
        let path = folder.join(name);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| at(parent, error))?;
        }
        // The shipped file names the schema of the source tree; this one has it beside it.
        let text = text.replacen(
            "../../schema/inventory.schema.json",
            "./inventory.schema.json",
            1,
        );
        fs::write(&path, text).map_err(|error| at(&path, error))?;
    }
    Ok(())
}
