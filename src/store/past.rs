//! What the trail says of the past of a record, for whoever takes changes back.

use rusqlite::{OptionalExtension, params};

use crate::model::event::Digest;
use crate::store::Store;
use crate::store::error::StoreError;

const BEFORE: &str = "
    SELECT after FROM event WHERE record = :record AND sequence < :sequence
    ORDER BY sequence DESC LIMIT 1";

const FIRST_AT: &str = "SELECT at FROM event ORDER BY sequence LIMIT 1";

impl Store {
    /// The digest that a record's event before one of a number had left; none where it was not there.
    pub fn digest_before(&self, record: &str, sequence: u64) -> Result<Option<Digest>, StoreError> {
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let mut statement = self.db.prepare_cached(BEFORE)?;
        let found: Option<Option<Digest>> = statement
            .query_row(params![record, sequence], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// When the trail begins.
    pub fn began(&self) -> Result<Option<crate::model::date::Timestamp>, StoreError> {
        let mut statement = self.db.prepare_cached(FIRST_AT)?;
        let at: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
        let at = at.map(|at| at.parse()).transpose();
        at.map_err(|error| StoreError::damaged("event 1", format!("{error}")))
    }
}
