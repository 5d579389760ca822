//! Finds the place that a credential names. What a place needs to be reached is looked up when it is first asked for.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::time::Duration;

use crate::model::command::Template;
use crate::model::credential::{SecretPlace, StoreClass};
use crate::model::id::Name;
use crate::secrets::{
    COMMAND_TIMEOUT, Commands, Environment, Keyring, Keys, Place, SecretError, Vault, VaultSettings,
};

/// What says how the places outside are reached; the environment is the caller's to read.
#[derive(Clone, Copy)]
pub struct Reach {
    /// How long the OS keyring may take.
    pub patience: Duration,
    pub vault: fn() -> Result<VaultSettings, SecretError>,
    /// The user's own commands.
    pub commands: fn() -> Result<BTreeMap<Name, Template>, SecretError>,
    pub variable: fn(&str) -> Option<OsString>,
}

/// The places where secrets live, as they can be reached from here.
pub struct Places {
    reach: Reach,
    keyring: Keyring,
    vault: OnceCell<Vault>,
}

impl Places {
    pub fn new(reach: Reach) -> Places {
        Places {
            reach,
            keyring: Keyring::new(reach.patience),
            vault: OnceCell::new(),
        }
    }

    /// The place that `place` names, for a credential with these fields.
    ///
    /// # Errors
    /// When it cannot be reached from here: nothing says where it is, or who we are there.
    pub fn at<'p>(
        &'p self,
        place: &SecretPlace,
        fields: Vec<Name>,
        keys: &'p Keys,
    ) -> Result<Box<dyn Place + 'p>, SecretError> {
        Ok(match place.class() {
            StoreClass::Age => Box::new(keys),
            StoreClass::Keyring => Box::new(self.keyring),
            StoreClass::Vault => Box::new(self.vault()?),
            StoreClass::Command => Box::new(Commands::new(
                fields,
                (self.reach.commands)()?,
                COMMAND_TIMEOUT,
            )),
            StoreClass::Environment => {
                Box::new(Environment::new(fields, Box::new(self.reach.variable)))
            }
        })
    }

    fn vault(&self) -> Result<&Vault, SecretError> {
        if let Some(vault) = self.vault.get() {
            return Ok(vault);
        }
        let vault = Vault::new((self.reach.vault)()?)?;
        Ok(self.vault.get_or_init(|| vault))
    }
}
