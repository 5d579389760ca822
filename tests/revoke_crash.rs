//! A revoke that is killed at any point: a version that works is never called revoked, one that may be gone is possibly
//! live and never current, and `--resume` takes it to the end.

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

use std::collections::BTreeSet;

use keyroll::model::credential::VersionStage;
use keyroll::model::fact::{Fact, Outcome};
use keyroll::model::operation::{EntryState, Operation, OperationState, Phase, Work};
use keyroll::model::record::{Kind, Record};
use keyroll::store::{Access, Store};

use binary::{Ran, ended, fed};
use killed::{Before, at_each_commit, at_each_request};
use server::{BLUE, Doom, Key};
use world::{CREATE, DISCARD, FIND, RETIRE, Roll, SHORT, TOKEN, World};

const NEW: &str = "second-canary-Vm8cXz4tRq1J";

/// A day behind every lag.
const LATER: &str = "KEYROLL_CLOCK=2099-01-01T00:00:00Z";
const LATER_STILL: &str = "KEYROLL_CLOCK=2099-01-02T00:00:00Z";

const AUTHENTICATE: &str = r#"
[provider.keys.test.authenticate]
http = { method = "GET", path = "/me", header = { Authorization = "Bearer {secret}" } }
allowed = { status = 200, json = "/id" }
denied = { status = [401, 403] }
"#;

/// What revokes, and the consumer that is to fail.
const REVOKE: &str = r#"
[procedure.keys-revoke]
kind = "revoke"
[[procedure.keys-revoke.step]]
title = "Delete the key"
http = { method = "DELETE", path = "/keys/{id}", header = { Authorization = "Bearer {admin}" } }
[[procedure.keys-revoke.step]]
title = "End the sessions"
http = { method = "DELETE", path = "/users/{identity}/sessions", header = { Authorization = "Bearer {admin}" } }
[consumer.job]
host = "etl-01"
fetches = true
health = { http = "http://{server}/health" }
"#;

/// A provider whose tokens outlive their key until the sessions are ended.
fn roll() -> Roll {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]);
    roll.tests = format!("{AUTHENTICATE}{TOKEN}");
    roll.provider = "max-lag = \"1m\"";
    roll.account = "revoke = \"keys-revoke\"\nconsumers = [\"job\"]".to_owned();
    roll.more = REVOKE.to_owned();
    roll
}

/// A world with the current version alone, or with one before it.
fn world(versions: usize) -> World {
    let world = World::new(&roll());
    world.server.manners(|manners| manners.lasting = true);
    if versions == 2 {
        world.server.state().keys.push(Key {
            id: "k2".to_owned(),
            name: "by hand".to_owned(),
            user: BLUE.to_owned(),
            secret: NEW.to_owned(),
            is_dead: false,
            lag: None,
        });
        let words = ["secret", "set", "etl", "--id", "k2"];
        fed(world.command(&words), NEW).ok(0);
    }
    world
}

/// What the provider lets each version do: its secret, and whether it still goes on with it.
fn lets(world: &World) -> Vec<bool> {
    let state = world.server.state();
    let of = |id: &str| {
        let key = state.keys.iter().find(|key| key.id == id);
        key.is_some_and(|key| state.lets(&key.secret))
    };
    let versions = world.versions("etl").into_iter();
    versions
        .map(|version| version.id.is_some_and(|id| of(id.as_str())))
        .collect()
}

fn stages(world: &World) -> Vec<VersionStage> {
    let versions = world.versions("etl").into_iter();
    versions.map(|version| version.stage).collect()
}

fn is_open(world: &World) -> bool {
    world
        .operations()
        .iter()
        .any(|operation| operation.is_open())
}

/// What the roll says agrees with what the provider does, or it says that nobody knows.
fn is_true(world: &World, told: &str) {
    let store = Store::open(&world.home.store(), Access::Read).unwrap();
    assert_eq!(store.verify().unwrap().faults, [], "{told}");
    let (stages, lets) = (stages(world), lets(world));
    for (stage, goes_on) in stages.iter().zip(&lets) {
        match stage {
            VersionStage::Revoked => assert!(!goes_on, "{told}: {stages:?} {lets:?}"),
            VersionStage::Current | VersionStage::Previous | VersionStage::Pending => {
                assert!(goes_on, "{told}: {stages:?} {lets:?}");
            }
            VersionStage::PossiblyLive => {}
        }
    }
    let open = world.operations();
    let open = open.iter().filter(|operation| operation.is_open());
    assert!(open.count() < 2, "{told}");
}

/// What may still work, or may be gone, is told by `check`.
fn is_told(world: &World, told: &str) {
    let is_doubtful = stages(world).contains(&VersionStage::PossiblyLive);
    let ran = world.run(&["check"]).clean();
    assert_eq!(ran.status == Some(5), is_doubtful, "{told}: {ran:#?}");
}

