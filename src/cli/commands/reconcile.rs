//! `keyroll reconcile`: what logs, and a provider's own list of accounts, tell of the roll.

mod accounts;
mod logs;
mod show;

use std::fs;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::output::Progress;
use crate::cli::{file, roll};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::{EnvironmentName, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::provider::Provider;
use crate::model::record::Kind;
use crate::model::text::Text;
use crate::operations::procedure::Lacking;
use crate::reconcile;
use crate::store::Store;

pub use logs::{Logs, run as logs};

/// How many bytes of a log are read at once.
const GATHERED: usize = 64 << 10;

/// Hold logs, or a provider's own list of accounts, against the roll
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
#[command(
    after_help = "Example:\n  keyroll reconcile accounts --provider unicmms --environment production users.csv"
)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Logs(Logs),
    Accounts(accounts::Accounts),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Logs(args) => logs::run(args, context),
        What::Accounts(args) => accounts::run(args, context),
    }
}

/// The provider that was named.
fn provider<'a>(
    inventory: &'a Inventory,
    name: &str,
    store: &Store,
) -> Result<(&'a ProviderId, &'a Provider), Failure> {
    let found = inventory.providers.get_key_value(name);
    found.ok_or_else(|| roll::unknown(Kind::Provider, name, store))
}

/// Refuses an environment that the provider has not.
fn check_environment(
    (id, provider): (&ProviderId, &Provider),
    name: &EnvironmentName,
) -> Result<(), Failure> {
    if provider.environment.contains_key(name) {
        return Ok(());
    }
    let names: Vec<&str> = provider
        .environment
        .keys()
        .map(|name| name.as_str())
        .collect();
    let lacking = Lacking::Environment {
        provider: id.to_string(),
        environment: name.to_string(),
    };
    Err(Failure::usage(lacking).hint(format!("it has: {}", names.join(", "))))
}

/// A file to read from its beginning, or standard input; what is read of it moves a bar on.
fn open(path: &Path, bar: &Progress) -> Result<Box<dyn BufRead>, Failure> {
    let from: Box<dyn Read> = match path == Path::new("-") {
        true => Box::new(io::stdin()),
        false => Box::new(file::plain(path)?),
    };
    Ok(Box::new(BufReader::with_capacity(
        GATHERED,
        bar.watched(from),
    )))
}

/// How many bytes some files hold together; none where one of them is standard input.
fn size<'p>(paths: impl Iterator<Item = &'p PathBuf>) -> Option<u64> {
    paths
        .map(|path| Some(fs::metadata(path).ok()?.len()).filter(|_| *path != Path::new("-")))
        .sum()
}

/// How often what was read is held against the store anew.
const TRIES: usize = 5;

/// Records what was read; what stands there already is no change.
fn record(
    facts: Vec<Fact>,
    (inventory, store): (&Inventory, &mut Store),
    context: &mut Context,
) -> Result<(), Failure> {
    let mut changes = reconcile::changes(facts.clone(), inventory);
    // Somebody else may have read the same logs meanwhile: then it is held against what they recorded.
    for _ in 0..TRIES {
        if changes.is_empty() {
            context.out.note("nothing new is recorded");
            return Ok(());
        }
        match roll::commit(context, store, &changes) {
            Err(failure) if failure.is_conflict() => {
                changes = reconcile::changes(facts.clone(), &store.inventory()?);
            }
            ended => return ended,
        }
    }
    roll::commit(context, store, &changes)
}

/// The name of a file as facts keep it: without its folder.
fn name(path: &Path) -> Text {
    let name = match path == Path::new("-") {
        true => "standard input".into(),
        false => path.file_name().unwrap_or_default().to_string_lossy(),
    };
    let cut: String = name
        .chars()
        .take(100)
        .flat_map(char::escape_debug)
        .collect();
    // Nothing in it is a control character any more.
    cut.parse().unwrap_or_default()
}

/// The day that is judged by must have come: what is recorded happened.
fn day(context: &Context) -> Result<Date, Failure> {
    let (day, today) = (context.as_of(), context.today());
    match day <= today {
        true => Ok(day),
        false => Err(Failure::usage(format!("{day} has not come"))
            .hint("--as-of names the day of the list or the log, or leave it out")),
    }
}
