//! `keyroll audit log`: the events, as rows, as lines for a program, or as a SIEM takes them. In memory that does not grow
//! with the trail, wherever the form allows it.

use serde_json::{Value, json};

use crate::audit as chain;
use crate::cli::astray::Shown;
use crate::cli::completion;
use crate::cli::context::Context;
use crate::cli::failure::{Failure, Outcome, Status};
use crate::model::change::{FieldChange, Occurrence};
use crate::model::date::{Date, Timestamp};
use crate::model::event::Event;
use crate::model::id::{AccountId, BadName};
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;
use crate::report::siem::{self, Origin};
use crate::report::view::{Cell, Column, View};
use crate::report::{self, FindingsFormat, Format, SiemFormat, escape, json, plan};
use crate::store::{Access, EventFilter, Store};

/// How much is gathered before it is written, in events.
const BATCH: usize = 256;

/// How many events are shown before those to come, where nothing says from when.
const BEFORE: u64 = 10;

#[derive(clap::Args)]
pub struct Args {
    /// Only events of this record: account/NAME and so on
    #[arg(long, value_name = "RECORD")]
    record: Option<RecordId>,
    /// Only events about this account: of its own record and of its versions, facts, reviews, approvals, roles, rotations
    /// and waivers, and what was refused of it
    #[arg(long, value_name = "ACCOUNT", conflicts_with = "record", value_parser = account,
        add = completion::names(Kind::Account))]
    about: Option<AccountId>,
    /// Only events of this actor: an automation by its name, an OS user by theirs, or both as the trail has them
    #[arg(long, value_name = "NAME")]
    actor: Option<Text>,
    /// Only events of this action; several times, or with commas, for several
    #[arg(long, value_name = "ACTION", value_delimiter = ',', value_parser = [
        "create", "update", "remove", "init", "reveal", "run", "notify", "backup", "restore", "resume", "accept", "import", "export",
        "refuse", "configure"])]
    action: Vec<String>,
    /// Only events from this date on
    #[arg(long, value_name = "DATE")]
    since: Option<Date>,
    /// Only events up to this date, and on it
    #[arg(long, value_name = "DATE")]
    until: Option<Date>,
    /// Only the last so many of them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    last: Option<u64>,
    /// Go on with each event to come, until the reader goes away or Ctrl-C
    #[arg(long, short, conflicts_with = "until")]
    follow: bool,
    /// Show the fields that changed
    #[arg(long)]
    fields: bool,
}

impl Args {
    fn filter(&self) -> EventFilter {
        EventFilter {
            record: self.record.as_ref().map(ToString::to_string),
            about: self.about.clone(),
            actor: self.actor.as_ref().map(ToString::to_string),
            actions: self.action.clone(),
            since: self.since.map(Timestamp::from),
            before: self.until.map(|day| Timestamp::from(day.plus_days(1))),
            ..EventFilter::default()
        }
    }

    fn last(&self) -> Option<u64> {
        let from_when = self.since.is_some() || self.last.is_some();
        self.last.or((self.follow && !from_when).then_some(BEFORE))
    }
}

/// An account, by its name or as records name it.
fn account(text: &str) -> Result<AccountId, BadName> {
    text.strip_prefix("account/").unwrap_or(text).parse()
}

/// A form in which events can be written as they come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stream {
    Jsonl,
    /// With a heading line first.
    Delimited(Format),
    Ocsf,
    Cef,
    /// A line for people.
    Line,
}

pub fn run(args: &Args, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let mut filter = args.filter();
    if let Some(last) = args.last() {
        filter.after = store.before_last(&filter, last)?;
    }
    let stream = match (context.findings_format(), args.follow) {
        (FindingsFormat::Siem(SiemFormat::Ocsf), _) => Stream::Ocsf,
        (FindingsFormat::Siem(SiemFormat::Cef), _) => Stream::Cef,
        (FindingsFormat::Rows(Format::Jsonl), _) => Stream::Jsonl,
        (FindingsFormat::Rows(format @ (Format::Csv | Format::Tsv)), _) => {
            Stream::Delimited(format)
        }
        (FindingsFormat::Rows(Format::Table), true) => Stream::Line,
        (FindingsFormat::Rows(Format::Json | Format::Md | Format::Html), true) => {
            return Err(
                Failure::usage("such a document has an end, and --follow has none")
                    .hint("add --format jsonl, csv, tsv, ocsf or cef"),
            );
        }
        (FindingsFormat::Rows(_), _) => return whole(&store, &filter, args.fields, context),
        (FindingsFormat::Ci(_) | FindingsFormat::Watch(_), _) => {
            context.rows_alone()?;
            return whole(&store, &filter, args.fields, context);
        }
    };
    let name = store.name()?;
    let mut writer = Writer {
        stream,
        store: &name,
        is_first: true,
        shown: Shown::default(),
        context,
    };
    writer.write(&store, &mut filter)?;
    // A reader that went away waits for no word about it.
    if !writer.context.out.is_closed() {
        std::mem::take(&mut writer.shown).warn(&store, writer.context)?;
    }
    while args.follow && !writer.context.out.waited_until_closed()? {
        writer.write(&store, &mut filter)?;
    }
    Ok(Status::Clean)
}

