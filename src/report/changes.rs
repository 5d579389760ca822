//! What changed in a span of days, for the weekly review: tables by subject for people, one regular row each for programs.

mod page;

use serde_json::{Value as Json, json};

use crate::access::diff::Turn;
use crate::model::access::words;
use crate::model::date::{Date, Timestamp};
use crate::model::id::AccountId;
use crate::model::record::RecordId;
use crate::model::text::shape;
use crate::report::format::{Format, Terminal};
use crate::report::json as form;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};
use crate::report::wrap::wrapped;
use crate::report::{escape, paint};

/// The word under which programs know it.
const KIND: &str = "changes-report";

/// The most rows of one table for people; the data formats have all.
const MOST_ROWS: usize = 100;

words! {
    /// What a change is about, in the order in which they are read.
    Group {
        Behind = "behind-the-trail",
        Gain = "gain",
        Loss = "loss",
        Account = "account",
        Owner = "owner",
        Approval = "approval",
        Waiver = "waiver",
        Rotation = "rotation",
        Revoke = "revoke",
        Test = "test",
        Review = "review",
        Log = "sync-log",
        Reveal = "reveal",
        Recipient = "recipient",
        Record = "record",
        Store = "store",
    }
}

impl Group {
    /// The heading for people.
    fn title(self) -> &'static str {
        match self {
            Group::Behind => "Changed behind the trail",
            Group::Gain => "Access gained",
            Group::Loss => "Access lost",
            Group::Account => "Accounts",
            Group::Owner => "Owners",
            Group::Approval => "Approvals",
            Group::Waiver => "Waivers, risks, decisions",
            Group::Rotation => "Rotations",
            Group::Revoke => "Revokes",
            Group::Test => "Tests that failed",
            Group::Review => "Reviews",
            Group::Log => "Logs",
            Group::Reveal => "Secrets handed out",
            Group::Recipient => "Who may open secrets",
            Group::Record => "Other records",
            Group::Store => "The store",
        }
    }

    fn tone(self) -> Option<Tone> {
        match self {
            Group::Behind | Group::Gain => Some(Tone::Error),
            Group::Loss => Some(Tone::Good),
            Group::Test | Group::Revoke | Group::Log => Some(Tone::Warning),
            Group::Account
            | Group::Owner
            | Group::Approval
            | Group::Waiver
            | Group::Rotation
            | Group::Review
            | Group::Reveal
            | Group::Recipient
            | Group::Record
            | Group::Store => None,
        }
    }
}

/// One thing that happened, or several alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happening {
    pub group: Group,
    /// The last moment of it; none where no event tells.
    pub at: Option<Timestamp>,
    pub account: Option<AccountId>,
    pub record: String,
    /// Of a change in access, which way it turns.
    pub turn: Option<Turn>,
    pub what: String,
    /// Who did it, as the audit trail names them, sorted.
    pub who: Vec<String>,
    pub reason: Option<String>,
    /// How often.
    pub times: u64,
}

/// What changed in a span of days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changes {
    /// The first and the last day.
    pub since: Date,
    pub until: Date,
    /// Sorted by group, then as they happened.
    pub happenings: Vec<Happening>,
    /// Events of the trail in that time, and those of them that nothing is told of.
    pub events: u64,
    pub silent: u64,
    /// Who wrote how many of them, sorted.
    pub actors: Vec<(String, u64)>,
    /// Records of which the trail does not tell how they stood: nothing may be concluded of access by them.
    pub lost: Vec<RecordId>,
    /// Whether all of access was compared and is listed.
    pub complete: bool,
}

impl Changes {
    fn of(&self, group: Group) -> impl Iterator<Item = &Happening> {
        self.happenings.iter().filter(move |it| it.group == group)
    }

    /// How many records were changed behind the trail.
    pub fn behind(&self) -> usize {
        self.of(Group::Behind).count()
    }

