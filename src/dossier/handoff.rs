//! The pack that is handed over with accounts: the guide's seven outputs, its checklist, what is accepted and what is open.
//!
//! What should stand in a part and does not is told there as a gap. Each part is a file.

mod accepted;
mod audit;
mod checked;
mod cis;
mod decisions;
mod evidence;
mod gaps;
mod granted;
mod inventory;
mod lanes;
mod open;
mod procedures;
mod scope;
mod storage;

use crate::model::checklist::{Checked, Standing};
use crate::model::date::Timestamp;
use crate::model::finding::{Finding, Severity};
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::Only;
use crate::model::record::RecordId;
use crate::report::handoff::{Block, Figure, Head, Pack, Section, Table, Tip};
use crate::report::view::{Cell, Tone, View};
use crate::rules::checklist::checklist;
use crate::rules::{self, Facts, Judgement, Selection};

pub use scope::Scope;

/// What a pack is made of.
pub struct Given<'g, 'a> {
    pub facts: &'g Facts<'a>,
    /// How the organisation judges the roll: its selection of rules, its severities, its waivers.
    pub judgement: &'g Judgement,
    pub scope: &'g Scope,
    /// When the roll is judged, and when the pack is made.
    pub judged_at: Timestamp,
    pub made: Timestamp,
    /// The store's own name.
    pub store: &'g str,
    pub trail: Trail,
}

/// How the audit trail was found.
#[derive(Clone, Debug)]
pub struct Trail {
    pub tip: Tip,
    /// Where the store is not what its trail says: the record, where it is one, and how it differs.
    pub faults: Vec<(Option<RecordId>, String)>,
}

/// What every part of the pack looks at.
struct Around<'g, 'a> {
    facts: &'g Facts<'a>,
    judgement: &'g Judgement,
    /// What the whole book finds, whatever the organisation leaves out or accepts: what is missing is never silent.
    all: Judgement,
    /// The accounts that are asked for, and what belongs to them.
    inventory: Inventory,
    scope: &'g Scope,
    judged_at: Timestamp,
    trail: Trail,
    /// The checklist of every account that is not retired.
    checked: Vec<(AccountId, Vec<Checked>)>,
}

/// The whole pack.
pub fn pack(given: Given<'_, '_>) -> Pack {
    let (facts, scope) = (given.facts, given.scope);
    let inventory = scope.of(facts.inventory);
    let everything = Selection {
        pedantic: true,
        ..Selection::all()
    };
    let judged = facts.accounts().map(|(id, _)| id);
    let judged = judged.filter(|id| inventory.accounts.contains_key(*id));
    let checked = judged.map(|id| (id.clone(), checklist(facts, id)));
    let around = Around {
        facts,
        judgement: given.judgement,
        all: rules::judgement(facts, &everything),
        checked: checked.collect(),
        inventory,
        scope,
        judged_at: given.judged_at,
        trail: given.trail,
    };
    let sections = vec![
        inventory::section(&around),
        granted::permissions(&around),
        granted::scopes(&around),
        storage::section(&around),
        decisions::section(&around),
        evidence::section(&around),
        audit::section(&around),
        checked::section(&around),
        accepted::section(&around),
        cis::section(&around),
        open::section(&around),
    ];
    let organisation = facts.inventory.organisation.get(&Only);
    let figures = figures(&around, &sections);
    Pack {
        head: Head {
            organisation: organisation.map(|organisation| organisation.name.to_string()),
            filters: scope.words(),
            store: given.store.to_owned(),
            as_of: facts.as_of,
            made: given.made,
            trail: around.trail.tip.clone(),
            notes: notes(&around, given.made),
        },
        verdict: verdict(&figures, &around.trail),
        figures,
        sections,
    }
}

fn notes(around: &Around<'_, '_>, made: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    if around.facts.as_of != made.date() {
        notes.push(format!(
            "Records stand here as they were when the pack was made, judged by {}; what is dated later counts for nothing.",
            around.facts.as_of
        ));
    }
    if !around.trail.faults.is_empty() {
        notes.push(
            "The store is not what its audit trail says: `keyroll audit verify` lists where. Trust nothing in this pack \
             until that is explained."
                .to_owned(),
        );
    }
    notes
}

