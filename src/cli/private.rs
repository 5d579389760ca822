//! Secrets in files of the user's alone, and on descriptors: read, made, replaced.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::cli::failure::Failure;
use crate::secret::Secret;
use crate::secrets::{LONGEST, SecretError};

/// What stands on an inherited descriptor.
///
/// # Errors
/// When it is not open, or holds too much.
pub fn from_descriptor(number: u32) -> Result<Secret, Failure> {
    let path = PathBuf::from(format!("/dev/fd/{number}"));
    let file = File::open(&path).map_err(|error| {
        Failure::usage(format!("descriptor {number} cannot be read: {error}"))
            .hint(format!("hand it over: {number}<FILE"))
    })?;
    bounded(file).map_err(|error| unreadable(&path, error))
}

/// A file of ours alone: refused where others may read it or write to it.
///
/// # Errors
/// When it cannot be read or is not ours alone.
pub fn private_file(path: &Path) -> Result<Secret, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let meta = file.metadata().map_err(|error| unreadable(path, error))?;
    let us = rustix::process::geteuid().as_raw();
    let refuse = |why: String| SecretError::IdentityRefused {
        path: path.to_owned(),
        why,
    };
    if meta.is_dir() {
        return Err(refuse("it is a folder".to_owned()).into());
    }
    // systemd hands credentials over as root's own, readable to the service alone.
    if meta.uid() != us && meta.uid() != 0 {
        return Err(refuse(format!(
            "it belongs to user {}, and we are user {us}",
            meta.uid()
        ))
        .into());
    }
    let mode = meta.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(refuse(format!("others may use it (mode {mode:o})")).into());
    }
    bounded(file).map_err(|error| unreadable(path, error))
}

/// That nobody but us and root can say what a file holds, where it names programs to run or is one.
///
/// # Errors
/// When others may write to it, or put another in its place.
pub fn ours_to_write(path: &Path) -> Result<(), Failure> {
    let refuse = |why: String| {
        let shown = path.to_string_lossy().escape_debug().to_string();
        Failure::refused(format!(
            "`{shown}` runs nothing: {why}; nothing was changed"
        ))
        .hint("make it yours alone to write to: chmod go-w FILE, and its folder")
    };
    let meta = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    let us = rustix::process::geteuid().as_raw();
    if meta.uid() != us && meta.uid() != 0 {
        let why = format!("it belongs to user {}, and we are user {us}", meta.uid());
        return Err(refuse(why));
    }
    if meta.mode() & 0o022 != 0 {
        let mode = meta.mode() & 0o777;
        return Err(refuse(format!("others may write to it (mode {mode:o})")));
    }
    let folder = path.parent().map(fs::metadata);
    match folder {
        // In a folder such as /tmp, nobody takes away what is another's.
        Some(Ok(folder)) if folder.mode() & 0o1002 == 0o0002 => {
            Err(refuse("others may write to its folder".to_owned()))
        }
        Some(Err(error)) => Err(unreadable(path, error)),
        Some(Ok(_)) | None => Ok(()),
    }
}

/// A credential that systemd hands to a service: root's own, and readable to us by an access list that shows as a group's
/// right to read.
///
/// # Errors
/// When it cannot be read, or others may read it too.
pub fn credential_file(path: &Path) -> Result<Secret, Failure> {
    let file = File::open(path).map_err(|error| unreadable(path, error))?;
    let meta = file.metadata().map_err(|error| unreadable(path, error))?;
    let is_roots = meta.uid() == 0 && meta.is_file() && meta.mode() & 0o037 == 0;
    match is_roots {
        true => bounded(file).map_err(|error| unreadable(path, error)),
        false => private_file(path),
    }
}

/// Makes a file of ours alone with this content, whole or not at all; never over another.
///
/// # Errors
/// When it is there already, or cannot be made.
pub fn make_private(path: &Path, content: &Secret) -> Result<(), Failure> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let made = || -> io::Result<()> {
        if let Some(folder) = folder {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(folder)?;
        }
        write_as(path, content, |new| {
            match renameat_with(CWD, new, CWD, path, RenameFlags::NOREPLACE) {
                // File systems of removable media may not know how.
                Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {
                    match path.symlink_metadata() {
                        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                        Err(_) => fs::rename(new, path),
                    }
                }
                renamed => Ok(renamed?),
            }
        })
    };
    made().map_err(|error| {
        Failure::new(format!("cannot make `{}`: {error}", path.display()))
            .hint("nothing was changed; name another file")
    })
}

/// Replaces a file of ours alone, whole or not at all; by one process at a time.
///
/// # Errors
/// When it cannot be written: the old one stands then.
pub fn replace_private(path: &Path, content: &Secret) -> Result<(), Failure> {
    // Where it is a link, what it leads to is replaced.
    let replaced = fs::canonicalize(path)
        .and_then(|path| write_as(&path, content, |new| fs::rename(new, &path)));
    replaced.map_err(|error| {
        Failure::new(format!("cannot replace `{}`: {error}", path.display()))
            .hint("the old one stands as it was")
    })
}

/// Writes a file beside `path`, 0600, and lets `settle` put it in its place.
///
/// Always under the same name: what an interrupted one left behind holds a key, and goes with the next.
fn write_as(
    path: &Path,
    content: &Secret,
    settle: impl FnOnce(&Path) -> io::Result<()>,
) -> io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    let new = PathBuf::from(name);
    let _ = fs::remove_file(&new);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| {
            file.set_permissions(fs::Permissions::from_mode(0o600))?;
            file.write_all(content.expose())?;
            file.sync_all()
        })
        .and_then(|()| settle(&new));
    if written.is_err() {
        // Of no use to anybody; why it failed is what matters.
        let _ = fs::remove_file(&new);
        return written;
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all())
}

/// A secret of bounded size from a reader.
pub fn bounded(from: impl Read) -> io::Result<Secret> {
    // Whole from the start: a buffer that grows leaves copies behind.
    let mut bytes = Vec::with_capacity(LONGEST + 1);
    from.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST {
        return Err(io::Error::other(format!(
            "it is larger than {LONGEST} bytes"
        )));
    }
    Ok(Secret::new(bytes))
}

/// A file that cannot be read.
pub(super) fn unreadable(path: &Path, error: io::Error) -> Failure {
    let name = path.display().to_string().escape_debug().to_string();
    Failure::new(format!("cannot read `{name}`: {error}")).hint("check the path and its mode")
}
