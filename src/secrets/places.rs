//! Finds the place that a credential names.

use std::time::Duration;

use crate::model::credential::{SecretPlace, StoreClass};
use crate::secrets::{Keyring, Keys, Place, SecretError};

/// The places that are not the store's own file, as they can be reached from here.
pub struct Places {
    keyring: Keyring,
}

impl Places {
    /// `patience` is how long the OS keyring may take.
    pub fn new(patience: Duration) -> Places {
        Places {
            keyring: Keyring::new(patience),
        }
    }

    /// The place that `place` names.
    ///
    /// # Errors
    /// When it cannot be reached from here: nothing says where it is, or who we are there.
    pub fn at<'p>(
        &'p self,
        place: &SecretPlace,
        keys: &'p Keys,
    ) -> Result<&'p dyn Place, SecretError> {
        match place.class() {
            StoreClass::Age => Ok(keys),
            StoreClass::Keyring => Ok(&self.keyring),
            StoreClass::Vault | StoreClass::Command | StoreClass::Environment => {
                Err(SecretError::NotBuilt)
            }
        }
    }
}
