//! Sealing and opening one text: standard age files in their text form, which the stock `age` opens too.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::{DecryptError, Decryptor, Encryptor};

use crate::model::sealed::Ciphertext;
use crate::secret::Secret;
use crate::secrets::{Identity, PublicKey};

/// The largest plaintext that is read out of a seal, in bytes: more than any envelope holds.
const LARGEST: u64 = 128 * 1024;

/// Why a seal did not open.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unopened {
    /// A wrong key and a damaged header look alike.
    #[error("it opens with none of the keys at hand, or its header is damaged")]
    NoKey,
    #[error("its content is damaged")]
    Content,
    #[error("it is no age file")]
    Form,
}

/// Seals a text to some recipients; there must be one at least.
pub fn seal(recipients: &[PublicKey], plain: &Secret) -> Ciphertext {
    let text = sealed(recipients, plain.expose()).expect("memory takes what is written to it");
    text.parse().expect("what age writes is an age file")
}

fn sealed(recipients: &[PublicKey], plain: &[u8]) -> std::io::Result<String> {
    let keys = recipients.iter().map(PublicKey::as_age);
    let encryptor =
        Encryptor::with_recipients(keys).expect("there are recipients, none a passphrase");
    let armor = ArmoredWriter::wrap_output(Vec::with_capacity(1024), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armor)?;
    writer.write_all(plain)?;
    let bytes = writer.finish()?.finish()?;
    Ok(String::from_utf8(bytes).expect("armor is ASCII"))
}

/// Opens what was sealed.
///
/// # Errors
/// Says why it did not open.
pub fn open(identity: &Identity, ciphertext: &Ciphertext) -> Result<Secret, Unopened> {
    let armor = ArmoredReader::new(ciphertext.as_str().as_bytes());
    let decryptor = Decryptor::new_buffered(armor).map_err(|error| match error {
        DecryptError::Io(_) | DecryptError::UnknownFormat => Unopened::Form,
        _ => Unopened::NoKey,
    })?;
    let reader = decryptor
        .decrypt(identity.as_age())
        .map_err(|_| Unopened::NoKey)?;
    // Whole from the start: a buffer that grows leaves copies behind.
    let mut plain = Vec::with_capacity(ciphertext.as_str().len());
    reader
        .take(LARGEST)
        .read_to_end(&mut plain)
        .map_err(|_| Unopened::Content)?;
    Ok(Secret::new(plain))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_the_key_and_with_no_other() {
        let (key, _) = Identity::generate();
        let (other, _) = Identity::generate();
        let sealed = seal(&key.public_keys(), &Secret::from("s3cret".to_owned()));
        assert_eq!(open(&key, &sealed).ok().unwrap().expose(), b"s3cret");
        assert_eq!(open(&other, &sealed).err(), Some(Unopened::NoKey));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let (key, _) = Identity::generate();
        let sealed = seal(&key.public_keys(), &Secret::from("s3cret".to_owned()));
        let text = sealed.as_str();
        let body = text.find('\n').unwrap() + 1..text.rfind("\n-----END").unwrap();
        for at in body.step_by(7).filter(|at| text.as_bytes()[*at] != b'\n') {
            let mut bytes = text.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed: Ciphertext = String::from_utf8(bytes).unwrap().parse().unwrap();
            assert!(open(&key, &changed).is_err(), "byte {at}");
        }
    }
}
