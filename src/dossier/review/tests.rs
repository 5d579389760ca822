//! What the sheet of an account says, and what it does not claim to know.

use serde_json::{Value, json};

use super::*;
use crate::lifecycle::review::duties;
use crate::model::change::field_changes;
use crate::model::event::{Actor, Event};
use crate::model::finding::{FieldPath, Severity};
use crate::model::record::Record;

const AS_OF: &str = "2026-11-22";

fn record(id: &str, body: Value) -> Record {
    Record::from_value(&id.parse().unwrap(), body).unwrap()
}

fn etl(permissions: &[&str]) -> Record {
    record(
        "account/etl",
        json!({ "provider": "unicmms", "environment": "production", "workflow": "import", "level": "write-back",
            "boundary": ["femo"], "permissions": permissions, "scopes": ["base.read"] }),
    )
}

/// A roll and its trail, each step a day.
#[derive(Default)]
struct Story {
    now: Inventory,
    told: Vec<Told>,
}

impl Story {
    /// What one command writes at one moment.
    fn does(&mut self, at: &str, records: &[Record]) {
        for new in records {
            let before = self.now.put(new.clone());
            let (action, change) = match &before {
                None => (
                    "create",
                    json!([{ "field": "", "to": new.to_value() }]).to_string(),
                ),
                Some(_) => {
                    let fields = field_changes(before.as_ref(), Some(new));
                    ("update", serde_json::to_string(&fields).unwrap())
                }
            };
            let digest = |record: &Record| crate::audit::record_digest(record);
            let event = Event {
                format: 1,
                sequence: self.told.len() as u64 + 1,
                actor: Actor {
                    name: "jo".parse().unwrap(),
                    host: "here".parse().unwrap(),
                    command: "x".parse().unwrap(),
                    reason: None,
                    at: format!("{at}T10:00:00Z").parse().unwrap(),
                },
                record: new.id().to_string(),
                action: action.to_owned(),
                change,
                after: Some(digest(new)),
                previous: [0; 32],
                hash: [0; 32],
            };
            self.told.push(Told {
                event,
                left: before.as_ref().map(digest),
            });
        }
    }

    fn sheet(&self, findings: &[Finding]) -> Sheet {
        let duties = duties(&self.now, 90, 14, AS_OF.parse().unwrap());
        let from = since(&duties);
        let told: Vec<Told> = self
            .told
            .iter()
            .filter(|told| told.event.actor.at >= from)
            .cloned()
            .collect();
        let known = Known {
            inventory: &self.now,
            policy: Policy::shipped(),
            ranking: &[],
            findings,
            told: &told,
            began: self.told.first().map(|told| told.event.actor.at),
            as_of: AS_OF.parse().unwrap(),
        };
        sheets(&known, &duties).remove(0)
    }
}

fn base(permissions: &[&str]) -> Vec<Record> {
    vec![
        record("boundary/femo", json!({ "kind": "tenant", "name": "FEMO" })),
        record("provider/unicmms", json!({ "catalog": "unicmms" })),
        etl(permissions),
    ]
}

fn reviewed(on: &str) -> Record {
    let id = format!("fact/review etl {on} person/jo keep");
    record(
        &id,
        json!({ "fact": "review", "account": "etl", "on": on, "by": "person/jo", "verdict": "keep" }),
    )
}

const VIEW: &str = "asset/view-assets";
const EDIT: &str = "asset/edit-asset";

#[test]
fn what_was_gained_since_the_last_review_is_told_and_what_came_before_is_not() {
    let mut story = Story::default();
    story.does("2026-09-01", &base(&[VIEW]));
    story.does("2026-09-10", &[etl(&[VIEW, "asset/view-asset-status"])]);
    story.does("2026-10-01", &[reviewed("2026-10-01")]);
    let nothing = Gains::Since("2026-10-01".parse().unwrap(), Vec::new());
    assert_eq!(story.sheet(&[]).gains, nothing);
    story.does(
        "2026-10-05",
        &[etl(&[VIEW, "asset/view-asset-status", EDIT])],
    );
    let gain = "gained permission asset/edit-asset (update) at femo".to_owned();
    let gained = Gains::Since("2026-10-01".parse().unwrap(), vec![gain]);
    assert_eq!(story.sheet(&[]).gains, gained);
    // What is taken away again was no lasting gain.
    story.does("2026-10-06", &[etl(&[VIEW])]);
    assert_eq!(story.sheet(&[]).gains, nothing);
}

