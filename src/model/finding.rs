//! Findings: violations of rules. A finding names a record and a field, not a place in a file, and knows no rule.

use std::fmt;

use serde::Serialize;

use crate::model::access::words;
use crate::model::baseline::Known;
use crate::model::record::RecordId;

words! {
    /// How bad a finding is.
    Severity {
        Info = "info",
        Warning = "warning",
        Error = "error",
    }
}

/// The rule whose findings are the gravest of all: a secret that was taken away, and may still let somebody in.
pub const POSSIBLY_LIVE: &str = "possibly-live";

/// One step into a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FieldStep {
    Key(Box<str>),
    Index(usize),
}

/// The way from a record to one of its fields; empty for the record itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FieldPath(pub Vec<FieldStep>);

impl FieldPath {
    /// The record itself.
    pub fn record() -> FieldPath {
        FieldPath::default()
    }

    /// A field by its dotted TOML keys: `owner.technical`.
    pub fn of(dotted: &str) -> FieldPath {
        FieldPath(
            dotted
                .split('.')
                .map(|key| FieldStep::Key(key.into()))
                .collect(),
        )
    }

    /// A field below this one. The key may hold any character.
    pub fn key(mut self, key: &str) -> FieldPath {
        self.0.push(FieldStep::Key(key.into()));
        self
    }

    /// An element of the list that this field is.
    pub fn index(mut self, index: usize) -> FieldPath {
        self.0.push(FieldStep::Index(index));
        self
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.0.iter().enumerate() {
            match step {
                FieldStep::Key(key) if at == 0 => f.write_str(key)?,
                FieldStep::Key(key) => write!(f, ".{key}")?,
                FieldStep::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// One violation of one rule. Sorted as it should be read: by record, then field, then rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    pub subject: RecordId,
    /// Where in the record; the record itself where the fault is an absence.
    pub field: FieldPath,
    /// The rule's id.
    pub rule: &'static str,
    pub severity: Severity,
    /// What is wrong: lower case, the values in backquotes. By those it is known again (see [`Known`]), so a figure that
    /// changes by itself, with the day or with other records, stands without.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<String>,
    /// How many days until (negative: since) it matters, for findings with a date.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
    /// The record that it misses, for findings on a name that nothing has.
    #[serde(skip)]
    pub wants: Option<RecordId>,
    /// Which one it is of several that the record may have, for findings that are no property of the record: a waiver has to
    /// name it, so that it accepts none that come later.
    #[serde(skip)]
    pub particular: Option<Box<str>>,
    /// The entry of the baseline that it is about, for findings on the baseline itself.
    #[serde(skip)]
    pub entry: Option<Box<Known>>,
}

impl Finding {
    /// What a waiver that accepts it has as its subject: the record and, where it may have several, which one.
    pub fn waivable(&self) -> String {
        match &self.particular {
            Some(which) => format!("{} {which}", self.subject),
            None => self.subject.to_string(),
        }
    }
}
