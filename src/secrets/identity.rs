//! The private keys that open what was sealed, and the forms in which they are kept.

use std::io::{Read, Write};
use std::sync::Arc;

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use age::{DecryptError, Decryptor, Encryptor};

use crate::secret::Secret;
use crate::secrets::{PublicKey, SecretError};

/// The cost of a passphrase that protects an identity, as a power of two: about a second.
const WORK: u8 = 18;

/// The highest cost that is accepted when one is opened.
const MOST_WORK: u8 = 22;

/// The longest text of an identity, in bytes.
pub const LONGEST: usize = 64 * 1024;

/// Keys that open secrets. Its copies share them.
#[derive(Clone)]
pub struct Identity {
    keys: Vec<Arc<dyn age::Identity + Send + Sync>>,
    public_keys: Vec<PublicKey>,
}

/// What an identity's text turned out to be.
pub enum Parsed {
    Open(Identity),
    /// It needs a passphrase: [`unprotect`] it first.
    Protected,
}

impl Identity {
    /// A new key, and its text: one line, as `age-keygen` writes it.
    pub fn generate() -> (Identity, Secret) {
        let key = age::x25519::Identity::generate();
        let text = Secret::new(key.to_string().expose_secret().as_bytes().to_vec());
        let public_keys = vec![PublicKey::of_age(key.to_public())];
        let keys: Vec<Arc<dyn age::Identity + Send + Sync>> = vec![Arc::new(key)];
        (Identity { keys, public_keys }, text)
    }

    /// Reads the text of an identity: age's lines, with comments and blank lines between them, or an SSH private key.
    /// `from` says where it came from, for the error.
    ///
    /// # Errors
    /// When it holds no key; never with a part of it.
    pub fn parse(text: &Secret, from: &str) -> Result<Parsed, SecretError> {
        let bad = |why: &str| SecretError::BadIdentity {
            from: from.to_owned(),
            why: why.to_owned(),
        };
        if is_protected(text) {
            return Ok(Parsed::Protected);
        }
        if text.len() > LONGEST {
            return Err(bad("it is too large"));
        }
        let lines = std::str::from_utf8(text.expose()).map_err(|_| bad("it is not text"))?;
        if lines.trim_start().starts_with("-----BEGIN ") {
            return ssh(text, from).map(Parsed::Open);
        }
        let mut identity = Identity {
            keys: Vec::new(),
            public_keys: Vec::new(),
        };
        let lines = lines.lines().map(str::trim);
        for line in lines.filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let key: age::x25519::Identity = line
                .parse()
                .map_err(|_| bad("a line of it is no age key"))?;
            identity
                .public_keys
                .push(PublicKey::of_age(key.to_public()));
            identity.keys.push(Arc::new(key));
        }
        if identity.keys.is_empty() {
            return Err(bad("it is empty"));
        }
        Ok(Parsed::Open(identity))
    }

    /// The same with a passphrase at hand, for one that needs it.
    ///
    /// # Errors
    /// When it holds no key, or the passphrase is wrong.
    pub fn parse_protected(
        text: &Secret,
        passphrase: &Secret,
        from: &str,
    ) -> Result<Identity, SecretError> {
        match Identity::parse(&unprotect(text, passphrase)?, from)? {
            Parsed::Open(identity) => Ok(identity),
            Parsed::Protected => Err(SecretError::BadIdentity {
                from: from.to_owned(),
                why: "it is protected twice".to_owned(),
            }),
        }
    }

    /// The public keys that belong to it.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.public_keys.clone()
    }

    pub(super) fn as_age(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.keys.iter().map(|key| &**key as &dyn age::Identity)
    }
}

/// The text of an identity as a file of its own, as `age-keygen` writes it.
pub fn file_text(line: &Secret, public_key: &PublicKey, made: &str) -> Secret {
    let mut text = format!("# created: {made}\n# public key: {public_key}\n").into_bytes();
    text.extend_from_slice(line.expose().trim_ascii_end());
    text.push(b'\n');
    Secret::new(text)
}

/// Whether the text of an identity stands under a passphrase.
pub fn is_protected(text: &Secret) -> bool {
    let begin = text.expose().trim_ascii_start();
    begin.starts_with(b"age-encryption.org/")
        || begin.starts_with(crate::model::sealed::BEGIN.as_bytes())
}

fn secret_string(passphrase: &Secret) -> Result<SecretString, SecretError> {
    let text = std::str::from_utf8(passphrase.expose()).map_err(|_| SecretError::Passphrase)?;
    Ok(SecretString::from(text.to_owned()))
}

