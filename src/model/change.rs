//! A change to the roll: what to write, and what must stand there for it to be right.

use crate::model::record::{Record, RecordId};

/// One record to write or to take out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub action: Action,
    pub expected: Expected,
}

/// What a change does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Put(Record),
    Remove(RecordId),
}

/// What the one who decided on the change had seen; anything else, and the commit is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// No record under this key.
    Absent,
    /// This very record.
    Present(Box<Record>),
}

impl Change {
    /// Adds a record that is not there yet.
    pub fn create(record: Record) -> Change {
        Change {
            action: Action::Put(record),
            expected: Expected::Absent,
        }
    }

    /// Replaces `before` by `after`, which has the same id.
    pub fn update(before: Record, after: Record) -> Change {
        Change {
            action: Action::Put(after),
            expected: Expected::Present(Box::new(before)),
        }
    }

    /// Takes `before` out.
    pub fn remove(before: Record) -> Change {
        Change {
            action: Action::Remove(before.id()),
            expected: Expected::Present(Box::new(before)),
        }
    }

    pub fn id(&self) -> RecordId {
        match &self.action {
            Action::Put(record) => record.id(),
            Action::Remove(id) => id.clone(),
        }
    }

    pub fn before(&self) -> Option<&Record> {
        match &self.expected {
            Expected::Absent => None,
            Expected::Present(record) => Some(record),
        }
    }

    pub fn after(&self) -> Option<&Record> {
        match &self.action {
            Action::Put(record) => Some(record),
            Action::Remove(_) => None,
        }
    }

    /// The word for it: `create`, `update` or `remove`.
    pub fn verb(&self) -> Verb {
        match (&self.action, &self.expected) {
            (Action::Put(_), Expected::Absent) => Verb::Create,
            (Action::Put(_), Expected::Present(_)) => Verb::Update,
            (Action::Remove(_), _) => Verb::Remove,
        }
    }
}

crate::model::access::words! {
    /// What a change does to its record.
    Verb {
        Create = "create",
        Update = "update",
        Remove = "remove",
    }
}

/// What happened to a record, or to the store, that changed no record: for the audit trail alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The record, which must be there; the store itself where it is `None`.
    pub about: Option<RecordId>,
    pub what: Occurrence,
    /// What else there is to know of it. Never a secret.
    pub details: Vec<FieldChange>,
}

crate::model::access::words! {
    /// What happened.
    Occurrence {
        /// A secret was shown or handed out.
        Reveal = "reveal",
        /// A secret was given to a program.
        Run = "run",
        /// A hook was told what happened.
        Notify = "notify",
        Backup = "backup",
        Restore = "restore",
        /// Scheduled changes, which had stopped, go on.
        Resume = "resume",
        /// A trail that does not go on from what was seen of it was taken as it stands.
        Accept = "accept",
        /// Records came from a file: which one.
        Import = "import",
        /// The whole roll left the store.
        Export = "export",
        /// What was asked for was refused.
        Refuse = "refuse",
        /// What the roll is judged by is another than before.
        Configure = "configure",
    }
}

impl Note {
    pub fn new(about: Option<RecordId>, what: Occurrence) -> Note {
        Note {
            about,
            what,
            details: Vec::new(),
        }
    }

    /// Adds one detail.
    pub fn with(mut self, field: &str, value: impl Into<serde_json::Value>) -> Note {
        self.details.push(FieldChange {
            field: field.to_owned(),
            from: None,
            to: Some(value.into()),
        });
        self
    }
}

/// One field that differs between two states of a record; `None` where it is absent.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct FieldChange {
    /// Keys from the record down, with dots: `owner.technical`.
    pub field: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<serde_json::Value>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<serde_json::Value>,
}

/// The fields in which two states of a record differ, in the order of the record. Tables are entered; lists are whole.
pub fn field_changes(before: Option<&Record>, after: Option<&Record>) -> Vec<FieldChange> {
    let value = |record: Option<&Record>| record.map(Record::to_value);
    let mut changes = Vec::new();
    compare(String::new(), value(before), value(after), &mut changes);
    changes
}

fn compare(
    field: String,
    from: Option<serde_json::Value>,
    to: Option<serde_json::Value>,
    out: &mut Vec<FieldChange>,
) {
    use serde_json::{Map, Value};
    let table = |value: Option<Value>| match value {
        Some(Value::Object(map)) => Ok(map),
        None => Ok(Map::new()),
        Some(other) => Err(other),
    };
    if from == to {
        return;
    }
    if !matches!(
        (&from, &to),
        (Some(Value::Object(_)), _) | (_, Some(Value::Object(_)))
    ) {
        out.push(FieldChange { field, from, to });
        return;
    }
    let is_empty =
        |side: &Option<Value>| matches!(side, Some(Value::Object(map)) if map.is_empty());
    if (from.is_none() && is_empty(&to)) || (is_empty(&from) && to.is_none()) {
        // A table in which nothing stands is something all the same, where there was none.
        out.push(FieldChange { field, from, to });
        return;
    }
    match (table(from), table(to)) {
        (Ok(mut from), Ok(to)) => {
            let join = |key: &str| {
                if field.is_empty() {
                    key.to_owned()
                } else {
                    format!("{field}.{key}")
                }
            };
            for (key, value) in to {
                let old = from.shift_remove(&key);
                compare(join(&key), old, Some(value), out);
            }
            for (key, old) in from {
                compare(join(&key), Some(old), None, out);
            }
        }
        (from, to) => {
            let whole = |side: Result<Map<String, Value>, Value>| match side {
                Ok(map) => Some(Value::Object(map)),
                Err(value) => Some(value),
            };
            out.push(FieldChange {
                field,
                from: whole(from),
                to: whole(to),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn person(body: serde_json::Value) -> Record {
        Record::from_value(&"person/anna".parse().unwrap(), body).unwrap()
    }

    #[test]
    fn only_the_fields_that_differ_are_named() {
        let before = person(json!({ "name": "Anna", "email": "a@x.example" }));
        let after = person(json!({ "name": "Anna", "left": "2026-10-31" }));
        let fields: Vec<_> = field_changes(Some(&before), Some(&after))
            .into_iter()
            .map(|c| (c.field, c.from, c.to))
            .collect();
        assert_eq!(
            fields,
            [
                ("left".to_owned(), None, Some(json!("2026-10-31"))),
                ("email".to_owned(), Some(json!("a@x.example")), None),
            ]
        );
    }

    #[test]
    fn a_table_in_which_nothing_stands_is_told_of() {
        let account = |more: serde_json::Value| {
            let mut body = json!({ "provider": "p", "environment": "production", "workflow": "import",
                "level": "read-only-import" });
            body.as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            Record::from_value(&"account/etl".parse().unwrap(), body).unwrap()
        };
        let (without, with) = (account(json!({})), account(json!({ "agent": {} })));
        let told = field_changes(Some(&without), Some(&with));
        assert_eq!(
            (told[0].field.as_str(), &told[0].to),
            ("agent", &Some(json!({})))
        );
        let back = field_changes(Some(&with), Some(&without));
        assert_eq!((back.len(), &back[0].from), (1, &Some(json!({}))));
    }

    #[test]
    fn a_new_record_lists_all_its_fields() {
        let after = person(json!({ "name": "Anna" }));
        let changes = field_changes(None, Some(&after));
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].field, "name");
    }
}
