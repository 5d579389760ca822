//! `keyroll rotate --due`: for cron, where nobody is there.

use std::fs::OpenOptions;

use crate::binary::ended;
use crate::server::OLD;
use crate::world::{CREATE, OVERLAP, RETIRE, Roll, World};

const FAR: &str = "KEYROLL_CLOCK=2031-01-01T00:00:00Z";

fn due(world: &World, more: &[&str]) -> crate::binary::Ran {
    world.run(&[&["rotate", "--due", "--yes"], more].concat())
}

/// More accounts like the first, with a key each.
fn several(names: &[&str]) -> World {
    several_of(Roll::default(), names)
}

fn several_of(mut roll: Roll, names: &[&str]) -> World {
    for name in names {
        roll.more.push_str(&format!(
            "[account.{name}]\nprovider = \"keys\"\nenvironment = \"production\"\nboundary = [\"femo\"]\n\
             workflow = \"{name}\"\nlevel = \"read-only-import\"\nrotation = \"standard\"\nrotate = \"keys-rotate\"\n\
             canary = {{ visible = \"WO-1\" }}\n\
             owner = {{ business = \"person/anna-berg\", technical = \"person/anna-berg\" }}\n\
             [account.{name}.credential]\nkind = \"api-key\"\nstore = \"age\"\nidentity = [\"svc-{name}\"]\n"
        ));
    }
    let world = World::new(&roll);
    for name in names {
        let old = format!("old-of-{name}-Rw5tYp9s");
        let words = ["secret", "set", name, "--id", name];
        crate::binary::fed(world.command(&words), &old).ok(0);
        let mut state = world.server.state();
        let like = state.keys[0].clone();
        state.keys.push(crate::server::Key {
            id: (*name).to_owned(),
            user: format!("svc-{name}"),
            secret: old,
            ..like
        });
    }
    world
}

#[test]
fn what_is_due_is_rotated_and_what_is_not_is_left() {
    let world = World::new(&Roll::default());
    due(&world, &[]).ok(0);
    assert_eq!(world.server.count(""), 0);
    let world = World::new(&Roll::default());
    due(&world, &[FAR]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn what_waits_goes_on_by_itself_once_it_can() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    due(&world, &[FAR]).ok(3);
    due(&world, &[FAR]).ok(3);
    assert!(world.server.works(OLD));
    due(&world, &["KEYROLL_CLOCK=2031-01-03T00:00:00Z"]).ok(0);
    assert_eq!(world.server.live(), [world.value(None)]);
}

#[test]
fn no_more_begin_than_was_said() {
    let world = several(&["b", "c"]);
    due(&world, &[FAR, "--max", "2"]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 2);
    due(&world, &[FAR, "--max", "2"]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 3);
    due(&world, &[FAR, "--max", "2"]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 3);
}

#[test]
fn an_account_that_fails_stops_no_other() {
    let world = several(&["b", "c"]);
    world
        .server
        .manners(|manners| manners.refuses = vec![("POST /keys", 403)]);
    let ran = due(&world, &[FAR]).ok(4);
    ran.says("refused with status 403");
    assert_eq!(world.server.count("POST /keys"), 3);
    assert_eq!(world.server.live().len(), 3);
    // The one that failed is tried again; the others are done.
    due(&world, &[FAR]).ok(0);
    assert_eq!(world.server.count("POST /keys"), 4);
}

#[test]
fn what_an_emergency_began_meanwhile_is_left_to_it() {
    let world = several_of(Roll::of(OVERLAP, &[CREATE, RETIRE]), &["b"]);
    world.configure("[http]\ntimeout = 600\n");
    world.run(&["rotate", "b", "--yes"]).ok(3);
    world.rotate(&[]).ok(3);
    world.server.hold("DELETE", true);
    let words = ["rotate", "--due", "--yes", FAR];
    let both = world.command(&words).spawn().unwrap();
    world.server.until_held("DELETE");
    // Nothing takes its keys away but somebody at the provider.
    let emergency = ["revoke", "etl", "--emergency", "--yes", FAR];
    world.run(&emergency).ok(5).says("NOT DONE, BY HAND");
    let begun = world.last();
    world.server.let_go("DELETE");
    ended(both, words.join(" "))
        .ok(0)
        .says("account/etl: what is open on it is no rotation but emergency")
        .says("`keyroll revoke etl --resume` goes on with it");
    assert_eq!(world.last(), begun);
    assert_eq!(world.entries("withdraw"), ["waiting", "waiting"]);
    assert_eq!(world.stages(), ["possibly-live", "possibly-live"]);
}

#[test]
fn of_two_at_once_one_works_and_the_other_says_so() {
    let world = World::new(&Roll::default());
    let mut path = world.home.store().into_os_string();
    path.push(".rotating");
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .unwrap();
    file.try_lock().unwrap();
    let before = world.holds();
    let ran = due(&world, &[FAR]).ok(0);
    ran.says("another `rotate --due` is at work");
    assert_eq!(world.server.count(""), 0);
    assert!(world.holds() == before);
    file.unlock().unwrap();
    due(&world, &[FAR]).ok(0);
    assert_eq!(world.stages(), ["revoked", "current"]);
}

#[test]
fn of_two_that_resume_the_same_one_only_one_acts() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    world.rotate(&[FAR]).ok(3);
    let words = [
        "rotate",
        "etl",
        "--yes",
        "--resume",
        "KEYROLL_CLOCK=2031-01-03T00:00:00Z",
    ];
    let both: Vec<_> = (0..6)
        .map(|_| world.command(&words).spawn().unwrap())
        .collect();
    let ran: Vec<_> = both
        .into_iter()
        .map(|child| ended(child, "resume".to_owned()).clean())
        .collect();
    let done = ran.iter().filter(|ran| ran.status == Some(0)).count();
    assert_eq!(done, 1, "{ran:#?}");
    // Nobody saw the roll halfway: that would be a false alarm of a change without a trace.
    let said = ran.iter().all(|ran| matches!(ran.status, Some(0 | 4)));
    assert!(said, "{ran:#?}");
    assert_eq!(world.server.count("DELETE"), 1);
    assert_eq!(world.stages(), ["revoked", "current"]);
    world.is_sound();
}
