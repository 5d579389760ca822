//! The store's files: made private from the first byte, looked at before they are trusted.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::Read;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::store::error::StoreError;
use crate::store::migrate::{APPLICATION, newest};

/// Makes the folders that are missing, 0700 each.
pub(super) fn make_folder(folder: &Path) -> Result<(), StoreError> {
    if folder.as_os_str().is_empty() || folder.is_dir() {
        return Ok(());
    }
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(StoreError::io(format!(
            "the folder `{}` could not be made",
            folder.display()
        )))
}

/// Makes an empty file, 0600 whatever the umask; refuses one that exists.
pub(super) fn make_private(path: &Path) -> Result<File, StoreError> {
    let io = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.into() },
        std::io::ErrorKind::PermissionDenied => StoreError::ReadOnly {
            why: format!("`{}` cannot be made", path.display()),
        },
        _ => StoreError::io(format!("`{}` could not be made", path.display()))(error),
    };
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(io)?;
    // A strict umask may have taken our own rights away.
    file.set_permissions(Permissions::from_mode(0o600))
        .map_err(io)?;
    Ok(file)
}

/// Makes what was written to a file's folder durable.
pub(super) fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(folder_of(path))
        .and_then(|folder| folder.sync_all())
        .map_err(StoreError::io(
            "the store's folder could not be made durable",
        ))
}

/// Where the copy goes that is made before an upgrade: beside the store, under a name not taken yet.
pub(super) fn copy_path(store: &Path, version: i64) -> PathBuf {
    let named = |suffix: String| {
        let mut name = store.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let first = named(format!(".format-{version}"));
    let later = (2..).map(|n| named(format!(".format-{version}.{n}")));
    std::iter::once(first)
        .chain(later)
        .find(|path| fs::symlink_metadata(path).is_err())
        .expect("numbers do not run out")
}

/// A path that the engine takes for nothing else: one that begins with `file:` is a URI to it, `:memory:` no file.
pub(super) fn plain(path: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(StoreError::io("the current folder could not be told"))
}

/// Writes a whole, consistent copy of the store to a new file, 0600.
pub(super) fn copy(db: &Connection, to: &Path) -> Result<(), StoreError> {
    let to = &plain(to)?;
    let name = to.to_str().ok_or_else(|| StoreError::Permissions {
        path: to.clone(),
        why: "its name is not UTF-8".to_owned(),
    })?;
    let file = make_private(to)?;
    let copied = db
        .execute("VACUUM INTO :path", [name])
        .map_err(StoreError::from)
        .and_then(|_| {
            file.sync_all()
                .map_err(StoreError::io("the copy could not be made durable"))
        });
    if let Err(error) = copied {
        // What was begun is of no use; why it failed is what matters.
        let _ = fs::remove_file(to);
        return Err(error);
    }
    sync_folder(to)
}

/// Whether anybody but us could have changed a file.
pub(super) fn check_owner(path: &Path, file: &fs::Metadata) -> Result<(), StoreError> {
    let refuse = |why: String| {
        Err(StoreError::Permissions {
            path: path.into(),
            why,
        })
    };
    let us = rustix::process::geteuid().as_raw();
    if file.uid() != us {
        return refuse(format!(
            "it belongs to user {}, and we are user {us}",
            file.uid()
        ));
    }
    if file.mode() & 0o022 != 0 {
        return refuse(format!(
            "others may write to it (mode {:o}); make it 600",
            file.mode() & 0o777
        ));
    }
    Ok(())
}

/// Who else may write in a folder.
enum Others {
    None,
    /// They may add files and not replace ours: the sticky bit of `/tmp`, which nobody but root may take away.
    Add,
    Replace(u32),
}

fn others(folder: &fs::Metadata) -> Others {
    let is_sticky = folder.mode() & 0o1000 != 0 && folder.uid() == 0;
    match folder.mode() & 0o022 {
        0 => Others::None,
        _ if is_sticky => Others::Add,
        _ => Others::Replace(folder.mode() & 0o7777),
    }
}

pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."))
}

/// The folder of a store, and where the store is a link, that of the file it leads to.
fn folders(path: &Path) -> Vec<PathBuf> {
    let mut out = vec![folder_of(path).to_owned()];
    if fs::symlink_metadata(path).is_ok_and(|file| file.is_symlink())
        && let Ok(target) = fs::canonicalize(path)
    {
        out.push(folder_of(&target).to_owned());
    }
    out
}

/// Refuses to write where others could replace the store, or the journal that undoes a write.
pub(super) fn check_folder(path: &Path) -> Result<(), StoreError> {
    for folder in folders(path) {
        let looked = fs::metadata(&folder);
        let looked = looked.map_err(StoreError::io(format!(
            "the folder `{}` could not be looked at",
            folder.display()
        )))?;
        match others(&looked) {
            Others::None | Others::Add => {}
            Others::Replace(mode) => {
                return Err(StoreError::Permissions {
                    path: path.into(),
                    why: format!("others may write in its folder (mode {mode:o}); make it 700"),
                });
            }
        }
    }
    Ok(())
}

