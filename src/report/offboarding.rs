//! What somebody leaves behind: tables in which people can read, and one regular row each for programs.

use crate::lifecycle::offboarding::{Joined, Known, Part, Report, Seat, Signed};
use crate::model::date::Date;
use crate::model::id::{AccountId, TeamId};
use crate::model::key::ApprovalKey;
use crate::model::record::{Kind, RecordId};
use crate::report::lists::Lists;
use crate::report::view::{Cell, Column, Tone, View};

/// The word under which programs know it.
const KIND: &str = "offboarding";

/// The columns for programs.
const COLUMNS: [&str; 8] = [
    "what", "record", "part", "now", "to", "why", "until", "then",
];

/// One row for programs.
#[derive(Default)]
struct Row {
    what: &'static str,
    record: String,
    part: Option<String>,
    now: Option<String>,
    to: Option<String>,
    why: Vec<String>,
    until: Option<Date>,
    then: &'static str,
}

impl Row {
    fn cells(self) -> Vec<Cell> {
        vec![
            Cell::text(self.what),
            Cell::text(self.record),
            Cell::optional(self.part),
            Cell::optional(self.now),
            Cell::optional(self.to),
            Cell::list(self.why),
            date(self.until),
            Cell::text(self.then),
        ]
    }
}

/// The report in both its forms.
pub fn lists(report: &Report) -> Lists {
    let tables = [
        seats(report),
        through(report),
        secrets(report),
        keys(report),
        roles(report),
        teams(report),
        approvals(report),
        signed(report),
    ];
    Lists {
        tables: tables.into(),
        rows: View::of(KIND, COLUMNS, rows(report)),
        notes: Vec::new(),
    }
}

fn table<const N: usize>(columns: [Column; N], rows: Vec<Vec<Cell>>) -> View {
    View {
        rows,
        ..View::new(KIND, columns.into())
    }
}

fn seats(report: &Report) -> View {
    let is_one = |a: &Seat, b: &Seat| {
        let who = |seat: &Seat| seat.heir.as_ref().map(|heir| heir.who.clone());
        a.account == b.account && who(a) == who(b)
    };
    let row = |seats: &[Seat]| {
        let heir = seats[0].heir.as_ref();
        let who = heir.map_or(Cell::text("nobody").tone(Tone::Error), |heir| {
            Cell::text(&heir.who)
        });
        vec![
            Cell::text(&seats[0].account),
            Cell::list(seats.iter().map(|seat| seat.part)),
            who,
            Cell::optional(heir.map(|heir| &heir.why)),
        ]
    };
    let [of, part, new] = ["owner-of", "part", "new-owner"].map(Column::new);
    let columns = [of, part, new, Column::new("because").spare()];
    let folded = report.seats.chunk_by(is_one);
    table(columns, folded.map(row).collect())
}

fn through(report: &Report) -> View {
    type Stays = (AccountId, Part, TeamId);
    let is_one = |a: &Stays, b: &Stays| a.0 == b.0 && a.2 == b.2;
    let row = |all: &[Stays]| {
        let (account, _, team) = &all[0];
        let parts = all.iter().map(|(_, part, _)| part);
        vec![Cell::text(account), Cell::list(parts), Cell::text(team)]
    };
    let columns = ["stays-as-it-is", "part", "team"].map(Column::new);
    table(columns, report.through.chunk_by(is_one).map(row).collect())
}

fn secrets(report: &Report) -> View {
    let row = |known: &Known| {
        vec![
            Cell::text(&known.version.account),
            Cell::number(known.version.number.into()),
            Cell::list(&known.ways),
            Cell::text(then(known)),
            Cell::text(known.stage),
        ]
    };
    let [secret, version, by, then] = ["secret-of", "version", "known-by", "then"].map(Column::new);
    let columns = [
        secret,
        version.right(),
        by,
        then,
        Column::new("stage").spare(),
    ];
    table(columns, report.secrets.iter().map(row).collect())
}

/// What has to become of a secret that is known.
fn then(known: &Known) -> &'static str {
    match (known.is_due(), known.is_held) {
        (true, true) => "rotate",
        (true, false) => "rotate by hand",
        (false, _) => "see it refused",
    }
}

fn keys(report: &Report) -> View {
    let recipients = report.recipients.iter();
    let recipients = recipients.map(|name| (RecordId::new(Kind::Recipient, name), "seal anew"));
    let consumers = report.consumers.iter();
    let consumers = consumers.map(|name| (RecordId::new(Kind::Consumer, name), "by hand"));
    let named = report.named.iter().map(|id| (id.clone(), "by hand"));
    let rows = recipients.chain(consumers).chain(named);
    let rows = rows.map(|(id, then)| vec![Cell::text(id), Cell::text(then)]);
    table(["named-in", "then"].map(Column::new), rows.collect())
}

