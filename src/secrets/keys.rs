//! A store whose secrets can be opened: an identity that fits, the store's own key, and the recipients as they were
//! sealed.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::credential::CredentialKind;
use crate::model::id::{Fingerprint, Name, RecipientId};
use crate::model::key::VersionKey;
use crate::model::sealed::{Ciphertext, Held, Recipient, Sealed, StoreKey};
use crate::secret::{Envelope, Secret, Value, parts};
use crate::secrets::fingerprint::{Derived, LENGTH, random_key};
use crate::secrets::seal::{Unopened, open, seal};
use crate::secrets::{Identity, Place, PublicKey, Put, SecretError, Slot};

/// Who may open the secrets, by name.
pub type Recipients = BTreeMap<RecipientId, Recipient>;

/// What opens and seals the secrets of one store.
pub struct Keys {
    identity: Identity,
    derived: Derived,
    recipients: Recipients,
    public_keys: Vec<PublicKey>,
}

impl Keys {
    /// Opens the store's own key, and checks that the recipients are those that it was sealed with.
    ///
    /// # Errors
    /// When the identity is another one, or somebody changed what the store keeps.
    pub fn unlock(
        store: &str,
        key: &StoreKey,
        recipients: &Recipients,
        identity: Identity,
        from: &str,
    ) -> Result<Keys, SecretError> {
        let opened = open(&identity, &key.ciphertext).map_err(|why| match why {
            Unopened::NoKey => SecretError::WrongIdentity {
                from: from.to_owned(),
            },
            Unopened::Content | Unopened::Form => SecretError::Damaged {
                record: "store-key".to_owned(),
                why: why.to_string(),
            },
        })?;
        if opened.len() != LENGTH {
            return Err(SecretError::Damaged {
                record: "store-key".to_owned(),
                why: "it is no key".to_owned(),
            });
        }
        let derived = Derived::from(&opened, store);
        if derived.over(recipients.iter()) != key.recipients {
            return Err(SecretError::RecipientsChanged);
        }
        Ok(Keys {
            identity,
            derived,
            public_keys: public_keys(recipients)?,
            recipients: recipients.clone(),
        })
    }

    /// A new key for a store and some recipients, who must be able to open it with the identity at hand.
    ///
    /// # Errors
    /// When a recipient's key is none, or the identity belongs to none of them: nobody locks himself out.
    pub fn renew(
        store: &str,
        recipients: &Recipients,
        identity: Identity,
    ) -> Result<(Keys, StoreKey), SecretError> {
        let public_keys = public_keys(recipients)?;
        if public_keys.is_empty() {
            return Err(SecretError::LockedOut);
        }
        let key = random_key()?;
        let ciphertext = seal(&public_keys, &key);
        if open(&identity, &ciphertext).is_err() {
            return Err(SecretError::LockedOut);
        }
        let derived = Derived::from(&key, store);
        let store_key = StoreKey {
            ciphertext,
            recipients: derived.over(recipients.iter()),
        };
        let keys = Keys {
            identity,
            derived,
            recipients: recipients.clone(),
            public_keys,
        };
        Ok((keys, store_key))
    }

    /// The recipients as they were sealed; what the store says since then is not looked at again.
    pub fn recipients(&self) -> &Recipients {
        &self.recipients
    }

    /// Their keys.
    pub fn public_keys(&self) -> &[PublicKey] {
        &self.public_keys
    }

    /// By what the store's key is known again: see [`crate::secrets::Keys::unlock`].
    pub fn pin(&self) -> &Fingerprint {
        self.derived.pin()
    }

    /// The code over a version, its place and its value.
    pub fn bound(&self, row: &VersionKey, held: &Held, value: &Value) -> Fingerprint {
        self.derived
            .bound(row, &held.place, held.item.as_ref(), value)
    }

    /// What is recorded of a value in a place.
    pub fn vouched(&self, row: &VersionKey, held: Held, value: &Value) -> Held {
        Held {
            bound: Some(self.bound(row, &held, value)),
            fingerprints: self.derived.fingerprints(value),
            ..held
        }
    }

    /// The fingerprints of a value, by its fields.
    pub fn fingerprints(&self, value: &Value) -> BTreeMap<Name, Fingerprint> {
        self.derived.fingerprints(value)
    }

    /// Whether a text is, or holds, a secret that one of some fingerprints is of. What is short is looked for as the whole
    /// of it alone: it stands in many.
    pub fn stands_in(&self, text: &str, prints: &BTreeSet<Fingerprint>) -> bool {
        parts(text.as_bytes()).any(|part| prints.contains(&self.derived.fingerprint(part)))
    }

