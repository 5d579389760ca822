//! Seals every secret anew, for other recipients or under another identity: in one transaction, so that an
//! interruption leaves all as it was.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use crate::model::change::Change;
use crate::model::credential::{StoreClass, Version};
use crate::model::date::Date;
use crate::model::id::{Fingerprint, Name, RecipientId};
use crate::model::key::{Only, VersionKey};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::sealed::{Held, Purpose, Recipient, Sealed};
use crate::operations::secrets::{Refusal, Secrets, account, recipients};
use crate::secret::Value;
use crate::secrets::{Identity, Keys, Recipients, SecretError};
use crate::store::StoreError;

/// Is told how many secrets of how many are sealed anew.
pub type Progress<'p> = dyn Fn(usize, usize) + Sync + 'p;

/// What sealing anew did.
#[derive(Default)]
pub struct Resealed {
    pub secrets: usize,
    /// The versions that somebody who was removed could have read: due for rotation at the provider.
    pub exposed: Vec<VersionKey>,
    /// Those whose value could not be had to fingerprint it under the new key, and why.
    pub unvouched: Vec<(VersionKey, String)>,
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
        let outside = self.outside()?;
        // Let go of while other places were asked.
        let turn = self.store.take_turn()?;
        self.turn.set(Some(turn));
        let (keys, new_key) = Keys::renew(&self.name, &after, identity)?;
        let mut changes = vec![Change::update(
            (Only, self.store_key.clone()).into(),
            (Only, new_key.clone()).into(),
        )];
        changes.extend(of_recipients(before, &after));
        let mut done = Resealed::default();
        let mut rows = Vec::new();
        for (key, version) in self.versions()? {
            let Some(held) = version.held.clone() else {
                continue;
            };
            if held.place.class() == StoreClass::Age {
                rows.push(self.row(key, version, held)?);
                continue;
            }
            let fingerprints = match outside.get(&key) {
                Some(Ok(value)) => keys.fingerprints(value),
                Some(Err(error)) => {
                    done.unvouched.push((key.clone(), format!("{error:#}")));
                    BTreeMap::new()
                }
                // It came in between: whoever asked sees it when they ask again.
                None => {
                    let record = RecordId::new(Kind::Version, &key);
                    return Err(StoreError::Conflict { record }.into());
                }
            };
            changes.push(fingerprinted(&key, version, held, fingerprints, None));
        }
        done.secrets = rows.len();
        for (row, (sealed, fingerprints)) in self.seal_rows(&keys, rows, progress)? {
            let Row {
                key,
                version,
                held,
                sealed: old,
            } = row;
            changes.push(Change::update(
                (key.clone(), old).into(),
                (key.clone(), sealed).into(),
            ));
            // Only what is sealed to the recipients could be read by one of them.
            done.exposed.extend(exposed.map(|_| key.clone()));
            changes.push(fingerprinted(&key, version, held, fingerprints, exposed));
        }
        self.store.commit(&self.actor, &changes)?;
        self.keys = keys;
        self.store_key = new_key;
        Ok(done)
    }

    /// The values that lie in other places, as far as they can be had.
    fn outside(&self) -> Result<BTreeMap<VersionKey, Result<Value>>> {
        let mut out = BTreeMap::new();
        for (key, version) in self.versions()? {
            let held = version
                .held
                .filter(|held| held.place.class() != StoreClass::Age);
            let Some(held) = held else { continue };
            let got = account(self.store, key.account.as_str())
                .and_then(|(_, _, credential)| self.get(&key, &credential, &held));
            out.insert(key, got);
        }
        Ok(out)
    }

    /// A version with its sealed value, which is held against the audit trail.
    fn row(&self, key: VersionKey, version: Version, held: Held) -> Result<Row> {
        let sealed = self.sealed(&key)?.ok_or_else(|| SecretError::Damaged {
            record: format!("sealed/{key}"),
            why: "it is gone".to_owned(),
        })?;
        Ok(Row {
            key,
            version,
            held,
            sealed,
        })
    }

    /// Opens and seals on every core.
    fn seal_rows(
        &self,
        keys: &Keys,
        rows: Vec<Row>,
        progress: &Progress<'_>,
    ) -> Result<Vec<(Row, Anew)>> {
        let total = rows.len();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let share = total.div_ceil(cores).max(1);
        let count = AtomicUsize::new(0);
        let (old, store) = (&self.keys, self.name.as_str());
        let seal = |row: &Row| -> Result<Anew, SecretError> {
            let anew = keys.reseal(old, store, &row.key, &row.held, &row.sealed)?;
            progress(count.fetch_add(1, Ordering::Relaxed) + 1, total);
            Ok(anew)
        };
        let parts: Vec<Result<Vec<Anew>, SecretError>> = thread::scope(|scope| {
            let work = |part: &'_ [Row]| part.iter().map(seal).collect();
            let workers: Vec<_> = rows
                .chunks(share)
                .map(|part| scope.spawn(move || work(part)))
                .collect();
            let joined = workers.into_iter().map(|worker| worker.join());
            joined
                .map(|part| part.expect("a worker does not panic"))
                .collect()
        });
        let mut anew = Vec::with_capacity(total);
        for part in parts {
            anew.extend(part?);
        }
        Ok(rows.into_iter().zip(anew).collect())
    }
}

/// A version whose value the store holds.
struct Row {
    key: VersionKey,
    version: Version,
    held: Held,
    sealed: Sealed,
}

/// What a version becomes under new keys.
type Anew = (Sealed, BTreeMap<Name, Fingerprint>);

/// The change that gives a version its fingerprints under a new key.
fn fingerprinted(
    key: &VersionKey,
    version: Version,
    held: Held,
    fingerprints: BTreeMap<Name, Fingerprint>,
    exposed: Option<Date>,
) -> Change {
    let after = Version {
        held: Some(Held {
            fingerprints,
            exposed: held.exposed.or(exposed),
            ..held
        }),
        ..version.clone()
    };
    Change::update((key.clone(), version).into(), (key.clone(), after).into())
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
