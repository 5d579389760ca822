//! The schema of a new store is written down, so that a change to it is seen for what it is.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "a test may be told how to run")]

mod samples;

use keyroll::store::Store;
use rusqlite::Connection;

#[test]
fn the_schema_of_a_new_store_is_the_one_written_down() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    drop(Store::create(&path, &samples::actor()).unwrap());
    let db = Connection::open(&path).unwrap();
    let number =
        |name: &str| -> i64 { db.pragma_query_value(None, name, |row| row.get(0)).unwrap() };
    let mut dump = format!(
        "application_id {:#x}\nuser_version {}\n",
        number("application_id"),
        number("user_version")
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
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/migrations/0001.schema.sql"
    );
    if std::env::var_os("KEYROLL_BLESS").is_some() {
        std::fs::write(file, &dump).unwrap();
    }
    let written = std::fs::read_to_string(file).unwrap_or_default();
    assert_eq!(dump, written, "KEYROLL_BLESS=1 writes it anew");
}
