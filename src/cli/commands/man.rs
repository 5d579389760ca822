//! `keyroll man`: the manual pages, from the same source as the help.

use std::fs;
use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};

/// Print the manual page, or write those of all commands into a folder
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  keyroll man | man -l -\n  keyroll man --output /usr/local/share/man/man1"
)]
pub struct Args {
    /// Write a page for every command into this folder
    #[arg(long, short, value_name = "FOLDER", value_hint = clap::ValueHint::DirPath)]
    output: Option<PathBuf>,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.output {
        Some(folder) => {
            let failed = |error| {
                Failure::new(format!("cannot write to `{}`: {error}", folder.display()))
                    .hint("check the folder, its mode and its room")
            };
            fs::create_dir_all(&folder).map_err(failed)?;
            for (name, page) in pages().map_err(failed)? {
                fs::write(folder.join(name), page).map_err(failed)?;
            }
        }
        None => {
            let page =
                page(&crate::cli::command()).map_err(|error| Failure::new(error.to_string()))?;
            context.out.data(&page)?;
        }
    }
    Ok(Status::Clean)
}

/// Every page by file name: `keyroll.1`, `keyroll-audit.1`, `keyroll-audit-log.1` ...
///
/// # Errors
/// Never in practice: the pages are written to memory.
pub fn pages() -> std::io::Result<Vec<(String, String)>> {
    let mut root = crate::cli::command();
    root.build();
    let mut pages = Vec::new();
    collect(&root, &mut pages)?;
    Ok(pages)
}

fn collect(command: &clap::Command, pages: &mut Vec<(String, String)>) -> std::io::Result<()> {
    let name = command
        .get_display_name()
        .unwrap_or(command.get_name())
        .to_owned();
    pages.push((format!("{name}.1"), page(command)?));
    command
        .get_subcommands()
        // What `help` says of a command stands on that command's own page.
        .filter(|sub| !sub.is_hide_set() && sub.get_name() != "help")
        .try_for_each(|sub| collect(sub, pages))
}

fn page(command: &clap::Command) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
