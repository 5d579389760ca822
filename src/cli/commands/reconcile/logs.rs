//! `keyroll reconcile logs`, and `keyroll audit reconcile`: the logs of both sides against the roll, and against each other.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::commands::reconcile::{
    check_environment, day, name, open, provider, record, show, size,
};
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::output::Progress;
use crate::cli::settings::Settings;
use crate::cli::{file, roll};
use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::id::{EnvironmentName, PlatformId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::log::LogMap;
use crate::model::policy::FailOn;
use crate::model::provider::Provider;
use crate::model::record::Kind;
use crate::operations;
use crate::reconcile::{self, Against, Log, LogRead, Malformed, Unread};
use crate::report::summary::counted;
use crate::store::{Access, Store};

/// Hold the logs of a provider and of the platform against the roll, and against each other
///
/// How a log is read stands in `[provider.NAME.log]` and `[platform.NAME.log]`: docs/reconcile.md. What it tells of each
/// account is recorded, for `check`, `diagnose`, `review` and the handoff; the same log once more changes nothing.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll audit reconcile --provider unicmms --provider-log audit.jsonl --platform-log sync.csv --environment production\n  \
    zcat audit.jsonl.gz | keyroll audit reconcile --provider unicmms --provider-log - --dry-run\n\n\
    Exit status: 0 nothing is amiss; 1 a log could not be read; 2 a wrong command line, or a log without the columns of \
    its map; 3 a warning, a line that could not be read, or an empty log; 4 an error.")]
pub struct Logs {
    /// The provider whose accounts are judged
    #[arg(long, value_name = "PROVIDER", add = completion::names(Kind::Provider))]
    provider: String,
    /// A log of the provider, or - for standard input; several are one log
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, num_args = 1..)]
    provider_log: Vec<PathBuf>,
    /// A log of the platform, or - for standard input; several are one log
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath, num_args = 1..)]
    platform_log: Vec<PathBuf>,
    /// The platform [default: that of the provider's accounts]
    #[arg(long, value_name = "PLATFORM", add = completion::names(Kind::Platform))]
    platform: Option<String>,
    /// The environment of records that name none [default: the provider's only one]
    #[arg(long, value_name = "NAME")]
    environment: Option<EnvironmentName>,
    /// Judge records from this day on; earlier ones still count as the other half of later ones
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Judge records until this day
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Judge records of this work order, asset or request alone; nothing is recorded
    #[arg(long, value_name = "ID")]
    record: Option<String>,
    /// How many lines to name of each finding
    #[arg(long, value_name = "NUMBER", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=1000))]
    examples: u16,
    /// Show what is found, and record nothing
    #[arg(long)]
    dry_run: bool,
    /// What makes the exit status other than 0: warning, error or never
    #[arg(long, value_name = "SEVERITY", default_value = "warning")]
    fail_on: FailOn,
}

pub fn run(args: Logs, context: &mut Context) -> Outcome {
    check_files(&args)?;
    let today = day(context)?;
    // A part of a log is no reading of it.
    let is_dry = args.dry_run || args.record.is_some();
    let settings = Settings::load(context, Beside::Store)?;
    let mut store = context.open(if is_dry { Access::Read } else { Access::Write })?;
    let inventory = store.inventory()?;
    let of = provider(&inventory, &args.provider, &store)?;
    let platform = platform(&args, &inventory, of.0, &store)?;
    let bar = context.out.reading(size(files(&args)));
    let logs = logs(&args, &inventory, (of, platform), &bar)?;
    let environment = environment(&args, of, &logs)?;
    let against = Against {
        inventory: &inventory,
        policy: &settings.policy,
        provider: of.0,
        platform,
        environment,
        ended: operations::reconcile::ended(&store, &inventory, of.0)?,
        since: args.since,
        until: args.until,
        record: args.record.clone(),
        today,
        now: context.now(),
        examples: args.examples.into(),
    };
    let outcome = reconcile::read(&against, logs);
    bar.end();
    let outcome = outcome.map_err(unread)?;
    outcome.logs.iter().try_for_each(could_be_read)?;
    show::logs(&outcome, (args.since, args.until), context)?;
    if is_dry {
        context.out.note("nothing was recorded");
    } else {
        let facts = reconcile::facts(&outcome, &inventory, (args.since, args.until));
        let poorer = reconcile::poorer(&facts, &inventory);
        if poorer > 0 {
            let facts = counted(poorer, "fact");
            let note =
                format!("{facts} not recorded: fuller logs of the same days were read before");
            context.out.note(note);
        }
        record(facts, (&inventory, &mut store), context)?;
    }
    Ok(args.fail_on.status(outcome.worst()))
}

/// Every log that was named.
fn files(args: &Logs) -> impl Iterator<Item = &PathBuf> {
    args.provider_log.iter().chain(&args.platform_log)
}

fn check_files(args: &Logs) -> Result<(), Failure> {
    if files(args).next().is_none() {
        return Err(Failure::usage("there is no log to read")
            .hint("name --provider-log FILE, --platform-log FILE, or both"));
    }
    if files(args).filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(
            Failure::usage("standard input can be one log only").hint("name a file for the other")
        );
    }
    check_twice(files(args))?;
    match (args.since, args.until) {
        (Some(since), Some(until)) if since > until => {
            Err(Failure::usage(format!("{since} is after {until}"))
                .hint("--since is the first day, --until the last"))
        }
        (_, _) => Ok(()),
    }
}

