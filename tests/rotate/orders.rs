//! Every order that a rotation can go in, from its beginning to its end.

use crate::server::{BLUE, GREEN, OLD};
use crate::world::{
    BLUE_GREEN, CREATE, DISCARD, FIND, OVERLAP, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World,
};

#[test]
fn a_new_key_is_made_proven_and_taken_over_before_the_old_one_goes() {
    let world = World::new(&Roll::default());
    world.rotate(&[]).ok(0).says("rotated");
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    let asked = world.server.state().asked.join(" ");
    assert_eq!(
        asked,
        "POST /keys GET /me GET /orders/WO-1 GET /me GET /me DELETE /keys/k1 GET /me GET /me GET /me"
    );
    assert_eq!(world.state(), "done");
    world.is_sound();
}

#[test]
fn both_versions_live_until_the_overlap_is_over() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    let begun = "KEYROLL_CLOCK=2031-01-01T00:00:00Z";
    world
        .rotate(&[begun])
        .ok(3)
        .says("both versions live until");
    assert_eq!(world.stages(), ["previous", "current"]);
    assert_eq!(world.server.live(), [OLD.to_owned(), world.value(None)]);
    world.rotate(&["--resume", begun]).ok(3);
    assert!(world.server.works(OLD));
    world
        .rotate(&["--resume", "KEYROLL_CLOCK=2031-01-03T00:00:00Z"])
        .ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn a_value_of_our_own_making_takes_the_place_of_the_old_one() {
    let world = World::new(&Roll::of(SINGLE, &[PASSWORD]));
    world.rotate(&[]).ok(0);
    let value = world.value(None);
    assert_eq!(value.len(), 43);
    assert_eq!(world.server.live(), [value]);
    assert_eq!(world.stages(), ["revoked", "current"]);
    world.is_sound();
}

#[test]
fn a_value_is_made_as_the_procedure_says() {
    let mut roll = Roll::of(SINGLE, &[PASSWORD]);
    roll.steps = format!(
        "generate = {{ length = 24, alphabet = \"hex\" }}\n{}",
        roll.steps
    );
    let world = World::new(&roll);
    world.rotate(&[]).ok(0);
    let value = world.value(None);
    assert!(value.len() == 24 && value.bytes().all(|b| b.is_ascii_hexdigit()));
    assert_eq!(world.server.live(), [value]);
}

