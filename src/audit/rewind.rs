//! Records as they stood before an event, and as an event left them: what the trail tells of a change, taken back or done
//! again. Exact, or nothing: the digest that the trail has of it says whether it is the record that stood there.

use serde_json::{Map, Value};

use crate::audit::record_digest;
use crate::model::change::{FieldChange, Verb};
use crate::model::event::Digest;
use crate::model::record::{Record, RecordId};

/// That a record cannot be made again as it stood before an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("how `{0}` stood cannot be told from the trail")]
pub struct Lost(pub RecordId);

/// The record as it stood before one event; `now` is how it stood after, `left` the digest that the event before left.
///
/// # Errors
/// When what comes out is not what stood there.
pub fn before(
    id: &RecordId,
    now: Option<&Record>,
    (verb, change): (Verb, &str),
    left: Option<&Digest>,
) -> Result<Option<Record>, Lost> {
    let lost = || Lost(id.clone());
    let changes: Vec<FieldChange> = serde_json::from_str(change).map_err(|_| lost())?;
    let found = match verb {
        Verb::Create => return Ok(None),
        Verb::Remove => {
            let body = changes.into_iter().next().and_then(|change| change.from);
            let record = body.and_then(|body| Record::from_value(id, body).ok());
            record.filter(|record| Some(&record_digest(record)) == left)
        }
        Verb::Update => {
            let now = now.ok_or_else(lost)?.to_value();
            WAYS.iter().find_map(|way| {
                let mut body = now.clone();
                let undone = changes
                    .iter()
                    .rev()
                    .all(|change| way.undo(&mut body, change));
                let record = undone
                    .then(|| Record::from_value(id, body).ok())
                    .flatten()?;
                (Some(&record_digest(&record)) == left).then_some(record)
            })
        }
    };
    found.map(Some).ok_or_else(lost)
}

/// The record as one event left it, by the digest that the event has of it; `before` is how it stood before that.
///
/// # Errors
/// When what comes out is not what the event left.
pub fn after(
    id: &RecordId,
    before: Option<&Record>,
    (verb, change): (Verb, &str),
    left: Option<&Digest>,
) -> Result<Option<Record>, Lost> {
    // To do a change is to take back its reverse.
    let changes: Vec<FieldChange> = serde_json::from_str(change).map_err(|_| Lost(id.clone()))?;
    let turned = changes.into_iter().map(|change| FieldChange {
        from: change.to,
        to: change.from,
        ..change
    });
    let mut turned: Vec<FieldChange> = turned.collect();
    let text = |changes: &[FieldChange]| {
        serde_json::to_string(changes).expect("the keys of a change are strings")
    };
    match verb {
        Verb::Create => self::before(id, None, (Verb::Remove, &text(&turned)), left),
        Verb::Remove => Ok(None),
        Verb::Update => {
            let found = self::before(id, before, (verb, &text(&turned)), left);
            // A key that begins another one must come after it, or before it.
            turned.reverse();
            found.or_else(|_| self::before(id, before, (verb, &text(&turned)), left))
        }
    }
}

/// How a dotted name that is not there any more is read: keys may hold dots, and a table that got empty may have been left out.
#[derive(Clone, Copy)]
struct Way {
    keys: Keys,
    /// Whether a table is left out once nothing stands in it.
    prunes: bool,
}

#[derive(Clone, Copy)]
enum Keys {
    /// So many dots, from the left, part two keys: `log.actions.order.close` is `order.close` of `log.actions` by two.
    Parted(usize),
    /// Only the last dot does: `entitlements.base.action.effect` is `effect` of what came before.
    Last,
}

const WAYS: [Way; 10] = {
    const fn way(keys: Keys, prunes: bool) -> Way {
        Way { keys, prunes }
    }
    [
        way(Keys::Parted(usize::MAX), true),
        way(Keys::Parted(usize::MAX), false),
        way(Keys::Parted(2), true),
        way(Keys::Parted(2), false),
        way(Keys::Parted(1), true),
        way(Keys::Parted(1), false),
        way(Keys::Last, true),
        way(Keys::Last, false),
        way(Keys::Parted(0), true),
        way(Keys::Parted(0), false),
    ]
};

