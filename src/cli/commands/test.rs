//! `keyroll test`: sees what a credential can do, and what it cannot.

use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::scene::scene;
use crate::cli::surroundings::surroundings;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::openings;
use crate::lifecycle::testing::{self, Planned, Wish};
use crate::model::entitlement::Side;
use crate::model::fact;
use crate::model::key::VersionKey;
use crate::model::probe::{Probe, ProbeKind};
use crate::model::provider::Environment;
use crate::model::record::Kind;
use crate::operations::procedure::Scene;
use crate::operations::secrets::Refusal;
use crate::operations::test::{Came, Tested, Tester, side};
use crate::provider::Sight;
use crate::report;
use crate::report::view::{Cell, Column, Tone, View};
use crate::store::Access;

/// See what a credential can do, and what it cannot
///
/// Runs the probes that the provider declares, in this order: authenticate, discover, read, foreign, forbidden, write,
/// audit. Each is allowed, denied or inconclusive, and what is inconclusive proves nothing. What was seen is recorded as
/// evidence of this version: status, time and a digest, never the secret or the answer.
///
/// A probe that writes runs only with --allow-write, after a read has passed, in the account's window for tests, and
/// writes only the fields that the account lists. A logon that is refused is the last request.
///
/// Exit status: 0 all is as it must be, 4 something is not, 3 something is not known.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll test etl --dry-run           # what would be asked, and nothing else\n  \
    keyroll test etl\n  \
    keyroll test etl --probe read --probe foreign\n  \
    keyroll test etl --side platform\n  \
    keyroll test etl --allow-write --yes")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// A version by its number [default: the current one]
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
    /// Only this probe; may be given several times
    #[arg(long, value_name = "KIND")]
    probe: Vec<ProbeKind>,
    /// Whose tests: provider or platform
    #[arg(long, value_name = "SIDE", default_value = "provider")]
    side: Side,
    /// Run the probes that write, too
    #[arg(long)]
    allow_write: bool,
    /// Print what would be asked, and ask nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    identity: IdentityOptions,
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    if !args.dry_run {
        context.acts_today()?;
    }
    let mut store = context.open(match args.dry_run {
        true => Access::Read,
        false => Access::Write,
    })?;
    let scene = scene(&store, &args.account)?;
    let (environment, tests) = side(&scene, args.side).ok_or_else(|| nowhere(&scene, args.side))?;
    let wish = Wish {
        kinds: &args.probe,
        allow_write: args.allow_write,
        is_open: &openings::is_open,
        now: context.judged_at(),
    };
    let planned = testing::plan(&scene.account, tests, wish);
    if planned.is_empty() {
        return Err(undeclared(&scene, &args));
    }
    if args.dry_run {
        return show_plan(&planned, context);
    }
    let version = version(&scene, args.version)?;
    refuse_named(&args, &planned)?;
    context
        .out
        .note(heading(&scene, &version, args.side, environment));
    for line in planned.iter().map(line) {
        context.out.note(line);
    }
    if planned.iter().any(|it| it.writes && it.left_out.is_none()) {
        let endpoint = &environment.endpoint;
        context.confirm(&format!("Write at {endpoint}?"))?;
    }
    warn_of_lock(&scene, &version, args.side, context)?;
    let around = surroundings(context)?;
    let mut secrets = unlock::unlock(&mut store, &args.identity, context)?;
    let tested = {
        let now = || context.this_moment();
        let mut tester = Tester {
            secrets: &mut secrets,
            around: &around,
            scene: &scene,
            side: args.side,
            environment,
            version,
            now: &now,
        };
        tester.run(&planned)?
    };
    show(&tested, context)
}

fn nowhere(scene: &Scene, side: Side) -> Failure {
    let account = &scene.account;
    let environment = &account.environment;
    let what = match side {
        Side::Provider => format!("provider/{}", account.provider),
        Side::Platform => match &account.platform {
            None => {
                return Failure::refused(format!("`account/{}` names no platform", scene.id))
                    .hint(format!("`keyroll account set {} platform=NAME`", scene.id));
            }
            Some(platform) => format!("platform/{platform}"),
        },
    };
    Failure::refused(format!("`{what}` has no environment `{environment}`"))
        .hint("declare it with its endpoint; nothing was asked")
}

/// The version that is tested, with a value.
fn version(scene: &Scene, number: Option<u32>) -> Result<VersionKey, Failure> {
    let found = match number {
        Some(number) => Some(scene.version(number).map_err(anyhow::Error::from)?),
        None => scene.current(),
    };
    match found {
        Some((key, version)) if version.held.is_some() => Ok(key.clone()),
        Some(_) | None => Err(anyhow::Error::from(Refusal::NoSecret(scene.id.clone())).into()),
    }
}

fn undeclared(scene: &Scene, args: &Args) -> Failure {
    let of = match args.side {
        Side::Provider => format!("provider.{}", scene.account.provider),
        Side::Platform => match &scene.account.platform {
            Some(platform) => format!("platform.{platform}"),
            None => "platform".to_owned(),
        },
    };
    let kind = args.probe.first().copied().unwrap_or(ProbeKind::Read);
    Failure::refused("there is no such test").hint(format!(
        "declare one: `[{of}.test.{kind}]`; nothing was asked"
    ))
}

