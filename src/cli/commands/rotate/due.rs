//! `keyroll rotate --due`: for cron. Goes on with what is open, begins what is due, and one that fails stops no other.

use crate::cli::commands::rotate::show::{self, Went};
use crate::cli::commands::rotate::{Args, lock, planned};
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::cli::hands::AtHand;
use crate::cli::mark;
use crate::cli::surroundings::surroundings;
use crate::cli::unlock;
use crate::lifecycle::operation::open;
use crate::lifecycle::versions;
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Operation, OperationState, Work};
use crate::model::record::{Kind, Record};
use crate::operations::due;
use crate::operations::procedure::{Journal, Rotation, Scene, Tools};
use crate::provider::Surroundings;
use crate::store::{Access, Store};

/// What is to be done with an account.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Turn {
    GoOn,
    Begin,
}

/// What is done, in this order.
type Turns = Vec<(AccountId, Turn)>;

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let Some(_held) = lock::due(context)? else {
        context
            .out
            .note("another `rotate --due` is at work; nothing to do here");
        return Ok(Status::Clean);
    };
    let mut store = context.open(match args.dry_run {
        true => Access::Read,
        false => Access::Write,
    })?;
    // Printed steps change nothing, whatever the clock shows.
    if !args.dry_run {
        mark::may_change(&store, context)?;
    }
    // What takes effect is due by the clock alone; another day may be looked at.
    let at = match args.dry_run {
        true => context.judged_at(),
        false => context.this_moment(),
    };
    let (turns, mut all) = turns(&store, args.max, at, context)?;
    let stalled = all.iter().map(|went| went.status);
    let mut status = stalled.fold(Status::Clean, Status::and);
    if args.dry_run {
        return dry(&turns, status, &store, context);
    }
    if !turns.is_empty() {
        let names: Vec<String> = turns.iter().map(|(id, _)| id.to_string()).collect();
        context.confirm(&format!("Rotate {}?", names.join(", ")))?;
        let around = surroundings(context)?;
        for (id, turn) in turns {
            let went = one(args, &id, turn, &mut store, &around, context);
            let went = went.unwrap_or_else(|failure| failed(&id, &failure, context));
            status = status.and(went.status);
            all.push(went);
        }
    }
    // The mark that the next run holds the clock and the store against.
    mark::seen(&store, context)?;
    show::results(&all, context)?;
    Ok(status)
}

/// One that fails stops no other.
fn failed(id: &AccountId, failure: &Failure, context: &mut Context) -> Went {
    let why = failure.causes();
    context.out.note(format!("account/{id}: {why}"));
    if let Some(hint) = failure.advice() {
        context.out.note(format!("hint: {hint}"));
    }
    Went::of(id, "failed", failure.status, &why)
}

/// Shows what would be done; has no way to act.
fn dry(
    turns: &[(AccountId, Turn)],
    mut status: Status,
    store: &Store,
    context: &mut Context,
) -> Outcome {
    let mut plans = Vec::new();
    for (id, turn) in turns {
        match decided(id, *turn, store, context) {
            Ok(Some(operation)) => plans.push((id.clone(), operation)),
            Ok(None) => {}
            Err(failure) => status = status.and(failed(id, &failure, context).status),
        }
    }
    show::plans(&plans, context)?;
    Ok(status)
}

/// The rotation of an account as it is open, or would begin.
fn decided(
    id: &AccountId,
    turn: Turn,
    store: &Store,
    context: &Context,
) -> Result<Option<Operation>, Failure> {
    let scene = Scene::read(store, id.as_str())?;
    Ok(match turn {
        Turn::Begin => Some(planned(&scene, context)?.0),
        Turn::GoOn => {
            let found = open(scene.operations(), id).filter(|(_, it)| it.what == Work::Rotate);
            found.map(|(_, operation)| operation.clone())
        }
    })
}

