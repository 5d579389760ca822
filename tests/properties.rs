//! Promises that hold for any inventory: applying is idempotent, what is exported is what is stored, and a refused
//! change changes nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use keyroll::catalog;
use keyroll::lifecycle::plan::compare;
use keyroll::manifest;
use keyroll::model::event::Actor;
use keyroll::model::inventory::Inventory;
use keyroll::model::record::{Kind, Record};
use keyroll::store::{Store, StoreError};
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

static EXAMPLES: LazyLock<[Inventory; 2]> = LazyLock::new(|| {
    ["femo", "brookfield"].map(|name| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("examples")
            .join(name);
        let read = manifest::read(&[folder]);
        assert_eq!(read.problems, []);
        read.inventory
    })
});

fn actor() -> Actor {
    Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "apply".parse().unwrap(),
        reason: None,
        at: "2026-11-22T12:00:00Z".parse().unwrap(),
    }
}

/// A small edit of an inventory.
#[derive(Clone, Debug)]
enum Edit {
    /// Takes out a record; others may name it.
    Drop(Index),
    /// Takes out a record that no other names.
    DropLeaf(Index),
    /// Changes one text of a record: a title, or a name that then leads nowhere.
    Alter(Index, Index),
    /// Takes out one field of a record.
    Unset(Index, Index),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let edit = prop_oneof![
        1 => any::<Index>().prop_map(Edit::Drop),
        4 => any::<Index>().prop_map(Edit::DropLeaf),
        6 => any::<(Index, Index)>().prop_map(|(record, text)| Edit::Alter(record, text)),
        3 => any::<(Index, Index)>().prop_map(|(record, field)| Edit::Unset(record, field)),
    ];
    proptest::collection::vec(edit, 0..5)
}

fn is_leaf(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Approval
            | Kind::Assignment
            | Kind::Assertion
            | Kind::Decision
            | Kind::ResidualRisk
            | Kind::Waiver
    )
}

/// The texts in a value.
fn texts<'v>(value: &'v mut Value, found: &mut Vec<&'v mut String>) {
    match value {
        Value::String(text) => found.push(text),
        Value::Array(items) => items.iter_mut().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values_mut().for_each(|field| texts(field, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The inventory after the edits; one that would make no record is passed over.
fn edited(inventory: &Inventory, edits: &[Edit]) -> Inventory {
    let mut inventory = inventory.clone();
    for edit in edits {
        let records: Vec<Record> = inventory.declared().collect();
        let leaves: Vec<&Record> = records
            .iter()
            .filter(|record| is_leaf(record.kind()))
            .collect();
        let (record, altered) = match edit {
            Edit::Drop(at) => (at.get(&records), None),
            Edit::DropLeaf(at) if leaves.is_empty() => (at.get(&records), None),
            Edit::DropLeaf(at) => (*at.get(&leaves), None),
            Edit::Alter(at, which) => {
                let record = at.get(&records);
                let mut value = record.to_value();
                let mut found = Vec::new();
                texts(&mut value, &mut found);
                if found.is_empty() {
                    continue;
                }
                let which = which.index(found.len());
                found[which].push('x');
                (record, Some(value))
            }
            Edit::Unset(at, which) => {
                let record = at.get(&records);
                let mut value = record.to_value();
                let fields = value.as_object_mut().unwrap();
                let names: Vec<String> = fields.keys().cloned().collect();
                if names.is_empty() {
                    continue;
                }
                fields.remove(which.get(&names));
                (record, Some(value))
            }
        };
        match altered {
            None => {
                inventory.remove(&record.id());
            }
            Some(value) => {
                if let Ok(altered) = manifest::record_from_value(&record.id(), value) {
                    inventory.put(altered);
                }
            }
        }
    }
    inventory
}

/// The inventory read back from what an export of the store would write.
fn exported(stored: &Inventory) -> manifest::Manifest {
    let folder = tempfile::tempdir().unwrap();
    for (name, catalog) in &stored.catalogs {
        let path = folder.path().join(name.file().unwrap());
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, catalog::to_toml(catalog)).unwrap();
    }
    fs::write(
        folder.path().join("inventory.toml"),
        manifest::write(stored),
    )
    .unwrap();
    let read = manifest::read(&[folder.path().join("inventory.toml")]);
    // The text is asked for while the folder stands.
    assert_eq!(read.problems, [], "{}", manifest::write(stored));
    read
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 40,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn applying_does_all_once_or_nothing(
        which in 0..2_usize,
        first in edits(),
        second in edits(),
        prune in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roll.db");
        let mut store = Store::create(&path, &actor()).unwrap();
        let example = &EXAMPLES[which];
        for declared in [example.clone(), edited(example, &first), edited(example, &second)] {
            let before = (fs::read(&path).unwrap(), store.inventory().unwrap());
            let plan = compare(&declared, &before.1, prune);
            match store.commit(&actor(), &plan.changes) {
                Ok(committed) => {
                    let events = committed.last + 1 - committed.first;
                    prop_assert_eq!(events, plan.changes.len() as u64);
                    let stored = store.inventory().unwrap();
                    prop_assert_eq!(&compare(&declared, &stored, prune).changes, &[]);
                    if prune {
                        // What stays although it is not declared is named by something that stays.
                        let mut without = stored.clone();
                        plan.kept.iter().for_each(|id| drop(without.remove(id)));
                        let is: Vec<_> = without.declared().collect();
                        let should: Vec<_> = declared.declared().collect();
                        prop_assert!(is == should, "kept: {:?}", plan.kept);
                    }
                    let again = exported(&stored);
                    prop_assert_eq!(&compare(&again.inventory, &stored, false).changes, &[]);
                    // Decided on what no longer stands: refused whole.
                    if !plan.changes.is_empty() {
                        let after = fs::read(&path).unwrap();
                        let refused = store.commit(&actor(), &plan.changes);
                        prop_assert!(matches!(refused, Err(StoreError::Conflict { .. })), "{:?}", refused);
                        prop_assert_eq!(fs::read(&path).unwrap(), after);
                    }
                }
                Err(error) => {
                    prop_assert!(matches!(error, StoreError::Dangling { .. }), "{}", error);
                    prop_assert_eq!(fs::read(&path).unwrap(), before.0);
                    prop_assert_eq!(store.inventory().unwrap(), before.1);
                }
            }
            prop_assert_eq!(store.verify().unwrap().faults, &[]);
        }
    }
}
