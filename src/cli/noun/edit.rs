//! A record as TOML from a file or from an editor, checked before it is taken.

use std::io::Write;
use std::process::Command;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::file;
use crate::manifest::{self, Problem};
use crate::model::record::{Record, RecordId};

/// Reads a record from a TOML file; `-` is standard input.
///
/// # Errors
/// When the file cannot be read, or does not hold this very record.
pub fn from_file(id: &RecordId, file_name: &str) -> Result<Record, Failure> {
    let text = file::text(file_name)?;
    manifest::parse_record(id, &text).map_err(|problems| {
        Failure::refused(format!(
            "{id}: {}; nothing was changed",
            listed(&problems).join("; ")
        ))
        .hint(format!(
            "`keyroll {kind} show NAME` prints the form of a {kind}",
            kind = id.kind
        ))
    })
}

/// Lets the user edit a record until it is right or given up.
///
/// # Errors
/// When the editor cannot be run or fails, or the text is given up with faults in it; nothing is changed then.
pub fn in_editor(record: &Record, context: &mut Context) -> Result<Record, Failure> {
    let broken = |error: std::io::Error| {
        Failure::new(format!("cannot write the text to edit: {error}"))
            .hint("make room in the folder for temporary files, or name another in TMPDIR")
    };
    let mut file = tempfile::Builder::new()
        .prefix("keyroll-")
        .suffix(".toml")
        .tempfile()
        .map_err(broken)?;
    file.write_all(manifest::write_record(record).as_bytes())
        .map_err(broken)?;
    let path = file.into_temp_path();
    loop {
        run_editor(&path, context)?;
        let text = file::text(&path)?;
        let problems = match manifest::parse_record(&record.id(), &text) {
            Ok(edited) => return Ok(edited),
            Err(problems) => problems,
        };
        listed(&problems)
            .iter()
            .for_each(|line| context.out.note(format!("  {line}")));
        if !context.may_ask() || !again(context)? {
            let failure = Failure::refused("the edited record has faults; nothing was changed");
            // Nothing is kept: what was typed may hold a secret in the wrong place.
            return Err(failure.hint("correct what is told above"));
        }
    }
}

fn again(context: &mut Context) -> Result<bool, Failure> {
    let answer = context.out.ask("Edit again? [Y/n] ")?;
    Ok(answer.is_some_and(|word| !matches!(word.to_ascii_lowercase().as_str(), "n" | "no")))
}

fn run_editor(path: &std::path::Path, context: &Context) -> Result<(), Failure> {
    let words = context.editor()?;
    let (program, arguments) = words.split_first().expect("an editor is at least `vi`");
    let ended = Command::new(program).args(arguments).arg(path).status();
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(_) => Err(
            Failure::refused(format!("`{program}` failed; nothing was changed"))
                .hint("another editor is named in VISUAL or EDITOR"),
        ),
        Err(error) => Err(Failure::new(format!("cannot run `{program}`: {error}"))
            .hint("name your editor in VISUAL or EDITOR")),
    }
}

fn listed(problems: &[Problem]) -> Vec<String> {
    let line = |problem: &Problem| {
        let at = problem
            .place
            .as_ref()
            .map_or(String::new(), |place| format!("line {}: ", place.line));
        let hint = problem
            .hint
            .as_ref()
            .map_or(String::new(), |hint| format!(" ({hint})"));
        format!("{at}{}{hint}", problem.message)
    };
    problems.iter().map(line).collect()
}
