//! What a SIEM is given, held against what its forms say of themselves: OCSF by facts of the published schema, CEF by the
//! dictionary of its extension.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use keyroll::model::change::{Occurrence, Verb};
use keyroll::model::event::{Actor, Event};
use keyroll::model::record::Kind;
use keyroll::report::siem::{OCSF, Origin, cef, ocsf};
use serde_json::{Map, Value};

/// What the schema says of the classes and objects that are written; `source` in it says where it is from.
const FACTS: &str = include_str!("fixtures/ocsf/1.3.0.json");

const ORIGIN: Origin<'_> = Origin {
    version: "0.1.0",
    store: "0199-a",
};

fn event(record: &str, action: &str, change: &str) -> Event {
    Event {
        format: 1,
        sequence: 7,
        actor: Actor {
            name: "jo".parse().unwrap(),
            host: "ops-1".parse().unwrap(),
            command: "account set etl a=...".parse().unwrap(),
            reason: Some("CHG-7".parse().unwrap()),
            at: "2026-11-22T12:00:00Z".parse().unwrap(),
        },
        record: record.to_owned(),
        action: action.to_owned(),
        change: change.to_owned(),
        after: None,
        previous: [0; 32],
        hash: [7; 32],
    }
}

/// An event of every action that there is, on a record of every kind, and on the store.
fn events() -> Vec<Event> {
    let suspended = r#"[{"field":"status","from":"active","to":"suspended"}]"#;
    let active = r#"[{"field":"status","from":"suspended","to":"active"}]"#;
    let verbs = Verb::ALL.iter().map(|verb| verb.as_str());
    let notes = Occurrence::ALL.iter().map(|what| what.as_str());
    let actions: Vec<&str> = verbs
        .chain(notes)
        .chain(["init", "of-the-future"])
        .collect();
    let kinds = Kind::ALL.iter().map(|kind| format!("{kind}/x"));
    let records: Vec<String> = kinds.chain(["store".to_owned()]).collect();
    let mut all = Vec::new();
    for record in &records {
        for action in &actions {
            all.push(event(record, action, "[]"));
        }
    }
    all.push(event("account/x", "update", suspended));
    all.push(event("account/x", "update", active));
    all
}

fn has(list: &Value, word: &str) -> bool {
    list.as_array()
        .is_some_and(|list| list.iter().any(|it| it == word))
}

/// An object against what the schema says of its kind, and all that stands in it.
fn check(object: &Map<String, Value>, facts: &Value, all: &Value, at: &str) {
    for required in facts["required"].as_array().unwrap() {
        let key = required.as_str().unwrap();
        assert!(
            object.get(key).is_some_and(|it| !it.is_null()),
            "{at} lacks {key}"
        );
    }
    if let Some(any) = facts["at-least-one"].as_array() {
        let mut any = any.iter().filter_map(Value::as_str);
        assert!(
            any.any(|key| object.contains_key(key)),
            "{at} has none of those"
        );
    }
    for (key, value) in object {
        let at = format!("{at}.{key}");
        assert!(has(&facts["attributes"], key), "{at} is unknown");
        assert_eq!(value.is_array(), has(&facts["lists"], key), "{at}");
        assert_eq!(value.is_number(), has(&facts["numbers"], key), "{at}");
        if let Some(captions) = facts["enums"][key].as_object() {
            let caption = captions.get(&value.to_string());
            let caption = caption.unwrap_or_else(|| panic!("{at}: {value} is no value of it"));
            let sibling = facts["siblings"][key].as_str().unwrap();
            // Of what has no number, the word is one's own.
            if value != 99 {
                assert_eq!(&object[sibling], caption, "{at}");
            }
        }
        let values = value
            .as_array()
            .map_or(std::slice::from_ref(value), Vec::as_slice);
        for inner in values.iter().filter_map(Value::as_object) {
            if key == "unmapped" {
                continue;
            }
            let kind = facts["objects"][key].as_str();
            let kind = kind.unwrap_or_else(|| panic!("{at}: nothing is known of it"));
            check(inner, &all["objects"][kind], all, &at);
        }
    }
}

#[test]
fn every_event_is_of_its_class_by_the_published_schema() {
    let facts: Value = serde_json::from_str(FACTS).unwrap();
    assert_eq!(facts["version"], OCSF);
    let mut classes = std::collections::BTreeSet::new();
    for event in events() {
        let object = ocsf(&event, &ORIGIN);
        let at = format!("{} {}", event.action, event.record);
        let number = |key: &str| object[key].as_u64().unwrap();
        let class = &facts["classes"][object["class_uid"].to_string()];
        assert_eq!(object["class_name"], class["name"], "{at}");
        assert_eq!(object["category_uid"], class["category"], "{at}");
        assert_eq!(object["category_name"], class["category-name"], "{at}");
        assert_eq!(
            number("type_uid"),
            number("class_uid") * 100 + number("activity_id"),
            "{at}"
        );
        assert_eq!(object["metadata"]["version"], OCSF);
        check(object.as_object().unwrap(), class, &facts, &at);
        classes.insert(number("type_uid"));
    }
    // Who is behind an automation has a field of their own, and so has the automation.
    let mut by = event("account/x", "update", "[]");
    by.actor.name = "sync-bot (anna)".parse().unwrap();
    let object = ocsf(&by, &ORIGIN);
    check(
        object.as_object().unwrap(),
        &facts["classes"]["3001"],
        &facts,
        "by",
    );
    assert_eq!(object["actor"]["user"]["name"], "anna");
    assert_eq!(object["actor"]["app_name"], "sync-bot");
    assert_eq!(object["unmapped"]["actor"], "sync-bot (anna)");
    // Each activity that we tell apart is told of some event.
    let types = [
        300_101, 300_102, 300_105, 300_106, 300_199, 600_301, 600_302, 600_303, 600_304, 600_399,
    ];
    assert_eq!(classes.into_iter().collect::<Vec<_>>(), types);
}

