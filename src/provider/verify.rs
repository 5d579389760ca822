//! Whether a write changed something, seen by reading before and after. What differs between two reads with nothing
//! between them, such as the time of the answer, is left out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::provider::answer::Heard;

/// The most values of an answer that are looked at, and the most bytes of their pointers together: a small answer can
/// have long names in many lists.
const VALUES: usize = 10_000;
const POINTERS: usize = 4 * 1024 * 1024;

/// What a read showed: every value by its pointer, or the whole of what is no JSON.
#[derive(PartialEq)]
pub(super) struct Look {
    status: u16,
    values: BTreeMap<String, String>,
}

impl Look {
    /// None where there is more to look at than anybody could.
    pub(super) fn of(heard: &Heard) -> Option<Look> {
        let mut leaves = Leaves::default();
        match heard.json() {
            Some(json) => leaves.gather(json, &mut String::new())?,
            None => {
                let text = String::from_utf8_lossy(heard.body.expose()).into_owned();
                leaves.put("", text)?;
            }
        }
        Some(Look {
            status: heard.status,
            values: leaves.values,
        })
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

/// The values of an answer by their pointers.
#[derive(Default)]
struct Leaves {
    values: BTreeMap<String, String>,
    /// How long their pointers are together.
    bytes: usize,
}

impl Leaves {
    fn put(&mut self, pointer: &str, value: String) -> Option<()> {
        self.bytes = self.bytes.saturating_add(pointer.len());
        if self.values.len() >= VALUES || self.bytes > POINTERS {
            return None;
        }
        self.values.insert(pointer.to_owned(), value);
        Some(())
    }

    fn gather(&mut self, json: &Json, path: &mut String) -> Option<()> {
        let length = path.len();
        match json {
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
                self.put(path, json.to_string())?;
            }
            Json::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    path.push_str(&format!("/{at}"));
                    self.gather(item, path)?;
                    path.truncate(length);
                }
                self.put(&format!("{path}/#"), items.len().to_string())?;
            }
            Json::Object(fields) => {
                for (key, value) in fields {
                    path.push('/');
                    path.push_str(&key.replace('~', "~0").replace('/', "~1"));
                    self.gather(value, path)?;
                    path.truncate(length);
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    fn look(body: &str) -> Look {
        Look::of(&heard(body)).unwrap()
    }

    fn heard(body: &str) -> Heard {
        Heard::new(200, Secret::from(body.to_owned()), 0, None)
    }

    #[test]
    fn an_answer_with_more_than_can_be_looked_at_is_none() {
        let many = format!("[{}0]", "0,".repeat(VALUES));
        assert!(Look::of(&heard(&many)).is_none());
        let name = "n".repeat(POINTERS / 1000);
        let long = format!(r#"{{"{name}":[{}0]}}"#, "0,".repeat(2000));
        assert!(Look::of(&heard(&long)).is_none());
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