/// Looks at the header without the engine: is it a store of a format we know, and all there?
pub(super) fn inspect(path: &Path) -> Result<(), StoreError> {
    match look(path) {
        // A writer may have been between two pages; by the second look it is done, or its journal is seen.
        Err(StoreError::Damaged { .. }) => look(path),
        looked => looked,
    }
}

/// One look. A journal beside the store, of a write under way or interrupted, explains an odd header or size.
fn look(path: &Path) -> Result<(), StoreError> {
    let under_way = has_journal(path);
    let foreign = |why| StoreError::Foreign {
        path: path.into(),
        why,
    };
    let mut header = [0_u8; 100];
    let mut file = File::open(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => StoreError::Permissions {
            path: path.into(),
            why: "it may not be read".to_owned(),
        },
        _ => StoreError::io("the store could not be opened")(error),
    })?;
    let read = file.read_exact(&mut header);
    let size = file
        .metadata()
        .map_err(StoreError::io("the store could not be looked at"))?
        .len();
    if size == 0 {
        return Err(StoreError::unmade());
    }
    if read.is_err() {
        return Err(foreign("it is too short to be one"));
    }
    if &header[..16] != b"SQLite format 3\0" {
        return Err(foreign("it is not an SQLite file"));
    }
    let number = |at: usize| {
        i64::from(u32::from_be_bytes([
            header[at],
            header[at + 1],
            header[at + 2],
            header[at + 3],
        ]))
    };
    let interrupted = under_way || has_journal(path);
    if number(68) != APPLICATION && !interrupted {
        return Err(foreign("it is an SQLite file of another program"));
    }
    let page = match u16::from_be_bytes([header[16], header[17]]) {
        1 => 65_536,
        size => u64::from(size),
    };
    let pages = number(28).unsigned_abs();
    if size < page * pages && !interrupted {
        return Err(StoreError::damaged(
            "the file",
            format!("it was cut off: {size} bytes of {}", page * pages),
        ));
    }
    let version = number(60);
    if version > newest() {
        return Err(StoreError::Newer {
            found: version,
            known: newest(),
        });
    }
    Ok(())
}

/// Whether a journal with content stands beside the store: a write under way, or one that was interrupted.
pub(super) fn has_journal(store: &Path) -> bool {
    let mut name = store.as_os_str().to_owned();
    name.push("-journal");
    fs::metadata(PathBuf::from(name)).is_ok_and(|journal| journal.len() > 0)
}

/// What an operator should know about where the store lies.
pub(super) fn warnings(path: &Path) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(kind) = network(path) {
        out.push(format!(
            "the store lies on {kind}, where locks cannot be relied on: keep it on a local disk"
        ));
    }
    for folder in folders(path) {
        let Ok(folder) = fs::metadata(folder) else {
            continue;
        };
        match others(&folder) {
            Others::None => {}
            Others::Add => out.push(
                "others may make files beside the store: keep it in a folder of its own, 700"
                    .to_owned(),
            ),
            Others::Replace(_) => out.push(
                "others may write in the store's folder, and so replace the store: make it 700"
                    .to_owned(),
            ),
        }
    }
    out
}

#[cfg(target_os = "linux")]
fn network(path: &Path) -> Option<&'static str> {
    // statfs(2); cut to 32 bits, as the width of the field differs between machines.
    let kind = rustix::fs::statfs(path).ok()?.f_type as u32;
    match kind {
        0x6969 => Some("NFS"),
        0x517b | 0xfe53_4d42 | 0xff53_4d42 => Some("SMB"),
        0x0102_1997 => Some("9P"),
        _ => None,
    }
}

#[cfg(not(target_os = "linux"))]
fn network(_path: &Path) -> Option<&'static str> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    #[test]
    fn a_path_is_never_a_word_of_the_engine() {
        for name in ["file:x?mode=memory", ":memory:", "a b%41"] {
            let plain = plain(Path::new(name)).unwrap();
            assert!(plain.is_absolute() && plain.ends_with(name), "{plain:?}");
        }
    }

    #[test]
    fn a_copy_goes_under_its_very_name_or_nowhere() {
        let dir = tempfile::tempdir().unwrap();
        let db = crate::store::connection::in_memory().unwrap();
        copy(&db, &dir.path().join("file:x?mode=memory")).unwrap();
        assert!(dir.path().join("file:x?mode=memory").is_file());
        let error = copy(&db, &dir.path().join(OsStr::from_bytes(b"a\xff"))).unwrap_err();
        assert!(error.to_string().contains("not UTF-8"), "{error}");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }
}
