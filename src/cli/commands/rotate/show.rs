//! What a rotation tells: the steps before it, how it ended, and what leads on from there.

use crate::cli::commands::rotate::way;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::lifecycle::operation::{Course, Open, Ways, open};
use crate::model::id::AccountId;
use crate::model::operation::{Entry, EntryState, Operation};
use crate::operations::procedure::{Ended, Scene, operations};
use crate::report::view::{Cell, View};
use crate::report::{self, Format};
use crate::store::Store;

/// How it went with one account.
pub struct Went {
    account: AccountId,
    result: &'static str,
    why: Option<String>,
    pub status: Status,
}

impl Went {
    pub fn of(account: &AccountId, result: &'static str, status: Status, why: &str) -> Went {
        Went {
            account: account.clone(),
            result,
            why: Some(why.to_owned()).filter(|why| !why.is_empty()),
            status,
        }
    }
}

/// Says how it ended, and what to do next.
///
/// # Errors
/// When the store cannot be read.
pub fn conclude(
    id: &AccountId,
    ended: &Ended,
    is_abort: bool,
    store: &Store,
    context: &mut Context,
) -> Result<Went, Failure> {
    let operations = operations(store, id)?;
    let now = open(&operations, id).map(|(key, operation)| Open::of(key, operation));
    let (result, status, why) = match ended {
        Ended::Done if is_abort => ("given-up", Status::Clean, ""),
        Ended::Done => ("rotated", Status::Clean, ""),
        Ended::Waits { why } => ("waits", Status::Warning, why.as_str()),
        Ended::Failed { why } => ("failed", Status::Error, why.as_str()),
        Ended::PossiblyLive { why }
        | Ended::Closed {
            why,
            is_possibly_live: true,
        } => ("possibly-live", Status::Integrity, why.as_str()),
        Ended::Closed {
            why,
            is_possibly_live: false,
        } => ("closed", Status::Error, why.as_str()),
    };
    context.out.note(match ended {
        Ended::Done if is_abort => format!("account/{id}: given up"),
        Ended::Done => format!("account/{id}: rotated"),
        Ended::Waits { why } => format!("account/{id} waits: {why}"),
        Ended::Failed { why }
        | Ended::Closed {
            why,
            is_possibly_live: false,
        } => format!("account/{id}: {why}"),
        Ended::PossiblyLive { why }
        | Ended::Closed {
            why,
            is_possibly_live: true,
        } => format!("account/{id}: POSSIBLY LIVE: {why}"),
    });
    if let Some(hint) = hint(id, ended, is_abort, now.as_ref()) {
        context.out.note(format!("hint: {hint}"));
    }
    Ok(Went::of(id, result, status, why))
}

/// What leads on from where it stands now.
fn hint(id: &AccountId, ended: &Ended, is_abort: bool, now: Option<&Open>) -> Option<String> {
    let look = "look at the provider, then";
    match (ended, now.map(|open| open.ways)) {
        (Ended::Done | Ended::Waits { .. }, _) | (Ended::Failed { .. }, None) => None,
        // It says itself what goes on.
        (Ended::Closed { .. }, _) => None,
        (Ended::Failed { .. }, Some(_)) if is_abort => None,
        (Ended::Failed { .. }, Some(Ways::OnOrBack)) => Some(format!(
            "`keyroll rotate {id} --resume` tries again, --abort gives it up"
        )),
        (Ended::Failed { .. }, Some(Ways::On { .. })) => Some(format!(
            "`keyroll rotate {id} --resume` tries again; it cannot be given up any more"
        )),
        (Ended::PossiblyLive { .. }, None) => {
            Some(format!("{look} `keyroll revoke {id} --resume` looks again"))
        }
        (Ended::PossiblyLive { .. }, Some(_)) => Some(format!(
            "{look} `keyroll rotate {id} {}` looks again",
            if is_abort { "--abort" } else { "--resume" }
        )),
    }
}

/// The results as data, for programs; people have read them.
///
/// # Errors
/// When stdout cannot take them.
pub fn results(all: &[Went], context: &mut Context) -> Result<(), Failure> {
    let format = context.globals.format;
    if format == Format::Table {
        return Ok(());
    }
    let rows = all.iter().map(|went| {
        vec![
            Cell::text(&went.account),
            Cell::text(went.result),
            Cell::optional(went.why.as_ref()),
        ]
    });
    let view = View::of("rotate", ["account", "result", "why"], rows.collect());
    let shown = report::render(&view, format, &context.terminal());
    context.out.data(&shown)
}

/// What is about to be done, and where.
pub fn heading(scene: &Scene, course: Course) -> Result<String, Failure> {
    let environment = scene.environment().map_err(anyhow::Error::from)?;
    Ok(format!(
        "rotate account/{} at provider/{} ({}, {}), {course}:",
        scene.id, scene.account.provider, scene.account.environment, environment.endpoint
    ))
}

/// The entries of an operation that are in its order, with their place.
fn in_order(operation: &Operation) -> impl Iterator<Item = (usize, &Entry)> {
    let entries = operation.entries.iter();
    entries
        .filter(|entry| entry.state != EntryState::Skipped)
        .enumerate()
        .map(|(at, entry)| (at + 1, entry))
}

pub fn lines(operation: &Operation) -> Vec<String> {
    in_order(operation)
        .map(|(at, entry)| format!("  {at}. {}: {}", entry.phase, entry.title()))
        .collect()
}

fn row(at: usize, entry: &Entry) -> [Cell; 4] {
    [
        Cell::count(at),
        Cell::text(entry.phase.as_str()),
        Cell::text(entry.title()),
        Cell::text(way(entry)),
    ]
}

/// Shows the steps; has no way to act.
///
/// # Errors
/// When stdout cannot take them.
pub fn plan(operation: &Operation, context: &mut Context) -> Outcome {
    let rows = in_order(operation).map(|(at, entry)| row(at, entry).into());
    let columns = ["step", "stage", "what", "how"];
    let view = View::of("rotation-plan", columns, rows.collect());
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

/// Shows the steps that are left of several; has no way to act.
///
/// # Errors
/// When stdout cannot take them.
pub fn plans(all: &[(AccountId, Operation)], context: &mut Context) -> Result<(), Failure> {
    let mut rows = Vec::new();
    for (id, operation) in all {
        let left = in_order(operation).filter(|(_, entry)| !entry.is_over());
        rows.extend(left.map(|(at, entry)| {
            let account = [Cell::text(id)].into_iter();
            account.chain(row(at, entry)).collect()
        }));
    }
    let columns = ["account", "step", "stage", "what", "how"];
    let view = View::of("rotations-plan", columns, rows);
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)
}