/// The text of an identity under a passphrase: an age file that the stock `age` takes as an identity.
///
/// # Errors
/// When the passphrase is not text.
pub fn protect(text: &Secret, passphrase: &Secret) -> Result<Secret, SecretError> {
    let mut recipient = age::scrypt::Recipient::new(secret_string(passphrase)?);
    recipient.set_work_factor(WORK);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .expect("a passphrase alone is a good recipient");
    let write = || -> std::io::Result<Vec<u8>> {
        let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
        let mut writer = encryptor.wrap_output(armor)?;
        writer.write_all(text.expose())?;
        writer.finish()?.finish()
    };
    Ok(Secret::new(
        write().expect("memory takes what is written to it"),
    ))
}

fn unprotect(text: &Secret, passphrase: &Secret) -> Result<Secret, SecretError> {
    let bad = |why: &str| SecretError::BadIdentity {
        from: "the protected identity".to_owned(),
        why: why.to_owned(),
    };
    let mut identity = age::scrypt::Identity::new(secret_string(passphrase)?);
    identity.set_max_work_factor(MOST_WORK);
    let decryptor = Decryptor::new_buffered(ArmoredReader::new(text.expose()))
        .map_err(|_| bad("its header is damaged"))?;
    if !decryptor.is_scrypt() {
        return Err(bad(
            "it is an age file for another key, not one under a passphrase",
        ));
    }
    let reader = decryptor
        .decrypt(std::iter::once(&identity as &dyn age::Identity))
        .map_err(|error| match error {
            DecryptError::ExcessiveWork { required, .. } => bad(&format!(
                "its passphrase costs 2^{required}, and 2^{MOST_WORK} is the most that is accepted"
            )),
            _ => SecretError::Passphrase,
        })?;
    let mut plain = Vec::with_capacity(text.len());
    reader
        .take(LONGEST as u64 + 1)
        .read_to_end(&mut plain)
        .map_err(|_| bad("its content is damaged"))?;
    Ok(Secret::new(plain))
}

#[cfg(feature = "ssh-recipients")]
fn ssh(text: &Secret, from: &str) -> Result<Identity, SecretError> {
    let bad = |why: &str| SecretError::BadIdentity {
        from: from.to_owned(),
        why: why.to_owned(),
    };
    let key = age::ssh::Identity::from_buffer(text.expose(), None)
        .map_err(|_| bad("it is no SSH private key"))?;
    match &key {
        age::ssh::Identity::Unencrypted(_) => {}
        age::ssh::Identity::Encrypted(_) => {
            return Err(bad(
                "it is an SSH key under a passphrase: give a decrypted copy on a descriptor",
            ));
        }
        age::ssh::Identity::Unsupported(_) => {
            return Err(bad("it is an SSH key of a kind that age does not take"));
        }
    }
    let public =
        age::ssh::Recipient::try_from(key.clone()).map_err(|_| bad("it has no public key"))?;
    Ok(Identity {
        keys: vec![Arc::new(key)],
        public_keys: vec![PublicKey::of_ssh(public)],
    })
}

#[cfg(not(feature = "ssh-recipients"))]
fn ssh(_: &Secret, _: &str) -> Result<Identity, SecretError> {
    Err(SecretError::NoSsh)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Result<Identity, String> {
        match Identity::parse(&Secret::from(text.to_owned()), "`id`") {
            Ok(Parsed::Open(identity)) => Ok(identity),
            Ok(Parsed::Protected) => Err("protected".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn an_identity_file_holds_comments_and_several_keys() {
        let (first, one) = Identity::generate();
        let (_, two) = Identity::generate();
        let text = |secret: &Secret| String::from_utf8(secret.expose().to_vec()).unwrap();
        let file = format!("# made by hand\n\n{}\n{}\n", text(&one), text(&two));
        let identity = parsed(&file).unwrap();
        assert_eq!(identity.public_keys().len(), 2);
        assert_eq!(
            identity.public_keys()[0].to_string(),
            first.public_keys()[0].to_string()
        );
    }

    #[test]
    fn what_is_no_identity_is_refused_without_its_words() {
        for text in [
            "",
            "# nothing\n",
            "hunter2",
            "AGE-SECRET-KEY-1HUNTER2",
            "\u{0}",
        ] {
            let error = parsed(text).err().unwrap();
            assert!(error.starts_with("`id` holds no age identity"), "{error}");
            assert!(
                !error.contains("hunter2") && !error.contains("HUNTER2"),
                "{error}"
            );
        }
    }

    #[test]
    fn a_passphrase_opens_what_it_protects_and_a_wrong_one_does_not() {
        let (identity, text) = Identity::generate();
        let right = Secret::from("correct horse".to_owned());
        let file = protect(&text, &right).unwrap();
        assert!(matches!(
            Identity::parse(&file, "`id`"),
            Ok(Parsed::Protected)
        ));
        let back = Identity::parse_protected(&file, &right, "`id`").unwrap();
        assert_eq!(
            back.public_keys()[0].to_string(),
            identity.public_keys()[0].to_string()
        );
        let wrong = Secret::from("battery staple".to_owned());
        assert!(matches!(
            Identity::parse_protected(&file, &wrong, "`id`"),
            Err(SecretError::Passphrase)
        ));
    }
}
