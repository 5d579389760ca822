//! A revoke at a real PocketBase and at a real PostgreSQL that is killed before and after each of its effects goes on, and
//! leaves nothing there that works.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
mod counterparts;
mod killing;

use std::fs;

use keyroll::lifecycle::versions::of;
use keyroll::model::credential::VersionStage;
use keyroll::operations::secrets::versions;
use keyroll::store::{Access, Store};

use binary::{ended, set_mode};
use counterparts::http::Body;
use counterparts::pocketbase::Pocketbase;
use counterparts::postgresql::Postgresql;
use counterparts::roll::{LATER, Roll};
use killing::between::Between;
use killing::{Files, was_killed};

/// The stages of the versions that a test has set, the oldest first.
fn stages(roll: &Roll) -> Vec<VersionStage> {
    let store = Store::open(&roll.home.store(), Access::Read).unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
    let versions = versions(&store).unwrap();
    let account = roll.account.parse().unwrap();
    let stages = of(&versions, &account).map(|(_, version)| version.stage);
    stages.collect()
}

/// What the roll says of each version agrees with whether it works, or it says that nobody knows.
fn is_true(roll: &Roll, works: &[bool], told: &str) {
    let stages = stages(roll);
    let last = &stages[stages.len() - works.len()..];
    for (stage, works) in last.iter().zip(works) {
        match stage {
            VersionStage::PossiblyLive => {}
            VersionStage::Revoked => assert!(!works, "{told}: {stages:?}"),
            VersionStage::Current | VersionStage::Previous | VersionStage::Pending => {
                assert!(works, "{told}: {stages:?}");
            }
        }
    }
}

/// Goes on until nothing is left to do, at once and when the longest lag is over.
fn to_the_end(roll: &Roll, words: &[&str], works: impl Fn() -> Vec<bool>, told: &str) {
    is_true(roll, &works(), told);
    if stages(roll).contains(&VersionStage::PossiblyLive) {
        roll.home.run(&["check"]).ok(5);
    }
    let mut ran = roll.run("revoke", &["--resume", "--wait", "0"]).clean();
    if ran.status == Some(4) {
        // Nothing had been begun, or all was over.
        ran = roll.home.run(words).clean();
    }
    let is_gone = |stages: &[VersionStage]| {
        let is_revoked = |stage: &VersionStage| *stage == VersionStage::Revoked;
        stages.iter().all(is_revoked)
    };
    if !is_gone(&stages(roll)) {
        ran = roll.run("revoke", &["--resume", LATER]).ok(0);
    }
    assert!(is_gone(&stages(roll)), "{told}: {ran:#?}");
    is_true(roll, &works(), told);
}

