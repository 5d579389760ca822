//! A rotation that is killed at any point goes on, or is given up, without a secret lost and without two current versions.
//! What lives at the provider afterwards is a version of the roll, or is told to be possibly live.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
#[path = "rotate/killed.rs"]
mod killed;
mod killing;
#[path = "rotate/provider.rs"]
mod provider;
#[path = "rotate/server.rs"]
mod server;
#[path = "rotate/world.rs"]
mod world;

use keyroll::model::credential::VersionStage;
use keyroll::model::operation::{EntryState, OperationState};
use keyroll::store::{Access, Store};

use killed::{Before, at_each_commit, at_each_request};
use server::OLD;
use world::{CREATE, DISCARD, FIND, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World};

/// What somebody does after the crash.
#[derive(Clone, Copy, PartialEq)]
enum Then {
    Resume,
    Abort,
}

fn is_open(world: &World) -> bool {
    let last = world.operations().pop();
    last.is_some_and(|operation| operation.is_open())
}

/// Until nothing is open. Whether it was given up.
fn to_the_end(world: &World, then: Then, told: &str) -> bool {
    if then == Then::Abort && is_open(world) {
        // By then what was asked for has come, or never does.
        let ran = world.rotate(&["--abort", &world.later()]).clean();
        assert!(matches!(ran.status, Some(0 | 4 | 5)), "{told}: {ran:#?}");
        if !is_open(world) {
            return world.last().state == OperationState::Aborted;
        }
    }
    for _ in 0..6 {
        if !is_open(world) {
            return false;
        }
        let ran = world.rotate(&["--resume", &world.later()]).clean();
        assert!(matches!(ran.status, Some(0 | 4 | 5)), "{told}: {ran:#?}");
    }
    panic!("{told}: it does not end: {:#?}", world.last());
}

/// What holds after every crash.
fn is_whole(world: &World, was_given_up: bool, told: &str) {
    let store = Store::open(&world.home.store(), Access::Read).unwrap();
    assert_eq!(store.verify().unwrap().faults, [], "{told}");
    let versions = world.versions("etl");
    let stages: Vec<VersionStage> = versions.iter().map(|version| version.stage).collect();
    let current = |stage: &&VersionStage| **stage == VersionStage::Current;
    assert_eq!(
        stages.iter().filter(current).count(),
        1,
        "{told}: {stages:?}"
    );
    assert!(
        !stages.contains(&VersionStage::Pending),
        "{told}: {stages:?}"
    );
    let live = world.server.live();
    let value = world.value(None);
    assert!(
        live.contains(&value),
        "{told}: the current one does not work: {live:?}"
    );
    if was_given_up {
        assert_eq!(value, OLD, "{told}");
    }
    let possibly_live = stages.contains(&VersionStage::PossiblyLive);
    if live != [value] {
        // A value that the roll does not know, or an old one that still works.
        assert!(possibly_live, "{told}: {stages:?} {live:?}");
        world.run(&["check"]).ok(5);
    }
    for operation in world.operations() {
        assert!(!operation.is_open(), "{told}");
        let started = |entry: &keyroll::model::operation::Entry| entry.state == EntryState::Started;
        let done = operation.state == OperationState::Done;
        assert!(
            !done || !operation.entries.iter().any(started),
            "{told}: {operation:#?}"
        );
    }
}

fn orders() -> Vec<(&'static str, Roll)> {
    vec![
        (
            "create-first",
            Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]),
        ),
        ("replace-in-place", Roll::of(SINGLE, &[PASSWORD])),
        (
            "revoke-first",
            Roll::of(SINGLE, &[RETIRE, CREATE, FIND, DISCARD]),
        ),
    ]
}

/// Kills a rotation at each request that it makes, before the server does anything and after an effect.
fn killed_at_each_request(then: Then) {
    for (order, roll) in orders() {
        let world = World::new(&roll);
        let before = Before::of(&world);
        let words = ["rotate", "etl", "--yes"];
        let kills = at_each_request((&world, &before), &words, |told| {
            let told = format!("{order}: {told}");
            let was_given_up = to_the_end(&world, then, &told);
            is_whole(&world, was_given_up, &told);
        });
        assert!(kills >= 5, "{order}: {kills}");
    }
}

#[test]
fn a_rotation_killed_at_any_request_goes_on() {
    killed_at_each_request(Then::Resume);
}

#[test]
fn a_rotation_killed_at_any_request_is_given_up_or_goes_on() {
    killed_at_each_request(Then::Abort);
}

/// A rotation that waits for a consumer, with both keys.
fn waiting() -> World {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE, DISCARD]);
    roll.account = "consumers = [\"job\"]".to_owned();
    roll.more = "[consumer.job]\nhost = \"etl-01\"\n".to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3);
    world
}

/// What holds after giving up was killed.
fn is_given_up_again(world: &World, told: &str) {
    if is_open(world) {
        // Nobody goes on with it by mistake, not even by `--due`.
        world.run(&["rotate", "--due", "--yes"]).clean();
        world.rotate(&["--resume"]).clean();
        assert_eq!(world.stages()[0], "current", "{told}");
        assert!(to_the_end(world, Then::Abort, told), "{told}");
    }
    is_whole(world, true, told);
    assert_eq!(world.server.live(), [OLD], "{told}");
}

const GIVING_UP: [&str; 4] = ["rotate", "etl", "--yes", "--abort"];

#[test]
fn giving_up_that_is_killed_at_any_request_is_given_up_again() {
    let world = waiting();
    let before = Before::of(&world);
    let then = |told: &str| is_given_up_again(&world, told);
    let kills = at_each_request((&world, &before), &GIVING_UP, then);
    assert!(kills >= 3, "{kills}");
}

#[test]
fn giving_up_that_is_killed_at_any_commit_is_given_up_again() {
    let world = waiting();
    let before = Before::of(&world);
    let then = |told: &str| is_given_up_again(&world, told);
    let kills = at_each_commit((&world, &before), &GIVING_UP, then);
    assert!(kills >= 6, "{kills}");
}

/// Kills a rotation before and after each of its commits.
fn killed_at_each_commit(order: usize, then: Then) {
    let (order, roll) = orders().swap_remove(order);
    let world = World::new(&roll);
    let before = Before::of(&world);
    let words = ["rotate", "etl", "--yes"];
    let kills = at_each_commit((&world, &before), &words, |told| {
        let told = format!("{order}: {told}");
        let was_given_up = to_the_end(&world, then, &told);
        is_whole(&world, was_given_up, &told);
    });
    assert!(kills >= 16, "{order}: {kills}");
}

#[test]
fn a_rotation_killed_at_any_commit_goes_on() {
    killed_at_each_commit(0, Then::Resume);
}

#[test]
fn a_rotation_killed_at_any_commit_is_given_up_or_goes_on() {
    killed_at_each_commit(0, Then::Abort);
}

#[test]
fn a_rotation_in_place_killed_at_any_commit_goes_on() {
    killed_at_each_commit(1, Then::Resume);
}

#[test]
fn a_rotation_in_place_killed_at_any_commit_is_given_up_or_goes_on() {
    killed_at_each_commit(1, Then::Abort);
}

#[test]
fn a_rotation_that_revokes_first_killed_at_any_commit_goes_on() {
    killed_at_each_commit(2, Then::Resume);
}
