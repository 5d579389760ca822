//! `keyroll hook`: which programs are told what, and whether they can be told. Changes nothing.

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::hook::Configured;
use crate::model::date::Date;
use crate::model::hook::{Argv, HookEvent, Letter, Threshold};
use crate::operations::invitations;
use crate::report::view::{Cell, Tone, View};
use crate::report::{self, notice};

/// The programs that are told what happened: list them, try them
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll hook list\n  \
    keyroll hook test                      # every hook that is configured\n  \
    keyroll hook test on-overdue")]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Every event, and the program that is told of it
    #[command(after_help = "Example:\n  keyroll hook list --format json")]
    List,
    /// Send a message that is marked as a test, and say what came of it
    #[command(after_help = "Examples:\n  keyroll hook test\n  keyroll hook test on-overdue")]
    Test {
        /// The event, as its key in `[hooks]` [default: each that has a program]
        #[arg(value_parser = clap::builder::PossibleValuesParser::new(HookEvent::ALL.iter().map(|event| event.as_str())))]
        event: Option<String>,
    },
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    let configured = Configured::read(context)?;
    match args.verb {
        Verb::List => list(&configured, context),
        Verb::Test { event } => {
            let event = event.map(|word| word.parse()).transpose();
            test(event.map_err(Failure::usage)?, &configured, context)
        }
    }
}

fn list(configured: &Configured, context: &mut Context) -> Outcome {
    let columns = ["event", "program", "arguments", "path", "state"];
    let mut status = Status::Clean;
    let mut rows = Vec::new();
    for event in HookEvent::ALL {
        let Some(argv) = configured.argv(*event) else {
            let nothing = [(); 3].map(|()| Cell::missing());
            let state = Cell::text("none").tone(Tone::Muted);
            rows.push(
                [Cell::text(event)]
                    .into_iter()
                    .chain(nothing)
                    .chain([state])
                    .collect(),
            );
            continue;
        };
        let hook = configured.hook(*event, argv, context);
        let path = hook
            .as_ref()
            .ok()
            .map(|hook| hook.path().to_string_lossy().into_owned());
        let state = match &hook {
            Ok(_) => Cell::text("ready").tone(Tone::Good),
            Err(failure) => {
                status = status.and(Status::Failed);
                Cell::text(failure.causes()).tone(Tone::Error)
            }
        };
        rows.push(vec![
            Cell::text(event),
            Cell::text(argv.program()),
            Cell::list(argv.arguments()),
            Cell::optional(path),
            state,
        ]);
    }
    show(&View::of("hook-list", columns, rows), context)?;
    match configured.path() {
        Some(path) => context
            .out
            .note(format!("configured in {}", path.display())),
        None => context
            .out
            .note("no configuration: docs/configuration.md says where one lies"),
    }
    Ok(status)
}

fn test(event: Option<HookEvent>, configured: &Configured, context: &mut Context) -> Outcome {
    let events = HookEvent::ALL
        .iter()
        .filter(|known| event.is_none_or(|event| event == **known));
    let named: Vec<(HookEvent, &Argv)> = events
        .filter_map(|event| Some((*event, configured.argv(*event)?)))
        .collect();
    if named.is_empty() {
        let which = event.map_or("hook".to_owned(), |event| format!("hook {event}"));
        return Err(Failure::usage(format!("no {which} is configured")).hint(
            "name its program in `[hooks]` of your own keyroll.toml: on-overdue = [\"./mail.sh\"]",
        ));
    }
    let mut status = Status::Clean;
    let mut rows = Vec::new();
    for (event, argv) in named {
        let told = configured.hook(event, argv, context).and_then(|hook| {
            let sample = sample(event, context.as_of());
            hook.tell(&sample).map_err(|error| Failure::new(error.why))
        });
        let result = match told {
            Ok(()) => Cell::text("took the test message").tone(Tone::Good),
            Err(failure) => {
                status = Status::Failed;
                Cell::text(failure.causes()).tone(Tone::Error)
            }
        };
        rows.push(vec![Cell::text(event), Cell::text(argv.program()), result]);
    }
    show(
        &View::of("hook-test", ["event", "program", "result"], rows),
        context,
    )?;
    Ok(status)
}

/// What a hook is told to try it.
fn sample(event: HookEvent, day: Date) -> serde_json::Value {
    match event {
        HookEvent::Invite => invitations::sample(Letter::Invite, day),
        HookEvent::RevokeInvite => invitations::sample(Letter::RevokeInvite, day),
        HookEvent::Due => notice::sample(Threshold::Due, day),
        HookEvent::Overdue => notice::sample(Threshold::Overdue, day),
        HookEvent::PossiblyLive => notice::sample(Threshold::PossiblyLive, day),
    }
}

fn show(view: &View, context: &mut Context) -> Result<(), Failure> {
    let shown = report::render(view, context.globals.format, &context.terminal());
    context.out.data(&shown)
}