    /// `3 gains, 1 loss; 4 accounts ...`: one line for people.
    pub fn summary(&self) -> String {
        let told = Group::ALL.iter().filter_map(|group| {
            let count = self.of(*group).count();
            (count > 0).then(|| format!("{} {count}", group.title().to_lowercase()))
        });
        let told: Vec<String> = told.collect();
        let days = format!("{} to {}", self.since, self.until);
        let events = counted(usize::try_from(self.events).unwrap_or(usize::MAX), "event");
        match told.is_empty() {
            true => format!("{days}: nothing to tell ({events})"),
            false => format!("{days}: {} ({events})", told.join(", ")),
        }
    }

    /// What a reader must not overlook.
    pub fn warnings(&self) -> Vec<String> {
        let mut out = Vec::new();
        let behind = self.behind();
        if behind > 0 {
            let records = counted(behind, "record");
            out.push(format!(
                "integrity broken: {records} changed behind the trail, and no event tells by whom: `keyroll audit verify`"
            ));
        }
        if !self.lost.is_empty() {
            let named = self.lost.iter().take(5).map(ToString::to_string);
            let named: Vec<String> = named.collect();
            let more = match self.lost.len().saturating_sub(5) {
                0 => String::new(),
                more => format!(" and {more} more"),
            };
            out.push(format!(
                "warning: how they stood cannot be told from the trail, and what was gained by them neither: {}{more}",
                named.join(", ")
            ));
        }
        if !self.complete {
            out.push("warning: too much differs to list every change in access".to_owned());
        }
        out
    }
}

/// What changed, in the form asked for; `covers` says which accounts it is about: `every account`, `tenant femo`.
pub fn render(changes: &Changes, covers: &str, format: Format, terminal: &Terminal) -> String {
    match format {
        Format::Table => table(changes, terminal),
        Format::Md => markdown(changes, covers),
        Format::Html => page::page(changes, covers),
        Format::Json => document(changes),
        Format::Jsonl | Format::Csv | Format::Tsv => {
            super::render(&rows(changes), format, terminal)
        }
    }
}

/// By subject, then by record, each line with who and when behind it.
fn table(changes: &Changes, terminal: &Terminal) -> String {
    let width = terminal
        .width
        .map_or(usize::MAX, |width| usize::from(width).max(40));
    let mut out = String::new();
    for group in Group::ALL.iter().copied() {
        let all: Vec<&Happening> = changes.of(group).collect();
        if all.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&paint::bold(group.title(), terminal.color));
        out.push('\n');
        let mut before = None;
        for it in all.iter().take(MOST_ROWS) {
            if before.replace(&it.record) != Some(&it.record) {
                out.push_str(&format!("  {}\n", shown(&it.record)));
            }
            for line in wrapped(&shown(&line(it)), width.saturating_sub(4)) {
                let line = match group.tone() {
                    Some(tone) => paint::toned(&line, tone, terminal.color),
                    None => line,
                };
                out.push_str(&format!("    {line}\n"));
            }
        }
        if let Some(more) = all.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
            out.push_str(&format!("  and {more} more (--format csv has all)\n"));
        }
    }
    out
}

fn shown(text: &str) -> String {
    escape::terminal(&shape::masked(text))
}

/// `gained level write-back; by anna on 2026-11-23 (CHG-7)`.
fn line(it: &Happening) -> String {
    let Some(at) = it.at else { return what(it) };
    let by = match it.who.is_empty() {
        true => String::new(),
        false => format!("by {} ", it.who.join(", ")),
    };
    let reason = it.reason.as_ref();
    let reason = reason.map_or(String::new(), |reason| format!(" ({reason})"));
    format!("{}; {by}on {}{reason}", what(it), at.date())
}

fn what(it: &Happening) -> String {
    match it.times {
        0 | 1 => it.what.clone(),
        times => format!("{}, {times} times", it.what),
    }
}