#[test]
fn what_came_by_a_role_is_told_with_the_role() {
    let mut story = Story::default();
    story.does("2026-09-01", &base(&[VIEW]));
    story.does("2026-10-01", &[reviewed("2026-10-01")]);
    let role = record(
        "role/editor",
        json!({ "catalog": "unicmms", "permissions": [EDIT] }),
    );
    let seat = json!({ "principal": "account/etl", "role": "editor", "at": "femo" });
    let seat = record("assignment/account/etl editor femo", seat);
    story.does("2026-10-02", &[role, seat]);
    let Gains::Since(_, gains) = story.sheet(&[]).gains else {
        panic!("it is known")
    };
    assert_eq!(gains.len(), 1, "{gains:?}");
    assert!(
        gains[0].contains("asset/edit-asset (update) at femo") && gains[0].contains("editor"),
        "{gains:?}"
    );
}

#[test]
fn one_that_came_after_its_review_or_was_never_reviewed_counts_from_the_day_it_came() {
    let mut story = Story::default();
    // All of one command is the state in which it came.
    story.does("2026-10-10", &base(&[VIEW]));
    story.does("2026-10-11", &[etl(&[VIEW, EDIT])]);
    let day = |gains: Gains| match gains {
        Gains::Since(day, gains) => (day.to_string(), gains.len()),
        Gains::Unknown(why) => panic!("{why}"),
    };
    assert_eq!(day(story.sheet(&[]).gains), ("2026-10-10".to_owned(), 1));
    story.does("2026-10-12", &[reviewed("2026-08-01")]);
    assert_eq!(day(story.sheet(&[]).gains), ("2026-10-10".to_owned(), 1));
}

#[test]
fn what_the_trail_does_not_tell_is_not_taken_for_nothing() {
    let mut story = Story::default();
    story.does("2026-09-01", &base(&[VIEW]));
    story.does("2026-10-01", &[reviewed("2026-10-01")]);
    story.does("2026-10-05", &[etl(&[VIEW, EDIT])]);
    story.now.put(etl(&[EDIT]));
    let unknown = "the trail does not tell how it stood".to_owned();
    assert_eq!(story.sheet(&[]).gains, Gains::Unknown(unknown));
    let mut story = Story::default();
    story.does("2026-10-01", &base(&[VIEW])[..2]);
    for record in [etl(&[VIEW]), reviewed("2026-09-01")] {
        story.now.put(record);
    }
    let unknown = "the trail begins on 2026-10-01".to_owned();
    assert_eq!(story.sheet(&[]).gains, Gains::Unknown(unknown));
}

#[test]
fn where_a_role_cannot_be_made_again_nothing_is_concluded() {
    let role = |permissions: &[&str]| {
        record(
            "role/editor",
            json!({ "catalog": "unicmms", "permissions": permissions }),
        )
    };
    let seat = json!({ "principal": "account/etl", "role": "editor", "at": "femo" });
    let seat = record("assignment/account/etl editor femo", seat);
    let mut story = Story::default();
    story.does("2026-09-01", &base(&[VIEW]));
    story.does("2026-09-01", &[role(&[VIEW]), seat]);
    story.does("2026-10-01", &[reviewed("2026-10-01")]);
    story.does("2026-10-05", &[role(&[VIEW, EDIT])]);
    // Somebody changed it beside the trail.
    story.now.put(role(&[EDIT]));
    let unknown = "the trail does not tell how it stood".to_owned();
    assert_eq!(story.sheet(&[]).gains, Gains::Unknown(unknown));
}

