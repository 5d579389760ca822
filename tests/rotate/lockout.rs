//! A provider that locks an identity after a number of bad logons: none is spent twice.

use crate::world::{CREATE, RETIRE, Roll, SHORT, World};

fn locks() -> Roll {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE]);
    roll.provider = "lockout-after = 3";
    roll
}

#[test]
fn a_bad_logon_that_is_not_known_as_one_is_not_repeated_by_the_next_look() {
    let mut roll = locks();
    // It answers 401, and the tests do not know that.
    roll.tests = roll.tests.replace("[401, 403", "[403");
    let world = World::new(&roll);
    world.rotate(&[]).ok(5).says("answered with status 401");
    let asked = world.server.count("GET /me");
    let ran = world
        .run(&["evidence", "list", "etl", "--format", "json"])
        .ok(0);
    ran.says("inconclusive").says("401");
    for more in [
        &["rotate", "etl", "--yes", "--resume"][..],
        &["rotate", "--due", "--yes"],
    ] {
        world.run(more).ok(5).says("another one could lock");
    }
    assert_eq!(world.server.count("GET /me"), asked);
    assert_eq!(world.stages(), ["possibly-live", "current"]);
}

#[test]
fn a_new_value_that_was_refused_is_tried_again_by_somebody_alone() {
    let world = World::new(&locks());
    world.server.manners(|manners| manners.dead = 1);
    world.rotate(&[]).ok(4).says("does not work");
    let asked = world.server.count("GET");
    for _ in 0..3 {
        world
            .rotate(&["--resume"])
            .ok(3)
            .says("keyroll test etl --version 2");
    }
    assert_eq!(world.server.count("GET"), asked);
    // It works now.
    let new = world.value(Some(2));
    {
        let mut state = world.server.state();
        let mut key = state.keys[0].clone();
        key.id = "k2".to_owned();
        key.secret = new.clone();
        state.keys.push(key);
    }
    world
        .run(&[
            "test",
            "etl",
            "--version",
            "2",
            "--yes",
            "--probe",
            "authenticate",
            "--probe",
            "read",
        ])
        .ok(0);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.live(), [new]);
}
