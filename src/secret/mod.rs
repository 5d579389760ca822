//! Floor 2: the one type that holds plaintext, what one version of a credential is made of, and the envelope in which
//! it is sealed. Shows nothing, writes nothing, encrypts nothing.

mod doubt;
mod envelope;
mod parts;
mod value;

pub use doubt::{Doubt, doubts};
pub use envelope::{BadEnvelope, Envelope};
pub use parts::parts;
pub use value::{BadValue, LARGEST, Value, is_public, names, single_field};

use zeroize::Zeroizing;

/// Bytes that must not be shown, logged or copied: overwritten when they are let go of.
///
/// It has no `Debug`, `Display`, `Serialize` or `Clone`; whoever needs the bytes says [`Secret::expose`].
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    pub fn new(bytes: Vec<u8>) -> Secret {
        Secret(Zeroizing::new(bytes))
    }

    /// The plaintext. Each use of it is a place to look at in a review.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its length, in bytes.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Takes one line end off the end; whether there was one.
    pub fn trim_newline(&mut self) -> bool {
        let before = self.0.len();
        if self.0.last() == Some(&b'\n') {
            self.0.pop();
            if self.0.last() == Some(&b'\r') {
                self.0.pop();
            }
        }
        before != self.0.len()
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret::new(text.into_bytes())
    }
}
