//! What the engine decides, whatever comes of each entry.

use proptest::prelude::*;

use keyroll::lifecycle::operation::{Came, Operations, Rotating, advanced, rotation};
use keyroll::lifecycle::versions::{self, Versions};
use keyroll::model::account::Account;
use keyroll::model::change::{Action, Change};
use keyroll::model::credential::{Credential, Version, VersionStage};
use keyroll::model::date::Timestamp;
use keyroll::model::event::Actor;
use keyroll::model::operation::{EntryState, Operation, OperationState, Phase};
use keyroll::model::procedure::Procedure;
use keyroll::model::provider::Provider;
use keyroll::model::record::Record;
use keyroll::model::rotation::Rotation;
use serde_json::json;

/// The orders: the strategy, the stages of the steps, and whether the old version goes first.
const ORDERS: [(&str, &[&str], bool); 4] = [
    (
        "overlap",
        &["create", "set", "retire", "retire", "find", "discard"],
        false,
    ),
    ("single", &["set", "set"], false),
    ("single", &["retire", "create", "set"], true),
    (
        "blue-green",
        &["create", "test", "promote", "retire"],
        false,
    ),
];

fn begun(order: usize, now: Timestamp) -> (Operation, Versions) {
    let (strategy, stages, _) = ORDERS[order];
    let policy: Rotation =
        serde_json::from_value(json!({ "every": "60d", "strategy": strategy })).unwrap();
    let steps: Vec<_> = stages
        .iter()
        .map(|stage| json!({ "title": *stage, "command": ["x"], "stage": stage }))
        .collect();
    let procedure: Procedure =
        serde_json::from_value(json!({ "kind": "rotate", "step": steps })).unwrap();
    let account: Account = serde_json::from_value(json!({ "provider": "p",
        "environment": "production", "workflow": "import", "level": "read-only-import" }))
    .unwrap();
    let credential: Credential = serde_json::from_value(
        json!({ "kind": "api-key", "store": "age", "identity": ["a", "b"] }),
    )
    .unwrap();
    let provider: Provider = serde_json::from_value(json!({})).unwrap();
    let id = "etl".parse().unwrap();
    let name = "swap".parse().unwrap();
    let first = Version::new(VersionStage::Current, "2026-10-01".parse().unwrap());
    let versions = Versions::from([("etl 1".parse().unwrap(), first)]);
    let rotating = Rotating {
        id: &id,
        account: &account,
        credential: &credential,
        policy: Some(&policy),
        provider: &provider,
        procedure: Some((&name, &procedure)),
        versions: &versions,
        operations: &Operations::new(),
    };
    let actor = Actor {
        name: "jo".parse().unwrap(),
        host: "ops-1".parse().unwrap(),
        command: "rotate etl".parse().unwrap(),
        reason: None,
        at: now,
    };
    let token = "01890000-0000-7000-8000-000000000000".parse().unwrap();
    let (operation, _) = rotation(&rotating, token, &actor, now).unwrap();
    (operation, versions)
}

fn came() -> impl Strategy<Value = Came> {
    prop_oneof![
        6 => Just(Came::Done),
        1 => Just(Came::Skipped),
        2 => Just(Came::Failed),
        2 => Just(Came::Unknown),
        1 => Just(Came::Waits),
        1 => Just(Came::NotBegun),
        1 => Just(Came::Started),
    ]
}

fn take(versions: &mut Versions, changes: Vec<Change>) {
    for change in changes {
        if let Action::Put(Record::Version(key, version)) = change.action {
            versions.insert(key, *version);
        }
    }
}

fn currents(versions: &Versions) -> usize {
    let stages = versions.values().map(|version| version.stage);
    stages
        .filter(|stage| *stage == VersionStage::Current)
        .count()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(512) })]

    #[test]
    fn whatever_comes_of_an_entry_nothing_is_done_before_its_turn(
        order in 0..ORDERS.len(),
        results in prop::collection::vec(came(), 1..60),
    ) {
        let now = Timestamp::from_unix(1_795_000_000);
        let (mut operation, mut versions) = begun(order, now);
        let old_goes_first = ORDERS[order].2;
        for result in results {
            let Some((at, entry)) = operation.current() else {
                prop_assert_eq!(operation.state, OperationState::Done);
                break;
            };
            let entry = entry.clone();
            let before = operation.clone();
            if entry.phase == Phase::Create && result == Came::Done && operation.version.is_none() {
                let new = Version::new(VersionStage::Pending, "2026-11-22".parse().unwrap());
                versions.insert("etl 2".parse().unwrap(), new);
                operation.version = Some(2);
            }
            if entry.phase == Phase::Promote && entry.step.is_none() && result == Came::Done {
                let changes = versions::promote(&versions, &"etl 2".parse().unwrap(), now.date());
                take(&mut versions, changes.unwrap_or_default());
            }
            operation = advanced(&operation, at, &result, now, None, None);
            prop_assert_eq!(currents(&versions), 1);
            // What nobody knows stays unknown, or is begun again, until it is known.
            let state = |operation: &Operation| operation.entries[at].state;
            let is_told = state(&before) == EntryState::Started && result == Came::NotBegun;
            if matches!(state(&before), EntryState::Started | EntryState::Unknown) && !is_told {
                prop_assert!(state(&operation) != EntryState::Waiting);
            }
            // Whatever is begun, all before it is over.
            for (place, entry) in operation.entries.iter().enumerate() {
                if entry.state != EntryState::Waiting && entry.state != EntryState::Skipped {
                    let earlier = &operation.entries[..place];
                    prop_assert!(earlier.iter().all(|entry| entry.is_over()));
                }
            }
            let begun = |phase| operation.entries.iter().any(|entry| entry.phase == phase
                && !matches!(entry.state, EntryState::Waiting | EntryState::Skipped));
            let over = |phase| operation.entries.iter().filter(|entry| entry.phase == phase)
                .all(|entry| entry.is_over());
            if begun(Phase::Promote) {
                prop_assert!(over(Phase::Test));
            }
            if begun(Phase::Retire) && !old_goes_first {
                prop_assert!(over(Phase::Test) && over(Phase::Promote));
            }
            if begun(Phase::Finish) {
                prop_assert!(over(Phase::Refusal));
            }
            prop_assert_eq!(operation.state == OperationState::Stalled, operation.failures >= 3);
        }
    }
}

#[test]
fn what_was_begun_and_is_said_not_to_be_done_waits_as_before() {
    let now = Timestamp::from_unix(1_795_000_000);
    let (operation, _) = begun(0, now);
    let came = |operation: &Operation, came: &Came| advanced(operation, 0, came, now, None, None);
    let started = came(&operation, &Came::Started);
    assert_eq!(
        came(&started, &Came::Waits).entries[0].state,
        EntryState::Unknown
    );
    let not_begun = came(&started, &Came::NotBegun);
    assert_eq!(not_begun.entries[0].state, EntryState::Waiting);
    assert_eq!(not_begun.failures, 0);
}
