//! Floor 6: the command line. Parses, hands over to a command, shows how it ended.

mod acceptance;
pub mod asking;
pub mod astray;
pub mod audit_key;
pub mod baseline;
mod clipboard;
pub mod commands;
pub mod completion;
pub mod context;
pub mod diagnose;
pub mod failure;
pub mod file;
pub mod fix;
mod folder;
mod hands;
pub mod harden;
pub mod hidden;
mod hook;
pub mod mark;
pub mod noun;
pub mod output;
pub mod past;
pub mod pin;
pub mod private;
pub mod roll;
mod scene;
pub mod seen;
pub mod settings;
pub mod surroundings;
pub mod told;
pub mod traces;
mod under_way;
pub mod unlock;
pub mod witness;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};

use crate::cli::commands::Command;
use crate::cli::context::{Context, Globals};
use crate::cli::failure::{Outcome, Status};
use crate::cli::output::Output;
use crate::model::record::Kind;
use crate::report::findings::nagios;
use crate::report::{FindingsFormat, Format, WatchFormat, escape};

/// Keeps the roll of every service account between maintenance systems and the platforms that join them.
#[derive(clap::Parser)]
#[command(
    name = "keyroll",
    version,
    after_help = "Examples:\n  keyroll validate inventory/\n  keyroll apply inventory/\n  keyroll check\n\n\
        Run `keyroll` alone for the next useful step; `keyroll COMMAND --help` has examples of each.\n\
        Exit status: 0 clean, 1 the tool failed, 2 usage, 3 warnings or due, 4 errors, overdue, denied or refused,\n\
        5 a secret possibly still live, or integrity broken."
)]
struct Cli {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Option<Command>,
}

/// The whole command line, nouns included: for parsing, completion and the manual.
pub fn command() -> clap::Command {
    let nouns = noun::KINDS.iter().map(|kind| noun::command(*kind));
    Cli::command().subcommands(nouns)
}

/// Runs the program on its arguments (the first is its own name) and returns the exit status.
pub fn run(args: Vec<OsString>) -> ExitCode {
    clap_complete::CompleteEnv::with_factory(command).complete();
    let matches = match command().try_get_matches_from(&args) {
        Ok(matches) => matches,
        Err(error) => return usage(&shown(error, &args), &args),
    };
    let globals = match Globals::from_arg_matches(&matches) {
        Ok(globals) => globals,
        Err(error) => return usage(&error, &args),
    };
    let mut context = Context::new(globals, &args, harden::harden());
    let outcome = dispatch(&matches, &mut context);
    if let Err(failure) = &outcome
        && commands::is_guarded(matches.subcommand_name())
    {
        traces::refused(failure, &names(&matches), &args, &context);
    }
    ended(outcome, context.findings_format(), &mut context.out)
}

/// The names of a command, from the first down: nothing that somebody else than us chose.
fn names(matches: &clap::ArgMatches) -> String {
    let (mut names, mut here) = (Vec::new(), matches);
    while let Some((name, below)) = here.subcommand() {
        names.push(name);
        here = below;
    }
    names.join(" ")
}

/// Tells of a failure and returns the exit status: that of the house, or of the convention that was asked for.
fn ended(outcome: Outcome, format: FindingsFormat, out: &mut Output) -> ExitCode {
    let is_nagios = format == FindingsFormat::Watch(WatchFormat::Nagios);
    let status = outcome.unwrap_or_else(|failure| {
        failure.lines().iter().for_each(|line| out.note(line));
        if is_nagios {
            // Who cannot take it gets the status alone.
            let _ = out.data(&nagios::unknown(&failure.causes()));
        }
        failure.status
    });
    ExitCode::from(match is_nagios {
        true => nagios::state(status as u8).exit(),
        false => status as u8,
    })
}

fn dispatch(matches: &clap::ArgMatches, context: &mut Context) -> Outcome {
    let name = matches.subcommand_name();
    if !commands::shows(name, context.findings_format()) {
        context.rows_alone()?;
    }
    if let Some((name, arguments)) = matches.subcommand()
        && let Some(kind) = name
            .parse::<Kind>()
            .ok()
            .filter(|kind| noun::KINDS.contains(kind))
    {
        return noun::run(kind, arguments, context);
    }
    match Cli::from_arg_matches(matches) {
        Ok(Cli {
            command: Some(command),
            ..
        }) => command.run(context),
        Ok(Cli { command: None, .. }) => commands::next::run(context),
        Err(error) => context.out.clap(&error).map(|()| Status::Usage),
    }
}

/// The error for words of the command line that must not be shown as they are: that of the same words, escaped.
fn shown(error: clap::Error, args: &[OsString]) -> clap::Error {
    let words = args.iter().map(|arg| arg.to_string_lossy());
    if !error.use_stderr() || !words.clone().any(|word| word.contains(escape::is_unsafe)) {
        return error;
    }
    let escaped = words.map(|word| OsString::from(escape::terminal(&word)));
    command()
        .try_get_matches_from(escaped)
        .err()
        .filter(|again| again.kind() == error.kind())
        .unwrap_or(error)
}

/// Shows help, the version or what is wrong with the words, and returns 0 or 2.
fn usage(error: &clap::Error, args: &[OsString]) -> ExitCode {
    let mut out = Output::default();
    let status = match error.exit_code() {
        0 => Status::Clean,
        _ => Status::Usage,
    };
    let outcome = out.clap(error).map(|()| status);
    ended(outcome, asked(args), &mut out)
}

/// The format of words that could not be read: monitoring takes their exit status for a state.
fn asked(args: &[OsString]) -> FindingsFormat {
    let two = |pair: &[OsString]| pair[0] == "--format" && pair[1] == "nagios";
    let is_nagios = args.windows(2).any(two) || args.iter().any(|arg| arg == "--format=nagios");
    match is_nagios {
        true => FindingsFormat::Watch(WatchFormat::Nagios),
        false => FindingsFormat::Rows(Format::default()),
    }
}
