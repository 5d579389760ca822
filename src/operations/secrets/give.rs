//! Stores the value of a version in the place that its credential names.

use anyhow::Result;

use crate::lifecycle::versions::{self, Given};
use crate::model::account::AccountStatus;
use crate::model::change::Change;
use crate::model::date::Date;
use crate::model::key::VersionKey;
use crate::model::sealed::{Held, Source};
use crate::operations::secrets::{Refusal, Secrets, account};
use crate::secret::{Doubt, Value, doubts};

/// How storing a value went.
pub struct Stored {
    pub version: VersionKey,
    /// Whether it went into a version that was recorded without a value.
    pub filled: bool,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
    /// The other versions that hold a secret of it.
    pub reused: Vec<VersionKey>,
}

impl Secrets<'_> {
    /// Stores a value; `None` for one that is in its place already.
    ///
    /// # Errors
    /// When there is no version for it, or its place does not take it; nothing is recorded then.
    pub fn give(
        &mut self,
        name: &str,
        value: Option<Value>,
        source: Source,
        given: &Given,
        today: Date,
    ) -> Result<Stored> {
        let (id, account, credential) = account(self.store, name)?;
        if account.status == AccountStatus::Retired {
            return Err(Refusal::Retired(id).into());
        }
        let recorded = self.versions()?;
        let (key, filled) = match (&value, self.unvouched(&recorded, &id)) {
            (None, Some(key)) => (key, true),
            _ => versions::slot(&recorded, &id, given)?,
        };
        let mut held = Held {
            place: credential.store.clone(),
            item: None,
            source,
            fingerprints: Default::default(),
            exposed: None,
        };
        // The dates first: what they refuse is refused before anything is put anywhere.
        versions::store(&recorded, &key, given, held.clone(), today)?;
        let place = self.place(&held.place, &credential)?;
        let slot = self.slot(&key, &credential, &held);
        let (value, put) = match value {
            Some(value) => {
                let put = place.put(&slot, &value)?;
                (value, put)
            }
            None => (place.get(&slot, &held, None)?, Default::default()),
        };
        drop(place);
        held.item = put.item;
        held.fingerprints = self.keys.fingerprints(&value);
        let mut changes = versions::store(&recorded, &key, given, held.clone(), today)?;
        changes.push(self.same_key());
        if let Some(sealed) = put.sealed {
            changes.push(Change::create((key.clone(), sealed).into()));
        }
        let reused = recorded.iter().filter(|(other, version)| {
            let theirs = version
                .held
                .iter()
                .flat_map(|held| held.fingerprints.values());
            **other != key
                && theirs
                    .clone()
                    .any(|one| held.fingerprints.values().any(|ours| ours == one))
        });
        let reused = reused.map(|(key, _)| key.clone()).collect();
        self.store.commit(&self.actor, &changes)?;
        Ok(Stored {
            doubts: doubts(&value),
            version: key,
            filled,
            reused,
        })
    }

    /// The version of an account whose value nothing vouches for any more.
    fn unvouched(
        &self,
        recorded: &versions::Versions,
        id: &crate::model::id::AccountId,
    ) -> Option<VersionKey> {
        let (key, version) = crate::lifecycle::due::newest(recorded, id)?;
        let held = version.held.as_ref()?;
        held.fingerprints.is_empty().then(|| key.clone())
    }
}
