//! `keyroll init`: makes the store, and with `--example` an inventory to play with.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::manifest;
use crate::store::{Access, Store};

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

/// Create the store
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  keyroll init\n  keyroll init --example\n  keyroll init --store ./roll.db"
)]
pub struct Args {
    /// Also write an inventory to play with into FOLDER
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, default_missing_value = "keyroll-example", value_hint = clap::ValueHint::DirPath)]
    example: Option<PathBuf>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let path = context.store_path()?;
    if let Some(folder) = &args.example {
        refuse_full(folder)?;
    }
    // The store first: it is the one that can be refused.
    if args.example.is_some() && path.exists() {
        context.open(Access::Read)?;
        context.out.note(format!(
            "the store {} was there already and is unchanged",
            path.display()
        ));
    } else {
        Store::create(&path, &context.actor()?)?;
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
        None => vec![
            "keyroll apply FOLDER".to_owned(),
            "keyroll account add".to_owned(),
        ],
    };
    steps
        .iter()
        .for_each(|step| context.out.note(format!("  {step}")));
    Ok(Status::Clean)
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
