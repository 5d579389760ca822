//! That mended texts say what the old ones said: read again, by the whole parser and as records, and compared.

use std::collections::{HashMap, HashSet};

use serde_json::Value as Json;

use crate::manifest::reading::Manifest;
use crate::model::record::{Kind, Record, RecordId};

/// What was deliberately written otherwise.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    /// Keys in another spelling, and how they are read.
    pub keys: HashMap<String, String>,
    /// Texts that are one and the same: each leads to another spelling of it, the last to none.
    texts: HashMap<String, String>,
    /// Keys of lists that were put in order.
    pub sets: HashSet<String>,
}

impl Allowed {
    /// Allows `meant` in place of `text`. In two glossaries one title may mean two keys: then all three are one.
    pub fn text(&mut self, text: &str, meant: &str) {
        let (text, meant) = (self.same(text).to_owned(), self.same(meant).to_owned());
        if text != meant {
            self.texts.insert(text, meant);
        }
    }

    /// The one spelling that stands for all that are the same.
    fn same<'t>(&'t self, text: &'t str) -> &'t str {
        let mut last = text;
        while let Some(next) = self.texts.get(last) {
            last = next;
        }
        last
    }

    /// Whether two texts are the same TOML, but for what is allowed.
    pub fn same_text(&self, before: &str, after: &str) -> bool {
        // As text: one of the two is held at a time, and a number that is none is the same as itself.
        let read = |text: &str| {
            let table = text.parse::<toml::Table>().ok()?;
            Some(self.plain(toml::Value::Table(table), "").to_string())
        };
        read(before).is_some_and(|before| read(after).is_some_and(|after| before == after))
    }

    /// Whether every record that was read is read again as it was. Records that could not be read may be read now, and be
    /// found at fault.
    pub fn same_records(&self, before: &Manifest, after: &Manifest) -> bool {
        let stays = |id: &RecordId| after.sites.contains_key(id) || self.renames(id);
        let covered = |old: Record| match after.inventory.get(&old.id()) {
            Some(new) => self.covers(&old.to_value(), &new.to_value(), ""),
            None => self.renames(&old.id()),
        };
        before.sites.keys().all(stays) && before.inventory.records().all(covered)
    }

    /// Whether a key that was not read is part of the record's name, and may be left out of it: `at` of an assignment,
    /// `principal` and `given` of an assertion; and so of a waiver at them.
    fn renames(&self, id: &RecordId) -> bool {
        let is_about = |kind: Kind| {
            let is_waived = || id.name.contains(&format!(" {kind}/"));
            id.kind == kind || (id.kind == Kind::Waiver && is_waived())
        };
        self.keys.values().any(|key| match key.as_str() {
            "at" => is_about(Kind::Assignment),
            "principal" | "given" => is_about(Kind::Assertion),
            _ => false,
        })
    }

    /// A value in the one form that all its allowed forms have.
    fn plain(&self, value: toml::Value, key: &str) -> toml::Value {
        use toml::Value;
        match value {
            Value::String(text) => Value::String(self.same(&text).to_owned()),
            Value::Datetime(date) => Value::String(date.to_string()),
            Value::Array(list) => {
                let list = list.into_iter().map(|value| self.plain(value, ""));
                let mut list: Vec<Value> = list.collect();
                if self.sets.contains(key) {
                    list.sort_by_key(ToString::to_string);
                    list.dedup();
                }
                Value::Array(list)
            }
            Value::Table(table) => {
                let entries = table.into_iter().map(|(key, value)| {
                    let key = self.keys.get(&key).cloned().unwrap_or(key);
                    let value = self.plain(value, &key);
                    (key, value)
                });
                Value::Table(entries.collect())
            }
            Value::Integer(_) | Value::Float(_) | Value::Boolean(_) => value,
        }
    }

    /// Whether the new body holds all of the old one; more only where a key is read that was not.
    fn covers(&self, old: &Json, new: &Json, key: &str) -> bool {
        if self.keys.values().any(|read| read == key) {
            return true;
        }
        match (old, new) {
            (Json::Object(old), Json::Object(new)) => {
                let known =
                    |key: &String| old.contains_key(key) || self.keys.values().any(|k| k == key);
                new.keys().all(known)
                    && old.iter().all(|(key, value)| {
                        new.get(key).is_some_and(|new| self.covers(value, new, key))
                    })
            }
            (Json::Array(old), Json::Array(new)) if self.sets.contains(key) => {
                let texts = |list: &[Json]| -> HashSet<String> {
                    let texts = list.iter().filter_map(Json::as_str);
                    texts.map(|text| self.same(text).to_owned()).collect()
                };
                texts(old) == texts(new)
            }
            (Json::Array(old), Json::Array(new)) => {
                old.len() == new.len()
                    && std::iter::zip(old, new).all(|(old, new)| self.covers(old, new, ""))
            }
            (Json::String(old), Json::String(new)) => self.same(old) == self.same(new),
            (old, new) => old == new,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_allowed_may_differ() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let mut allowed = Allowed {
            keys: [pair("Members", "members")].into(),
            sets: ["members".to_owned()].into(),
            ..Allowed::default()
        };
        allowed.text("Jo", "jo");
        allowed.text("Jo", "joe");
        allowed.text("jo", "Jo");
        assert!(allowed.same_text("a = [nan, -0.0, inf]\n", "a = [nan, -0.0, inf] # c\n"));
        let old = "[team.a]\nMembers = ['b', 'Jo', 'b'] # c\non = '2027-01-01'\n";
        for (new, same) in [
            ("[team.a]\non = 2027-01-01\nmembers = ['jo', 'b']\n", true),
            ("[team.a]\non = 2027-01-02\nmembers = ['jo', 'b']\n", false),
            ("[team.a]\non = 2027-01-01\nmembers = ['jo']\n", false),
            ("[team.b]\non = 2027-01-01\nmembers = ['jo', 'b']\n", false),
            ("[team.a]\non = 2027-01-01\nmembers = ['jo', 'b'\n", false),
        ] {
            assert_eq!(allowed.same_text(old, new), same, "{new}");
        }
    }
}
