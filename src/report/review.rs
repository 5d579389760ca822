//! The review of accounts: what is due, what was decided, and the sheet that somebody decides by.

use crate::lifecycle::review::{Duty, Past, Standing};
use crate::model::access::Level;
use crate::model::account::AccountStatus;
use crate::model::date::Date;
use crate::model::fact::ReviewVerdict;
use crate::model::id::{AccountId, BoundaryPath, EnvironmentName, Principal, ProviderId};
use crate::report::format::{Format, Terminal};
use crate::report::risk::Ranked;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, Tone, View};

/// The most lines of one kind on a sheet for people.
const MOST_LINES: usize = 20;

/// What is due, by owner.
pub fn duties(duties: &[Duty<'_>], as_of: Date) -> View {
    let columns = vec![
        Column::new("owner"),
        Column::new("account"),
        Column::new("state"),
        Column::new("due"),
        Column::new("days-left").titled("Days").right(),
        Column::new("reviewed").spare(),
        Column::new("last-verdict").spare(),
        Column::new("last-by").spare(),
        Column::new("technical-owner").spare(),
    ];
    let row = |duty: &Duty<'_>| {
        let owner = &duty.account.owner;
        let last = duty.last.as_ref();
        vec![
            Cell::optional(owner.business.as_ref()),
            Cell::text(duty.id),
            Cell::text(duty.standing).tone(match duty.standing {
                Standing::Overdue | Standing::Never => Tone::Error,
                Standing::Due => Tone::Warning,
                Standing::Later => Tone::Muted,
            }),
            date(duty.due_on),
            duty.due_on
                .map_or(Cell::missing(), |due| Cell::number(as_of.days_until(due))),
            date(last.map(|past| past.on)),
            Cell::optional(last.map(|past| past.verdict)),
            Cell::optional(last.map(|past| &past.by)),
            Cell::optional(owner.technical.as_ref()),
        ]
    };
    View {
        rows: duties.iter().map(row).collect(),
        ..View::new("review-due", columns)
    }
}

/// What was decided, and whether what follows from it was done; nothing where nothing follows.
pub fn record(reviews: &[(Past, Option<bool>)]) -> View {
    let columns = vec![
        Column::new("on"),
        Column::new("account"),
        Column::new("verdict"),
        Column::new("then"),
        Column::new("by"),
        Column::new("note").spare(),
        Column::new("at").spare(),
    ];
    let row = |(past, done): &(Past, Option<bool>)| {
        vec![
            Cell::date(past.on),
            Cell::text(&past.account),
            Cell::text(past.verdict),
            match done {
                None => Cell::missing(),
                Some(true) => Cell::text(match past.verdict {
                    // Whether it is what was meant, only the next review tells.
                    ReviewVerdict::Change => "changed",
                    ReviewVerdict::Keep | ReviewVerdict::Retire => "done",
                })
                .tone(Tone::Good),
                Some(false) => Cell::text("open").tone(Tone::Warning),
            },
            Cell::text(&past.by),
            Cell::optional(past.note.as_ref()),
            Cell::optional(past.at),
        ]
    };
    View {
        rows: reviews.iter().map(row).collect(),
        ..View::new("review-list", columns)
    }
}

fn date(day: Option<Date>) -> Cell {
    day.map_or(Cell::missing(), Cell::date)
}

/// What somebody sees of an account who decides whether it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    pub account: AccountId,
    pub purpose: Option<String>,
    pub status: AccountStatus,
    pub provider: ProviderId,
    pub environment: EnvironmentName,
    pub level: Level,
    pub boundary: Vec<BoundaryPath>,
    pub business: Option<Principal>,
    pub technical: Option<Principal>,
    pub last: Option<Past>,
    pub due_on: Option<Date>,
    pub standing: Standing,
    pub gains: Gains,
    /// The last day on which it was seen at work.
    pub seen: Option<Date>,
    pub usage: Option<Usage>,
    pub risk: Option<Ranked>,
    /// How many accounts are ranked.
    pub ranked: usize,
    pub findings: Vec<String>,
}

/// What an account gained since it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gains {
    /// Why it cannot be told.
    Unknown(String),
    /// Since that day, in words.
    Since(Date, Vec<String>),
}

