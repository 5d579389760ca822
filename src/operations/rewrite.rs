//! Text files replaced whole. All are made ready before the first is put in its place; none is reached through a link.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use tempfile::NamedTempFile;

/// The mode of a file that was not there before, less what the user's mask takes away.
const NEW: u32 = 0o666;

/// One file to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rewrite {
    pub path: PathBuf,
    /// What stands there now; none where there is no such file.
    pub before: Option<String>,
    pub after: String,
}

/// Why files were not replaced. Unless it says so, none was.
#[derive(Debug, thiserror::Error)]
pub enum RewriteError {
    #[error("`{}` is a link or no plain file", shown(.0))]
    NotPlain(PathBuf),
    #[error("`{}` is not what it was when it was read", shown(.0))]
    Changed(PathBuf),
    #[error("cannot replace `{}`: {error}", shown(.path))]
    Io { path: PathBuf, error: io::Error },
    #[error("{done} of the files were replaced, and `{}` cannot be: {error}", shown(.path))]
    Half {
        done: usize,
        path: PathBuf,
        error: io::Error,
    },
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

/// Replaces every file, each whole or not at all, with the mode and the owner that it had.
///
/// # Errors
/// When one is not as it was read, or cannot be replaced: then none was, unless the error says how many.
pub fn rewrite(all: &[Rewrite]) -> Result<(), RewriteError> {
    let mut ready = Vec::with_capacity(all.len());
    for file in all {
        ready.push((file, stage(file)?));
    }
    for (done, (file, new)) in ready.into_iter().enumerate() {
        let placed = match file.before {
            Some(_) => new.persist(&file.path),
            None => new.persist_noclobber(&file.path),
        };
        let placed = placed
            .map_err(|error| error.error)
            .and_then(|_| File::open(folder(&file.path)).and_then(|folder| folder.sync_all()));
        placed.map_err(|error| match done {
            0 => io_error(&file.path, error),
            done => RewriteError::Half {
                done,
                path: file.path.clone(),
                error,
            },
        })?;
    }
    Ok(())
}

/// Writes what is to stand there beside the file, after a look at what stands there.
fn stage(file: &Rewrite) -> Result<NamedTempFile, RewriteError> {
    let old = look(file)?;
    let failed = |error| io_error(&file.path, error);
    let mut new = tempfile::Builder::new()
        .prefix(".keyroll-")
        .permissions(Permissions::from_mode(NEW))
        .tempfile_in(folder(&file.path))
        .map_err(failed)?;
    let written = (|| {
        new.write_all(file.after.as_bytes())?;
        if let Some(old) = old {
            keep_owner(new.as_file(), &old)?;
            let mode = Permissions::from_mode(old.permissions().mode() & 0o777);
            new.as_file().set_permissions(mode)?;
        }
        new.as_file().sync_all()
    })();
    written.map_err(failed)?;
    Ok(new)
}

/// What stands there, where it is what was read.
fn look(file: &Rewrite) -> Result<Option<Metadata>, RewriteError> {
    let failed = |error| io_error(&file.path, error);
    let meta = match fs::symlink_metadata(&file.path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.map_err(failed)?),
    };
    let Some(before) = &file.before else {
        return match meta {
            None => Ok(None),
            Some(_) => Err(RewriteError::Changed(file.path.clone())),
        };
    };
    match &meta {
        None => return Err(RewriteError::Changed(file.path.clone())),
        Some(meta) if !meta.is_file() => return Err(RewriteError::NotPlain(file.path.clone())),
        Some(_) => {}
    }
    let now = OpenOptions::new()
        .read(true)
        .custom_flags((OFlags::NOFOLLOW | OFlags::CLOEXEC).bits().cast_signed())
        .open(&file.path)
        .map_err(failed)?;
    let mut text = Vec::with_capacity(before.len() + 1);
    let length = before.len() as u64 + 1;
    now.take(length).read_to_end(&mut text).map_err(failed)?;
    match text == before.as_bytes() {
        true => Ok(meta),
        false => Err(RewriteError::Changed(file.path.clone())),
    }
}

/// Gives the new file to whom the old one belongs: only root can, and only root needs to.
fn keep_owner(new: &File, old: &Metadata) -> io::Result<()> {
    let made = new.metadata()?;
    if (made.uid(), made.gid()) == (old.uid(), old.gid()) {
        return Ok(());
    }
    std::os::unix::fs::fchown(new, Some(old.uid()), Some(old.gid()))
}

fn folder(path: &Path) -> &Path {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

fn io_error(path: &Path, error: io::Error) -> RewriteError {
    RewriteError::Io {
        path: path.to_owned(),
        error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &Path, before: Option<&str>, after: &str) -> Rewrite {
        Rewrite {
            path: path.to_owned(),
            before: before.map(str::to_owned),
            after: after.to_owned(),
        }
    }

    #[test]
    fn a_file_is_replaced_with_the_mode_that_it_had() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "old").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        rewrite(&[file(&path, Some("old"), "new")]).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "new");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o640);
        let other = folder.path().join("b");
        rewrite(&[file(&other, None, "x")]).unwrap();
        assert_eq!(fs::read_to_string(&other).unwrap(), "x");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn where_one_cannot_be_replaced_none_is() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        fs::write(&a, "a").unwrap();
        fs::write(&b, "changed").unwrap();
        let both = [file(&a, Some("a"), "x"), file(&b, Some("b"), "x")];
        assert!(matches!(rewrite(&both), Err(RewriteError::Changed(path)) if path == b));
        fs::remove_file(&b).unwrap();
        std::os::unix::fs::symlink(&a, &b).unwrap();
        let both = [file(&a, Some("a"), "x"), file(&b, Some("a"), "x")];
        assert!(matches!(rewrite(&both), Err(RewriteError::NotPlain(path)) if path == b));
        assert!(rewrite(&[file(&b, None, "x")]).is_err());
        assert_eq!(fs::read_to_string(&a).unwrap(), "a");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }
}
