//! The end of a transaction. Where a reference dangles, it says which, and nothing is written.

use rusqlite::{Connection, Transaction};

use crate::model::record::{Kind, Record, RecordId};
use crate::model::references;
use crate::store::cell::lossy;
use crate::store::error::StoreError;
use crate::store::noun::{load_record, sql};

const FAULTS: &str = r#"SELECT DISTINCT "table", rowid FROM pragma_foreign_key_check ORDER BY "table", rowid LIMIT 100"#;

/// Commits; a dangling reference is named, and the transaction rolled back.
pub(super) fn commit(transaction: Transaction<'_>) -> Result<(), StoreError> {
    match transaction.execute_batch("COMMIT") {
        Ok(()) => Ok(()),
        // The transaction is still open, so that the faults can be looked at; dropping it rolls back.
        Err(error)
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) =>
        {
            Err(first(&transaction)?.unwrap_or_else(|| error.into()))
        }
        Err(error) => Err(error.into()),
    }
}

/// The first dangling reference there is.
fn first(db: &Connection) -> Result<Option<StoreError>, StoreError> {
    let mut out = None;
    each(db, &mut |record, wants| {
        if out.is_none() {
            out = Some(StoreError::Dangling { record, wants });
        }
    })?;
    Ok(out)
}

/// Calls `then` with each record that names something missing, and what that is.
pub(super) fn each(
    db: &Connection,
    then: &mut dyn FnMut(RecordId, String),
) -> Result<(), StoreError> {
    let mut faults: Vec<(String, Option<i64>)> = Vec::new();
    let mut statement = db.prepare(FAULTS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        faults.push((row.get(0)?, row.get(1)?));
    }
    for (table, row) in faults {
        for id in owners(db, &table, row)? {
            let wants = match load_record(db, &id) {
                Ok(Some(record)) => missing(db, &record)?,
                // The owner of a list's row is what is missing, or it is damaged and reported as such.
                Ok(None) => vec![id.to_string()],
                Err(_) => Vec::new(),
            };
            for wants in wants {
                then(id.clone(), wants);
            }
        }
    }
    Ok(())
}

/// The records to which a faulty row belongs.
fn owners(db: &Connection, table: &str, row: Option<i64>) -> Result<Vec<RecordId>, StoreError> {
    for kind in Kind::ALL.iter().copied() {
        let sql = sql(kind);
        let found = |statement: &str, params: &[&dyn rusqlite::ToSql]| {
            let mut names = Vec::new();
            let mut statement = db.prepare_cached(statement)?;
            let mut rows = statement.query(params)?;
            while let Some(row) = rows.next()? {
                names.push(RecordId::new(kind, &lossy(row.get_ref(0)?)));
            }
            Ok(names)
        };
        if sql.table == table {
            return found(sql.key_of_row, &[&row]);
        }
        if let Some(list) = sql.lists.iter().find(|list| list.table == table) {
            return found(list.dangling, &[]);
        }
    }
    Ok(Vec::new())
}

/// What a record names that is not there.
fn missing(db: &Connection, record: &Record) -> Result<Vec<String>, StoreError> {
    let mut out = Vec::new();
    for reference in references::of(record) {
        let there = match (load_record(db, &reference.record)?, &reference.environment) {
            (None, _) => {
                out.push(reference.record.to_string());
                continue;
            }
            (Some(Record::Provider(_, provider)), Some(name)) => {
                provider.environment.contains_key(name)
            }
            (Some(_), _) => true,
        };
        if !there {
            out.push(reference.to_string());
        }
    }
    Ok(out)
}
