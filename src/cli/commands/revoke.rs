//! `keyroll revoke`: cuts an account off, and says of no version that it is revoked before the provider was seen to refuse
//! it.

mod drill;
mod show;

use std::time::Duration;

use crate::cli::commands::rotate::{lock, refused};
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome};
use crate::cli::hands::AtHand;
use crate::cli::scene::scene;
use crate::cli::surroundings::surroundings;
use crate::cli::under_way::way_on;
use crate::cli::unlock::{self, IdentityOptions};
use crate::lifecycle::operation::{
    CannotBegin, Open, Revoke, Ways, covers, open, proof, revocation,
};
use crate::lifecycle::radius::{Line, radius};
use crate::model::date::Span;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Operation, Work};
use crate::model::record::Kind;
use crate::model::text::Text;
use crate::operations::procedure::{Journal, Revocation, Scene, Tools};
use crate::store::{Access, Store};

/// Cut an account off, and prove it
///
/// Shows first what stops. Then walks the revoke procedure that the account names; a version is possibly live from the
/// first step on, and revoked only once the provider was seen to refuse it: by a fresh logon, and in a session or by a token
/// that was there before. It looks until the provider's `max-lag` is over.
///
/// A planned revoke stops at the first step that fails. An emergency goes past failures and past whatever is under way,
/// needs no procedure, and says loudly at the end what is left to do by hand. --resume goes on, and looks again at
/// versions that are possibly live.
///
/// Exit status: 0 revoked and seen refused, 3 waiting for somebody, 4 a step failed, 5 something is possibly still live.
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  \
    keyroll revoke etl --dry-run             # what stops, and the steps; nothing else\n  \
    keyroll revoke etl --emergency --yes     # 3 a.m.\n  \
    keyroll revoke etl --resume              # go on, or look again\n  \
    keyroll revoke etl --version 3           # one version\n  \
    keyroll revoke etl --drill               # rehearse: nothing is taken away")]
pub struct Args {
    #[arg(add = completion::names(Kind::Account))]
    account: String,
    /// Only this version
    #[arg(long, value_name = "N", conflicts_with_all = ["resume", "abort", "drill"])]
    version: Option<u32>,
    /// At once: past failures, past what is under way, without a procedure if need be
    #[arg(long, conflicts_with_all = ["abort", "drill"])]
    emergency: bool,
    /// Rehearse it: nothing is taken away
    #[arg(long, conflicts_with_all = ["resume", "abort", "dry_run"])]
    drill: bool,
    /// Go on with the revoke that is open, or look again at what is possibly live
    #[arg(long, conflicts_with_all = ["abort", "dry_run"])]
    resume: bool,
    /// Give the open revoke up: what was not done stays undone
    #[arg(long, conflicts_with = "dry_run")]
    abort: bool,
    /// Somebody looked at the provider: what a rotation may have made there is not there, or not any more
    #[arg(long, conflicts_with_all = ["drill", "dry_run"])]
    made_nothing: bool,
    /// Show what stops and the steps, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Look no longer than this for refusals, of all versions together: 0, 30s, 5m [default: the provider's max-lag for each]
    #[arg(long, value_name = "SPAN", value_parser = wait)]
    wait: Option<Duration>,
    #[command(flatten)]
    identity: IdentityOptions,
}

/// How long somebody is willing to wait: a span, seconds, or 0.
fn wait(text: &str) -> Result<Duration, String> {
    let bad = || "write 0, 30s, 5m or 1h".to_owned();
    let seconds = match text.strip_suffix('s') {
        Some(seconds) => seconds.parse::<u32>().map_err(|_| bad())?,
        None if text == "0" => 0,
        None => {
            let span: Span = text.parse().map_err(|_| bad())?;
            span.minutes().saturating_mul(60)
        }
    };
    Ok(Duration::from_secs(u64::from(seconds)))
}

/// What a revoke starts from.
enum Turn {
    Begin(Box<Revoke>),
    GoOn(Box<(OperationKey, Operation)>),
    Abort(Box<(OperationKey, Operation)>),
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
    // An emergency waits for nobody: of two that write one journal, the store refuses the later one.
    let _held = match args.dry_run || args.emergency || args.drill {
        true => None,
        false => Some(lock::account(&scene.id, context)?.ok_or_else(|| lock::busy(&scene.id))?),
    };
    // What another command did while this one waited for its turn.
    let scene = Scene::read(&store, scene.id.as_str())?;
    if args.drill {
        return drill::run(&args, &mut store, scene, context);
    }
    if let Some(number) = args.version {
        scene.version(number).map_err(anyhow::Error::from)?;
    }
    let turn = turn(&args, &scene, context)?;
    let hit = hit(&store, &scene, &args)?;
    match &turn {
        Turn::Begin(revoke) if args.dry_run => return show::plan(&hit, &revoke.operation, context),
        Turn::Begin(revoke) => show::announce(&scene, &hit, &revoke.operation, context)?,
        Turn::GoOn(open) => show::going_on(&scene, &open.0, &open.1, context),
        Turn::Abort(open) => show::giving_up(&scene, &open.0, &open.1, context)?,
    }
    act(&args, &mut store, scene, turn, context)
}

