//! Table `event`: the audit trail, one row for each change, never changed and never removed.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter};

use crate::audit::{Chain, EventView, FORMAT, GENESIS, hash_view};
use crate::model::change::Occurrence;
use crate::model::date::Timestamp;
use crate::model::event::{Actor, Digest, Event};
use crate::store::Store;
use crate::store::cell::{NULL, lossy, text};
use crate::store::error::{StoreError, clean};

const INSERT: &str = "
    INSERT INTO event (sequence, format, at, actor, host, command, reason, record, action, change,
      after, previous, hash)
    VALUES (:sequence, :format, :at, :actor, :host, :command, :reason, :record, :action, :change,
      :after, :previous, :hash)";

const ALL: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event ORDER BY sequence";

const AFTER: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event
    WHERE sequence > :after AND at >= :since
      AND actor = ifnull(:actor, actor) AND action = ifnull(:action, action)
    ORDER BY sequence";

const OF_RECORD: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event
    WHERE record = :record AND sequence > :after AND at >= :since
      AND actor = ifnull(:actor, actor) AND action = ifnull(:action, action)
    ORDER BY sequence";

const LAST: &str = "SELECT sequence, hash, at FROM event ORDER BY sequence DESC LIMIT 1";
const LATEST_OF: &str =
    "SELECT after FROM event WHERE record = :record ORDER BY sequence DESC LIMIT 1";
const HASH: &str = "SELECT hash FROM event WHERE sequence = :sequence";
const RESTORED: &str = "
    SELECT action, at FROM event WHERE record = 'store' AND action IN ('restore', 'resume')
    ORDER BY sequence DESC LIMIT 1";
const FIRST: &str = "SELECT change FROM event WHERE sequence = 1 AND record = 'store'";
const RECORDS: &str = "SELECT DISTINCT record FROM event ORDER BY record";

/// Which events to show; what is `None` does not limit.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The record's id as text: `account/etl`.
    pub record: Option<String>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    pub actor: Option<String>,
    pub action: Option<String>,
    /// Only events of a higher number.
    pub after: Option<u64>,
}

/// The end of the trail, to which a transaction appends.
pub(super) struct Trail<'a> {
    actor: &'a Actor,
    at: String,
    last: u64,
    head: Digest,
    scratch: Vec<u8>,
}

impl<'a> Trail<'a> {
    /// The end as it stands. Audit time never runs backwards: it is the later of the actor's and the last event's.
    pub fn resume(db: &Connection, actor: &'a Actor) -> Result<Trail<'a>, StoreError> {
        let last = last(db)?;
        let at = last.as_ref().map_or(actor.at, |last| last.at.max(actor.at));
        Ok(Trail {
            actor,
            at: at.to_string(),
            last: last.as_ref().map_or(0, |last| last.sequence),
            head: last.map_or(GENESIS, |last| last.hash),
            scratch: Vec::new(),
        })
    }

    pub fn last(&self) -> u64 {
        self.last
    }

    /// Appends one event and gives nothing back: its number is `last`.
    pub fn append(
        &mut self,
        db: &Connection,
        record: &str,
        action: &str,
        change: &str,
        after: Option<Digest>,
    ) -> Result<(), StoreError> {
        let sequence = self.last + 1;
        let view = EventView {
            format: FORMAT,
            sequence,
            at: &self.at,
            actor: self.actor.name.as_str(),
            host: self.actor.host.as_str(),
            command: self.actor.command.as_str(),
            reason: self.actor.reason.as_ref().map(|reason| reason.as_str()),
            record,
            action,
            change,
            after: after.as_ref().map(|digest| &digest[..]),
            previous: &self.head,
        };
        let hash = hash_view(&view, &mut self.scratch);
        let blob = |bytes| ToSqlOutput::Borrowed(ValueRef::Blob(bytes));
        let number = |value: i64| ToSqlOutput::Owned(Value::Integer(value));
        let row = [
            number(i64::try_from(sequence).unwrap_or(i64::MAX)),
            number(view.format.into()),
            text(view.at),
            text(view.actor),
            text(view.host),
            text(view.command),
            view.reason.map_or(NULL, text),
            text(record),
            text(action),
            text(change),
            view.after.map_or(NULL, blob),
            blob(view.previous),
            blob(&hash),
        ];
        db.prepare_cached(INSERT)?.execute(params_from_iter(&row))?;
        self.last = sequence;
        self.head = hash;
        Ok(())
    }
}

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

/// Replays the trail; `then` gets each fault with the number of its event.
pub(super) fn replay(
    db: &Connection,
    mut then: impl FnMut(u64, String),
) -> Result<Chain, StoreError> {
    let mut chain = Chain::new();
    let mut statement = db.prepare(ALL)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let sequence = row.get::<_, i64>(0)?;
        let sequence = u64::try_from(sequence).unwrap_or(0);
        match view(row, sequence) {
            Ok((view, hash)) => {
                for fault in chain.step_view(&view, &hash) {
                    then(sequence, fault.to_string());
                }
            }
            Err(why) => then(sequence, why),
        }
    }
    Ok(chain)
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
        let change: Option<String> = self.db.query_row(FIRST, [], |row| row.get(0)).optional()?;
        let change: serde_json::Value = change
            .and_then(|text| serde_json::from_str(&text).ok())
            .unwrap_or_default();
        let name = change.pointer("/0/to").and_then(|name| name.as_str());
        name.map(str::to_owned)
            .ok_or_else(|| StoreError::damaged("event 1", "it does not name the store"))
    }

    /// The newest event; a store that was made has one.
    pub fn last_event(&self) -> Result<Option<Last>, StoreError> {
        last(&self.db)
    }

    /// The hash of an event, where there is one of that number.
    pub fn event_hash(&self, sequence: u64) -> Result<Option<Digest>, StoreError> {
        let sequence = i64::try_from(sequence).unwrap_or(i64::MAX);
        let mut statement = self.db.prepare_cached(HASH)?;
        Ok(statement
            .query_row([sequence], |row| row.get(0))
            .optional()?)
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

    /// Calls `then` with each event that the filter lets through, oldest first, one at a time.
    pub fn events(
        &self,
        filter: &EventFilter,
        then: &mut dyn FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let engine = StoreError::from;
        let since = filter
            .since
            .map_or(String::new(), |since| since.to_string());
        let after = filter
            .after
            .map_or(0, |after| i64::try_from(after).unwrap_or(i64::MAX));
        let sql = if filter.record.is_some() {
            OF_RECORD
        } else {
            AFTER
        };
        let mut statement = self.db.prepare_cached(sql).map_err(engine)?;
        let mut rows = match &filter.record {
            Some(record) => {
                statement.query(params![record, after, since, filter.actor, filter.action])
            }
            None => statement.query(params![after, since, filter.actor, filter.action]),
        }
        .map_err(engine)?;
        while let Some(row) = rows.next().map_err(engine)? {
            then(whole(row)?)?;
        }
        Ok(())
    }
}
