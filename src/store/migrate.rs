//! The ladder from any older schema to today's. A rung that was shipped is never edited.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, TransactionBehavior};

use crate::store::error::StoreError;
use crate::store::{due, files, tree};

/// What stands in a store's header, `KROL`: a file with another is not ours.
pub(super) const APPLICATION: i64 = 0x4b52_4f4c;

/// One rung for each version of the schema, the first making version 1.
pub(super) const LADDER: &[&str] = &[
    include_str!("migrations/0001_roll.sql"),
    include_str!("migrations/0002_secrets.sql"),
    include_str!("migrations/0003_judged.sql"),
    include_str!("migrations/0004_access.sql"),
    include_str!("migrations/0005_lifecycle.sql"),
    include_str!("migrations/0006_logs.sql"),
    include_str!("migrations/0007_audit.sql"),
];

/// The version that this keyroll writes.
pub(super) fn newest() -> i64 {
    rungs(LADDER)
}

fn rungs(ladder: &[&str]) -> i64 {
    i64::try_from(ladder.len()).unwrap_or(i64::MAX)
}

pub(super) fn version(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

pub(super) fn application(db: &Connection) -> Result<i64, StoreError> {
    Ok(db.pragma_query_value(None, "application_id", |row| row.get(0))?)
}

/// Makes the schema in an empty file, and whatever `also` adds, in one transaction.
pub(super) fn make(
    db: &mut Connection,
    also: impl FnOnce(&Connection) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION)?;
    climb(&transaction, LADDER, 0)?;
    also(&transaction)?;
    transaction.commit()?;
    Ok(())
}

/// Brings an older store to today's schema, after a copy was made beside it; gives the copy's path.
pub(super) fn upgrade(db: &mut Connection, store: &Path) -> Result<Option<PathBuf>, StoreError> {
    upgrade_by(db, store, LADDER)
}

fn upgrade_by(
    db: &mut Connection,
    store: &Path,
    ladder: &[&str],
) -> Result<Option<PathBuf>, StoreError> {
    if version(db)? >= rungs(ladder) {
        return Ok(None);
    }
    let copy = files::copy_path(store, version(db)?);
    files::copy(db, &copy)?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Read again: another process may have climbed in between.
    let from = version(&transaction)?;
    climb(&transaction, ladder, from)?;
    due::reckon_anew(&transaction)?;
    tree::reckon_anew(&transaction)?;
    transaction.commit()?;
    Ok(Some(copy))
}

fn climb(db: &Connection, ladder: &[&str], from: i64) -> Result<(), StoreError> {
    let done = usize::try_from(from).unwrap_or(0);
    for rung in ladder.iter().skip(done) {
        db.execute_batch(rung)?;
    }
    db.pragma_update(None, "user_version", rungs(ladder))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::hex;
    use crate::model::record::Record;
    use crate::store::connection::{Purpose, in_memory, open};
    use crate::store::noun::insert_record;
    use serde_json::json;
    use sha2::{Digest as _, Sha256};
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_shipped_rung_is_never_edited() {
        let digests: Vec<String> = LADDER
            .iter()
            .map(|rung| hex(&Sha256::digest(rung).into()))
            .collect();
        assert_eq!(
            digests,
            [
                "4d70df26167cd1a627c97f03f147ab00f9f543128a4f4c03d6c348aa79fad3a8",
                "f2f0daf4e77e88eaf3a0d4593862af4bf91d392c58d6fc31a35e56056afc20c0",
                "e25085afabdff7b1ccc3b51b298a4fa8d17deee85f303499c5d20f3febd78526",
                "f1e70958cf1a6bca83afb208414bcaf0849392dd28b224e8dacb43de8ed2cd26",
                "80de2e93158167dc90c6ed3f11ae2bc25450732ea4e7d659924f19f3dd1411da",
                "1fb35d89a3fd4a120135ac13c0a581a1bf13d1180b3c54eb407517c30d744156",
                "a5ad892ea0e1f5c7d117d3d76f76e793defcc4b004eedc917cd87b19c3923be5",
            ]
        );
    }

    #[test]
    fn an_older_store_is_copied_before_it_is_changed() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("roll.db");
        std::fs::write(&path, "").unwrap();
        let mut db = open(&path, Purpose::Write).unwrap();
        make(&mut db, |_| Ok(())).unwrap();
        let extra = "CREATE TABLE extra (id INTEGER) STRICT;";
        let ladder = [LADDER, &[extra]].concat();
        let copy = upgrade_by(&mut db, &path, &ladder).unwrap().unwrap();
        let mode = std::fs::metadata(&copy).unwrap().permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        assert_eq!(version(&db).unwrap(), newest() + 1);
        let old = open(&copy, Purpose::Read).unwrap();
        assert_eq!(version(&old).unwrap(), newest());
        assert_eq!(application(&old).unwrap(), APPLICATION);
        assert_eq!(upgrade_by(&mut db, &path, &ladder).unwrap(), None);
    }

    #[test]
    fn what_an_older_keyroll_did_not_reckon_is_due_after_the_climb() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("roll.db");
        std::fs::write(&path, "").unwrap();
        let mut db = open(&path, Purpose::Write).unwrap();
        make(&mut db, |_| Ok(())).unwrap();
        db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        for (id, body) in [
            (
                "rotation/r",
                json!({ "every": "60d", "on-owner-change": true }),
            ),
            (
                "version/etl 1",
                json!({ "stage": "current", "issued": "2026-11-01" }),
            ),
            (
                "account/etl",
                json!({ "provider": "p", "environment": "e", "workflow": "w",
                "level": "read-only-import", "rotation": "r" }),
            ),
            (
                "fact/changed",
                json!({ "fact": "owner-changed", "account": "etl", "on": "2026-11-20" }),
            ),
        ] {
            let record = Record::from_value(&id.parse().unwrap(), body).unwrap();
            assert!(insert_record(&db, &record).unwrap());
        }
        let ladder = [LADDER, &["CREATE TABLE extra (id INTEGER) STRICT;"]].concat();
        upgrade_by(&mut db, &path, &ladder).unwrap();
        let due = due::stored(&db, "etl").unwrap();
        assert_eq!(due[0].due_on.to_string(), "2026-11-20");
    }

    #[test]
    fn a_rung_that_fails_leaves_the_old_schema() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("roll.db");
        std::fs::write(&path, "").unwrap();
        let mut db = open(&path, Purpose::Write).unwrap();
        make(&mut db, |_| Ok(())).unwrap();
        let extra = "CREATE TABLE extra (id INTEGER) STRICT; nonsense;";
        let ladder = [LADDER, &[extra]].concat();
        assert!(upgrade_by(&mut db, &path, &ladder).is_err());
        assert_eq!(version(&db).unwrap(), newest());
        let extra = "SELECT count(*) FROM sqlite_schema WHERE name = 'extra'";
        let count: i64 = db.query_row(extra, [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }

    #[test]
    fn the_schema_can_be_made_in_memory() {
        let mut db = in_memory().unwrap();
        make(&mut db, |_| Ok(())).unwrap();
        assert_eq!(version(&db).unwrap(), newest());
    }
}
