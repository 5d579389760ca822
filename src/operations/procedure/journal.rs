//! The journal of one operation: each change to it is committed before and after the effect that it tells of.

use anyhow::Result;

use crate::lifecycle::operation::{Came, Operations, advanced, next_key, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::change::Change;
use crate::model::date::Timestamp;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Operation, OperationState};
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::secrets::{Refusal, Secrets};
use crate::store::{Store, StoreError};

/// An operation as it was last committed.
pub struct Journal {
    pub key: OperationKey,
    pub operation: Operation,
}

/// The operations of one account.
///
/// # Errors
/// When the store cannot be read.
pub fn operations(store: &Store, account: &AccountId) -> Result<Operations> {
    let gathered = store.accounts(std::slice::from_ref(account))?;
    let all = gathered.operations.into_iter();
    Ok(all.filter(|(key, _)| key.account == *account).collect())
}

/// The versions that something was decided by, as changes that change nothing: where one of them is another meanwhile,
/// the commit is refused.
pub fn as_decided(versions: &Versions, account: &AccountId) -> Vec<Change> {
    let same = of(versions, account).map(|(key, version)| {
        let record = || (key.clone(), version.clone()).into();
        Change::update(record(), record())
    });
    same.collect()
}

/// Whether a commit was refused since something else was committed meanwhile.
pub(super) fn is_conflict(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref(), Some(StoreError::Conflict { .. }))
}

impl Journal {
    /// Begins an operation: from here on it is known that it may have an effect. `first` is what is changed before it, in
    /// the same commit.
    ///
    /// # Errors
    /// When another one was begun meanwhile.
    pub fn begin(
        secrets: &mut Secrets<'_>,
        account: &AccountId,
        operation: Operation,
        first: Vec<Change>,
    ) -> Result<Journal> {
        let recorded = operations(secrets.store(), account)?;
        let key = next_key(&recorded, account);
        // Of two that begin at once one does: two open journals would each undo what the other did.
        let closes = |open: &OperationKey| {
            first.iter().any(|change| match change.after() {
                Some(Record::Operation(key, after)) => key == open && !after.is_open(),
                Some(_) | None => false,
            })
        };
        if let Some((other, found)) = open(&recorded, account).filter(|(key, _)| !closes(key))
            && operation.is_open()
        {
            return Err(Refusal::Open {
                account: account.clone(),
                number: other.number,
                what: found.what,
            }
            .into());
        }
        let mut changes = first;
        changes.push(Change::create((key.clone(), operation.clone()).into()));
        secrets.commit(&changes)?;
        Ok(Journal { key, operation })
    }

    /// Takes up an operation that is recorded.
    pub fn of(key: OperationKey, operation: Operation) -> Journal {
        Journal { key, operation }
    }

    /// The change that records an operation as it stands now.
    pub fn change(&self, after: &Operation) -> Change {
        Change::update(
            (self.key.clone(), self.operation.clone()).into(),
            (self.key.clone(), after.clone()).into(),
        )
    }

    /// Commits how it stands now, and what else changes with it.
    ///
    /// # Errors
    /// When it cannot be committed: then it stands as it did.
    pub fn write(
        &mut self,
        secrets: &mut Secrets<'_>,
        after: Operation,
        more: Vec<Change>,
    ) -> Result<()> {
        let mut changes = vec![self.change(&after)];
        changes.extend(more);
        secrets.commit(&changes)?;
        self.operation = after;
        Ok(())
    }

    /// Commits what came of an entry.
    ///
    /// # Errors
    /// As [`write`](Journal::write).
    pub fn note(
        &mut self,
        secrets: &mut Secrets<'_>,
        at: usize,
        came: &Came,
        told: Told<'_>,
    ) -> Result<()> {
        let after = advanced(&self.operation, at, came, told.when, told.millis, told.note);
        self.write(secrets, after, told.more)
    }

    /// Lets go on after somebody looked at it.
    pub fn unstalled(&self) -> Operation {
        Operation {
            state: OperationState::Open,
            failures: 0,
            ..self.operation.clone()
        }
    }

    pub fn id(&self) -> RecordId {
        RecordId::new(Kind::Operation, &self.key)
    }
}

/// What is told of an entry.
pub struct Told<'t> {
    pub when: Timestamp,
    pub millis: Option<u32>,
    pub note: Option<&'t str>,
    /// What is committed with it.
    pub more: Vec<Change>,
}

impl Told<'_> {
    pub fn at(when: Timestamp) -> Told<'static> {
        Told {
            when,
            millis: None,
            note: None,
            more: Vec::new(),
        }
    }
}
