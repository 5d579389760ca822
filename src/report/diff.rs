//! A change in access to read: by record for people, as a table for a pull request, as rows and objects for programs.

mod line;
mod told;

use serde::{Serialize, Serializer};
use serde_json::{Value as Json, json};

use crate::access::diff::{Change, Diff, Entitled, Turn, What};
use crate::model::entitlement::Side;
use crate::report::escape;
use crate::report::format::{Format, Terminal};
use crate::report::json as form;
use crate::report::paint;
use crate::report::summary::counted;
use crate::report::view::{Cell, Tone, View};
use crate::report::{delimited, diff::line::Line, html};

pub use line::refusals;
pub use told::{Told, told};

/// The longest Markdown in bytes, some room left: a comment on a pull request takes 65,536 characters.
const LONGEST_COMMENT: usize = 60_000;
/// The longest row of it in bytes, beside its record, and the longest of what stands before its entitlements.
const LONGEST_ROW: usize = 4_000;
const LONGEST_TEXT: usize = 1_500;
/// The most entitlements of one line that a table lists; the data formats list all.
const MOST_LISTED: usize = 50;

const NONE: &str = "no change in access";

/// The two sides as the user named them.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    pub old: &'a str,
    pub new: &'a str,
}

/// The change in the form asked for; nothing, as a table, where there is none.
pub fn render(diff: &Diff, sides: Sides<'_>, format: Format, terminal: &Terminal) -> String {
    match format {
        Format::Table => table(diff, terminal.color),
        Format::Json => document(diff, sides),
        Format::Jsonl => rows(diff).map(|row| form::line(&row.object())).collect(),
        Format::Csv => delimited::csv(&view(diff)),
        Format::Tsv => delimited::tsv(&view(diff)),
        Format::Md => comment(diff, sides),
        Format::Html => html::page(&view(diff).masked()),
    }
}

/// `2 gains, 1 loss in 2 records`, or that there is no change. No line feed.
pub fn summary(diff: &Diff) -> String {
    let count = diff.count();
    let losses = match count.losses {
        1 => "1 loss".to_owned(),
        many => format!("{many} losses"),
    };
    let parts = [
        (count.gains, counted(count.gains, "gain")),
        (count.losses, losses),
        (count.moves, counted(count.moves, "move")),
        (count.others, counted(count.others, "other change")),
    ];
    let parts: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(_, words)| words)
        .collect();
    let found = parts.join(", ");
    let records = diff.changes.chunk_by(|a, b| a.record == b.record).count();
    let told = match (parts.is_empty(), diff.unlisted.total()) {
        (true, _) => NONE.to_owned(),
        (false, 0) => format!("{found} in {}", counted(records, "record")),
        (false, unlisted) => {
            format!("{found}; too much differs: {unlisted} of these are not listed")
        }
    };
    match (diff.compared, diff.unlisted.total()) {
        (true, _) => told,
        (false, 0) => format!("{told}; too much differs, so that not all of it was compared"),
        (false, _) => format!("{told}, and not all of it was compared"),
    }
}

fn tone(turn: Turn) -> Tone {
    match (turn.gains(), turn.loses()) {
        // A gain is what a reviewer must not miss.
        (true, false) => Tone::Error,
        (true, true) => Tone::Warning,
        (false, true) => Tone::Good,
        (false, false) => Tone::Muted,
    }
}

fn table(diff: &Diff, color: bool) -> String {
    let mut out = String::new();
    for changes in diff.changes.chunk_by(|a, b| a.record == b.record) {
        let record = line::masked(&changes[0].record);
        let head = format!("{} {record}", line::sign_of(changes));
        out.push_str(&paint::bold(&escape::terminal(&head), color));
        out.push('\n');
        for change in changes {
            let line = Line::of(change);
            let text = escape::terminal(&format!("{} {:<9} {}", line.sign, line.word, line.text));
            out.push_str(&format!(
                "    {}\n",
                paint::toned(&text, tone(change.turn), color)
            ));
            for item in line.items.iter().take(MOST_LISTED) {
                out.push_str(&format!("                {}\n", escape::terminal(item)));
            }
            if let more @ 1.. = line.items.len().saturating_sub(MOST_LISTED) {
                let more = format!("and {more} more (--format csv has all)");
                out.push_str(&format!("                {more}\n"));
            }
        }
    }
    out
}

