//! Carries the secret of an account from one place to another: verified in the new one before the old copy goes.

use anyhow::Result;

use crate::lifecycle::versions;
use crate::model::change::Change;
use crate::model::credential::{Credential, SecretPlace, VersionStage};
use crate::model::key::VersionKey;
use crate::model::sealed::{Held, Sealed};
use crate::operations::secrets::{Refusal, Secrets, account};
use crate::secrets::SecretError;

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
        self.refuse_unapproved(to)?;
        let recorded = self.versions()?;
        let elsewhere = versions::of(&recorded, &id).filter(|(_, version)| {
            let held = version.held.as_ref();
            held.is_some_and(|held| held.place != *to) && version.stage != VersionStage::Revoked
        });
        let elsewhere: Vec<_> = elsewhere.collect();
        if elsewhere.len() > 1 && to.holds_one() {
            let place = to.clone();
            return Err(Refusal::OneValue { account: id, place }.into());
        }
        let mut changes = vec![match credential.store == *to {
            true => Secrets::same_account(&id, &account),
            false => Change::update((id.clone(), account).into(), (id.clone(), new).into()),
        }];
        let mut moved = Vec::new();
        for (key, version) in elsewhere {
            let Some(held) = &version.held else { continue };
            let value = self.get(key, &credential, held)?;
            let mut there = Held {
                place: to.clone(),
                item: None,
                ..held.clone()
            };
            let put = {
                let place = self.place(to, &after)?;
                place.put(&self.slot(key, &after, &there), &value)?
            };
            there.item = put.item;
            let there = self.keys.vouched(key, there, &value);
            if let Some(sealed) = self.sealed(key)? {
                changes.push(Change::remove((key.clone(), sealed).into()));
            }
            changes.extend(
                put.sealed
                    .iter()
                    .map(|sealed| Change::create((key.clone(), sealed.clone()).into())),
            );
            let mut new = version.clone();
            new.held = Some(there.clone());
            changes.push(Change::update(
                (key.clone(), version.clone()).into(),
                (key.clone(), new).into(),
            ));
            moved.push(Moved {
                key: key.clone(),
                from: held.clone(),
                to: there,
                sealed: put.sealed,
            });
        }
        if moved.is_empty() && credential.store == *to {
            return Err(Refusal::InPlace(id).into());
        }
        // All of them are got back once the last was put: only then is an old copy superfluous.
        for moved in &moved {
            let place = self.place(to, &after)?;
            let slot = self.slot(&moved.key, &after, &moved.to);
            let back = place.get(&slot, &moved.to, moved.sealed.as_ref())?;
            if moved.to.bound.as_ref() != Some(&self.keys.bound(&moved.key, &moved.to, &back)) {
                let (record, place) = (format!("version/{}", moved.key), to.to_string());
                return Err(SecretError::Changed { record, place }.into());
            }
        }
        changes.push(self.same_key());
        self.store.commit(&self.actor, &changes)?;
        let mut left_behind = Vec::new();
        for Moved { key, from, .. } in &moved {
            let old = self.place(&from.place, &credential);
            let removed =
                old.and_then(|place| place.remove(&self.slot(key, &credential, from), from));
            if let Err(error) = removed {
                left_behind.push((key.clone(), error.into()));
            }
        }
        Ok(Carried {
            versions: moved.into_iter().map(|moved| moved.key).collect(),
            left_behind,
        })
    }
}

/// A version on its way.
struct Moved {
    key: VersionKey,
    from: Held,
    to: Held,
    sealed: Option<Sealed>,
}
