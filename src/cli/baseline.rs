//! The baseline of an inventory on the command line: read, judged beside, written anew.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::settings::{Settings, unread};
use crate::manifest::{self, Manifest};
use crate::model::baseline::Baseline;
use crate::operations::rewrite::{Rewrite, rewrite};
use crate::report::summary::counted;
use crate::rules::{self, Judgement, Selection};

/// What to do with the findings that an inventory has had for long.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Baseline")]
pub struct BaselineOptions {
    /// Findings that stand in this file do not count: only new ones do
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub baseline: Option<PathBuf>,
    /// Write what is found today as the baseline, and count only what cannot stand in one
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath,
        conflicts_with_all = ["select", "ignore", "baseline"])]
    pub write_baseline: Option<PathBuf>,
}

impl BaselineOptions {
    /// Judges an inventory beside its baseline, where there is one; first writes that, where asked to.
    ///
    /// # Errors
    /// When the baseline cannot be read or written.
    pub fn judge(
        &self,
        manifest: &mut Manifest,
        selection: &Selection,
        settings: &Settings,
        context: &mut Context,
    ) -> Result<Judgement, Failure> {
        if let Some(path) = &self.write_baseline {
            write(path, manifest, selection, settings, context)?;
        }
        let named = self.write_baseline.clone().or(self.baseline.clone());
        let known = match named.or_else(|| settings.baseline()) {
            Some(path) => manifest
                .read_baseline(&path)
                .map_err(|problem| unread(*problem))?,
            None => Baseline::default(),
        };
        let facts = settings.facts(&manifest.inventory, context);
        let mut judged = rules::judgement_beside(&facts, selection, &known);
        if !manifest.problems.is_empty() {
            // What could not be read was not judged: that proves nothing of what is known.
            judged.findings.retain(|finding| finding.entry.is_none());
        }
        Ok(judged)
    }
}

fn write(
    path: &Path,
    manifest: &Manifest,
    selection: &Selection,
    settings: &Settings,
    context: &mut Context,
) -> Result<(), Failure> {
    let name = path.to_string_lossy().escape_debug().to_string();
    let faults = manifest.problems.len();
    if faults > 0 {
        let message = format!("{faults} problem(s) in the inventory; no baseline was written");
        return Err(Failure::refused(message).hint("`keyroll validate` shows each at its line"));
    }
    let before = standing(path, &name)?;
    let known = rules::baseline(&settings.facts(&manifest.inventory, context), selection);
    let all = [Rewrite {
        path: path.to_owned(),
        before,
        after: manifest::write_baseline(&known).map_err(|error| {
            Failure::refused(error.to_string())
                .hint("mend what is found most, or write one for a part; no baseline was written")
        })?,
    }];
    rewrite(&all).map_err(|error| {
        Failure::new(error).hint("no baseline was written; check the path and its folder")
    })?;
    let findings = counted(known.total(), "finding");
    context.out.note(format!("wrote {findings} to `{name}`"));
    Ok(())
}

/// What stands at the path: nothing, or another baseline.
fn standing(path: &Path, name: &str) -> Result<Option<String>, Failure> {
    if path
        .extension()
        .is_some_and(|extension| extension == "toml")
    {
        let message = format!("`{name}` would be read as a part of the inventory");
        return Err(Failure::usage(message).hint("name it keyroll-baseline.jsonl"));
    }
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(_) | Ok(_) => {}
    }
    let text = manifest::baseline_text(path).map_err(|problem| unread(*problem))?;
    match manifest::is_baseline(&text) {
        true => Ok(Some(text)),
        false => Err(
            Failure::usage(format!("`{name}` is no baseline; it stands as it was"))
                .hint("name another file, or take this one away"),
        ),
    }
}
