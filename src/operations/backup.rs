//! Writes a store to one encrypted file, and brings it back.

use std::cell::RefCell;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context as _, Result, bail};
use sha2::{Digest as _, Sha256};

use crate::audit::hex;
use crate::model::change::{Note, Occurrence};
use crate::model::event::Actor;
use crate::secrets::{Identity, PublicKey, open_backup, seal_backup};
use crate::store::{Store, Verification};

/// Writes a backup to a new file, sealed to some recipients, and records that; gives its size in bytes.
///
/// # Errors
/// When the file is there already, or cannot be written; none is left then.
pub fn write(store: &mut Store, actor: &Actor, recipients: &[PublicKey], to: &Path) -> Result<u64> {
    let name = to.to_string_lossy().escape_debug().to_string();
    if to.symlink_metadata().is_ok() {
        bail!("`{name}` is there already");
    }
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    let cannot = || format!("cannot write `{name}`");
    // Made 0600, and taken away again unless it is whole.
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
    seal_backup(
        recipients,
        &store.snapshot()?,
        BufWriter::new(file.as_file_mut()),
    )
    .with_context(cannot)?;
    file.as_file().sync_all().with_context(cannot)?;
    let (digest, size) = digest(file.path()).with_context(cannot)?;
    let note = Note::new(None, Occurrence::Backup)
        .with("file", name.as_str())
        .with("sha256", digest)
        .with("recipients", recipients.len());
    // Recorded first: there is no backup that the trail does not know.
    store.commit_with(actor, &[], &[note])?;
    file.persist_noclobber(to)
        .map_err(|error| error.error)
        .with_context(cannot)?;
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .with_context(cannot)?;
    Ok(size)
}

/// Brings a backup back to where no store is, verified, with a record of that.
///
/// # Errors
/// When a store is there, the identity does not open the backup, or what it holds is not a whole store.
pub fn restore(
    backup: &Path,
    identity: &Identity,
    from: &str,
    actor: &Actor,
    to: &Path,
) -> Result<Verification> {
    let name = backup.to_string_lossy().escape_debug().to_string();
    let file = File::open(backup).with_context(|| format!("cannot read `{name}`"))?;
    let digest = Rc::new(RefCell::new(Sha256::new()));
    let hashed = Hashed {
        from: file,
        digest: Rc::clone(&digest),
    };
    let mut bytes = open_backup(identity, from, BufReader::new(hashed))?;
    let note = || {
        let digest = digest.borrow().clone().finalize();
        Note::new(None, Occurrence::Restore)
            .with("file", name.as_str())
            .with("sha256", hex(&digest.into()))
    };
    Ok(Store::put_back(to, &mut bytes, actor, &note)?)
}

/// A reader whose bytes are hashed as they pass.
struct Hashed {
    from: File,
    digest: Rc<RefCell<Sha256>>,
}

impl Read for Hashed {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.from.read(buffer)?;
        let bytes = buffer.get(..read).unwrap_or_default();
        self.digest.borrow_mut().update(bytes);
        Ok(read)
    }
}

fn digest(path: &Path) -> std::io::Result<(String, u64)> {
    let mut file = File::open(path)?;
    let mut sha = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    let mut size = 0;
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((hex(&sha.finalize().into()), size));
        }
        size += read as u64;
        sha.write_all(buffer.get(..read).unwrap_or_default())?;
    }
}
