//! Whether a write changed something, seen by reading before and after. What differs between two reads with nothing
//! between them, such as the time of the answer, is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::provider::answer::Heard;

/// What a read showed: every value by its pointer, or the whole of what is no JSON.
#[derive(PartialEq)]
pub(super) struct Look {
    status: u16,
    values: BTreeMap<String, String>,
}

impl Look {
    pub(super) fn of(heard: &Heard) -> Look {
        let mut values = BTreeMap::new();
        match heard.json() {
            Some(json) => leaves(json, &mut String::new(), &mut values),
            None => {
                let text = String::from_utf8_lossy(heard.body.expose()).into_owned();
                values.insert(String::new(), text);
            }
        }
        Look {
            status: heard.status,
            values,
        }
    }

    /// The pointers of what is not the same in both.
    fn differences<'l>(&'l self, other: &'l Look) -> BTreeSet<&'l str> {
        let keys = self.values.keys().chain(other.values.keys());
        keys.filter(|key| self.values.get(*key) != other.values.get(*key))
            .map(String::as_str)
            .collect()
    }
}

/// Whether something changed after two reads that should have been the same.
pub(super) fn changed(first: &Look, second: &Look, after: &Look) -> bool {
    let restless = first.differences(second);
    second.status != after.status || !second.differences(after).is_subset(&restless)
}

fn leaves(json: &Json, path: &mut String, out: &mut BTreeMap<String, String>) {
    let length = path.len();
    match json {
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            out.insert(path.clone(), json.to_string());
        }
        Json::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                path.push_str(&format!("/{at}"));
                leaves(item, path, out);
                path.truncate(length);
            }
            out.insert(format!("{path}/#"), items.len().to_string());
        }
        Json::Object(fields) => {
            for (key, value) in fields {
                path.push('/');
                path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                leaves(value, path, out);
                path.truncate(length);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn look(body: &str) -> Look {
        Look::of(&Heard::new(200, Secret::from(body.to_owned()), 0, None))
    }

    #[test]
    fn what_is_restless_by_itself_is_no_change() {
        let first = look(r#"{"at":"10:00:01","state":"open","list":[1]}"#);
        let second = look(r#"{"at":"10:00:02","state":"open","list":[1]}"#);
        assert!(!changed(
            &first,
            &second,
            &look(r#"{"state":"open","list":[1],"at":"10:00:03"}"#)
        ));
        for after in [
            r#"{"at":"10:00:03","state":"done","list":[1]}"#,
            r#"{"at":"10:00:03","state":"open","list":[1,2]}"#,
            r#"{"at":"10:00:03","list":[1]}"#,
            "gone",
        ] {
            assert!(changed(&first, &second, &look(after)), "{after}");
        }
    }
}
