//! The files of an inventory: which there are, and their text, within limits. Follows no symlink, opens no device.
//! What a tree holds (see [`revision`](crate::manifest::revision)) is judged alike.

use std::collections::HashSet;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use crate::manifest::config::CONFIG_FILE;
use crate::manifest::place::Lines;
use crate::manifest::problem::{Problem, Problems, shown};
use crate::manifest::revision::Found;

/// The largest file, in bytes.
pub const LARGEST_FILE: u64 = 4 * 1024 * 1024;
/// The most files.
pub(super) const MOST_FILES: usize = 10_000;
/// The most bytes in all.
pub(super) const MOST_BYTES: u64 = 256 * 1024 * 1024;
/// How deep folders are followed.
const DEEPEST_FOLDER: usize = 32;

/// A file to read.
#[derive(Clone, Debug)]
pub(super) struct Source {
    pub path: PathBuf,
    /// The path as it is shown: as given, with what came below it.
    pub shown: String,
    /// What a tree has under the path; none where it lies on disk.
    pub held: Option<Found>,
}

impl Source {
    /// The path for a message, in backquotes.
    fn named(&self) -> String {
        match self.held {
            Some(_) => shown_path(Path::new(&self.shown)),
            None => shown_path(&self.path),
        }
    }

    /// A path by which the file is known however it was named.
    pub fn identity(&self) -> PathBuf {
        match self.held {
            Some(_) => self.path.clone(),
            None => resolved(&self.path),
        }
    }

    pub fn too_many(&self) -> Problem {
        let (message, hint) = too_many();
        Problem::of(format!("{}: {message}", self.named()), hint)
    }
}

/// The files that `paths` name: themselves, or every `*.toml` below them, each once, in order.
///
/// Hidden files and folders are passed over.
pub(super) fn list(paths: &[PathBuf], problems: &mut Problems) -> Vec<Source> {
    let mut finder = Finder {
        found: Vec::new(),
        seen: HashSet::new(),
        problems,
        full: false,
    };
    for path in paths {
        finder.problems.next_file();
        finder.given(path);
    }
    finder.found
}

struct Finder<'p> {
    found: Vec<Source>,
    seen: HashSet<PathBuf>,
    problems: &'p mut Problems,
    full: bool,
}

impl Finder<'_> {
    fn given(&mut self, path: &Path) {
        let before = self.found.len();
        match fs::symlink_metadata(path) {
            Err(error) => self.fault(path, &reason(&error), "check the path"),
            Ok(meta) if meta.is_dir() => {
                self.folder(path, 0);
                if self.found.len() == before && !self.full {
                    self.fault(
                        path,
                        "there is no `*.toml` file below it",
                        "give a file, or a folder with inventory files",
                    );
                }
            }
            Ok(meta) => self.file(path, &meta),
        }
    }

    fn folder(&mut self, folder: &Path, depth: usize) {
        if depth > DEEPEST_FOLDER {
            return self.fault(
                folder,
                "the folders lie too deep in each other",
                "move the inventory up",
            );
        }
        let entries = fs::read_dir(folder).and_then(|entries| {
            entries
                .map(|entry| entry.map(|entry| entry.path()))
                .collect::<Result<Vec<_>, _>>()
        });
        let mut entries = match entries {
            Ok(entries) => entries,
            Err(error) => return self.fault(folder, &reason(&error), "make the folder readable"),
        };
        entries.sort();
        for path in entries.iter().filter(|path| !is_hidden(path)) {
            if self.full {
                return;
            }
            match fs::symlink_metadata(path) {
                Ok(meta) if meta.is_dir() => self.folder(path, depth + 1),
                Ok(meta) if is_toml(path) || leads_to_folder(path, &meta) => self.file(path, &meta),
                Ok(_) => {}
                Err(error) => self.fault(path, &reason(&error), "check the path"),
            }
        }
    }

    fn file(&mut self, path: &Path, meta: &Metadata) {
        if let Err((message, hint)) = regular(meta) {
            return self.fault(path, message, hint);
        }
        if self.found.len() == MOST_FILES {
            self.full = true;
            let (message, hint) = too_many();
            return self.fault(path, &message, hint);
        }
        if self.seen.insert(resolved(path)) {
            self.found.push(Source {
                path: path.to_owned(),
                shown: path.to_string_lossy().into_owned(),
                held: None,
            });
        }
    }

    fn fault(&mut self, path: &Path, message: &str, hint: &str) {
        let message = format!("{}: {message}", shown_path(path));
        self.problems.add(|| Problem::of(message, hint));
    }
}

/// A path by which a file is known however it was named; one that cannot be resolved is told when it is read.
fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

fn too_many() -> (String, &'static str) {
    (
        format!("there are more than {MOST_FILES} files"),
        "put more records into one file, or give fewer folders",
    )
}

fn is_hidden(path: &Path) -> bool {
    path.file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."))
}

/// Whether a folder is searched for a file of this name: a configuration is no inventory, wherever it lies.
pub fn is_toml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|extension| extension == "toml")
        && path.file_name().is_some_and(|name| name != CONFIG_FILE)
}

fn leads_to_folder(path: &Path, meta: &Metadata) -> bool {
    meta.is_symlink() && fs::metadata(path).is_ok_and(|target| target.is_dir())
}

/// Why a link is refused, and what to do.
const LINK: (&str, &str) = (
    "it is a symbolic link",
    "links are not followed: give the file itself",
);

/// Refuses what is no regular file.
fn regular(meta: &Metadata) -> Result<(), (&'static str, &'static str)> {
    if meta.is_symlink() {
        Err(LINK)
    } else if meta.is_file() {
        Ok(())
    } else {
        Err((
            "it is not a regular file",
            "an inventory is read from files alone",
        ))
    }
}

