//! Neither the old secret, the new one nor the administrator's stands anywhere but where it must.

use std::fs;

use crate::binary::finish;
use crate::finder::Finder;
use crate::server::{ADMIN, OLD};
use crate::trace::{calls, traced};
use crate::world::{CREATE, DISCARD, FIND, OVERLAP, RETIRE, Roll, World};

#[test]
fn no_secret_is_said_written_or_given_as_an_argument() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE, FIND, DISCARD]));
    world.server.manners(|manners| {
        manners.cuts = 1;
        manners.dead = 1;
    });
    let log = world.home.path().join("trace.txt");
    let sessions = [
        (&["KEYROLL_CLOCK=2031-01-01T00:00:00Z"][..], 4),
        (&["--resume", "KEYROLL_CLOCK=2031-01-01T00:05:00Z"], 3),
        (&["--resume", "KEYROLL_CLOCK=2031-01-03T00:00:00Z"], 0),
    ];
    let news = ["02", "03"].map(|number| format!("new-canary-{number}-Jc6vRk4wYx8zTm1"));
    let finder = Finder::new(&[
        ("old", OLD.as_bytes()),
        ("admin", ADMIN.as_bytes()),
        ("new 2", news[0].as_bytes()),
        ("new 3", news[1].as_bytes()),
    ]);
    for (more, status) in sessions {
        let command = world.command(&[&["rotate", "etl", "--yes"], more].concat());
        let mut command = traced(&command, &log, &[]);
        command.stdin(std::process::Stdio::null());
        command.stdout(std::process::Stdio::piped());
        command.stderr(std::process::Stdio::piped());
        let ran = finish(command).ok(status);
        assert!(finder.find(ran.stdout.as_bytes()).is_empty(), "{ran:#?}");
        assert!(finder.find(ran.stderr.as_bytes()).is_empty(), "{ran:#?}");
        let mut sent = 0;
        for call in calls(&log) {
            // What goes over the wire is what it is for.
            if call.what.starts_with("socket:") {
                sent += usize::from(!finder.find(&call.bytes).is_empty());
                continue;
            }
            let found = finder.find(&call.bytes);
            assert!(found.is_empty(), "{} {}: {found:?}", call.name, call.what);
        }
        assert!(sent > 0, "nothing was sent in {more:?}");
        fs::remove_file(&log).unwrap();
        assert_eq!(finder.find_below(world.home.path()), []);
    }
    let dumped = world.run(&["audit", "log", "--format", "jsonl"]).ok(0);
    assert!(finder.find(dumped.stdout.as_bytes()).is_empty());
    assert_eq!(world.server.live(), [world.value(None)]);
}
