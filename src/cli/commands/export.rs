//! `keyroll export`: the stored inventory as TOML, sorted and stable.

use std::path::{Path, PathBuf};

use crate::catalog;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::file::shown;
use crate::cli::folder::NewFolder;
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
    let output = args.output.as_deref();
    let written = output.map(|place| written(place, &text, &inventory));
    let written = written.transpose()?;
    let to = output.map_or("standard output".into(), shown);
    // Noted first: no folder stands that the trail does not know.
    traces::leaves("toml", &to, context)?;
    let open = inventory.invitations.values();
    let open = open.filter(|invitation| invitation.status != InvitationStatus::Accepted);
    let open = open.count();
    if open > 0 {
        context.out.note(format!(
            "warning: {open} invited but not accepted, or revoked: invitations are no part of an inventory, and in a store that \
             knows nothing of them these people have what is assigned to them"
        ));
    }
    match written {
        Some((folder, count)) => {
            folder.stand()?;
            context.out.note(format!("wrote {count} file(s) to {to}"));
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

/// The files, and how many they are; they do not stand yet.
fn written(place: &Path, text: &str, inventory: &Inventory) -> Result<(NewFolder, usize), Failure> {
    let mut folder = NewFolder::at(place)?;
    let glossaries = inventory.catalogs.iter().filter_map(|(name, catalog)| {
        let path = name.file()?.trim_start_matches("./").to_owned();
        Some((path, catalog::to_toml(catalog)))
    });
    let mut count = 0;
    for (name, text) in glossaries.chain([("inventory.toml".to_owned(), text.to_owned())]) {
        folder.write(Path::new(&name), &text)?;
        count += 1;
    }
    Ok((folder, count))
}
