//! What a revoke is made of, by what is under way and what could still work.

use std::sync::LazyLock;

use super::*;
use crate::model::credential::Version;
use crate::model::procedure::Step;
use serde_json::json;

static ETL: LazyLock<AccountId> = LazyLock::new(|| "etl".parse().unwrap());
static CREDENTIAL: LazyLock<Credential> = LazyLock::new(credential);

fn credential() -> Credential {
    serde_json::from_value(json!({ "kind": "api-key", "store": "age", "identity": ["svc-femo"] }))
        .unwrap()
}

fn versions(stages: &[VersionStage]) -> Versions {
    let version = |(at, stage): (usize, &VersionStage)| {
        let key = format!("etl {}", at + 1).parse().unwrap();
        (key, Version::new(*stage, "2026-10-01".parse().unwrap()))
    };
    stages.iter().enumerate().map(version).collect()
}

fn steps(steps: &[serde_json::Value]) -> Procedure {
    serde_json::from_value(json!({ "kind": "revoke", "step": steps })).unwrap()
}

fn revoke(
    what: Work,
    procedure: Option<&Procedure>,
    (versions, operations): (&Versions, &Operations),
    only: Option<u32>,
) -> Result<Revoke, CannotBegin> {
    let name: ProcedureId = "cut".parse().unwrap();
    let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let actor = Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "revoke".parse().unwrap(),
        reason: None,
        at: now,
    };
    let it = Revoking {
        id: &"etl".parse().unwrap(),
        credential: &credential(),
        procedure: procedure.map(|procedure| (&name, procedure)),
        versions,
        operations,
        is_own_admin: false,
        only,
    };
    let token = "0123456789ab".parse().unwrap();
    revocation(what, &it, (token, &actor, now))
}

fn lines(revoke: &Revoke) -> Vec<String> {
    let entries = revoke.operation.entries.iter();
    let line = |entry: &Entry| {
        let version = entry.version.map(|number| format!(" {number}"));
        format!("{}{}", entry.phase, version.unwrap_or_default())
    };
    entries.map(line).collect()
}

#[test]
fn every_version_that_could_work_is_withdrawn_and_proven() {
    use VersionStage::{Current, Pending, PossiblyLive, Previous, Revoked};
    let versions = versions(&[Revoked, PossiblyLive, Previous, Current, Pending]);
    let procedure = steps(&[
        json!({ "title": "key", "http": { "method": "DELETE", "path": "/keys/{id}" } }),
        json!({ "title": "user", "http": { "method": "DELETE", "path": "/users/{identity}" } }),
        json!({ "title": "tell", "manual": "tell the plant" }),
    ]);
    let none = Operations::new();
    let begun = revoke(Work::Revoke, Some(&procedure), (&versions, &none), None);
    let expected = "withdraw 5,withdraw 4,withdraw 3,withdraw 2,withdraw 5,withdraw,refusal 5,refusal 4,refusal 3,\
        refusal 2,fail-closed,finish";
    assert_eq!(lines(&begun.unwrap()).join(","), expected);
}

#[test]
fn one_version_does_not_go_by_a_step_that_takes_others_too() {
    use VersionStage::{Current, Previous};
    let both = versions(&[Previous, Current]);
    let none = Operations::new();
    let user = steps(&[
        json!({ "title": "user", "http": { "method": "DELETE", "path": "/users/{identity}" } }),
    ]);
    let begun = revoke(Work::Emergency, Some(&user), (&both, &none), Some(1));
    assert!(matches!(
        begun,
        Err(CannotBegin::TakesMore { other: 2, .. })
    ));
    let alone = versions(&[Current]);
    assert!(revoke(Work::Revoke, Some(&user), (&alone, &none), Some(1)).is_ok());
}

