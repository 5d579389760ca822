//! A map as TOML: how columns are read, and which records and facts each row makes. The keys, docs/import.md describes.

mod rule;

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Table, Value};

use super::column::{Column, ColumnText};
use super::encoding::Encoding;
use super::fault::cut;
use super::fields::{self, Field, MADE};
use super::headings::normalised;
use super::rows::Form;
use super::template::Template;
use crate::model::record::Kind;

pub use rule::key_fields;
use rule::{condition, field_rules, key_of, merges, unknown};

/// The largest map, in bytes.
pub const LARGEST_MAP: u64 = 256 << 10;

/// How many dots or brackets a line may have. Deeper tables are of no use, and overflow readers.
const DEEPEST: usize = 64;

/// Why a map was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadMap(String);

/// A map.
#[derive(Clone, Debug, Default)]
pub struct Map {
    pub delimiter: Option<u8>,
    pub heading_row: Option<u64>,
    pub encoding: Option<Encoding>,
    /// By heading, as the map writes it.
    pub columns: Vec<(String, Column)>,
    /// How columns are read that have no table of their own.
    pub plain: Column,
    pub records: Vec<RecordRule>,
    pub facts: Vec<FactRule>,
}

/// When a rule makes something of a row: each column has one of its words.
pub type Condition = Vec<(Template, Vec<String>)>;

/// What a row makes one record of.
#[derive(Clone, Debug)]
pub struct RecordRule {
    pub kind: Kind,
    pub id: Template,
    /// The same without the last part of the key, where that may be missing.
    pub short_id: Option<Template>,
    pub fields: Vec<FieldRule>,
    pub when: Condition,
    pub unless: Condition,
    /// Whether several rows may tell of one record.
    pub merges: bool,
}

/// What a row makes one fact of.
#[derive(Clone, Debug)]
pub struct FactRule {
    pub fields: Vec<FieldRule>,
    pub when: Condition,
    pub unless: Condition,
}

/// Where a field's values come from.
#[derive(Clone, Debug)]
pub struct FieldRule {
    pub field: &'static Field,
    /// The field's path, each key a template: those of `*` name columns.
    pub path: Vec<Template>,
    pub values: Vec<Template>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct FileText {
    delimiter: Option<String>,
    heading_row: Option<u64>,
    encoding: Option<String>,
    empty: Vec<String>,
}

impl Map {
    /// Reads a map.
    ///
    /// # Errors
    /// When it is no TOML, has keys that there are not, or means nothing; with the place in the map.
    pub fn parse(text: &str) -> Result<Map, BadMap> {
        if text.len() as u64 > LARGEST_MAP {
            return Err(BadMap(format!(
                "it is larger than {} KiB",
                LARGEST_MAP >> 10
            )));
        }
        for (at, line) in text.lines().enumerate() {
            let count = |signs: &[u8]| line.bytes().filter(|byte| signs.contains(byte)).count();
            if count(b".") > DEEPEST || count(b"[{") > DEEPEST {
                return Err(BadMap(format!(
                    "line {}: too many dots or brackets",
                    at + 1
                )));
            }
        }
        let table: Table = toml::from_str(text).map_err(|error| syntax(text, &error))?;
        let mut map = Map::default();
        let mut table = table;
        let empty = map.file(table.remove("file"))?;
        map.plain = Column::of(ColumnText::default(), &empty).map_err(BadMap)?;
        map.columns(table.remove("column"), &empty)?;
        for (key, value) in table {
            let rules = tables(&key, value)?;
            for (at, rule) in rules.into_iter().enumerate() {
                let place = format!("{key} {}", at + 1);
                map.rule(&key, rule)
                    .map_err(|why| BadMap(format!("{place}: {why}")))?;
            }
        }
        // In the order of the manifest, whatever the order of the map.
        map.records.sort_by_key(|rule| rule.kind);
        Ok(map)
    }

    /// How the table is laid out, where the map says so.
    pub fn form(&self, delimiter: u8) -> Form {
        Form {
            delimiter: self.delimiter.unwrap_or(delimiter),
            heading_row: self.heading_row,
        }
    }

