//! The grades by which an account ends: suspended, left to soak, revoked, retired, removed.

use crate::provider::{Provider, Roll, home};

#[test]
fn a_suspended_account_gives_its_secret_to_nobody_and_comes_back() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["account", "suspend", "etl"]).refused(2);
    home.run(&["account", "suspend", "etl", "--yes"])
        .ok(0)
        .says("consumer twin: on edge-1")
        .says("its provider still accepts 2 version(s)");
    home.run(&["run", "etl", "--", "true"]).refused(4);
    home.run(&["secret", "get", "etl"])
        .refused(4)
        .says("is suspended");
    home.run(&["rotate", "etl", "--yes"]).refused(4);
    home.run(&["account", "resume", "etl"]).ok(0);
    home.run(&["run", "etl", "--", "true"]).ok(0);
    home.run(&["account", "resume", "etl"])
        .ok(0)
        .says("no change");
}

#[test]
fn an_account_is_retired_after_it_rested_and_was_seen_refused() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    let retire = |words: &[&str]| {
        let words = [&["account", "retire", "etl", "--yes"][..], words].concat();
        home.run(&words)
    };
    retire(&[]).refused(4).says("it is suspended first");
    home.run(&["account", "suspend", "etl", "--yes"]).ok(0);
    retire(&[]).refused(4).says("rests until");
    retire(&["--now"]).refused(2);
    let now = ["--now", "--reason", "the plant is closed"];
    retire(&now)
        .refused(4)
        .says("version 2 of `account/etl` is current");
    provider.set(|state| state.lies = true);
    home.run(&["revoke", "etl", "--yes"]).ok(5);
    retire(&now).refused(4);
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    retire(&now)
        .refused(4)
        .says("is possibly live: nobody has seen it refused")
        .says("`keyroll revoke etl --resume` looks again");
    home.run(&["account", "remove", "etl", "--with-history", "--yes"])
        .refused(4);
    provider.set(|state| state.lies = false);
    home.run(&["revoke", "etl", "--yes"]).ok(0);
    retire(&["--as-of", "2099-01-01"])
        .refused(2)
        .says("--as-of 2099-01-01 moves no clock");
    retire(&[]).refused(4).says("rests until");
    retire(&["--soak", "0d"])
        .refused(2)
        .says("after less than 14 days of rest takes a reason");
    retire(&["KEYROLL_CLOCK=2099-01-01T00:00:00Z"]).ok(0);
    home.run(&["rotate", "etl", "--yes"])
        .refused(4)
        .says("does not come back");
    home.run(&["account", "resume", "etl"]).refused(4);
    home.run(&["account", "remove", "etl", "--with-history", "--yes"])
        .ok(0);
}

#[test]
fn no_grade_is_given_as_of_another_day() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    for verb in ["suspend", "resume", "retire"] {
        home.run(&["account", verb, "etl", "--yes", "--as-of", "2099-01-01"])
            .refused(2)
            .says("moves no clock");
    }
}

#[test]
fn what_is_possibly_live_is_pointed_to_its_proof() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.lies = true);
    home.run(&["revoke", "etl", "--yes"]).ok(5);
    let words = ["credential", "forget", "etl", "1", "--yes"];
    home.run(&words).refused(4).says("revoke 1 of");
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    for verb in ["forget", "retire"] {
        home.run(&["credential", verb, "etl", "2", "--yes"])
            .refused(4)
            .says("version 2 of `account/etl` is possibly-live")
            .says("`keyroll revoke etl --resume` looks whether");
    }
}

#[test]
fn what_is_under_way_is_ended_first() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.failures = vec![403]);
    home.run(&["revoke", "etl", "--yes"]).ok(4);
    home.run(&["account", "suspend", "etl", "--yes"])
        .refused(4)
        .says("revoke 1 of `account/etl` is open");
}
