//! What does not begin, and what may not be done beside a rotation that is open.

use crate::binary::fed;
use crate::world::{CREATE, OVERLAP, PASSWORD, RETIRE, Roll, SHORT, SINGLE, World};

/// Refused, without a request and without a byte written.
fn refuses(world: &World, words: &[&str], why: &str) {
    let (before, asked) = (world.holds(), world.server.count(""));
    world.run(words).refused(4).says(why);
    assert!(world.holds() == before, "{words:?}");
    assert_eq!(world.server.count(""), asked, "{words:?}");
}

#[test]
fn a_dry_run_asks_nothing_of_the_provider_and_writes_nothing() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    let before = world.holds();
    let ran = world.run(&["rotate", "etl", "--dry-run"]).ok(0);
    ran.says("POST /keys").says("DELETE /keys/{previous.id}");
    let far = "--as-of=2031-01-01";
    world
        .run(&["rotate", "--due", "--dry-run", far])
        .ok(0)
        .says("POST /keys");
    assert!(world.holds() == before);
    assert_eq!(world.server.count(""), 0);
    let names: Vec<_> = std::fs::read_dir(world.home.store().parent().unwrap())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("roll.db.rotating-"))
        .collect();
    assert_eq!(names, [""; 0]);
}

#[test]
fn nothing_else_touches_the_versions_while_a_rotation_is_open() {
    let world = World::new(&Roll::of(OVERLAP, &[CREATE, RETIRE]));
    world.rotate(&[]).ok(3);
    let before = world.holds();
    for words in [
        &["secret", "set", "etl"][..],
        &["secret", "set", "etl", "--pending"],
    ] {
        fed(world.command(words), "another").refused(4);
    }
    for words in [
        &["credential", "promote", "etl", "--yes"][..],
        &["credential", "forget", "etl", "--number", "1", "--yes"],
        &["rotate", "etl", "--yes"],
    ] {
        let ran = world.run(words).clean();
        assert!(matches!(ran.status, Some(2 | 4)), "{ran:#?}");
    }
    assert!(world.holds() == before);
}

#[test]
fn no_value_comes_beside_the_one_that_a_rotation_makes() {
    let mut roll = Roll::of(SHORT, &[CREATE, RETIRE]);
    roll.account = "consumers = [\"job\"]".to_owned();
    roll.more = "[consumer.job]\nhost = \"etl-01\"\n".to_owned();
    let world = World::new(&roll);
    world.rotate(&[]).ok(3);
    let made = world.value(Some(2));
    let before = world.holds();
    for more in [&["--pending"][..], &["--pending", "--new"], &["--new"], &[]] {
        let words = [&["secret", "set", "etl"], more].concat();
        let ran = fed(world.command(&words), "another").refused(4);
        ran.says("keyroll rotate ACCOUNT --resume");
    }
    assert!(world.holds() == before);
    world.run(&["consumer", "ack", "job", "etl"]).ok(0);
    world.rotate(&["--resume"]).ok(0);
    assert_eq!(world.value(None), made);
    // Nor does one come while a rotation is at work.
    let mut path = world.home.store().into_os_string();
    path.push(".rotating-etl");
    let file = std::fs::File::create(path).unwrap();
    file.try_lock().unwrap();
    let ran = fed(
        world.command(&["secret", "set", "etl", "--pending"]),
        "another",
    )
    .refused(4);
    ran.says("at this moment");
}

#[test]
fn what_cannot_come_to_an_end_does_not_begin() {
    let world = World::bare(&Roll::default());
    world.set("etl", crate::server::OLD);
    let words = ["rotate", "etl", "--yes"];
    refuses(&world, &words, "has no id at the provider");
    world.run(&["credential", "id", "etl", "k1"]).ok(0);
    refuses(&world, &["rotate", "etl", "--yes", "--resume"], "is open");
    refuses(&world, &["rotate", "etl", "--yes", "--abort"], "is open");

    let mut roll = Roll::of(OVERLAP, &[CREATE, RETIRE]);
    roll.provider = "max-live-credentials = 1";
    refuses(&World::new(&roll), &words, "allows one");

    roll.provider = "max-live-credentials = 2";
    let world = World::new(&roll);
    let second = ["secret", "set", "etl", "--new"];
    fed(world.command(&second), "another-value-of-it").ok(0);
    refuses(&world, &words, "2 live versions already");

    let roll = Roll::of(crate::world::BLUE_GREEN, &[CREATE, RETIRE]);
    refuses(&World::new(&roll), &words, "its credential names 1");

    let roll = Roll::of(SHORT, &[CREATE, RETIRE]);
    let world = World::new(&roll);
    fed(world.command(&["secret", "set", "etl", "--pending"]), "x-1").ok(0);
    refuses(&world, &words, "is pending already");

    let world = World::new(&Roll::of(SINGLE, &[]));
    refuses(&world, &words, "has no steps");
    let world = World::new(&roll);
    let none = ["rotate", "keys-admin", "--yes"];
    refuses(&world, &none, "names no procedure");
    assert_eq!(world.run(&["rotate", "nobody"]).clean().status, Some(2));
}

#[test]
fn an_endpoint_that_was_slipped_into_the_store_is_given_no_secret() {
    let world = World::new(&Roll::default());
    let other = crate::server::Server::start();
    let db = rusqlite::Connection::open(world.home.store()).unwrap();
    let tables: Vec<String> = {
        let sql = "SELECT name FROM sqlite_master WHERE type = 'table'";
        let mut all = db.prepare(sql).unwrap();
        let names = all.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect()
    };
    let (from, to) = (world.server.address.to_string(), other.address.to_string());
    let mut changed = 0;
    for table in tables.iter().filter(|table| !table.contains("event")) {
        let columns: Vec<String> = {
            let sql = format!("SELECT name FROM pragma_table_info('{table}')");
            let mut all = db.prepare(&sql).unwrap();
            let names = all.query_map([], |row| row.get(0)).unwrap();
            names.map(Result::unwrap).collect()
        };
        for column in columns {
            let sql = format!(
                "UPDATE \"{table}\" SET \"{column}\" = replace(\"{column}\", ?1, ?2)
                 WHERE typeof(\"{column}\") = 'text' AND instr(\"{column}\", ?1)"
            );
            changed += db.execute(&sql, [&from, &to]).unwrap_or(0);
        }
    }
    assert!(changed > 0);
    drop(db);
    let due = [
        "rotate",
        "--due",
        "--yes",
        "KEYROLL_CLOCK=2031-01-01T00:00:00Z",
    ];
    for words in [&["rotate", "etl", "--yes"][..], &due] {
        world.run(words).ok(5);
        assert_eq!(other.count("") + world.server.count(""), 0);
    }
}

#[test]
fn a_secret_stands_in_no_path_and_in_no_argument() {
    let create = CREATE.replace("\"/keys\"", "\"/keys/{admin}\"");
    let world = World::new(&Roll::of(SHORT, &[&create, RETIRE]));
    let ran = world.rotate(&[]).clean();
    assert_ne!(ran.status, Some(0));
    assert_eq!(world.server.count(""), 0);
    let set = PASSWORD.replace(
        &PASSWORD[PASSWORD.find("http").unwrap()..],
        "command = [\"set\", \"{secret}\"]\n",
    );
    let world = World::new(&Roll::of(SINGLE, &[&set]));
    world.program("set", "#!/bin/sh\necho \"$@\" > called\n");
    world.rotate(&[]).ok(4);
    assert!(
        !world
            .home
            .path()
            .join("config/keyroll/programs/called")
            .exists()
    );
}
