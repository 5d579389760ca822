//! Takes values out, and records that before anybody sees them.

use anyhow::Result;

use crate::model::account::AccountStatus;
use crate::model::change::{Note, Occurrence};
use crate::model::credential::VersionStage;
use crate::model::key::VersionKey;
use crate::model::record::{Kind, RecordId};
use crate::operations::secrets::{Refusal, Secrets, account, chosen};
use crate::secret::Value;

/// One value that is asked for.
pub struct Wanted<'w> {
    pub account: &'w str,
    /// The current version where it is `None`.
    pub version: Option<u32>,
}

/// One value that was taken out.
pub struct Taken {
    pub version: VersionKey,
    pub value: Value,
}

impl Secrets<'_> {
    /// Gets the values and records it. When the record is not durable, nobody gets a value.
    ///
    /// `details` are for the audit trail: what else is known of it. `fits` refuses what the caller could not hand on,
    /// before it is recorded as handed on.
    ///
    /// # Errors
    /// When one of them cannot be had: then none is.
    pub fn take(
        &mut self,
        wanted: &[Wanted<'_>],
        what: Occurrence,
        details: &[(&str, String)],
        fits: &dyn Fn(&[Taken]) -> Result<()>,
    ) -> Result<Vec<Taken>> {
        let versions = self.versions()?;
        let mut taken = Vec::with_capacity(wanted.len());
        for wanted in wanted {
            let (id, account, credential) = account(self.store, wanted.account)?;
            match account.status {
                AccountStatus::Active | AccountStatus::Proposed => {}
                AccountStatus::Suspended => return Err(Refusal::Suspended(id).into()),
                AccountStatus::Retired => return Err(Refusal::Retired(id).into()),
            }
            let (key, version, held) = chosen(&versions, &id, wanted.version)?;
            if version.stage == VersionStage::Revoked {
                return Err(Refusal::Revoked {
                    account: id,
                    number: key.number,
                }
                .into());
            }
            let value = self.get(key, &credential, held)?;
            taken.push(Taken {
                version: key.clone(),
                value,
            });
        }
        fits(&taken)?;
        let notes: Vec<Note> = taken
            .iter()
            .map(|taken| {
                let note = Note::new(Some(RecordId::new(Kind::Version, &taken.version)), what);
                details.iter().fold(note, |note, (field, value)| {
                    note.with(field, value.as_str())
                })
            })
            .collect();
        self.store.commit_with(&self.actor, &[], &notes)?;
        Ok(taken)
    }
}
