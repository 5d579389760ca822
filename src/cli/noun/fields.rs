//! `FIELD=VALUE` words: parsed, set into a record's value, and compared with one.

use serde_json::{Map, Value};

use crate::cli::failure::Failure;
use crate::manifest;
use crate::model::record::{Kind, Record, RecordId};

/// `FIELD=VALUE` of `list --where`.
pub struct Condition {
    path: Vec<String>,
    value: String,
}

/// Parses conditions on records of a kind.
///
/// # Errors
/// As [`condition`].
pub fn conditions(kind: Kind, texts: &[String]) -> Result<Vec<Condition>, Failure> {
    texts.iter().map(|text| condition(kind, text)).collect()
}

/// Parses a condition on records of a kind.
///
/// # Errors
/// When there is no `=`, or the kind has no such field: a typing error must not read as "none".
pub fn condition(kind: Kind, text: &str) -> Result<Condition, Failure> {
    let (field, value) = text.split_once('=').ok_or_else(|| shape(text))?;
    let path = path(field)?;
    let top = path.first().map_or("", String::as_str);
    if !manifest::fields(kind).contains(&top) {
        let failure = Failure::usage(format!("a {kind} has no field `{}`", top.escape_debug()));
        return Err(match crate::catalog::nearest(top, manifest::fields(kind)) {
            Some(near) => failure.hint(format!("did you mean `{near}`?")),
            None => failure.hint(format!("it has {}", manifest::fields(kind).join(", "))),
        });
    }
    Ok(Condition {
        path,
        value: value.to_owned(),
    })
}

impl Condition {
    /// Whether a record's field has the value, or its list holds it.
    pub fn holds(&self, record: &Value) -> bool {
        let same = |value: &Value| match value {
            Value::String(text) => *text == self.value,
            Value::Null | Value::Array(_) | Value::Object(_) => false,
            Value::Bool(_) | Value::Number(_) => {
                let shown = value.to_string();
                shown == self.value
            }
        };
        let field = self
            .path
            .iter()
            .try_fold(record, |value, key| value.get(key));
        field.is_some_and(|value| match value {
            Value::Array(items) => items.iter().any(same),
            single => same(single),
        })
    }
}

/// Sets fields into a record's value: `=` sets or, with nothing behind it, takes out; `+=` and `-=` change lists.
///
/// # Errors
/// When a word is not `FIELD=VALUE`, or adds to what is no list.
pub fn assign(mut record: Value, words: &[String]) -> Result<Value, Failure> {
    for word in words {
        let (left, text) = word.split_once('=').ok_or_else(|| shape(word))?;
        let (field, verb) = match left.chars().next_back() {
            Some(sign @ ('+' | '-')) => (&left[..left.len() - 1], Some(sign)),
            _ => (left, None),
        };
        let path = path(field)?;
        if verb.is_none() && text.is_empty() {
            take_out(&mut record, &path);
            continue;
        }
        let slot = slot(&mut record, &path).ok_or_else(|| {
            Failure::usage(format!(
                "`{}` is below a field that is no table",
                field.escape_debug()
            ))
            .hint("`show` prints the record with its tables")
        })?;
        match verb {
            None => *slot = value(text),
            Some(sign) => change_list(slot, sign, text, field)?,
        }
    }
    Ok(record)
}

/// A record from its value, with all that is wrong in one failure.
///
/// # Errors
/// When the value is not of the record's shape.
pub fn record(id: &RecordId, value: Value) -> Result<Record, Failure> {
    manifest::record_from_value(id, value).map_err(|problems| {
        let mut lines: Vec<String> = problems
            .iter()
            .map(|problem| problem.message.clone())
            .collect();
        lines.dedup();
        let hint = problems.iter().find_map(|problem| problem.hint.clone());
        let failure = Failure::refused(format!("{id}: {}; nothing was changed", lines.join("; ")));
        failure.hint(hint.unwrap_or_else(|| {
            format!(
                "correct the value; the fields of {}: {}",
                id.kind,
                manifest::fields(id.kind).join(", ")
            )
        }))
    })
}

fn shape(word: &str) -> Failure {
    Failure::usage(format!("`{}` is not FIELD=VALUE", word.escape_debug()))
        .hint("for example: owner.technical=team/integration, or permissions+=asset/view-assets")
}

/// Fields lie a few tables deep in each other; a path far deeper is no field, and would make a value too deep to walk.
const DEEPEST_FIELD: usize = 16;