impl Way {
    fn undo(self, body: &mut Value, change: &FieldChange) -> bool {
        match body {
            Value::Object(map) => self.undo_in(map, &change.field, change),
            _ => false,
        }
    }

    /// Takes a change back below a table; false where it is not what happened there.
    fn undo_in(self, map: &mut Map<String, Value>, path: &str, change: &FieldChange) -> bool {
        if change.to.is_some() && map.get(path) == change.to.as_ref() {
            match &change.from {
                Some(from) => map.insert(path.to_owned(), from.clone()),
                None => map.shift_remove(path),
            };
            return true;
        }
        let below = |key: &str| {
            let rest = path.strip_prefix(key)?.strip_prefix('.')?;
            Some(rest.to_owned())
        };
        let mut tables: Vec<(String, String)> = map
            .iter()
            .filter(|(_, value)| value.is_object())
            .filter_map(|(key, _)| Some((key.clone(), below(key)?)))
            .collect();
        // The longest key first: `base.read` before `base`.
        tables.sort_by_key(|(key, _)| std::cmp::Reverse(key.len()));
        for (key, rest) in tables {
            if let Some(Value::Object(table)) = map.get_mut(&key)
                && self.undo_in(table, &rest, change)
            {
                if self.prunes && table.is_empty() {
                    map.shift_remove(&key);
                }
                return true;
            }
        }
        let gone = change.to.is_none() && !map.contains_key(path);
        change
            .from
            .as_ref()
            .is_some_and(|from| gone && self.put_back(map, path, from))
    }

