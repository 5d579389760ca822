//! A planned revoke: in order, to the first failure, and on from there.

use crate::provider::{KEY, Provider, Roll, home, safe, stages};

#[test]
fn every_version_is_taken_away_and_seen_refused() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    let ran = safe(home.run(&["revoke", "etl", "--yes"]).ok(0));
    let ran = ran
        .says("workflow import: read-only-import: work orders for the twin")
        .says("consumer twin: on edge-1; its health is looked at")
        .says("boundary plant: The plant")
        .says("version 2: REVOKED (refused by a fresh logon; account/root is accepted)")
        .says("version 1: REVOKED (refused by a fresh logon; ");
    let (radius, steps) = ran.stderr.split_once("What is done").unwrap();
    assert!(radius.contains("version 2: current") && steps.contains("take the key away"));
    assert_eq!(stages(&home), "revoked revoked");
    assert_eq!(provider.effects().len(), 2);
    home.run(&["revoke", "etl", "--yes"]).refused(4);
}

#[test]
fn nothing_is_done_by_a_dry_run_or_without_a_yes() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["account", "set", "root", "credential.identity+=svc-etl"])
        .ok(0);
    let ran = home.run(&["revoke", "etl", "--dry-run", "--format", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&ran.ok(0).stdout).unwrap();
    assert_eq!(shown["kind"], "revoke-plan");
    let rows = shown["rows"].as_array().unwrap().iter();
    let parts: Vec<&str> = rows.map(|row| row["part"].as_str().unwrap()).collect();
    let expected =
        "workflow boundary consumer version version same-identity step step step step step step";
    assert_eq!(parts.join(" "), expected);
    home.run(&["revoke", "etl"]).refused(2);
    home.run(&["revoke", "etl", "--emergency"]).refused(2);
    assert_eq!(stages(&home), "previous current");
    assert!(provider.effects().is_empty());
}

#[test]
fn a_step_that_certainly_did_nothing_leaves_the_version_as_it_was() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.failures = vec![403]);
    let ran = safe(home.run(&["revoke", "etl", "--yes"]).ok(4));
    ran.says("version 2: still current")
        .says("FAILED: take the key away, version 2: it was refused with status 403");
    assert_eq!(stages(&home), "previous current");
    // It stopped there, and goes on.
    assert_eq!(provider.effects().len(), 1);
    home.run(&["revoke", "etl", "--resume"]).ok(0);
    assert_eq!(stages(&home), "revoked revoked");
}

#[test]
fn what_is_not_there_may_be_gone_and_is_not_called_current() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.failures = vec![404]);
    home.run(&["revoke", "etl", "--yes"])
        .ok(5)
        .says("it was refused with status 404: it may be gone already");
    assert_eq!(stages(&home), "revoked possibly-live");
    home.run(&["revoke", "etl", "--resume"]).ok(0);
    assert_eq!(stages(&home), "revoked revoked");
}

#[test]
fn a_step_of_which_nobody_knows_leaves_the_version_possibly_live() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    provider.set(|state| state.failures = vec![500]);
    home.run(&["revoke", "etl", "--yes"])
        .ok(5)
        .says("version 2: POSSIBLY LIVE")
        .says("version 1: still previous");
    assert_eq!(stages(&home), "previous possibly-live");
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    // Given up, and in doubt: that stays.
    assert_eq!(stages(&home), "previous possibly-live");
}

#[test]
fn one_version_goes_and_the_other_stays() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["revoke", "etl", "--version", "1", "--yes"])
        .ok(0)
        .says("version 2 works: nothing is to fail");
    assert_eq!(stages(&home), "revoked current");
    home.run(&["revoke", "etl", "--version", "1", "--yes"])
        .refused(4);
    home.run(&["revoke", "etl", "--version", "9", "--yes"])
        .refused(2);
}

#[test]
fn what_is_done_by_hand_waits_where_nobody_is() {
    let provider = Provider::start();
    let steps = format!(
        "[[procedure.cut.step]]\ntitle = \"tell the plant\"\nmanual = \"ring the plant\"\n{KEY}"
    );
    let roll = Roll {
        steps: &steps,
        ..Roll::default()
    };
    let home = home(&provider, &roll);
    home.run(&["revoke", "etl", "--yes"])
        .ok(3)
        .says("NOT DONE, BY HAND: tell the plant: ring the plant");
    assert_eq!(stages(&home), "previous current");
    assert!(provider.effects().is_empty());
    home.run(&["credential", "retire", "etl", "1"]).refused(4);
    home.run(&["revoke", "etl", "--abort", "--yes"]).ok(0);
}

#[test]
fn what_somebody_says_is_deleted_goes_too() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["credential", "retire", "etl", "1"])
        .ok(0)
        .says("until then it counts as live");
    home.run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(0)
        .says("version 1: REVOKED");
    assert_eq!(stages(&home), "revoked revoked");
}

#[test]
fn whoever_administers_itself_takes_itself_away() {
    let provider = Provider::start();
    let home = home(&provider, &Roll::default());
    home.run(&["account", "set", "root", "revoke=cut"]).ok(0);
    home.run(&["revoke", "root", "--yes"])
        .ok(0)
        .says("administers cmms test: rotates and revokes etl");
}
