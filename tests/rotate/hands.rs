//! What a person does, and what a program of the user's own does.

use std::process::Command;

use rexpect::session::{PtySession, spawn_command};

use crate::server::OLD;
use crate::world::{RETIRE, Roll, SHORT, SINGLE, World};

const PATIENCE_MS: u64 = 30_000;

const BY_HAND: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key in the console"
stage = "create"
manual = "Open the console, and make a key for svc-etl."
[[procedure.keys-rotate.step]]
title = "Delete the old key in the console"
stage = "retire"
manual = "Delete key k1."
"#;

/// A command with somebody at its terminal.
pub fn at_a_terminal(world: &World, words: &[&str]) -> PtySession {
    let like = world.command(words);
    let mut command = Command::new(like.get_program());
    command.args(like.get_args()).current_dir(world.home.path());
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.env("TERM", "dumb").env("COLUMNS", "200");
    spawn_command(command, Some(PATIENCE_MS)).unwrap()
}

/// Says at a step that it is done, with a note.
fn done(session: &mut PtySession, note: &str) {
    session.exp_string("is it done? [y/N]").unwrap();
    session.send_line("y").unwrap();
    session.exp_string("or nothing:").unwrap();
    session.send_line(note).unwrap();
}

#[test]
fn what_is_done_by_hand_waits_off_a_terminal_and_is_done_at_one() {
    let world = World::new(&Roll::of(SHORT, &[BY_HAND]));
    world.rotate(&[]).ok(3).says("is done by hand");
    assert_eq!(world.server.count(""), 0);
    assert_eq!(world.stages(), ["current"]);
    assert_eq!(world.entries("create"), ["waiting"]);
    let new = "new-canary-by-hand-Pq3sTv6w";
    {
        let mut state = world.server.state();
        let mut key = state.keys[0].clone();
        key.id = "k2".to_owned();
        key.secret = new.to_owned();
        state.keys.push(key);
    }
    let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes", "--resume"]);
    session.exp_string("make a key for svc-etl").unwrap();
    done(&mut session, "made by anna");
    session.exp_string("(not shown):").unwrap();
    session.send_line(new).unwrap();
    let said = session.exp_string("Delete key k1.").unwrap();
    assert!(!said.contains(new), "{said}");
    session.exp_string("is it done? [y/N]").unwrap();
    world.server.state().keys.remove(0);
    session.send_line("y").unwrap();
    session.exp_string("or nothing:").unwrap();
    session.send_line("").unwrap();
    session.exp_string("rotated").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.value(None), new);
    world.is_sound();
}

#[test]
fn what_nobody_says_is_done_is_not() {
    let world = World::new(&Roll::of(SHORT, &[BY_HAND]));
    let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes"]);
    session.exp_string("is it done? [y/N]").unwrap();
    session.send_line("").unwrap();
    session.exp_string("waits").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(world.stages(), ["current"]);
    assert!(world.server.works(OLD));
}

#[test]
fn no_in_any_form_is_not_done() {
    let world = World::new(&Roll::of(SHORT, &[BY_HAND]));
    for words in [
        &["n"][..],
        &["NO"],
        &["nein", "not yet", "n"],
        &["nada", ""],
    ] {
        let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes"]);
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                session.exp_string("answer y or n").unwrap();
            }
            session.exp_string("is it done? [y/N]").unwrap();
            session.send_line(word).unwrap();
        }
        session.exp_string("nobody said that it is").unwrap();
        session.exp_eof().unwrap();
        assert_eq!(world.entries("create"), ["waiting"], "{words:?}");
        world.rotate(&["--abort"]).ok(0);
    }
    assert_eq!(world.stages(), ["current"]);
}

#[test]
fn who_is_cut_off_while_they_do_it_by_hand_may_have_done_it() {
    let world = World::new(&Roll::of(SHORT, &[BY_HAND]));
    let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes"]);
    session.exp_string("is it done? [y/N]").unwrap();
    session
        .process_mut()
        .kill(rexpect::process::Signal::SIGKILL)
        .unwrap();
    drop(session);
    assert_eq!(world.entries("create"), ["started"]);
    world.rotate(&["--abort"]).ok(5).says("by hand");
    assert_eq!(world.state(), "open");
    // Whoever is not there knows nothing more of it.
    world.rotate(&["--resume"]).ok(3);
    assert_eq!(world.entries("create"), ["unknown"]);
    world.rotate(&["--abort", "--made-nothing"]).ok(0);
    assert_eq!(world.state(), "aborted");
}

