//! A provider that misunderstands, and steps that would take more away than they should.

use crate::hands::at_a_terminal;
use crate::server::OLD;
use crate::world::{
    BLUE_GREEN, CREATE, DISCARD, FIND, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World,
};

const REGENERATE: &str = r#"
[[procedure.keys-rotate.step]]
title = "Have a new value made"
stage = "create"
http = { method = "POST", path = "/users/{identity}/regenerate", header = { Authorization = "Bearer {admin}" }, expect = 201 }
secret = "/token"
"#;

#[test]
fn what_is_on_record_is_never_taken_away_whatever_the_provider_finds() {
    for more in ["--resume", "--abort"] {
        let world = World::new(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]));
        world.server.manners(|manners| {
            manners.cuts = 1;
            manners.deaf = true;
        });
        world.rotate(&[]).ok(4);
        world
            .rotate(&[more])
            .ok(5)
            .says("names `k1`, which is version 1");
        assert_eq!(world.server.count("DELETE"), 0);
        assert!(world.server.works(OLD));
        assert_eq!(world.state(), "open");
        world.server.manners(|manners| manners.deaf = false);
        world.rotate(&["--resume"]).ok(0);
        assert_eq!(world.server.ids(), ["k3"]);
    }
}

#[test]
fn what_could_be_the_current_version_is_not_taken_away_either() {
    let steps = [CREATE, FIND, DISCARD];
    let world = World::bare(&Roll::of(SHORT, &steps));
    world.set("etl", OLD);
    world.server.manners(|manners| {
        manners.cuts = 1;
        manners.deaf = true;
    });
    world.rotate(&[]).ok(4);
    let ran = world.rotate(&["--resume"]).ok(5);
    ran.says("keyroll credential id etl");
    assert_eq!(world.server.count("DELETE"), 0);
}

#[test]
fn what_is_taken_away_stands_in_the_journal() {
    let world = World::new(&Roll::of(SHORT, &[CREATE, RETIRE, FIND, DISCARD]));
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    world.rotate(&["--resume"]).ok(0);
    let entries = world.last().entries;
    let notes = entries.iter().filter_map(|entry| entry.note.as_ref());
    let notes: Vec<&str> = notes.map(|note| note.as_str()).collect();
    assert!(notes.contains(&"took `k2` away"), "{notes:?}");
}