/// A heading with the count and one row a change, cut to what a comment takes.
fn comment(diff: &Diff, sides: Sides<'_>) -> String {
    let cell = |text: &str| escape::markdown(text);
    let mut out = format!(
        "**Access: {}** ({} to {})\n",
        cell(&summary(diff)),
        cell(sides.old),
        cell(sides.new)
    );
    if diff.changes.is_empty() {
        return out;
    }
    out.push_str("\n| Record | | Change | What |\n| --- | --- | --- | --- |\n");
    // Gains first: what is cut at the end must not be what a reviewer looks for.
    let (gains, rest): (Vec<&Change>, Vec<&Change>) =
        diff.changes.iter().partition(|change| change.turn.gains());
    let mut before = None;
    for (at, change) in gains.iter().chain(&rest).enumerate() {
        let record = match before.replace(&change.record) == Some(&change.record) {
            true => String::new(),
            false => cell(&line::masked(&change.record)),
        };
        let row = row(&record, change);
        if out.len() + row.len() > LONGEST_COMMENT {
            let left = diff.changes.len() - at;
            let gains = gains.len().saturating_sub(at);
            out.push_str(&format!(
                "\n{}, {} of them: --format csv has all.\n",
                counted(left, "further line"),
                counted(gains, "gain")
            ));
            break;
        }
        out.push_str(&row);
    }
    out
}

/// One row of the table, cut so that none takes the room of many.
fn row(record: &str, change: &Change) -> String {
    let line = Line::of(change);
    let mut text = fitted(&line.text, LONGEST_TEXT);
    for (at, item) in line.items.iter().enumerate() {
        let item = escape::markdown(item);
        if at == MOST_LISTED || text.len() + item.len() > LONGEST_ROW {
            let more = line.items.len() - at;
            text.push_str(&format!(", and {more} more"));
            break;
        }
        text.push_str(if at == 0 { ": " } else { ", " });
        text.push_str(&item);
    }
    let word = match change.turn.gains() {
        true => format!("**{}**", line.word),
        false => line.word.to_owned(),
    };
    format!("| {record} | {} | {word} | {text} |\n", line.sign)
}

/// A text as Markdown in at most so many bytes, `…` in the place of the rest.
fn fitted(text: &str, most: usize) -> String {
    let whole = escape::markdown(text);
    if whole.len() <= most {
        return whole;
    }
    let mut characters = text.chars().count().min(most);
    loop {
        let part: String = text.chars().take(characters).collect();
        let part = escape::markdown(&part);
        if part.len() <= most {
            return part + "…";
        }
        characters -= characters.div_ceil(4);
    }
}

/// `{"version":1,"kind":"access-diff","old","new","complete","unlisted","changes":[...],"summary":{...}}`.
#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    kind: &'static str,
    old: &'a str,
    new: &'a str,
    complete: bool,
    unlisted: usize,
    changes: Objects<'a>,
    summary: Json,
}

/// The rows as objects, made one by one: all at once they would take many times the room of their text.
struct Objects<'a>(&'a Diff);

impl Serialize for Objects<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(rows(self.0).map(|row| row.object()))
    }
}

fn document(diff: &Diff, sides: Sides<'_>) -> String {
    let count = diff.count();
    form::pretty(&Document {
        version: form::VERSION,
        kind: "access-diff",
        old: sides.old,
        new: sides.new,
        complete: diff.is_complete(),
        unlisted: diff.unlisted.total(),
        changes: Objects(diff),
        summary: json!({
            "gains": count.gains,
            "losses": count.losses,
            "moves": count.moves,
            "others": count.others,
        }),
    })
}

const COLUMNS: [&str; 11] = [
    "record", "change", "what", "name", "effect", "from", "to", "gains", "loses", "via", "holders",
];

