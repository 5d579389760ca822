//! What the command line says: where an id is a secret, which ways lead on, and what a program reads of it all.

use crate::binary::fed;
use crate::server::OLD;
use crate::world::{Roll, World};

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
