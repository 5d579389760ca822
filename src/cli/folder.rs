//! A folder of files that is to stand whole or not at all: written out of sight, then put in its place. Never over anything.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Component, Path, PathBuf};

use tempfile::TempDir;

use crate::cli::failure::Failure;
use crate::cli::file::shown;

/// A folder in the making. Dropped before it stands, it leaves nothing.
pub struct NewFolder {
    place: PathBuf,
    /// Somebody made the place, empty, with the owner and the mode that they want: it stays, and is filled.
    is_there: bool,
    staged: TempDir,
    /// What lies at its top, in the order in which it was written.
    tops: Vec<PathBuf>,
}

impl NewFolder {
    /// Begins one that is to be at a place where nothing is, or an empty folder.
    ///
    /// # Errors
    /// When something is there, or nothing can be written beside it.
    pub fn at(place: &Path) -> Result<NewFolder, Failure> {
        let cannot = |error| unwritable(place, &error);
        let is_there = match fs::read_dir(place).map(|mut entries| entries.next().is_none()) {
            Ok(true) => true,
            Ok(false) => {
                let place = shown(place);
                let message = format!("`{place}` is not empty; nothing was written");
                return Err(Failure::refused(message).hint("name a new folder"));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => false,
            Err(error) => return Err(cannot(error)),
        };
        let beside = if is_there { place } else { above(place) };
        make(beside).map_err(cannot)?;
        // Taken away again unless it comes to stand.
        let staged = tempfile::Builder::new()
            .prefix(".keyroll-")
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(beside);
        Ok(NewFolder {
            place: place.to_owned(),
            is_there,
            staged: staged.map_err(cannot)?,
            tops: Vec::new(),
        })
    }

    /// Writes one file of it, 0600; it may lie in a folder of its own.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&mut self, name: &Path, text: &str) -> Result<(), Failure> {
        let path = self.staged.path().join(name);
        let written = make(above(&path)).and_then(|()| {
            let mut new = OpenOptions::new();
            let mut file = new.write(true).create_new(true).mode(0o600).open(&path)?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            sync(above(&path))
        });
        written.map_err(|error| unwritable(&self.place.join(name), &error))?;
        let top = name.components().next();
        let top = top.map_or_else(PathBuf::new, |top: Component<'_>| {
            Path::new(&top).to_owned()
        });
        if !self.tops.contains(&top) {
            self.tops.push(top);
        }
        Ok(())
    }

    /// Puts it in its place.
    ///
    /// # Errors
    /// When that cannot be done, or something has come there since; it is gone then.
    pub fn stand(self) -> Result<(), Failure> {
        let settled = match self.is_there {
            true => self.fill(),
            // Onto something that has come since, it fails.
            false => fs::rename(self.staged.path(), &self.place),
        };
        settled
            .and_then(|()| sync(above(&self.place)))
            .map_err(|error| unwritable(&self.place, &error))
    }

    /// Moves what was written one folder up, the last of it last.
    fn fill(&self) -> io::Result<()> {
        for (at, top) in self.tops.iter().enumerate() {
            let to = self.place.join(top);
            let moved = match to.symlink_metadata() {
                Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
                Err(_) => fs::rename(self.staged.path().join(top), to),
            };
            if let Err(error) = moved {
                let back =
                    |top: &PathBuf| fs::rename(self.place.join(top), self.staged.path().join(top));
                let _ = self.tops[..at].iter().try_for_each(back);
                return Err(error);
            }
        }
        sync(&self.place)
    }
}

/// The folder that a path lies in.
fn above(path: &Path) -> &Path {
    let above = path.parent().filter(|above| !above.as_os_str().is_empty());
    above.unwrap_or(Path::new("."))
}

fn make(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    Failure::new(format!("cannot write `{}`: {error}", shown(path)))
        .hint("check the folder, its mode and its room; nothing was written")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn begun(place: &Path) -> NewFolder {
        let mut folder = NewFolder::at(place).unwrap();
        folder.write(Path::new("own/a.toml"), "a").unwrap();
        folder.write(Path::new("b"), "b").unwrap();
        folder
    }

    #[test]
    fn nothing_is_seen_of_it_before_it_stands_and_all_of_it_then() {
        let top = tempfile::tempdir().unwrap();
        for name in ["deeper/new", "empty", "slash/"] {
            let place = top.path().join(name);
            let is_there = name == "empty";
            if is_there {
                fs::create_dir(&place).unwrap();
            }
            drop(begun(&place));
            assert!(is_there == place.exists() && (!is_there || names(&place).is_empty()));
            let folder = begun(&place);
            assert!(!place.join("b").exists(), "{name}");
            folder.stand().unwrap();
            assert_eq!(names(&place), ["b", "own"], "{name}");
            assert_eq!(mode(&place.join("b")), 0o600, "{name}");
            assert!(is_there || mode(&place) == 0o700, "{name}");
        }
        assert_eq!(names(top.path()), ["deeper", "empty", "slash"]);
        assert_eq!(names(&top.path().join("deeper")), ["new"]);
    }

    #[test]
    fn what_has_come_to_its_place_since_is_left_alone() {
        let top = tempfile::tempdir().unwrap();
        for is_there in [false, true] {
            let place = top.path().join(if is_there { "empty" } else { "new" });
            if is_there {
                fs::create_dir(&place).unwrap();
            }
            let folder = begun(&place);
            fs::create_dir_all(&place).unwrap();
            fs::write(place.join("b"), "theirs").unwrap();
            assert!(folder.stand().is_err());
            assert_eq!(names(&place), ["b"]);
            assert_eq!(fs::read_to_string(place.join("b")).unwrap(), "theirs");
            assert!(NewFolder::at(&place).is_err());
        }
        assert_eq!(names(top.path()), ["empty", "new"]);
    }
}
