//! `keyroll audit`: who changed what, when, and whether anybody tampered with it.

use serde_json::{Value, json};

use crate::audit as chain;
use crate::cli::commands::reconcile;
use crate::cli::context::Context;
use crate::cli::failure::{Outcome, Status};
use crate::model::change::{FieldChange, Occurrence};
use crate::model::date::Timestamp;
use crate::model::event::Event;
use crate::model::record::RecordId;
use crate::report::view::{Cell, Column, View};
use crate::report::{self, Format, json, plan};
use crate::store::{Access, EventFilter};

/// Read and verify the audit trail
#[derive(clap::Args)]
#[command(arg_required_else_help = true)]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Show events, oldest first
    #[command(
        after_help = "Examples:\n  keyroll audit log --record account/etl --fields\n  \
        keyroll audit log --since 2026-11-01 --format jsonl"
    )]
    Log {
        /// Only events of this record: account/NAME and so on
        #[arg(long, value_name = "RECORD")]
        record: Option<RecordId>,
        /// Only events of this actor
        #[arg(long, value_name = "NAME")]
        actor: Option<String>,
        /// Only events of this action
        #[arg(long, value_name = "ACTION", value_parser = [
            "create", "update", "remove", "init", "reveal", "run", "notify", "backup", "restore", "resume"])]
        action: Option<String>,
        /// Only events from this date on
        #[arg(long, value_name = "DATE")]
        since: Option<crate::model::date::Date>,
        /// Show the fields that changed
        #[arg(long)]
        fields: bool,
    },
    /// Replay the chain and compare every live record with its latest event; exit 5 where anything differs
    #[command(
        after_help = "Example:\n  keyroll audit verify || mail -s 'keyroll: integrity' ops@example.org"
    )]
    Verify,
    Reconcile(reconcile::Logs),
}

pub fn run(args: Args, context: &mut Context) -> Outcome {
    match args.what {
        What::Log {
            record,
            actor,
            action,
            since,
            fields,
        } => {
            let since = since.map(Timestamp::from);
            log(
                &EventFilter {
                    record: record.map(|id| id.to_string()),
                    actor,
                    action,
                    since,
                    ..EventFilter::default()
                },
                fields,
                context,
            )
        }
        What::Verify => verify(context),
        What::Reconcile(args) => reconcile::logs(args, context),
    }
}

fn log(filter: &EventFilter, fields: bool, context: &mut Context) -> Outcome {
    let store = context.open(Access::Read)?;
    let format = context.globals.format;
    let mut rows = Vec::new();
    store.events(filter, &mut |event| {
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
        Format::Jsonl => rows
            .iter()
            .map(|event| json::line(&object(event)))
            .collect(),
        Format::Table => report::render(&view(&rows, fields), format, &context.terminal()),
        Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            report::render(&view(&rows, true), format, &context.terminal())
        }
    };
    context.out.data(&shown)?;
    Ok(Status::Clean)
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

fn verify(context: &mut Context) -> Outcome {
    let verified = context.open(Access::Read)?.verify()?;
    let intact = verified.faults.is_empty();
    let head = chain::hex(&verified.head);
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    if format != Format::Table {
        let faults = verified.faults.iter().map(|fault| {
            json!({ "sequence": fault.sequence, "record": fault.record, "message": fault.message })
        });
        let faults: Vec<_> = faults.collect();
        let shown = json!({ "version": json::VERSION, "kind": "audit-verification", "intact": intact,
            "events": verified.events, "head": head, "faults": faults });
        context.out.data(&json::line(&shown))?;
    } else {
        for fault in &verified.faults {
            let at = fault
                .sequence
                .map_or(String::new(), |sequence| format!("event {sequence}: "));
            let record = fault
                .record
                .as_ref()
                .map_or(String::new(), |record| format!("{record}: "));
            let line = report::escape::terminal(&format!("error: {at}{record}{}", fault.message));
            context.out.data(&format!("{line}\n"))?;
        }
        if intact {
            context.out.data(&format!(
                "intact: {} events, head {head}\n",
                verified.events
            ))?;
        }
    }
    if intact {
        return Ok(Status::Clean);
    }
    context.out.note(format!(
        "integrity broken: {} fault(s) in {} events",
        verified.faults.len(),
        verified.events
    ));
    context.out.note(
        "hint: keep this file as evidence, and compare with a backup taken before the change",
    );
    Ok(Status::Integrity)
}
