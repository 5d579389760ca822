//! Whether every secret opens, sits in the row it was sealed for, and is the one that was recorded.

use anyhow::Result;

use crate::model::credential::SecretPlace;
use crate::model::id::AccountId;
use crate::model::key::VersionKey;
use crate::operations::secrets::Secrets;

/// One version that was looked at.
pub struct Checked {
    pub version: VersionKey,
    pub place: SecretPlace,
    /// What is wrong with it; never with a part of it.
    pub fault: Option<anyhow::Error>,
}

impl Secrets<'_> {
    /// Opens every secret, or those of some accounts, and shows none.
    ///
    /// # Errors
    /// When the store cannot be read. What is wrong with one secret does not keep the others from being looked at.
    pub fn check(&self, only: &[AccountId]) -> Result<Vec<Checked>> {
        let mut out = Vec::new();
        for (key, version) in self.versions()? {
            let Some(held) = version.held else { continue };
            if !only.is_empty() && !only.contains(&key.account) {
                continue;
            }
            out.push(Checked {
                fault: self.value_of(&key, &held).err(),
                place: held.place,
                version: key,
            });
        }
        Ok(out)
    }
}
