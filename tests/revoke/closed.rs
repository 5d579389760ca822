//! Fail closed: a consumer that stays well while its key is refused runs on something else.

use crate::provider::{Provider, Roll, home};

#[test]
fn a_consumer_is_seen_to_fail() {
    for emergency in [&[][..], &["--emergency"]] {
        let provider = Provider::start();
        let home = home(&provider, &Roll::default());
        let words = [&["revoke", "etl", "--yes"], emergency].concat();
        home.run(&words)
            .ok(0)
            .says("consumer/twin fails now, and was well before");
        let log = home.run(&["audit", "log", "--format", "jsonl"]).ok(0);
        log.says("fact/fail-closed etl 2 twin ");
    }
}

#[test]
fn a_consumer_that_stays_well_is_a_failure() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.is_well_anyway = true);
    home.run(&["revoke", "etl", "--yes"])
        .ok(4)
        .says("consumer/twin is STILL WELL while the credential is refused");
    provider.set(|state| state.is_well_anyway = false);
    home.run(&["revoke", "etl", "--resume"])
        .ok(0)
        .says("consumer/twin fails now, and was well before");
}

#[test]
fn nothing_is_said_of_consumers_while_the_key_may_still_work() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.lies = true);
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(5)
        .says("NOT DONE: see that each consumer fails without it");
    let log = home.run(&["audit", "log", "--format", "jsonl"]).ok(0);
    assert!(!log.stdout.contains("fail-closed etl"));
}