fn act(args: &Args, store: &mut Store, scene: Scene, turn: Turn, context: &mut Context) -> Outcome {
    let around = surroundings(context)?;
    let actor = context.actor()?;
    let mut secrets = unlock::unlock(store, &args.identity, context)?;
    let id = scene.id.clone();
    let is_abort = matches!(turn, Turn::Abort(_));
    let has_lag = scene.provider.max_lag.is_some();
    let came = {
        let mut hands = AtHand::new(context, format!("keyroll revoke {id} --resume"));
        let tools = Tools {
            secrets: &mut secrets,
            around: &around,
            hands: &mut hands,
            made_nothing: args.made_nothing,
        };
        match turn {
            Turn::Begin(revoke) => {
                let anew = (args.version, token(), &actor);
                let begun = Revocation::begin_or_anew(tools, (scene, *revoke), args.wait, anew);
                begun.map_err(cannot)?.run()?
            }
            Turn::GoOn(open) => {
                let (key, operation) = *open;
                Revocation::of(tools, scene, Journal::of(key, operation), args.wait).run()?
            }
            Turn::Abort(open) => {
                let (key, operation) = *open;
                Revocation::of(tools, scene, Journal::of(key, operation), None).abort()?
            }
        }
    };
    show::conclude(&id, &came, (is_abort, has_lag), context)
}

/// Why it cannot begin, where that came out as it was decided anew.
fn cannot(error: anyhow::Error) -> Failure {
    match error.downcast::<CannotBegin>() {
        Ok(why) => refused(why),
        Err(error) => error.into(),
    }
}

/// What is to be done, by what was asked for and what is under way.
fn turn(args: &Args, scene: &Scene, context: &Context) -> Result<Turn, Failure> {
    let id = &scene.id;
    let found = open(scene.operations(), id).map(|(key, it)| (key.clone(), it.clone()));
    if args.resume || args.abort {
        return match found {
            Some((key, operation)) if operation.what == Work::Rotate => {
                Err(rotation_is_open(&Open::of(&key, &operation)))
            }
            Some(open) if args.abort => Ok(Turn::Abort(Box::new(open))),
            Some((_, operation)) if args.emergency && operation.what != Work::Emergency => {
                begin(args, scene, context)
            }
            Some(open) => Ok(Turn::GoOn(Box::new(open))),
            None if args.abort => Err(nothing_open(id)),
            None => prove(scene, context),
        };
    }
    match found {
        // Whoever says it twice wants it to go on.
        Some(open) if args.emergency && covers(&open.1, &scene.revoking(args.version)) => {
            Ok(Turn::GoOn(Box::new(open)))
        }
        Some(_) | None => begin(args, scene, context),
    }
}

fn token() -> Text {
    let token = uuid::Uuid::now_v7().to_string();
    token.parse().expect("a UUID is a text")
}

fn begin(args: &Args, scene: &Scene, context: &Context) -> Result<Turn, Failure> {
    let what = match args.emergency {
        true => Work::Emergency,
        false => Work::Revoke,
    };
    let actor = context.actor()?;
    let begun = (token(), &actor, context.this_moment());
    let revoke = revocation(what, &scene.revoking(args.version), begun).map_err(refused)?;
    Ok(Turn::Begin(Box::new(revoke)))
}

/// The proof alone, for what is possibly live.
fn prove(scene: &Scene, context: &Context) -> Result<Turn, Failure> {
    let actor = context.actor()?;
    let begun = (token(), &actor, context.this_moment());
    let operation = proof(&scene.revoking(None), begun).ok_or_else(|| nothing_open(&scene.id))?;
    let closed = None;
    Ok(Turn::Begin(Box::new(Revoke { operation, closed })))
}

/// What stops. In an emergency a record that cannot be read keeps nobody from cutting the account off.
fn hit(store: &Store, scene: &Scene, args: &Args) -> Result<Vec<Line>, Failure> {
    let whole = match store.inventory() {
        Ok(whole) => Some(whole),
        Err(_) if args.emergency => None,
        Err(error) => return Err(error.into()),
    };
    let inventory = whole.as_ref().unwrap_or(&scene.inventory);
    let (id, account) = (&scene.id, &scene.account);
    Ok(radius(
        inventory,
        id,
        account,
        Some(&scene.credential),
        args.version,
    ))
}

fn nothing_open(id: &AccountId) -> Failure {
    let why = format!("no revoke of `account/{id}` is open, and no version of it is possibly live");
    Failure::refused(why).hint(format!("`keyroll revoke {id}` begins one"))
}

fn rotation_is_open(open: &Open) -> Failure {
    let id = &open.account;
    let past = match open.ways {
        Ways::OnOrBack => format!("; `keyroll revoke {id} --emergency` goes past it"),
        Ways::On { .. } => String::new(),
    };
    Failure::refused(format!("what is open on `account/{id}` is a rotation"))
        .hint(format!("{}{past}", way_on(open)))
}
