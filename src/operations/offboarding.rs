//! Reads what somebody had in their hands, from the audit trail. What comes of it, `lifecycle` decides.

use anyhow::Result;
use serde_json::Value;

use crate::lifecycle::logins;
use crate::lifecycle::offboarding::{Hand, Handed};
use crate::model::change::{FieldChange, Occurrence, Verb};
use crate::model::credential::VersionStage;
use crate::model::date::Timestamp;
use crate::model::event::Event;
use crate::model::inventory::Inventory;
use crate::model::key::VersionKey;
use crate::model::party::Person;
use crate::model::record::{Kind, RecordId};
use crate::model::sealed::Source;
use crate::store::{EventFilter, Store};

/// The versions whose value a person had in their hands, by the names that the trail knows them by, and when they last had.
///
/// # Errors
/// When the audit trail cannot be read.
pub fn handed(store: &Store, person: &Person, roll: &Inventory) -> Result<Handed> {
    let mut handed = Handed::new();
    if person.login.is_empty() {
        return Ok(handed);
    }
    for (what, hand) in [
        (Occurrence::Reveal, Hand::Revealed),
        (Occurrence::Run, Hand::Run),
    ] {
        let filter = EventFilter {
            actions: vec![what.as_str().to_owned()],
            ..EventFilter::default()
        };
        store.events(&filter, &mut |event| {
            if logins::is(person, event.actor.name.as_str())
                && let Some(version) = version(&event.record)
            {
                note(&mut handed, version, hand, event.actor.at);
            }
            Ok(())
        })?;
    }
    // Who gave a value knows it. Only those of today are looked up: of the others nothing comes.
    let live = roll.versions.iter();
    let live = live
        .filter(|(_, version)| version.held.is_some() && version.stage != VersionStage::Revoked);
    for (key, _) in live {
        let filter = EventFilter {
            record: Some(RecordId::new(Kind::Version, key).to_string()),
            ..EventFilter::default()
        };
        store.events(&filter, &mut |event| {
            if logins::is(person, event.actor.name.as_str()) && gives(&event) {
                note(&mut handed, key.clone(), Hand::Stored, event.actor.at);
            }
            Ok(())
        })?;
    }
    Ok(handed)
}

fn note(handed: &mut Handed, version: VersionKey, hand: Hand, at: Timestamp) {
    let last = handed.entry((version, hand)).or_insert(at);
    *last = at.max(*last);
}

fn version(record: &str) -> Option<VersionKey> {
    let id: RecordId = record.parse().ok()?;
    id.name.parse().ok().filter(|_| id.kind == Kind::Version)
}

/// Whether an event is that somebody gave the value, rather than that it was sealed anew.
fn gives(event: &Event) -> bool {
    let is_write = matches!(event.action.parse(), Ok(Verb::Create | Verb::Update));
    let changes: Vec<FieldChange> = match serde_json::from_str(&event.change) {
        Ok(changes) if is_write => changes,
        Ok(_) => return false,
        // What cannot be read may be that.
        Err(_) => return is_write,
    };
    let mut sources = changes.iter().filter_map(|change| {
        let to = change.to.as_ref()?;
        match change.field.as_str() {
            "" => to.pointer("/held/source").and_then(Value::as_str),
            "held.source" => to.as_str(),
            _ => None,
        }
    });
    sources.any(|source| match source.parse() {
        Ok(Source::Prompt | Source::Stdin | Source::File | Source::Descriptor) => true,
        // Made without anybody seeing it, or in its place before.
        Ok(Source::Existing | Source::Generated | Source::Provider) => false,
        Err(_) => true,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_gave_a_value_knows_it_and_who_sealed_it_anew_does_not() {
        let gives = |action: &str, change: &str| {
            super::gives(&Event {
                format: 1,
                sequence: 1,
                actor: crate::model::event::Actor {
                    name: "anna".parse().unwrap(),
                    host: "h".parse().unwrap(),
                    command: "secret set etl".parse().unwrap(),
                    reason: None,
                    at: Timestamp::from_unix(0),
                },
                record: "version/etl 1".to_owned(),
                action: action.to_owned(),
                change: change.to_owned(),
                after: None,
                previous: [0; 32],
                hash: [0; 32],
            })
        };
        let new = |source: &str| {
            format!(r#"[{{"field":"","to":{{"held":{{"place":"age","source":"{source}"}}}}}}]"#)
        };
        assert!(gives("create", &new("stdin")));
        assert!(!gives("create", &new("existing")));
        assert!(gives(
            "update",
            r#"[{"field":"held.source","to":"prompt"}]"#
        ));
        assert!(!gives(
            "update",
            r#"[{"field":"held.bound","from":"a","to":"b"}]"#
        ));
        assert!(!gives("reveal", "[]"));
        assert!(gives("create", "{"));
    }
}
