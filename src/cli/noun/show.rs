//! How records of each kind are listed and shown, and the examples of their verbs.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::noun::invite;
use crate::cli::noun::words::{self, Noun};
use crate::lifecycle::due;
use crate::manifest;
use crate::model::approval::Approval;
use crate::model::date::Date;
use crate::model::key::ApprovalKey;
use crate::model::record::{Kind, Record};
use crate::model::text::shape;
use crate::report::escape;
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, View};
use crate::report::{self, Format};
use crate::store::{Store, StoreError};

/// The view of several records of a kind.
pub fn listing(kind: Kind, records: &[Record]) -> View {
    let noun = words::of(kind);
    let fields = noun.columns;
    let mut columns = vec![Column::new("name")];
    // The first field behind the name always stays; the others give way to a narrow terminal.
    columns.extend(
        fields
            .iter()
            .take(1)
            .map(|(heading, _)| Column::new(*heading)),
    );
    columns.extend(
        fields
            .iter()
            .skip(1)
            .map(|(heading, _)| Column::new(*heading).spare()),
    );
    let rows = records.iter().map(|record| {
        let value = record.to_value();
        let name = record.id().name;
        std::iter::once(Cell::text(&*name))
            .chain(fields.iter().map(|(_, field)| cell(&value, field)))
            .collect()
    });
    let rows = rows.collect();
    View {
        rows,
        ..View::new(noun.listing, columns)
    }
}

/// One field as a cell: a table by its keys, a list of tables by its length.
fn cell(record: &Value, field: &str) -> Cell {
    match field
        .split('.')
        .try_fold(record, |value, key| value.get(key))
    {
        None | Some(Value::Null) => Cell::missing(),
        Some(Value::String(text)) => Cell::text(text),
        Some(Value::Array(items)) if items.iter().any(Value::is_object) => Cell::count(items.len()),
        Some(Value::Array(items)) => Cell::list(items.iter().filter_map(Value::as_str)),
        Some(Value::Object(map)) => Cell::list(map.keys().map(String::as_str)),
        Some(Value::Number(number)) => number
            .as_i64()
            .map_or_else(|| Cell::text(number), Cell::number),
        Some(Value::Bool(true)) => Cell::text("yes"),
        Some(Value::Bool(false)) => Cell::text("no"),
    }
}

/// One record: TOML for people, a value for programs. An account's dates and approvals
/// stand below it as comments.
///
/// # Errors
/// When the store cannot be read.
pub fn one(record: &Record, store: &Store, context: &Context) -> Result<String, Failure> {
    let dates = dates(record, store, context)?;
    let invitation = invite::stored(record, store)?;
    let approvals = approvals(record, store)?;
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    Ok(match format {
        Format::Json | Format::Jsonl => {
            let due: Vec<Value> = dates
                .iter()
                .map(|(what, on, _)| json!({ "what": what, "on": on }))
                .collect();
            let mut shown = json!({ "version": report::json::VERSION, "kind": record.kind(), "name": &*record.id().name,
                "record": record.to_value(), "due": due });
            if let Some(invitation) = &invitation {
                shown["invitation"] = json!(invitation);
            }
            if record.kind() == Kind::Account {
                let all = approvals.iter().map(|(key, body)| {
                    let mut shown = json!({ "action": key.action, "on": key.on });
                    json!(body)
                        .as_object()
                        .into_iter()
                        .flatten()
                        .for_each(|(field, value)| shown[field] = value.clone());
                    shown
                });
                shown["approvals"] = all.collect();
            }
            match format {
                Format::Jsonl => report::json::line(&shown),
                Format::Json
                | Format::Table
                | Format::Csv
                | Format::Tsv
                | Format::Md
                | Format::Html => report::json::pretty(&shown),
            }
        }
        Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html => {
            let comments = dates
                .iter()
                .map(|(what, on, days)| format!("# {what} due {on}, {}\n", away(*days)));
            let standing = invitation.map(|invitation| {
                let stands = invite::standing(&invitation, context.as_of());
                format!("# invitation {stands}\n")
            });
            let signed = approvals
                .iter()
                .map(|(key, body)| format!("# {}\n", approved(key, body, context.as_of())));
            let comments = comments.chain(standing).chain(signed);
            comments.fold(manifest::write_record(record), |text, comment| {
                text + &comment
            })
        }
    })
}

/// What was approved of an account; nothing of another record.
fn approvals(
    record: &Record,
    store: &Store,
) -> Result<BTreeMap<ApprovalKey, Approval>, StoreError> {
    let Record::Account(name, _) = record else {
        return Ok(BTreeMap::new());
    };
    Ok(store.accounts(std::slice::from_ref(name))?.approvals)
}

/// `read approved by person/jo-miller on 2026-10-01 (CHG-1042), until 2027-03-31`.
fn approved(key: &ApprovalKey, body: &Approval, as_of: Date) -> String {
    let (action, on, by) = (key.action, key.on, &body.by);
    let ticket = body.ticket.as_ref();
    let ticket = ticket.map_or(String::new(), |ticket| {
        format!(" ({})", escape::terminal(&shape::masked(ticket.as_str())))
    });
    let end = match body.until {
        None => String::new(),
        Some(until) if until < as_of => format!(", ended {until}"),
        Some(until) => format!(", until {until}"),
    };
    format!("{action} approved by {by} on {on}{ticket}{end}")
}

/// `in 3 days`, `today`, `12 days ago`.
fn away(days: i64) -> String {
    let count = counted(
        usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX),
        "day",
    );
    match days {
        0 => "today".to_owned(),
        1.. => format!("in {count}"),
        _ => format!("{count} ago"),
    }
}

fn dates(
    record: &Record,
    store: &Store,
    context: &Context,
) -> Result<Vec<(String, String, i64)>, Failure> {
    let Record::Account(name, account) = record else {
        return Ok(Vec::new());
    };
    let around = store.accounts(std::slice::from_ref(name))?;
    let changes = due::OwnerChanges::of(&around);
    let due = due::of(&around, &changes, name, account);
    let days = |due: &due::Due| context.as_of().days_until(due.due_on);
    Ok(due
        .iter()
        .map(|due| (due.what.to_string(), due.due_on.to_string(), days(due)))
        .collect())
}

/// Ways to add a record of the kind.
pub fn add_examples(kind: Kind) -> String {
    let Noun { example, add, .. } = words::of(kind);
    format!("keyroll {kind} add {example} {add}\n  keyroll {kind} add {example} --from record.toml")
}

/// A way to change a record of the kind.
pub fn set_example(kind: Kind) -> String {
    let Noun { example, set, .. } = words::of(kind);
    format!("keyroll {kind} set {example} {set}")
}
