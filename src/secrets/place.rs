//! What every place for secrets can do. One file implements it for each class of places.

use crate::model::sealed::{Held, Sealed};
use crate::model::text::Text;
use crate::secret::{Envelope, Value};
use crate::secrets::SecretError;

/// The version whose value is meant, and where its credential keeps it.
#[derive(Clone, Copy)]
pub struct Slot<'a> {
    pub envelope: Envelope<'a>,
    /// What stands behind the class: the PATH of `vault:PATH`, the NAME of `command:NAME`; empty for `age` and `keyring`.
    pub reference: &'a str,
}

impl Slot<'_> {
    /// The place as it is written, by the name of its class: `vault:PATH`.
    pub fn place(&self, class: &str) -> String {
        format!("{class}:{}", self.reference)
    }
}

/// What putting a value somewhere leaves to be recorded.
#[derive(Default)]
pub struct Put {
    /// What the place calls it, where that does not follow from the slot.
    pub item: Option<Text>,
    /// The ciphertext that the store itself must keep.
    pub sealed: Option<Sealed>,
}

/// A place where secrets live.
pub trait Place {
    /// Puts a value, and reads it back before it says so.
    ///
    /// # Errors
    /// When it is not known to be there, or the place takes none.
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError>;

    /// Gets the value of a version.
    ///
    /// # Errors
    /// When it is not there, cannot be read, or belongs to another row.
    fn get(
        &self,
        slot: &Slot<'_>,
        held: &Held,
        sealed: Option<&Sealed>,
    ) -> Result<Value, SecretError>;

    /// Takes the value of a version out of the place; one that is gone already is no error.
    ///
    /// # Errors
    /// When it may still be there.
    fn remove(&self, slot: &Slot<'_>, held: &Held) -> Result<(), SecretError>;
}

impl<P: Place + ?Sized> Place for &P {
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError> {
        (**self).put(slot, value)
    }

    fn get(
        &self,
        slot: &Slot<'_>,
        held: &Held,
        sealed: Option<&Sealed>,
    ) -> Result<Value, SecretError> {
        (**self).get(slot, held, sealed)
    }

    fn remove(&self, slot: &Slot<'_>, held: &Held) -> Result<(), SecretError> {
        (**self).remove(slot, held)
    }
}
