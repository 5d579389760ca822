//! Table `event`: the audit trail, one row for each change, never changed and never removed.

mod filter;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

use crate::audit::tree::{Tree, leaf_hash};
use crate::audit::{Chain, EventView};
use crate::model::change::{FieldChange, Occurrence};
use crate::model::date::Timestamp;
use crate::model::event::{Actor, Digest, Event};
use crate::store::Store;
use crate::store::cell::lossy;
use crate::store::error::{StoreError, clean};

pub use filter::EventFilter;

const ALL: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event ORDER BY sequence";

const LAST: &str = "SELECT sequence, hash, at FROM event ORDER BY sequence DESC LIMIT 1";
const LATEST_OF: &str =
    "SELECT after FROM event WHERE record = :record ORDER BY sequence DESC LIMIT 1";
const HASH: &str = "SELECT hash FROM event WHERE sequence = :sequence";
const RESTORED: &str = "
    SELECT action, at FROM event WHERE record = 'store' AND action IN ('restore', 'resume')
    ORDER BY sequence DESC LIMIT 1";
const CONFIGURED: &str = "
    SELECT change FROM event
    WHERE record = 'store' AND action = 'configure' AND actor = :actor AND host = :host
    ORDER BY sequence DESC LIMIT 1";
const FIRST: &str = "SELECT change FROM event WHERE sequence = 1 AND record = 'store'";
const RECORDS: &str = "SELECT DISTINCT record FROM event ORDER BY record";

/// The newest event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Last {
    pub sequence: u64,
    pub hash: Digest,
    pub at: Timestamp,
}

pub(super) fn last(db: &Connection) -> Result<Option<Last>, StoreError> {
    let row = db
        .prepare_cached(LAST)?
        .query_row([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?))
        })
        .optional()
        .map_err(|error| match error {
            rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::FromSqlConversionFailure(..) => {
                StoreError::damaged("the newest event", error.to_string())
            }
            other => other.into(),
        })?;
    row.map(|(sequence, hash, at)| {
        let damaged = |why: String| StoreError::damaged(format!("event {sequence}"), why);
        Ok(Last {
            sequence: u64::try_from(sequence).map_err(|error| damaged(error.to_string()))?,
            hash,
            at: at.parse().map_err(|error| damaged(format!("{error}")))?,
        })
    })
    .transpose()
}

/// The hash of an event, where there is one of that number.
pub(super) fn hash_of(db: &Connection, sequence: u64) -> Result<Option<Digest>, StoreError> {
    let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
    let mut statement = db.prepare_cached(HASH)?;
    Ok(statement
        .query_row([sequence], |row| row.get(0))
        .optional()?)
}

/// The store's own name, of its first event. It becomes a line of what is signed and a part of file names, so nothing but a
/// UUID, written in one way, is taken for one.
pub(super) fn store_name(db: &Connection) -> Result<String, StoreError> {
    let mut statement = db.prepare_cached(FIRST)?;
    let change: Option<String> = statement.query_row([], |row| row.get(0)).optional()?;
    let change: serde_json::Value = change
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let name = change.pointer("/0/to").and_then(|name| name.as_str());
    let is_name = |name: &&str| Uuid::try_parse(name).is_ok_and(|id| id.to_string() == **name);
    name.filter(is_name)
        .map(str::to_owned)
        .ok_or_else(|| StoreError::damaged("event 1", "it does not name the store"))
}

/// The digest of the configuration that somebody's commit noted last.
pub(super) fn configured(
    db: &Connection,
    actor: &str,
    host: &str,
) -> Result<Option<String>, StoreError> {
    let mut statement = db.prepare_cached(CONFIGURED)?;
    let change: Option<String> = statement
        .query_row([actor, host], |row| row.get(0))
        .optional()?;
    let details: Vec<FieldChange> = change
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    let digest = details.iter().find(|detail| detail.field == "sha256");
    let digest = digest.and_then(|detail| detail.to.as_ref()?.as_str());
    Ok(digest.map(str::to_owned))
}

/// The digest that the latest event of a record leaves it with; `None` where it has no event.
pub(super) fn latest_of(
    db: &Connection,
    record: &str,
) -> Result<Option<Option<Vec<u8>>>, StoreError> {
    let mut statement = db.prepare_cached(LATEST_OF)?;
    Ok(statement.query_row([record], |row| row.get(0)).optional()?)
}

/// Calls `then` with every record that has an event.
pub(super) fn each_record(
    db: &Connection,
    mut then: impl FnMut(&str) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut statement = db.prepare(RECORDS)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        then(&lossy(row.get_ref(0)?))?;
    }
    Ok(())
}

/// A replay of the trail: the chain that is checked, and the tree that grows with it.
#[derive(Default)]
pub(super) struct Replay {
    pub chain: Chain,
    pub tree: Tree,
}

