//! The sixth output: what was tested of authentication and authorization, with the version that is current.

use std::collections::BTreeMap;

use crate::dossier::handoff::{Around, table};
use crate::lifecycle::due;
use crate::lifecycle::whereabouts::elsewhere;
use crate::model::checklist::Line;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::fact::{Detail, Fact, Outcome};
use crate::model::id::AccountId;
use crate::model::probe::ProbeKind;
use crate::report::handoff::{Block, Section};
use crate::report::view::{Cell, Column, Tone};

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let blocks = [
        table(
            "tests",
            "The newest test of each kind, of the current version",
            &[
                "account",
                "version",
                "side",
                "test",
                "outcome",
                "on",
                "environment",
                "came-by",
                "file",
                "sha-256",
            ],
            tests(around),
            "No test of a current version is recorded.",
        ),
        table(
            "withdrawals",
            "What was seen without the credential",
            &[
                "account", "what", "version", "seen", "outcome", "on", "came-by", "sha-256",
            ],
            withdrawals(around),
            "No credential was ever taken away to look.",
        ),
    ]
    .map(recorded);
    Section {
        id: "evidence",
        title: "Test evidence for authentication and authorization",
        lead: "What was seen, not what was meant: each test is bound to one version of the credential, and a rotation makes \
               it the evidence of a version that is gone. So do another environment, endpoint or identity of the account. \
               What came by a probe keyroll saw itself; what came by hand or by an import is somebody's word, shown by the \
               file of that SHA-256 where one is named."
            .to_owned(),
        gaps: around.unproven(&[Line::Authenticates, Line::Capabilities]),
        blocks: blocks.into(),
    }
}

/// One test: when, how it ended, and what else is known.
type Test<'a> = ((Date, Option<Timestamp>), Outcome, Option<&'a Detail>);

fn tests(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let mut newest: BTreeMap<(&AccountId, Side, ProbeKind), (u32, Test<'_>)> = BTreeMap::new();
    for fact in around.inventory.facts.values() {
        let Fact::Evidence {
            account,
            version,
            probe,
            outcome,
            on,
            detail,
        } = fact
        else {
            continue;
        };
        let current = due::newest(&around.inventory.versions, account);
        let is_current = current.is_some_and(|(key, _)| key.number == *version);
        if !is_current || *on > around.facts.as_of {
            continue;
        }
        let detail = detail.as_deref();
        // What was tried elsewhere says nothing of where the account works, as the rules have it.
        if elsewhere(fact, around.facts.inventory).is_some() {
            continue;
        }
        let side = detail
            .and_then(|detail| detail.side)
            .unwrap_or(Side::Provider);
        let at = detail.and_then(|detail| detail.at);
        let test = ((*on, at), *outcome, detail);
        let known = newest.get(&(account, side, *probe));
        // Of one moment the worse counts, as the rules have it.
        let is_newer = known.is_none_or(|(_, (when, known, _))| {
            (*when, known.badness()) <= ((*on, at), outcome.badness())
        });
        if is_newer {
            newest.insert((account, side, *probe), (*version, test));
        }
    }
    let rows = newest
        .into_iter()
        .map(|((id, side, probe), (version, test))| {
            let ((on, _), outcome, detail) = test;
            let environment = detail.and_then(|detail| detail.environment.as_ref());
            let file = detail.and_then(|detail| detail.file.as_ref());
            vec![
                Cell::text(id),
                Cell::number(version.into()),
                Cell::text(side),
                Cell::text(probe),
                outcome_cell(outcome),
                Cell::date(on),
                Cell::optional(environment),
                came_by(detail),
                Cell::optional(file),
                digest(detail),
            ]
        });
    rows.collect()
}

fn withdrawals(around: &Around<'_, '_>) -> Vec<Vec<Cell>> {
    let facts = around.inventory.facts.values();
    let facts = facts.filter(|fact| fact.on() <= around.facts.as_of);
    let mut rows: Vec<(&AccountId, Date, Vec<Cell>)> = facts.filter_map(withdrawn).collect();
    rows.sort_by_key(|(id, on, _)| (*id, *on));
    rows.into_iter().map(|(_, _, cells)| cells).collect()
}

fn withdrawn(fact: &Fact) -> Option<(&AccountId, Date, Vec<Cell>)> {
    if let Fact::FailClosed {
        account,
        version,
        consumer,
        outcome,
        on,
        detail,
    } = fact
    {
        let detail = detail.as_deref();
        let seen = match outcome {
            Outcome::Pass => "it failed, as it should",
            Outcome::Fail => "it went on",
            Outcome::Inconclusive => "nothing certain",
        };
        let cells = vec![
            Cell::text(account),
            Cell::text(format!("consumer/{consumer}")),
            Cell::number((*version).into()),
            Cell::text(seen),
            outcome_cell(*outcome),
            Cell::date(*on),
            came_by(detail),
            digest(detail),
        ];
        return Some((account, *on, cells));
    }
    let Fact::Refused {
        account,
        version,
        way,
        on,
        detail,
    } = fact
    else {
        return None;
    };
    let detail = detail.as_deref();
    let cells = vec![
        Cell::text(account),
        Cell::text("the provider"),
        Cell::number((*version).into()),
        Cell::text(format!("it refused a {}", way.as_str().replace('-', " "))),
        outcome_cell(Outcome::Pass),
        Cell::date(*on),
        came_by(detail),
        digest(detail),
    ];
    Some((account, *on, cells))
}

/// How keyroll came by it; of what was recorded before that was kept, it is not known.
fn came_by(detail: Option<&Detail>) -> Cell {
    Cell::optional(detail.and_then(|detail| detail.came_by))
}

/// What the answer, or the file that shows it, is known by.
fn digest(detail: Option<&Detail>) -> Cell {
    let digest = detail.and_then(|detail| detail.digest.as_ref());
    digest.map_or_else(Cell::missing, Cell::digest)
}

/// A table of which every cell without a value says that nothing of it was recorded.
fn recorded(block: Block) -> Block {
    match block {
        Block::Table(mut table) => {
            table.unknown = "not recorded";
            let digests = |column: &&mut Column| column.name == "sha-256";
            if let Some(column) = table.view.columns.iter_mut().find(digests) {
                column.title = "SHA-256".to_owned();
            }
            Block::Table(table)
        }
        Block::Matrix(_) | Block::Checklist(_) | Block::Timeline(_) => block,
    }
}

fn outcome_cell(outcome: Outcome) -> Cell {
    Cell::text(outcome).tone(match outcome {
        Outcome::Pass => Tone::Good,
        Outcome::Fail => Tone::Error,
        Outcome::Inconclusive => Tone::Warning,
    })
}