/// The keys of CEF's extension that are written, with how long the dictionary lets a value be, in bytes; `None` is no text.
const DICTIONARY: [(&str, Option<usize>); 17] = [
    ("rt", None),
    ("externalId", Some(40)),
    ("act", Some(63)),
    ("outcome", Some(63)),
    ("suser", Some(1023)),
    ("shost", Some(1023)),
    ("cs1Label", Some(1023)),
    ("cs1", Some(4000)),
    ("cs2Label", Some(1023)),
    ("cs2", Some(4000)),
    ("cs3Label", Some(1023)),
    ("cs3", Some(4000)),
    ("cs4Label", Some(1023)),
    ("cs4", Some(4000)),
    ("cs5Label", Some(1023)),
    ("cs5", Some(4000)),
    ("reason", Some(1023)),
];

/// A line as a reader of CEF takes it apart: the header's fields, and the keys and values of the extension, unescaped.
fn parts(line: &str) -> (Vec<String>, Vec<(String, String)>) {
    let (mut header, mut field) = (Vec::new(), String::new());
    let mut chars = line.chars();
    while header.len() < 7 {
        match chars.next().unwrap() {
            '\\' => {
                let next = chars.next().unwrap();
                assert!(next == '\\' || next == '|', "{line}");
                field.push(next);
            }
            '|' => header.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    let mut pairs: Vec<(String, String)> = Vec::new();
    let mut value = String::new();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let next = chars.next().unwrap();
                assert!(next == '\\' || next == '=', "{line}");
                value.push(next);
            }
            '=' => {
                // What stands behind the last blank is the key of what follows.
                let (before, key) = value.rsplit_once(' ').unwrap_or(("", &value));
                let (before, key) = (before.to_owned(), key.to_owned());
                if let Some(last) = pairs.last_mut() {
                    last.1 = before;
                }
                pairs.push((key, String::new()));
                value.clear();
            }
            other => value.push(other),
        }
    }
    pairs.last_mut().unwrap().1 = value;
    (header, pairs)
}

#[test]
fn every_event_is_a_line_of_cef_by_its_dictionary() {
    let long = "\u{e9}=|\\".repeat(1000);
    let mut all = events();
    let mut large = event(&format!("person/{long}"), "update", &long);
    large.actor.name = long[..4000].parse().unwrap();
    large.actor.reason = Some(long[..4000].parse().unwrap());
    all.push(large);
    for event in all {
        let line = cef(&event, &ORIGIN);
        let (header, pairs) = parts(&line);
        assert_eq!(header[..3], ["CEF:0", "keyroll", "keyroll"], "{line}");
        assert_eq!((&*header[3], &*header[4]), ("0.1.0", &*event.action));
        assert!(header[5].len() <= 512, "{line}");
        assert!(header[6].parse::<u8>().unwrap() <= 10, "{line}");
        let keys: Vec<&str> = pairs.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, DICTIONARY.map(|(key, _)| key), "{line}");
        for ((key, value), (_, most)) in pairs.iter().zip(DICTIONARY) {
            match most {
                Some(most) => assert!(value.len() <= most, "{key}: {} bytes", value.len()),
                None => assert_eq!(value.parse::<i64>().unwrap(), 1_795_348_800_000),
            }
        }
        if event.change == "[]" {
            assert_eq!(pairs[7].1, event.record);
            assert_eq!(pairs[16].1, "CHG-7");
        }
    }
}

#[test]
fn the_line_of_an_automation_has_the_os_user_and_the_automation_apart() {
    let mut by = event("account/x", "update", "[]");
    by.actor.name = "a=b|c (anna)".parse().unwrap();
    let (_, pairs) = parts(&cef(&by, &ORIGIN));
    let value = |key: &str| {
        let found = pairs.iter().find(|(one, _)| one == key);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(value("suser"), Some("anna"));
    assert_eq!(value("cs6Label"), Some("automation"));
    assert_eq!(value("cs6"), Some("a=b|c"));
    let (_, pairs) = parts(&cef(&event("account/x", "update", "[]"), &ORIGIN));
    assert!(pairs.iter().all(|(key, _)| !key.starts_with("cs6")));
}
