//! Whatever a writer of the database changes behind our back, `verify` reports. Every column, then every byte.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![expect(clippy::disallowed_methods, reason = "a test may be told how to run")]

mod samples;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use keyroll::audit::checkpoint::Checkpoint;
use keyroll::secret::Secret;
use keyroll::secrets::AuditKey;
use keyroll::store::{
    Access, Against, JudgedBy, Kept, Standing, Store, StoreError, Tip, Verification, Witness,
};
use rusqlite::Connection;
use rusqlite::types::Value;
use samples::{actor, creations, records};

/// A key that documentation of the form shows.
fn key() -> AuditKey {
    let text = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    AuditKey::parse(&Secret::from(text.to_owned()), "here").unwrap()
}

/// Signs every commit.
#[derive(Debug)]
struct Signing;

impl Witness for Signing {
    fn goes_on(&self, _: &Standing<'_>) -> bool {
        true
    }

    fn sign(&self, checkpoint: &Checkpoint) -> Option<Kept> {
        let key = key();
        Some(Kept {
            signer: key.verifier().signer().to_string(),
            size: checkpoint.size,
            note: key.sign(&checkpoint.to_string()).unwrap().to_string(),
        })
    }

    fn committed(&self, _: &str, _: &Tip, _: Option<&Kept>) {}

    fn judged_by(&self) -> Option<JudgedBy> {
        None
    }
}

/// What a verification finds that knows the key.
fn verified(store: &Store) -> Result<Verification, StoreError> {
    let keys = [key().verifier().clone()];
    store.verify_against(&Against {
        keys: &keys,
        checkpoints: &[],
    })
}

/// A store with every sample in it, signed, and a connection that may do anything to it.
fn tampered(path: &Path) -> (Store, Connection) {
    let mut store = Store::create(path, &actor()).unwrap();
    store.set_witness(Box::new(Signing));
    store.commit(&actor(), &creations(&records())).unwrap();
    let db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF;
         PRAGMA journal_mode = MEMORY",
    )
    .unwrap();
    (store, db)
}

/// What is seen of a change: faults, or a clean word that something is damaged.
fn seen(verified: Result<Verification, StoreError>) -> Option<String> {
    match verified {
        Ok(verification) => verification
            .faults
            .first()
            .map(|fault| format!("{fault:?}")),
        Err(StoreError::Damaged { what, why }) => Some(format!("{what}: {why}")),
        Err(other) => panic!("not a clean error: {other}"),
    }
}

