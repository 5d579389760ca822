//! What the provider calls a version is never a secret: an id is shown, listed, and written to the trail.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::model::id::{AccountId, Fingerprint};
use crate::model::text::Text;
use crate::operations::secrets::{Refusal, Secrets};
use crate::secret::Value;

impl Secrets<'_> {
    /// That an id neither is nor holds a secret that is recorded, or one that is about to be.
    ///
    /// # Errors
    /// When it does; nothing of it is repeated.
    pub fn refuse_secret_as_id(
        &self,
        account: &AccountId,
        id: &Text,
        value: Option<&Value>,
    ) -> Result<()> {
        let recorded = self.versions()?;
        let held = recorded
            .values()
            .filter_map(|version| version.held.as_ref());
        let held = held.flat_map(|held| held.fingerprints.values().cloned());
        let new = value.map(|value| self.keys.fingerprints(value));
        let new = new.into_iter().flat_map(|prints| prints.into_values());
        let prints: BTreeSet<Fingerprint> = held.chain(new).collect();
        match self.keys.stands_in(id.as_str(), &prints) {
            true => Err(Refusal::SecretAsId(account.clone()).into()),
            false => Ok(()),
        }
    }
}
