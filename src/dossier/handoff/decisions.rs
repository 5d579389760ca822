//! The fifth output: where an account may only read and where it may write, who said so, and what holds it there.

use std::collections::BTreeMap;

use crate::dossier::handoff::{Around, or_none, table};
use crate::model::account::AccountStatus;
use crate::model::approval::{Approval, Choice};
use crate::model::date::Date;
use crate::model::id::{AccountId, BoundaryPath};
use crate::report::handoff::{Gap, Section};
use crate::report::view::{Cell, Tone};

/// The rules that miss something here.
const MISSES: &[&str] = &[
    "missing-approval",
    "approval-expired",
    "missing-control",
    "agent-without-gate",
];

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let blocks = vec![
        table(
            "decisions",
            "Read or write, by boundary",
            &["account", "boundary", "choice", "reason", "by", "on"],
            decided(around),
            "No decision is recorded.",
        ),
        table(
            "approvals",
            "Each action approved by itself",
            &[
                "account",
                "action",
                "by",
                "on",
                "ticket",
                "until",
                "standing",
                "permissions",
            ],
            approved(around),
            "No approval is recorded.",
        ),
        table(
            "controls",
            "What the level demands, and what is stated",
            &["account", "level", "control", "stated"],
            controlled(around),
            "No level of these accounts demands a control of its own.",
        ),
    ];
    let mut gaps = around.missed(MISSES);
    gaps.extend(undecided(around));
    Section {
        id: "decisions",
        title: "Read and write boundary decisions",
        lead: "Who decided where an account reads and where it writes, which actions were approved, and the controls that \
               its level asks for."
            .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

fn decided(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let rows = around.inventory.decisions.iter().map(|(key, decision)| {
        let choice = Cell::text(decision.choice);
        vec![
            Cell::text(&key.account),
            Cell::text(&key.boundary),
            match decision.choice {
                Choice::Read => choice,
                Choice::Write => choice.tone(Tone::Warning),
            },
            Cell::text(&decision.reason),
            Cell::text(&decision.by),
            Cell::date(decision.on),
        ]
    });
    rows.collect()
}

fn approved(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let rows = around.inventory.approvals.iter().map(|(key, approval)| {
        vec![
            Cell::text(&key.account),
            Cell::text(key.action),
            Cell::text(&approval.by),
            Cell::date(key.on),
            Cell::optional(approval.ticket.as_ref()),
            approval.until.map_or_else(Cell::missing, Cell::date),
            standing(approval, key.on, around.facts.as_of),
            Cell::list(&approval.permissions),
        ]
    });
    rows.collect()
}

fn controlled(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let rows = around.inventory.accounts.iter().flat_map(|(id, account)| {
        let stated = account.controls.values().into_iter();
        let stated = stated.filter_map(|(control, value)| Some((control, value?)));
        stated.map(move |(control, value)| {
            vec![
                Cell::text(id),
                Cell::text(account.level),
                Cell::text(control),
                or_none(Some(value)),
            ]
        })
    });
    rows.collect()
}

fn standing(approval: &Approval, on: Date, as_of: Date) -> Cell {
    if approval.holds(on, as_of) {
        Cell::text("in force").tone(Tone::Good)
    } else if on > as_of {
        Cell::text("not yet").tone(Tone::Muted)
    } else {
        Cell::text("ended").tone(Tone::Error)
    }
}

/// The places of accounts of which nobody said whether they are read or written at.
fn undecided(around: &Around<'_, '_>) -> Vec<Gap> {
    let some = &around.inventory;
    let mut decided: BTreeMap<&AccountId, Vec<&BoundaryPath>> = BTreeMap::new();
    for (key, decision) in &some.decisions {
        if decision.on <= around.facts.as_of {
            let places = decided.entry(&key.account).or_default();
            places.push(&key.boundary);
        }
    }
    let accounts = some.accounts.iter();
    let judged = accounts.filter(|(_, account)| match account.status {
        AccountStatus::Active | AccountStatus::Proposed | AccountStatus::Suspended => true,
        AccountStatus::Retired => false,
    });
    let gaps = judged.flat_map(|(id, account)| {
        // What was decided above a place holds there, too.
        let known = decided.get(id).map_or(&[][..], Vec::as_slice);
        let open = account
            .boundary
            .iter()
            .filter(|at| !known.iter().any(|above| above.holds(at)));
        open.map(move |at| Gap {
            subject: format!("account/{id}"),
            what: format!("no decision to read or to write at `{at}`"),
            way: Some(format!(
                "declare it: [[decision]] with account = \"{id}\", boundary = \"{at}\", choice, reason, by and on; then: \
                 keyroll apply PATH"
            )),
        })
    });
    gaps.collect()
}
