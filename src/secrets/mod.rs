//! Floor 4: where secrets live: age files in the store, the OS keyring, and the places that an organisation already has.
//! Encrypts and decrypts, fetches and puts; decides nothing, and writes nothing to the store.

mod audit_key;
mod backup;
mod command;
mod environment;
mod error;
mod fields;
mod fingerprint;
mod identity;
mod keyring;
mod keys;
mod place;
mod places;
mod public_key;
mod random;
mod seal;
mod tools;
mod vault;

pub use self::keyring::{Keyring, identity_item};
pub use audit_key::{AuditKey, audit_item};
pub use backup::{open_backup, seal_backup};
pub use command::{COMMAND_TIMEOUT, Commands};
pub use environment::{Environment, Variables};
pub use error::SecretError;
pub use identity::{Identity, LONGEST, Parsed, file_text, is_protected, protect};
pub use keys::{Keys, Recipients};
pub use place::{Place, Put, Slot};
pub use places::{Places, Reach};
pub use public_key::PublicKey;
pub use random::random;
pub use tools::{builtin_command, builtin_commands};
pub use vault::{Auth, Settings as VaultSettings, Vault};