impl Replay {
    /// Replays the trail; `then` gets each event's number and what is wrong with it, and the replay as it stands behind it.
    pub fn run(
        &mut self,
        db: &Connection,
        then: &mut dyn FnMut(&Replay, Replayed),
    ) -> Result<(), StoreError> {
        let mut statement = db.prepare(ALL)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let sequence = row.get::<_, i64>(0)?;
            let sequence = u64::try_from(sequence).unwrap_or(0);
            let (faults, leaf) = match view(row, sequence) {
                Ok((view, hash)) => {
                    let faults = self.chain.step_view(&view, &hash);
                    let faults = faults.iter().map(ToString::to_string).collect();
                    (faults, leaf_hash(self.chain.computed()))
                }
                // What cannot be read has a place in the tree all the same: the others keep theirs.
                Err(why) => (vec![why], leaf_hash(&[])),
            };
            self.tree.push(leaf);
            then(
                self,
                Replayed {
                    sequence,
                    faults,
                    leaf,
                },
            );
        }
        Ok(())
    }
}

/// One event of a replay.
pub(super) struct Replayed {
    pub sequence: u64,
    pub faults: Vec<String>,
    pub leaf: Digest,
}

fn view<'r>(row: &'r Row<'_>, sequence: u64) -> Result<(EventView<'r>, Digest), String> {
    let cell = |at: usize| row.get_ref(at).map_err(|error| error.to_string());
    let name = |at: usize| row.as_ref().column_name(at).unwrap_or("?").to_owned();
    let text = |at: usize| match cell(at)? {
        ValueRef::Text(bytes) => std::str::from_utf8(bytes)
            .map_err(|_| format!("column `{}`: its text is not UTF-8", name(at))),
        _ => Err(format!("column `{}`: it is not text", name(at))),
    };
    let optional = |at: usize| match cell(at)? {
        ValueRef::Null => Ok(None),
        _ => text(at).map(Some),
    };
    let blob = |at: usize| match cell(at)? {
        ValueRef::Blob(bytes) => Ok(Some(bytes)),
        ValueRef::Null => Ok(None),
        _ => Err(format!("column `{}`: it is not a digest", name(at))),
    };
    let format = match cell(1)? {
        ValueRef::Integer(value) => u32::try_from(value).unwrap_or(u32::MAX),
        _ => u32::MAX,
    };
    let hash = blob(12)?
        .and_then(|bytes| Digest::try_from(bytes).ok())
        .ok_or("column `hash`: it is not a digest")?;
    Ok((
        EventView {
            format,
            sequence,
            at: text(2)?,
            actor: text(3)?,
            host: text(4)?,
            command: text(5)?,
            reason: optional(6)?,
            record: text(7)?,
            action: text(8)?,
            change: text(9)?,
            after: blob(10)?,
            previous: blob(11)?.unwrap_or_default(),
        },
        hash,
    ))
}

fn whole(row: &Row<'_>) -> Result<Event, StoreError> {
    let sequence = u64::try_from(row.get::<_, i64>(0)?).unwrap_or(0);
    let read = || -> Result<Event, String> {
        let (view, hash) = view(row, sequence)?;
        let checked = |text: &str| text.parse().map_err(|error| format!("{error}"));
        let digest = |bytes: &[u8]| Digest::try_from(bytes).map_err(|_| "not a digest".to_owned());
        Ok(Event {
            format: view.format,
            sequence,
            actor: Actor {
                name: checked(view.actor)?,
                host: checked(view.host)?,
                command: checked(view.command)?,
                reason: view.reason.map(checked).transpose()?,
                at: view.at.parse().map_err(|error| format!("{error}"))?,
            },
            record: view.record.to_owned(),
            action: view.action.to_owned(),
            change: view.change.to_owned(),
            after: view.after.map(digest).transpose()?,
            previous: digest(view.previous)?,
            hash,
        })
    };
    read().map_err(|why| StoreError::damaged(format!("event {sequence}"), clean(&why)))
}

impl Store {
    /// The store's own name, a UUID: given when it was made, in the first event.
    pub fn name(&self) -> Result<String, StoreError> {
        store_name(&self.db)
    }

    /// The newest event; a store that was made has one.
    pub fn last_event(&self) -> Result<Option<Last>, StoreError> {
        last(&self.db)
    }

    /// The hash of an event, where there is one of that number.
    pub fn event_hash(&self, sequence: u64) -> Result<Option<Digest>, StoreError> {
        hash_of(&self.db, sequence)
    }

    /// When the store was restored, where nobody has said since that scheduled changes may go on.
    pub fn restored(&self) -> Result<Option<Timestamp>, StoreError> {
        let mut statement = self.db.prepare_cached(RESTORED)?;
        let newest: Option<(String, String)> = statement
            .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let at = newest.filter(|(action, _)| action == Occurrence::Restore.as_str());
        let at = at.map(|(_, at)| at.parse()).transpose();
        at.map_err(|error| StoreError::damaged("table `event`", format!("{error}")))
    }
}
