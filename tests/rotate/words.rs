//! What the command line says: where an id is a secret, which ways lead on, and what a program reads of it all.

use serde_json::Value;

use crate::binary::fed;
use crate::server::OLD;
use crate::world::{CREATE, OVERLAP, RETIRE, Roll, SHORT, SINGLE, World};

const FAR: &str = "KEYROLL_CLOCK=2031-01-01T00:00:00Z";

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn no_secret_is_recorded_as_an_id() {
    let world = World::new(&Roll::default());
    let inside = format!("key {OLD} of etl");
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let long = "eyJhbGciOi".repeat(40);
    let before = world.holds();
    for (id, status) in [
        ("", 2),
        ("  ", 2),
        (&*long, 2),
        ("two\u{1b}[31m", 2),
        (OLD, 4),
        (&*inside, 4),
        (&*token, 4),
    ] {
        let ran = world.run(&["credential", "id", "etl", id]).refused(status);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(id.trim().is_empty() || !said.contains(id), "{said}");
    }
    assert!(world.holds() == before);
    let new = "another-canary-of-etl-7Hq2";
    let words = ["secret", "set", "etl", "--id", new];
    fed(world.command(&words), new)
        .refused(4)
        .says("is a secret, or holds one");
    world.run(&["credential", "id", "etl", "k-2026-11"]).ok(0);
    assert_eq!(
        world.versions("etl")[0].id.as_ref().unwrap().as_str(),
        "k-2026-11"
    );
    // What looks random may be the provider's own name for it: somebody says so.
    let random = ["Zk8vQ3mLpT7x", "R2nB9cW4yH6j"].concat();
    world.run(&["credential", "id", "etl", &random]).refused(2);
    world
        .run(&["credential", "id", "etl", &random, "--yes"])
        .ok(0);
}

#[test]
fn an_overlap_names_the_ways_that_lead_out_of_it() {
    let mut roll = Roll::of(OVERLAP, &[CREATE, RETIRE]);
    roll.account = "revoke = \"cut\"".to_owned();
    roll.more = "[procedure.cut]\nkind = \"revoke\"\n[[procedure.cut.step]]\ntitle = \"x\"\n\
                 manual = \"cut it off\"\n"
        .to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3);
    for words in [
        &["account", "suspend", "etl", "--yes"][..],
        &["revoke", "etl", "--yes"],
        &["rotate", "etl", "--yes"],
        &["revoke", "etl", "--resume"],
        &["credential", "forget", "etl", "1"],
    ] {
        let ran = world.run(words).refused(4);
        assert!(!ran.stderr.contains("--abort"), "{ran:#?}");
        ran.says("both versions live until")
            .says("then `keyroll rotate etl --resume` ends it")
            .says("`keyroll revoke etl --emergency`");
    }
    let ran = world.rotate(&["--abort"]).ok(4);
    assert!(!ran.stderr.contains("--abort gives it up"), "{ran:#?}");
}

#[test]
fn where_nothing_can_be_given_up_nobody_is_told_to() {
    let world = World::new(&Roll::default());
    world
        .server
        .manners(|manners| manners.refuses = vec![("DELETE", 500)]);
    let ran = world
        .rotate(&[])
        .ok(4)
        .says("it cannot be given up any more");
    assert!(!ran.stderr.contains("--abort"), "{ran:#?}");
    let world = World::new(&Roll::default());
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 403)]);
    world.rotate(&[]).ok(4).says("--abort gives it up");
}

#[test]
fn what_is_due_is_shown_with_its_account_and_judged_by_the_clock() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    let due = |more: &[&str]| world.run(&[&["rotate", "--due"], more].concat());
    due(&["--yes", "--as-of", "2099-01-01"])
        .refused(2)
        .says("moves no clock");
    let dry = ["--dry-run", "--as-of", "2099-01-01", "--format", "json"];
    let shown = json(&due(&dry).ok(0).stdout);
    assert_eq!(shown["kind"], "rotations-plan");
    assert_eq!(shown["rows"][0]["account"], "etl");
    assert_eq!(shown["rows"][0]["stage"], "create");
    due(&["--dry-run", "--as-of", "2099-01-01"])
        .ok(0)
        .says("etl");
    // Of one that is open, what is left.
    world.rotate(&[]).ok(3);
    let shown = json(&due(&dry).ok(0).stdout);
    assert_eq!(shown["rows"][0]["stage"], "overlap");
    let none = World::new(&Roll::default());
    let ran = none
        .run(&["rotate", "--due", "--dry-run", "--format", "json"])
        .ok(0);
    assert_eq!(json(&ran.stdout)["rows"], serde_json::json!([]));
}

#[test]
fn a_program_reads_how_a_rotation_ended() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    let row = |ran: crate::binary::Ran| {
        let shown = json(&ran.stdout);
        assert_eq!(shown["kind"], "rotate");
        shown["rows"][0].clone()
    };
    let waits = row(world.rotate(&["--format", "json"]).ok(3));
    assert_eq!(
        (&waits["account"], &waits["result"]),
        (&"etl".into(), &"waits".into())
    );
    assert!(
        waits["why"]
            .as_str()
            .unwrap()
            .contains("both versions live until")
    );
    let due = ["rotate", "--due", "--yes", "--format", "json", FAR];
    let done = row(world.run(&due).ok(0));
    assert_eq!(
        (&done["result"], &done["why"]),
        (&"rotated".into(), &Value::Null)
    );
    let none = World::new(&Roll::default()).run(&due[..5]).ok(0);
    assert_eq!(json(&none.stdout)["rows"], serde_json::json!([]));
}

#[test]
fn a_name_that_is_nearly_one_is_known() {
    let world = World::bare(&Roll::default());
    for words in [
        &["rotate", "keys-admn"][..],
        &["revoke", "keys-admn"],
        &["test", "keys-admn"],
        &["evidence", "list", "keys-admn"],
        &["secret", "set", "keys-admn"],
    ] {
        world
            .run(words)
            .refused(2)
            .says("did you mean `keys-admin`?");
    }
}

#[test]
fn a_program_without_its_mode_is_not_said_to_be_missing() {
    let step = "[[procedure.keys-rotate.step]]\ntitle = \"Set it\"\nstage = \"set\"\ncommand = [\"set-password\"]\n";
    let world = World::new(&Roll::of(SINGLE, &[step]));
    world.program("set-password", "#!/bin/sh\n");
    let path = world
        .home
        .path()
        .join("config/keyroll/programs/set-password");
    crate::binary::set_mode(&path, 0o600);
    world.rotate(&[]).ok(4).says("is not executable (mode 600)");
    std::fs::remove_file(path).unwrap();
    world
        .rotate(&["--resume"])
        .ok(4)
        .says("there is no such program");
}

#[test]
fn what_an_abort_leaves_possibly_live_is_looked_at_again_by_a_revoke() {
    let world = World::new(&Roll::of(SHORT, &[CREATE, RETIRE]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("GET /me", 500)]);
    world.rotate(&[]).ok(4);
    world
        .rotate(&["--abort"])
        .ok(5)
        .says("`keyroll revoke etl --resume` looks again");
    assert_eq!(world.state(), "aborted");
}