fn markdown(changes: &Changes, covers: &str) -> String {
    let mut out = format!("# Changes from {} to {}\n", changes.since, changes.until);
    let covers = format!("Covers {covers}.");
    for line in [covers, changes.summary()] {
        out.push_str(&format!("\n{}\n", escape::markdown(&line)));
    }
    for warning in changes.warnings() {
        out.push_str(&format!("\n**{}**\n", escape::markdown(&warning)));
    }
    for (group, view) in tables(changes) {
        let shown = super::render(&view, Format::Md, &Terminal::PIPE);
        out.push_str(&format!("\n## {}\n\n{shown}", group.title()));
        for note in &view.notes {
            out.push_str(&format!("\n{}\n", escape::markdown(note)));
        }
    }
    let actors = View::of(
        KIND,
        ["who", "events"],
        changes
            .actors
            .iter()
            .map(|(who, events)| vec![Cell::text(who), Cell::number(number(*events))])
            .collect(),
    );
    if !actors.rows.is_empty() {
        let shown = super::render(&actors, Format::Md, &Terminal::PIPE);
        out.push_str(&format!("\n## Who\n\n{shown}"));
    }
    out
}

/// A table for each group that has something.
fn tables(changes: &Changes) -> impl Iterator<Item = (Group, View)> {
    Group::ALL.iter().filter_map(|group| {
        let all: Vec<&Happening> = changes.of(*group).collect();
        if all.is_empty() {
            return None;
        }
        let columns = vec![
            Column::new("record"),
            Column::new("what"),
            Column::new("who"),
            Column::new("day"),
            Column::new("reason").spare(),
        ];
        let mut view = View::new(KIND, columns);
        let shown = all.iter().take(MOST_ROWS);
        view.rows = shown.map(|it| row(*group, it)).collect();
        if view.rows.iter().all(|row| row[4] == Cell::missing()) {
            view.columns.pop();
        }
        if let Some(more) = all.len().checked_sub(MOST_ROWS).filter(|more| *more > 0) {
            view.notes = vec![format!("and {more} more (--format csv has all)")];
        }
        Some((*group, view))
    })
}

fn row(group: Group, it: &Happening) -> Vec<Cell> {
    let what = Cell::text(what(it));
    vec![
        Cell::text(&it.record),
        match group.tone() {
            Some(tone) => what.tone(tone),
            None => what,
        },
        Cell::text(it.who.join(", ")),
        it.at.map_or_else(Cell::missing, |at| Cell::date(at.date())),
        Cell::optional(it.reason.as_ref()),
    ]
}

const COLUMNS: [&str; 9] = [
    "group", "at", "account", "record", "turn", "what", "who", "reason", "times",
];

fn rows(changes: &Changes) -> View {
    let row = |it: &Happening| {
        vec![
            Cell::text(it.group),
            Cell::optional(it.at),
            Cell::optional(it.account.as_ref()),
            Cell::text(&it.record),
            Cell::optional(it.turn),
            Cell::text(&it.what),
            Cell::list(&it.who),
            Cell::optional(it.reason.as_ref()),
            Cell::number(number(it.times)),
        ]
    };
    let rows = changes.happenings.iter().map(row).collect();
    View {
        notes: changes.warnings(),
        ..View::of(KIND, COLUMNS, rows)
    }
}

fn number(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `{"version":1,"kind":"changes-report","since","until","events","silent","complete","lost":[...],"actors":[...],"rows":[...]}`.
fn document(changes: &Changes) -> String {
    let row = |it: &Happening| {
        json!({ "group": it.group, "at": it.at, "account": it.account, "record": it.record, "turn": it.turn,
            "what": it.what, "who": it.who, "reason": it.reason, "times": it.times })
    };
    let rows: Vec<Json> = changes.happenings.iter().map(row).collect();
    let actor = |(who, events): &(String, u64)| json!({ "actor": who, "events": events });
    let actors: Vec<Json> = changes.actors.iter().map(actor).collect();
    form::pretty(&json!({
        "version": form::VERSION,
        "kind": KIND,
        "since": changes.since,
        "until": changes.until,
        "events": changes.events,
        "silent": changes.silent,
        "complete": changes.complete && changes.lost.is_empty() && changes.behind() == 0,
        "lost": changes.lost,
        "actors": actors,
        "rows": rows,
    }))
}

#[cfg(test)]
mod tests;
