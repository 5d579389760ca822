//! Two commands at one account at the same time: never are two journals open, nothing is lost, and each says what happened.

use std::process::Child;

use crate::binary::{Ran, ended};
use crate::world::{
    CREATE, CUT, DISCARD, FIND, OVERLAP, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World,
};

/// Whoever is held waits for as long as the test needs.
fn world(roll: &Roll) -> World {
    let world = World::new(roll);
    world.configure("[http]\ntimeout = 600\n");
    world
}

fn begun(world: &World, words: &[&str]) -> Child {
    world.command(words).spawn().unwrap()
}

fn end(child: Child, what: &str) -> Ran {
    ended(child, what.to_owned()).clean()
}

fn open(world: &World) -> usize {
    let operations = world.operations();
    operations.iter().filter(|it| it.is_open()).count()
}

const EMERGENCY: &[&str] = &["revoke", "etl", "--emergency", "--yes"];
const RESUME: &[&str] = &["revoke", "etl", "--resume", "--yes"];

#[test]
fn a_key_that_is_made_while_an_emergency_begins_is_kept_and_taken_away() {
    for finds in [false, true] {
        let steps: &[&str] = match finds {
            true => &[CREATE, RETIRE, FIND, DISCARD],
            false => &[CREATE, RETIRE],
        };
        let world = world(&Roll::of(SHORT, steps).cut());
        world.server.hold("POST /keys", true);
        let rotation = begun(&world, &["rotate", "etl", "--yes"]);
        world.server.until_held("POST /keys");
        world
            .run(EMERGENCY)
            .ok(5)
            .says(&world.operations()[0].tag());
        world.server.let_go("POST /keys");
        let ran = end(rotation, "rotate").ok(5);
        ran.says("emergency 2, which tester")
            .says("closed rotation 1; ")
            .says("version 2, which the provider made meanwhile, is sealed")
            .says("`keyroll revoke etl --resume` takes it away");
        assert_eq!(world.stages(), ["revoked", "possibly-live"]);
        let version = &world.versions("etl")[1];
        assert_eq!(version.id.as_ref().unwrap().as_str(), "k2");
        assert_eq!(
            version.tag.as_ref().unwrap().as_str(),
            world.operations()[0].tag()
        );
        assert_eq!(world.server.live(), [world.value(Some(2))]);
        world.run(&["check"]).ok(5);
        world.run(RESUME).ok(0).says("version 2: REVOKED");
        assert_eq!(world.stages(), ["revoked", "revoked"]);
        assert!(world.server.live().is_empty());
        assert_eq!(open(&world), 0);
        world.run(&["audit", "verify"]).ok(0);
    }
}

#[test]
fn a_key_that_an_emergency_finds_before_its_value_is_here_is_gone_and_seen_to_be() {
    let world = world(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]).cut());
    world.server.hold("POST /keys", false);
    let rotation = begun(&world, &["rotate", "etl", "--yes"]);
    world.server.until_held("POST /keys");
    world
        .run(EMERGENCY)
        .ok(0)
        .says("it was found, and taken away");
    assert!(world.server.live().is_empty());
    world.server.let_go("POST /keys");
    end(rotation, "rotate")
        .ok(5)
        .says("an emergency closed rotation 1");
    assert_eq!(world.stages(), ["revoked", "possibly-live"]);
    world.run(&["check"]).ok(5);
    // Nobody ever saw it accepted: that it is refused proves nothing, however often it is looked at.
    for _ in 0..2 {
        world
            .run(RESUME)
            .ok(5)
            .says("was not seen to be accepted before");
        assert_eq!(world.stages(), ["revoked", "possibly-live"]);
    }
}

#[test]
fn a_rotation_that_retires_the_old_version_is_closed_by_an_emergency_and_says_so() {
    let world = world(&Roll::of(OVERLAP, &[CREATE, RETIRE]).cut());
    world.rotate(&[]).ok(3);
    let late = "KEYROLL_CLOCK=2031-01-01T00:00:00Z";
    world.server.hold("DELETE", true);
    let rotation = begun(&world, &["rotate", "etl", "--yes", "--resume", late]);
    world.server.until_held("DELETE");
    world.run(&[EMERGENCY, &[late]].concat()).ok(0);
    world.server.let_go("DELETE");
    end(rotation, "rotate")
        .ok(4)
        .says("an emergency closed rotation 1, and is over");
    assert_eq!(world.stages(), ["revoked", "revoked"]);
    assert!(world.server.live().is_empty());
    let states: Vec<String> = world
        .operations()
        .iter()
        .map(|it| it.state.to_string())
        .collect();
    assert_eq!(states, ["aborted", "done"]);
    world.run(&["audit", "verify"]).ok(0);
}

