//! Seals every secret anew, for other recipients or under another identity: in one transaction, so that an
//! interruption leaves all as it was.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::thread;

use anyhow::Result;

use crate::model::change::Change;
use crate::model::credential::{StoreClass, Version};
use crate::model::date::Date;
use crate::model::id::RecipientId;
use crate::model::key::{Only, VersionKey};
use crate::model::record::{Kind, Record};
use crate::model::sealed::{Purpose, Recipient, Sealed};
use crate::operations::secrets::{Refusal, Secrets, account, recipients, store_key};
use crate::secrets::{Identity, Keys, Recipients, SecretError};

/// Is told how many secrets of how many are sealed anew.
pub type Progress<'p> = dyn Fn(usize, usize) + Sync + 'p;

/// What sealing anew did.
#[derive(Default)]
pub struct Resealed {
    pub secrets: usize,
    /// The versions that somebody who was removed could have read: due for rotation at the provider.
    pub exposed: Vec<VersionKey>,
    /// Those whose value could not be had to fingerprint it under the new key, and why.
    pub unvouched: Vec<(VersionKey, anyhow::Error)>,
}

impl Secrets<'_> {
    /// Adds a recipient: everything is sealed to him too.
    ///
    /// # Errors
    /// When the name or the key is taken, or a secret does not open; nothing is changed then.
    pub fn add_recipient(
        &mut self,
        name: RecipientId,
        recipient: Recipient,
        progress: &Progress<'_>,
    ) -> Result<Resealed> {
        let before = recipients(self.store)?;
        if before.contains_key(&name) {
            return Err(Refusal::Recipient(name.to_string()).into());
        }
        if let Some((other, _)) = before.iter().find(|(_, other)| other.key == recipient.key) {
            let (name, other) = (name.to_string(), other.to_string());
            return Err(Refusal::SameKey { name, other }.into());
        }
        let mut after = before.clone();
        after.insert(name, recipient);
        self.seal_to(&before, after, self.keys.identity(), None, progress)
    }

    /// Removes a recipient: everything is sealed anew without him, under a new store key, and what he could have read
    /// is due for rotation from `today` on.
    ///
    /// # Errors
    /// When there is no such recipient, or the identity at hand is his; nothing is changed then.
    pub fn remove_recipient(
        &mut self,
        name: &str,
        today: Date,
        progress: &Progress<'_>,
    ) -> Result<Resealed> {
        let before = recipients(self.store)?;
        let mut after = before.clone();
        let found = name
            .parse()
            .ok()
            .and_then(|name: RecipientId| after.remove(&name));
        if found.is_none() {
            return Err(Refusal::NoRecipient(name.escape_debug().to_string()).into());
        }
        self.seal_to(&before, after, self.keys.identity(), Some(today), progress)
    }

    /// Replaces the keys of the store's own identity by another, which is `identity` from now on.
    ///
    /// # Errors
    /// When a secret does not open; nothing is changed then.
    pub fn replace_identity(
        &mut self,
        name: &RecipientId,
        identity: Identity,
        today: Date,
        progress: &Progress<'_>,
    ) -> Result<Resealed> {
        let before = recipients(self.store)?;
        let key = identity.public_keys().into_iter().next();
        let key = key.map(|key| key.to_string().parse()).transpose()?;
        let mut after = before.clone();
        let replaced = Recipient {
            purpose: Purpose::Identity,
            key: key.ok_or(SecretError::NoIdentity)?,
            person: None,
            added: today,
        };
        after.insert(name.clone(), replaced);
        self.seal_to(&before, after, identity, None, progress)
    }

    /// Seals everything to `after` instead of `before`.
    fn seal_to(
        &mut self,
        before: &Recipients,
        after: Recipients,
        identity: Identity,
        exposed: Option<Date>,
        progress: &Progress<'_>,
    ) -> Result<Resealed> {
        let old_key = store_key(self.store)?.ok_or(SecretError::NotSetUp)?;
        let (keys, new_key) = Keys::renew(&self.name, &after, identity)?;
        let mut changes = vec![Change::update(
            (Only, old_key).into(),
            (Only, new_key).into(),
        )];
        changes.extend(of_recipients(before, &after));
        let rows = self.rows()?;
        let mut done = Resealed {
            secrets: rows.len(),
            ..Resealed::default()
        };
        for (key, old, new) in self.seal_rows(&keys, rows, progress)? {
            changes.push(Change::update((key.clone(), old).into(), (key, new).into()));
        }
        for (key, version) in self.versions()? {
            let after = self.fingerprinted(&keys, &key, &version, exposed, &mut done)?;
            if let Some(after) = after {
                changes.push(Change::update(
                    (key.clone(), version).into(),
                    (key, after).into(),
                ));
            }
        }
        self.store.commit(&self.actor, &changes)?;
        self.keys = keys;
        Ok(done)
    }

    /// Every sealed value, held against the audit trail.
    fn rows(&self) -> Result<Vec<(VersionKey, Sealed)>> {
        let mut rows = Vec::new();
        for record in self.store.records(Kind::Sealed)? {
            let id = record.id();
            if let Some(Record::Sealed(key, sealed)) = self.store.vouched(&id)? {
                rows.push((key, *sealed));
            }
        }
        Ok(rows)
    }

    /// Opens and seals on every core.
    fn seal_rows(
        &self,
        keys: &Keys,
        rows: Vec<(VersionKey, Sealed)>,
        progress: &Progress<'_>,
    ) -> Result<Vec<(VersionKey, Sealed, Sealed)>> {
        let total = rows.len();
        let cores = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(total.max(1));
        let share = total.div_ceil(cores).max(1);
        let count = Mutex::new(0);
        let old = &self.keys;
        let parts: Vec<Result<Vec<_>, SecretError>> = thread::scope(|scope| {
            let workers: Vec<_> = rows
                .chunks(share)
                .map(|part| {
                    let count = &count;
                    scope.spawn(move || {
                        let mut out = Vec::with_capacity(part.len());
                        for (key, sealed) in part {
                            out.push((key.clone(), sealed.clone(), keys.reseal(old, key, sealed)?));
                            if let Ok(mut count) = count.lock() {
                                *count += 1;
                                progress(*count, total);
                            }
                        }
                        Ok(out)
                    })
                })
                .collect();
            workers
                .into_iter()
                .map(|worker| worker.join().expect("a worker does not panic"))
                .collect()
        });
        let mut out = Vec::with_capacity(total);
        for part in parts {
            out.extend(part?);
        }
        Ok(out)
    }

    /// A version with the fingerprints of the new key; `None` where nothing changes.
    fn fingerprinted(
        &self,
        keys: &Keys,
        key: &VersionKey,
        version: &Version,
        exposed: Option<Date>,
        done: &mut Resealed,
    ) -> Result<Option<Version>> {
        let Some(held) = &version.held else {
            return Ok(None);
        };
        let got = account(self.store, key.account.as_str())
            .and_then(|(_, _, credential)| self.get(key, &credential, held));
        let mut new = held.clone();
        match got {
            Ok(value) => new.fingerprints = keys.fingerprints(&value),
            // Another place may be out of reach; the store's own values are at hand, or something is wrong.
            Err(error) if held.place.class() == StoreClass::Age => return Err(error),
            Err(error) => {
                new.fingerprints = BTreeMap::new();
                done.unvouched.push((key.clone(), error));
            }
        }
        // Only what is sealed to the recipients could be read by one of them.
        if let Some(day) = exposed.filter(|_| held.place.class() == StoreClass::Age) {
            new.exposed = held.exposed.or(Some(day));
            done.exposed.push(key.clone());
        }
        Ok(Some(Version {
            held: Some(new),
            ..version.clone()
        }))
    }
}

/// The changes of the list itself.
fn of_recipients(before: &Recipients, after: &Recipients) -> Vec<Change> {
    let record =
        |name: &RecipientId, recipient: &Recipient| Record::from((name.clone(), recipient.clone()));
    let mut changes = Vec::new();
    for (name, old) in before {
        match after.get(name) {
            None => changes.push(Change::remove(record(name, old))),
            Some(new) if new != old => {
                changes.push(Change::update(record(name, old), record(name, new)))
            }
            Some(_) => {}
        }
    }
    let new = after.iter().filter(|(name, _)| !before.contains_key(*name));
    changes.extend(new.map(|(name, recipient)| Change::create(record(name, recipient))));
    changes
}
