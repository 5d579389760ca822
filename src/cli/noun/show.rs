//! How records of each kind are listed and shown, and the examples of their help.

use serde_json::{Value, json};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::lifecycle::due;
use crate::manifest;
use crate::model::credential::VersionStage;
use crate::model::record::{Kind, Record};
use crate::report::summary::counted;
use crate::report::view::{Cell, Column, View};
use crate::report::{self, Format};
use crate::store::Store;

/// The columns of a kind's listing: heading, and the field behind it.
fn columns(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Account => &[
            ("level", "level"),
            ("expires", "expires"),
            ("status", "status"),
            ("boundary", "boundary"),
            ("technical", "owner.technical"),
            ("provider", "provider"),
            ("environment", "environment"),
        ],
        Kind::Person => &[
            ("full-name", "name"),
            ("email", "email"),
            ("workplace", "workplace"),
            ("left", "left"),
        ],
        Kind::Team => &[("full-name", "name"), ("members", "members")],
        Kind::Boundary => &[
            ("kind", "kind"),
            ("title", "name"),
            ("tenant-role", "tenant-role"),
        ],
        Kind::Provider => &[
            ("product", "product"),
            ("catalog", "catalog"),
            ("environments", "environment"),
            ("live-keys", "max-live-credentials"),
            ("contact", "contact"),
        ],
        Kind::Platform => &[("catalog", "catalog"), ("environments", "environment")],
        Kind::Role => &[
            ("tenant-role", "tenant-role"),
            ("catalog", "catalog"),
            ("permissions", "permissions"),
        ],
        Kind::Rotation => &[
            ("every", "every"),
            ("warn", "warn"),
            ("overlap", "overlap"),
            ("strategy", "strategy"),
            ("on-owner-change", "on-owner-change"),
        ],
        Kind::Procedure => &[("kind", "kind"), ("steps", "step")],
        Kind::Consumer => &[("host", "host"), ("health", "health.command")],
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Version
        | Kind::Fact => &[],
    }
}

/// The view of several records of a kind.
pub fn listing(kind: Kind, records: &[Record]) -> View {
    let fields = columns(kind);
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
        ..View::new(list_kind(kind), columns)
    }
}

fn list_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "account-list",
        Kind::Provider => "provider-list",
        Kind::Platform => "platform-list",
        Kind::Boundary => "boundary-list",
        Kind::Person => "person-list",
        Kind::Team => "team-list",
        Kind::Role => "role-list",
        Kind::Rotation => "rotation-list",
        Kind::Procedure => "procedure-list",
        Kind::Consumer => "consumer-list",
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Version
        | Kind::Fact => "record-list",
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

/// One record: TOML for people, a value for programs. An account's dates stand below it as comments.
///
/// # Errors
/// When the store cannot be read.
pub fn one(record: &Record, store: &Store, context: &Context) -> Result<String, Failure> {
    let dates = dates(record, store, context)?;
    let format = context.format_of(&[Format::Table, Format::Json, Format::Jsonl])?;
    Ok(match format {
        Format::Json | Format::Jsonl => {
            let due: Vec<Value> = dates
                .iter()
                .map(|(what, on, _)| json!({ "what": what, "on": on }))
                .collect();
            let shown = json!({ "version": report::json::VERSION, "kind": record.kind(), "name": &*record.id().name,
                "record": record.to_value(), "due": due });
            match format {
                Format::Jsonl => report::json::line(&shown),
                Format::Json | Format::Table | Format::Csv | Format::Tsv | Format::Md => {
                    report::json::pretty(&shown)
                }
            }
        }
        Format::Table | Format::Csv | Format::Tsv | Format::Md => {
            let comments = dates
                .iter()
                .map(|(what, on, days)| format!("# {what} due {on}, {}\n", away(*days)));
            comments.fold(manifest::write_record(record), |text, comment| {
                text + &comment
            })
        }
    })
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
    let current = around
        .versions
        .iter()
        .find(|(key, version)| key.account == *name && version.stage == VersionStage::Current);
    let policy = account
        .rotation
        .as_ref()
        .and_then(|policy| around.rotations.get(policy));
    let due = due::dates(account, current.map(|(_, version)| version), policy);
    let days = |due: &due::Due| context.as_of().days_until(due.due_on);
    Ok(due
        .iter()
        .map(|due| (due.what.to_string(), due.due_on.to_string(), days(due)))
        .collect())
}

