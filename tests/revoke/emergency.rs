//! An emergency: past failures, past what is under way, and loud about what is left.

use crate::provider::{KEY, Provider, Roll, home, safe, stages};

const THREE: &str = r#"
[[procedure.cut.step]]
title = "lock the user"
http = { method = "DELETE", path = "/users/{identity}", header = { X-Admin = "{admin}" } }
[[procedure.cut.step]]
title = "tell the plant"
manual = "ring the plant"
"#;

#[test]
fn it_goes_past_failures_and_says_what_is_left() {
    let provider = Provider::start();
    let steps = format!("{THREE}{KEY}");
    let roll = Roll {
        steps: &steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    provider.set(|state| state.failures = vec![403]);
    let ran = safe(home.run(&["revoke", "etl", "--emergency", "--yes"]).ok(4));
    ran.says("EMERGENCY: account/etl is cut off")
        .says("FAILED: lock the user")
        .says("NOT DONE, BY HAND: tell the plant: ring the plant")
        .says("version 2: REVOKED")
        .says("next: `keyroll revoke etl --resume`");
    assert_eq!(stages(&home), "revoked revoked");
    // Said again, it goes on with what is left: the user is not there any more.
    home.run(&["revoke", "etl", "--emergency", "--resume"])
        .ok(4);
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(0);
}

#[test]
fn what_a_lying_provider_keeps_accepting_stays_possibly_live() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.lies = true);
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(5)
        .says("version 2: POSSIBLY LIVE: may still work: a fresh logon is still accepted")
        .says("version 1: POSSIBLY LIVE")
        .says("next: take it away at the provider");
    assert_eq!(stages(&home), "possibly-live possibly-live");
    // It mends its ways: what was said to be done is done once more.
    provider.set(|state| {
        state.lies = false;
        state.asked.clear();
    });
    home.run(&["revoke", "etl", "--resume"]).ok(0);
    assert_eq!(stages(&home), "revoked revoked");
    assert_eq!(provider.effects().len(), 2);
}

#[test]
fn versions_in_doubt_are_looked_at_again_after_it_was_given_up() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.lies = true);
    home.run(&["revoke", "etl", "--emergency", "--yes"]).ok(5);
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    home.run(&["revoke", "etl", "--resume", "--yes"]).ok(5);
    // A look takes nothing away, and what went on working is not proven gone by a look; a revoke of its own is.
    provider.set(|state| state.lies = false);
    home.run(&["revoke", "etl", "--resume", "--yes"]).ok(5);
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    home.run(&["revoke", "etl", "--yes"]).ok(0);
    assert_eq!(stages(&home), "revoked revoked");
    home.run(&["revoke", "etl", "--resume", "--yes"]).refused(4);
}

#[test]
fn without_a_procedure_somebody_takes_it_away_and_it_is_proven_all_the_same() {
    let provider = Provider::start();
    let roll = Roll {
        has_no_procedure: true,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["revoke", "etl", "--yes"]).refused(4);
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(5)
        .says("names no revoke procedure")
        .says("NOT DONE, BY HAND: take it away at the provider: take version 2 of account/etl away at provider/cmms (test)");
    assert_eq!(stages(&home), "possibly-live possibly-live");
}

#[test]
fn an_open_rotation_is_closed_and_what_it_made_goes_too() {
    let provider = Provider::start();
    let steps = format!(
        "{KEY}[procedure.turn]\nkind = \"rotate\"\n[[procedure.turn.step]]\ntitle = \"make\"\nstage = \"create\"\n\
         manual = \"make a key\"\n"
    );
    let roll = Roll {
        steps: &steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["account", "set", "etl", "rotate=turn"]).ok(0);
    home.run(&["rotate", "etl", "--yes"]).ok(3);
    home.run(&["revoke", "etl", "--yes"]).refused(4);
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(0)
        .says("operation rotate 1: open");
    assert_eq!(stages(&home), "revoked revoked");
    home.run(&["rotate", "etl", "--resume"]).refused(4);
}

#[test]
fn a_step_of_which_nobody_knows_is_settled_by_the_refusal() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.is_confused = true);
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(0)
        .says("not known: status 500 does not say whether it was done");
    assert_eq!(stages(&home), "revoked revoked");
    home.run(&["revoke", "etl", "--resume"]).refused(4);
}
