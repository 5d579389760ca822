//! The one write path: changes and their audit events in one transaction, or nothing.

use rusqlite::{Connection, TransactionBehavior};

use std::borrow::Cow;

use crate::audit::{kept, record_digest_of};
use crate::model::change::{Action, Change, Expected, Note, Occurrence, Verb, field_changes};
use crate::model::event::Actor;
use crate::model::record::{Record, RecordId};
use crate::store::checkpoint::{JudgedBy, Kept, Standing, Tip, Witness};
use crate::store::error::StoreError;
use crate::store::noun::{delete_record, insert_record, load_record, update_record};
use crate::store::trail::Trail;
use crate::store::{Access, Store, checkpoint, dangling, due, event, migrate};

/// The events that a commit appended: none where `first` is greater than `last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Committed {
    pub first: u64,
    pub last: u64,
}

impl Store {
    /// Writes all of the changes and one event for each, or none of them.
    ///
    /// Each change is checked against what stands in the store. A change that changes nothing leaves no event.
    /// Waits for another writer as long as [`Store::set_wait`] allows. Once it returns, a power cut loses nothing.
    pub fn commit(&mut self, actor: &Actor, changes: &[Change]) -> Result<Committed, StoreError> {
        self.commit_with(actor, changes, &[])
    }

    /// The same, with notes of what else happened: one event for each, behind those of the changes.
    pub fn commit_with(
        &mut self,
        actor: &Actor,
        changes: &[Change],
        notes: &[Note],
    ) -> Result<Committed, StoreError> {
        if changes.is_empty() && notes.is_empty() {
            let last = event::last(&self.db)?.map_or(0, |last| last.sequence);
            return Ok(Committed {
                first: last + 1,
                last,
            });
        }
        if self.access == Access::Read {
            return Err(StoreError::ReadOnly {
                why: "it was opened for reading".to_owned(),
            });
        }
        let _held = self.hold()?;
        self.check_identity()?;
        let witness = self.witness.as_deref();
        let transaction = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        check_version(&transaction)?;
        let mut trail = Trail::resume(&transaction, actor)?;
        // Asked behind the lock, so that nobody puts another trail there in between.
        let vouches = witness.filter(|witness| witness.goes_on(&Standing(&transaction)));
        let first = trail.last() + 1;
        for change in changes {
            apply(&transaction, &mut trail, change)?;
        }
        for note in notes {
            note_down(&transaction, &mut trail, note)?;
        }
        if let Some(judged) = witness.and_then(Witness::judged_by) {
            configured(&transaction, &mut trail, &judged)?;
        }
        due::refresh(&transaction, changes)?;
        let tip = trail.finish(&transaction)?;
        let (store, signed) = vouch(&transaction, &tip, vouches)?;
        dangling::commit(transaction)?;
        if let Some(witness) = vouches {
            witness.committed(&store, &tip, signed.as_ref());
        }
        let last = tip.size;
        Ok(Committed { first, last })
    }
}

/// Has the new end of the trail signed, where somebody can; gives the store's name, and what was kept.
fn vouch(
    db: &Connection,
    tip: &Tip,
    witness: Option<&dyn Witness>,
) -> Result<(String, Option<Kept>), StoreError> {
    let Some(witness) = witness else {
        return Ok((String::new(), None));
    };
    let store = event::store_name(db)?;
    let signed = witness.sign(&tip.checkpoint(&store));
    if let Some(kept) = &signed {
        checkpoint::keep(db, kept)?;
    }
    Ok((store, signed))
}

/// Notes which configuration was judged by, where this user noted none or another last.
fn configured(db: &Connection, trail: &mut Trail<'_>, judged: &JudgedBy) -> Result<(), StoreError> {
    let note = Note::new(None, Occurrence::Configure)
        .with("file", judged.file.as_str())
        .with("sha256", judged.sha256.as_str());
    let (actor, host) = trail.who();
    if event::configured(db, actor, host)?.as_deref() == Some(judged.sha256.as_str()) {
        return Ok(());
    }
    note_down(db, trail, &note)
}

/// Another keyroll may have brought the store to a newer format since it was opened.
fn check_version(db: &Connection) -> Result<(), StoreError> {
    let (found, known) = (migrate::version(db)?, migrate::newest());
    if found == known {
        Ok(())
    } else {
        Err(StoreError::Newer { found, known })
    }
}

