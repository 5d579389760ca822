//! What a revoke tells: what stops, the steps, and how each version stands at the end.

use crate::cli::commands::rotate::way;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::lifecycle::radius::Line;
use crate::model::credential::VersionStage;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase, Work};
use crate::operations::procedure::{Left, Revoked, Scene, Stands};
use crate::report;
use crate::report::Format;
use crate::report::view::{Cell, View};

/// Shows what stops and the steps; has no way to act.
pub fn plan(hit: &[Line], operation: &Operation, context: &mut Context) -> Outcome {
    let stops = hit.iter().map(|line| {
        vec![
            Cell::text(line.hit.as_str()),
            Cell::text(&line.name),
            Cell::text(&line.what),
            Cell::missing(),
        ]
    });
    let steps = operation.entries.iter().enumerate().map(|(at, entry)| {
        vec![
            Cell::text("step"),
            Cell::text(format!("{} {}", at + 1, entry.phase)),
            Cell::text(titled(entry)),
            Cell::text(how(entry)),
        ]
    });
    let rows = stops.chain(steps).collect();
    let view = View::of("revoke-plan", ["part", "name", "what", "how"], rows);
    let shown = report::render(&view, context.globals.format, &context.terminal());
    context.out.data(&shown)?;
    Ok(Status::Clean)
}

/// Says what stops and what is done, and asks.
pub fn announce(
    scene: &Scene,
    hit: &[Line],
    operation: &Operation,
    context: &mut Context,
) -> Result<(), Failure> {
    let is_emergency = operation.what == Work::Emergency;
    let takes = operation.entries.iter();
    let is_look = !takes.clone().any(|entry| entry.phase == Phase::Withdraw);
    let heading = match (is_emergency, is_look) {
        (true, _) => format!("EMERGENCY: account/{} is cut off. What stops:", scene.id),
        (false, false) => format!("revoke account/{}. What stops:", scene.id),
        (false, true) => format!(
            "look again at account/{}: nothing is taken away, so that nothing stops.",
            scene.id
        ),
    };
    context.out.note(heading);
    for line in hit.iter().filter(|_| !is_look) {
        let blank = if line.what.is_empty() { "" } else { ": " };
        let (hit, name, what) = (line.hit, &line.name, &line.what);
        context.out.note(format!("  {hit} {name}{blank}{what}"));
    }
    let withdraws = operation
        .entries
        .iter()
        .any(|entry| entry.phase == Phase::Withdraw && entry.tag.is_none());
    if withdraws && operation.procedure.is_none() {
        context.out.note(format!(
            "account/{} names no revoke procedure that can be used: somebody takes it away by hand, and keyroll looks whether it is refused",
            scene.id
        ));
    }
    context.out.note("What is done:");
    for (at, entry) in operation.entries.iter().enumerate() {
        let (at, phase, title) = (at + 1, entry.phase, titled(entry));
        context
            .out
            .note(format!("  {at}. {phase}: {title} ({})", how(entry)));
    }
    context.confirm(&match (is_emergency, is_look) {
        (true, _) => format!("Cut account/{} off NOW?", scene.id),
        (false, false) => format!("Revoke account/{}?", scene.id),
        (false, true) => format!("Look again at account/{}?", scene.id),
    })
}

/// Says which one goes on.
pub fn going_on(scene: &Scene, key: &OperationKey, operation: &Operation, context: &mut Context) {
    let left = operation.entries.iter().filter(|entry| !entry.is_over());
    context.out.note(format!(
        "account/{}: {} {} goes on, begun {} by {}; {} of {} entries are left",
        scene.id,
        operation.what,
        key.number,
        operation.began,
        operation.by,
        left.count(),
        operation.entries.len()
    ));
}

/// Says what stays undone, and asks.
pub fn giving_up(
    scene: &Scene,
    key: &OperationKey,
    operation: &Operation,
    context: &mut Context,
) -> Result<(), Failure> {
    let left = operation.entries.iter().filter(|entry| !entry.is_over());
    for entry in left.filter(|entry| entry.phase != Phase::Finish) {
        context.out.note(format!("stays undone: {}", titled(entry)));
    }
    context.confirm(&format!(
        "Give up {} {} of account/{}? What may still work stays possibly live.",
        operation.what, key.number, scene.id
    ))
}

/// How an entry is done; what a person does in full, for whoever has nothing but this.
fn how(entry: &Entry) -> String {
    let manual = entry.step.as_ref().and_then(|step| step.manual.as_ref());
    match (manual, &entry.step, entry.phase) {
        (Some(what), _, _) => format!("by hand: {what}"),
        (None, None, Phase::Withdraw) => "by hand".to_owned(),
        (None, _, _) => way(entry),
    }
}

fn titled(entry: &Entry) -> String {
    match (entry.version, &entry.tag) {
        (Some(number), _) => format!("{}, version {number}", entry.title()),
        (None, Some(tag)) => format!("{}, `{tag}`", entry.title()),
        (None, None) => entry.title().to_owned(),
    }
}

