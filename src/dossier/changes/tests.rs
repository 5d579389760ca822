//! The week that a trail tells, and the roll made again at each of its steps.

mod author;

use serde_json::{Value, json};

use super::*;
use crate::dossier::past::rewind;
use crate::model::change::{Change, field_changes};
use crate::model::event::{Actor, Event};
use crate::model::record::Record;

fn record(id: &str, body: Value) -> Record {
    Record::from_value(&id.parse().unwrap(), body).unwrap()
}

fn account(name: &str, more: Value) -> Record {
    let mut body = json!({ "provider": "unicmms", "environment": "production", "workflow": "import",
        "level": "write-back", "boundary": ["femo/berlin"], "permissions": ["work-order/view-work-orders"] });
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    record(&format!("account/{name}"), body)
}

/// A roll, the states that it went through, and the trail of that.
struct Story {
    now: Inventory,
    states: Vec<Inventory>,
    told: Vec<Told>,
}

impl Story {
    fn new(records: impl IntoIterator<Item = Record>) -> Story {
        let now: Inventory = records.into_iter().collect();
        Story {
            states: vec![now.clone()],
            now,
            told: Vec::new(),
        }
    }

    fn note(
        &mut self,
        who: &str,
        at: &str,
        (record, action): (&str, &str),
        change: String,
        left: Option<&Record>,
        after: Option<&Record>,
    ) {
        let digest = |record: Option<&Record>| record.map(crate::audit::record_digest);
        let event = Event {
            format: 1,
            sequence: self.told.len() as u64 + 1,
            actor: Actor {
                name: who.parse().unwrap(),
                host: "here".parse().unwrap(),
                command: "x".parse().unwrap(),
                reason: Some("CHG-7".parse().unwrap()),
                at: format!("{at}T10:00:00Z").parse().unwrap(),
            },
            record: record.to_owned(),
            action: action.to_owned(),
            change,
            after: digest(after),
            previous: [0; 32],
            hash: [0; 32],
        };
        self.told.push(Told {
            event,
            left: digest(left),
        });
    }

    fn does(&mut self, who: &str, at: &str, id: &str, after: Option<Record>) {
        let id: RecordId = id.parse().unwrap();
        let before = self.now.get(&id);
        let change = match (before.clone(), after.clone()) {
            (None, Some(new)) => Change::create(new),
            (Some(old), Some(new)) => Change::update(old, new),
            (Some(old), None) => Change::remove(old),
            (None, None) => panic!("nothing happens"),
        };
        let verb = change.verb();
        let told = match (&before, &after) {
            (None, Some(new)) => json!([{ "field": "", "to": new.to_value() }]).to_string(),
            (Some(old), None) => json!([{ "field": "", "from": old.to_value() }]).to_string(),
            _ => serde_json::to_string(&field_changes(before.as_ref(), after.as_ref())).unwrap(),
        };
        match &after {
            Some(new) => self.now.put(new.clone()),
            None => self.now.remove(&id),
        };
        self.note(
            who,
            at,
            (&id.to_string(), verb.as_str()),
            told,
            before.as_ref(),
            after.as_ref(),
        );
        self.states.push(self.now.clone());
    }

    fn changes(&self) -> Changes {
        self.changes_of(None)
    }

    fn changes_of(&self, wants: Option<&dyn Fn(&AccountId) -> bool>) -> Changes {
        changes(&Asked {
            told: &self.told,
            before: &self.states[0],
            after: &self.now,
            lost: &BTreeSet::new(),
            astray: &[],
            policy: Policy::shipped(),
            days: ("2026-11-16".parse().unwrap(), "2026-11-22".parse().unwrap()),
            wants,
        })
    }
}

fn week() -> Story {
    let mut story = Story::new([
        record("boundary/femo", json!({ "kind": "tenant", "name": "FEMO" })),
        record(
            "boundary/femo/berlin",
            json!({ "kind": "facility", "name": "Berlin" }),
        ),
        record("provider/unicmms", json!({ "catalog": "unicmms" })),
        record("person/jo", json!({ "name": "Jo" })),
        account("etl", json!({ "owner": { "business": "person/jo" } })),
        account("old", json!({})),
    ]);
    let wider = json!({ "owner": { "business": "person/jo" },
        "permissions": ["asset/edit-asset", "work-order/view-work-orders"] });
    story.does(
        "anna",
        "2026-11-16",
        "account/etl",
        Some(account("etl", wider.clone())),
    );
    let mut handed = wider;
    handed["owner"]["business"] = json!("team/ops");
    story.does(
        "jo (svc)",
        "2026-11-17",
        "account/etl",
        Some(account("etl", handed)),
    );
    story.does("anna", "2026-11-17", "account/old", None);
    story.does(
        "anna",
        "2026-11-18",
        "account/new",
        Some(account("new", json!({ "status": "proposed" }))),
    );
    let version = |stage: &str| {
        record(
            "version/etl 1",
            json!({ "stage": stage, "issued": "2026-10-01" }),
        )
    };
    story.does(
        "cron",
        "2026-11-18",
        "version/etl 1",
        Some(version("current")),
    );
    story.does(
        "cron",
        "2026-11-19",
        "version/etl 1",
        Some(version("revoked")),
    );
    let approval = json!({ "by": "person/jo", "ticket": "CHG-8", "until": "2027-01-31" });
    story.does(
        "jo",
        "2026-11-19",
        "approval/etl read 2026-11-19",
        Some(record("approval/etl read 2026-11-19", approval)),
    );
    for (outcome, day) in [("pass", "2026-11-19"), ("fail", "2026-11-20")] {
        let fact = json!({ "fact": "evidence", "account": "etl", "version": 1, "probe": "read", "outcome": outcome, "on": day });
        let id = format!("fact/evidence etl 1 read {day} {outcome}");
        story.does("cron", day, &id, Some(record(&id, fact)));
    }
    for day in ["2026-11-20", "2026-11-21"] {
        story.note(
            "anna",
            day,
            ("account/etl", "reveal"),
            "[]".to_owned(),
            None,
            None,
        );
    }
    story.note(
        "root",
        "2026-11-21",
        ("store", "backup"),
        r#"[{"field":"file","to":"roll.bak"},{"field":"events","to":7}]"#.to_owned(),
        None,
        None,
    );
    story
}