/// What waits to go on, then what is due and not begun, in its window, at most `max` of it. Those that stalled are told, and
/// stand beside.
fn turns(
    store: &Store,
    max: usize,
    at: Timestamp,
    context: &mut Context,
) -> Result<(Turns, Vec<Went>), Failure> {
    let mut stood = Vec::new();
    let mut turns = Vec::new();
    let mut busy = Vec::new();
    for record in store.records(Kind::Operation)? {
        let Record::Operation(key, operation) = record else {
            continue;
        };
        if !operation.is_open() {
            continue;
        }
        busy.push(key.account.clone());
        match (operation.what, operation.state) {
            (Work::Rotate, OperationState::Open) => turns.push((key.account, Turn::GoOn)),
            (Work::Rotate, OperationState::Stalled) => {
                stood.push(stalled(&key, &operation, store, context));
            }
            (Work::Rotate, OperationState::Done | OperationState::Aborted)
            | (Work::Revoke | Work::Emergency | Work::Drill, _) => {}
        }
    }
    let due = due::to_rotate(store, at)?.into_iter();
    let begun = due.filter(|id| !busy.contains(id)).take(max);
    turns.extend(begun.map(|id| (id, Turn::Begin)));
    Ok((turns, stood))
}

/// One that nobody goes on with by itself.
fn stalled(
    key: &OperationKey,
    operation: &Operation,
    store: &Store,
    context: &mut Context,
) -> Went {
    let id = &key.account;
    let why = format!(
        "rotation {} is stalled after {} failures",
        key.number, operation.failures
    );
    context.out.note(format!(
        "account/{id}: {why}; `keyroll rotate {id} --resume` tries again"
    ));
    match is_possibly_live(store, id) {
        true => Went::of(id, "possibly-live", Status::Integrity, &why),
        false => Went::of(id, "stalled", Status::Error, &why),
    }
}

/// Whether a version of an account was taken away and may still work.
fn is_possibly_live(store: &Store, account: &AccountId) -> bool {
    let Ok(scene) = Scene::read(store, account.as_str()) else {
        // What cannot be read says of nothing that it is refused.
        return true;
    };
    let mut versions = versions::of(scene.versions(), account);
    versions.any(|(_, version)| version.stage == VersionStage::PossiblyLive)
}

fn one(
    args: &Args,
    id: &AccountId,
    turn: Turn,
    store: &mut Store,
    around: &Surroundings,
    context: &mut Context,
) -> Result<Went, Failure> {
    let Some(_held) = lock::account(id, context)? else {
        let why = "another command is at work on it";
        context.out.note(format!("account/{id}: {why}"));
        return Ok(Went::of(id, "busy", Status::Clean, why));
    };
    let scene = Scene::read(store, id.as_str())?;
    let operation = match turn {
        Turn::Begin => Some(planned(&scene, context)?.0),
        Turn::GoOn => None,
    };
    let waiting = open(scene.operations(), id).map(|(key, it)| (key.clone(), it.clone()));
    // What the list of turns said is older than the lock: an emergency may have closed the rotation since.
    if let Some((_, other)) = waiting.as_ref().filter(|(_, it)| it.what != Work::Rotate) {
        let why = format!(
            "what is open on it is no rotation but {}: `keyroll revoke {id} --resume` goes on with it",
            other.what
        );
        context.out.note(format!("account/{id}: {why}"));
        return Ok(Went::of(id, "busy", Status::Clean, &why));
    }
    let mut secrets = unlock::unlock_to_seal(store, &args.identity, context)?;
    let ended = {
        let mut hands = AtHand::new(context, format!("keyroll rotate {id} --resume"));
        let tools = Tools {
            secrets: &mut secrets,
            around,
            hands: &mut hands,
            made_nothing: false,
        };
        match (operation, waiting) {
            (Some(operation), _) => Rotation::begin(tools, scene, operation)?.run()?,
            (None, Some((key, operation))) => {
                Rotation::of(tools, scene, Journal::of(key, operation)).run()?
            }
            (None, None) => {
                let why = "another command ended it meanwhile";
                return Ok(Went::of(id, "busy", Status::Clean, why));
            }
        }
    };
    drop(secrets);
    show::conclude(id, &ended, false, store, context)
}
