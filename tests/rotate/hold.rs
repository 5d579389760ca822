//! What holds a rotation: consumers that have not said that they have the new version, a provider that goes on accepting
//! the old one, and what was declared otherwise than it can be done.

use crate::server::OLD;
use crate::world::{CREATE, RETIRE, Roll, SHORT, TOKEN, World};

fn with_consumer(more: &str) -> Roll {
    let mut roll = Roll::default();
    roll.account = "consumers = [\"job\"]".to_owned();
    roll.more = format!("[consumer.job]\nhost = \"etl-01\"\n{more}\n");
    roll
}

#[test]
fn a_consumer_that_has_not_acknowledged_holds_the_promotion() {
    let world = World::new(&with_consumer(""));
    for more in [&[][..], &["--resume"]] {
        world
            .rotate(more)
            .ok(3)
            .says("keyroll consumer ack job etl");
        assert_eq!(world.stages(), ["current", "pending"]);
        assert_eq!(world.server.live().len(), 2);
    }
    world.run(&["consumer", "ack", "job", "etl"]).ok(0);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
    // Of another version it says nothing.
    world.rotate(&[]).ok(3);
    let fact =
        r#"{"fact":"acknowledged","account":"etl","version":3,"consumer":"job","on":"2026-11-22"}"#;
    let file = world.home.file("facts.jsonl", fact);
    world.run(&["import", "facts", &file]).ok(0);
    world.rotate(&["--resume"]).ok(0);
}

#[test]
fn a_consumer_that_fetches_the_value_needs_to_say_nothing() {
    let world = World::new(&with_consumer("fetches = true"));
    world.rotate(&[]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn what_was_acknowledged_of_a_forgotten_version_counts_for_no_other() {
    let mut roll = with_consumer("");
    roll.policy = crate::world::SINGLE;
    roll.steps = crate::world::PASSWORD.to_owned();
    let world = World::new(&roll);
    world
        .server
        .manners(|manners| manners.refuses = vec![("PUT", 403)]);
    world.rotate(&[]).ok(4);
    let fact =
        r#"{"fact":"acknowledged","account":"etl","version":2,"consumer":"job","on":"2026-11-22"}"#;
    let file = world.home.file("facts.jsonl", fact);
    world.run(&["import", "facts", &file]).ok(0);
    world.rotate(&["--abort"]).ok(0);
    world.rotate(&[]).ok(3).says("consumer ack job etl");
}

#[test]
fn a_provider_that_lies_on_delete_leaves_the_version_possibly_live() {
    let world = World::new(&Roll::default());
    world.server.manners(|manners| manners.lies = true);
    world
        .rotate(&[])
        .ok(5)
        .says("POSSIBLY LIVE")
        .says("still accepted");
    assert_eq!(world.stages(), ["possibly-live", "current"]);
    world.run(&["check"]).ok(5);
    // Nobody by himself, and everybody is told.
    for status in [5, 5, 5] {
        world.run(&["rotate", "--due", "--yes"]).ok(status);
    }
    assert_eq!(world.server.count("DELETE"), 1);
    assert_eq!(world.state(), "stalled");
    // The delete is asked for once more before it is looked at again.
    world.rotate(&["--resume"]).ok(5);
    assert_eq!(world.server.count("DELETE"), 2);
    world.server.manners(|manners| manners.lies = false);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn a_delete_that_is_refused_is_done_where_the_provider_refuses_the_version() {
    let retire = RETIRE.replace("expect = [204, 404]", "expect = 204");
    let world = World::new(&Roll::of(SHORT, &[CREATE, &retire]));
    world
        .server
        .manners(|manners| manners.mumbles = vec![("DELETE", 500)]);
    world.rotate(&[]).ok(4);
    assert_eq!(world.entries("retire"), ["unknown"]);
    // It was deleted: now it is not found.
    world
        .rotate(&["--resume"])
        .ok(0)
        .says("refuses version 1 already");
    assert_eq!(world.stages(), ["revoked", "current"]);
    // One that is refused and still works stays where it is.
    world
        .server
        .manners(|manners| manners.refuses = vec![("DELETE", 403); 3]);
    for more in [&[][..], &["--resume"], &["--resume"]] {
        world.rotate(more).ok(4);
        assert_eq!(world.stages(), ["revoked", "previous", "current"]);
    }
    assert_eq!(world.state(), "stalled");
}

#[test]
fn what_takes_a_while_at_the_provider_is_asked_again_until_it_is_refused() {
    let mut roll = Roll::default();
    roll.provider = "max-lag = \"5m\"";
    let world = World::new(&roll);
    world.server.manners(|manners| manners.lag = 1);
    world.rotate(&[]).ok(0);
    // The new one; the old one and the administrator before; the new one after; the old one until it is refused, and the
    // new one beside that.
    assert_eq!(world.server.count("GET /me"), 1 + 2 + 1 + 2 + 1);
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn a_token_that_is_held_is_asked_until_it_is_refused() {
    let mut roll = Roll::default();
    roll.tests = TOKEN.to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(0).says("in a held session");
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn a_token_that_outlives_its_key_leaves_the_version_possibly_live() {
    let mut roll = Roll::default();
    roll.tests = TOKEN.to_owned();
    let world = World::new(&roll);
    world.server.manners(|manners| manners.lasting = true);
    let ran = world.rotate(&[]).ok(5);
    ran.says("a fresh logon is refused, a held session still accepted");
    assert_eq!(world.stages(), ["possibly-live", "current"]);
    // Nobody holds it any more, and nobody knows how long it lives.
    let ran = world.rotate(&["--resume"]).ok(5);
    ran.says("max-lag");
    assert_eq!(world.stages(), ["possibly-live", "current"]);
    // It is known now, and long over.
    roll.provider = "max-lag = \"10m\"";
    world.apply(&roll);
    // No option says that it is another day.
    let asked = world.server.count("");
    world
        .rotate(&["--resume", "--as-of=2031-01-01"])
        .refused(2)
        .says("--dry-run");
    assert_eq!(world.server.count(""), asked);
    assert_eq!(world.stages(), ["possibly-live", "current"]);
    world
        .rotate(&["--resume", "KEYROLL_CLOCK=2031-01-01T00:00:00Z"])
        .ok(0)
        .says("the longest lag is over");
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn a_password_is_taken_away_from_a_token_too() {
    let mut roll = Roll::of(crate::world::SINGLE, &[crate::world::PASSWORD]);
    roll.tests = TOKEN.to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(0).says("in a held session");
    assert_eq!(world.stages(), ["revoked", "current"]);
    world.server.manners(|manners| manners.lasting = true);
    world
        .rotate(&[])
        .ok(5)
        .says("a held session still accepted");
}

#[test]
fn a_provider_without_a_read_test_holds_the_promotion() {
    let mut roll = Roll::default();
    roll.tests = String::new();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3).says("declares no read test");
    assert_eq!(world.stages(), ["current", "pending"]);
    assert!(world.server.works(OLD));
}
