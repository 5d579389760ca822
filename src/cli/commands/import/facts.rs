//! `keyroll import facts`: what happened, dated, without any secret.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::model::change::{Note, Occurrence};
use crate::operations::facts;
use crate::report::summary::counted;
use crate::store::Access;

/// Record what happened, without any secret: versions issued or rotated, evidence, drills, sightings, reviews
#[derive(clap::Args)]
#[command(
    after_help = "One JSON object a line (units: days are ISO dates, durations minutes):\n  \
    {\"fact\":\"issued\",\"account\":\"A\",\"version\":1,\"on\":\"2026-04-13\",\"expires\":\"2027-05-12\"}\n  \
    {\"fact\":\"rotated\",\"account\":\"A\",\"version\":2,\"on\":\"2026-10-30\",\"previous-live\":true}\n  \
    {\"fact\":\"evidence\",\"account\":\"A\",\"version\":2,\"probe\":\"read\",\"outcome\":\"pass\",\"on\":\"2026-10-30\"}\n  \
    {\"fact\":\"drill\",\"procedure\":\"P\",\"on\":\"2026-10-29\",\"result\":\"pass\",\"minutes\":12}\n  \
    {\"fact\":\"seen\",\"account\":\"A\",\"on\":\"2026-11-19\",\"log\":\"sync-log\"}\n  \
    {\"fact\":\"review\",\"account\":\"A\",\"on\":\"2026-10-01\",\"by\":\"person/P\",\"verdict\":\"keep\"}\n  \
    {\"fact\":\"owner-changed\",\"account\":\"A\",\"on\":\"2026-11-17\"}\n\n\
    Facts that are recorded already change nothing; one bad line refuses all.\n\n\
    Example:\n  keyroll import facts facts.jsonl --dry-run"
)]
pub struct Args {
    /// The file, or - for standard input
    #[arg(value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    file: PathBuf,
    /// Show what would be recorded, and stop
    #[arg(long)]
    dry_run: bool,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let Args { file, dry_run } = args;
    let lines = facts::read(&file).map_err(unusable)?;
    // East of UTC the day begins earlier: tomorrow's date may be today's.
    let today = context.as_of();
    let latest = today.plus_days(1);
    if let Some((line, fact)) = lines.iter().find(|(_, fact)| fact.on() > latest) {
        let message = format!(
            "line {line}: a fact of {} has not happened by {today}",
            fact.on()
        );
        return Err(Failure::refused(format!("{message}; nothing was recorded"))
            .hint("correct the date; --as-of DATE records as of another day"));
    }
    let mut store = context.open(if dry_run { Access::Read } else { Access::Write })?;
    let changes = facts::decide(&lines, &store.inventory()?).map_err(|faults| {
        let shown = faults.len().min(20);
        for fault in &faults[..shown] {
            context.out.note(format!("  {fault}"));
        }
        Failure::refused(format!(
            "{} of {} facts are refused; nothing was recorded",
            faults.len(),
            lines.len()
        ))
        .hint("correct the lines above, or apply the inventory that they belong to first")
    })?;
    if changes.is_empty() {
        let facts = counted(lines.len(), "fact");
        context.out.note(format!("nothing new in {facts}"));
    } else if dry_run {
        context.out.data(&crate::report::plan::render(
            &changes,
            false,
            context.terminal().color,
        ))?;
    } else {
        let note = Note::new(None, Occurrence::Import)
            .with("form", "facts")
            .with("from", file.to_string_lossy().escape_debug().to_string());
        roll::commit_with(context, &mut store, &changes, &[note])?;
    }
    Ok(Status::Clean)
}

/// A file that cannot be read is a failure of the tool; one that holds something else is refused.
fn unusable(error: anyhow::Error) -> Failure {
    let unread = error.chain().any(|cause| cause.is::<std::io::Error>());
    let mut failure = Failure::from(error)
        .hint("nothing was recorded; `keyroll import facts --help` shows the form");
    if !unread {
        failure.status = Status::Error;
    }
    failure
}