/// What logs told of the permissions of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage {
    /// The days that logs cover without a long gap, ninety at the most.
    pub since: Date,
    pub until: Date,
    /// How many permissions and scopes it has.
    pub held: usize,
    /// Those that the logs have a word for, and never show in use.
    pub unused: Vec<String>,
}

/// A sheet in the form asked for.
pub fn sheet(sheet: &Sheet, as_of: Date, format: Format, terminal: &Terminal) -> String {
    let view = match format {
        Format::Table | Format::Md | Format::Html => people(sheet, as_of),
        Format::Json | Format::Jsonl | Format::Csv | Format::Tsv => programs(sheet),
    };
    super::render(&view, format, terminal)
}

fn people(sheet: &Sheet, as_of: Date) -> View {
    let columns = vec![Column::new("field"), Column::new("value")];
    let mut rows = vec![
        row("account", sheet.account.to_string(), None),
        row(
            "purpose",
            sheet.purpose.clone().unwrap_or("not stated".to_owned()),
            None,
        ),
        row("owners", owners(sheet), None),
        row("may", may(sheet), None),
        row("reviewed", reviewed(sheet, as_of), tone(sheet.standing)),
    ];
    match &sheet.gains {
        Gains::Unknown(why) => rows.push(row(
            "gained",
            format!("not known: {why}"),
            Some(Tone::Warning),
        )),
        Gains::Since(day, gains) if gains.is_empty() => {
            rows.push(row("gained", format!("nothing since {day}"), None));
        }
        Gains::Since(day, gains) => {
            let head = format!("since {day}: {}", gains[0]);
            rows.push(row("gained", head, Some(Tone::Error)));
            rows.extend(more(&gains[1..], Tone::Error));
        }
    }
    let seen = sheet
        .seen
        .map(|day| format!("{day}, {} ago", days(day.days_until(as_of))));
    rows.push(row(
        "last use",
        seen.unwrap_or("never seen in a log".to_owned()),
        None,
    ));
    rows.push(row("unused", unused(sheet), None));
    rows.push(row("risk", risk(sheet), None));
    match sheet.findings.split_first() {
        None => rows.push(row("findings", "none".to_owned(), Some(Tone::Good))),
        Some((first, rest)) => {
            rows.push(row("findings", first.clone(), Some(Tone::Warning)));
            rows.extend(more(rest, Tone::Warning));
        }
    }
    View {
        rows,
        ..View::new("review-sheet", columns)
    }
}

fn row(what: &str, says: String, tone: Option<Tone>) -> Vec<Cell> {
    let says = Cell {
        tone,
        ..Cell::text(says)
    };
    vec![Cell::text(what), says]
}

/// Further lines below a first one.
fn more(lines: &[String], tone: Tone) -> Vec<Vec<Cell>> {
    let shown = lines.iter().take(MOST_LINES);
    let mut rows: Vec<Vec<Cell>> = shown
        .map(|line| row("", line.clone(), Some(tone)))
        .collect();
    if let Some(left) = lines.len().checked_sub(MOST_LINES).filter(|left| *left > 0) {
        rows.push(row(
            "",
            format!("and {left} more (--format json has all)"),
            Some(tone),
        ));
    }
    rows
}

fn tone(standing: Standing) -> Option<Tone> {
    match standing {
        Standing::Overdue | Standing::Never => Some(Tone::Error),
        Standing::Due => Some(Tone::Warning),
        Standing::Later => None,
    }
}

/// `1 day`, `2 days`.
fn days(count: i64) -> String {
    counted(usize::try_from(count).unwrap_or(0), "day")
}

fn owners(sheet: &Sheet) -> String {
    let of = |who: &Option<Principal>| {
        who.as_ref()
            .map_or("nobody".to_owned(), ToString::to_string)
    };
    format!(
        "{} (business), {} (technical)",
        of(&sheet.business),
        of(&sheet.technical)
    )
}

