//! Events for a SIEM: OCSF as JSON lines, CEF as syslog takes it. Every text may be a stranger's: nothing of it ends a
//! line, a field or a header.

mod class;

use serde_json::{Value, json};

use crate::model::event::Event;
use crate::report::escape;
use crate::report::siem::class::{class, is_refused};

/// The version of OCSF that is written.
pub const OCSF: &str = "1.3.0";

/// What OCSF calls a kind of user that it has no number for: the word beside it tells.
const OTHER: u32 = 99;

/// The longest value that CEF has room for in a text of one's own, in bytes: a line of syslog has an end, and a change may
/// be of any length.
const LONGEST: usize = 4000;

/// The longest name that its header has room for.
const LONGEST_NAME: usize = 512;

/// The longest value under a key of its dictionary, in bytes.
fn longest(key: &str) -> usize {
    match key {
        "suser" | "shost" | "reason" => 1023,
        "act" | "outcome" => 63,
        _ => LONGEST,
    }
}

/// Who writes it, and of which store.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The version of the program.
    pub version: &'a str,
    /// The store's own name.
    pub store: &'a str,
}

/// One event as an object of OCSF.
pub fn ocsf(event: &Event, origin: &Origin<'_>) -> Value {
    let class = class(event);
    let actor = &event.actor;
    let (kind, name) = event
        .record
        .split_once('/')
        .unwrap_or(("store", &event.record));
    let (status, status_name, severity, severity_name) = match is_refused(event) {
        true => (2, "Failure", 3, "Medium"),
        false => (1, "Success", 1, "Informational"),
    };
    let change: Value =
        serde_json::from_str(&event.change).unwrap_or_else(|_| Value::String(event.change.clone()));
    let mut object = json!({
        "activity_id": class.activity,
        "activity_name": class.activity_name,
        "category_uid": class.category,
        "category_name": class.category_name,
        "class_uid": class.uid,
        "class_name": class.name,
        "type_uid": u64::from(class.uid) * 100 + u64::from(class.activity),
        "time": actor.at.unix().saturating_mul(1000),
        "severity_id": severity,
        "severity": severity_name,
        "status_id": status,
        "status": status_name,
        "message": format!("{} {}", event.action, event.record),
        "metadata": {
            "version": OCSF,
            "uid": format!("{}:{}", origin.store, event.sequence),
            "sequence": event.sequence,
            "log_name": "audit",
            "log_provider": "keyroll",
            "product": { "name": "keyroll", "vendor_name": "keyroll", "version": origin.version },
        },
        // Whoever is behind it, and the automation that says to have done it, where one does.
        "actor": { "user": { "name": actor.user() }, "app_name": actor.said().unwrap_or("keyroll") },
        "src_endpoint": { "hostname": actor.host },
        "unmapped": {
            "actor": actor.name,
            "command": actor.command,
            "reason": actor.reason,
            "change": change,
            "hash": crate::audit::hex(&event.hash),
            "previous": crate::audit::hex(&event.previous),
        },
    });
    // Each class has attributes of its own, and knows none of the other's.
    match class.uid {
        3001 => {
            object["user"] =
                json!({ "name": name, "uid": event.record, "type": "Service", "type_id": OTHER });
        }
        _ => {
            object["api"] = json!({ "operation": event.action, "service": { "name": "keyroll" } });
            object["resources"] = json!([{ "name": name, "uid": event.record, "type": kind }]);
        }
    }
    object
}

/// One event as a line of CEF, without its end.
pub fn cef(event: &Event, origin: &Origin<'_>) -> String {
    let actor = &event.actor;
    let severity = match is_refused(event) {
        true => 6,
        false => 3,
    };
    let action = header(&event.action);
    let name = format!("{} {}", event.action, event.record);
    let name = bounded(header(&name), name.len(), LONGEST_NAME);
    let version = header(origin.version);
    let mut out = format!("CEF:0|keyroll|keyroll|{version}|{action}|{name}|{severity}|");
    let outcome = match is_refused(event) {
        true => "failure",
        false => "success",
    };
    let sequence = event.sequence.to_string();
    let time = actor.at.unix().saturating_mul(1000).to_string();
    let hash = crate::audit::hex(&event.hash);
    let fields = [
        ("rt", time.as_str()),
        ("externalId", &sequence),
        ("act", &event.action),
        ("outcome", outcome),
        ("suser", actor.user()),
        ("shost", actor.host.as_str()),
        ("cs1Label", "record"),
        ("cs1", &event.record),
        ("cs2Label", "command"),
        ("cs2", actor.command.as_str()),
        ("cs3Label", "store"),
        ("cs3", origin.store),
        ("cs4Label", "hash"),
        ("cs4", &hash),
        ("cs5Label", "change"),
        ("cs5", &event.change),
    ];
    let reason = actor
        .reason
        .as_ref()
        .map(|reason| ("reason", reason.as_str()));
    let automation = actor
        .said()
        .map(|said| [("cs6Label", "automation"), ("cs6", said)]);
    let fields = fields
        .into_iter()
        .chain(automation.into_iter().flatten())
        .chain(reason);
    let fields: Vec<String> = fields
        .map(|(key, value)| {
            let value = bounded(extension(value), value.len(), longest(key));
            format!("{key}={value}")
        })
        .collect();
    out.push_str(&fields.join(" "));
    out
}

/// What ends a field of the header is written with a backslash before it.
fn header(text: &str) -> String {
    escape::terminal(text)
        .replace('\\', "\\\\")
        .replace('|', "\\|")
}

/// The same for a value of the extension, in which `=` begins the next.
fn extension(text: &str) -> String {
    escape::terminal(text)
        .replace('\\', "\\\\")
        .replace('=', "\\=")
}

