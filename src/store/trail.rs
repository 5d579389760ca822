//! The end of the trail, as a transaction appends to it: the chain and the tree go on from where they stand.

use rusqlite::types::{ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::audit::tree::{Tree, leaf_hash};
use crate::audit::{EventView, FORMAT, hash_view};
use crate::model::event::{Actor, Digest};
use crate::store::cell::{NULL, text};
use crate::store::checkpoint::Tip;
use crate::store::error::StoreError;
use crate::store::{event, tree};

const INSERT: &str = "
    INSERT INTO event (sequence, format, at, actor, host, command, reason, record, action, change,
      after, previous, hash)
    VALUES (:sequence, :format, :at, :actor, :host, :command, :reason, :record, :action, :change,
      :after, :previous, :hash)";

/// The end of the trail, to which a transaction appends.
pub(super) struct Trail<'a> {
    actor: &'a Actor,
    at: String,
    last: u64,
    head: Digest,
    tree: Tree,
    scratch: Vec<u8>,
}

impl<'a> Trail<'a> {
    /// The end as it stands. Audit time never runs backwards: it is the later of the actor's and the last event's.
    pub fn resume(db: &Connection, actor: &'a Actor) -> Result<Trail<'a>, StoreError> {
        let last = event::last(db)?;
        let (tree, head) = tree::load(db)?;
        let sequence = last.as_ref().map_or(0, |last| last.sequence);
        // An event more would hide that others were taken away, or put there.
        if sequence != tree.size() || last.as_ref().is_some_and(|last| last.hash != head) {
            return Err(StoreError::Cut {
                events: sequence,
                expected: tree.size(),
            });
        }
        let at = last.as_ref().map_or(actor.at, |last| last.at.max(actor.at));
        Ok(Trail {
            actor,
            at: at.to_string(),
            last: sequence,
            head,
            tree,
            scratch: Vec::new(),
        })
    }

    pub fn last(&self) -> u64 {
        self.last
    }

    /// Whose events these are, and from which host.
    pub fn who(&self) -> (&'a str, &'a str) {
        (self.actor.name.as_str(), self.actor.host.as_str())
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
        self.tree.push(leaf_hash(&hash));
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

    /// Keeps the tree as it stands now: once, behind the last event.
    pub fn finish(&self, db: &Connection) -> Result<Tip, StoreError> {
        tree::store(db, &self.tree, &self.head)?;
        Ok(Tip {
            size: self.tree.size(),
            root: self.tree.root(),
            head: self.head,
        })
    }
}
