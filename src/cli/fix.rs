//! `validate --fix`: mends what can be mended without a question, shows it, and writes it.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Status};
use crate::cli::roll;
use crate::manifest::{self, Mended, MendedFile};
use crate::operations::rewrite::{Rewrite, RewriteError, rewrite};
use crate::report::summary::counted;
use crate::report::unified;

/// How many edits of one file are told.
const MOST_TOLD: usize = 100;

/// Whether to mend the files first.
#[derive(Clone, Copy, Debug, Default, clap::Args)]
#[command(next_help_heading = "Fix")]
pub struct FixOptions {
    /// Mend what is safe (order of lists, spelling of keys, names and dates), then judge what remains
    #[arg(long)]
    pub fix: bool,
    /// Only show what --fix would write; exit 3 when there is anything, 4 when something cannot be read
    #[arg(long, requires = "fix", conflicts_with_all = ["write_baseline", "statistics", "quiet"])]
    pub diff: bool,
}

impl FixOptions {
    /// Mends the files; the status where there is nothing more to do.
    ///
    /// # Errors
    /// When a file cannot be replaced: then none was, unless it says so.
    pub fn run(self, paths: &[PathBuf], context: &mut Context) -> Result<Option<Status>, Failure> {
        if !self.fix {
            return Ok(None);
        }
        if self.diff && !context.findings_format().is_for_people() {
            return Err(
                Failure::usage("--fix --diff shows a diff and has no --format")
                    .hint("without --diff, what remains is shown in any format"),
            );
        }
        let mended = manifest::mend(&roll::paths(paths)?).map_err(|error| {
            Failure::new(error).hint("this is a fault of keyroll; nothing was changed")
        })?;
        if self.diff {
            return show(&mended, context).map(Some);
        }
        let files: Vec<Rewrite> = mended.files.iter().map(file).collect();
        rewrite(&files).map_err(refused)?;
        tell(&mended, context);
        Ok(None)
    }
}

fn file(mended: &MendedFile) -> Rewrite {
    Rewrite {
        path: mended.path.clone(),
        before: Some(mended.before.clone()),
        after: mended.after.clone(),
    }
}

fn refused(error: RewriteError) -> Failure {
    let hint = match &error {
        RewriteError::NotPlain(_) => "give the file itself; nothing was changed",
        RewriteError::Changed(_) => "try again; nothing was changed",
        RewriteError::Io { .. } => "check the folder and its mode; nothing was changed",
        RewriteError::Half { .. } => "check the folder and its mode, and try again",
    };
    Failure::new(&error).hint(hint)
}

/// Says what was done, and what was left.
fn tell(mended: &Mended, context: &mut Context) {
    for file in &mended.files {
        let edits = counted(file.done.len(), "edit");
        context.out.note(format!("{}: {edits}", file.shown));
        for (line, what) in file.done.iter().take(MOST_TOLD) {
            context.out.note(format!("  line {line}: {what}"));
        }
        if let more @ 1.. = file.done.len().saturating_sub(MOST_TOLD) {
            context.out.note(format!("  and {more} more"));
        }
    }
    if mended.files.is_empty() {
        context.out.note("nothing to fix");
    }
    left(mended, context);
}

/// Shows what would be written.
fn show(mended: &Mended, context: &mut Context) -> Result<Status, Failure> {
    let diffs = mended.files.iter().map(|file| {
        let (before, after) = file.masked();
        unified::unified(&file.shown, &before, &after)
    });
    let diffs: String = diffs.collect();
    context.out.data(&diffs)?;
    left(mended, context);
    let files = counted(mended.files.len(), "file");
    context.out.note(match mended.files.len() {
        0 => "nothing to fix".to_owned(),
        _ => format!("{files} would change"),
    });
    Ok(match (mended.left.is_empty(), mended.files.is_empty()) {
        (false, _) => Status::Error,
        (true, false) => Status::Warning,
        (true, true) => Status::Clean,
    })
}

fn left(mended: &Mended, context: &mut Context) {
    for problem in &mended.left {
        context
            .out
            .note(format!("left as it is: {}", problem.message));
    }
}
