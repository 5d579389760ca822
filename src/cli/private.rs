//! Secrets in files of the user's alone, and on descriptors: read, made, replaced.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::cli::failure::Failure;
use crate::secret::Secret;
use crate::secrets::{LONGEST, SecretError};

/// The most links that are followed to a file, as the system has it.
const LINKS: usize = 40;

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
    let Some(why) = others_write(path).map_err(|error| unreadable(path, error))? else {
        return Ok(());
    };
    let shown = path.to_string_lossy().escape_debug().to_string();
    let refused = format!("`{shown}` runs nothing: {why}; nothing was changed");
    Err(Failure::refused(refused)
        .hint("make it yours alone to write to: chmod go-w FILE, and the folders that it lies in"))
}

/// How somebody else than us and root could say what a file holds, in words. Each folder and each link on the way to it
/// counts: who may write there puts another in its place.
///
/// # Errors
/// When it is not there, or cannot be looked at.
pub fn others_write(path: &Path) -> io::Result<Option<String>> {
    let us = rustix::process::geteuid().as_raw();
    let mut at = PathBuf::from("/");
    let mut ahead = steps(&std::path::absolute(path)?);
    let mut links = 0;
    let root = fs::symlink_metadata(&at)?;
    if let Some(why) = foreign(&root, us, false) {
        return Ok(Some(format!("of `/`, where it lies, {why}")));
    }
    while let Some(step) = ahead.pop() {
        if step == ".." {
            at.pop();
            continue;
        }
        let place = at.join(&step);
        let meta = fs::symlink_metadata(&place)?;
        let is_file = ahead.is_empty() && !meta.is_symlink();
        if let Some(why) = foreign(&meta, us, is_file) {
            let shown = place.to_string_lossy().escape_debug().to_string();
            return Ok(Some(match is_file {
                true => why,
                false => format!("it lies behind `{shown}`: {why}"),
            }));
        }
        if !meta.is_symlink() {
            at = place;
            continue;
        }
        links += 1;
        if links > LINKS {
            return Err(rustix::io::Errno::LOOP.into());
        }
        let target = fs::read_link(&place)?;
        if target.is_absolute() {
            at = PathBuf::from("/");
        }
        ahead.extend(steps(&target));
    }
    Ok(None)
}

/// The names on the way, the first one last.
fn steps(path: &Path) -> Vec<OsString> {
    let names = path.components().rev().filter_map(|step| match step {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    });
    names.collect()
}

/// How others may write to what lies at one place.
fn foreign(meta: &fs::Metadata, us: u32, is_file: bool) -> Option<String> {
    if meta.uid() != us && meta.uid() != 0 {
        let owner = meta.uid();
        return Some(format!("it belongs to user {owner}, and we are user {us}"));
    }
    // In a folder such as /tmp, nobody takes away what is another's. A link has no mode of its own.
    let is_safe = meta.is_symlink() || (!is_file && meta.mode() & 0o1000 != 0);
    let mode = meta.mode() & 0o777;
    (mode & 0o022 != 0 && !is_safe).then(|| format!("others may write to it (mode {mode:o})"))
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn why(path: &Path) -> String {
        others_write(path).unwrap().unwrap_or_default()
    }

    #[test]
    fn a_folder_above_that_others_may_write_to_is_found() {
        let top = tempfile::tempdir().unwrap();
        let (above, folder) = (top.path().join("a"), top.path().join("a/b"));
        let file = folder.join("mail.sh");
        fs::create_dir_all(&folder).unwrap();
        fs::write(&file, "").unwrap();
        let modes = |above_mode, folder_mode, file_mode| {
            set_mode(&above, above_mode);
            set_mode(&folder, folder_mode);
            set_mode(&file, file_mode);
            why(&file)
        };
        assert_eq!(modes(0o755, 0o700, 0o755), "");
        assert_eq!(modes(0o1777, 0o1777, 0o600), "");
        assert_eq!(
            modes(0o755, 0o700, 0o620),
            "others may write to it (mode 620)"
        );
        let found = modes(0o755, 0o770, 0o700);
        assert!(
            found.ends_with("/a/b`: others may write to it (mode 770)"),
            "{found}"
        );
        let found = modes(0o707, 0o700, 0o700);
        assert!(
            found.ends_with("/a`: others may write to it (mode 707)"),
            "{found}"
        );
    }

    #[test]
    fn a_link_counts_where_it_lies_and_where_it_leads() {
        let top = tempfile::tempdir().unwrap();
        let at = |name: &str| top.path().join(name);
        for folder in ["links", "files"] {
            fs::create_dir(at(folder)).unwrap();
            set_mode(&at(folder), 0o700);
        }
        fs::write(at("files/mail.sh"), "").unwrap();
        set_mode(&at("files/mail.sh"), 0o700);
        symlink("../files/mail.sh", at("links/mail")).unwrap();
        symlink(at("links"), at("way")).unwrap();
        assert_eq!(why(&at("way/mail")), "");
        set_mode(&at("files"), 0o770);
        assert!(why(&at("way/mail")).contains("/files`: others"));
        set_mode(&at("files"), 0o700);
        set_mode(&at("links"), 0o770);
        assert!(why(&at("way/mail")).contains("/links`: others"));
        symlink("round", at("round")).unwrap();
        assert!(others_write(&at("round")).is_err());
    }
}
