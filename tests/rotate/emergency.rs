//! An emergency beside a rotation that may have made a key which nobody saw.

use crate::server::OLD;
use crate::world::{CREATE, DISCARD, FIND, RETIRE, Roll, SHORT, World};

fn with_find() -> World {
    World::new(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]).cut())
}

fn without_find() -> World {
    World::new(&Roll::default().cut())
}

#[test]
fn a_key_that_nobody_saw_is_found_by_its_tag_and_taken_away_in_an_emergency() {
    let world = with_find();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    let tag = world.last().tag();
    assert_eq!(world.server.ids(), ["k1", "k2"]);
    world
        .run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(0)
        .says(&tag)
        .says("it was found, and taken away");
    assert!(world.server.ids().is_empty());
    assert_eq!(world.stages(), ["revoked"]);
    let states: Vec<String> = world
        .operations()
        .iter()
        .map(|it| it.state.to_string())
        .collect();
    assert_eq!(states, ["aborted", "done"]);
}

#[test]
fn a_key_that_nobody_can_look_for_is_possibly_live_until_somebody_has_looked() {
    let world = without_find();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    let tag = world.last().tag();
    let live = format!("`{tag}`: POSSIBLY LIVE: look for `{tag}` at the provider");
    for words in [&["--emergency"][..], &["--emergency"], &["--resume"]] {
        let words = [&["revoke", "etl", "--yes"], words].concat();
        world
            .run(&words)
            .ok(5)
            .says(&live)
            .says("`keyroll revoke etl --resume --made-nothing`")
            .says("version 1: REVOKED");
        world.run(&["check"]).ok(5).says(&tag);
    }
    // Giving it up settles nothing.
    world
        .run(&["revoke", "etl", "--abort", "--yes"])
        .ok(5)
        .says(&live);
    world.run(&["check"]).ok(5).says(&tag);
    for words in [
        &["remove", "etl", "--with-history"][..],
        &["retire", "etl", "--now", "--reason", "over"],
    ] {
        let words = [&["account"], words, &["--yes"]].concat();
        world.run(&words).refused(4).says(&tag);
    }
    world
        .run(&["revoke", "etl", "--resume", "--yes"])
        .ok(5)
        .says(&live);
    let rows = ["revoke", "etl", "--resume", "--yes", "--format", "json"];
    let ran = world.run(&rows).ok(5);
    assert!(ran.stdout.contains(&tag) && ran.stdout.contains("possibly-live"));
    world
        .run(&["revoke", "etl", "--resume", "--yes", "--made-nothing"])
        .ok(0)
        .says("somebody looked");
    let ran = world.run(&["check"]).clean();
    assert_ne!(ran.status, Some(5), "{ran:#?}");
    world
        .run(&["revoke", "etl", "--resume", "--yes"])
        .refused(4);
}

#[test]
fn giving_it_up_settles_it_where_somebody_says_that_nothing_is_there() {
    let world = without_find();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(5);
    world
        .run(&["revoke", "etl", "--abort", "--yes", "--made-nothing"])
        .ok(0);
    world
        .run(&["revoke", "etl", "--resume", "--yes"])
        .refused(4);
}

#[test]
fn an_account_without_a_version_is_cut_off_where_a_key_may_have_been_made() {
    let world = World::bare(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]).cut());
    world.server.state().keys.clear();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    assert_eq!(world.server.ids(), ["k2"]);
    world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(0);
    assert!(world.server.ids().is_empty());
}

#[test]
fn what_is_not_found_in_an_emergency_may_still_come() {
    let world = with_find();
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 500)]);
    // However long the commands take.
    let now = "KEYROLL_CLOCK=2031-01-01T00:00:00Z";
    world.rotate(&[now]).ok(4);
    let later = world.later();
    for words in [&["--emergency"][..], &["--resume"]] {
        let words = [&["revoke", "etl", "--yes", now], words].concat();
        world
            .run(&words)
            .ok(5)
            .says("it is not there, and may still come");
    }
    assert_eq!(world.stages(), ["revoked"]);
    world
        .run(&["revoke", "etl", "--yes", "--resume", &later])
        .ok(0)
        .says("it is not there");
}

#[test]
fn what_find_names_and_is_on_record_is_not_discarded_in_an_emergency() {
    let world = with_find();
    world.server.manners(|manners| {
        manners.cuts = 1;
        manners.deaf = true;
        manners.lies = true;
    });
    world.rotate(&[]).ok(4);
    world
        .run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(5)
        .says("which is version 1")
        .says("nothing is taken away");
    // Asked for by the revoke alone.
    assert_eq!(world.server.count("DELETE"), 1);
    assert!(world.server.works(OLD));
}

#[test]
fn an_emergency_after_an_emergency_looks_for_what_the_first_one_did_not_find() {
    let world = without_find();
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    let tag = world.last().tag();
    world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(5);
    world.run(&["revoke", "etl", "--abort", "--yes"]).ok(5);
    world.set("etl", "another-canary-Qm4wXz7");
    world.server.state().keys.retain(|key| key.id != "k1");
    world
        .run(&["revoke", "etl", "--emergency", "--yes"])
        .ok(5)
        .says(&tag);
}

#[test]
fn a_key_that_somebody_may_have_made_by_hand_is_possibly_live() {
    let manual = "[[procedure.keys-rotate.step]]\ntitle = \"Make one\"\nstage = \"create\"\nmanual = \"make a key\"\n";
    let world = World::new(&Roll::of(SHORT, &[manual, RETIRE]).cut());
    world.rotate(&[]).ok(3);
    // Nobody was asked: nothing was made.
    world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(0);
}
