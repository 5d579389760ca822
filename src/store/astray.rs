//! Records that are not as their latest event left them: somebody changed the store behind the trail. Compares them with the
//! trail's newest word about each, and replays nothing.

use std::fmt;

use rusqlite::Connection;

use crate::audit::record_digest;
use crate::model::record::{Kind, Record, RecordId};
use crate::store::error::StoreError;
use crate::store::noun::{Care, each, load_record, sql, stands};
use crate::store::{Store, event};

/// How a record differs from what its latest event left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Astray {
    Unmade,
    Removed,
    Changed,
    Gone,
}

impl fmt::Display for Astray {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Astray::Unmade => "it stands in the store, but no event made it",
            Astray::Removed => "it stands in the store, but was removed",
            Astray::Changed => "it is not as its latest event left it",
            Astray::Gone => "it is gone, but no event removed it",
        })
    }
}

/// How a record that stands differs, where it does.
pub(super) fn live(
    db: &Connection,
    id: &str,
    record: &Record,
) -> Result<Option<Astray>, StoreError> {
    Ok(match event::latest_of(db, id)? {
        None => Some(Astray::Unmade),
        Some(None) => Some(Astray::Removed),
        Some(Some(after)) if after != record_digest(record) => Some(Astray::Changed),
        Some(Some(_)) => None,
    })
}

/// Whether a record that an event names is gone, and no event removed it.
pub(super) fn gone(db: &Connection, id: &RecordId) -> Result<Option<Astray>, StoreError> {
    if stands(db, id)? {
        return Ok(None);
    }
    let left = event::latest_of(db, &id.to_string())?.flatten();
    Ok(left.map(|_| Astray::Gone))
}

impl Store {
    /// Every record that is not as its latest event left it. Reads each record, and of the trail the newest digest of each.
    pub fn astray(&self) -> Result<Vec<RecordId>, StoreError> {
        let _snapshot = self.moment()?;
        let db = &self.db;
        let mut found = Vec::new();
        for kind in Kind::ALL.iter().copied() {
            each(db, kind, sql(kind).all, [], Care::Plain, &mut |loaded| {
                let id = RecordId::new(kind, &loaded.name);
                // What does not parse is no record that an event left.
                let is_astray = match &loaded.record {
                    Ok(record) => live(db, &id.to_string(), record)?.is_some(),
                    Err(_) => true,
                };
                if is_astray {
                    found.push(id);
                }
                Ok(())
            })?;
        }
        event::each_record(db, |name| {
            if let Ok(id) = name.parse::<RecordId>()
                && gone(db, &id)?.is_some()
            {
                found.push(id);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Whether one record is not as its latest event left it.
    pub fn is_astray(&self, id: &RecordId) -> Result<bool, StoreError> {
        let _snapshot = self.moment()?;
        match load_record(&self.db, id) {
            Ok(Some(record)) => Ok(live(&self.db, &id.to_string(), &record)?.is_some()),
            Ok(None) => Ok(gone(&self.db, id)?.is_some()),
            Err(StoreError::Damaged { .. }) => Ok(true),
            Err(error) => Err(error),
        }
    }
}