#[test]
fn what_somebody_says_is_not_done_waits_as_before() {
    let world = World::new(&Roll::of(SHORT, &[BY_HAND]));
    let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes"]);
    session.exp_string("is it done? [y/N]").unwrap();
    session.send_line("").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(world.entries("create"), ["waiting"]);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.state(), "aborted");
}

const PROGRAM: &str = r#"
[[procedure.keys-rotate.step]]
title = "Set it by a program"
stage = "set"
command = ["set-password", "{identity}"]
"#;

/// Hands over what it reads to the server, and writes down what it was called with.
fn set_password(world: &World, stdin: &str) {
    let address = world.server.address;
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > called\nenv > surroundings\n{stdin}\n\
         printf 'header = \"Authorization: Bearer %s\"\\n' {} > curl.conf\n\
         printf '{{\"password\":\"%s\"}}' \"$secret\" | \
         curl -sf -K curl.conf -X PUT --data @- http://{address}/users/$1/password\n\
         status=$?; rm curl.conf; exit $status\n",
        crate::server::ADMIN
    );
    world.program("set-password", &script);
}

#[test]
fn a_program_is_given_the_new_value_on_its_standard_input_alone() {
    let world = World::new(&Roll::of(SINGLE, &[PROGRAM]));
    set_password(&world, "IFS= read -r secret");
    world.rotate(&[]).ok(0);
    let value = world.value(None);
    assert_eq!(world.server.live(), std::slice::from_ref(&value));
    let folder = world.home.path().join("config/keyroll/programs");
    let called = std::fs::read_to_string(folder.join("called")).unwrap();
    assert_eq!(called, "svc-etl\n");
    let around = std::fs::read_to_string(folder.join("surroundings")).unwrap();
    assert!(!around.contains(&value) && !around.contains(OLD));
    assert!(around.contains("KEYROLL_ENDPOINT="));
}

