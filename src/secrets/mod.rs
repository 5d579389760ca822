//! Floor 4: where secrets live: age files in the store, the OS keyring, and the places that an organisation already has.
//! Encrypts and decrypts, fetches and puts; decides nothing, and writes nothing to the store.

mod error;
mod place;

pub use error::SecretError;
pub use place::{Place, Put, Slot};