fn apply(db: &Connection, trail: &mut Trail<'_>, change: &Change) -> Result<(), StoreError> {
    match (&change.action, &change.expected) {
        (Action::Put(record), Expected::Absent) => create(db, trail, record),
        (Action::Put(record), Expected::Present(before)) => update(db, trail, before, record),
        (Action::Remove(id), Expected::Present(before)) => remove(db, trail, before, id),
        (Action::Remove(id), Expected::Absent) => Err(conflict(id.clone())),
    }
}

fn conflict(record: RecordId) -> StoreError {
    StoreError::Conflict { record }
}

fn create(db: &Connection, trail: &mut Trail<'_>, record: &Record) -> Result<(), StoreError> {
    // That nothing stands there, the table's own key says.
    if !insert_record(db, record)? {
        return Err(conflict(record.id()));
    }
    let id = record.id().to_string();
    if event::latest_of(db, &id)?.flatten().is_some() {
        return Err(StoreError::Tampered {
            record: record.id(),
        });
    }
    let body = json(record)?;
    let digest = record_digest_of(&id, body.as_bytes());
    let change = format!(r#"[{{"field":"","to":{}}}]"#, told_as(record, body)?);
    trail.append(db, &id, Verb::Create.as_str(), &change, Some(digest))
}

fn update(
    db: &Connection,
    trail: &mut Trail<'_>,
    before: &Record,
    after: &Record,
) -> Result<(), StoreError> {
    expect(db, before, &after.id())?;
    if before == after {
        return Ok(());
    }
    if !update_record(db, after)? {
        return Err(conflict(after.id()));
    }
    let id = after.id().to_string();
    let digest = record_digest_of(&id, json(after)?.as_bytes());
    let change = serde_json::to_string(&field_changes(Some(&kept(before)), Some(&kept(after))))
        .expect("the keys of a change are strings");
    trail.append(db, &id, Verb::Update.as_str(), &change, Some(digest))
}

fn remove(
    db: &Connection,
    trail: &mut Trail<'_>,
    before: &Record,
    id: &RecordId,
) -> Result<(), StoreError> {
    expect(db, before, id)?;
    if !delete_record(db, id)? {
        return Err(conflict(id.clone()));
    }
    let change = format!(r#"[{{"field":"","from":{}}}]"#, json(&kept(before))?);
    trail.append(db, &id.to_string(), Verb::Remove.as_str(), &change, None)
}

/// Whether `before` is what stands under `id`, and what its latest event left there.
///
/// Without the second, a change would put a good digest over a row that was changed behind the trail's back.
pub(super) fn expect(db: &Connection, before: &Record, id: &RecordId) -> Result<(), StoreError> {
    let stands = before.id() == *id && load_record(db, id)?.as_ref() == Some(before);
    if !stands {
        return Err(conflict(id.clone()));
    }
    let name = id.to_string();
    let digest = record_digest_of(&name, json(before)?.as_bytes());
    if event::latest_of(db, &name)?.flatten().as_deref() == Some(&digest[..]) {
        Ok(())
    } else {
        Err(StoreError::Tampered { record: id.clone() })
    }
}

/// A new record as the trail keeps it; `body` is its JSON, which most are kept as.
fn told_as(record: &Record, body: String) -> Result<String, StoreError> {
    match kept(record) {
        Cow::Borrowed(_) => Ok(body),
        Cow::Owned(kept) => json(&kept),
    }
}

/// Appends a note; the record that it is about is left as its latest event left it.
fn note_down(db: &Connection, trail: &mut Trail<'_>, note: &Note) -> Result<(), StoreError> {
    let details = serde_json::to_string(&note.details).expect("the keys of a note are strings");
    let what = note.what.as_str();
    let Some(id) = &note.about else {
        return trail.append(db, "store", what, &details, None);
    };
    let record = load_record(db, id)?.ok_or_else(|| conflict(id.clone()))?;
    expect(db, &record, id)?;
    let digest = record_digest_of(&id.to_string(), json(&record)?.as_bytes());
    trail.append(db, &id.to_string(), what, &details, Some(digest))
}

fn json(record: &Record) -> Result<String, StoreError> {
    String::from_utf8(record.to_json())
        .map_err(|error| StoreError::damaged(record.id().to_string(), error.to_string()))
}