/// What was seen of the consumer, now that nothing lets it in.
fn seen(world: &World) -> Vec<Outcome> {
    let store = Store::open(&world.home.store(), Access::Read).unwrap();
    let facts = store.records(Kind::Fact).unwrap().into_iter();
    facts
        .filter_map(|record| match record {
            Record::Fact(_, fact) => match *fact {
                Fact::FailClosed { outcome, .. } => Some(outcome),
                _ => None,
            },
            _ => None,
        })
        .collect()
}

/// Goes on, and begins where nothing had been begun: at once, where anything is left to be taken away, and when the longest
/// lag is over. An emergency goes on when it is said again.
fn to_the_end(world: &World, words: &[&str], told: &str) {
    let resume = |more: &[&str]| -> Ran {
        let resume = ["revoke", "etl", "--resume", "--yes", "--wait", "0"];
        world.run(&[&resume, more].concat()).clean()
    };
    let is_gone = || {
        let is_revoked = |stage: &VersionStage| *stage == VersionStage::Revoked;
        stages(world).iter().all(is_revoked) && !is_open(world)
    };
    // Where nothing is open, nothing was begun.
    let is_taken = || {
        let open = world.operations().pop();
        open.filter(Operation::is_open).is_some_and(|open| {
            let mut entries = open.entries.iter();
            open.what != Work::Rotate
                && entries.all(|entry| entry.phase != Phase::Withdraw || entry.is_over())
        })
    };
    if !is_gone() && !is_taken() {
        let is_begun = is_open(world) || stages(world).contains(&VersionStage::PossiblyLive);
        let ran = match is_begun && words != EMERGENCY {
            true => resume(&[]),
            false => world.run(words).clean(),
        };
        assert!(matches!(ran.status, Some(0 | 5)), "{told}: {ran:#?}");
        is_true(world, told);
    }
    if !is_gone() {
        let ran = resume(&[LATER]);
        assert_eq!(ran.status, Some(0), "{told}: {ran:#?}");
    }
}

/// What holds at the end.
fn is_over(world: &World, told: &str) {
    is_true(world, told);
    let stages = stages(world);
    let is_revoked = |stage: &VersionStage| *stage == VersionStage::Revoked;
    assert!(stages.iter().all(is_revoked), "{told}: {stages:?}");
    let state = world.server.state();
    assert!(
        !state.keys.iter().any(|key| state.lets(&key.secret)),
        "{told}: {:?}",
        state.keys
    );
    drop(state);
    let last = world.last();
    assert_eq!(last.state, OperationState::Done, "{told}: {last:#?}");
    let is_started = |state: EntryState| state == EntryState::Started;
    assert!(
        !last.entries.iter().any(|entry| is_started(entry.state)),
        "{told}: {last:#?}"
    );
    assert!(!is_open(world), "{told}");
    assert_eq!(seen(world), [Outcome::Pass], "{told}: {last:#?}");
}

const PLANNED: &[&str] = &["revoke", "etl", "--yes", "--wait", "0"];
const EMERGENCY: &[&str] = &["revoke", "etl", "--emergency", "--yes", "--wait", "0"];

/// How all stands after a crash, at the provider and in the roll: where two crashes left the same, what follows is the same.
fn stands(world: &World) -> String {
    let operations = world.operations().into_iter().map(|operation| {
        let entries = operation.entries.into_iter();
        let entries: Vec<_> = entries
            .map(|it| (it.state, it.version, it.before))
            .collect();
        (operation.state, entries)
    });
    let operations: Vec<_> = operations.collect();
    let (stages, seen) = (stages(world), seen(world));
    let state = world.server.state();
    let tokens: BTreeSet<&String> = state.tokens.values().collect();
    format!(
        "{operations:?} {stages:?} {seen:?} {:?} {tokens:?}",
        state.keys
    )
}

/// Kills a revoke at each of its requests, and before and after each of its commits: how often each.
fn killed(world: &World, words: &[&str]) -> [usize; 2] {
    let before = Before::of(world);
    let (mut told_of, mut gone_on_from) = (BTreeSet::new(), BTreeSet::new());
    let mut then = |told: &str| {
        is_true(world, told);
        if told_of.insert(world.stages()) {
            is_told(world, told);
        }
        if gone_on_from.insert(stands(world)) {
            to_the_end(world, words, told);
            is_over(world, told);
        }
    };
    let requests = at_each_request((world, &before), words, &mut then);
    [requests, at_each_commit((world, &before), words, &mut then)]
}

/// Kills a revoke as it has taken the first key away.
fn killed_once(world: &World, words: &[&str]) {
    world.server.state().doom = Some(Doom {
        at: 1,
        before_effect: false,
        victim: None,
    });
    let child = world.command(words).spawn().unwrap();
    world.server.victim(child.id());
    killing::was_killed(&ended(child, words.join(" ")));
}

#[test]
fn a_planned_revoke_killed_at_any_request_or_commit_goes_on() {
    let [requests, commits] = killed(&world(2), PLANNED);
    assert!(requests >= 14 && commits >= 20, "{requests} {commits}");
}