#[test]
fn an_emergency_needs_no_procedure_and_a_planned_revoke_does() {
    let versions = versions(&[VersionStage::Current]);
    let none = Operations::new();
    let planned = revoke(Work::Revoke, None, (&versions, &none), None);
    assert!(matches!(planned, Err(CannotBegin::NoProcedure { .. })));
    let emergency = revoke(Work::Emergency, None, (&versions, &none), None).unwrap();
    assert_eq!(
        lines(&emergency).join(","),
        "withdraw 1,refusal 1,fail-closed,finish"
    );
}

/// A rotation whose create is unknown.
fn in_doubt(create: serde_json::Value, beside: &[serde_json::Value]) -> Operation {
    let step = |step: serde_json::Value| -> Step { serde_json::from_value(step).unwrap() };
    let now: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
    let mut entry = Entry::new(Phase::Create, Some(step(create)));
    entry.state = EntryState::Unknown;
    entry.at = Some(now);
    let beside = beside.iter().map(|it| Entry {
        state: EntryState::Skipped,
        ..Entry::new(Phase::Create, Some(step(it.clone())))
    });
    let overlap = Entry::new(Phase::Overlap, None);
    let entries = [entry, overlap].into_iter().chain(beside).collect();
    let token: Text = "0192aabb-ccdd-7000-8000-aabbccddeeff".parse().unwrap();
    let actor = Actor {
        name: "tester".parse().unwrap(),
        host: "here".parse().unwrap(),
        command: "rotate".parse().unwrap(),
        reason: None,
        at: now,
    };
    blank(Work::Rotate, (token, &actor, now), entries)
}

fn make() -> serde_json::Value {
    json!({ "title": "make", "stage": "create", "secret": "/s",
        "http": { "method": "POST", "path": "/keys" } })
}

fn cut() -> Procedure {
    steps(&[json!({ "title": "key", "http": { "method": "DELETE", "path": "/keys/{id}" } })])
}

#[test]
fn an_emergency_closes_a_rotation_and_takes_what_it_made() {
    use VersionStage::{Current, Pending};
    let versions = versions(&[Current, Pending]);
    let mut rotation = in_doubt(make(), &[]);
    rotation.version = Some(2);
    let tag = rotation.tag();
    let key = "etl 1".parse().unwrap();
    let operations = Operations::from([(key, rotation)]);
    let cut = cut();
    let planned = revoke(Work::Revoke, Some(&cut), (&versions, &operations), None);
    assert!(matches!(planned, Err(CannotBegin::Open(_))));
    let begun = revoke(Work::Emergency, Some(&cut), (&versions, &operations), None).unwrap();
    assert_eq!(begun.changes().len(), 1);
    // What is known goes first.
    let looks = begun.operation.entries[2].step.as_ref().unwrap();
    let manual = looks.manual.as_ref().unwrap().as_str();
    assert!(manual.contains(&tag), "{manual}");
    assert!(lines(&begun).contains(&"refusal 2".to_owned()));
}

#[test]
fn what_nobody_saw_is_looked_for_by_the_rotation_s_own_steps_but_not_what_was_made_by_hand() {
    let find = json!({ "title": "look", "stage": "find", "id": "/0",
        "http": { "method": "GET", "path": "/keys?name={tag}" } });
    let discard = json!({ "title": "away", "stage": "discard",
        "http": { "method": "DELETE", "path": "/keys/{id}" } });
    let beside = [find, discard];
    let stages = |rotation: &Operation| -> Vec<(Option<String>, EntryState)> {
        let entries = aside::unseen(rotation).into_iter();
        let tag = rotation.tag();
        let stage = entries.map(|entry| {
            assert_eq!(entry.tag.unwrap().as_str(), tag);
            assert_eq!(entry.at, rotation.entries[0].at, "since then nobody knows");
            (
                entry.step.unwrap().stage.map(|it| it.to_string()),
                entry.state,
            )
        });
        stage.collect()
    };
    let expected = [
        (Some("find".to_owned()), EntryState::Unknown),
        (Some("discard".to_owned()), EntryState::Skipped),
    ];
    assert_eq!(stages(&in_doubt(make(), &beside)), expected);
    let by_hand = json!({ "title": "make", "stage": "create", "manual": "make a key" });
    let rotation = in_doubt(by_hand, &beside);
    assert_eq!(stages(&rotation), [(None, EntryState::Unknown)]);
    let asked = aside::unseen(&rotation)[0].step.clone().unwrap();
    assert!(asked.manual.unwrap().as_str().contains("by hand"));
}