fn roles(report: &Report) -> View {
    let rows = report.assignments.iter().map(|key| {
        let at = Cell::optional(key.at.as_ref());
        vec![Cell::text(&key.role), at, Cell::text("unassign")]
    });
    table(["role", "at", "then"].map(Column::new), rows.collect())
}

fn teams(report: &Report) -> View {
    let row = |joined: &Joined| {
        let left = match joined.is_empty {
            true => Cell::text("nobody").tone(Tone::Warning),
            false => Cell::missing(),
        };
        vec![Cell::text(&joined.team), left, Cell::text(leaves(joined))]
    };
    let columns = ["team", "left-in-it", "then"].map(Column::new);
    table(columns, report.teams.iter().map(row).collect())
}

fn leaves(joined: &Joined) -> &'static str {
    match joined.is_member {
        true => "take out",
        false => "by a part of it",
    }
}

fn date(until: Option<Date>) -> Cell {
    until.map_or_else(Cell::missing, Cell::date)
}

fn approvals(report: &Report) -> View {
    type Given = (ApprovalKey, Option<Date>);
    let is_one = |a: &Given, b: &Given| a.0.account == b.0.account && a.1 == b.1;
    let row = |all: &[Given]| {
        let (key, until) = &all[0];
        let actions = all.iter().map(|(key, _)| key.action);
        vec![
            Cell::text(&key.account),
            Cell::list(actions),
            date(*until),
            Cell::text("stays"),
        ]
    };
    let columns = ["approved", "action", "until", "then"].map(Column::new);
    let folded = report.approvals.chunk_by(is_one);
    table(columns, folded.map(row).collect())
}

fn signed(report: &Report) -> View {
    let row = |signed: &Signed| {
        let then = Cell::text(answers(signed));
        vec![Cell::text(&signed.record), date(signed.until), then]
    };
    let columns = ["signed", "until", "then"].map(Column::new);
    table(columns, report.signed.iter().map(row).collect())
}

fn answers(signed: &Signed) -> &'static str {
    match signed.owned {
        true => "hand over",
        false => "stays",
    }
}

/// Everything, one thing a row.
fn rows(report: &Report) -> Vec<Vec<Cell>> {
    let mut rows: Vec<Row> = Vec::new();
    rows.extend(report.seats.iter().map(|seat| Row {
        what: "owner",
        record: format!("account/{}", seat.account),
        part: Some(seat.part.to_string()),
        now: seat.owner.as_ref().map(ToString::to_string),
        to: seat.heir.as_ref().map(|heir| heir.who.to_string()),
        why: seat.heir.iter().map(|heir| heir.why.to_string()).collect(),
        until: None,
        then: "hand over",
    }));
    rows.extend(report.through.iter().map(|(account, part, team)| Row {
        what: "owner",
        record: format!("account/{account}"),
        part: Some(part.to_string()),
        now: Some(format!("team/{team}")),
        then: "stays",
        ..Row::default()
    }));
    rows.extend(report.secrets.iter().map(|known| Row {
        what: "secret",
        record: format!("version/{}", known.version),
        part: Some(known.stage.to_string()),
        why: known.ways.iter().map(ToString::to_string).collect(),
        then: then(known),
        ..Row::default()
    }));
    let named = |what, record: String, then| Row {
        what,
        record,
        then,
        ..Row::default()
    };
    let recipients = report.recipients.iter();
    rows.extend(
        recipients.map(|name| named("recipient", format!("recipient/{name}"), "seal anew")),
    );
    let consumers = report.consumers.iter();
    rows.extend(consumers.map(|name| named("consumer", format!("consumer/{name}"), "by hand")));
    let others = report.named.iter();
    rows.extend(others.map(|id| named("named", id.to_string(), "by hand")));
    let roles = report.assignments.iter();
    rows.extend(roles.map(|key| named("role", format!("assignment/{key}"), "unassign")));
    rows.extend(report.teams.iter().map(|joined| Row {
        why: match joined.is_empty {
            true => vec!["nobody is left in it".to_owned()],
            false => Vec::new(),
        },
        ..named("team", format!("team/{}", joined.team), leaves(joined))
    }));
    rows.extend(report.approvals.iter().map(|(key, until)| Row {
        until: *until,
        ..named("approval", format!("approval/{key}"), "stays")
    }));
    rows.extend(report.signed.iter().map(|signed| Row {
        until: signed.until,
        ..named(
            signed.record.kind.as_str(),
            signed.record.to_string(),
            answers(signed),
        )
    }));
    rows.into_iter().map(Row::cells).collect()
}