fn view(diff: &Diff) -> View {
    View::of(
        "access-diff",
        COLUMNS,
        rows(diff).map(|row| row.cells()).collect(),
    )
}

/// One row for programs: a change, or one entitlement of it.
struct Row<'a> {
    change: &'a Change,
    entitled: Option<&'a Entitled>,
}

fn rows(diff: &Diff) -> impl Iterator<Item = Row<'_>> {
    diff.changes.iter().flat_map(|change| {
        let entitlements = match &change.what {
            What::Grant(grant) => grant.entitlements.iter().map(Some).collect(),
            What::Account { .. }
            | What::Level { .. }
            | What::Value { .. }
            | What::Effect { .. } => {
                vec![None]
            }
        };
        let row = move |entitled| Row { change, entitled };
        entitlements.into_iter().map(row)
    })
}

/// The values of a row under their keys; those that do not apply are missing or empty.
#[derive(Default)]
struct Fields {
    what: &'static str,
    name: Option<String>,
    effect: Option<&'static str>,
    from: Vec<String>,
    to: Vec<String>,
    gains: Vec<String>,
    loses: Vec<String>,
    via: Vec<String>,
}

impl Row<'_> {
    fn fields(&self) -> Fields {
        let one = |text: Option<String>| -> Vec<String> { text.into_iter().collect() };
        match &self.change.what {
            What::Account { from, to } => Fields {
                what: "account",
                from: one(from.map(|status| status.to_string())),
                to: one(to.map(|status| status.to_string())),
                ..Fields::default()
            },
            What::Level {
                from,
                to,
                gained,
                lost,
            } => Fields {
                what: "level",
                from: one(from.map(|level| level.to_string())),
                to: one(to.map(|level| level.to_string())),
                gains: gained.iter().map(ToString::to_string).collect(),
                loses: lost.iter().map(ToString::to_string).collect(),
                ..Fields::default()
            },
            What::Grant(grant) => Fields {
                what: match grant.side {
                    Side::Provider => "permission",
                    Side::Platform => "scope",
                },
                name: self.entitled.map(|entitled| line::masked(&entitled.key)),
                effect: self.entitled.and_then(|e| e.effect).map(|e| e.as_str()),
                from: grant.from.iter().map(ToString::to_string).collect(),
                to: grant.to.iter().map(ToString::to_string).collect(),
                via: grant.via.iter().map(ToString::to_string).collect(),
                ..Fields::default()
            },
            What::Value {
                aspect,
                of,
                from,
                to,
            } => Fields {
                what: aspect.as_str(),
                name: of.as_ref().map(line::masked),
                from: one(from.as_ref().map(line::masked)),
                to: one(to.as_ref().map(line::masked)),
                ..Fields::default()
            },
            What::Effect { key, from, to } => Fields {
                what: "effect",
                name: Some(line::masked(key)),
                from: one(from.as_ref().map(ToString::to_string)),
                to: one(to.as_ref().map(ToString::to_string)),
                ..Fields::default()
            },
        }
    }

    fn object(&self) -> Json {
        let fields = self.fields();
        json!({
            "record": line::masked(&self.change.record),
            "change": self.change.turn,
            "what": fields.what,
            "name": fields.name,
            "effect": fields.effect,
            "from": fields.from,
            "to": fields.to,
            "gains": fields.gains,
            "loses": fields.loses,
            "via": fields.via,
            "holders": &*self.change.holders,
        })
    }

    fn cells(&self) -> Vec<Cell> {
        let fields = self.fields();
        vec![
            Cell::text(line::masked(&self.change.record)),
            Cell::text(self.change.turn),
            Cell::text(fields.what),
            Cell::optional(fields.name),
            Cell::optional(fields.effect),
            Cell::list(fields.from),
            Cell::list(fields.to),
            Cell::list(fields.gains),
            Cell::list(fields.loses),
            Cell::list(fields.via),
            Cell::list(self.change.holders.iter()),
        ]
    }
}
