//! Stores the value of a version in the place that its credential names.

use anyhow::Result;

use crate::lifecycle::due;
use crate::lifecycle::operation::{Came, advanced, awaits_value, open};
use crate::lifecycle::versions::{self, Given};
use crate::model::account::AccountStatus;
use crate::model::change::{Action, Change};
use crate::model::credential::{SecretPlace, Version};
use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::model::operation::Operation;
use crate::model::record::Record;
use crate::model::sealed::{Held, Source};
use crate::model::text::Text;
use crate::operations::procedure::{Journal, operations};
use crate::operations::secrets::{Refusal, Secrets, account};
use crate::secret::{Doubt, Value, doubts};

/// What is recorded together with a value.
pub(in crate::operations) struct Also<'a> {
    /// Where the value goes, in place of where its credential says: what must not be lost while that cannot be reached.
    pub place: Option<&'a SecretPlace>,
    /// What else is known of the version.
    pub amend: &'a dyn Fn(&mut Version),
    /// What else is written in the same transaction, once the version's key is known.
    pub changes: &'a dyn Fn(&VersionKey) -> Vec<Change>,
}

/// Nothing else.
const ALONE: Also<'static> = Also {
    place: None,
    amend: &|_| {},
    changes: &|_| Vec::new(),
};

/// How storing a value went.
pub struct Stored {
    pub version: VersionKey,
    /// Whether it went into a version that was recorded without a value.
    pub filled: bool,
    /// The number of the open rotation that waited for it.
    pub rotation: Option<u32>,
    /// What speaks against it.
    pub doubts: Vec<Doubt>,
    /// The other versions that hold a secret of it.
    pub reused: Vec<VersionKey>,
}

impl Secrets<'_> {
    /// Stores a value; `None` for one that is in its place already.
    ///
    /// # Errors
    /// When there is no version for it, an operation is open that does not wait for it, or its place does not take it;
    /// nothing is recorded then.
    pub fn give(
        &mut self,
        name: &str,
        value: Option<Value>,
        source: Source,
        given: &Given,
        today: Date,
    ) -> Result<Stored> {
        let (id, _, _) = account(self.store, name)?;
        if let Some(given) = &given.id {
            self.refuse_secret_as_id(&id, given, value.as_ref())?;
        }
        let operations = operations(self.store, &id)?;
        let Some((key, operation)) = open(&operations, &id) else {
            return self.give_with(name, value.as_ref(), source, (given, today), &ALONE);
        };
        let at = awaits_value(operation).filter(|_| given.pending && value.is_some());
        let Some(at) = at else {
            let (number, what) = (key.number, operation.what);
            return Err(Refusal::Open {
                account: id,
                number,
                what,
            }
            .into());
        };
        // The very value that its next step waits for: the journal says so in the same transaction.
        let journal = Journal::of(key.clone(), operation.clone());
        let tag: Option<Text> = operation.tag().parse().ok();
        let now = self.actor.at;
        let also = Also {
            place: None,
            amend: &|version| {
                version.tag.clone_from(&tag);
                version.identity.clone_from(&operation.identity);
            },
            changes: &|key| {
                let made = Operation {
                    version: Some(key.number),
                    ..operation.clone()
                };
                let note = format!("version {} was given by hand, and waits", key.number);
                let came = advanced(&made, at, &Came::Done, now, None, Some(&note));
                vec![journal.change(&came)]
            },
        };
        let given = Given {
            new: true,
            ..given.clone()
        };
        let stored = self.give_with(name, value.as_ref(), source, (&given, today), &also)?;
        Ok(Stored {
            rotation: Some(key.number),
            ..stored
        })
    }

    /// The same, with what else is recorded of it.
    ///
    /// # Errors
    /// As [`give`](Secrets::give).
    pub(in crate::operations) fn give_with(
        &mut self,
        name: &str,
        value: Option<&Value>,
        source: Source,
        dated: (&Given, Date),
        also: &Also<'_>,
    ) -> Result<Stored> {
        let (given, today) = dated;
        let (id, account, credential) = account(self.store, name)?;
        // What a running operation was given is kept, whatever became of the account meanwhile: nobody shows it twice.
        if account.status == AccountStatus::Retired && also.place.is_none() {
            return Err(Refusal::Retired(id).into());
        }
        let recorded = self.versions()?;
        let (key, filled) = match (&value, self.unvouched(&recorded, &id)) {
            (None, Some(key)) => (key, true),
            _ => versions::slot(&recorded, &id, given)?,
        };
        let mut held = Held {
            place: also.place.unwrap_or(&credential.store).clone(),
            item: None,
            source,
            bound: None,
            fingerprints: Default::default(),
            // What somebody could read who should not is still exposed when it is only looked at again.
            exposed: recorded.get(&key).and_then(due::exposed),
        };
        if value.is_some() && also.place.is_none() {
            self.refuse_unapproved(&held.place)?;
        }
        if given.pending && held.place.holds_one() {
            let place = held.place;
            return Err(Refusal::OneValue { account: id, place }.into());
        }
        // The dates first: what they refuse is refused before anything is put anywhere.
        versions::store(&recorded, &key, given, held.clone(), today)?;
        let place = self.place(&held.place, &credential)?;
        let slot = self.slot(&key, &credential, &held);
        let found;
        let (value, put) = match value {
            Some(value) => (value, place.put(&slot, value)?),
            None => {
                found = place.get(&slot, &held, None)?;
                (&found, Default::default())
            }
        };
        drop(place);
        held.item = put.item;
        let mut held = self.keys.vouched(&key, held, value);
        // What somebody could read who should not is as exposed when it is stored once more.
        let same = versions::of(&recorded, &id).filter_map(|(_, version)| version.held.as_ref());
        let same = same
            .filter(|old| shares(old, &held))
            .filter_map(|old| old.exposed);
        held.exposed = held.exposed.or(same.min());
        let mut changes = versions::store(&recorded, &key, given, held.clone(), today)?;
        for change in &mut changes {
            if let Action::Put(Record::Version(written, version)) = &mut change.action
                && *written == key
            {
                (also.amend)(version);
            }
        }
        changes.extend((also.changes)(&key));
        changes.push(self.same_key());
        changes.push(Secrets::same_account(&id, &account));
        if let Some(sealed) = put.sealed {
            changes.push(Change::create((key.clone(), sealed).into()));
        }
        let reused = recorded.iter().filter(|(other, version)| {
            **other != key
                && version
                    .held
                    .as_ref()
                    .is_some_and(|theirs| shares(theirs, &held))
        });
        let reused = reused.map(|(key, _)| key.clone()).collect();
        self.store.commit(&self.actor, &changes)?;
        Ok(Stored {
            doubts: doubts(value),
            version: key,
            filled,
            rotation: None,
            reused,
        })
    }

    /// The version of an account whose value nothing vouches for any more.
    fn unvouched(&self, recorded: &versions::Versions, id: &AccountId) -> Option<VersionKey> {
        let (key, version) = due::newest(recorded, id)?;
        let held = version.held.as_ref()?;
        held.bound.is_none().then(|| key.clone())
    }
}

/// Whether two versions have a secret in common.
fn shares(one: &Held, other: &Held) -> bool {
    let mut prints = one.fingerprints.values();
    prints.any(|print| other.fingerprints.values().any(|theirs| theirs == print))
}