#[test]
fn a_program_may_be_given_the_administrators_secret_too() {
    let step = format!("{PROGRAM}stdin = \"{{admin}}\\n{{secret}}\\n\"\n");
    let world = World::new(&Roll::of(SINGLE, &[&step]));
    set_password(
        &world,
        "IFS= read -r admin; IFS= read -r secret; [ \"$admin\" ] || exit 9",
    );
    world.rotate(&[]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn a_program_that_fails_leaves_it_open_what_it_did() {
    let world = World::new(&Roll::of(SINGLE, &[PROGRAM]));
    world.program("set-password", "#!/bin/sh\nexit 7\n");
    world.rotate(&[]).ok(4).says("ended with status 7");
    assert_eq!(world.entries("set"), ["unknown"]);
    world.rotate(&["--abort"]).ok(4);
    set_password(&world, "IFS= read -r secret");
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}

const MINT: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key by a program"
stage = "create"
command = ["mint", "{identity}"]
stdin = "{admin}\n"
secret = "/token"
id = "/id"
"#;

fn mint(world: &World, last: &str) {
    let address = world.server.address;
    let script = format!(
        "#!/bin/sh\nIFS= read -r admin\nprintf 'header = \"Authorization: Bearer %s\"\\n' \"$admin\" > curl.conf\n\
         curl -sf -K curl.conf --data '{{\"name\":\"x\",\"user\":\"svc-etl\"}}' http://{address}/keys\n\
         rm curl.conf; {last}\n"
    );
    world.program("mint", &script);
}

#[test]
fn a_program_gives_the_new_value_on_its_standard_output() {
    let world = World::new(&Roll::of(SHORT, &[MINT, RETIRE]));
    mint(&world, "");
    world.rotate(&[]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn a_program_that_may_have_made_a_key_is_not_run_again_unasked() {
    let world = World::new(&Roll::of(SHORT, &[MINT, RETIRE]));
    mint(&world, "exit 1");
    world.rotate(&[]).ok(4);
    world.rotate(&["--resume"]).ok(3).says("--made-nothing");
    assert_eq!(world.server.count("POST /keys"), 1);
    // One that is given the tag can tell that it made one.
    let tagged = MINT.replace("\"{identity}\"]", "\"{identity}\", \"{tag}\"]");
    let world = World::new(&Roll::of(SHORT, &[&tagged, RETIRE]));
    mint(&world, "exit 1");
    world.rotate(&[]).ok(4);
    mint(&world, "");
    world.rotate(&["--resume"]).ok(0);
}

#[test]
fn a_program_that_others_may_write_is_not_run() {
    let world = World::new(&Roll::of(SINGLE, &[PROGRAM]));
    set_password(&world, "IFS= read -r secret");
    let path = world
        .home
        .path()
        .join("config/keyroll/programs/set-password");
    crate::binary::set_mode(&path, 0o777);
    world.rotate(&[]).ok(4).says("is not run");
    assert_eq!(world.server.live(), [OLD]);
}

#[test]
fn what_somebody_saw_refused_is_said_in_that_very_word() {
    let roll = Roll {
        tests: String::new(),
        ..Roll::default()
    };
    let world = World::new(&roll);
    let mut session = at_a_terminal(&world, &["revoke", "etl", "--emergency", "--yes"]);
    session.exp_string("is it done? [y/N]").unwrap();
    session.send_line("").unwrap();
    session.exp_string("type `refused`").unwrap();
    session.send_line("it still works").unwrap();
    session.exp_string("POSSIBLY LIVE").unwrap();
    session.exp_eof().unwrap();
    // Nobody did it, and nobody doubts that.
    assert_eq!(world.entries("withdraw"), ["waiting"]);
    assert_eq!(world.stages(), ["possibly-live"]);
    let mut session = at_a_terminal(&world, &["revoke", "etl", "--resume"]);
    done(&mut session, "the key was Xk7QmZ29vB4LpW8sTn3R");
    session.exp_string("the look of a secret").unwrap();
    session.exp_string("or nothing:").unwrap();
    session.send_line("").unwrap();
    session.exp_string("type `refused`").unwrap();
    session.send_line("refused").unwrap();
    session.exp_string("a note").unwrap();
    session.send_line("401 at noon").unwrap();
    session.exp_string("REVOKED").unwrap();
    session.exp_eof().unwrap();
    assert_eq!(world.stages(), ["revoked"]);
    assert_eq!(world.server.count(""), 0);
}

const CUT: &str = r#"
[[procedure.keys-rotate.step]]
title = "Take the old key away by a program"
stage = "retire"
command = ["cut", "{previous.id}"]
"#;

#[test]
fn a_program_that_takes_the_old_version_away_is_never_given_the_new_secret_unasked() {
    for (policy, steps) in [
        (SHORT, [crate::world::CREATE, CUT]),
        (SINGLE, [CUT, crate::world::CREATE]),
    ] {
        let world = World::new(&Roll::of(policy, &steps));
        let address = world.server.address;
        let script = format!(
            "#!/bin/sh\ncat > given\nprintf 'header = \"Authorization: Bearer %s\"\\n' {} > curl.conf\n\
             curl -sf -K curl.conf -X DELETE http://{address}/keys/$1\nstatus=$?; rm curl.conf; exit $status\n",
            crate::server::ADMIN
        );
        world.program("cut", &script);
        world.rotate(&[]).ok(0);
        let given = world.home.path().join("config/keyroll/programs/given");
        assert_eq!(std::fs::read_to_string(given).unwrap(), OLD);
        assert_eq!(world.server.live(), [world.value(None)]);
    }
}

/// With a key that somebody made in the console.
fn made_by_hand(world: &World, new: &str) {
    let mut state = world.server.state();
    let mut key = state.keys[0].clone();
    key.id = "k2".to_owned();
    key.secret = new.to_owned();
    state.keys.push(key);
}

#[test]
fn a_value_that_was_made_by_hand_is_handed_over_without_a_terminal() {
    let (make, _) = BY_HAND.split_at(BY_HAND.rfind("[[").unwrap());
    let world = World::new(&Roll::of(SHORT, &[make, RETIRE]));
    let new = "new-canary-by-hand-Pq3sTv6w";
    let give = |words: &[&str]| {
        let words = [&["secret", "set", "etl"], words].concat();
        crate::binary::fed(world.command(&words), new)
    };
    world
        .rotate(&[])
        .ok(3)
        .says("keyroll secret set etl --pending");
    made_by_hand(&world, new);
    // It is no current version before it was seen to work.
    give(&[]).refused(4).says("is open");
    give(&["--pending", "--id", "k2"])
        .ok(0)
        .says("keyroll rotate etl --resume");
    assert_eq!(world.stages(), ["current", "pending"]);
    assert_eq!(world.entries("create"), ["done"]);
    assert_eq!(world.last().version, Some(2));
    // Another one is not what it waits for.
    give(&["--pending"]).refused(4).says("is open");
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.value(None), new);
    assert_eq!(world.server.live(), [new]);
    world.is_sound();
}
