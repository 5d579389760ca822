//! The store's key, which another command may renew at any time, but for while a value is on its way from a provider.

use anyhow::Result;

use crate::lifecycle::operation::{Operations, gives, left};
use crate::model::change::Change;
use crate::model::key::Only;
use crate::model::operation::{EntryState, Operation, Phase, Work};
use crate::model::record::{Kind, Record, RecordId};
use crate::operations::secrets::{Refusal, Secrets, store_key};
use crate::secrets::SecretError;
use crate::store::StoreError;

impl Secrets<'_> {
    /// A change that changes nothing: the commit is refused where the store's key was renewed since it was opened. What
    /// was sealed meanwhile would be sealed to the recipients of old.
    pub(in crate::operations) fn same_key(&self) -> Change {
        let key = Record::from((Only, self.store_key.clone()));
        Change::update(key.clone(), key)
    }

    /// Why a value could not be had: what does not open was not damaged, where all was sealed anew since it was opened here.
    pub(super) fn unless_renewed(&self, error: SecretError) -> anyhow::Error {
        match store_key(self.store) {
            Ok(Some(now)) if now != self.store_key => {
                let record = RecordId::new(Kind::StoreKey, &Only);
                StoreError::Conflict { record }.into()
            }
            Ok(_) | Err(_) => error.into(),
        }
    }

    /// Refuses while a step is under way that gives a new value: whoever began it could not seal it any more. A step that
    /// was cut off looks the same, until somebody goes on with it.
    ///
    /// # Errors
    /// When there is such a step, or the store cannot be read.
    pub fn refuse_in_flight(&self) -> Result<()> {
        let mut operations = Operations::new();
        for record in self.store.records(Kind::Operation)? {
            if let Record::Operation(key, operation) = record {
                operations.insert(key, *operation);
            }
        }
        let versions = self.versions()?;
        for (key, operation) in operations.iter().filter(|(_, it)| is_making(it)) {
            // An emergency may have closed it while it was at work.
            let tag = operation.tag();
            let is_left = || {
                let left = left(&operations, &key.account, &versions);
                left.into_iter()
                    .any(|entry| entry.tag.is_some_and(|it| it.as_str() == tag))
            };
            if operation.is_open() || is_left() {
                let (account, number) = (key.account.clone(), key.number);
                return Err(Refusal::InFlight { account, number }.into());
            }
        }
        Ok(())
    }
}

/// Whether a rotation began a step that gives the new value, and nobody wrote yet what came of it.
fn is_making(operation: &Operation) -> bool {
    let mut begun = operation
        .entries
        .iter()
        .filter(|entry| entry.phase == Phase::Create && entry.state == EntryState::Started);
    operation.what == Work::Rotate && begun.any(|entry| entry.step.as_ref().is_some_and(gives))
}