#[test]
fn a_rotation_in_its_overlap_goes_on_beside_no_emergency() {
    let world = world(&Roll::of(OVERLAP, &[CREATE, RETIRE]).cut());
    world.rotate(&[]).ok(3);
    world.server.hold("DELETE", true);
    let emergency = begun(&world, EMERGENCY);
    world.server.until_held("DELETE");
    world
        .rotate(&["--resume"])
        .ok(4)
        .says("no rotation but emergency");
    world.rotate(&[]).clean();
    assert_eq!(open(&world), 1);
    world.server.let_go("DELETE");
    end(emergency, "revoke").ok(0);
    assert_eq!(world.stages(), ["revoked", "revoked"]);
}

#[test]
fn of_two_emergencies_one_goes_on_and_the_other_says_so() {
    let world = world(&Roll::default().cut());
    world.server.hold("DELETE", true);
    let first = begun(&world, EMERGENCY);
    world.server.until_held("DELETE");
    world.run(EMERGENCY).ok(0).says("emergency 1 goes on");
    world.server.let_go("DELETE");
    end(first, "revoke")
        .ok(0)
        .says("another command brought emergency 1 to its end")
        .says("version 1: REVOKED");
    assert_eq!(world.operations().len(), 1);
    assert_eq!(world.stages(), ["revoked"]);
    world.run(&["audit", "verify"]).ok(0);
}

#[test]
fn emergencies_that_begin_together_are_one() {
    for _ in 0..4 {
        let world = world(&Roll::default().cut());
        let all: Vec<Child> = (0..3).map(|_| begun(&world, EMERGENCY)).collect();
        for child in all {
            let ran = end(child, "revoke");
            let is_told = matches!(ran.status, Some(0 | 3 | 4 | 5));
            assert!(is_told, "{ran:#?}");
            assert!(open(&world) <= 1);
        }
        if open(&world) == 1 {
            world.run(RESUME).ok(0);
        }
        assert_eq!(world.operations().len(), 1, "{:#?}", world.operations());
        assert_eq!(world.stages(), ["revoked"]);
        world.run(&["audit", "verify"]).ok(0);
    }
}

#[test]
fn a_planned_revoke_is_closed_by_an_emergency_and_says_so() {
    let world = world(&Roll::default().cut());
    world.server.hold("DELETE", true);
    let planned = begun(&world, &["revoke", "etl", "--yes"]);
    world.server.until_held("DELETE");
    world.run(EMERGENCY).ok(0);
    world.server.let_go("DELETE");
    end(planned, "revoke")
        .ok(0)
        .says("emergency 2, which tester")
        .says("closed revoke 1, and this command stops")
        .says("version 1: REVOKED");
    assert_eq!(world.stages(), ["revoked"]);
    assert_eq!(open(&world), 0);
}

#[test]
fn a_value_that_is_being_told_is_not_called_revoked_before_that_is_over() {
    let identity = CUT.replace("/keys/{id}", "/users/{identity}");
    let mut roll = Roll::of(SINGLE, &[PASSWORD]).cut();
    roll.more = roll.more.replace(CUT, &identity);
    let world = world(&roll);
    world.server.hold("PUT", true);
    let rotation = begun(&world, &["rotate", "etl", "--yes"]);
    world.server.until_held("PUT");
    let later = world.later();
    world
        .run(EMERGENCY)
        .ok(5)
        .says("version 2: POSSIBLY LIVE: may still come to be accepted");
    world.server.let_go("PUT");
    end(rotation, "rotate")
        .ok(5)
        .says("closed rotation 1; nothing more is done here");
    // Told after the identity was taken away: it works, and nobody said that it does not.
    let new = world.value(Some(2));
    assert!(world.server.works(&new));
    world
        .run(RESUME)
        .ok(5)
        .says("may still come to be accepted");
    // That it works was seen, and it was taken away; it is seen to be refused once it can come no more.
    let late = [RESUME, &[&later]].concat();
    world.run(&late).ok(0);
    assert!(!world.server.works(&new));
    assert_eq!(world.stages(), ["revoked", "revoked"]);
}

#[test]
fn a_key_that_is_made_while_an_emergency_is_at_work_goes_in_that_same_emergency() {
    let world = world(&Roll::of(SHORT, &[CREATE, RETIRE]).cut());
    world.server.hold("POST /keys", true);
    world.server.hold("DELETE", true);
    let rotation = begun(&world, &["rotate", "etl", "--yes"]);
    world.server.until_held("POST /keys");
    let emergency = begun(&world, EMERGENCY);
    world.server.until_held("DELETE");
    world.server.let_go("POST /keys");
    end(rotation, "rotate").ok(5);
    world.server.let_go("DELETE");
    end(emergency, "revoke")
        .ok(0)
        .says("version 1: REVOKED")
        .says("version 2: REVOKED");
    assert_eq!(world.stages(), ["revoked", "revoked"]);
    assert!(world.server.live().is_empty());
    assert_eq!(open(&world), 0);
    world.run(&["audit", "verify"]).ok(0);
}
