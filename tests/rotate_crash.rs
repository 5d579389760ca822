//! A rotation that is killed at any point goes on, or is given up, without a secret lost and without two current versions.
//! What lives at the provider afterwards is a version of the roll, or is told to be possibly live.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
#[path = "rotate/provider.rs"]
mod provider;
#[path = "rotate/server.rs"]
mod server;
#[path = "rotate/world.rs"]
mod world;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyroll::model::credential::VersionStage;
use keyroll::model::operation::{EntryState, OperationState};
use keyroll::store::{Access, Store};

use binary::{ended, set_mode};
use server::{Doom, Key, OLD};
use world::{CREATE, DISCARD, FIND, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World};

/// What a world was before a command was killed in it.
struct Before {
    files: Vec<(PathBuf, Vec<u8>)>,
    keys: Vec<Key>,
}

fn below(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => out.extend(below(&path)),
            false => out.push(path),
        }
    }
    out
}

impl Before {
    fn of(world: &World) -> Before {
        let files = world
            .folders()
            .into_iter()
            .flat_map(|folder| below(&folder));
        let files = files.map(|path| (path.clone(), fs::read(&path).unwrap()));
        Before {
            files: files.collect(),
            keys: world.server.state().keys.clone(),
        }
    }

    fn again(&self, world: &World) {
        for path in world.folders().iter().flat_map(|folder| below(folder)) {
            fs::remove_file(path).unwrap();
        }
        for (path, bytes) in &self.files {
            fs::write(path, bytes).unwrap();
            set_mode(path, 0o600);
        }
        let mut state = world.server.state();
        state.reset();
        state.keys.clone_from(&self.keys);
    }
}

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
        let ran = world.rotate(&["--abort"]).clean();
        assert!(matches!(ran.status, Some(0 | 4 | 5)), "{told}: {ran:#?}");
        if !is_open(world) {
            return world.last().state == OperationState::Aborted;
        }
    }
    for _ in 0..6 {
        if !is_open(world) {
            return false;
        }
        let ran = world.rotate(&["--resume"]).clean();
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

/// Kills a rotation at each request that it makes, before the server does anything and after it has.
fn killed_at_each_request(then: Then) {
    for (order, roll) in orders() {
        let world = World::new(&roll);
        let before = Before::of(&world);
        for before_effect in [true, false] {
            let mut kills = 0;
            loop {
                let at = kills + 1;
                let told = format!("{order}, request {at}, before its effect: {before_effect}");
                before.again(&world);
                world.server.state().doom = Some(Doom {
                    at,
                    before_effect,
                    victim: None,
                });
                let child = world.command(&["rotate", "etl", "--yes"]).spawn().unwrap();
                world.server.victim(child.id());
                let ran = ended(child, told.clone());
                if ran.status == Some(0) {
                    break;
                }
                assert_eq!(ran.status, None, "{told}: {ran:#?}");
                kills += 1;
                let was_given_up = to_the_end(&world, then, &told);
                is_whole(&world, was_given_up, &told);
            }
            assert!(kills >= 4, "{order}: {kills}");
        }
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

#[test]
fn giving_up_that_is_killed_at_any_request_is_given_up_again() {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE, DISCARD]);
    roll.account = "consumers = [\"job\"]".to_owned();
    roll.more = "[consumer.job]\nhost = \"etl-01\"\n".to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3);
    let before = Before::of(&world);
    for before_effect in [true, false] {
        for at in 1.. {
            let told = format!("request {at}, before its effect: {before_effect}");
            before.again(&world);
            world.server.state().doom = Some(Doom {
                at,
                before_effect,
                victim: None,
            });
            let words = ["rotate", "etl", "--yes", "--abort"];
            let child = world.command(&words).spawn().unwrap();
            world.server.victim(child.id());
            if ended(child, told.clone()).status == Some(0) {
                assert!(at > 2, "{told}");
                break;
            }
            // Nobody goes on with it by mistake, not even by `--due`.
            world.run(&["rotate", "--due", "--yes"]).clean();
            world.rotate(&["--resume"]).clean();
            assert_eq!(world.stages()[0], "current", "{told}");
            assert!(to_the_end(&world, Then::Abort, &told), "{told}");
            is_whole(&world, true, &told);
            assert_eq!(world.server.live(), [OLD], "{told}");
        }
    }
}

/// A command that is killed as it enters a call for the `at`th time.
fn killed_in(world: &World, call: &str, at: u32) -> Command {
    let command = world.command(&["rotate", "etl", "--yes"]);
    let mut line: Vec<OsString> = match rustix::process::geteuid().is_root() {
        true => Vec::new(),
        false => ["unshare", "--map-root-user"].map(OsString::from).into(),
    };
    let inject = format!("inject={call}:signal=KILL:when={at}");
    let trace = format!("trace={call}");
    line.extend(
        [
            "strace",
            "-f",
            "-o",
            "/dev/null",
            "-e",
            &trace,
            "-e",
            &inject,
            "--",
        ]
        .map(OsString::from),
    );
    line.push(command.get_program().to_owned());
    line.extend(command.get_args().map(ToOwned::to_owned));
    let mut traced = Command::new(&line[0]);
    traced.args(&line[1..]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => traced.env(name, value),
            None => traced.env_remove(name),
        };
    }
    traced
        .current_dir(world.home.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    traced
}

/// Kills a rotation at each commit: as the journal of the database goes, or as what was written reaches the disk.
fn killed_at_each_commit(order: usize, then: Then, calls: &[(&str, u32)]) {
    let (order, roll) = orders().swap_remove(order);
    let world = World::new(&roll);
    let before = Before::of(&world);
    let mut kills = 0;
    for (call, stride) in calls {
        let mut at = 1;
        loop {
            let told = format!("{order}, {call} {at}");
            before.again(&world);
            let child = killed_in(&world, call, at).spawn().unwrap();
            let ran = ended(child, told.clone());
            if ran.status == Some(0) {
                break;
            }
            assert!(matches!(ran.status, None | Some(137)), "{told}: {ran:#?}");
            kills += 1;
            let was_given_up = to_the_end(&world, then, &told);
            is_whole(&world, was_given_up, &told);
            at += stride;
        }
    }
    assert!(kills >= 8, "{order}: {kills}");
}

#[test]
fn a_rotation_killed_at_any_commit_goes_on() {
    killed_at_each_commit(0, Then::Resume, &[("unlink", 1), ("fsync", 4)]);
}

#[test]
fn a_rotation_killed_at_any_commit_is_given_up_or_goes_on() {
    killed_at_each_commit(0, Then::Abort, &[("unlink", 1)]);
}

#[test]
fn a_rotation_in_place_killed_at_any_commit_goes_on() {
    killed_at_each_commit(1, Then::Resume, &[("unlink", 1)]);
}

#[test]
fn a_rotation_in_place_killed_at_any_commit_is_given_up_or_goes_on() {
    killed_at_each_commit(1, Then::Abort, &[("unlink", 1)]);
}

#[test]
fn a_rotation_that_revokes_first_killed_at_any_commit_goes_on() {
    killed_at_each_commit(2, Then::Resume, &[("unlink", 1)]);
}
