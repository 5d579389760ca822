//! The store's own key, and what is made with keys that come from it: fingerprints of secrets, what binds a value to its
//! version, the seal over the list of recipients, and the pin by which the key itself is known again.
//!
//! Fingerprint: HMAC-SHA-256, its first 16 bytes, under a key from HKDF-SHA-256 with the store's name as salt. Equal
//! secrets of one store have equal fingerprints; without the key nobody can try candidates against one.

use std::collections::BTreeMap;

use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::model::credential::SecretPlace;
use crate::model::id::{Fingerprint, Name, RecipientId};
use crate::model::key::VersionKey;
use crate::model::sealed::Recipient;
use crate::model::text::Text;
use crate::secret::{Secret, Value, is_public};
use crate::secrets::SecretError;

/// The length of the store's key, in bytes.
pub const LENGTH: usize = 32;

/// The keys that come from the store's own.
pub struct Derived {
    fingerprint: Secret,
    binding: Secret,
    recipients: Secret,
    pin: Fingerprint,
}

/// A new key for a store.
///
/// # Errors
/// When the system gives no random numbers.
pub fn random_key() -> Result<Secret, SecretError> {
    let mut bytes = vec![0; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| SecretError::Io {
        doing: "the system gives no random numbers".to_owned(),
        source: std::io::Error::other(error),
    })?;
    Ok(Secret::new(bytes))
}

impl Derived {
    pub fn from(key: &Secret, store: &str) -> Derived {
        let hkdf = Hkdf::<Sha256>::new(Some(store.as_bytes()), key.expose());
        let derive = |purpose: &str| {
            let mut out = vec![0; LENGTH];
            hkdf.expand(purpose.as_bytes(), &mut out)
                .expect("32 bytes are not too many for HKDF-SHA-256");
            Secret::new(out)
        };
        Derived {
            fingerprint: derive("keyroll 1 fingerprint"),
            binding: derive("keyroll 1 binding"),
            recipients: derive("keyroll 1 recipients"),
            pin: of(&derive("keyroll 1 pin"), [store.as_bytes()]),
        }
    }

    /// Of each field that is a secret.
    pub fn fingerprints(&self, value: &Value) -> BTreeMap<Name, Fingerprint> {
        let secret = value.fields().filter(|(name, _)| !is_public(name));
        secret
            .map(|(name, secret)| (name.clone(), self.fingerprint(secret.expose())))
            .collect()
    }

    /// Of one secret.
    pub fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        of(&self.fingerprint, [secret])
    }

    /// By what the store's key is known where it is not: without it, nobody makes another key of the same pin.
    pub fn pin(&self) -> &Fingerprint {
        &self.pin
    }

    /// Over a version, where its value is, and every byte of that.
    pub fn bound(
        &self,
        row: &VersionKey,
        place: &SecretPlace,
        item: Option<&Text>,
        value: &Value,
    ) -> Fingerprint {
        let number = row.number.to_string();
        let head = [
            row.account.as_str(),
            &number,
            place.as_str(),
            item.map_or("", Text::as_str),
        ];
        let fields = value
            .fields()
            .flat_map(|(name, secret)| [name.as_str().as_bytes(), secret.expose()]);
        of(
            &self.binding,
            head.map(str::as_bytes).into_iter().chain(fields),
        )
    }

    /// The seal over the recipients: over what each is called, is for, and its key.
    pub fn over<'r>(
        &self,
        recipients: impl Iterator<Item = (&'r RecipientId, &'r Recipient)>,
    ) -> Fingerprint {
        let parts = recipients.flat_map(|(name, recipient)| {
            [
                name.as_str().as_bytes(),
                recipient.purpose.as_str().as_bytes(),
                recipient.key.as_str().as_bytes(),
            ]
        });
        of(&self.recipients, parts)
    }
}

/// The code over some parts, each after its length, so that no two lists of parts have the same bytes.
fn of<'p>(key: &Secret, parts: impl IntoIterator<Item = &'p [u8]>) -> Fingerprint {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.expose()).expect("HMAC takes keys of any length");
    for part in parts {
        mac.update(&(part.len() as u64).to_le_bytes());
        mac.update(part);
    }
    let code: [u8; 32] = mac.finalize().into_bytes().into();
    crate::audit::hex(&code)[..32]
        .parse()
        .expect("16 bytes in hexadecimal are a fingerprint")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Value {
        Value::single(Secret::from(text.to_owned())).unwrap()
    }

    #[test]
    fn equal_secrets_of_one_store_have_equal_fingerprints_and_of_two_stores_do_not() {
        let key = Secret::new(vec![7; LENGTH]);
        let [one, other] = ["a", "b"].map(|store| Derived::from(&key, store));
        assert_eq!(one.fingerprints(&value("x")), one.fingerprints(&value("x")));
        assert_ne!(one.fingerprints(&value("x")), one.fingerprints(&value("y")));
        assert_ne!(
            one.fingerprints(&value("x")),
            other.fingerprints(&value("x"))
        );
    }

    /// Worked out by hand with another implementation of HMAC, Python's `hmac`.
    #[test]
    fn the_form_is_fixed() {
        let derived = Derived::from(&Secret::new(vec![7; LENGTH]), "018f");
        let printed = derived.fingerprints(&value("s3cret"));
        assert_eq!(
            printed.values().next().unwrap().as_str(),
            "c68782a95ea6bb15716d6d498fba5c64"
        );
    }
}
