//! A refusal proves something only beside a control: a provider that refuses everybody refuses what works too.

use crate::provider::{ADMIN, NEW, OLD, Provider, Roll, home, stages};

const EMERGENCY: &[&str] = &["revoke", "etl", "--emergency", "--yes"];

/// A provider that says a key is gone, keeps it, and refuses everybody from then on.
fn lying_and_out() -> Provider {
    let provider = Provider::start();
    provider.set(|state| {
        state.lies = true;
        state.shuts_out = true;
    });
    provider
}

#[test]
fn where_everybody_is_refused_nothing_is_called_revoked() {
    let provider = lying_and_out();
    let home = home(&provider, &Roll::default());
    home.run(EMERGENCY)
        .ok(5)
        .says("version 2: POSSIBLY LIVE")
        .says("account/root is not accepted either, so that its refusal proves nothing");
    assert_eq!(stages(&home), "possibly-live possibly-live");
    // The outage is over: both work, and are taken away once more, in earnest.
    provider.set(|state| {
        (state.is_out, state.shuts_out, state.lies) = (false, false, false);
        state.asked.clear();
    });
    home.run(&["revoke", "etl", "--resume"])
        .ok(0)
        .says("account/root is accepted");
    assert_eq!(provider.asked("POST /withdraw"), 2);
    assert_eq!(stages(&home), "revoked revoked");
}

#[test]
fn a_version_that_is_given_up_by_nobody_is_not_revoked_by_an_outage() {
    let provider = Provider::start();
    let roll = Roll {
        has_no_procedure: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    // While all is well, the administrator is seen to be accepted.
    home.run(&["test", "root"]).ok(0);
    provider.set(|state| state.is_out = true);
    home.run(EMERGENCY).ok(5);
    assert_eq!(stages(&home), "possibly-live possibly-live");
}

#[test]
fn one_version_is_held_against_the_one_that_stays() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["revoke", "etl", "--version", "1", "--yes"])
        .ok(0)
        .says("refused by a fresh logon; version 2 is accepted");
    let provider = lying_and_out();
    let home = self::home(&provider, &Roll::default());
    home.run(&["test", "etl"]).ok(0);
    home.run(&["revoke", "etl", "--version", "1", "--yes"])
        .ok(5);
    assert_eq!(stages(&home), "possibly-live current");
}

#[test]
fn what_was_never_accepted_is_seen_refused_by_somebody_or_not_at_all() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| {
        state.keys.insert(OLD, false);
        state.keys.insert(NEW, false);
    });
    home.run(EMERGENCY)
        .ok(5)
        .says("was not seen to be accepted before");
    assert_eq!(stages(&home), "possibly-live possibly-live");
}

#[test]
fn without_anything_to_try_it_was_accepted_before_and_a_step_was_done() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    // The administrator may take keys away, and read nothing.
    provider.set(|state| {
        state.keys.insert(ADMIN, false);
        state.failures = vec![500, 500];
        state.shuts_out = true;
    });
    home.run(EMERGENCY).ok(5);
    assert_eq!(stages(&home), "possibly-live possibly-live");
    let provider = Provider::start();
    let home = self::home(&provider, &Roll::default());
    provider.set(|state| {
        state.keys.insert(ADMIN, false);
    });
    home.run(EMERGENCY)
        .ok(0)
        .says("refused by a fresh logon; it was accepted just before");
}

#[test]
fn where_bad_logons_lock_none_is_spent_while_everybody_is_refused() {
    let provider = lying_and_out();
    let roll = Roll {
        locks: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["test", "root"]).ok(0);
    home.run(EMERGENCY)
        .ok(5)
        .says("none is spent while account/root is not accepted either");
    // Each version once while all was well, and the administrator: once tested, once beside each.
    assert_eq!(provider.asked("GET /me"), 1 + 2 + 2);
}

#[test]
fn a_value_that_was_never_the_providers_is_not_called_revoked_because_it_is_refused() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    // Mistyped as it was stored: the key that it stands for lives on.
    provider.set(|state| {
        state.keys.insert(NEW, false);
        state.failures = vec![503];
    });
    let words = ["revoke", "etl", "--version", "2", "--emergency", "--yes"];
    home.run(&words)
        .ok(5)
        .says("was not seen to be accepted before");
    assert_eq!(stages(&home), "previous possibly-live");
}

#[test]
fn a_provider_that_is_closed_to_all_but_its_administrators_proves_nothing() {
    for failures in [vec![403, 403], vec![500, 500], vec![404, 404], vec![]] {
        let provider = Provider::start();
        let home = home(&provider, &Roll::default());
        home.run(&["test", "etl"]).ok(0);
        provider.set(|state| {
            (state.is_closed, state.lies) = (true, true);
            state.failures = failures.clone();
        });
        home.run(EMERGENCY).ok(5);
        assert_eq!(stages(&home), "possibly-live possibly-live", "{failures:?}");
        // What was seen then says nothing later either.
        provider.set(|state| state.failures = failures.clone());
        home.run(&["revoke", "etl", "--resume"]).ok(5);
        // It opens: both work, and are taken away in earnest.
        provider.set(|state| {
            (state.is_closed, state.lies) = (false, false);
            state.failures.clear();
        });
        let ran = home.run(&["revoke", "etl", "--resume"]).clean();
        assert!(matches!(ran.status, Some(0 | 4)), "{ran:#?}");
        assert_eq!(stages(&home), "revoked revoked");
    }
}

#[test]
fn what_went_on_working_after_a_step_was_done_is_not_proven_gone_by_a_closed_door() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.lies = true);
    home.run(EMERGENCY).ok(5);
    provider.set(|state| {
        state.is_closed = true;
        state.failures = vec![404, 404];
    });
    home.run(&["revoke", "etl", "--resume"]).ok(5);
    assert_eq!(stages(&home), "possibly-live possibly-live");
}

#[test]
fn where_bad_logons_lock_one_is_spent_however_often_it_is_looked_at() {
    let provider = Provider::start();
    let roll = Roll {
        locks: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["test", "root"]).ok(0);
    home.run(&["test", "etl"]).ok(0);
    provider.set(|state| {
        (state.is_closed, state.lies) = (true, true);
        state.asked.clear();
    });
    home.run(EMERGENCY).ok(5);
    home.run(&["revoke", "etl", "--resume"]).ok(5);
    assert_eq!(provider.asked("GET /me"), 2, "each version once");
}

#[test]
fn where_one_bad_logon_locks_it_is_said_that_a_test_could() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["provider", "set", "cmms", "lockout-after=1"])
        .ok(0);
    home.run(EMERGENCY)
        .ok(5)
        .says("a test could lock the identity, as one bad logon does at `provider/cmms`");
}
