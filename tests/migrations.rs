//! The schema of each format is written down, so that a change to one is seen for what it is; and a store of an older
//! format comes to exactly the schema of today, with all that it held.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "a test may be told how to run")]

mod samples;

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use keyroll::model::record::{Kind, Record};
use keyroll::store::{Access, Store, StoreError};
use rusqlite::Connection;
use samples::{actor, creations};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/migrations");

/// One rung for each format; the dump of what it makes of the one before stands beside this test under the same number.
const RUNGS: &[&str] = &[
    include_str!("../src/store/migrations/0001_roll.sql"),
    include_str!("../src/store/migrations/0002_secrets.sql"),
    include_str!("../src/store/migrations/0003_judged.sql"),
    include_str!("../src/store/migrations/0004_access.sql"),
    include_str!("../src/store/migrations/0005_lifecycle.sql"),
    include_str!("../src/store/migrations/0006_logs.sql"),
    include_str!("../src/store/migrations/0007_audit.sql"),
];

fn number(db: &Connection, name: &str) -> i64 {
    db.pragma_query_value(None, name, |row| row.get(0)).unwrap()
}

/// What a store looks like, whatever it holds.
fn dump(db: &Connection) -> String {
    let mut dump = format!(
        "application_id {:#x}\nuser_version {}\n",
        number(db, "application_id"),
        number(db, "user_version")
    );
    let sql =
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name";
    let mut statement = db.prepare(sql).unwrap();
    let entries = statement
        .query_map([], |row| row.get::<_, String>(0))
        .unwrap();
    for entry in entries {
        dump.push_str(&format!("\n{};\n", entry.unwrap()));
    }
    dump
}

fn dump_of(path: &Path) -> String {
    dump(&Connection::open(path).unwrap())
}

fn written(format: usize) -> (String, String) {
    let file = format!("{FOLDER}/{format:04}.schema.sql");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    (file, text)
}

/// A store of an older format with every record that it knew.
fn of_format(format: usize, path: &Path) -> Vec<Record> {
    let old = samples::of_format(format);
    let mut store = Store::create(path, &actor()).unwrap();
    store.commit(&actor(), &creations(&old)).unwrap();
    drop(store);
    let db = Connection::open(path).unwrap();
    db.execute_batch(samples::DOWN_TO_6).unwrap();
    if format < 6 {
        db.execute_batch(samples::DOWN_TO_5).unwrap();
    }
    if format < 5 {
        db.execute_batch(samples::DOWN_TO_4).unwrap();
    }
    if format < 4 {
        db.execute_batch(samples::DOWN_TO_3).unwrap();
    }
    if format < 3 {
        db.execute_batch(samples::DOWN_TO_2).unwrap();
    }
    if format < 2 {
        db.execute_batch(samples::DOWN_TO_1).unwrap();
    }
    old
}

fn copy_of(format: usize, path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".format-{format}"));
    name.into()
}

#[test]
fn the_schema_of_each_format_is_the_one_written_down() {
    let db = Connection::open_in_memory().unwrap();
    db.pragma_update(None, "application_id", 0x4b52_4f4c)
        .unwrap();
    for (at, rung) in RUNGS.iter().enumerate() {
        let format = at + 1;
        db.execute_batch(rung).unwrap();
        db.pragma_update(None, "user_version", i64::try_from(format).unwrap())
            .unwrap();
        let made = dump(&db);
        let (file, before) = written(format);
        // Only the newest may still change, and only until it is shipped.
        if format == RUNGS.len() && std::env::var_os("KEYROLL_BLESS").is_some() {
            std::fs::write(file, &made).unwrap();
        } else {
            assert_eq!(
                made, before,
                "{file}; KEYROLL_BLESS=1 writes the newest anew"
            );
        }
    }
}

#[test]
fn the_schema_of_a_new_store_is_that_of_the_newest_format() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    drop(Store::create(&path, &actor()).unwrap());
    assert_eq!(dump_of(&path), written(RUNGS.len()).1);
    assert!(std::fs::read_dir(FOLDER).unwrap().count() == RUNGS.len());
}

#[test]
fn a_store_of_format_1_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(1);
}

#[test]
fn a_store_of_format_2_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(2);
}

#[test]
fn a_store_of_format_3_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(3);
}

#[test]
fn a_store_of_format_4_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(4);
}

#[test]
fn a_store_of_format_5_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(5);
}

#[test]
fn a_store_of_format_6_comes_to_the_schema_of_today_and_keeps_its_records() {
    comes_to_today(6);
}

fn comes_to_today(format: usize) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    let old = of_format(format, &path);
    assert_eq!(dump_of(&path), written(format).1, "it is of that format");
    let before = std::fs::read(&path).unwrap();
    // A reader does not upgrade.
    match Store::open(&path, Access::Read) {
        Err(StoreError::Older { found, .. }) if found == format as i64 => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("an older store was read as it is"),
    }
    assert_eq!(std::fs::read(&path).unwrap(), before);

    let store = Store::open(&path, Access::Write).unwrap();
    assert_eq!(store.verify().unwrap().faults, []);
    for record in &old {
        assert_eq!(store.record(&record.id()).unwrap().as_ref(), Some(record));
    }
    let all: u64 = Kind::ALL
        .iter()
        .map(|kind| store.count(*kind).unwrap())
        .sum();
    assert_eq!(all, old.len() as u64);
    drop(store);
    assert_eq!(dump_of(&path), written(RUNGS.len()).1);

    let copy = copy_of(format, &path);
    assert_eq!(dump_of(&copy), written(format).1);
    let mode = std::fs::metadata(&copy).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let events = |path: &Path| -> i64 {
        let db = Connection::open(path).unwrap();
        db.query_row("SELECT count(*) FROM event", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(events(&copy), events(&path));
}

#[test]
fn a_store_that_was_upgraded_takes_what_is_new() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    of_format(1, &path);
    let mut store = Store::open(&path, Access::Write).unwrap();
    for new in [
        samples::secrets(),
        samples::judged(),
        samples::access(),
        samples::journaled(),
        samples::logs(),
    ] {
        store.commit(&actor(), &creations(&new)).unwrap();
    }
    assert_eq!(store.inventory().unwrap(), samples::inventory());
    assert_eq!(store.verify().unwrap().faults, []);
}

#[test]
fn two_who_open_an_older_store_upgrade_it_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    of_format(1, &path);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let store = Store::open(&path, Access::Write).unwrap();
                assert_eq!(store.verify().unwrap().faults, []);
            });
        }
    });
    assert_eq!(dump_of(&path), written(RUNGS.len()).1);
    let copies = std::fs::read_dir(dir.path()).unwrap();
    let copies = copies.filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().contains(".format-1")
    });
    assert_eq!(copies.count(), 1, "one copy of what it was");
}
