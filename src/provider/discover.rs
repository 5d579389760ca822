//! What a provider says that a credential can do, held against what was granted.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use crate::model::probe::Probe;
use crate::provider::answer::Heard;
use crate::provider::mask::said;
use crate::provider::values::Scope;

/// The most capabilities that are looked at, and how many of them are named.
const MOST: usize = 10_000;
const NAMED: usize = 5;

/// What a discovery found.
pub(super) enum Discovered {
    Equal,
    /// In words.
    Different(String),
    /// In words: nothing can be compared.
    Unclear(String),
}

/// Compares the capabilities of an answer with those granted.
pub(super) fn compare(probe: &Probe, heard: &Heard, scope: &Scope<'_>) -> Discovered {
    let unclear = |why: &str| Discovered::Unclear(why.to_owned());
    let Some(pointer) = &probe.capabilities else {
        return unclear("the probe does not say where the answer lists the capabilities");
    };
    let found = heard.json().and_then(|json| words(json, pointer.as_str()));
    let Some(found) = found else {
        return unclear("the answer lists no capabilities where the probe says");
    };
    let meant = |word: String| match probe.map.get(&word) {
        Some(key) => key.to_string(),
        None => word,
    };
    let found: BTreeSet<String> = found.into_iter().map(meant).collect();
    let granted = scope.values.expected().iter().map(ToString::to_string);
    let granted: BTreeSet<String> = granted.collect();
    if found == granted {
        return Discovered::Equal;
    }
    let mut parts = Vec::new();
    for (what, one, other) in [
        ("more than granted", &found, &granted),
        ("missing", &granted, &found),
    ] {
        let names: Vec<&String> = one.difference(other).collect();
        if !names.is_empty() {
            let more = names.len().saturating_sub(NAMED);
            let shown = names.iter().take(NAMED).map(|name| said(name, scope));
            let mut shown: Vec<String> = shown.collect();
            if more > 0 {
                shown.push(format!("and {more} more"));
            }
            parts.push(format!("{what}: {}", shown.join(", ")));
        }
    }
    Discovered::Different(parts.join("; "))
}

/// The words at a pointer in which `*` stands for every element: a list of texts, or texts of words. None where there is
/// anything else.
fn words(json: &Json, pointer: &str) -> Option<Vec<String>> {
    let mut found = vec![json];
    for piece in pointer.split('/').skip(1) {
        let mut next = Vec::new();
        for value in found {
            match (piece, value) {
                ("*", Json::Array(items)) => next.extend(items),
                ("*", Json::Object(fields)) => next.extend(fields.values()),
                _ => next.push(value.pointer(&format!("/{piece}"))?),
            }
        }
        if next.len() > MOST {
            return None;
        }
        found = next;
    }
    let mut out = Vec::new();
    for value in found {
        match value {
            Json::String(text) => {
                let is_between = |c: char| c.is_whitespace() || c == ',';
                let each = text.split(is_between).filter(|word| !word.is_empty());
                out.extend(each.map(str::to_owned));
            }
            Json::Array(items) => {
                for item in items {
                    out.push(item.as_str()?.to_owned());
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => return None,
        }
    }
    (out.len() <= MOST).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn capabilities_stand_in_lists_in_words_and_below_a_star() {
        let found = |json: Json, pointer| words(&json, pointer).unwrap_or(vec!["-".into()]);
        assert_eq!(found(json!({ "s": ["a", "b c"] }), "/s"), ["a", "b c"]);
        assert_eq!(found(json!({ "s": "a b,c" }), "/s"), ["a", "b", "c"]);
        let items = json!({ "items": [{ "name": "a" }, { "name": "b" }] });
        assert_eq!(found(items, "/items/*/name"), ["a", "b"]);
        assert_eq!(found(json!(["a"]), ""), ["a"]);
        let none = Vec::<String>::new();
        assert_eq!(found(json!({ "s": [] }), "/s"), none);
        for (json, pointer) in [
            (json!({}), "/s"),
            (json!({ "s": null }), "/s"),
            (json!({ "s": [1] }), "/s"),
            (json!({ "items": [{ "name": "a" }, {}] }), "/items/*/name"),
        ] {
            assert_eq!(found(json, pointer), ["-"]);
        }
    }
}