/// A value of no more than so many bytes; of a longer one, its beginning, and how much there is. `whole` is how long it was
/// before it was escaped.
fn bounded(mut escaped: String, whole: usize, most: usize) -> String {
    if escaped.len() <= most {
        return escaped;
    }
    let notice = format!("... (cut off: {whole} bytes in all)");
    let mut at = most.saturating_sub(notice.len());
    while !escaped.is_char_boundary(at) {
        at -= 1;
    }
    escaped.truncate(at);
    // Half of what is escaped would escape what follows.
    let bars = escaped.bytes().rev().take_while(|byte| *byte == b'\\');
    if bars.count() % 2 == 1 {
        escaped.pop();
    }
    escaped + &notice
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Actor;

    const ORIGIN: Origin<'_> = Origin {
        version: "0.1.0",
        store: "0199-a",
    };

    /// What each class of OCSF 1.3 asks for, beside what all do.
    const ASKED: &[&str] = &[
        "activity_id",
        "category_uid",
        "class_uid",
        "metadata",
        "severity_id",
        "time",
        "type_uid",
    ];

    fn event(record: &str, action: &str, change: &str) -> Event {
        Event {
            format: 1,
            sequence: 7,
            actor: Actor {
                name: "jo".parse().unwrap(),
                host: "ops-1".parse().unwrap(),
                command: "account set etl a=...".parse().unwrap(),
                reason: None,
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

    #[test]
    fn every_event_has_what_its_class_asks_for() {
        let suspended = r#"[{"field":"status","from":"active","to":"suspended"}]"#;
        let cases = [
            ("account/etl", "create", "[]", 3001, 1),
            ("account/etl", "update", "[]", 3001, 99),
            ("account/etl", "update", suspended, 3001, 5),
            ("account/etl", "remove", "[]", 3001, 6),
            ("account/etl", "reveal", "[]", 6003, 2),
            ("person/jo", "create", "[]", 6003, 1),
            ("person/jo", "update", "[]", 6003, 3),
            ("person/jo", "remove", "[]", 6003, 4),
            ("store", "init", "[]", 6003, 99),
            ("store", "export", "[]", 6003, 2),
            ("store", "refuse", "[]", 6003, 99),
            ("store", "of-the-future", "[]", 6003, 99),
        ];
        for (record, action, change, class, activity) in cases {
            let object = ocsf(&event(record, action, change), &ORIGIN);
            let beside: &[&str] = match class {
                3001 => &["user"],
                _ => &["actor", "api", "src_endpoint"],
            };
            for key in ASKED.iter().chain(beside) {
                assert!(!object[*key].is_null(), "{record} {action}: {key}");
            }
            assert_eq!(object["class_uid"], class, "{record} {action}");
            assert_eq!(object["activity_id"], activity, "{record} {action}");
            assert_eq!(object["type_uid"], class * 100 + activity);
            assert_eq!(object["category_uid"], class / 1000);
            assert_eq!(object["time"], 1_795_348_800_000_i64);
            for pointer in [
                "/metadata/version",
                "/metadata/product/vendor_name",
                "/metadata/uid",
                "/actor/user/name",
                "/src_endpoint/hostname",
            ] {
                let text = object.pointer(pointer).and_then(Value::as_str);
                assert!(text.is_some_and(|text| !text.is_empty()), "{pointer}");
            }
            // 0 to 3 have names of their own, and none of those is a service.
            if class == 3001 {
                assert_eq!(object["user"]["type_id"], 99);
                assert_eq!(object["user"]["type"], "Service");
            }
            let is_failure = object["status_id"] == 2;
            assert_eq!(is_failure, action == "refuse");
        }
    }

    #[test]
    fn a_change_of_any_length_ends_and_says_that_it_was_cut() {
        for (fill, count) in [("a", 9000), ("\\", 9000), ("\\", 9001), ("\u{e9}", 4000)] {
            let change = format!("x{}", fill.repeat(count));
            let line = cef(&event("person/jo", "update", &change), &ORIGIN);
            let (_, told) = line.split_once("cs5=").unwrap();
            let whole = format!("... (cut off: {} bytes in all)", change.len());
            assert!(told.len() <= LONGEST, "{}", told.len());
            let cut = told.strip_suffix(&whole).unwrap();
            let bars = cut.bytes().rev().take_while(|byte| *byte == b'\\');
            assert_eq!(bars.count() % 2, 0, "nothing of it escapes what follows");
        }
        let fits = "a".repeat(LONGEST);
        assert!(cef(&event("person/jo", "update", &fits), &ORIGIN).ends_with(&fits));
    }

    #[test]
    fn a_hostile_name_neither_ends_a_line_nor_begins_a_field() {
        let hostile = "person/a|b\\ act=x\n\u{1b}[31m\u{202e}CEF:0|";
        let line = cef(&event(hostile, "create|x", "a=b\r\nc"), &ORIGIN);
        assert!(!line.contains(['\n', '\r', '\u{1b}', '\u{202e}']), "{line}");
        // Seven bars stand bare: those of the header.
        let bytes = line.as_bytes();
        let is_bare = |at: &usize| {
            let before = bytes[..*at].iter().rev().take_while(|byte| **byte == b'\\');
            before.count() % 2 == 0
        };
        let all = |wanted: u8| (0..bytes.len()).filter(move |at| bytes[*at] == wanted);
        let header = all(b'|').filter(is_bare).take(7).last().unwrap();
        assert!(line[header..].starts_with("|rt="), "{line}");
        let keys = all(b'=').filter(|at| *at > header).filter(is_bare).count();
        assert_eq!(keys, 16, "{line}");
        let object = ocsf(&event(hostile, "create", "a=b\r\nc"), &ORIGIN);
        assert_eq!(object.to_string().lines().count(), 1);
    }
}
