//! What is to be rotated and what ends: as rows, as a plot of months, and as a calendar.

use crate::lifecycle::due::{Cause, DueKind};
use crate::lifecycle::schedule::{Line, Run, Schedule, Standing};
use crate::model::date::Timestamp;
use crate::report::calendar::{Calendar, Entry, What};
use crate::report::lists::Lists;
use crate::report::plot::{self, Mark, Plot};
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};

/// The most names in a note.
const MOST_NAMES: usize = 5;

/// Rows by the day on which something happens.
pub fn lists(schedule: &Schedule<'_>) -> Lists {
    let rows = rows(schedule);
    let mut notes = Vec::new();
    if !schedule.unknown.is_empty() {
        let names = schedule.unknown.iter().take(MOST_NAMES);
        let mut names: Vec<&str> = names.map(|id| id.as_str()).collect();
        if schedule.unknown.len() > MOST_NAMES {
            names.push("...");
        }
        notes.push(format!(
            "nothing says when {} rotated, for want of a policy or a recorded version: {}",
            match schedule.unknown.len() {
                1 => "1 account is".to_owned(),
                more => format!("{} are", counted(more, "account")),
            },
            names.join(", ")
        ));
    }
    Lists {
        tables: vec![View {
            rows: rows.iter().map(|row| people(row)).collect(),
            ..View::new(
                "schedule",
                vec![
                    Column::new("account"),
                    Column::new("due"),
                    Column::new("opens"),
                    Column::new("what"),
                    Column::new("owner").spare(),
                    Column::new("because").spare(),
                ],
            )
        }],
        rows: View::of(
            "schedule",
            [
                "account",
                "what",
                "due",
                "opens",
                "closes",
                "owner",
                "standing",
                "because",
                "policy",
                "provider",
                "environment",
            ],
            rows.iter().map(|row| program(row)).collect(),
        ),
        notes,
    }
}

/// One line of the schedule: an account and what happens to it.
type Row<'s> = (&'s Line<'s>, &'s Run);

fn rows<'s>(schedule: &'s Schedule<'_>) -> Vec<Row<'s>> {
    let of_line = |line: &'s Line<'s>| line.runs.iter().map(move |run| (line, run));
    let mut rows: Vec<Row<'s>> = schedule.lines.iter().flat_map(of_line).collect();
    rows.sort_by_key(|(line, run)| (run.day().max(schedule.from), line.id, run.due_on, run.what));
    rows
}

fn people((line, run): &Row<'_>) -> Vec<Cell> {
    let what = match (run.what, run.standing) {
        (DueKind::Rotation, Standing::OnTime) => "rotation".to_owned(),
        (DueKind::Rotation, Standing::NoWindow) => "rotation, no window".to_owned(),
        (DueKind::Rotation, standing) => format!("rotation, {standing}"),
        (DueKind::Expiry, Standing::Overdue) => "ended".to_owned(),
        (DueKind::Expiry, Standing::OnTime | Standing::Late | Standing::NoWindow) => {
            "end".to_owned()
        }
    };
    let what = Cell::text(what);
    let has_window = line.policy.is_some_and(|policy| policy.window.is_some());
    let opens = run.opening.map(|opening| match has_window {
        // With a blank, where a narrow table may break it; rows for programs have it whole.
        true => opening
            .from
            .to_string()
            .replace('T', " ")
            .replace(":00Z", "Z"),
        false => opening.from.date().to_string(),
    });
    vec![
        Cell::text(line.id),
        Cell::date(run.due_on),
        Cell::optional(opens),
        match run.standing {
            Standing::OnTime => what,
            Standing::Late | Standing::NoWindow => what.tone(Tone::Warning),
            Standing::Overdue => what.tone(Tone::Error),
        },
        Cell::optional(line.owner()),
        Cell::text(because(line, run)),
    ]
}

fn program((line, run): &Row<'_>) -> Vec<Cell> {
    vec![
        Cell::text(line.id),
        Cell::text(run.what),
        Cell::date(run.due_on),
        Cell::optional(run.opening.map(|opening| opening.from)),
        Cell::optional(run.opening.map(|opening| opening.until)),
        Cell::optional(line.owner()),
        Cell::text(run.standing),
        Cell::text(run.cause),
        Cell::optional(line.account.rotation.as_ref()),
        Cell::text(&line.account.provider),
        Cell::text(&line.account.environment),
    ]
}

/// Why something happens, in words.
fn because(line: &Line<'_>, run: &Run) -> String {
    match run.cause {
        Cause::Exposed => "somebody may still know it".to_owned(),
        Cause::OwnerChange => "an owner changed".to_owned(),
        Cause::Policy => {
            let policy = line.account.rotation.as_ref();
            policy.map_or("policy".to_owned(), |policy| format!("policy {policy}"))
        }
        Cause::AccountEnd => "the account ends".to_owned(),
        Cause::VersionEnd => "the version ends".to_owned(),
    }
}

/// One line an account, months as columns.
pub fn plot(schedule: &Schedule<'_>) -> Plot {
    let mark = |run: &Run| match (run.what, run.standing) {
        (_, Standing::Late | Standing::Overdue | Standing::NoWindow) => Mark::Late,
        (DueKind::Rotation, Standing::OnTime) => Mark::Rotation,
        (DueKind::Expiry, Standing::OnTime) => Mark::End,
    };
    let lines = schedule.lines.iter().map(|line| plot::Line {
        name: line.id.to_string(),
        marks: line.runs.iter().map(|run| (run.day(), mark(run))).collect(),
        shut: line.shut.clone(),
    });
    Plot {
        from: schedule.from,
        to: schedule.until.plus_days(-1).max(schedule.from),
        lines: lines.collect(),
    }
}

/// An entry for each thing that happens, with a reminder when it is warned of. `stamp` is the day that the schedule is of,
/// so that the same schedule gives the same bytes.
pub fn calendar(schedule: &Schedule<'_>, stamp: Timestamp) -> Calendar {
    Calendar {
        name: "keyroll schedule".to_owned(),
        stamp,
        entries: rows(schedule).iter().map(entry).collect(),
    }
}

fn entry((line, run): &Row<'_>) -> Entry {
    let id = line.id;
    let has_window = line.policy.is_some_and(|policy| policy.window.is_some());
    let summary = match run.what {
        DueKind::Rotation => format!("rotate {id}"),
        DueKind::Expiry => format!("{id} ends"),
    };
    let mut about = vec![
        format!("due on {}: {}", run.due_on, because(line, run)),
        format!("at {}, {}", line.account.provider, line.account.environment),
    ];
    about.extend(line.owner().map(|owner| format!("owner: {owner}")));
    if run.standing != Standing::OnTime {
        about.push(format!("{}", run.standing));
    }
    // What is done within its warning is near already when that begins.
    let ahead = run.day().days_until(run.due_on);
    let ahead = u32::try_from(ahead).unwrap_or_default();
    Entry {
        uid: format!("{}/{id}/{}", run.what, run.due_on),
        what: match run.opening.filter(|_| has_window) {
            Some(opening) => What::Between(opening.from, opening.until),
            None => What::Day(run.day()),
        },
        summary,
        description: Some(about.join("\n")),
        category: Some(run.what.to_string()),
        alarm_days: Some(line.warn_days().saturating_sub(ahead)),
    }
}