fn figures(around: &Around<'_, '_>, sections: &[Section]) -> Vec<Figure> {
    let gaps = sections.iter().map(|section| section.gaps.len()).sum();
    let open = open::findings(around);
    let of = |severity: Severity| {
        let these = open
            .iter()
            .filter(|one: &&Finding| one.severity == severity);
        these.count()
    };
    let (missing, errors, warnings) = (
        ["item missing", "items missing"],
        ["open error", "open errors"],
        ["open warning", "open warnings"],
    );
    let (error, warning) = (of(Severity::Error), of(Severity::Warning));
    let [accounts, passed, failed] = checks(around);
    let place = Some("findings");
    vec![
        accounts,
        passed,
        failed,
        figure("missing", gaps, missing, Tone::Warning, None),
        figure("errors", error, errors, Tone::Error, place),
        figure("warnings", warning, warnings, Tone::Warning, place),
    ]
}

/// How many accounts are checked, and what came of it.
fn checks(around: &Around<'_, '_>) -> [Figure; 3] {
    let standings = around.checked.iter().flat_map(|(_, lines)| lines);
    let with = |wanted: Standing| {
        let these = standings.clone().filter(|one| one.standing == wanted);
        these.count()
    };
    let asked = standings.clone().count() - with(Standing::NotApplicable);
    let passed = with(Standing::Pass);
    let in_use = ["account in use or proposed", "accounts in use or proposed"];
    let place = Some("checklist");
    let accounts = Figure {
        of: Some(around.inventory.accounts.len()),
        tone: None,
        ..figure(
            "accounts",
            around.checked.len(),
            in_use,
            Tone::Muted,
            Some("inventory"),
        )
    };
    let all = Figure {
        of: Some(asked),
        tone: Some(match passed == asked {
            true => Tone::Good,
            false => Tone::Warning,
        }),
        ..figure(
            "passed",
            passed,
            ["check passed", "checks passed"],
            Tone::Good,
            place,
        )
    };
    let failed = with(Standing::Fail);
    let words = ["check failed", "checks failed"];
    [
        accounts,
        all,
        figure("failed", failed, words, Tone::Error, place),
    ]
}

/// A number, of one and of several, in its tone where it is not none.
fn figure(
    name: &'static str,
    count: usize,
    [one, many]: [&'static str; 2],
    tone: Tone,
    place: Option<&'static str>,
) -> Figure {
    Figure {
        name,
        count,
        of: None,
        title: if count == 1 { one } else { many },
        tone: Some(if count == 0 { Tone::Good } else { tone }),
        place,
    }
}

/// What came of it, from the figures alone: what failed or is wrong is not in order; what is missing or a warning is left to do.
fn verdict(figures: &[Figure], trail: &Trail) -> (String, Tone) {
    let told = figures.iter().filter(|figure| figure.count > 0);
    let of = |tone: Tone| {
        let these = told.clone().filter(move |figure| figure.tone == Some(tone));
        let these = these.filter(|figure| figure.of.is_none());
        these.map(|figure| format!("{} {}", figure.count, figure.title))
    };
    let broken = (!trail.faults.is_empty()).then(|| "the audit trail is broken".to_owned());
    let wrong: Vec<String> = broken.into_iter().chain(of(Tone::Error)).collect();
    let left: Vec<String> = of(Tone::Warning).collect();
    match (wrong.is_empty(), left.is_empty()) {
        (false, _) => {
            let all = [wrong, left].concat().join(", ");
            (format!("Not in order: {all}."), Tone::Error)
        }
        (true, false) => (format!("Not complete: {}.", left.join(", ")), Tone::Warning),
        (true, true) => (
            "In order: no check failed, nothing is missing, nothing is open.".to_owned(),
            Tone::Good,
        ),
    }
}

/// A table under its title.
fn table(
    kind: &'static str,
    title: &str,
    columns: &[&str],
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
) -> Block {
    Block::Table(Table {
        title: title.to_owned(),
        view: View::of(kind, columns.iter().copied(), rows),
        empty,
        unknown: "",
    })
}

/// The same, where a cell without a value says that something is not known.
fn told(block: Block) -> Block {
    match block {
        Block::Table(table) => Block::Table(Table {
            unknown: "not known",
            ..table
        }),
        Block::Matrix(_) | Block::Checklist(_) | Block::Timeline(_) => block,
    }
}

/// What stands in the place of something that should be there.
fn none(word: &str) -> Cell {
    Cell::text(word).tone(Tone::Warning)
}

/// A text, or that it is not there.
fn or_none(text: Option<impl std::fmt::Display>) -> Cell {
    text.map_or_else(|| none("none"), Cell::text)
}

#[cfg(test)]
mod tests;
