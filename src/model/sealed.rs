//! What the store keeps of secrets: ciphertexts, who may open them, and the store's own key under the same seal.
//! Never a plaintext, and nothing that opens one.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::credential::{SecretPlace, StoreClass};
use crate::model::date::Date;
use crate::model::id::{Fingerprint, Name, PersonId};
use crate::model::text::{Text, string_serde};

/// The longest ciphertext, in bytes: that of a version of the largest size to fifty recipients.
pub const LONGEST: usize = 256 * 1024;

/// The first line of an age file in its text form.
pub const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// A standard age file in its text form ("armor").
#[derive(Clone, PartialEq, Eq)]
pub struct Ciphertext(Box<str>);

/// A text that is no age file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not an age file in its text form")]
pub struct BadCiphertext;

impl Ciphertext {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Ciphertext {
    type Err = BadCiphertext;
    fn from_str(text: &str) -> Result<Self, BadCiphertext> {
        let plain = |b: u8| b == b'\n' || b.is_ascii_graphic() || b == b' ';
        if text.len() <= LONGEST && text.starts_with(BEGIN) && text.bytes().all(plain) {
            Ok(Ciphertext(text.into()))
        } else {
            Err(BadCiphertext)
        }
    }
}

impl fmt::Debug for Ciphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Ciphertext({} bytes)", self.0.len())
    }
}

string_serde!(Ciphertext, "^-----BEGIN AGE ENCRYPTED FILE-----");

/// The value of one version of a credential, encrypted to the recipients of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Sealed {
    pub ciphertext: Ciphertext,
}

words! {
    /// What a recipient's key is for.
    Purpose {
        /// The store's own identity: in the OS keyring, or in a file.
        Identity = "identity",
        /// Kept offline, for the day the others are lost.
        Recovery = "recovery",
        /// Somebody's own key.
        Person = "person",
        /// The identity of a host that runs jobs.
        Host = "host",
    }
}

/// Somebody who may open every secret of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Recipient {
    pub purpose: Purpose,
    /// The public key, as age writes it: `age1...`, or an SSH public key.
    pub key: Text,
    /// Whose it is, where the roll knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    pub added: Date,
}

/// The store's own key: 32 random bytes, sealed to the recipients. Fingerprints and the seal over the list of recipients
/// are made with keys that come from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct StoreKey {
    pub ciphertext: Ciphertext,
    /// The seal over the list of recipients: nobody without the key can add one unseen.
    pub recipients: Fingerprint,
}

/// Where the value of a version is, and what it is known by without being known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Held {
    pub place: SecretPlace,
    /// What the place calls it, where that does not follow from account and version: Vault's own version number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<Text>,
    /// How it was given to us.
    pub source: Source,
    /// A keyed code over the version, its place and every byte of its value: what comes back is compared with it. None
    /// where nothing vouches for the value any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound: Option<Fingerprint>,
    /// A keyed fingerprint of each secret field: equal secrets of one store have equal ones.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fingerprints: BTreeMap<Name, Fingerprint>,
    /// The day from which somebody could still know it who was taken off the recipients; it is due for rotation then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed: Option<Date>,
}

impl Held {
    /// Whether what its place holds is one value at a time, so that a newer one took its place: an entry or a variable of
    /// the organisation's own, not an item for each version.
    pub fn is_single(&self) -> bool {
        let adopted = self.place.class() == StoreClass::Vault && self.item.is_none();
        self.place.holds_one() || adopted
    }
}

words! {
    /// How a secret was given to us.
    Source {
        Prompt = "prompt",
        Stdin = "stdin",
        File = "file",
        Descriptor = "descriptor",
        /// It was in its place already.
        Existing = "existing",
        /// keyroll made it, in a rotation.
        Generated = "generated",
        /// The provider made it, in a rotation.
        Provider = "provider",
    }
}
