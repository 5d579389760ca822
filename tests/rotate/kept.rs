//! What a provider made is kept, whatever others do to the store meanwhile: its key is not renewed, and the account may be
//! any.

use crate::binary::ended;
use crate::world::{CREATE, RETIRE, Roll, SHORT, SINGLE, World};

const PART: &str = r#"
[[procedure.keys-rotate.step]]
title = "Make a key"
stage = "create"
http = { method = "POST", path = "/keys", header = { Authorization = "Bearer {admin}" }, body = { name = "{tag}", user = "{identity}" }, expect = 201 }
id = "/id"
[[procedure.keys-rotate.step]]
title = "Have its value shown"
stage = "create"
http = { method = "POST", path = "/keys/{id}/show", header = { Authorization = "Bearer {admin}" } }
secret = "/token"
"#;
const REGENERATE: &str = r#"
[[procedure.keys-rotate.step]]
title = "Have a new value made"
stage = "create"
http = { method = "POST", path = "/users/{identity}/regenerate", header = { Authorization = "Bearer {admin}" }, expect = 201 }
secret = "/token"
"#;

const ROTATE: &[&str] = &["rotate", "etl", "--yes"];
const ROTATE_KEY: &[&str] = &["secret", "rotate-key", "--yes"];

/// A world in which a request waits at the provider, before it has an effect or after, while something else is done.
fn meanwhile(roll: &Roll, line: &'static str, is_before: bool, what: impl Fn(&World)) -> World {
    let world = World::new(roll);
    world.configure("[http]\ntimeout = 600\n");
    world.server.hold(line, is_before);
    let rotation = world.command(ROTATE).spawn().unwrap();
    world.server.until_held(line);
    what(&world);
    world.server.let_go(line);
    let ran = ended(rotation, ROTATE.join(" ")).clean();
    world
        .home
        .file("ran", format!("{:?} {}", ran.status, ran.stderr));
    world
}

fn said(world: &World) -> String {
    std::fs::read_to_string(world.home.path().join("ran")).unwrap()
}

#[test]
fn the_key_of_the_store_stays_while_a_provider_makes_a_value() {
    let key = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";
    let world = meanwhile(
        &Roll::of(SHORT, &[CREATE, RETIRE]),
        "POST /keys",
        false,
        |world| {
            let identity = std::fs::read(world.home.identity()).unwrap();
            for words in [ROTATE_KEY, &["secret", "recipients", "add", "anna", key]] {
                let ran = world.run(words).refused(4);
                ran.says("rotation 1 of `account/etl` waits for a new value")
                    .says("nothing was changed");
            }
            assert!(std::fs::read(world.home.identity()).unwrap() == identity);
        },
    );
    assert!(said(&world).starts_with("Some(0) "), "{}", said(&world));
    assert_eq!(world.server.live(), [world.value(None)]);
    world.run(ROTATE_KEY).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn the_key_of_the_store_stays_where_an_emergency_closed_the_rotation() {
    let roll = Roll::of(SHORT, &[CREATE, RETIRE]).cut();
    let world = meanwhile(&roll, "POST /keys", false, |world| {
        world.run(&["revoke", "etl", "--emergency", "--yes"]).ok(5);
        world.run(ROTATE_KEY).refused(4).says("rotation 1");
    });
    assert_eq!(world.stages(), ["revoked", "possibly-live"]);
    assert_eq!(world.server.live(), [world.value(Some(2))]);
    world.run(ROTATE_KEY).ok(0);
    world.run(&["revoke", "etl", "--resume", "--yes"]).ok(0);
    assert!(world.server.live().is_empty());
}

#[test]
fn no_value_is_asked_for_where_the_key_of_the_store_was_renewed() {
    let world = meanwhile(
        &Roll::of(SHORT, &[PART, RETIRE]),
        "POST /keys",
        false,
        |world| {
            world.run(ROTATE_KEY).ok(0);
        },
    );
    assert!(said(&world).starts_with("Some(1) "), "{}", said(&world));
    assert!(said(&world).contains("`store-key` is not as it was"));
    assert_eq!(world.server.count("POST /keys/k2/show"), 0);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.server.count("POST /keys/k2/show"), 1);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn the_key_is_renewed_once_somebody_found_out_what_a_step_that_was_cut_off_made() {
    let world = World::new(&Roll::default());
    world.server.state().doom = Some(crate::server::Doom {
        at: 1,
        before_effect: false,
        victim: None,
    });
    let rotation = world.command(ROTATE).spawn().unwrap();
    world.server.victim(rotation.id());
    assert_eq!(ended(rotation, ROTATE.join(" ")).status, None);
    world.run(ROTATE_KEY).refused(4);
    world.rotate(&["--resume"]).ok(3);
    world.run(ROTATE_KEY).ok(0);
}

#[test]
fn a_value_is_kept_though_its_account_was_retired_meanwhile() {
    let in_place = Roll::of(SINGLE, &[REGENERATE]);
    for (roll, line) in [(Roll::default(), "POST /keys"), (in_place, "POST /users")] {
        let world = meanwhile(&roll, line, false, |world| {
            world
                .run(&["account", "set", "etl", "status=retired"])
                .ok(0);
        });
        assert_eq!(world.versions("etl").len(), 2, "{}", said(&world));
        assert!(world.versions("etl")[1].held.is_some());
        assert!(said(&world).contains("is sealed"), "{}", said(&world));
        world.run(&["secret", "verify"]).ok(0);
        assert_eq!(world.stages(), ["revoked", "current"]);
        world.is_sound();
    }
}
