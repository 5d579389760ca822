//! `keyroll account suggest`: a minimal account of a level, as TOML to paste. Needs no store, and changes none.

use std::path::PathBuf;

use clap::{ArgMatches, Args as _, Command, FromArgMatches as _};

use crate::catalog;
use crate::cli::completion;
use crate::cli::context::{Beside, Context};
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::roll;
use crate::cli::settings::Settings;
use crate::manifest::{self, Wish};
use crate::model::access::Level;
use crate::model::entitlement::Side;
use crate::model::id::{BoundaryPath, EnvironmentName, Name, PlatformId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::store::{Access, Store, StoreError};

/// Print a minimal account of an access level as TOML, ready to paste
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll account suggest status-sync --provider unicmms --boundary femo/hawthorne\n  \
    keyroll account suggest ai-agent-draft --provider unicmms --inventory inventory/")]
struct Args {
    /// The access level: `keyroll level list`
    level: Level,
    /// A provider of the inventory or the store, or a built-in glossary's name
    #[arg(long, add = completion::names(Kind::Provider))]
    provider: ProviderId,
    /// The platform of its scopes [default: the only one there is]
    #[arg(long, add = completion::names(Kind::Platform))]
    platform: Option<PlatformId>,
    /// The provider's environment [default: production]
    #[arg(long)]
    environment: Option<EnvironmentName>,
    /// Where it may act
    #[arg(long, add = completion::names(Kind::Boundary))]
    boundary: Option<BoundaryPath>,
    /// What it is for, as a word [default: the level]
    #[arg(long)]
    workflow: Option<Name>,
    /// Go by this file or folder instead of the store
    #[arg(long, value_name = "PATH", value_hint = clap::ValueHint::AnyPath)]
    inventory: Option<PathBuf>,
}

/// What the roll must tell: not its accounts, of which there may be a million.
const ASKED: &[Kind] = &[
    Kind::Organisation,
    Kind::Catalog,
    Kind::Platform,
    Kind::Provider,
    Kind::Rotation,
    Kind::Procedure,
    Kind::Consumer,
];

pub fn command() -> Command {
    Args::augment_args(Command::new("suggest"))
}

pub fn run(matches: &ArgMatches, context: &mut Context) -> Outcome {
    let args = match Args::from_arg_matches(matches) {
        Ok(args) => args,
        Err(error) => return context.out.clap(&error).map(|()| Status::Usage),
    };
    let store = match args.inventory {
        Some(_) => None,
        None => stored(context)?,
    };
    let roll = match (&args.inventory, &store) {
        (Some(path), _) => roll::declared(std::slice::from_ref(path))?,
        (None, Some(store)) => asked(store)?,
        (None, None) => Inventory::default(),
    };
    let wish = Wish {
        level: args.level,
        provider: args.provider,
        platform: args.platform,
        environment: args.environment,
        boundary: args.boundary,
        workflow: args.workflow,
    };
    known(&wish, &roll)?;

    let settings = Settings::load(context, Beside::Inventory)?;
    settings.meet(&roll, context)?;
    let suggestion = manifest::suggest(&wish, &roll, &settings.policy);
    context.out.data(&suggestion.text)?;
    let id = RecordId::new(Kind::Account, &suggestion.name);
    let is_stored = match &store {
        Some(store) => store.record(&id)?.is_some(),
        None => false,
    };
    if is_stored || roll.contains(&id) {
        context.out.note(format!(
            "there is an {id} already: give this one a name of its own"
        ));
    }
    Ok(Status::Clean)
}

fn stored(context: &Context) -> Result<Option<Store>, Failure> {
    match Store::open(&context.store_path()?, Access::Read) {
        Ok(store) => Ok(Some(store)),
        Err(StoreError::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn asked(store: &Store) -> Result<Inventory, Failure> {
    let mut roll = Inventory::default();
    for kind in ASKED {
        for record in store.records(*kind)? {
            roll.put(record);
        }
    }
    Ok(roll)
}

/// Refuses a provider or platform that neither the roll nor the program knows.
fn known(wish: &Wish, roll: &Inventory) -> Result<(), Failure> {
    let provider = wish.provider.as_str();
    if !roll.providers.contains_key(provider) && !is_builtin(provider, Side::Provider) {
        let names = roll.providers.keys().map(ProviderId::as_str);
        return Err(unknown(Kind::Provider, provider, names, Side::Provider));
    }
    if let Some(platform) = wish.platform.as_ref().map(PlatformId::as_str)
        && !roll.platforms.contains_key(platform)
        && !is_builtin(platform, Side::Platform)
    {
        let names = roll.platforms.keys().map(PlatformId::as_str);
        return Err(unknown(Kind::Platform, platform, names, Side::Platform));
    }
    Ok(())
}

fn is_builtin(name: &str, side: Side) -> bool {
    catalog::builtin(name).is_some_and(|catalog| catalog.side == side)
}

fn unknown<'a>(kind: Kind, name: &str, own: impl Iterator<Item = &'a str>, side: Side) -> Failure {
    let builtin = catalog::BUILTIN.iter().copied();
    let all = own.chain(builtin.filter(|name| is_builtin(name, side)));
    let failure = Failure::usage(format!(
        "there is no {kind} `{name}`, and no built-in glossary of a {kind} so called"
    ));
    match catalog::nearest(name, all) {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => {
            failure.hint("name one of the store, or say where it is declared: --inventory PATH")
        }
    }
}
