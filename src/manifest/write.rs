//! Records as TOML, in the form that people write: sorted, stable, the sections in the order of the manifest.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::catalog;
use crate::manifest::literal::{entry, inline, path};
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::{
    ApprovalKey, AssertionKey, AssignmentKey, DecisionKey, RiskKey, WaiverKey, Whom,
};
use crate::model::record::{Kind, Record, RecordId};

/// The keys of records that hold dates: bare in TOML, strings in JSON. All stand at a record's top; a test holds this
/// list against the schema.
pub(super) const DATES: &[&str] = &["expires", "from", "left", "on", "reviewed", "to", "until"];

/// An inventory as TOML. Reads back as the same records.
///
/// Without the glossaries, which are files of their own, and without what happened (versions and facts).
pub fn write(inventory: &Inventory) -> String {
    let mut approvals: BTreeMap<&AccountId, String> = BTreeMap::new();
    for (key, approval) in &inventory.approvals {
        let record = Record::from((key.clone(), approval.clone()));
        approvals
            .entry(&key.account)
            .or_default()
            .push_str(&write_record(&record));
    }
    let mut out = String::new();
    let mut together = Together::default();
    for record in inventory.declared() {
        match &record {
            Record::Catalog(..) => {}
            // Approvals follow their account; those of no account stand by themselves.
            Record::Approval(key, _) => {
                if let Some(text) = approvals.remove(&key.account) {
                    section(&mut out, &text);
                }
            }
            Record::Assignment(key, _) => together.add(key, &mut out),
            _ => {
                together.finish(&mut out);
                section(&mut out, &write_record(&record));
                if let Record::Account(id, _) = &record {
                    out.push_str(&approvals.remove(id).unwrap_or_default());
                }
            }
        }
    }
    together.finish(&mut out);
    out
}

fn section(out: &mut String, text: &str) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(text);
}

/// Assignments that differ in their boundary alone, as one table.
#[derive(Default)]
struct Together(Vec<AssignmentKey>);

impl Together {
    fn add(&mut self, key: &AssignmentKey, out: &mut String) {
        let fits = self.0.last().is_some_and(|last| {
            last.principal == key.principal && last.role == key.role && last.at.is_some()
        });
        if !fits {
            self.finish(out);
        }
        self.0.push(key.clone());
    }

    fn finish(&mut self, out: &mut String) {
        if let Some(first) = self.0.first() {
            let at: Vec<_> = self.0.iter().filter_map(|key| key.at.as_ref()).collect();
            let mut body = Map::new();
            body.insert("principal".into(), json!(first.principal));
            body.insert("role".into(), json!(first.role));
            if !at.is_empty() {
                body.insert("at".into(), json!(at));
            }
            let mut text = String::new();
            layout(&["assignment"], true, &body, &mut text);
            section(out, &text);
            self.0.clear();
        }
    }
}

/// One record as TOML tables. A glossary is written as its file; what happened, for reading alone.
pub fn write_record(record: &Record) -> String {
    match record {
        Record::Catalog(_, catalog) => catalog::to_toml(catalog),
        _ => write_value(&record.id(), record.to_value()),
    }
}

/// A record's body, as JSON in the shape of `model`, as TOML tables.
pub(super) fn write_value(id: &RecordId, body: Value) -> String {
    let mut body = match body {
        Value::Object(body) => body,
        _ => Map::new(),
    };
    add_keys(id, &mut body);
    let mut out = String::new();
    let kind = id.kind.as_str();
    match id.kind {
        Kind::Organisation => layout(&[kind], false, &body, &mut out),
        Kind::Approval => {
            let account = id.name.split(' ').next().unwrap_or_default();
            layout(&["account", account, "approval"], true, &body, &mut out);
        }
        Kind::Assignment
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Assertion
        | Kind::Invitation
        | Kind::Version
        | Kind::Fact
        | Kind::Operation
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => {
            layout(&[kind], true, &body, &mut out);
        }
        Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Catalog
        | Kind::Platform
        | Kind::Provider
        | Kind::Rotation
        | Kind::Procedure
        | Kind::Consumer
        | Kind::Account
        | Kind::Role => layout(&[kind, &id.name], false, &body, &mut out),
    }
    out
}