fn words<'w>(roll: &'w Roll, more: &[&'w str]) -> Vec<&'w str> {
    [&["revoke", &roll.account, "--yes", "--wait", "0"], more].concat()
}

#[test]
fn a_revoke_at_pocketbase_that_is_killed_at_any_delete_leaves_no_key_that_works() {
    let server = Pocketbase::start();
    let between = Between::start(&server.url());
    let endpoint = format!("{}/api", between.url());
    let texts = [("http://127.0.0.1:8090/api", endpoint.as_str())];
    let roll = Roll::of("pocketbase", &texts, &server.admin);
    let reads = |token: &String| {
        let path = "/collections/orders/records/wo1001hawthorne";
        server.ask("GET", path, Some(token), Body::Empty).status == 200
    };
    let set = |name: &str| {
        let made = server.made(name, "importhawthorne").ok();
        let (id, token) = (made.text("/id"), made.text("/token"));
        let set = ["secret", "set", &roll.account, "--id", &id];
        roll.home.given(&set, &token).ok(0);
        token
    };
    for (more, names, before_effect) in [
        (&[][..], &["first", "second"][..], true),
        (&[], &["first", "second"], false),
        (&["--emergency"], &["alone"], true),
        (&["--emergency"], &["alone"], false),
    ] {
        let words = words(&roll, more);
        for at in 1..=u32::try_from(names.len()).unwrap() {
            let told = format!("{words:?}, delete {at}, before its effect: {before_effect}");
            let tokens: Vec<String> = names.iter().map(|name| set(name)).collect();
            let works = || tokens.iter().map(reads).collect::<Vec<bool>>();
            between.doom("DELETE ", at, before_effect);
            let child = roll.home.command(&words).spawn().unwrap();
            between.victim(child.id());
            was_killed(&ended(child, told.clone()));
            between.spare();
            to_the_end(&roll, &words, works, &told);
            let keys = server.admin("GET", "/collections/keys/records", Body::Empty);
            assert_eq!(keys.body["totalItems"], 0, "{told}");
        }
    }
}

const ADMIN: &str = "admin-canary-9sW3kD";
const A: &str = "svc_import_hawthorne_a";
const B: &str = "svc_import_hawthorne_b";

/// Puts a program before `pg` which kills the program that calls it: at the call that `doom` tells, before it or after it. What
/// only asks is no call.
fn put_between(roll: &Roll) {
    let home = roll.home.path();
    let programs = home.join("config/keyroll/programs");
    fs::rename(programs.join("pg"), programs.join("pg-itself")).unwrap();
    let script = format!(
        "#!/bin/sh\ncd '{}'\nread at when < doom\nreal='{}'\n\
         [ \"$1\" = admin ] || exec \"$real\" \"$@\"\n\
         echo >> calls\n\
         [ \"$(wc -l < calls)\" -eq \"$at\" ] || exec \"$real\" \"$@\"\n\
         [ \"$when\" = before ] && kill -9 $PPID && exit 1\n\
         \"$real\" \"$@\"; kill -9 $PPID\n",
        home.display(),
        programs.join("pg-itself").display(),
    );
    let path = roll.home.file("config/keyroll/programs/pg", script);
    set_mode(path, 0o700);
    spare(roll);
}

fn doom(roll: &Roll, at: usize, when: &str) {
    roll.home.file("doom", format!("{at} {when}\n"));
    roll.home.file("calls", "");
}

fn spare(roll: &Roll) {
    doom(roll, 0, "never");
}

/// Kills a revoke before and after each role that it locks.
fn killed(roll: &Roll, server: &Postgresql, more: &[&str], roles: &[(&str, &String)]) {
    let files = Files::of(&roll.home);
    let words = words(roll, more);
    let works = || -> Vec<bool> {
        let reads = |(role, password): &(&str, &String)| {
            let read = "SELECT id FROM orders.work_order;";
            server.ask(role, password, read).status == 0
        };
        roles.iter().map(reads).collect()
    };
    for when in ["before", "after"] {
        for at in 1..=roles.len() {
            let told = format!("{words:?}, program {at}, {when} it ran");
            files.again();
            let let_in = roles.iter().map(|(role, password)| {
                format!("ALTER ROLE {role} LOGIN;\n\\password {role}\n{password}\n{password}\n")
            });
            server.root(&let_in.collect::<String>());
            doom(roll, at, when);
            was_killed(&ended(
                roll.home.command(&words).spawn().unwrap(),
                told.clone(),
            ));
            spare(roll);
            to_the_end(roll, &words, works, &told);
        }
    }
}

fn postgresql() -> (Postgresql, Roll) {
    let server = Postgresql::start();
    server.root(&format!("\\password keyroll_admin\n{ADMIN}\n{ADMIN}"));
    let endpoint = server.endpoint();
    let shipped = "postgresql://127.0.0.1:5432/maintenance";
    let roll = Roll::of("postgresql", &[(shipped, endpoint.as_str())], ADMIN);
    (server, roll)
}

#[test]
fn a_revoke_at_postgresql_that_is_killed_as_it_locks_it_keeps_the_role_out() {
    let (server, roll) = postgresql();
    let first = roll.first();
    put_between(&roll);
    killed(&roll, &server, &[], &[(A, &first)]);
}

#[test]
fn an_emergency_at_postgresql_in_the_middle_of_a_rotation_that_is_killed_keeps_both_roles_out() {
    let (server, roll) = postgresql();
    let (first, second) = (roll.first(), roll.second());
    put_between(&roll);
    killed(
        &roll,
        &server,
        &["--emergency"],
        &[(A, &first), (B, &second)],
    );
}