#[test]
fn a_lost_record_that_gives_nobody_access_is_passed_over() {
    let mut story = Story::default();
    let rotation = |every: &str| record("rotation/standard", json!({ "every": every }));
    story.does("2026-09-01", &base(&[VIEW]));
    story.does("2026-09-01", &[rotation("60d")]);
    story.does("2026-10-01", &[reviewed("2026-10-01")]);
    story.does("2026-10-05", &[rotation("30d")]);
    story.now.put(rotation("20d"));
    let nothing = Gains::Since("2026-10-01".parse().unwrap(), Vec::new());
    assert_eq!(story.sheet(&[]).gains, nothing);
}

#[test]
fn what_no_log_shows_in_use_is_named_and_without_a_log_nothing_is() {
    let mut story = Story::default();
    story.does(
        "2026-09-01",
        &base(&[EDIT, VIEW, "asset/view-asset-status"]),
    );
    let log = json!({ "form": "jsonl", "fields": { "time": "/t", "identity": "/i", "action": "/a" },
        "actions": { "edit": EDIT, "view": VIEW } });
    let provider = json!({ "catalog": "unicmms", "log": log });
    story.does("2026-09-02", &[record("provider/unicmms", provider)]);
    let seen = |on: &str, reading: Option<Value>| {
        let mut body = json!({ "fact": "seen", "account": "etl", "on": on, "log": on });
        if let Some(reading) = reading {
            body["reading"] = reading;
        }
        record(&format!("fact/seen etl {on}"), body)
    };
    story.does("2026-09-02", &[seen("2026-09-02", None)]);
    assert_eq!(story.sheet(&[]).usage, None);
    let words = match &story.now.providers.values().next().unwrap().log {
        Some(log) => log.words_digest(),
        None => panic!("it has a map"),
    };
    let read = |since: &str, until: &str, used: &[&str]| {
        json!({ "side": "provider", "since": since, "until": until, "records": 5,
        "used": used, "words-digest": words })
    };
    let days = [
        seen(
            "2026-11-10",
            Some(read("2026-10-01", "2026-11-10", &[VIEW])),
        ),
        seen("2026-11-20", Some(read("2026-11-11", "2026-11-20", &[]))),
        seen(
            "2026-11-23",
            Some(read("2026-11-21", "2026-11-23", &[EDIT])),
        ),
    ];
    story.does("2026-11-20", &days);
    let sheet = story.sheet(&[]);
    let usage = sheet.usage.unwrap();
    let covered = (usage.since.to_string(), usage.until.to_string());
    assert_eq!(covered, ("2026-10-01".to_owned(), "2026-11-20".to_owned()));
    // Of what the log has no word for it cannot tell.
    assert_eq!((usage.held, usage.unused), (3, vec![EDIT.to_owned()]));
    assert_eq!(sheet.seen.unwrap().to_string(), "2026-11-20");
    // A word of today says nothing of logs that were read without it.
    let log = json!({ "form": "jsonl", "fields": { "time": "/t", "identity": "/i", "action": "/a" },
        "actions": { "edit": EDIT, "view": VIEW, "status": "asset/view-asset-status" } });
    let provider = json!({ "catalog": "unicmms", "log": log });
    story.does("2026-11-21", &[record("provider/unicmms", provider)]);
    assert_eq!(story.sheet(&[]).usage, None);
}

#[test]
fn findings_of_the_account_and_of_what_belongs_to_it_are_told() {
    let mut story = Story::default();
    story.does("2026-09-01", &base(&[VIEW]));
    let finding = |subject: &str, rule: &'static str| Finding {
        rule,
        severity: Severity::Warning,
        subject: subject.parse().unwrap(),
        field: FieldPath::record(),
        message: "so it is".to_owned(),
        fix: None,
        days: None,
        wants: None,
        particular: None,
        entry: None,
    };
    let found = [
        finding("account/etl", "missing-owner"),
        finding("account/etl-2", "missing-owner"),
        finding("approval/etl read 2026-01-01", "approval-expired"),
        finding("assignment/account/etl editor femo", "redundant-assignment"),
        finding("account/etl", "review-overdue"),
        finding("boundary/femo", "unclear-name"),
    ];
    let told = story.sheet(&found).findings;
    assert_eq!(
        told,
        [
            "warning missing-owner: so it is",
            "warning approval-expired: so it is",
            "warning redundant-assignment: so it is",
        ]
    );
}
