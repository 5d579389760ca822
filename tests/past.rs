//! The roll of any moment is made again from the trail, exactly, and the trail alone says what was gained.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::collections::BTreeSet;
use std::path::Path;

use keyroll::dossier::past::rewind;
use keyroll::lifecycle::plan::compare;
use keyroll::manifest;
use keyroll::model::change::Change;
use keyroll::model::date::Timestamp;
use keyroll::model::event::{Actor, Event};
use keyroll::model::inventory::Inventory;
use keyroll::operations::past;
use keyroll::store::Store;

fn read(name: &str) -> Inventory {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples")
        .join(name);
    manifest::read(&[folder]).inventory
}

fn actor(at: &str) -> Actor {
    Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "apply".parse().unwrap(),
        reason: None,
        at: at.parse().unwrap(),
    }
}

/// A store that went through several states, a day each, and these states.
fn story(folder: &Path) -> (Store, Vec<(Timestamp, Inventory)>) {
    let path = folder.join("roll.db");
    let mut store = Store::create(&path, &actor("2026-11-01T08:00:00Z")).unwrap();
    let mut states = Vec::new();
    let rolls = [
        "femo",
        "femo-with-faults",
        "manifest-example",
        "brookfield",
        "brookfield-with-faults",
    ];
    for (at, name) in rolls.into_iter().enumerate() {
        let day: Timestamp = format!("2026-11-{:02}T10:00:00Z", at + 2).parse().unwrap();
        let changes: Vec<Change> = compare(&read(name), &store.inventory().unwrap(), true).changes;
        assert!(changes.len() >= 5, "{name}");
        store.commit(&actor(&day.to_string()), &changes).unwrap();
        states.push((day, store.inventory().unwrap()));
    }
    (store, states)
}

#[test]
fn the_roll_of_every_moment_is_made_again_from_the_trail() {
    let folder = tempfile::tempdir().unwrap();
    let (store, states) = story(folder.path());
    let told = past::since(&store, Timestamp::from_unix(0)).unwrap();
    let mut roll = store.inventory().unwrap();
    let mut end = told.len();
    for (day, state) in states.iter().rev() {
        let at = told.partition_point(|told| told.event.actor.at <= *day);
        assert_eq!(
            rewind(&mut roll, told[at..end].iter().rev()),
            BTreeSet::new()
        );
        assert!(roll == *state, "the roll of {day}");
        end = at;
    }
    assert_eq!(rewind(&mut roll, told[..end].iter().rev()), BTreeSet::new());
    assert!(roll == Inventory::default());
}

#[test]
fn as_much_of_the_trail_as_is_asked_for_is_enough() {
    let folder = tempfile::tempdir().unwrap();
    let (store, states) = story(folder.path());
    let (_, third) = &states[2];
    let told = past::since(&store, "2026-11-05T00:00:00Z".parse().unwrap()).unwrap();
    let mut roll = store.inventory().unwrap();
    assert_eq!(rewind(&mut roll, told.iter().rev()), BTreeSet::new());
    assert!(roll == *third);
}

#[test]
fn what_was_changed_behind_the_trail_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = story(folder.path());
    drop(store);
    let path = folder.path().join("roll.db");
    let open = || Store::open(&path, keyroll::store::Access::Read).unwrap();
    let told = past::since(&open(), Timestamp::from_unix(0)).unwrap();
    let is_changed =
        |event: &Event| event.action == "update" && event.record.starts_with("account/");
    let last = told
        .iter()
        .rev()
        .find(|told| is_changed(&told.event))
        .unwrap();
    let name = last.event.record.strip_prefix("account/").unwrap();
    let sql = format!("UPDATE account SET purpose = 'Something else' WHERE id = '{name}'");
    let changed = std::process::Command::new("sqlite3")
        .arg(&path)
        .arg(sql)
        .status()
        .unwrap();
    assert!(changed.success());
    let mut roll = open().inventory().unwrap();
    let lost = rewind(&mut roll, std::iter::once(last));
    let lost: Vec<String> = lost.iter().map(ToString::to_string).collect();
    assert_eq!(lost, std::slice::from_ref(&last.event.record));
}