fn may(sheet: &Sheet) -> String {
    let at: Vec<&str> = sheet.boundary.iter().map(BoundaryPath::as_str).collect();
    let at = match at.is_empty() {
        true => "no boundary".to_owned(),
        false => at.join(", "),
    };
    let status = match sheet.status {
        AccountStatus::Active => String::new(),
        status @ (AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired) => {
            format!(" ({status})")
        }
    };
    format!(
        "{} at {} {}: {at}{status}",
        sheet.level, sheet.provider, sheet.environment
    )
}

fn reviewed(sheet: &Sheet, as_of: Date) -> String {
    let due = sheet
        .due_on
        .map_or(String::new(), |due| match as_of.days_until(due) {
            left if left < 0 => format!("; was due on {due}, {} ago", days(-left)),
            0 => "; due today".to_owned(),
            left => format!("; due on {due}, in {}", days(left)),
        });
    match &sheet.last {
        None => format!("never{due}"),
        Some(past) => {
            let note = past
                .note
                .as_ref()
                .map_or(String::new(), |note| format!(" ({note})"));
            format!("{}, {} by {}{note}{due}", past.on, past.verdict, past.by)
        }
    }
}

fn unused(sheet: &Sheet) -> String {
    let Some(usage) = &sheet.usage else {
        return "not known: no log was read that tells its actions".to_owned();
    };
    let (since, until) = (usage.since, usage.until);
    if usage.unused.is_empty() {
        return format!("nothing, by logs from {since} to {until}");
    }
    let shown: Vec<&str> = usage
        .unused
        .iter()
        .take(MOST_LINES)
        .map(String::as_str)
        .collect();
    let more = match usage.unused.len().saturating_sub(MOST_LINES) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (count, held) = (usage.unused.len(), usage.held);
    format!(
        "{count} of {held}, by logs from {since} to {until}: {}{more}",
        shown.join(", ")
    )
}

fn risk(sheet: &Sheet) -> String {
    let Some(ranked) = &sheet.risk else {
        return "not ranked".to_owned();
    };
    let why = ranked.factors().map(|(_, factor)| factor.found.clone());
    format!(
        "rank {} of {}, score {}: {}",
        ranked.rank,
        sheet.ranked,
        ranked.score,
        why.join(", ")
    )
}

const COLUMNS: [&str; 24] = [
    "account",
    "purpose",
    "status",
    "provider",
    "environment",
    "level",
    "boundary",
    "owner",
    "technical-owner",
    "reviewed",
    "verdict",
    "by",
    "due",
    "state",
    "gains-since",
    "gains",
    "gains-unknown",
    "seen",
    "log-since",
    "log-until",
    "unused",
    "rank",
    "score",
    "findings",
];

fn programs(sheet: &Sheet) -> View {
    let last = sheet.last.as_ref();
    let (since, gains, unknown) = match &sheet.gains {
        Gains::Unknown(why) => (None, &[][..], Some(why)),
        Gains::Since(day, gains) => (Some(*day), &gains[..], None),
    };
    let usage = sheet.usage.as_ref();
    let cells = vec![
        Cell::text(&sheet.account),
        Cell::optional(sheet.purpose.as_ref()),
        Cell::text(sheet.status),
        Cell::text(&sheet.provider),
        Cell::text(&sheet.environment),
        Cell::text(sheet.level),
        Cell::list(&sheet.boundary),
        Cell::optional(sheet.business.as_ref()),
        Cell::optional(sheet.technical.as_ref()),
        date(last.map(|past| past.on)),
        Cell::optional(last.map(|past| past.verdict)),
        Cell::optional(last.map(|past| &past.by)),
        date(sheet.due_on),
        Cell::text(sheet.standing),
        date(since),
        Cell::list(gains),
        Cell::optional(unknown),
        date(sheet.seen),
        date(usage.map(|usage| usage.since)),
        date(usage.map(|usage| usage.until)),
        usage.map_or(Cell::missing(), |usage| Cell::list(&usage.unused)),
        sheet
            .risk
            .as_ref()
            .map_or(Cell::missing(), |ranked| Cell::count(ranked.rank)),
        sheet
            .risk
            .as_ref()
            .map_or(Cell::missing(), |ranked| Cell::number(ranked.score.into())),
        Cell::list(&sheet.findings),
    ];
    View::of("review-sheet", COLUMNS, vec![cells])
}
