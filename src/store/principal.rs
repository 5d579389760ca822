//! Table `principal`: whoever may own an account or hold a role. Kept in step with persons, teams and accounts.

use rusqlite::Connection;

use crate::store::cell::lossy;
use crate::store::error::StoreError;

const INSERT: &str = "INSERT INTO principal (id) VALUES (:kind || '/' || :name)";
const DELETE: &str = "DELETE FROM principal WHERE id = :kind || '/' || :name";

/// Principals without their record, and records without their principal.
const ASTRAY: &str = "
    WITH expected (id) AS (
      SELECT 'person/' || id FROM person
      UNION ALL SELECT 'team/' || id FROM team
      UNION ALL SELECT 'account/' || id FROM account
    )
    SELECT id FROM principal WHERE id NOT IN (SELECT id FROM expected)
    UNION ALL SELECT id FROM expected WHERE id NOT IN (SELECT id FROM principal)";

pub(super) fn insert(db: &Connection, kind: &str, name: &str) -> Result<(), StoreError> {
    db.prepare_cached(INSERT)?.execute([kind, name])?;
    Ok(())
}

pub(super) fn delete(db: &Connection, kind: &str, name: &str) -> Result<(), StoreError> {
    db.prepare_cached(DELETE)?.execute([kind, name])?;
    Ok(())
}

/// Calls `then` with the name of each principal that is out of step.
pub(super) fn astray(db: &Connection, mut then: impl FnMut(String)) -> Result<(), StoreError> {
    let mut statement = db.prepare(ASTRAY)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        then(lossy(row.get_ref(0)?));
    }
    Ok(())
}