fn list(db: &Connection, sql: &str) -> Vec<String> {
    let mut statement = db.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// Other values for a cell: as far from it as one byte, one more byte, and nothing.
fn others(value: &Value) -> Vec<Value> {
    let bytes = |bytes: &[u8]| {
        let mut flipped = bytes.to_vec();
        let mut longer = bytes.to_vec();
        longer.push(b' ');
        match flipped.last_mut() {
            Some(last) => *last ^= 1,
            None => flipped.push(b'x'),
        }
        [flipped, longer]
    };
    match value {
        Value::Null => vec![
            Value::Text("x".into()),
            Value::Text("2026-01-01".into()),
            Value::Integer(1),
        ],
        Value::Integer(value) => vec![Value::Integer(value + 1), Value::Integer(-5)],
        Value::Real(value) => vec![Value::Real(value + 1.0)],
        Value::Text(text) => bytes(text.as_bytes())
            .map(|bytes| Value::Text(String::from_utf8_lossy(&bytes).into_owned()))
            .into_iter()
            .chain([Value::Null])
            .collect(),
        Value::Blob(blob) => bytes(blob)
            .map(Value::Blob)
            .into_iter()
            .chain([Value::Null])
            .collect(),
    }
}

#[test]
fn a_change_to_any_column_of_any_row_is_seen() {
    let dir = tempfile::tempdir().unwrap();
    let (store, db) = tampered(&dir.path().join("roll.db"));
    assert_eq!(seen(verified(&store)), None);
    let (mut tried, mut unseen) = (0, Vec::new());
    for table in list(&db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        let columns = list(
            &db,
            &format!("SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0"),
        );
        let names = columns
            .iter()
            .map(|c| format!("\"{c}\""))
            .collect::<Vec<_>>()
            .join(", ");
        let holes = (1..=columns.len())
            .map(|n| format!("?{n}"))
            .collect::<Vec<_>>()
            .join(", ");
        let insert = format!("INSERT INTO {table} ({names}) VALUES ({holes})");
        let select = format!("SELECT {names} FROM {table}");
        let rows: Vec<Vec<Value>> = db
            .prepare(&select)
            .unwrap()
            .query_map([], |row| (0..columns.len()).map(|at| row.get(at)).collect())
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for row in &rows {
            let here = columns
                .iter()
                .map(|c| format!("\"{c}\" IS ?"))
                .collect::<Vec<_>>()
                .join(" AND ");
            let delete = format!("DELETE FROM {table} WHERE {here}");
            for (at, column) in columns.iter().enumerate() {
                for other in others(&row[at]) {
                    let mut changed = row.clone();
                    changed[at] = other;
                    db.execute(&delete, rusqlite::params_from_iter(row))
                        .unwrap();
                    if db
                        .execute(&insert, rusqlite::params_from_iter(&changed))
                        .is_ok()
                    {
                        tried += 1;
                        if seen(verified(&store)).is_none() {
                            unseen.push(format!(
                                "{table}.{column}: {:?} -> {:?}",
                                row[at], changed[at]
                            ));
                        }
                        // STRICT columns may have stored it as another type: the row is found by what it became.
                        let undo = db.last_insert_rowid();
                        if db
                            .execute(&delete, rusqlite::params_from_iter(&changed))
                            .unwrap()
                            == 0
                        {
                            db.execute(&format!("DELETE FROM {table} WHERE rowid = ?"), [undo])
                                .unwrap();
                        }
                    }
                    db.execute(&insert, rusqlite::params_from_iter(row))
                        .unwrap();
                }
            }
        }
        for row in &rows {
            let here = columns
                .iter()
                .map(|c| format!("\"{c}\" IS ?"))
                .collect::<Vec<_>>()
                .join(" AND ");
            let delete = format!("DELETE FROM {table} WHERE {here}");
            db.execute(&delete, rusqlite::params_from_iter(row))
                .unwrap();
            // What was signed can only be missed by who holds a checkpoint elsewhere.
            if seen(verified(&store)).is_none() && table != "checkpoint" {
                unseen.push(format!("{table}: a row was removed: {row:?}"));
            }
            db.execute(&insert, rusqlite::params_from_iter(row))
                .unwrap();
        }
    }
    assert_eq!(seen(verified(&store)), None, "all was put back");
    assert!(tried > 1500, "{tried} changes were tried");
    assert!(
        unseen.is_empty(),
        "{} of {tried}: {unseen:#?}",
        unseen.len()
    );
}

#[test]
fn text_that_is_not_utf8_is_a_fault_and_no_panic() {
    let dir = tempfile::tempdir().unwrap();
    let (store, db) = tampered(&dir.path().join("roll.db"));
    for table in list(&db, "SELECT name FROM sqlite_schema WHERE type = 'table'") {
        let columns = list(
            &db,
            &format!(
                "SELECT name FROM pragma_table_xinfo('{table}') WHERE hidden = 0 AND type = 'TEXT'"
            ),
        );
        for column in columns {
            db.execute_batch("BEGIN").unwrap();
            let sql = format!("UPDATE {table} SET \"{column}\" = CAST(x'ff1b5b' AS TEXT)");
            let done = db.execute_batch(&format!(
                "{sql} WHERE rowid = (SELECT min(rowid) FROM {table})"
            ));
            if done.or_else(|_| db.execute_batch(&sql)).is_ok() {
                db.execute_batch("COMMIT").unwrap();
                let fault = seen(verified(&store))
                    .unwrap_or_else(|| panic!("{table}.{column} is not seen"));
                assert!(!fault.contains('\u{1b}'), "{fault:?}");
                // Whatever comes of it, reading does not panic.
                let _ = (store.inventory(), store.due("2199-01-01".parse().unwrap()));
                return_to(&dir.path().join("roll.db"), &db);
            } else {
                db.execute_batch("ROLLBACK").unwrap();
            }
        }
    }
}

/// Puts the samples back by writing the whole file's content from a fresh store.
fn return_to(path: &Path, db: &Connection) {
    let fresh = path.with_extension("fresh");
    let mut store = Store::create(&fresh, &actor()).unwrap();
    store.set_witness(Box::new(Signing));
    store.commit(&actor(), &creations(&records())).unwrap();
    drop(store);
    let from = Connection::open(&fresh).unwrap();
    let mut to = Connection::open(path).unwrap();
    let backup = rusqlite::backup::Backup::new(&from, &mut to).unwrap();
    backup
        .run_to_completion(1000, std::time::Duration::ZERO, None)
        .unwrap();
    drop(backup);
    let _ = db;
    fs::remove_file(&fresh).unwrap();
    fs::remove_file(path.with_extension("fresh.lock")).unwrap();
}

#[test]
fn a_flipped_byte_of_the_file_never_panics_and_never_gives_other_records() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("roll.db");
    let (store, db) = tampered(&path);
    let expected = store.inventory().unwrap();
    drop((store, db));
    let good = fs::read(&path).unwrap();
    let place = dir.path().join("flipped.db");
    // A sample; KEYROLL_EVERY_BYTE=1 tries all.
    let step = if std::env::var_os("KEYROLL_EVERY_BYTE").is_some() {
        1
    } else {
        997
    };
    for at in (0..good.len()).step_by(step) {
        let mut bytes = good.clone();
        bytes[at] ^= 0x04;
        fs::write(&place, &bytes).unwrap();
        fs::set_permissions(&place, fs::Permissions::from_mode(0o600)).unwrap();
        let Ok(store) = Store::open(&place, Access::Read) else {
            continue;
        };
        let read = store.inventory();
        let found = match verified(&store) {
            Ok(verification) => !verification.faults.is_empty(),
            Err(_) => true,
        };
        assert!(
            found || read.is_ok_and(|read| read == expected),
            "byte {at}"
        );
    }
}

#[test]
fn what_the_engine_finds_and_that_there_is_more_are_faults() {
    let dir = tempfile::tempdir().unwrap();
    let (store, db) = tampered(&dir.path().join("roll.db"));
    db.execute_batch("PRAGMA ignore_check_constraints = ON; UPDATE version SET stage = 'gone'")
        .unwrap();
    let faults = verified(&store).unwrap().faults;
    let engine = "the file is damaged: CHECK constraint failed in version";
    assert!(
        faults.iter().any(|fault| fault.message == engine),
        "{faults:#?}"
    );
    db.execute_batch(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200)
         INSERT INTO principal SELECT 'person/x' || i FROM n",
    )
    .unwrap();
    let faults = verified(&store).unwrap().faults;
    assert_eq!(faults.len(), 1001);
    let last = &faults[1000].message;
    assert_eq!(last, "there are more faults: these are the first 1000");
}
