//! How the engine is set up for one connection. Everything that is not a default has its reason here.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use crate::store::error::StoreError;
use crate::store::files;

/// How long a reader waits for a writer's commit. Writers wait for the lock file instead.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The largest value or row, in bytes: a glossary of the largest allowed file, and its change in the trail.
const LARGEST: i32 = 64 << 20;

/// The version of the SQLite that is compiled in.
pub fn sqlite_version() -> &'static str {
    rusqlite::version()
}

/// What a connection is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    Read,
    Write,
}

pub(super) fn open(path: &Path, purpose: Purpose) -> Result<Connection, StoreError> {
    let mode = match purpose {
        Purpose::Read => OpenFlags::SQLITE_OPEN_READ_ONLY,
        Purpose::Write => OpenFlags::SQLITE_OPEN_READ_WRITE,
    };
    // No mutex: a connection is never shared.
    let flags = mode | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    // The engine is built to read URIs, asked or not: a whole path is none.
    let db = Connection::open_with_flags(files::plain(path)?, flags)?;
    set_up(&db)?;
    match purpose {
        Purpose::Read => db.pragma_update(None, "query_only", true)?,
        // EXTRA: with DELETE and FULL the journal's removal is not durable, and a power cut loses commits.
        Purpose::Write => {
            db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
            db.pragma_update(None, "synchronous", "EXTRA")?;
        }
    }
    Ok(db)
}

/// A connection in memory with the same settings.
pub(super) fn in_memory() -> Result<Connection, StoreError> {
    let db = Connection::open_in_memory()?;
    set_up(&db)?;
    Ok(db)
}

fn set_up(db: &Connection) -> Result<(), StoreError> {
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(128);
    // The file may come from a stranger: no code of its schema runs.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // Plans do not depend on the values bound: else each new value compiles its statement again.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, LARGEST)?;
    // One, for the copy that is made before an upgrade.
    db.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 1)?;
    db.pragma_update(None, "trusted_schema", false)?;
    db.pragma_update(None, "cell_size_check", true)?;
    db.pragma_update(None, "foreign_keys", true)?;
    db.pragma_update(None, "secure_delete", true)?;
    db.pragma_update(None, "temp_store", "MEMORY")?;
    // 16 MiB: a large import spills late, and still fits the memory that an import may take.
    db.pragma_update(None, "cache_size", -16_384)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engine_is_new_enough_to_lose_nothing() {
        assert!(
            rusqlite::version_number() >= 3_051_003,
            "{}",
            rusqlite::version()
        );
    }

    #[test]
    fn references_are_enforced_and_deleted_bytes_are_overwritten() {
        let db = in_memory().unwrap();
        for name in ["foreign_keys", "secure_delete", "cell_size_check"] {
            let on: i64 = db.pragma_query_value(None, name, |row| row.get(0)).unwrap();
            assert_eq!(on, 1, "{name}");
        }
    }
}