#[test]
fn what_nobody_saw_is_looked_for_under_its_identity_and_for_as_long_as_it_may_take() {
    let logon =
        json!({ "http": { "method": "POST", "path": "/token" }, "take": { "session": "/t" } });
    let mut create = make();
    create["before"] = json!([logon, logon]);
    let mut rotation = in_doubt(create, &[]);
    rotation.identity = Some("green".parse().unwrap());
    let entry = aside::unseen(&rotation).remove(0);
    assert_eq!(entry.identity, rotation.identity);
    assert_eq!(
        (aside::logons(&entry), aside::logons(&rotation.entries[0])),
        (2, 2)
    );
}

#[test]
fn what_is_known_goes_first_but_where_nobody_could_look_afterwards() {
    let (cut, name) = (cut(), "cut".parse().unwrap());
    let versions = versions(&[VersionStage::Current]);
    let find = json!({ "title": "look", "stage": "find", "id": "/0",
        "http": { "method": "GET", "path": "/keys?name={tag}" } });
    let first = |beside: &[serde_json::Value], is_own_admin: bool| {
        let operations = Operations::from([("etl 1".parse().unwrap(), in_doubt(make(), beside))]);
        let it = Revoking {
            id: &ETL,
            credential: &CREDENTIAL,
            procedure: Some((&name, &cut)),
            versions: &versions,
            operations: &operations,
            is_own_admin,
            only: None,
        };
        let actor = Actor {
            name: "tester".parse().unwrap(),
            host: "here".parse().unwrap(),
            command: "revoke".parse().unwrap(),
            reason: None,
            at: Timestamp::from_unix(1_795_000_000),
        };
        let begun = ("0123456789ab".parse().unwrap(), &actor, actor.at);
        let begun = revocation(Work::Emergency, &it, begun).unwrap();
        begun.operation.entries[0].title().to_owned()
    };
    assert_eq!(first(std::slice::from_ref(&find), false), "key");
    assert_eq!(first(&[find], true), "look");
    // Whoever looks in the provider's console needs no key for it.
    assert_eq!(first(&[], true), "key");
}

#[test]
fn a_version_that_was_made_meanwhile_joins_the_emergency_that_looks_for_it() {
    use VersionStage::{Current, PossiblyLive, Revoked};
    let operations = Operations::from([("etl 1".parse().unwrap(), in_doubt(make(), &[]))]);
    let before = versions(&[Current]);
    let (cut, name) = (cut(), "cut".parse().unwrap());
    let begun = revoke(Work::Emergency, Some(&cut), (&before, &operations), None).unwrap();
    let mut versions = versions(&[Revoked, PossiblyLive]);
    let it = |versions| Revoking {
        id: &ETL,
        credential: &CREDENTIAL,
        procedure: Some((&name, &cut)),
        versions,
        operations: &operations,
        is_own_admin: false,
        only: None,
    };
    // Of another tag it knows nothing.
    let untagged = versions.clone();
    assert_eq!(joined(&begun.operation, &it(&untagged)), begun.operation);
    let made = versions.get_mut(&"etl 2".parse().unwrap()).unwrap();
    made.tag = begun.operation.entries[1].tag.clone();
    let operation = joined(&begun.operation, &it(&versions));
    assert!(operation.entries[1].is_over());
    let after = Revoke {
        operation,
        closed: None,
    };
    assert_eq!(
        lines(&after).join(","),
        "withdraw 1,withdraw,withdraw 2,refusal 2,refusal 1,fail-closed,finish"
    );
    assert_eq!(joined(&after.operation, &it(&versions)), after.operation);
}
