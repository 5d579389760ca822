//! `keyroll export`: the stored inventory as TOML, sorted and stable.

use std::fs;
use std::path::{Path, PathBuf};

use crate::catalog;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::traces;
use crate::manifest;
use crate::model::inventory::Inventory;
use crate::model::party::InvitationStatus;
use crate::store::Access;

/// Print the stored inventory as TOML; applied again, it is no change
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  keyroll export > inventory.toml\n  \
    keyroll export --output inventory/     # with your own glossaries beside it")]
pub struct Args {
    /// Write into this folder, which must be new or empty
    #[arg(long, short, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let inventory = context.open(Access::Read)?.inventory()?;
    let text = manifest::write(&inventory);
    let to = args
        .output
        .as_ref()
        .map_or("standard output".into(), |folder| {
            folder.to_string_lossy().escape_debug().to_string()
        });
    traces::leaves("toml", &to, context);
    let open = inventory.invitations.values();
    let open = open.filter(|invitation| invitation.status != InvitationStatus::Accepted);
    let open = open.count();
    if open > 0 {
        context.out.note(format!(
            "warning: {open} invited but not accepted, or revoked: invitations are no part of an inventory, and in a store that \
             knows nothing of them these people have what is assigned to them"
        ));
    }
    match args.output {
        Some(folder) => {
            let written = write_folder(&folder, &text, &inventory)?;
            context
                .out
                .note(format!("wrote {written} file(s) to {}", folder.display()));
        }
        None => {
            context.out.data(&text)?;
            if !inventory.catalogs.is_empty() {
                context.out.note("note: it names glossary files of your own; `--output FOLDER` writes them beside it");
            }
        }
    }
    Ok(Status::Clean)
}

fn write_folder(folder: &Path, text: &str, inventory: &Inventory) -> Result<usize, Failure> {
    let at = |path: &Path, error: std::io::Error| {
        Failure::new(format!("cannot write `{}`: {error}", path.display()))
            .hint("check the folder, its mode and its room")
    };
    fs::create_dir_all(folder).map_err(|error| at(folder, error))?;
    let mut entries = fs::read_dir(folder).map_err(|error| at(folder, error))?;
    if entries.next().is_some() {
        return Err(Failure::refused(format!(
            "`{}` is not empty; nothing was written",
            folder.display()
        ))
        .hint("name a new folder"));
    }
    let glossaries = inventory.catalogs.iter().filter_map(|(name, catalog)| {
        let path = name.file()?.trim_start_matches("./");
        Some((folder.join(path), catalog::to_toml(catalog)))
    });
    let mut count = 0;
    for (path, text) in glossaries.chain([(folder.join("inventory.toml"), text.to_owned())]) {
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|error| at(parent, error))?;
        }
        fs::write(&path, text).map_err(|error| at(&path, error))?;
        count += 1;
    }
    Ok(count)
}