    fn file(&mut self, value: Option<Value>) -> Result<Vec<String>, BadMap> {
        let said =
            |why: &dyn std::fmt::Display| BadMap(format!("file: {}", cleaned(&why.to_string())));
        let text: FileText = match value {
            Some(value) => value
                .try_into()
                .map_err(|error: toml::de::Error| said(&error.message()))?,
            None => FileText::default(),
        };
        self.delimiter = match text.delimiter.as_deref() {
            None => None,
            Some(",") => Some(b','),
            Some(";") => Some(b';'),
            Some("\t" | "tab") => Some(b'\t'),
            Some(_) => return Err(said(&"`delimiter` is one of `,`, `;`, `tab`")),
        };
        self.encoding = match text.encoding.as_deref() {
            None => None,
            Some("utf-8") => Some(Encoding::Utf8),
            Some("windows-1252") => Some(Encoding::Windows1252),
            Some(_) => return Err(said(&"`encoding` is one of `utf-8`, `windows-1252`")),
        };
        self.heading_row = text.heading_row;
        Ok(text.empty)
    }

    fn columns(&mut self, value: Option<Value>, empty: &[String]) -> Result<(), BadMap> {
        let Some(value) = value else { return Ok(()) };
        let Value::Table(table) = value else {
            return Err(BadMap(
                "`column` is a table: write `[column.\"Heading\"]`".into(),
            ));
        };
        let mut seen: BTreeMap<String, String> = BTreeMap::new();
        for (heading, value) in table {
            let place = |why: &str| BadMap(format!("column `{}`: {}", cut(&heading), cleaned(why)));
            if let Some(other) = seen.insert(normalised(&heading), heading.clone()) {
                return Err(place(&format!("it is `{}` too", cut(&other))));
            }
            let text: ColumnText = value
                .try_into()
                .map_err(|error: toml::de::Error| place(error.message()))?;
            let column = Column::of(text, empty).map_err(|why| place(&why))?;
            self.columns.push((heading, column));
        }
        Ok(())
    }

    fn rule(&mut self, key: &str, table: Table) -> Result<(), String> {
        let kind = MADE.iter().copied().find(|kind| kind.as_str() == key);
        if kind.is_none() && key != "fact" {
            let known = MADE
                .iter()
                .map(|kind| kind.as_str())
                .chain(["column", "fact", "file"]);
            return Err(unknown(key, known));
        }
        let mut table = table;
        let when = condition(table.remove("when"))?;
        let unless = condition(table.remove("unless"))?;
        let Some(kind) = kind else {
            let fields = field_rules(fields::fact(), table)?;
            self.facts.push(FactRule {
                fields,
                when,
                unless,
            });
            return Ok(());
        };
        let id = table.remove("id");
        let merges = merges(kind, table.remove("rows"))?;
        let fields = field_rules(fields::fields(kind), table)?;
        let (id, short_id) = key_of(kind, id, &fields)?;
        for field in fields::fields(kind).iter().filter(|field| field.is_needed) {
            let is_there = fields.iter().any(|rule| rule.field.path == field.path);
            let table_is_there = fields
                .iter()
                .any(|rule| rule.field.table() == field.table());
            if !is_there && table_is_there {
                return Err(format!("it gives no `{}`, which is needed", field.path));
            }
        }
        self.records.push(RecordRule {
            kind,
            id,
            short_id,
            fields,
            when,
            unless,
            merges,
        });
        Ok(())
    }
}

/// Where the text is no TOML, by line; nothing of the text is repeated, as anything may stand there.
fn syntax(text: &str, error: &toml::de::Error) -> BadMap {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map(|before| before.matches('\n').count() + 1);
    let message = cleaned(error.message());
    BadMap(line.map_or(message.clone(), |line| format!("line {line}: {message}")))
}

/// A message of a reader, on one line and cut.
fn cleaned(message: &str) -> String {
    let line: String = message.lines().collect::<Vec<_>>().join(": ");
    let masked = crate::model::text::shape::masked(&line);
    let mut out: String = masked.chars().take(200).flat_map(escaped).collect();
    if masked.chars().nth(200).is_some() {
        out.push('…');
    }
    out
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let raw = (!crate::model::text::is_unsafe(c)).then_some(c);
    let hidden = raw.is_none().then(|| c.escape_default());
    raw.into_iter().chain(hidden.into_iter().flatten())
}

fn tables(key: &str, value: Value) -> Result<Vec<Table>, BadMap> {
    let wrong = || {
        BadMap(format!(
            "`{}` is a table: write `[[{}]]`",
            cut(key),
            cut(key)
        ))
    };
    match value {
        Value::Table(table) => Ok(vec![table]),
        Value::Array(items) => {
            let tables = items.into_iter().map(|item| match item {
                Value::Table(table) => Ok(table),
                _ => Err(wrong()),
            });
            tables.collect()
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests;