#[test]
fn a_week_is_told_by_what_it_is_about_and_who_did_it() {
    let changes = week().changes();
    let line = |it: &Happening| {
        format!(
            "{} {} | {} | {} x{}",
            it.group,
            it.record,
            it.what,
            it.who.join("+"),
            it.times
        )
    };
    let told: Vec<String> = changes.happenings.iter().map(line).collect();
    let access: Vec<&String> = told
        .iter()
        .filter(|line| line.starts_with("gain") || line.starts_with("loss"))
        .collect();
    assert_eq!(
        access,
        [
            "gain account/etl | gained permission asset/edit-asset (update) at femo/berlin | anna x1",
            "gain account/etl | gained approval of read until 2027-01-31 | jo x1",
            "loss account/old | removed account, active | anna x1",
            "loss account/old | lost level write-back | anna x1",
            "loss account/old | lost provider unicmms production | anna x1",
            "loss account/old | lost permission work-order/view-work-orders (read) at femo/berlin | anna x1",
        ]
    );
    let rest: Vec<&String> = told
        .iter()
        .filter(|line| !line.starts_with("gain") && !line.starts_with("loss"))
        .collect();
    assert_eq!(
        rest,
        [
            "account account/old | removed | anna x1",
            "account account/new | added, proposed: write-back at unicmms production | anna x1",
            "owner account/etl | owner.business: person/jo -> team/ops | jo (svc) x1",
            "approval approval/etl read 2026-11-19 | read approved by person/jo, CHG-8, until 2027-01-31 | jo x1",
            "rotation version/etl 1 | version 1: current | cron x1",
            "revoke version/etl 1 | version 1: current -> revoked | cron x1",
            "test fact/evidence etl 1 read 2026-11-20 fail | read of version 1: fail | cron x1",
            "reveal account/etl | shown or handed out | anna x2",
            "store store | backup (file: roll.bak; events: 7) | root x1",
        ]
    );
    assert_eq!((changes.events, changes.silent), (12, 2));
    assert_eq!(changes.actors.first(), Some(&("anna".to_owned(), 5)));
    assert!(changes.complete);
}

#[test]
fn what_comes_by_a_role_is_whose_doing_it_is_that_gave_the_role_or_widened_it() {
    let mut story = week();
    let role = |keys: &[&str]| {
        record(
            "role/editor",
            json!({ "catalog": "unicmms", "permissions": keys }),
        )
    };
    let seat = json!({ "principal": "account/etl", "role": "editor", "at": "femo" });
    story.does(
        "eve",
        "2026-11-21",
        "role/editor",
        Some(role(&["asset/view-assets"])),
    );
    let id = "assignment/account/etl editor femo";
    story.does("max", "2026-11-21", id, Some(record(id, seat)));
    let changes = story.changes();
    let gain = changes
        .happenings
        .iter()
        .find(|it| it.what.contains("asset/view-assets"));
    let gain = gain.unwrap();
    assert_eq!(
        (gain.group, &gain.who[..]),
        (Group::Gain, &["eve".to_owned(), "max".to_owned()][..])
    );
}

#[test]
fn of_one_account_only_what_belongs_to_it_is_told() {
    let story = week();
    let changes = story.changes_of(Some(&|id: &AccountId| id.as_str() == "old"));
    let told: Vec<_> = changes
        .happenings
        .iter()
        .map(|it| it.record.as_str())
        .collect();
    assert!(
        told.iter().all(|record| *record == "account/old"),
        "{told:?}"
    );
    assert!(told.len() >= 2);
}

#[test]
fn the_roll_is_made_again_as_it_stood_at_every_step() {
    let story = week();
    let mut roll = story.now.clone();
    let steps: Vec<&Told> = story
        .told
        .iter()
        .filter(|told| told.change().is_some())
        .collect();
    assert_eq!(steps.len() + 1, story.states.len());
    for (step, state) in steps.into_iter().zip(&story.states).rev() {
        assert_eq!(rewind(&mut roll, std::iter::once(step)), BTreeSet::new());
        assert_eq!(&roll, state);
    }
}

#[test]
fn a_record_that_was_changed_behind_the_trail_is_named_and_not_believed() {
    let mut story = week();
    story
        .now
        .accounts
        .get_mut("etl")
        .unwrap()
        .permissions
        .clear();
    let mut roll = story.now.clone();
    let lost = rewind(&mut roll, story.told.iter().rev());
    let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
    assert_eq!(lost, ["account/etl"]);
}