/// A path for a message, in backquotes.
pub(super) fn shown_path(path: &Path) -> String {
    let text = path.to_string_lossy();
    let tail: String = text
        .chars()
        .rev()
        .take(200)
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect();
    format!(
        "`{}`",
        tail.chars()
            .flat_map(char::escape_debug)
            .collect::<String>()
    )
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "it may not be read".to_owned(),
        _ => format!("it cannot be read: {}", shown(&error.to_string())),
    }
}

/// Opens a file to read: never through a link, and without waiting for whoever writes to a pipe.
fn open(path: &Path) -> std::io::Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
    OpenOptions::new()
        .read(true)
        .custom_flags(flags.bits().cast_signed())
        .open(path)
}

/// How much may still be read.
pub(super) struct Budget(u64);

impl Budget {
    pub fn new() -> Budget {
        Budget(MOST_BYTES)
    }
}

/// The text of a file, or why there is none.
pub(super) fn text(source: &Source, budget: &mut Budget) -> Result<String, Box<Problem>> {
    text_within(source, budget, LARGEST_FILE)
}

/// As [`text`], of a file of at most `largest` bytes. What is opened is what is looked at: nothing can take its place.
pub(super) fn text_within(
    source: &Source,
    budget: &mut Budget,
    largest: u64,
) -> Result<String, Box<Problem>> {
    let bytes = match &source.held {
        Some(found) => of_tree(source, found, largest)?,
        None => of_disk(source, budget, largest)?,
    };
    if bytes.len() as u64 > budget.0 {
        return Err(over_budget(source));
    }
    budget.0 -= bytes.len() as u64;
    String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..good]);
        let place = Lines::of(&before).place(&source.shown, &before, good..good);
        Box::new(refused(source, "it is not UTF-8 text", "save it as UTF-8").at(place))
    })
}

fn refused(source: &Source, message: &str, hint: &str) -> Problem {
    Problem::of(format!("{}: {message}", source.named()), hint)
}

pub(super) fn over_budget(source: &Source) -> Box<Problem> {
    Box::new(refused(
        source,
        "the files are larger than 256 MiB together",
        "give fewer folders",
    ))
}

fn over_size(source: &Source, largest: u64) -> Box<Problem> {
    Box::new(refused(
        source,
        &format!("it is larger than {} MiB", largest / (1024 * 1024)),
        "split it: files of one folder are read together",
    ))
}

/// The bytes that a tree holds.
fn of_tree(source: &Source, found: &Found, largest: u64) -> Result<Vec<u8>, Box<Problem>> {
    let (message, hint) = match found {
        Found::Text(bytes) if bytes.len() as u64 > largest => {
            return Err(over_size(source, largest));
        }
        Found::Text(bytes) => return Ok(bytes.to_vec()),
        Found::Large => return Err(over_size(source, LARGEST_FILE)),
        Found::Link => (LINK.0.to_owned(), LINK.1),
        Found::Module => (
            "it is a submodule".to_owned(),
            "submodules are not followed: give the file itself",
        ),
        Found::Missing => ("there is no such file".to_owned(), "check the path"),
        Found::Unread(why) => (
            format!("it cannot be read: {}", shown(why)),
            "check the repository",
        ),
    };
    Err(Box::new(refused(source, &message, hint)))
}

/// The bytes of a file on disk.
fn of_disk(source: &Source, budget: &Budget, largest: u64) -> Result<Vec<u8>, Box<Problem>> {
    let refuse = |message: &str, hint: &str| Box::new(refused(source, message, hint));
    let unreadable =
        |error: &std::io::Error| refuse(&reason(error), "check the file and its permissions");
    let file = open(&source.path).map_err(|error| {
        let meta = fs::symlink_metadata(&source.path);
        match meta.as_ref().map(regular) {
            Ok(Err((message, hint))) => refuse(message, hint),
            Ok(Ok(())) | Err(_) => unreadable(&error),
        }
    })?;
    let meta = file.metadata().map_err(|e| unreadable(&e))?;
    regular(&meta).map_err(|(message, hint)| refuse(message, hint))?;
    if meta.len() > largest {
        return Err(over_size(source, largest));
    }
    if meta.len() > budget.0 {
        return Err(over_budget(source));
    }
    let mut bytes = Vec::with_capacity(meta.len() as usize + 1);
    file.take(largest + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| unreadable(&e))?;
    if bytes.len() as u64 > largest {
        return Err(over_size(source, largest));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_a_device_are_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let link = folder.path().join("link.toml");
        std::os::unix::fs::symlink("/etc/hostname", &link).unwrap();
        for (path, reason) in [
            (link, "it is a symbolic link"),
            (PathBuf::from("/dev/zero"), "it is not a regular file"),
            (folder.path().to_owned(), "it is not a regular file"),
        ] {
            let shown = String::new();
            let held = None;
            let source = Source { path, shown, held };
            let refused = text(&source, &mut Budget::new()).unwrap_err();
            assert!(refused.message.ends_with(reason), "{}", refused.message);
        }
    }

    #[test]
    fn a_file_has_a_largest_size() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        fs::write(&path, "x".repeat(1024 * 1024 + 1)).unwrap();
        let shown = String::new();
        let held = None;
        let source = Source { path, shown, held };
        assert!(text(&source, &mut Budget::new()).is_ok());
        let refused = text_within(&source, &mut Budget::new(), 1024 * 1024).unwrap_err();
        assert!(refused.message.ends_with("larger than 1 MiB"));
    }
}