/// Says how each version stands, what is left, and what to do next.
pub fn conclude(
    id: &AccountId,
    came: &Revoked,
    (is_abort, has_lag): (bool, bool),
    context: &mut Context,
) -> Outcome {
    context.out.note(format!("account/{id}:"));
    for version in &came.versions {
        context.out.note(format!("  {}", standing(version)));
    }
    for left in &came.left {
        match &left.tag {
            // What may work is told whether it was given up or not.
            Some(tag) => context.out.note(format!("  {}", may_be(tag, &left.why))),
            None if is_abort => {}
            None => context.out.note(format!("  {}", undone(left))),
        }
    }
    if let Some(meanwhile) = &came.meanwhile {
        context.out.note(format!("  {meanwhile}"));
    }
    let status = status(came, is_abort);
    if let Some(next) = next(id, came, is_abort, has_lag) {
        context.out.note(format!("next: {next}"));
    }
    let format = context.globals.format;
    if format != Format::Table {
        let shown = report::render(&view(came), format, &context.terminal());
        context.out.data(&shown)?;
    }
    Ok(status)
}

fn standing(version: &Stands) -> String {
    let Stands { number, stage, how } = version;
    // The proof names its version itself.
    let how = how
        .strip_prefix(&format!("version {number}: "))
        .or_else(|| how.strip_prefix(&format!("version {number} ")))
        .unwrap_or(how);
    match (stage, how) {
        (VersionStage::Revoked, how) => format!("version {number}: REVOKED ({how})"),
        (VersionStage::PossiblyLive, "") => {
            format!("version {number}: POSSIBLY LIVE: nobody has looked yet")
        }
        (VersionStage::PossiblyLive, how) => format!("version {number}: POSSIBLY LIVE: {how}"),
        (VersionStage::Pending | VersionStage::Current | VersionStage::Previous, _) => {
            format!("version {number}: still {stage}: nothing of it was taken away")
        }
    }
}

fn may_be(tag: &str, why: &str) -> String {
    match why {
        "" => format!("`{tag}`: POSSIBLY LIVE: nobody has looked yet"),
        why => format!("`{tag}`: POSSIBLY LIVE: {why}"),
    }
}

fn undone(left: &Left) -> String {
    let version = left.version.map(|number| format!(", version {number}"));
    let version = version.unwrap_or_default();
    let (title, why) = (&left.title, &left.why);
    match (left.state, &left.by_hand) {
        (EntryState::Failed, _) => format!("FAILED: {title}{version}: {why}"),
        (EntryState::Unknown | EntryState::Started, _) => {
            format!("NOT KNOWN: {title}{version}: {why}")
        }
        (EntryState::Waiting | EntryState::Done | EntryState::Skipped, Some(what)) => {
            format!("NOT DONE, BY HAND: {title}: {what}")
        }
        (EntryState::Waiting | EntryState::Done | EntryState::Skipped, None) => {
            let blank = if why.is_empty() { "" } else { ": " };
            format!("NOT DONE: {title}{version}{blank}{why}")
        }
    }
}

/// The gravest of what is left.
fn status(came: &Revoked, is_abort: bool) -> Status {
    let mut status = Status::Clean;
    for version in &came.versions {
        if version.stage == VersionStage::PossiblyLive {
            status = status.and(Status::Integrity);
        }
    }
    if came.left.iter().any(|left| left.tag.is_some()) {
        status = status.and(Status::Integrity);
    }
    for left in came.left.iter().filter(|_| !is_abort) {
        status = status.and(match left.state {
            EntryState::Failed | EntryState::Unknown | EntryState::Started => Status::Error,
            EntryState::Waiting | EntryState::Done | EntryState::Skipped => Status::Warning,
        });
    }
    status
}

/// What leads on where no probe can tell.
const SOMEBODY: &str =
    "at a terminal it asks what no test can tell, and takes the word `refused` for it";

fn next(id: &AccountId, came: &Revoked, is_abort: bool, has_lag: bool) -> Option<String> {
    let is_doubtful = |version: &Stands| version.stage == VersionStage::PossiblyLive;
    let doubt = came.versions.iter().any(is_doubtful);
    let is_unseen = came.left.iter().any(|left| left.tag.is_some());
    match (came.state, doubt) {
        (_, false) if is_unseen => Some(format!(
            "`keyroll revoke {id} --resume` looks again; with --made-nothing where somebody saw that nothing is there"
        )),
        (_, true) if !has_lag => Some(format!(
            "take it away at the provider, then `keyroll revoke {id} --resume` looks again; where a session outlives its secret, \
             `max-lag` of the provider says for how long; {SOMEBODY}"
        )),
        (_, true) => Some(format!(
            "take it away at the provider, then `keyroll revoke {id} --resume` looks again; {SOMEBODY}"
        )),
        (OperationState::Open | OperationState::Stalled, false) => Some(format!(
            "`keyroll revoke {id} --resume` goes on, --abort gives it up"
        )),
        (OperationState::Aborted, false) => None,
        (OperationState::Done, false) if is_abort => None,
        (OperationState::Done, false) => Some(format!(
            "`keyroll rotate {id}` makes a new one; `keyroll account suspend {id}` where it is to rest"
        )),
    }
}

fn view(came: &Revoked) -> View {
    let rows = came.versions.iter().map(|version| {
        vec![
            Cell::count(usize::try_from(version.number).unwrap_or(usize::MAX)),
            Cell::text(version.stage.as_str()),
            Cell::text(&version.how),
        ]
    });
    // What has a tag alone is no version.
    let unseen = came.left.iter().filter_map(|left| {
        let tag = left.tag.as_ref()?;
        let stage = VersionStage::PossiblyLive.as_str();
        let how = format!("`{tag}`: {}", left.why);
        Some(vec![Cell::missing(), Cell::text(stage), Cell::text(how)])
    });
    let rows = rows.chain(unseen).collect();
    View::of("revoke", ["version", "stage", "how"], rows)
}
