//! What can go wrong with secrets, in words that hold none.

use std::path::PathBuf;

use crate::audit::note::BadNote;
use crate::model::key::VersionKey;
use crate::secret::BadEnvelope;

/// Why a secret was not sealed, opened, fetched or put.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("there is no OS keyring here: {why}")]
    NoKeyring { why: String },
    #[error(
        "the OS keyring did not answer in {seconds} s: it is locked, or its daemon has stopped"
    )]
    KeyringSilent { seconds: u64 },
    #[error("the OS keyring is locked")]
    KeyringLocked,
    /// `item` says what should be there.
    #[error("the OS keyring holds no {item}")]
    KeyringItem { item: String },
    #[error("the OS keyring refused: {why}")]
    Keyring { why: String },
    #[error("this keyroll was built without the OS keyring")]
    NotBuilt,

    #[error("no age identity is at hand, and the secrets open with one alone")]
    NoIdentity,
    #[error("`{}` is refused: {why}", path.display())]
    IdentityRefused { path: PathBuf, why: String },
    /// `from` says where the identity came from.
    #[error("{from} holds no age identity: {why}")]
    BadIdentity { from: String, why: String },
    /// `from` says where the key came from.
    #[error("{from} holds no audit key: {why}")]
    BadAuditKey { from: String, why: BadNote },
    #[error("no audit key is at hand")]
    NoAuditKey,
    #[error("the passphrase is wrong")]
    Passphrase,
    #[error("the identity from {from} opens no secret of this store")]
    WrongIdentity { from: String },

    #[error("the store holds no secrets yet")]
    NotSetUp,
    #[error(
        "the list of recipients is not as it was sealed: somebody changed it behind the store's back"
    )]
    RecipientsChanged,
    #[error(
        "the store's key is not the one that was known here: somebody changed the recipients, or put it there"
    )]
    KeyChanged,
    #[error("an SSH key needs a keyroll that was built with the feature `ssh-recipients`")]
    NoSsh,
    #[error(
        "the identity at hand would open nothing any more: its public key is not among the recipients"
    )]
    LockedOut,
    #[error("`{0}` is no public key that a secret can be sealed to")]
    BadRecipient(String),
    #[error("`{record}` is damaged: {why}")]
    Damaged { record: String, why: String },
    #[error("`{record}` does not belong where it stands: {why}")]
    Misplaced { record: String, why: BadEnvelope },
    #[error("the secret of `{record}` is not the one that was recorded: it was changed in {place}")]
    Changed { record: String, place: String },

    /// It was sealed anew while the place could not be reached.
    #[error(
        "nothing vouches for the secret of `{record}`: {place} could not be read when it was last sealed anew"
    )]
    Unvouched { record: String, place: String },

    #[error("{place} takes no secrets: it is read only")]
    ReadOnly { place: String },
    /// `place` as the inventory writes it, `vault:PATH`.
    #[error("{place}: {why}")]
    Place { place: String, why: String },
    #[error("{doing}")]
    Io {
        doing: String,
        #[source]
        source: std::io::Error,
    },
}

impl SecretError {
    /// Of a value in the store that opens, but is not the one that was recorded: somebody sealed it who had no key.
    pub fn forged(row: &VersionKey) -> SecretError {
        SecretError::Damaged {
            record: format!("sealed/{row}"),
            why: "it opens, but it is not the value that was recorded".to_owned(),
        }
    }
}
