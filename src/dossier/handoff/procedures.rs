//! The procedures that the accounts are rotated, revoked and rolled back by: their steps, and how they were rehearsed.

use crate::dossier::handoff::{Around, none, table};
use crate::model::date::Date;
use crate::model::fact::{Fact, Outcome};
use crate::model::id::ProcedureId;
use crate::model::operation::OperationState;
use crate::model::procedure::Step;
use crate::report::handoff::Block;
use crate::report::view::{Cell, Tone};

pub(super) fn table_of(around: &Around<'_, '_>) -> Block {
    let procedures = around.inventory.procedures.iter();
    let rows = procedures.map(|(id, procedure)| {
        let users = around.inventory.accounts.values().filter(|account| {
            [&account.rotate, &account.revoke, &account.controls.rollback]
                .contains(&&Some(id.clone()))
        });
        let steps = procedure.step.iter().enumerate();
        let steps: Vec<String> = steps
            .map(|(at, step)| format!("{}. {} ({})", at + 1, step.title, how(step)))
            .collect();
        vec![
            Cell::text(id),
            Cell::text(procedure.kind),
            match steps.is_empty() {
                true => none("none"),
                false => Cell::list(steps),
            },
            last(around, id),
            Cell::count(users.count()),
        ]
    });
    table(
        "procedures",
        "By which steps",
        &[
            "procedure",
            "kind",
            "steps",
            "last-gone-through",
            "accounts",
        ],
        rows.collect(),
        "No account names a procedure.",
    )
}

/// Who or what does a step.
fn how(step: &Step) -> &'static str {
    if step.http.is_some() {
        "a request"
    } else if step.command.is_some() {
        "a program"
    } else {
        "by hand"
    }
}

/// The last day on which somebody went through it, and how that ended.
fn last(around: &Around<'_, '_>, id: &ProcedureId) -> Cell {
    let as_of = around.facts.as_of;
    // Of the whole roll: a rehearsal with one account counts for all that share the procedure.
    let all = around.facts.inventory;
    let drills = all.facts.values().filter_map(|fact| {
        let Fact::Drill {
            procedure,
            on,
            result,
            ..
        } = fact
        else {
            return None;
        };
        (procedure == id && *on <= as_of).then_some((*on, *result))
    });
    let runs = all.operations.values().filter_map(|operation| {
        let is_done = match operation.state {
            OperationState::Done => operation.procedure.as_ref() == Some(id),
            OperationState::Open | OperationState::Stalled | OperationState::Aborted => false,
        };
        let ended = operation.entries.iter().filter_map(|entry| entry.at).max();
        let on: Date = ended.unwrap_or(operation.began).date();
        (is_done && on <= as_of).then_some((on, Outcome::Pass))
    });
    match drills.chain(runs).max_by_key(|(on, _)| *on) {
        None => none("never"),
        Some((on, Outcome::Pass)) => Cell::date(on),
        Some((on, outcome)) => Cell::text(format!("{on}: {outcome}")).tone(Tone::Error),
    }
}