/// Refuses a file that is named twice, by one path or by two: each of its lines would count twice.
fn check_twice<'p>(files: impl Iterator<Item = &'p PathBuf>) -> Result<(), Failure> {
    let mut named = BTreeMap::new();
    // What cannot be read is told where it is opened.
    for (which, path) in files.filter_map(|path| Some((file::which(path).ok()?, path))) {
        if let Some(before) = named.insert(which, path) {
            let [before, path] = [before, path].map(|path| match path == Path::new("-") {
                true => "standard input".to_owned(),
                false => format!("`{}`", path.display()),
            });
            return Err(Failure::usage(format!("{before} and {path} are one file"))
                .hint("name each log once, and on one side: what is read twice counts twice"));
        }
    }
    Ok(())
}

/// The platform whose log is read: the one that is named, else the only one that the provider's accounts are at.
fn platform<'a>(
    args: &Logs,
    inventory: &'a Inventory,
    provider: &ProviderId,
    store: &Store,
) -> Result<Option<&'a PlatformId>, Failure> {
    if let Some(name) = &args.platform {
        let found = inventory.platforms.get_key_value(name.as_str());
        let (id, _) = found.ok_or_else(|| roll::unknown(Kind::Platform, name, store))?;
        return Ok(Some(id));
    }
    let accounts = inventory.accounts.values();
    let of_provider = accounts.filter(|account| account.provider == *provider);
    let mut platforms: Vec<&PlatformId> = of_provider
        .filter_map(|account| inventory.platform_of(account))
        .collect();
    platforms.sort_unstable();
    platforms.dedup();
    match *platforms.as_slice() {
        [one] => Ok(Some(one)),
        [] if args.platform_log.is_empty() => Ok(None),
        [_, ..] if args.platform_log.is_empty() => Ok(None),
        [] | [_, ..] => Err(Failure::usage("whose log the platform's is cannot be told")
            .hint("name it: --platform NAME")),
    }
}

/// Every log with its map.
fn logs<'a>(
    args: &Logs,
    inventory: &'a Inventory,
    ((id, provider), platform): ((&ProviderId, &'a Provider), Option<&PlatformId>),
    bar: &Progress,
) -> Result<Vec<Log<'a>>, Failure> {
    let no_map = |of: String| {
        Failure::usage(format!("nothing says how the log of `{of}` is read"))
            .hint("declare `log` there, with `form` and `fields`: docs/reconcile.md shows how")
    };
    let mut logs = Vec::new();
    let mut add = |side, map: &'a LogMap, paths: &[PathBuf]| -> Result<(), Failure> {
        for path in paths {
            logs.push(Log {
                side,
                name: name(path),
                map,
                from: open(path, bar)?,
            });
        }
        Ok(())
    };
    if !args.provider_log.is_empty() {
        let map = provider.log.as_deref();
        let map = map.ok_or_else(|| no_map(format!("provider/{id}")))?;
        add(Side::Provider, map, &args.provider_log)?;
    }
    if let Some(platform) = platform.filter(|_| !args.platform_log.is_empty()) {
        let body = inventory.platforms.get(platform);
        let map = body.and_then(|body| body.log.as_deref());
        let map = map.ok_or_else(|| no_map(format!("platform/{platform}")))?;
        add(Side::Platform, map, &args.platform_log)?;
    }
    Ok(logs)
}

/// The environment of records that name none.
fn environment<'e>(
    args: &'e Logs,
    of: (&ProviderId, &'e Provider),
    logs: &[Log<'_>],
) -> Result<Option<&'e EnvironmentName>, Failure> {
    if let Some(name) = &args.environment {
        check_environment(of, name)?;
        return Ok(Some(name));
    }
    let names: Vec<&EnvironmentName> = of.1.environment.keys().collect();
    match *names.as_slice() {
        [only] => Ok(Some(only)),
        [] | [_, ..] if logs.iter().all(|log| log.map.fields.environment.is_some()) => Ok(None),
        [] | [_, ..] => Err(
            Failure::usage("the environment of the log cannot be told").hint(format!(
                "name it: --environment {}",
                names.first().map_or("NAME", |name| name.as_str())
            )),
        ),
    }
}

/// That some line of a log could be read: else it is another file than its map is for.
fn could_be_read(log: &LogRead) -> Result<(), Failure> {
    match log.examples.first() {
        Some(first) if log.records <= log.malformed => {
            let LogRead { side, name, .. } = log;
            let Malformed { line, why } = first;
            Err(Failure::new(format!(
                "no line of the {side} log `{name}` could be read; line {line}: {why}"
            ))
            .hint("name the file that the map is for; a compressed one comes by `zcat FILE` and `-`. Nothing was recorded"))
        }
        Some(_) | None => Ok(()),
    }
}

fn unread(error: Unread) -> Failure {
    let (status, hint) = match &error {
        Unread::Read { .. } => (Status::Failed, "check the file; nothing was recorded"),
        Unread::Heading { .. } => (
            Status::Usage,
            "correct the map, or take the file that it is for; nothing was recorded",
        ),
        Unread::Scratch(_) => (
            Status::Failed,
            "make room where TMPDIR points; nothing was recorded",
        ),
    };
    Failure::from(anyhow::Error::new(error))
        .hint(hint)
        .with(status)
}
