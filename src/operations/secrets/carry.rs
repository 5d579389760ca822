//! Carries the secret of an account from one place to another: verified in the new one before the old copy goes.

use anyhow::Result;

use crate::model::change::Change;
use crate::model::credential::{Credential, SecretPlace, VersionStage};
use crate::model::key::VersionKey;
use crate::model::record::Record;
use crate::model::sealed::Held;
use crate::operations::secrets::{Refusal, Secrets, account};

/// How a move went.
pub struct Carried {
    /// The versions that stand in the new place now.
    pub versions: Vec<VersionKey>,
    /// The old copies that could not be taken away, and why.
    pub left_behind: Vec<(VersionKey, anyhow::Error)>,
}

impl Secrets<'_> {
    /// Moves every version that is not revoked to another place, and records it. The old copies go last.
    ///
    /// # Errors
    /// When one of them cannot be read, or the new place does not give it back: the old place stays the one recorded.
    pub fn carry(&mut self, name: &str, to: &SecretPlace) -> Result<Carried> {
        let (id, account, credential) = account(self.store, name)?;
        let after = Credential {
            store: to.clone(),
            ..credential.clone()
        };
        let mut new = account.clone();
        new.credential = Some(Box::new(after.clone()));
        let mut changes = Vec::new();
        if credential.store != *to {
            changes.push(Change::update(
                (id.clone(), account).into(),
                (id.clone(), new).into(),
            ));
        }
        let mut moved: Vec<(VersionKey, Held)> = Vec::new();
        for (key, version) in self.versions()? {
            let Some(held) = version
                .held
                .clone()
                .filter(|held| key.account == id && held.place != *to)
            else {
                continue;
            };
            if version.stage == VersionStage::Revoked {
                continue;
            }
            let value = self.get(&key, &credential, &held)?;
            let mut there = Held {
                place: to.clone(),
                item: None,
                ..held.clone()
            };
            let place = self.place(to, &after)?;
            let put = place.put(&self.slot(&key, &after, &there), &value)?;
            there.item = put.item;
            // What was put is got back, by what will be recorded: only then is the old copy superfluous.
            let back = place.get(
                &self.slot(&key, &after, &there),
                &there,
                put.sealed.as_ref(),
            )?;
            if self.keys.fingerprints(&back) != there.fingerprints {
                anyhow::bail!("{to} gave another value back than it was given for `version/{key}`");
            }
            let mut after = version.clone();
            after.held = Some(there);
            changes.push(Change::update(
                (key.clone(), version).into(),
                (key.clone(), after).into(),
            ));
            if let Some(sealed) = put.sealed {
                changes.push(Change::create((key.clone(), sealed).into()));
            }
            if let Some(sealed) = self.sealed(&key)? {
                changes.push(Change::remove(Record::from((key.clone(), sealed))));
            }
            moved.push((key, held));
        }
        if changes.is_empty() {
            return Err(Refusal::InPlace(id).into());
        }
        changes.push(self.same_key());
        self.store.commit(&self.actor, &changes)?;
        let mut left_behind = Vec::new();
        for (key, held) in &moved {
            let old = self.place(&held.place, &credential);
            let removed =
                old.and_then(|place| place.remove(&self.slot(key, &credential, held), held));
            if let Err(error) = removed {
                left_behind.push((key.clone(), error.into()));
            }
        }
        Ok(Carried {
            versions: moved.into_iter().map(|(key, _)| key).collect(),
            left_behind,
        })
    }
}
