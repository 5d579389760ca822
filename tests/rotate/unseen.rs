//! What a create may have made without our seeing it: it is looked for as whoever made it, long enough, and nothing of
//! anybody else goes with it.

use std::process::Stdio;

use keyroll::model::date::Timestamp;

use crate::server::{Key, OLD};
use crate::world::{BLUE_GREEN, CREATE, CUT, DISCARD, FIND, RETIRE, Roll, SHORT, World};

/// What comes before a request, as a step says it.
const BEFORE: &str = r#"before = [{ http = { method = "POST", path = "/token", form = { client_secret = "{admin}" } }, take = { session = "/access_token" } }]
http = "#;

const OTHER: &str = r#"
[account.other]
provider = "keys"
environment = "production"
boundary = ["femo"]
workflow = "other"
level = "read-only-import"
[account.other.credential]
kind = "api-key"
store = "age"
identity = ["svc-other"]
"#;

const SHOW: &str = r#"
[[procedure.keys-rotate.step]]
title = "Have its value shown"
stage = "create"
http = { method = "POST", path = "/keys/{id}/show", header = { Authorization = "Bearer {admin}" } }
secret = "/token"
"#;

/// The same step, after a logon.
fn logged_on(step: &str) -> String {
    let step = step.replace("http = ", BEFORE);
    step.replace("Bearer {admin}", "Bearer {session}")
}

fn with_find() -> Roll {
    Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD])
}

#[test]
fn what_another_account_has_on_record_is_never_taken_away() {
    for words in [
        ["rotate", "etl", "--yes", "--resume"],
        ["rotate", "etl", "--yes", "--abort"],
        ["revoke", "etl", "--yes", "--emergency"],
    ] {
        let mut roll = with_find().cut();
        roll.more.push_str(OTHER);
        let world = World::new(&roll);
        let key = Key {
            is_dead: false,
            id: "k0".to_owned(),
            name: "by hand".to_owned(),
            user: "svc-other".to_owned(),
            secret: "others-canary-Rv6tYb2n".to_owned(),
            lag: None,
        };
        let set = ["secret", "set", "other", "--id", "k0"];
        crate::binary::fed(world.command(&set), &key.secret).ok(0);
        world.server.state().keys.insert(0, key);
        world.server.manners(|manners| {
            manners.cuts = 1;
            manners.deaf = true;
        });
        world.rotate(&[]).ok(4);
        world
            .run(&words)
            .ok(5)
            .says("names `k0`, which is version 1 of account/other: nothing is taken away");
        assert!(world.server.ids().contains(&"k0".to_owned()));
    }
}

#[test]
fn in_an_emergency_it_is_looked_for_under_the_identity_that_it_was_made_for() {
    let create = CREATE.replace("\"{tag}\"", "\"{tag}-{identity}\"");
    let find = FIND.replace("{tag}", "{tag}-{identity}");
    let mut roll = Roll::of(BLUE_GREEN, &[&create, RETIRE, &find, DISCARD]).cut();
    roll.identity = r#"["svc-etl", "svc-etl-b"]"#;
    let world = World::new(&roll);
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    assert_eq!(world.server.ids(), ["k1", "k2"]);
    world
        .run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(0)
        .says("it was found, and taken away");
    assert!(world.server.ids().is_empty());
}

#[test]
fn what_is_known_goes_before_what_nobody_saw_is_looked_for() {
    let world = World::new(&with_find().cut());
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(0);
    assert!(first(&world, "DELETE /keys/k1") < first(&world, "GET /keys"));
    assert!(world.server.ids().is_empty());
}

#[test]
fn whoever_administers_itself_looks_while_it_still_can() {
    let mut roll = with_find().cut();
    roll.admin = "etl";
    let world = World::new(&roll);
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world
        .run(&["revoke", "etl", "--emergency", "--yes"])
        .says("it was found, and taken away");
    assert!(first(&world, "GET /keys") < first(&world, "DELETE /keys/k1"));
    assert!(world.server.ids().is_empty());
}

