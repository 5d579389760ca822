//! Bodies of records put together: what several rows tell of one record, and what is known of it already.

use serde_json::{Map, Value};

use super::headings::normalised;

/// A body as JSON, in the shape of `model`.
pub type Body = Map<String, Value>;

/// Two values that cannot both hold, and their key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub key: String,
    pub first: String,
    pub second: String,
}

/// Where two bodies contradict each other. Lists never do, nor do texts that differ in case and punctuation alone.
pub fn conflict(one: &Body, other: &Body) -> Option<Conflict> {
    other.iter().find_map(|(key, second)| {
        let first = one.get(key)?;
        match (first, second) {
            (Value::Object(first), Value::Object(second)) => {
                let mut found = conflict(first, second)?;
                found.key = format!("{key}.{}", found.key);
                Some(found)
            }
            (Value::Array(_), Value::Array(_)) => None,
            (Value::String(first), Value::String(second))
                if normalised(first) == normalised(second) =>
            {
                None
            }
            _ if first == second => None,
            _ => Some(Conflict {
                key: key.clone(),
                first: text(first),
                second: text(second),
            }),
        }
    })
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// Adds to a body what another has and it has not. Lists are joined; of two texts the first stands.
pub fn join(into: &mut Body, from: Body) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (None, value) => drop(into.insert(key, value)),
            (Some(Value::Object(into)), Value::Object(from)) => join(into, from),
            (Some(Value::Array(into)), Value::Array(from)) => {
                for value in from {
                    if !into.contains(&value) {
                        into.push(value);
                    }
                }
            }
            (Some(_), _) => {}
        }
    }
}

/// Adds to a body what another has and it has not; lists and texts that are there stay as they are.
pub fn fill(into: &mut Body, from: &Body) {
    for (key, value) in from {
        match (into.get_mut(key), value) {
            (None, value) => drop(into.insert(key.clone(), value.clone())),
            (Some(Value::Object(into)), Value::Object(from)) => fill(into, from),
            (Some(_), _) => {}
        }
    }
}

/// Puts a value under a path of keys.
pub fn set(body: &mut Body, path: &[String], value: Value) {
    match path {
        [] => {}
        [key] => drop(body.insert(key.clone(), value)),
        [key, below @ ..] => {
            let table = body
                .entry(key.clone())
                .or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(table) = table {
                set(table, below, value);
            }
        }
    }
}

/// Whether there is a value under a path of keys.
pub fn has(body: &Body, path: &[String]) -> bool {
    match path {
        [] => true,
        [key, below @ ..] => match body.get(key) {
            Some(Value::Object(table)) => has(table, below),
            Some(_) => below.is_empty(),
            None => false,
        },
    }
}

/// Takes out the table under a path of keys.
pub fn remove(body: &mut Body, path: &[String]) {
    match path {
        [] => {}
        [key] => drop(body.remove(key)),
        [key, below @ ..] => {
            if let Some(Value::Object(table)) = body.get_mut(key) {
                remove(table, below);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn body(value: Value) -> Body {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn rows_add_to_each_other_and_contradictions_are_found() {
        let mut one = body(
            json!({ "name": "Ana Lima", "environment": { "test": { "endpoint": "a" } }, "at": ["x"] }),
        );
        let other = body(
            json!({ "name": "ana lima", "environment": { "live": { "endpoint": "b" } }, "at": ["y", "x"] }),
        );
        assert_eq!(conflict(&one, &other), None);
        join(&mut one, other);
        assert_eq!(one["name"], "Ana Lima");
        assert_eq!(one["at"], json!(["x", "y"]));
        assert_eq!(one["environment"].as_object().unwrap().len(), 2);
        let third = body(json!({ "environment": { "live": { "endpoint": "c" } } }));
        assert_eq!(
            conflict(&one, &third).unwrap().key,
            "environment.live.endpoint"
        );
    }

    #[test]
    fn what_is_there_is_filled_and_never_changed() {
        let mut known = body(json!({ "name": "Ana", "at": ["x"] }));
        fill(
            &mut known,
            &body(json!({ "name": "Bo", "at": ["y"], "email": "a@x" })),
        );
        assert_eq!(
            known,
            body(json!({ "name": "Ana", "at": ["x"], "email": "a@x" }))
        );
    }
}
