//! Which events are shown: what is asked for, and the statements that find it.

use rusqlite::{OptionalExtension, Row, named_params};

use crate::model::date::Timestamp;
use crate::model::event::Event;
use crate::model::id::AccountId;
use crate::model::record::RecordId;
use crate::store::Store;
use crate::store::cell::lossy;
use crate::store::error::StoreError;
use crate::store::event::whole;

const AFTER: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event
    WHERE sequence > :after AND at >= :since AND at < :before
      AND (:records IS NULL OR record IN (SELECT value FROM json_each(:records))
        OR (record = 'store' AND instr(change, :told) > 0))
      AND (:actor IS NULL OR actor = :actor OR actor GLOB :said OR actor GLOB :user)
      AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
    ORDER BY sequence";

const OF_RECORD: &str = "
    SELECT sequence, format, at, actor, host, command, reason, record, action, change, after, previous, hash
    FROM event
    WHERE record = :record AND sequence > :after AND at >= :since AND at < :before
      AND (:actor IS NULL OR actor = :actor OR actor GLOB :said OR actor GLOB :user)
      AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
    ORDER BY sequence";

/// As the two above, from the end: `skip` of them stand behind the one that is looked for.
const LAST_BUT: &str = "
    SELECT sequence FROM event
    WHERE at >= :since AND at < :before
      AND (:records IS NULL OR record IN (SELECT value FROM json_each(:records))
        OR (record = 'store' AND instr(change, :told) > 0))
      AND (:actor IS NULL OR actor = :actor OR actor GLOB :said OR actor GLOB :user)
      AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
    ORDER BY sequence DESC LIMIT 1 OFFSET :skip";

const LAST_BUT_OF_RECORD: &str = "
    SELECT sequence FROM event
    WHERE record = :record AND at >= :since AND at < :before
      AND (:actor IS NULL OR actor = :actor OR actor GLOB :said OR actor GLOB :user)
      AND (:actions IS NULL OR action IN (SELECT value FROM json_each(:actions)))
    ORDER BY sequence DESC LIMIT 1 OFFSET :skip";

const RECORDS_AFTER: &str = "SELECT DISTINCT record FROM event WHERE sequence > :after";

/// Which events to show; what is `None` does not limit.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// The record's id as text: `account/etl`.
    pub record: Option<String>,
    /// Every record of this account's, and what was refused of it. Does not go together with `record`.
    pub about: Option<AccountId>,
    /// From this moment on.
    pub since: Option<Timestamp>,
    /// Before this moment.
    pub before: Option<Timestamp>,
    /// The actor: whole, by what an automation called itself, or by the OS user.
    pub actor: Option<String>,
    /// Any of these actions; where there are none, they do not limit.
    pub actions: Vec<String>,
    /// Only events of a higher number.
    pub after: Option<u64>,
}

impl Store {
    /// Calls `then` with each event that the filter lets through, oldest first, one at a time.
    pub fn events(
        &self,
        filter: &EventFilter,
        then: &mut dyn FnMut(Event) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let engine = StoreError::from;
        let bounds = Bounds::of(filter);
        let after = filter
            .after
            .map_or(0, |after| i64::try_from(after).unwrap_or(i64::MAX));
        // What is asked for is as of the moment of the answer.
        let _moment = self.moment()?;
        let about = self.about(filter, after)?;
        let sql = if filter.record.is_some() {
            OF_RECORD
        } else {
            AFTER
        };
        let mut statement = self.db.prepare_cached(sql).map_err(engine)?;
        let mut rows = match &filter.record {
            Some(record) => statement.query(named_params! {
                ":record": record, ":after": after, ":since": bounds.since, ":before": bounds.before,
                ":actor": filter.actor, ":said": bounds.said, ":user": bounds.user, ":actions": bounds.actions }),
            None => statement.query(named_params! {
                ":after": after, ":since": bounds.since, ":before": bounds.before, ":actor": filter.actor,
                ":said": bounds.said, ":user": bounds.user, ":actions": bounds.actions,
                ":records": about.records, ":told": about.told }),
        }
        .map_err(engine)?;
        while let Some(row) = rows.next().map_err(engine)? {
            then(whole(row)?)?;
        }
        Ok(())
    }

    /// The number behind which the last so many events stand that a filter lets through; none where there are fewer.
    pub fn before_last(&self, filter: &EventFilter, last: u64) -> Result<Option<u64>, StoreError> {
        let bounds = Bounds::of(filter);
        let skip = i64::try_from(last.saturating_sub(1)).unwrap_or(i64::MAX);
        let _moment = self.moment()?;
        let about = self.about(filter, 0)?;
        let read = |row: &Row<'_>| row.get::<_, i64>(0);
        let found = match &filter.record {
            Some(record) => self.db.prepare_cached(LAST_BUT_OF_RECORD)?.query_row(
                named_params! { ":record": record, ":since": bounds.since, ":before": bounds.before,
                ":actor": filter.actor, ":said": bounds.said, ":user": bounds.user, ":actions": bounds.actions, ":skip": skip },
                read,
            ),
            None => self.db.prepare_cached(LAST_BUT)?.query_row(
                named_params! { ":since": bounds.since, ":before": bounds.before, ":actor": filter.actor,
                ":said": bounds.said, ":user": bounds.user, ":actions": bounds.actions, ":skip": skip,
                ":records": about.records, ":told": about.told },
                read,
            ),
        };
        let found = found.optional()?;
        Ok(found.and_then(|sequence| u64::try_from(sequence - 1).ok()))
    }

    /// What of the events behind some number is about the account that is asked for.
    fn about(&self, filter: &EventFilter, after: i64) -> Result<About, StoreError> {
        let Some(account) = &filter.about else {
            return Ok(About::default());
        };
        let mut statement = self.db.prepare_cached(RECORDS_AFTER)?;
        let mut rows = statement.query(named_params! { ":after": after })?;
        let mut records = Vec::new();
        while let Some(row) = rows.next()? {
            let record = lossy(row.get_ref(0)?);
            let id: Option<RecordId> = record.parse().ok();
            if id.is_some_and(|id| id.is_of(account)) {
                records.push(record);
            }
        }
        Ok(About {
            records: Some(serde_json::json!(records).to_string()),
            told: Some(format!(r#"{{"field":"account","to":"{account}"}}"#)),
        })
    }
}

/// The records that are of an account, as a list in JSON, and the words by which a refusal names it.
#[derive(Default)]
struct About {
    records: Option<String>,
    told: Option<String>,
}

/// What a filter lets through, as the statements take it. The times have one form, and sort as text.
struct Bounds {
    since: String,
    before: String,
    /// `NAME (USER)` where NAME is the actor that is asked for, then where USER is.
    said: Option<String>,
    user: Option<String>,
    actions: Option<String>,
}

impl Bounds {
    fn of(filter: &EventFilter) -> Bounds {
        let text =
            |at: Option<Timestamp>, open: &str| at.map_or(open.to_owned(), |at| at.to_string());
        let actions = &filter.actions;
        let actor = filter.actor.as_deref().map(literal);
        Bounds {
            since: text(filter.since, ""),
            // Behind every digit.
            before: text(filter.before, "~"),
            said: actor.as_ref().map(|actor| format!("{actor} (*)")),
            user: actor.as_ref().map(|actor| format!("* ({actor})")),
            actions: (!actions.is_empty()).then(|| serde_json::json!(actions).to_string()),
        }
    }
}

/// A text as a pattern of GLOB that matches nothing else.
fn literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '*' | '?' | '[' => out.extend(['[', c, ']']),
            other => out.push(other),
        }
    }
    out
}
