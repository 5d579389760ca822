//! What is not known to have happened is found out, never assumed; and what was made and does not work is given up.

use crate::server::OLD;
use crate::world::{CREATE, DISCARD, FIND, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World};

fn with_find() -> World {
    World::new(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]))
}

#[test]
fn a_key_that_nobody_saw_is_found_by_its_tag_taken_away_and_made_again() {
    let world = with_find();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4).says("not known");
    assert_eq!(world.entries("create")[0], "unknown");
    assert_eq!(world.server.ids(), ["k1", "k2"]);
    world.rotate(&["--resume"]).ok(0).says("[8/8] finish");
    assert_eq!(world.server.ids(), ["k3"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn where_nothing_is_found_by_the_tag_nothing_is_taken_away() {
    let world = with_find();
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 500)]);
    world.rotate(&[]).ok(4);
    world.rotate(&["--resume", &world.later()]).ok(0);
    assert_eq!(world.server.count("GET /keys"), 1);
    assert_eq!(world.server.count("DELETE"), 1);
    assert_eq!(world.server.ids(), ["k2"]);
}

#[test]
fn a_key_that_nobody_can_look_for_waits_for_somebody() {
    let world = World::new(&Roll::default());
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    let tag = world.last().tag();
    // However often it is asked.
    for _ in 0..4 {
        let ran = world.rotate(&["--resume"]).ok(3);
        ran.says(&tag).says("--made-nothing");
        assert_eq!(world.server.count("POST /keys"), 1);
    }
    world.run(&["rotate", "--due", "--yes"]).ok(3);
    assert_eq!(world.server.count("POST /keys"), 1);
    world.server.state().keys.retain(|key| key.name != tag);
    world.rotate(&["--resume", "--made-nothing"]).ok(0);
    assert_eq!(world.server.ids(), ["k3"]);
    world.is_sound();
}

#[test]
fn a_key_that_nobody_saw_is_not_forgotten_by_giving_up() {
    let world = World::new(&Roll::default());
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.rotate(&["--abort"]).ok(5).says(&world.last().tag());
    assert_eq!(world.state(), "open");
    world.rotate(&["--abort", "--made-nothing"]).ok(0);
    assert_eq!(world.state(), "aborted");
    let found = with_find();
    found.server.manners(|manners| manners.cuts = 1);
    found.rotate(&[]).ok(4);
    found.rotate(&["--abort"]).ok(0);
    assert_eq!(found.server.ids(), ["k1"]);
    assert_eq!(found.stages(), ["current"]);
}

#[test]
fn a_refusal_after_an_attempt_that_nobody_saw_leaves_it_unknown() {
    let create = CREATE.replace(
        "Bearer {admin}\" }, body",
        "Bearer {admin}\", Idempotency-Key = \"{tag}\" }, body",
    );
    let create = create.replace("expect = 201", "expect = [200, 201]");
    let world = World::new(&Roll::of(SHORT, &[&create, RETIRE]));
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 403)]);
    world.rotate(&["--resume"]).ok(4);
    assert_eq!(world.entries("create")[0], "unknown");
    world.rotate(&["--abort"]).ok(5);
    assert_eq!(world.state(), "open");
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k2"]);
}

#[test]
fn a_request_that_says_itself_that_it_is_the_same_is_repeated() {
    let create = CREATE.replace(
        "Bearer {admin}\" }, body",
        "Bearer {admin}\", Idempotency-Key = \"{tag}\" }, body",
    );
    let create = create.replace("expect = 201", "expect = [200, 201]");
    let world = World::new(&Roll::of(SHORT, &[&create, RETIRE]));
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k2"]);
    assert_eq!(world.server.count("POST /keys"), 2);
}

#[test]
fn a_server_that_hangs_is_not_waited_for_and_its_key_is_found() {
    let world = with_find();
    world.configure("[http]\ntimeout = 3\n");
    world.server.manners(|manners| manners.hangs = 1);
    world.rotate(&[]).ok(4).says("not known");
    // What is asked for from now on has as long as it needs.
    world.configure("[http]\ntimeout = 60\n");
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k3"]);
}

#[test]
fn what_cannot_even_begin_is_not_uncertain() {
    let world = World::new(&Roll::default());
    let mut roll = Roll::default();
    roll.admin = "nobody-knows";
    roll.more = "[account.nobody-knows]\nprovider = \"keys\"\nenvironment = \"production\"\n\
        boundary = [\"femo\"]\nworkflow = \"x\"\nlevel = \"read-only-import\"\n\
        [account.nobody-knows.credential]\nkind = \"api-key\"\nstore = \"age\"\n"
        .to_owned();
    world.apply(&roll);
    let ran = world.rotate(&[]).clean();
    assert_ne!(ran.status, Some(0), "{ran:#?}");
    assert_eq!(world.server.count(""), 0);
    assert_eq!(world.entries("create")[0], "failed");
    world.set("nobody-knows", crate::server::ADMIN);
    world.rotate(&["--resume"]).ok(0);
}