fn path(field: &str) -> Result<Vec<String>, Failure> {
    let path: Vec<String> = field.split('.').map(str::to_owned).collect();
    if path.len() > DEEPEST_FIELD {
        return Err(
            Failure::usage(format!("a field lies at most {DEEPEST_FIELD} tables deep"))
                .hint("fields are the keys of the TOML: keyroll schema lists them"),
        );
    }
    Ok(path)
}

/// The place of a field; tables on the way are made.
fn slot<'a>(record: &'a mut Value, path: &[String]) -> Option<&'a mut Value> {
    path.iter().try_fold(record, |value, key| {
        if value.is_null() {
            *value = Value::Object(Map::new());
        }
        Some(
            value
                .as_object_mut()?
                .entry(key.as_str())
                .or_insert(Value::Null),
        )
    })
}

fn change_list(slot: &mut Value, sign: char, text: &str, field: &str) -> Result<(), Failure> {
    if slot.is_null() {
        *slot = Value::Array(Vec::new());
    }
    let items = match value(text) {
        Value::Array(items) => items,
        _ => text.split(',').map(|item| value(item.trim())).collect(),
    };
    let list = slot.as_array_mut().ok_or_else(|| {
        Failure::usage(format!("`{}` is not a list", field.escape_debug()))
            .hint("a field that is no list is set by FIELD=VALUE")
    })?;
    for item in items {
        let at = list.iter().position(|held| *held == item);
        match (sign, at) {
            ('+', None) => list.push(item),
            ('+', Some(_)) => {}
            (_, Some(at)) => drop(list.remove(at)),
            (_, None) => {
                return Err(Failure::usage(format!(
                    "`{}` does not hold {item}",
                    field.escape_debug()
                ))
                .hint("nothing was changed"));
            }
        }
    }
    Ok(())
}

/// A value as typed: TOML where it looks like a list, table, quoted text, number or truth; else text.
fn value(text: &str) -> Value {
    let looks_like_toml = text.starts_with(['[', '{', '"', '\''])
        || matches!(text, "true" | "false")
        || (!text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()));
    let parsed = looks_like_toml
        .then(|| manifest::parse_value(text))
        .flatten();
    parsed.unwrap_or_else(|| Value::String(text.to_owned()))
}

/// Takes a field out, and the tables above it that are empty for it.
fn take_out(record: &mut Value, path: &[String]) {
    let Some((last, above)) = path.split_last() else {
        return;
    };
    let keys: Vec<&str> = above.iter().map(String::as_str).collect();
    let table = keys
        .iter()
        .try_fold(&mut *record, |value, key| value.get_mut(*key));
    if let Some(Value::Object(map)) = table {
        map.shift_remove(last);
        if map.is_empty() && !above.is_empty() {
            take_out(record, above);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn set(record: Value, words: &[&str]) -> Value {
        let words: Vec<String> = words.iter().map(|word| word.to_string()).collect();
        assign(record, &words).unwrap_or_else(|failure| panic!("{:?}", failure.lines()))
    }

    #[test]
    fn fields_are_set_taken_out_and_lists_changed() {
        let record =
            json!({ "name": "A", "owner": { "business": "person/a" }, "list": ["x", "y"] });
        let after = set(
            record,
            &[
                "name=B",
                "owner.business=",
                "list+=z,x",
                "list-=y",
                "n=2",
                "ok=true",
            ],
        );
        assert_eq!(
            after,
            json!({ "name": "B", "list": ["x", "z"], "n": 2, "ok": true })
        );
    }

    #[test]
    fn a_list_that_does_not_hold_a_value_cannot_lose_it() {
        assert!(assign(json!({ "list": ["x"] }), &["list-=y".to_owned()]).is_err());
        assert!(assign(json!({ "name": "x" }), &["name+=y".to_owned()]).is_err());
        assert!(assign(json!({}), &["name".to_owned()]).is_err());
    }

    #[test]
    fn a_condition_looks_into_lists_and_tables() {
        let record = json!({ "owner": { "technical": "team/a" }, "boundary": ["x/y"] });
        assert!(condition(Kind::Account, "owner.technical=team/a").is_ok_and(|c| c.holds(&record)));
        assert!(condition(Kind::Account, "boundary=x/y").is_ok_and(|c| c.holds(&record)));
        assert!(condition(Kind::Account, "owner=team/a").is_ok_and(|c| !c.holds(&record)));
    }
}