    /// Puts back what was taken out, with the tables that it stood in.
    fn put_back(self, map: &mut Map<String, Value>, path: &str, from: &Value) -> bool {
        let (parts, rest_of) = match self.keys {
            Keys::Parted(0) => (None, self.keys),
            Keys::Parted(dots) => (path.split_once('.'), Keys::Parted(dots - 1)),
            Keys::Last => (path.rsplit_once('.'), Keys::Parted(0)),
        };
        let Some((key, rest)) = parts else {
            map.insert(path.to_owned(), from.clone());
            return true;
        };
        let below = Way {
            keys: rest_of,
            ..self
        };
        match map.entry(key).or_insert_with(|| Value::Object(Map::new())) {
            Value::Object(table) => below.put_back(table, rest, from),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::change::field_changes;
    use serde_json::json;

    fn record(id: &str, body: Value) -> Record {
        Record::from_value(&id.parse().unwrap(), body).unwrap()
    }

    /// What the trail tells of a change, taken back.
    fn back(old: &Record, new: &Record) -> Result<Option<Record>, Lost> {
        let told = serde_json::to_string(&field_changes(Some(old), Some(new))).unwrap();
        let left = record_digest(old);
        before(&old.id(), Some(new), (Verb::Update, &told), Some(&left))
    }

    /// The same change, done again.
    fn again(old: &Record, new: &Record) -> Result<Option<Record>, Lost> {
        let told = serde_json::to_string(&field_changes(Some(old), Some(new))).unwrap();
        let left = record_digest(new);
        after(&old.id(), Some(old), (Verb::Update, &told), Some(&left))
    }

    #[test]
    fn any_change_of_fields_is_taken_back_and_done_again() {
        let account = |more: Value| {
            let mut body = json!({ "provider": "p", "environment": "production", "workflow": "import",
                "level": "read-only-import" });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            record("account/etl", body)
        };
        let system =
            |environment: Value| record("provider/p", json!({ "environment": environment }));
        let glossary = |keys: &[(&str, &str)]| {
            let entry = |effect: &str| json!({ "group": "g", "title": "t", "meaning": "m", "effect": effect });
            let all: Map<String, Value> = keys
                .iter()
                .map(|(key, effect)| ((*key).to_owned(), entry(effect)))
                .collect();
            record(
                "catalog/./mine.toml",
                json!({ "title": "Mine", "side": "platform", "entitlements": all }),
            )
        };
        let states = [
            vec![
                account(json!({})),
                account(json!({ "owner": { "business": "person/jo" }, "permissions": ["a/b"] })),
                account(json!({ "owner": { "technical": "team/x" }, "agent": { "tools": ["t"] } })),
                account(json!({ "agent": {}, "level": "write-back" })),
                account(
                    json!({ "agent": { "tenant-enabled": true }, "controls": { "retention": "30d" } }),
                ),
            ],
            vec![
                system(json!({})),
                system(json!({ "production": { "endpoint": "https://a.example" } })),
                system(
                    json!({ "production": { "endpoint": "https://b.example", "allowlist": ["10.0.0.0/8"] },
                    "staging": { "endpoint": "https://c.example", "endpoints": { "token": "https://d.example" } } }),
                ),
            ],
            vec![
                system(json!({})),
                record(
                    "provider/p",
                    json!({ "log": { "form": "jsonl", "fields": { "time": "/t", "identity": "/i",
                    "action": "/a" }, "actions": { "order.close": "closeout", "open": "read", "order": "draft" } } }),
                ),
                record(
                    "provider/p",
                    json!({ "log": { "form": "jsonl", "fields": { "time": "/t", "identity": "/i",
                    "action": "/a" }, "actions": { "order.open": "read" } } }),
                ),
            ],
            vec![
                glossary(&[("base.read", "read")]),
                glossary(&[
                    ("base", "read"),
                    ("base.read", "create"),
                    ("base.action.write", "update"),
                ]),
                glossary(&[("base.action.write", "destroy"), ("plain", "read")]),
            ],
        ];
        for states in states {
            for old in &states {
                for new in &states {
                    assert_eq!(back(old, new), Ok(Some(old.clone())), "{old:?} -> {new:?}");
                    assert_eq!(again(old, new), Ok(Some(new.clone())), "{old:?} -> {new:?}");
                }
            }
        }
    }

    #[test]
    fn what_was_made_is_gone_before_and_what_was_removed_stands() {
        let jo = record("person/jo", json!({ "name": "Jo" }));
        let id = jo.id();
        assert_eq!(before(&id, Some(&jo), (Verb::Create, "[]"), None), Ok(None));
        let told = r#"[{"field":"","from":{"name":"Jo"}}]"#;
        let left = record_digest(&jo);
        assert_eq!(
            before(&id, None, (Verb::Remove, told), Some(&left)),
            Ok(Some(jo.clone()))
        );
        assert_eq!(after(&id, Some(&jo), (Verb::Remove, told), None), Ok(None));
        let told = r#"[{"field":"","to":{"name":"Jo"}}]"#;
        let made = |left: &Digest| after(&id, None, (Verb::Create, told), Some(left));
        assert_eq!(made(&left), Ok(Some(jo.clone())));
        assert_eq!(made(&[7; 32]), Err(Lost(id.clone())));
    }

    #[test]
    fn what_is_not_as_the_trail_left_it_is_said_to_be_lost() {
        let jo = record("person/jo", json!({ "name": "Jo" }));
        let anna = record("person/jo", json!({ "name": "Anna" }));
        let id = jo.id();
        let told = r#"[{"field":"name","from":"Jo","to":"Anna"}]"#;
        let left = record_digest(&jo);
        let update = |now: Option<&Record>, told: &str, left: Option<&Digest>| {
            before(&id, now, (Verb::Update, told), left)
        };
        assert_eq!(update(Some(&anna), told, Some(&left)), Ok(Some(jo.clone())));
        let lost = Err(Lost(id.clone()));
        assert_eq!(update(Some(&jo), told, Some(&left)), lost);
        assert_eq!(update(Some(&anna), told, Some(&[7; 32])), lost);
        assert_eq!(update(Some(&anna), told, None), lost);
        assert_eq!(update(None, told, Some(&left)), lost);
        assert_eq!(update(Some(&anna), "{", Some(&left)), lost);
        assert_eq!(update(Some(&anna), "[]", Some(&left)), lost);
    }
}