    pub fn identity(&self) -> Identity {
        self.identity.clone()
    }

    /// Opens one ciphertext of the store: `record` is what it belongs to.
    pub(super) fn open(
        &self,
        record: &str,
        ciphertext: &Ciphertext,
    ) -> Result<Secret, SecretError> {
        open(&self.identity, ciphertext).map_err(|why| SecretError::Damaged {
            record: record.to_owned(),
            why: why.to_string(),
        })
    }

    /// Seals what another set of keys sealed, as it is, and vouches for it anew.
    ///
    /// # Errors
    /// When it does not open, or is not the value of this version.
    pub fn reseal(
        &self,
        from: &Keys,
        store: &str,
        row: &VersionKey,
        held: &Held,
        sealed: &Sealed,
    ) -> Result<(Sealed, Held), SecretError> {
        let record = format!("sealed/{row}");
        let inside = from.open(&record, &sealed.ciphertext)?;
        let envelope = Envelope {
            store,
            account: &row.account,
            version: row.number,
            // Not compared.
            credential: CredentialKind::ApiKey,
        };
        let value = envelope
            .unwrap(&inside)
            .map_err(|why| SecretError::Misplaced { record, why })?;
        if held.bound.as_ref() != Some(&from.bound(row, held, &value)) {
            return Err(SecretError::forged(row));
        }
        let ciphertext = seal(&self.public_keys, &inside);
        Ok((
            Sealed { ciphertext },
            self.vouched(row, held.clone(), &value),
        ))
    }
}

/// The place `age`: the store's own file.
impl Place for Keys {
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError> {
        let ciphertext = seal(&self.public_keys, &slot.envelope.wrap(value));
        Ok(Put {
            item: None,
            sealed: Some(Sealed { ciphertext }),
        })
    }

    fn get(
        &self,
        slot: &Slot<'_>,
        _: &Held,
        sealed: Option<&Sealed>,
    ) -> Result<Value, SecretError> {
        let envelope = &slot.envelope;
        let record = format!("sealed/{} {}", envelope.account, envelope.version);
        let Some(sealed) = sealed else {
            return Err(SecretError::Damaged {
                record,
                why: "it is gone".to_owned(),
            });
        };
        let inside = self.open(&record, &sealed.ciphertext)?;
        envelope
            .unwrap(&inside)
            .map_err(|why| SecretError::Misplaced { record, why })
    }

    fn remove(&self, _: &Slot<'_>, _: &Held) -> Result<(), SecretError> {
        // Its row goes with the change that is recorded.
        Ok(())
    }
}

fn public_keys(recipients: &Recipients) -> Result<Vec<PublicKey>, SecretError> {
    recipients
        .values()
        .map(|recipient| recipient.key.as_str().parse())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(key: &PublicKey) -> Recipient {
        serde_json::from_value(serde_json::json!({
            "purpose": "person", "key": key.to_string(), "added": "2026-11-22"
        }))
        .unwrap()
    }

    #[test]
    fn a_recipient_slipped_in_is_noticed_before_anything_is_sealed() {
        let (identity, text) = Identity::generate();
        let (stranger, _) = Identity::generate();
        let mut recipients =
            Recipients::from([("me".parse().unwrap(), recipient(&identity.public_keys()[0]))]);
        let (_, store_key) = Keys::renew("s", &recipients, identity).ok().unwrap();
        let again = || match Identity::parse(&text, "id") {
            Ok(crate::secrets::Parsed::Open(identity)) => identity,
            _ => panic!("it was just written"),
        };
        assert!(Keys::unlock("s", &store_key, &recipients, again(), "id").is_ok());
        recipients.insert(
            "stranger".parse().unwrap(),
            recipient(&stranger.public_keys()[0]),
        );
        assert!(matches!(
            Keys::unlock("s", &store_key, &recipients, again(), "id"),
            Err(SecretError::RecipientsChanged)
        ));
    }

    #[test]
    fn nobody_seals_what_he_could_not_open() {
        let (identity, _) = Identity::generate();
        let (other, _) = Identity::generate();
        let recipients =
            Recipients::from([("other".parse().unwrap(), recipient(&other.public_keys()[0]))]);
        assert!(matches!(
            Keys::renew("s", &recipients, identity),
            Err(SecretError::LockedOut)
        ));
    }
}