/// Puts the parts of the key that TOML holds as keys in front of the body, where it does not say them itself.
fn add_keys(id: &RecordId, body: &mut Map<String, Value>) {
    let mut keys = Map::new();
    match id.kind {
        Kind::Approval => {
            if let Ok(key) = id.name.parse::<ApprovalKey>() {
                keys.insert("action".into(), json!(key.action));
                keys.insert("by".into(), Value::Null);
                keys.insert("on".into(), json!(key.on));
            }
        }
        Kind::Decision => {
            if let Ok(key) = id.name.parse::<DecisionKey>() {
                keys.insert("account".into(), json!(key.account));
                keys.insert("boundary".into(), json!(key.boundary));
            }
        }
        Kind::ResidualRisk => {
            if let Ok(key) = id.name.parse::<RiskKey>() {
                keys.insert("account".into(), json!(key.account));
            }
        }
        Kind::Waiver => {
            if let Ok(key) = id.name.parse::<WaiverKey>() {
                keys.insert("rule".into(), json!(key.rule));
                keys.insert("subject".into(), json!(key.subject));
            }
        }
        Kind::Assertion => {
            if let Ok(key) = id.name.parse::<AssertionKey>() {
                if let Whom::One(principal) = key.principal {
                    keys.insert("principal".into(), json!(principal));
                }
                keys.insert("permission".into(), json!(key.permission));
                keys.insert("at".into(), json!(key.at));
                keys.insert("given".into(), json!(key.given));
            }
        }
        Kind::Assignment => {
            if let Some(at) = body.get_mut("at").filter(|at| at.is_string()) {
                *at = Value::Array(vec![at.take()]);
            }
        }
        Kind::Organisation
        | Kind::Person
        | Kind::Team
        | Kind::Boundary
        | Kind::Catalog
        | Kind::Platform
        | Kind::Provider
        | Kind::Rotation
        | Kind::Procedure
        | Kind::Consumer
        | Kind::Account
        | Kind::Role
        | Kind::Invitation
        | Kind::Version
        | Kind::Fact
        | Kind::Operation
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => return,
    }
    keys.append(body);
    *body = keys;
}

/// How the value of a key is laid out.
enum Shape {
    /// On the line of its key.
    Entry,
    /// As a table below the record.
    Table,
    /// The same, and its own tables of words below it.
    Words,
    /// As a table for each of its keys.
    Named,
    /// As a list of tables.
    List,
}

/// The tables of a log's own words: each may be long.
const WORDS: [&str; 3] = ["actions", "boundaries", "environments"];

fn shape(key: &str, value: &Value) -> Shape {
    match (key, value) {
        ("credential" | "controls" | "agent" | "accounts", Value::Object(_)) => Shape::Table,
        ("log", Value::Object(_)) => Shape::Words,
        ("environment" | "test", Value::Object(named)) if named.values().all(Value::is_object) => {
            Shape::Named
        }
        ("step", Value::Array(steps))
            if steps.iter().all(Value::is_object) && !steps.is_empty() =>
        {
            Shape::List
        }
        _ => Shape::Entry,
    }
}

/// Writes a record's table: its header, its own keys, and the tables below it.
fn layout(at: &[&str], list: bool, body: &Map<String, Value>, out: &mut String) {
    header(at, list, out);
    for (key, value) in body
        .iter()
        .filter(|(key, value)| matches!(shape(key, value), Shape::Entry))
    {
        match value {
            Value::Null => {}
            Value::String(date)
                if DATES.contains(&key.as_str()) && date.parse::<Date>().is_ok() =>
            {
                out.push_str(&format!("{key} = {date}\n"));
            }
            Value::Array(items) if key == "blackout" => out.push_str(&days(key, items)),
            _ => out.push_str(&entry(key, value)),
        }
    }
    for (key, value) in body {
        let below = |more: &[&str], list: bool, value: &Value, out: &mut String| {
            let at: Vec<&str> = at.iter().chain(more).copied().collect();
            header(&at, list, out);
            let entries = value.as_object().into_iter().flatten();
            for (key, value) in entries.filter(|(_, value)| !value.is_null()) {
                out.push_str(&entry(key, value));
            }
        };
        let is_words = |key: &str| WORDS.contains(&key);
        match shape(key, value) {
            Shape::Entry => {}
            Shape::Table => below(&[key], false, value, out),
            Shape::Words => {
                let (words, own): (Vec<_>, Vec<_>) = value
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, value)| (key.clone(), value.clone()))
                    .partition(|(key, _)| is_words(key));
                below(
                    &[key],
                    false,
                    &Value::Object(own.into_iter().collect()),
                    out,
                );
                for (name, table) in &words {
                    below(&[key, name], false, table, out);
                }
            }
            Shape::Named => {
                for (name, value) in value.as_object().into_iter().flatten() {
                    below(&[key, name], false, value, out);
                }
            }
            Shape::List => {
                for value in value.as_array().into_iter().flatten() {
                    below(&[key], true, value, out);
                }
            }
        }
    }
}

/// A list of tables on the line of its key, with dates as TOML writes them; a line for each where there are several.
fn days(key: &str, items: &[Value]) -> String {
    let one = |item: &Value| {
        let fields = item.as_object().into_iter().flatten();
        let fields = fields.filter(|(_, value)| !value.is_null());
        let fields = fields.map(|(name, value)| match value {
            Value::String(date) if DATES.contains(&name.as_str()) => format!("{name} = {date}"),
            other => format!("{name} = {}", inline(other)),
        });
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    };
    match items {
        [item] => format!("{key} = [{}]\n", one(item)),
        several => {
            let lines = several.iter().map(|item| format!("  {},\n", one(item)));
            format!("{key} = [\n{}]\n", lines.collect::<String>())
        }
    }
}

fn header(at: &[&str], list: bool, out: &mut String) {
    let (open, close) = if list { ("[[", "]]") } else { ("[", "]") };
    out.push_str(&format!("{open}{}{close}\n", path(at)));
}
