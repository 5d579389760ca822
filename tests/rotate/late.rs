//! A create that takes effect after nobody waits for it any more: what was not found once may still come.

use crate::server::OLD;
use crate::world::{CREATE, DISCARD, FIND, RETIRE, Roll, SHORT, World};

/// A world whose first create is held back when nobody waits for it any more.
fn held_back() -> World {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]);
    roll.provider = "max-lag = \"5m\"";
    let world = World::new(&roll);
    world.server.hold_unheard("POST /keys");
    world.rotate(&[]).ok(4).says("not known");
    world
}

/// Now it takes effect.
fn comes(world: &World) {
    world.server.let_go("POST /keys");
    world
        .server
        .until("a second key", |state| state.keys.len() == 2);
}

#[test]
fn what_is_not_found_at_once_may_still_come_and_nothing_is_made_again_before() {
    let world = held_back();
    for _ in 0..4 {
        world
            .rotate(&["--resume"])
            .ok(3)
            .says("may still")
            .says("rotate etl --resume` looks again");
    }
    world.run(&["rotate", "--due", "--yes"]).ok(3);
    assert_eq!(world.state(), "open");
    assert_eq!(world.entries("create")[0], "unknown");
    assert_eq!(world.server.count("POST /keys"), 1);
    // It is found.
    comes(&world);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k3"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn what_has_not_come_in_time_is_made_again() {
    let world = held_back();
    world.rotate(&["--resume"]).ok(3);
    // That it was looked for moves nothing.
    world.rotate(&["--resume", &world.later()]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 2);
    world.is_sound();
}

#[test]
fn nothing_is_given_up_while_a_key_may_still_come() {
    let world = held_back();
    world
        .rotate(&["--abort"])
        .ok(5)
        .says("POSSIBLY LIVE")
        .says(&world.last().tag());
    assert_eq!(world.state(), "open");
    comes(&world);
    world.rotate(&["--abort"]).ok(0);
    assert_eq!(world.server.live(), [OLD]);
    assert_eq!(world.state(), "aborted");

    let world = held_back();
    world.rotate(&["--abort"]).ok(5);
    world.rotate(&["--abort", "--made-nothing"]).ok(0);
    let world = held_back();
    world.rotate(&["--abort", &world.later()]).ok(0);
}

#[test]
fn what_was_only_said_to_be_taken_away_is_told() {
    let world = World::new(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]));
    world.server.manners(|manners| {
        manners.cuts = 1;
        manners.lies = true;
    });
    world.rotate(&[]).ok(4);
    world
        .rotate(&["--resume"])
        .ok(5)
        .says("`k2` was made")
        .says("still there");
    assert_eq!(world.server.count("POST /keys"), 1);
    world.server.manners(|manners| manners.lies = false);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.ids(), ["k3"]);
}
