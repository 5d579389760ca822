//! A new value that takes several requests: a logon before, and what one made being named by the next.

use crate::server::OLD;
use crate::world::{DISCARD, FIND, RETIRE, Roll, SHORT, World};

const LOGON: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key"
stage = "create"
before = [{ http = { method = "POST", path = "/token", form = { client_secret = "{admin}" } }, take = { session = "/access_token" } }]
http = { method = "POST", path = "/keys", header = { Authorization = "Bearer {session}" }, body = { name = "{tag}", user = "{identity}" }, expect = 201 }
secret = "/token"
id = "/id"
"#;

const FIRST: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key"
stage = "create"
http = { method = "POST", path = "/keys", header = { Authorization = "Bearer {admin}" }, body = { name = "{tag}", user = "{identity}" }, expect = 201 }
id = "/id"
"#;

const READ: &str = r#"
[[procedure.keys-rotate.step]]
title = "Read its value"
stage = "create"
http = { method = "GET", path = "/keys/{id}", header = { Authorization = "Bearer {admin}" } }
secret = "/token"
"#;

const SHOW: &str = r#"
[[procedure.keys-rotate.step]]
title = "Have its value shown"
stage = "create"
http = { method = "POST", path = "/keys/{id}/show", header = { Authorization = "Bearer {admin}" } }
secret = "/token"
"#;

#[test]
fn a_step_logs_on_each_time_that_it_is_done_and_keeps_no_token() {
    let world = World::new(&Roll::of(SHORT, &[LOGON, RETIRE]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /token", 403), ("POST /keys", 403)]);
    // What comes before does nothing by itself: the step has failed, and nobody wonders what it made.
    world.rotate(&[]).ok(4).says("answered with status 403");
    assert_eq!(world.entries("create"), ["failed"]);
    assert_eq!(world.server.count("POST /keys"), 0);
    world.rotate(&["--resume"]).ok(4);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.count("POST /token"), 3);
    assert_eq!(world.server.live(), [world.value(None)]);
    let bytes = std::fs::read(world.home.store()).unwrap();
    for token in [b"token-1", b"token-2"] {
        assert!(!bytes.windows(token.len()).any(|part| part == token));
    }
    world.is_sound();
}

#[test]
fn what_one_request_made_is_named_by_the_next() {
    for second in [READ, SHOW] {
        let world = World::new(&Roll::of(SHORT, &[FIRST, second, RETIRE]));
        world.rotate(&[]).ok(0);
        assert_eq!(world.server.live(), [world.value(None)]);
        let id = world.versions("etl")[1].id.clone().unwrap();
        assert_eq!(id.as_str(), "k2");
        // The id of the version is known, so that the next rotation can take it away.
        world.rotate(&[]).ok(0);
        assert_eq!(world.server.ids(), ["k3"]);
    }
}

#[test]
fn what_was_made_is_not_made_again_where_the_next_request_fails() {
    let world = World::new(&Roll::of(SHORT, &[FIRST, READ, RETIRE]));
    world
        .server
        .manners(|manners| manners.mumbles = vec![("GET /keys/", 500), ("GET /keys/", 403)]);
    world.rotate(&[]).ok(4);
    world.rotate(&["--resume"]).ok(4);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 1);
    assert_eq!(world.server.ids(), ["k2"]);
}

#[test]
fn what_may_have_been_made_in_part_is_looked_for_and_made_anew() {
    let steps = [FIRST, SHOW, RETIRE, FIND, DISCARD];
    let world = World::new(&Roll::of(SHORT, &steps));
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    assert_eq!(world.entries("create")[0], "unknown");
    world
        .server
        .manners(|manners| manners.mumbles = vec![("POST /keys/", 500)]);
    // The first is found and taken away; the second may have shown its value to nobody.
    world.rotate(&["--resume"]).ok(4);
    assert_eq!(world.server.ids(), ["k1", "k3"]);
    world.rotate(&["--resume"]).ok(3).says("makes it anew");
    assert_eq!(world.server.ids(), ["k1"]);
    assert_eq!(world.entries("create")[..2], ["waiting", "waiting"]);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k4"]);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn what_was_made_in_part_is_taken_away_where_it_is_given_up() {
    let world = World::new(&Roll::of(SHORT, &[FIRST, READ, RETIRE, FIND, DISCARD]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("GET /keys/", 403)]);
    world.rotate(&[]).ok(4);
    assert_eq!(world.server.ids(), ["k1", "k2"]);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.server.live(), [OLD]);
    assert_eq!(world.state(), "aborted");
    // Where nobody can look for it, somebody must.
    let world = World::new(&Roll::of(SHORT, &[FIRST, READ, RETIRE]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("GET /keys/", 403)]);
    world.rotate(&[]).ok(4);
    let tag = world.last().tag();
    world.rotate(&["--abort"]).ok(5).says(&tag);
    assert_eq!(world.state(), "open");
    world.rotate(&["--abort", "--made-nothing"]).ok(0);
}
