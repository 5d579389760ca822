//! One text file replaced whole, for a program that reads it whenever it likes: it sees the old one or the new one, and
//! never a half. No link is followed.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Why a file was not replaced: the old one stands as it was.
#[derive(Debug, thiserror::Error)]
pub enum NotWritten {
    #[error("`{0}` is a link or no plain file")]
    NotPlain(String),
    #[error("cannot write `{path}`: {error}")]
    Io { path: String, error: io::Error },
}

/// Puts a text in the place of a file, with this mode whatever the user's mask is. It is on the disk before it is in its
/// place.
///
/// # Errors
/// When what lies there is no plain file, or the folder cannot be written to.
pub fn publish(path: &Path, text: &str, mode: u32) -> Result<(), NotWritten> {
    let shown = || path.to_string_lossy().escape_debug().to_string();
    match fs::symlink_metadata(path) {
        Ok(meta) if !meta.is_file() => return Err(NotWritten::NotPlain(shown())),
        Ok(_) | Err(_) => {}
    }
    write(path, text, mode).map_err(|error| NotWritten::Io {
        path: shown(),
        error,
    })
}

fn write(path: &Path, text: &str, mode: u32) -> io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let folder = folder.unwrap_or(Path::new("."));
    // Its name ends in nothing that a reader of the folder looks for.
    let mut new = tempfile::Builder::new()
        .prefix(".keyroll-")
        .suffix(".new")
        .tempfile_in(folder)?;
    new.write_all(text.as_bytes())?;
    new.as_file()
        .set_permissions(Permissions::from_mode(mode))?;
    new.as_file().sync_all()?;
    new.persist(path).map_err(|error| error.error)?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_is_replaced_whole_and_readable_by_those_who_may() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keyroll.prom");
        for text in ["one\n", "two\n"] {
            publish(&path, text, 0o644).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
            assert_eq!(
                fs::metadata(&path).unwrap().permissions().mode() & 0o777,
                0o644
            );
        }
        assert_eq!(names(folder.path()), ["keyroll.prom"]);
    }

    #[test]
    fn a_link_and_a_folder_are_refused_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("other"), "kept").unwrap();
        symlink(at("other"), at("link")).unwrap();
        symlink(at("nowhere"), at("dangling")).unwrap();
        fs::create_dir(at("folder")).unwrap();
        for name in ["link", "dangling", "folder"] {
            let refused = publish(&at(name), "new", 0o644).unwrap_err().to_string();
            assert!(refused.ends_with("is a link or no plain file"), "{refused}");
        }
        assert_eq!(fs::read_to_string(at("other")).unwrap(), "kept");
        assert!(!at("nowhere").exists());
        assert_eq!(
            names(folder.path()),
            ["dangling", "folder", "link", "other"]
        );
    }

    #[test]
    fn where_the_folder_is_not_there_nothing_is_made() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("missing/keyroll.prom");
        let refused = publish(&path, "new", 0o644).unwrap_err().to_string();
        assert!(refused.starts_with("cannot write `/"), "{refused}");
        assert!(names(folder.path()).is_empty());
    }
}