/// What is no stream: all rows at once.
fn whole(store: &Store, filter: &EventFilter, fields: bool, context: &mut Context) -> Outcome {
    let format = context.globals.format;
    let mut rows = Vec::new();
    let mut noted = Shown::default();
    store.events(filter, &mut |event| {
        noted.note(&event.record);
        rows.push(event);
        Ok(())
    })?;
    if format == Format::Table && rows.is_empty() {
        context.out.note("no events");
        return Ok(Status::Clean);
    }
    let shown = match format {
        Format::Json => json::pretty(&json!({
            "version": json::VERSION,
            "kind": "audit-log",
            "rows": rows.iter().map(object).collect::<Vec<_>>(),
        })),
        Format::Table => report::render(&view(&rows, fields), format, &context.terminal()),
        Format::Jsonl | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            report::render(&view(&rows, true), format, &context.terminal())
        }
    };
    context.out.data(&shown)?;
    noted.warn(store, context)?;
    Ok(Status::Clean)
}

struct Writer<'a> {
    stream: Stream,
    store: &'a str,
    /// Nothing was written yet: a heading is due.
    is_first: bool,
    shown: Shown,
    context: &'a mut Context,
}

impl Writer<'_> {
    /// Writes what the filter lets through, and moves it behind that.
    fn write(&mut self, store: &Store, filter: &mut EventFilter) -> Result<(), Failure> {
        let mut batch = Vec::with_capacity(BATCH);
        let mut after = filter.after;
        store.events(filter, &mut |event| {
            after = Some(event.sequence);
            self.shown.note(&event.record);
            batch.push(event);
            if batch.len() >= BATCH {
                self.flush(&mut batch)?;
            }
            Ok(())
        })?;
        self.flush(&mut batch)?;
        filter.after = after;
        Ok(())
    }

    fn flush(&mut self, batch: &mut Vec<Event>) -> anyhow::Result<()> {
        let heading = matches!(self.stream, Stream::Delimited(_)) && self.is_first;
        if (batch.is_empty() && !heading) || self.context.out.is_closed() {
            batch.clear();
            return Ok(());
        }
        let text = self.text(batch);
        let written = self.context.out.data(&text);
        written.map_err(|failure| anyhow::anyhow!("{}", failure.causes()))?;
        self.is_first = false;
        batch.clear();
        Ok(())
    }

    fn text(&self, batch: &[Event]) -> String {
        let origin = Origin {
            version: env!("CARGO_PKG_VERSION"),
            store: self.store,
        };
        let lines = |line: &dyn Fn(&Event) -> String| batch.iter().map(line).collect::<String>();
        match self.stream {
            Stream::Jsonl => lines(&|event| json::line(&object(event))),
            Stream::Ocsf => lines(&|event| json::line(&siem::ocsf(event, &origin))),
            Stream::Cef => lines(&|event| siem::cef(event, &origin) + "\n"),
            Stream::Line => lines(&told),
            Stream::Delimited(format) => {
                // Of the next batch the rows alone: the heading stands already.
                let all = report::render(&view(batch, true), format, &self.context.terminal());
                match self.is_first {
                    true => all,
                    false => all
                        .split_once('\n')
                        .map_or(String::new(), |(_, rest)| rest.to_owned()),
                }
            }
        }
    }
}

/// An event on a line of its own.
fn told(event: &Event) -> String {
    let actor = &event.actor;
    let reason = actor
        .reason
        .as_ref()
        .map_or(String::new(), |reason| format!("  {reason}"));
    let (sequence, at, name) = (event.sequence, actor.at, &actor.name);
    let line = format!(
        "{sequence}  {at}  {name}  {}  {}{reason}",
        event.action, event.record
    );
    escape::terminal(&line) + "\n"
}

/// An event with all it holds, hashes included.
fn object(event: &Event) -> Value {
    let actor = &event.actor;
    // As it was hashed: a reader that verifies the chain needs these very bytes.
    let change: Value =
        serde_json::from_str(&event.change).unwrap_or_else(|_| Value::String(event.change.clone()));
    json!({
        "format": event.format,
        "sequence": event.sequence,
        "time": actor.at,
        "actor": actor.name,
        "host": actor.host,
        "action": event.action,
        "record": event.record,
        "command": actor.command,
        "reason": actor.reason,
        "change": change,
        "after": event.after.as_ref().map(chain::hex),
        "previous": chain::hex(&event.previous),
        "hash": chain::hex(&event.hash),
    })
}
fn view(events: &[Event], fields: bool) -> View {
    let fixed = ["sequence", "time", "actor", "action", "record"].map(Column::new);
    let change = fields.then(|| Column::new("change"));
    let spare = ["reason", "command", "host"].map(|name| Column::new(name).spare());
    let columns = fixed.into_iter().chain(change).chain(spare).collect();
    let rows = events.iter().map(|event| {
        let actor = &event.actor;
        let fixed = [
            Cell::number(i64::try_from(event.sequence).unwrap_or(i64::MAX)),
            Cell::text(actor.at),
            Cell::text(&actor.name),
            Cell::text(&event.action),
            Cell::text(&event.record),
        ];
        let change = fields.then(|| {
            let changes: Vec<FieldChange> = serde_json::from_str(&event.change).unwrap_or_default();
            Cell::text(match event.action.parse::<Occurrence>() {
                Ok(_) => details(&changes),
                Err(_) => plan::fields(&changes),
            })
        });
        let spare = [
            Cell::optional(actor.reason.as_ref()),
            Cell::text(&actor.command),
            Cell::text(&actor.host),
        ];
        fixed.into_iter().chain(change).chain(spare).collect()
    });
    View {
        rows: rows.collect(),
        ..View::new("audit-log", columns)
    }
}

/// What else is known of something that changed no record.
fn details(details: &[FieldChange]) -> String {
    let one = |detail: &FieldChange| {
        let value = match &detail.to {
            Some(Value::String(text)) => text.clone(),
            Some(value) => value.to_string(),
            None => String::new(),
        };
        format!("{}: {value}", detail.field)
    };
    details.iter().map(one).collect::<Vec<_>>().join("; ")
}
