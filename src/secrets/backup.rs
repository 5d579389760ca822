//! A backup: the bytes of a store in one age file, which the stock `age` opens too.

use std::io::{BufRead, Read, Write};

use age::{Decryptor, Encryptor};

use crate::secrets::{Identity, PublicKey, SecretError};

/// Seals the bytes of a store to some recipients.
///
/// # Errors
/// When it cannot be written.
pub fn seal_backup(recipients: &[PublicKey], store: &[u8], to: impl Write) -> std::io::Result<()> {
    let keys = recipients.iter().map(PublicKey::as_age);
    let encryptor = Encryptor::with_recipients(keys).map_err(std::io::Error::other)?;
    let mut writer = encryptor.wrap_output(to)?;
    writer.write_all(store)?;
    writer.finish()?.flush()
}

/// The bytes of the store in a backup.
///
/// # Errors
/// When it is none, or does not open with the identity; what is damaged further in shows as it is read.
pub fn open_backup<R: BufRead>(
    identity: &Identity,
    from: &str,
    backup: R,
) -> Result<impl Read + use<R>, SecretError> {
    let name = "the backup".to_owned();
    let decryptor = Decryptor::new_buffered(backup).map_err(|_| SecretError::Damaged {
        record: name,
        why: "it is no age file, or its header is damaged".to_owned(),
    })?;
    decryptor
        .decrypt(identity.as_age())
        .map_err(|_| SecretError::WrongIdentity {
            from: from.to_owned(),
        })
}