/// A world whose revoke does not know whether it took the first key away.
fn in_doubt() -> World {
    let world = world(2);
    world.server.manners(|manners| {
        manners.mumbles = vec![("DELETE /keys/", 500)];
        // A lag that is over ends the tokens too.
        manners.lasting = false;
    });
    world.run(PLANNED).ok(5);
    assert_eq!(world.stages(), ["previous", "possibly-live"]);
    world.server.manners(|manners| manners.mumbles.clear());
    world
}

#[test]
fn giving_a_revoke_up_that_is_killed_at_any_commit_leaves_in_doubt_what_was() {
    let world = in_doubt();
    let before = Before::of(&world);
    let words = ["revoke", "etl", "--abort", "--yes"];
    let then = |told: &str| {
        is_true(&world, told);
        if is_open(&world) {
            world.run(&words).ok(5);
        }
        assert_eq!(world.last().state, OperationState::Aborted, "{told}");
        assert_eq!(world.stages(), ["previous", "possibly-live"], "{told}");
        is_true(&world, told);
        // The one that was not touched goes on working, the other is seen to be gone.
        let proof = ["revoke", "etl", "--resume", "--yes", LATER];
        world.run(&proof).ok(0);
        assert_eq!(world.stages(), ["previous", "revoked"], "{told}");
        to_the_end(&world, PLANNED, told);
        is_over(&world, told);
    };
    assert!(at_each_commit((&world, &before), &words, then) >= 2);
}

#[test]
fn going_on_with_a_revoke_that_is_killed_again_goes_on_once_more() {
    let world = world(2);
    killed_once(&world, PLANNED);
    assert_eq!(world.stages(), ["previous", "possibly-live"]);
    assert_eq!(lets(&world), [true, true], "a token outlives its key");
    let resume = ["revoke", "etl", "--resume", "--yes", "--wait", "0"];
    let [requests, commits] = killed(&world, &resume);
    assert!(requests >= 8 && commits >= 8, "{requests} {commits}");
}

/// A world with a rotation that waits for its consumer, with the old key and the new one.
fn rotating() -> World {
    let mut roll = roll();
    roll.more = roll.more.replace("fetches = true", "");
    let world = World::new(&roll);
    world.server.manners(|manners| manners.lasting = true);
    world.rotate(&[]).ok(3);
    assert_eq!(world.stages(), ["current", "pending"]);
    world
}

#[test]
fn an_emergency_that_closes_a_rotation_killed_at_any_request_or_commit_takes_both_keys() {
    let world = rotating();
    let [requests, commits] = killed(&world, EMERGENCY);
    assert!(requests >= 14 && commits >= 20, "{requests} {commits}");
    assert_eq!(world.operations()[0].state, OperationState::Aborted);
}

#[test]
fn an_emergency_after_a_rotation_that_was_killed_takes_away_what_is_known_and_says_what_is_not() {
    let world = world(1);
    // A rotation ends no sessions: it would wait for the lag.
    world.server.manners(|manners| manners.lasting = false);
    let before = Before::of(&world);
    let mut cut_off_from = BTreeSet::new();
    let kills = at_each_request((&world, &before), &["rotate", "etl", "--yes"], |told| {
        if !cut_off_from.insert(stands(&world)) {
            return;
        }
        world.run(EMERGENCY).clean();
        let mut said = String::new();
        // A step whose outcome was not known is done again, and what it took away may lag from then on.
        for clock in [LATER, LATER_STILL] {
            if is_open(&world) {
                said = world.run(&[EMERGENCY, &[clock]].concat()).clean().stderr;
            }
        }
        is_true(&world, told);
        let known = world.versions("etl").into_iter();
        let known: Vec<String> = known
            .filter_map(|it| it.id.map(|id| id.to_string()))
            .collect();
        let ids = world.server.ids();
        assert!(!ids.iter().any(|id| known.contains(id)), "{told}: {ids:?}");
        if !is_open(&world) {
            assert_eq!(ids, Vec::<String>::new(), "{told}");
        } else {
            // The rotation may have made a key that nobody has seen.
            let tag = world.operations()[0].tag();
            assert!(said.contains(&tag), "{told}: {said}");
        }
    });
    assert!(kills >= 6, "{kills}");
}

#[test]
fn a_consumer_that_nobody_saw_well_proves_nothing_after_a_crash_either() {
    let mut roll = roll();
    roll.more = roll.more.replace("/health", "/nowhere");
    let world = World::new(&roll);
    killed_once(&world, PLANNED);
    let resume = ["revoke", "etl", "--resume", "--yes", "--wait", "0"];
    world.run(&resume).ok(5);
    let later = [&resume[..], &[LATER]].concat();
    world.run(&later).ok(0).says("not proven");
    assert_eq!(seen(&world), [Outcome::Inconclusive]);
}