#[test]
fn nothing_is_given_up_where_the_new_value_took_the_place_of_the_old_one() {
    let world = World::new(&Roll::of(SINGLE, &[REGENERATE]));
    world.server.manners(|manners| manners.cuts = 1);
    world.rotate(&[]).ok(4);
    assert!(!world.server.works(OLD));
    world
        .rotate(&["--abort"])
        .ok(4)
        .says("may not work any more");
    let ran = world.rotate(&["--resume"]).ok(3);
    ran.says("in the place of the old one");
    world.rotate(&["--resume", "--made-nothing"]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
    world.is_sound();
}

#[test]
fn a_session_is_held_before_a_value_is_made_in_place_of_the_old_one() {
    let mut roll = Roll::of(SINGLE, &[REGENERATE]);
    roll.tests = crate::world::TOKEN.to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(0).says("in a held session");
    let asked = world.server.state().asked.join(" ");
    assert!(asked.starts_with("POST /token"), "{asked}");
}

#[test]
fn a_step_that_would_take_the_new_version_away_does_not_begin() {
    let paths = [
        "/keys/{id}",
        "/keys/{credential.id}",
        "/users/{previous.identity}",
        "/users/{identity}",
    ];
    for path in paths {
        let retire = RETIRE.replace("/keys/{previous.id}", path);
        let world = World::new(&Roll::of(SHORT, &[CREATE, &retire]));
        let ran = world.rotate(&[]).refused(4);
        ran.says("would take the new version").says("{previous.id}");
        assert_eq!(world.server.count(""), 0);
    }
    // The secret that it takes away is the new one; what it logs on with may be.
    let logon = RETIRE.replace("{admin}", "{secret}");
    for path in ["/revoke", "/users/{identity}/revoke"] {
        let retire = logon.replace("/keys/{previous.id}", path);
        let world = World::new(&Roll::of(SHORT, &[CREATE, &retire]));
        world
            .rotate(&[])
            .refused(4)
            .says("would take the new version");
    }
    World::new(&Roll::of(SHORT, &[CREATE, &logon]))
        .rotate(&[])
        .ok(0);
    let both = RETIRE.replace("/keys/", "/users/{identity}/keys/");
    let other = RETIRE.replace("/keys/{previous.id}", "/users/{previous.identity}");
    let words = ["--dry-run"];
    World::new(&Roll::of(SHORT, &[CREATE, &both]))
        .rotate(&words)
        .ok(0);
    World::new(&Roll::of(SINGLE, &[&other, CREATE]))
        .rotate(&words)
        .ok(0);
    let mut roll = Roll::of(BLUE_GREEN, &[CREATE, &other]);
    roll.identity = r#"["svc-etl", "svc-etl-b"]"#;
    World::new(&roll).rotate(&words).ok(0);
}

#[test]
fn a_new_version_that_went_with_the_old_one_is_told_and_is_no_dead_end() {
    let world = World::new(&Roll::default());
    world.server.manners(|manners| manners.sweeps = true);
    world.rotate(&[]).ok(4).says("the NEW one");
    assert_eq!(world.state(), "stalled");
    world.run(&["rotate", "--due", "--yes"]).ok(4);
    // Both are refused now: that may be a closed door, so that somebody has to look.
    world
        .rotate(&["--resume"])
        .ok(5)
        .says("version 2 is not accepted either");
    let mut session = at_a_terminal(&world, &["rotate", "etl", "--yes", "--resume"]);
    session.exp_string("type `refused`").unwrap();
    session.send_line("refused").unwrap();
    session.exp_string("a note").unwrap();
    session.send_line("both are gone from its list").unwrap();
    session.exp_string("does not work").unwrap();
    session.exp_eof().unwrap();
    world.server.manners(|manners| manners.sweeps = false);
    world.rotate(&[]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn what_can_never_go_on_is_stalled_after_three_times() {
    let world = World::new(&lacking(Roll::default()));
    for words in [
        ["rotate", "etl", "--yes"],
        ["rotate", "--due", "--yes"],
        ["rotate", "--due", "--yes"],
    ] {
        let ran = world.run(&words).clean();
        assert_ne!(ran.status, Some(0), "{ran:#?}");
    }
    assert_eq!(world.state(), "stalled");
    assert_eq!(world.server.count(""), 0);
    let ran = world.run(&["rotate", "--due", "--yes", "--format", "csv"]);
    assert_eq!(
        ran.ok(4).stdout,
        "account,result,why\netl,stalled,rotation 1 is stalled after 3 failures\n"
    );
}

#[test]
fn the_administrators_value_is_not_opened_for_what_only_a_drill_asks() {
    let rehearsed = format!(
        "{}rehearse = {{ method = \"GET\", path = \"/users\", header = {{ Authorization = \"Bearer {{admin}}\" }} }}\n",
        PASSWORD.replace("{admin}", "{secret}")
    );
    let world = World::new(&lacking(Roll::of(SINGLE, &[&rehearsed])));
    // It is sent, and refused by the provider.
    world.rotate(&[]).ok(4).says("status 403");
}

/// Administered by an account whose value nobody has.
fn lacking(mut roll: Roll) -> Roll {
    roll.admin = "nobody-knows";
    roll.more = "[account.nobody-knows]\nprovider = \"keys\"\nenvironment = \"production\"\n\
        boundary = [\"femo\"]\nworkflow = \"x\"\nlevel = \"read-only-import\"\n\
        [account.nobody-knows.credential]\nkind = \"api-key\"\nstore = \"age\"\n"
        .to_owned();
    roll
}