/// What the records of a kind are, for the help.
pub fn about(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "Service accounts: list, show, add, set, edit, remove",
        Kind::Provider => {
            "Maintenance systems (CMMS, EAM) with their environments: list, show, add ..."
        }
        Kind::Platform => {
            "The other side of the integrations, with its environments: list, show, add ..."
        }
        Kind::Boundary => "Tenants, sites, machines: where accounts may act: list, show, add ...",
        Kind::Person => "People who own accounts and hold roles: list, show, add ...",
        Kind::Team => "Teams of people: list, show, add ...",
        Kind::Role => "Named sets of permissions: list, show, add ...",
        Kind::Rotation => "Rotation policies: how often, with what overlap: list, show, add ...",
        Kind::Procedure => "Steps to rotate, revoke or roll back: list, show, add ...",
        Kind::Consumer => "Jobs and hosts that use credentials: list, show, add ...",
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Version
        | Kind::Fact => "Records",
    }
}

/// A name that a record of the kind could have.
pub fn example(kind: Kind) -> &'static str {
    match kind {
        Kind::Account => "unicmms-production-import-hawthorne",
        Kind::Provider => "unicmms",
        Kind::Platform => "factverse",
        Kind::Boundary => "femo/hawthorne",
        Kind::Person => "anna-berg",
        Kind::Team => "integration",
        Kind::Role => "machine-operator",
        Kind::Rotation => "standard",
        Kind::Procedure => "unicmms-revoke",
        Kind::Consumer => "etl-01",
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Version
        | Kind::Fact => "NAME",
    }
}

/// Fields that a record of the kind could be given.
fn sample_fields(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Account => (
            "provider=unicmms environment=production workflow=import level=read-only-import boundary+=femo/hawthorne",
            "permissions+=asset/view-assets expires=2027-03-31",
        ),
        Kind::Provider => ("product=UniCMMS catalog=unicmms", "max-live-credentials=2"),
        Kind::Platform => ("catalog=factverse", "catalog=./scopes.toml"),
        Kind::Boundary => ("kind=facility 'name=Hawthorne, US'", "'name=Hawthorne'"),
        Kind::Person => (
            "'name=Anna Berg' email=anna.berg@femo.example",
            "left=2026-10-31",
        ),
        Kind::Team => (
            "'name=Integration team' members+=anna-berg",
            "members+=jo-miller",
        ),
        Kind::Role => (
            "catalog=unicmms permissions+=asset/view-assets",
            "permissions+=work-order/view-work-orders",
        ),
        Kind::Rotation => ("every=60d overlap=24h", "warn=7d"),
        Kind::Procedure => (
            "kind=revoke 'step=[{ title = \"Call\", manual = \"Call the shift lead\" }]'",
            "kind=revoke",
        ),
        Kind::Consumer => ("host=etl-01", "host=etl-02"),
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Version
        | Kind::Fact => ("", ""),
    }
}

/// Ways to add a record of the kind.
pub fn add_examples(kind: Kind) -> String {
    let name = example(kind);
    format!(
        "keyroll {kind} add {name} {}\n  keyroll {kind} add {name} --from record.toml",
        sample_fields(kind).0
    )
}

/// A way to change a record of the kind.
pub fn set_example(kind: Kind) -> String {
    format!(
        "keyroll {kind} set {} {}",
        example(kind),
        sample_fields(kind).1
    )
}