/// A probe that was asked for by name, and cannot be run, is no success.
fn refuse_named(args: &Args, planned: &[Planned<'_>]) -> Result<(), Failure> {
    let named = planned.iter().filter(|it| args.probe.contains(&it.kind));
    for it in named {
        if let Some(why) = &it.left_out {
            return Err(Failure::refused(format!("{}: {why}", it.kind)).hint("nothing was asked"));
        }
    }
    Ok(())
}

/// A job that tests again and again would lock the account with a secret that is refused: somebody must want it.
fn warn_of_lock(
    scene: &Scene,
    version: &VersionKey,
    side: Side,
    context: &mut Context,
) -> Result<(), Failure> {
    let most = match side {
        Side::Provider => scene.provider.lockout_after,
        Side::Platform => None,
    };
    match most {
        Some(most) if testing::was_refused(scene.facts_of_locks(), version.number, side) => {
            context.confirm(&format!(
                "The last logon of version {} was refused, and {most} bad ones lock the account. Log on once more?",
                version.number
            ))
        }
        Some(_) | None => Ok(()),
    }
}

fn heading(scene: &Scene, version: &VersionKey, side: Side, environment: &Environment) -> String {
    let account = &scene.account;
    let what = match (side, &account.platform) {
        (Side::Platform, Some(platform)) => format!("platform/{platform}"),
        (Side::Platform | Side::Provider, _) => format!("provider/{}", account.provider),
    };
    format!(
        "test version {} of account/{} at {what} ({}, {}):",
        version.number, scene.id, account.environment, environment.endpoint
    )
}

fn line(planned: &Planned<'_>) -> String {
    let (kind, asks) = (planned.kind, asks(planned.probe));
    match &planned.left_out {
        None => format!("  {kind}: {asks}"),
        Some(why) => format!("  {kind}: left out: {why}"),
    }
}

/// What a probe does, without what its placeholders stand for.
fn asks(probe: &Probe) -> String {
    match (&probe.http, &probe.command) {
        (Some(http), _) => format!("{} {}", http.method, http.path),
        (None, Some(words)) => {
            let words: Vec<&str> = words.iter().map(|word| word.as_str()).collect();
            format!("runs {}", words.join(" "))
        }
        (None, None) => "nothing".to_owned(),
    }
}

/// Shows what would be asked; has no way to ask.
fn show_plan(planned: &[Planned<'_>], context: &mut Context) -> Outcome {
    let rows = planned.iter().map(|it| {
        vec![
            Cell::text(it.kind),
            Cell::text(it.probe.must_be(it.kind)),
            Cell::text(asks(it.probe)),
            Cell::text(if it.writes { "writes" } else { "reads" }),
            it.left_out.as_ref().map_or(Cell::missing(), Cell::text),
        ]
    });
    let columns = ["probe", "must-be", "asks", "effect", "left-out"];
    let view = View::of("test-plan", columns, rows.collect());
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

fn show(tested: &[Tested], context: &mut Context) -> Outcome {
    let columns = [
        Column::new("probe"),
        Column::new("must-be"),
        Column::new("seen"),
        Column::new("outcome"),
        Column::new("status").right().spare(),
        Column::new("millis").titled("ms").right().spare(),
        Column::new("why"),
    ];
    let mut view = View::new("test", columns.into());
    view.rows = tested.iter().map(row).collect();
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(tested.iter().fold(Status::Clean, |status, tested| {
        status.and(status_of(&tested.came))
    }))
}

fn row(tested: &Tested) -> Vec<Cell> {
    let (kind, must_be) = (Cell::text(tested.kind), Cell::text(tested.must_be));
    let seen = match &tested.came {
        Came::LeftOut(why) => {
            let none = Cell::missing;
            let left_out = Cell::text("left out").tone(Tone::Muted);
            return vec![
                kind,
                must_be,
                none(),
                left_out,
                none(),
                none(),
                Cell::text(why),
            ];
        }
        Came::Seen(seen) => seen,
    };
    let tone = match seen.outcome {
        fact::Outcome::Pass => Tone::Good,
        fact::Outcome::Fail => Tone::Error,
        fact::Outcome::Inconclusive => Tone::Warning,
    };
    vec![
        kind,
        must_be,
        Cell::text(match seen.sight {
            Sight::Allowed => "allowed",
            Sight::Denied => "denied",
            Sight::Inconclusive => "inconclusive",
        }),
        Cell::text(seen.outcome).tone(tone),
        seen.status
            .map_or(Cell::missing(), |status| Cell::number(status.into())),
        Cell::number(seen.millis.into()),
        match seen.why.is_empty() {
            true => Cell::missing(),
            false => Cell::text(&seen.why),
        },
    ]
}

fn status_of(came: &Came) -> Status {
    match came {
        Came::LeftOut(_) => Status::Clean,
        Came::Seen(seen) => match seen.outcome {
            fact::Outcome::Pass => Status::Clean,
            fact::Outcome::Inconclusive => Status::Warning,
            fact::Outcome::Fail => Status::Error,
        },
    }
}
