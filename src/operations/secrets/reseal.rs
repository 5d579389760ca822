//! Seals every secret anew, for other recipients or under another identity: in one transaction, so that an
//! interruption leaves all as it was.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use crate::model::change::Change;
use crate::model::credential::{StoreClass, Version, VersionStage};
use crate::model::date::Date;
use crate::model::id::{Fingerprint, RecipientId};
use crate::model::key::{Only, VersionKey};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::sealed::{Held, Recipient, Sealed};
use crate::operations::secrets::{Refusal, Secrets};
use crate::secret::Value;
use crate::secrets::{Identity, Keys, Recipients, SecretError};
use crate::store::StoreError;

/// Who watches while all is sealed anew.
pub trait Watch: Sync {
    /// So many secrets of so many are sealed.
    fn progress(&self, done: usize, of: usize);

    /// The store's key is about to be renewed, and will be known by this pin.
    ///
    /// # Errors
    /// When that cannot be noted: then it is not renewed.
    fn renewing(&self, pin: &Fingerprint) -> Result<()>;
}

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
        watch: &dyn Watch,
    ) -> Result<Resealed> {
        let before = self.keys.recipients().clone();
        if before.contains_key(&name) {
            return Err(Refusal::Recipient(name.to_string()).into());
        }
        if let Some((other, _)) = before.iter().find(|(_, other)| other.key == recipient.key) {
            let (name, other) = (name.to_string(), other.to_string());
            return Err(Refusal::SameKey { name, other }.into());
        }
        let mut after = before.clone();
        after.insert(name, recipient);
        self.seal_to(&before, after, self.keys.identity(), None, watch)
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
        watch: &dyn Watch,
    ) -> Result<Resealed> {
        let before = self.keys.recipients().clone();
        let mut after = before.clone();
        let found = name
            .parse()
            .ok()
            .and_then(|name: RecipientId| after.remove(&name));
        if found.is_none() {
            return Err(Refusal::NoRecipient(name.escape_debug().to_string()).into());
        }
        self.seal_to(&before, after, self.keys.identity(), Some(today), watch)
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
        watch: &dyn Watch,
    ) -> Result<Resealed> {
        let before = self.keys.recipients().clone();
        let key = identity.public_keys().into_iter().next();
        let key = key.map(|key| key.to_string().parse()).transpose()?;
        let mut after = before.clone();
        let replaced = before.get(name).cloned();
        let mut replaced = replaced.ok_or_else(|| Refusal::NoRecipient(name.to_string()))?;
        replaced.key = key.ok_or(SecretError::NoIdentity)?;
        replaced.added = today;
        after.insert(name.clone(), replaced);
        self.seal_to(&before, after, identity, None, watch)
    }

    /// Seals everything to `after` instead of `before`.
    fn seal_to(
        &mut self,
        before: &Recipients,
        after: Recipients,
        identity: Identity,
        exposed: Option<Date>,
        watch: &dyn Watch,
    ) -> Result<Resealed> {
        self.look_outside()?;
        self.refuse_in_flight()?;
        let outside = self.outside.take().unwrap_or_default();
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
            let after = match outside.get(&key) {
                Some(Ok(value)) => keys.vouched(&key, held, value),
                Some(Err(error)) => {
                    done.unvouched.push((key.clone(), format!("{error:#}")));
                    Held {
                        bound: None,
                        fingerprints: BTreeMap::new(),
                        ..held
                    }
                }
                // It came in between: whoever asked sees it when they ask again.
                None => {
                    let record = RecordId::new(Kind::Version, &key);
                    return Err(StoreError::Conflict { record }.into());
                }
            };
            changes.push(holding(&key, version, after));
        }
        done.secrets = rows.len();
        for (row, (sealed, held)) in self.seal_rows(&keys, rows, watch)? {
            let Row {
                key,
                version,
                sealed: old,
                ..
            } = row;
            changes.push(Change::update(
                (key.clone(), old).into(),
                (key.clone(), sealed).into(),
            ));
            // Only what is sealed to the recipients could be read by one of them.
            let exposed = exposed.filter(|_| version.stage != VersionStage::Revoked);
            done.exposed.extend(exposed.map(|_| key.clone()));
            let held = Held {
                exposed: held.exposed.or(exposed),
                ..held
            };
            changes.push(holding(&key, version, held));
        }
        watch.renewing(keys.pin())?;
        self.store.commit(&self.actor, &changes)?;
        self.keys = keys;
        self.store_key = new_key;
        Ok(done)
    }

    /// Looks at the values that lie in other places, which may be slow, and takes the turn to write after that: what
    /// follows keeps nobody waiting. Where it was done before, nothing is done.
    ///
    /// # Errors
    /// When the store cannot be read, or another writer does not finish.
    pub fn look_outside(&mut self) -> Result<()> {
        if self.outside.is_none() {
            self.outside = Some(self.outside()?);
            let turn = self.store.take_turn()?;
            self.turn.set(Some(turn));
        }
        Ok(())
    }

    /// The values that lie in other places, as far as they can be had.
    fn outside(&self) -> Result<Outside> {
        let mut out = BTreeMap::new();
        for (key, version) in self.versions()? {
            let held = version
                .held
                .filter(|held| held.place.class() != StoreClass::Age);
            let Some(held) = held else { continue };
            let got = self.value_of(&key, &held);
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
        watch: &dyn Watch,
    ) -> Result<Vec<(Row, Anew)>> {
        let total = rows.len();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let share = total.div_ceil(cores).max(1);
        let count = AtomicUsize::new(0);
        let (old, store) = (&self.keys, self.name.as_str());
        let seal = |row: &Row| -> Result<Anew, SecretError> {
            let anew = keys.reseal(old, store, &row.key, &row.held, &row.sealed)?;
            watch.progress(count.fetch_add(1, Ordering::Relaxed) + 1, total);
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

/// What the store keeps of a version under new keys.
type Anew = (Sealed, Held);

/// The values that lie in other places, or why they could not be had.
pub(super) type Outside = BTreeMap<VersionKey, Result<Value>>;

/// The change that says anew what vouches for a version.
fn holding(key: &VersionKey, version: Version, held: Held) -> Change {
    let after = Version {
        held: Some(held),
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
