//! What the command line says: where an id is a secret, which ways lead on, and what a program reads of it all.

use crate::binary::fed;
use crate::server::OLD;
use crate::world::{CREATE, OVERLAP, RETIRE, Roll, SINGLE, World};

#[test]
fn no_secret_is_recorded_as_an_id() {
    let world = World::new(&Roll::default());
    let inside = format!("key {OLD} of etl");
    let token = ["ghp_", "16C7e42F292c6912E7710c838347Ae178B4a"].concat();
    let long = "eyJhbGciOi".repeat(40);
    let before = world.bytes();
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
    assert!(world.bytes() == before);
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
