//! A key that secrets can be sealed to.

use std::fmt;
use std::str::FromStr;

use crate::secrets::SecretError;

/// A public key: age's own (`age1...`), or an SSH key in a build with `ssh-recipients`.
#[derive(Clone)]
pub struct PublicKey(Key);

#[derive(Clone)]
enum Key {
    Age(age::x25519::Recipient),
    #[cfg(feature = "ssh-recipients")]
    Ssh(age::ssh::Recipient),
}

impl PublicKey {
    pub(super) fn of_age(key: age::x25519::Recipient) -> PublicKey {
        PublicKey(Key::Age(key))
    }

    #[cfg(feature = "ssh-recipients")]
    pub(super) fn of_ssh(key: age::ssh::Recipient) -> PublicKey {
        PublicKey(Key::Ssh(key))
    }

    pub(super) fn as_age(&self) -> &dyn age::Recipient {
        match &self.0 {
            Key::Age(key) => key,
            #[cfg(feature = "ssh-recipients")]
            Key::Ssh(key) => key,
        }
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Key::Age(key) => write!(f, "{key}"),
            #[cfg(feature = "ssh-recipients")]
            Key::Ssh(key) => write!(f, "{key}"),
        }
    }
}

impl FromStr for PublicKey {
    type Err = SecretError;
    fn from_str(text: &str) -> Result<PublicKey, SecretError> {
        let text = text.trim();
        if let Ok(key) = text.parse() {
            return Ok(PublicKey(Key::Age(key)));
        }
        if text.starts_with("ssh-") {
            return ssh(text);
        }
        Err(SecretError::BadRecipient(shown(text)))
    }
}

#[cfg(feature = "ssh-recipients")]
fn ssh(text: &str) -> Result<PublicKey, SecretError> {
    let key = text
        .parse()
        .map_err(|_| SecretError::BadRecipient(shown(text)))?;
    Ok(PublicKey(Key::Ssh(key)))
}

#[cfg(not(feature = "ssh-recipients"))]
fn ssh(_: &str) -> Result<PublicKey, SecretError> {
    Err(SecretError::NoSsh)
}

/// The begin of a text that is no public key. One that could be a private key is not repeated at all.
fn shown(text: &str) -> String {
    if text.to_ascii_uppercase().contains("SECRET") || text.contains("PRIVATE") {
        return "(a private key)".to_owned();
    }
    text.chars()
        .take(12)
        .flat_map(char::escape_debug)
        .chain("...".chars())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_private_key_in_the_wrong_place_is_not_repeated() {
        let (_, text) = crate::secrets::Identity::generate();
        let line = std::str::from_utf8(text.expose()).unwrap();
        let error = line.parse::<PublicKey>().err().unwrap().to_string();
        assert!(error.starts_with("`(a private key)`"), "{error}");
    }

    #[cfg(not(feature = "ssh-recipients"))]
    #[test]
    fn an_ssh_key_names_the_build_that_takes_it() {
        let error = "ssh-ed25519 AAAA".parse::<PublicKey>().err().unwrap();
        assert!(matches!(error, SecretError::NoSsh));
    }
}