#[test]
fn where_a_user_has_one_key_the_old_one_goes_first() {
    let mut roll = Roll::of(SINGLE, &[RETIRE, CREATE]);
    roll.provider = "max-live-credentials = 1";
    let world = World::new(&roll);
    world.server.manners(|manners| manners.single = true);
    world.rotate(&[]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
    assert_eq!(world.server.live(), [world.value(None)]);
    let asked = world.server.state().asked.join(" ");
    let effects = asked.replace("GET /me ", "");
    assert!(effects.starts_with("DELETE /keys/k1 POST /keys"), "{asked}");
    world.is_sound();
}

#[test]
fn two_identities_take_turns_and_come_back() {
    let mut roll = Roll::of(BLUE_GREEN, &[CREATE, RETIRE]);
    roll.identity = r#"["svc-etl", "svc-etl-b"]"#;
    roll.provider = "max-live-credentials = 1";
    let world = World::new(&roll);
    world.server.manners(|manners| manners.single = true);
    for user in [GREEN, BLUE, GREEN] {
        world.rotate(&[]).ok(0);
        let live = world.server.live();
        assert_eq!(live, [world.value(None)]);
        let users: Vec<String> = world
            .server
            .state()
            .keys
            .iter()
            .filter(|key| key.lag.is_none())
            .map(|key| key.user.clone())
            .collect();
        assert_eq!(users, [user]);
    }
    assert_eq!(world.stages(), ["revoked", "revoked", "revoked", "current"]);
    world.is_sound();
}

#[test]
fn an_account_that_administers_itself_is_rotated_by_its_current_version() {
    for steps in [&[CREATE, RETIRE][..], &[PASSWORD]] {
        let mut roll = Roll::of(if steps.len() == 1 { SINGLE } else { SHORT }, steps);
        roll.admin = "etl";
        let world = World::new(&roll);
        world.rotate(&[]).ok(0);
        assert_eq!(world.server.live(), [world.value(None)]);
        world.rotate(&[]).ok(0);
        assert_eq!(world.server.live(), [world.value(None)]);
        assert_eq!(world.stages(), ["revoked", "revoked", "current"]);
        world.is_sound();
    }
}

#[test]
fn every_part_of_a_composite_credential_is_taken() {
    let create = CREATE.replace(
        r#"secret = "/token""#,
        r#"secret = { key = "/key", secret = "/token" }"#,
    );
    let mut roll = Roll::of(SHORT, &[&create, RETIRE]);
    roll.credential = r#"fields = ["key", "secret"]"#;
    roll.tests = roll.tests.replace("{secret}", "{secret.secret}");
    let world = World::bare(&roll);
    let words = ["secret", "set", "etl", "--id", "k1"];
    let old = format!(r#"{{"key":"K1","secret":"{OLD}"}}"#);
    crate::binary::fed(world.command(&words), old).ok(0);
    world.rotate(&[]).ok(0);
    let field = |name| {
        let words = ["secret", "get", "etl", "--field", name];
        world.run(&words).ok(0).stdout.trim_end().to_owned()
    };
    assert_eq!(field("key"), "K2");
    assert_eq!(world.server.live(), [field("secret")]);
}

#[test]
fn a_step_that_takes_other_fields_than_the_credential_has_asks_for_nothing() {
    let mut roll = Roll::default();
    roll.credential = r#"fields = ["key", "secret"]"#;
    roll.tests = roll.tests.replace("{secret}", "{secret.secret}");
    let world = World::bare(&roll);
    world.rotate(&[]).ok(4).says("`key`, `secret`");
    assert_eq!(world.server.count(""), 0);
    world.rotate(&["--abort"]).ok(0);
}

#[test]
fn the_id_and_the_end_that_the_provider_gives_are_kept() {
    let world = World::new(&Roll::default());
    world
        .server
        .manners(|manners| manners.ends = Some("2031-05-06T12:00:00Z"));
    world.rotate(&[]).ok(0);
    let new = world.versions("etl").pop().unwrap();
    assert_eq!(new.id.unwrap().as_str(), "k2");
    assert_eq!(new.seen_expires.unwrap().to_string(), "2031-05-06");
    assert_eq!(new.expires.unwrap().to_string(), "2031-05-06");
    let tag = world.operations().pop().unwrap().tag();
    assert_eq!(new.tag.unwrap().as_str(), tag);
    assert_eq!(world.server.state().keys[1].name, tag);
}

#[test]
fn a_value_whose_end_is_past_by_its_own_word_is_not_lost() {
    let world = World::new(&Roll::default());
    world
        .server
        .manners(|manners| manners.ends = Some("1999-01-01"));
    world.rotate(&[]).ok(0);
    let new = world.versions("etl").pop().unwrap();
    assert_eq!((new.expires, new.seen_expires.is_some()), (None, true));
}

#[test]
fn an_account_without_a_version_gets_its_first() {
    let world = World::bare(&Roll::default());
    world.rotate(&[]).ok(0);
    assert_eq!(world.stages(), ["current"]);
    assert!(world.server.works(&world.value(None)));
}

#[test]
fn an_old_version_whose_value_nobody_has_is_possibly_live_and_no_dead_end() {
    let world = World::bare(&Roll::default());
    let fact = r#"{"fact":"issued","account":"etl","version":1,"on":"2026-01-01"}"#;
    let file = world.home.file("facts.jsonl", fact);
    world.run(&["import", "facts", &file]).ok(0);
    world.run(&["credential", "id", "etl", "k1"]).ok(0);
    let ran = world.rotate(&[]).ok(5);
    ran.says("was never given version 1");
    assert_eq!(world.stages(), ["possibly-live", "current"]);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn what_the_procedure_becomes_later_changes_nothing_of_what_is_open() {
    let roll = Roll::of(OVERLAP, &[CREATE, RETIRE, FIND, DISCARD]);
    let world = World::new(&roll);
    world.rotate(&["KEYROLL_CLOCK=2031-01-01T00:00:00Z"]).ok(3);
    let mut other = roll.clone();
    other.steps = other
        .steps
        .replace("/keys/{previous.id}", "/other/{previous.id}");
    world.apply(&other);
    world
        .rotate(&["--resume", "KEYROLL_CLOCK=2031-01-03T00:00:00Z"])
        .ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}