#[test]
fn a_look_that_hangs_keeps_no_known_key_from_going() {
    let mut roll = with_find().cut();
    roll.admin = "etl";
    let world = World::new(&roll);
    world.configure("[http]\ntimeout = 300\n");
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.server.hold("GET /keys", true);
    world.server.hold("DELETE /keys/k1", false);
    let mut command = world.command(&["revoke", "etl", "--emergency", "--yes"]);
    command.env("KEYROLL_HASTE", "1").stdin(Stdio::null());
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    world.server.until_held("DELETE /keys/k1");
    world.server.let_go("GET /keys");
    world.server.let_go("DELETE /keys/k1");
    child.wait().unwrap();
}

#[test]
fn what_a_logon_is_answered_says_nothing_of_what_goes() {
    let mut roll = Roll::default();
    roll.account.push_str("revoke = \"cut\"\n");
    roll.more.push_str(&logged_on(CUT));
    for more in [&[] as &[&str], &["--emergency"]] {
        let words = [&["revoke", "etl", "--yes"], more].concat();
        let world = World::new(&roll);
        world
            .server
            .manners(|manners| manners.refuses = vec![("DELETE /keys/", 500)]);
        let _ = world.run(&words).clean();
        assert_ne!(world.entries("withdraw"), ["done"]);
        world
            .server
            .manners(|manners| manners.refuses = vec![("POST /token", 404)]);
        let _ = world.run(&["revoke", "etl", "--yes", "--resume"]).clean();
        assert_ne!(world.entries("withdraw"), ["done"]);
        assert!(world.server.works(OLD));
        world.run(&["revoke", "etl", "--yes", "--resume"]).ok(0);
        assert!(!world.server.works(OLD));
    }
}

#[test]
fn what_came_before_a_create_gives_it_longer_to_come() {
    let world = World::new(&Roll::of(SHORT, &[&logged_on(CREATE), RETIRE, FIND, DISCARD]).cut());
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 500)]);
    world.rotate(&[]).ok(4);
    let at = world.last().entries[0].at.unwrap().unix();
    let clock = |seconds: i64| {
        let then = Timestamp::from_unix(at + seconds);
        format!("KEYROLL_CLOCK={then}")
    };
    // A request may take 30 seconds, and there are two.
    let words = ["--resume", &clock(45)];
    world.rotate(&words).ok(3).says("and may still");
    // Whether a program was to make it nobody knows then: that may take a minute.
    let words = ["revoke", "etl", "--yes", "--emergency", &clock(75)];
    world.run(&words).ok(5).says("may still come");
    let words = ["revoke", "etl", "--yes", "--resume", &clock(91)];
    world.run(&words).ok(0).says("it is not there");
}

#[test]
fn what_is_made_in_part_and_comes_to_nothing_stalls() {
    let world = World::new(&Roll::of(
        SHORT,
        &[
            &CREATE.replace("secret = \"/token\"\n", ""),
            SHOW,
            RETIRE,
            FIND,
            DISCARD,
        ],
    ));
    world
        .server
        .manners(|manners| manners.mumbles = vec![("POST /keys/", 500); 20]);
    world.rotate(&[]).ok(4);
    for _ in 0..8 {
        let ran = world.run(&["rotate", "--due", "--yes"]).clean();
        assert_ne!(ran.status, Some(0), "{ran:#?}");
    }
    assert_eq!(world.state(), "stalled");
    let state = world.server.state();
    let made = state.asked.iter().filter(|line| *line == "POST /keys");
    assert_eq!(made.count(), 3);
}

/// Which request was the first of a kind.
fn first(world: &World, line: &str) -> usize {
    let state = world.server.state();
    let mut asked = state.asked.iter();
    asked.position(|asked| asked == line).unwrap()
}