#[test]
fn a_new_key_that_does_not_work_is_never_promoted() {
    let world = with_find();
    world.server.manners(|manners| manners.dead = 1);
    for more in [&[][..], &["--resume"], &["--resume"]] {
        world.rotate(more).ok(4).says("does not work");
        assert_eq!(world.stages(), ["current", "pending"]);
        assert_eq!(world.server.ids(), ["k1", "k2"]);
        assert_eq!(world.server.live(), [OLD]);
        assert_eq!(world.server.count("DELETE"), 0);
    }
    assert_eq!(world.state(), "stalled");
    // Nothing goes on by itself.
    let before = world.server.count("");
    let ran = world.run(&["rotate", "--due", "--yes"]).ok(4);
    ran.says("stalled");
    assert_eq!(world.server.count(""), before);
    // Somebody looked.
    world.rotate(&["--resume"]).ok(4);
    assert_eq!(world.state(), "open");
    world.rotate(&["--abort"]).ok(0).says("given up");
    assert_eq!(world.state(), "aborted");
    assert_eq!(world.stages(), ["current", "revoked"]);
    assert_eq!(world.server.ids(), ["k1"]);
    assert_eq!(world.server.live(), [OLD]);
    world.rotate(&[]).ok(0);
    assert_eq!(world.stages(), ["revoked", "revoked", "current"]);
    assert_eq!(world.server.ids(), ["k3"]);
    world.is_sound();
}

#[test]
fn what_is_given_up_is_taken_away_and_seen_to_be_refused() {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE, DISCARD]);
    roll.account = "consumers = [\"etl\"]".to_owned();
    roll.more = "[consumer.etl]\nhost = \"etl-01\"\n".to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3);
    assert_eq!(world.server.ids(), ["k1", "k2"]);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.server.live(), [OLD]);
    assert_eq!(world.stages(), ["current", "revoked"]);
    world.is_sound();
    // A provider that only says that it took it away.
    world.rotate(&[]).ok(3);
    world.server.manners(|manners| manners.lies = true);
    world.rotate(&["--abort"]).ok(5);
    assert_eq!(world.stages(), ["current", "revoked", "possibly-live"]);
    world.run(&["check"]).ok(5);
    world.is_sound();
}

#[test]
fn nothing_is_given_up_once_the_new_version_has_taken_over() {
    let world = World::new(&Roll::default());
    world
        .server
        .manners(|manners| manners.refuses = vec![("DELETE", 500)]);
    world.rotate(&[]).ok(4);
    assert_eq!(world.stages(), ["previous", "current"]);
    world.rotate(&["--abort"]).ok(4).says("current one already");
    assert_eq!(world.stages(), ["previous", "current"]);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k2"]);
}

#[test]
fn nothing_is_given_up_where_the_old_version_is_gone() {
    let world = World::new(&Roll::of(SINGLE, &[RETIRE, CREATE]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 403)]);
    world.rotate(&[]).ok(4);
    let before = world.holds();
    world
        .rotate(&["--abort"])
        .ok(4)
        .says("may not work any more");
    assert!(world.holds() == before);
    world.rotate(&["--resume"]).ok(0);

    let world = World::new(&Roll::of(SINGLE, &[PASSWORD]));
    world
        .server
        .manners(|manners| manners.mumbles = vec![("PUT", 500)]);
    world.rotate(&[]).ok(4);
    world
        .rotate(&["--abort"])
        .ok(4)
        .says("may not work any more");
    // Not even when a refusal follows.
    world
        .server
        .manners(|manners| manners.refuses = vec![("PUT", 400)]);
    let new = world.server.live();
    world
        .rotate(&["--resume"])
        .ok(0)
        .says("accepts version 2 already");
    assert_eq!(world.server.live(), new);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn a_password_that_was_set_unseen_by_the_account_itself_is_found_to_work() {
    let mut roll = Roll::of(SINGLE, &[PASSWORD]);
    roll.admin = "etl";
    let world = World::new(&roll);
    world
        .server
        .manners(|manners| manners.mumbles = vec![("PUT", 500)]);
    world.rotate(&[]).ok(4);
    // The old value sets nothing any more.
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn a_provider_that_gives_the_old_value_again_ends_nothing() {
    let world = World::new(&Roll::of(SHORT, &[CREATE, RETIRE, DISCARD]));
    world.server.manners(|manners| manners.same = true);
    world
        .rotate(&[])
        .ok(4)
        .says("is that of the version before it");
    assert_eq!(world.stages(), ["current", "pending"]);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.server.live(), [OLD]);
    assert_eq!(world.stages(), ["current"]);
    assert_eq!(world.server.count("DELETE"), 0);
}

#[test]
fn a_version_that_the_provider_never_heard_of_is_forgotten() {
    let world = World::new(&Roll::of(SINGLE, &[PASSWORD]));
    world
        .server
        .manners(|manners| manners.refuses = vec![("PUT", 403)]);
    world.rotate(&[]).ok(4);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.stages(), ["current"]);
    assert_eq!(world.server.live(), [OLD]);
    world.rotate(&[]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
}
