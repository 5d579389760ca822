//! The inventory files of a revision below a path, as a tree that `manifest` reads.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};

use crate::git::blobs::{Ask, Object, Objects, is_oid};
use crate::git::error::GitError;
use crate::git::listing::{Entry, Kind, Listing, is_hidden, parse};
use crate::git::program::Git;
use crate::manifest::is_toml;
use crate::manifest::{Found, LARGEST_FILE, Tree};
use crate::model::text::{is_unsafe, shape};

/// The longest target of a link that is looked at, in bytes.
const LONGEST_LINK: u64 = 4096;
/// The most links that git is asked about, each twice.
const MOST_LINKS: usize = 1_000;

/// Which part of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Where {
    /// A path from the folder that git stands in.
    Here(PathBuf),
    /// A path from the root of the repository.
    Root(PathBuf),
}

/// A revision and what it has below a path.
pub struct Revision {
    /// As it was written.
    name: String,
    listing: Listing,
    /// The files of the inventory, sorted.
    files: Vec<PathBuf>,
    /// The submodules among them, which are passed over, with their commits.
    modules: BTreeMap<PathBuf, String>,
    blobs: Objects,
    heads: Objects,
    failed: Option<GitError>,
}

impl Revision {
    /// Finds a revision, and the files that it has: the path itself, or every `*.toml` below it.
    ///
    /// # Errors
    /// When git is not there or says no, when there is no such revision, or nothing under the path.
    pub fn open(git: &Git, revision: &str, at: &Where) -> Result<Revision, GitError> {
        let path = from_root(git, at)?;
        let tree = resolve(git, revision)?;
        let most = LARGEST_FILE;
        let mut heads = Objects::start(git, Ask::Head)?;
        let mut blobs = Objects::start(git, Ask::Bytes { most })?;
        let missing = || GitError::NoPath {
            revision: clean(revision),
            path: clean(&path.to_string_lossy()),
        };
        let kind = match path.as_os_str().is_empty() {
            true => Kind::Folder,
            false => {
                let found = list(git, &["ls-tree", "-z", "--full-tree", &tree], &path, |_| {
                    true
                })?;
                found.get(&path).ok_or_else(missing)?.kind
            }
        };
        let folder = match kind {
            Kind::Folder => path.as_path(),
            Kind::File | Kind::Link | Kind::Module => path.parent().unwrap_or(Path::new("")),
        };
        let recursive = ["ls-tree", "-r", "-z", "--full-tree", &tree];
        let listing = list(git, &recursive, folder, |file| {
            is_toml(file) || file == path
        })?;
        let mut files = Vec::new();
        let mut modules = BTreeMap::new();
        if kind == Kind::Folder {
            let seen = listing.iter().filter(|(file, _)| !is_hidden(file, &path));
            let mut links = 0;
            for (file, entry) in seen {
                links += usize::from(entry.kind == Kind::Link);
                if links > MOST_LINKS {
                    return Err(GitError::ManyLinks(MOST_LINKS));
                }
                if entry.kind == Kind::Module {
                    modules.insert(file.clone(), entry.oid.clone());
                } else if is_part(&tree, file, entry, &mut heads, &mut blobs)? {
                    files.push(file.clone());
                }
            }
        } else {
            files.push(path);
        }
        Ok(Revision {
            name: revision.to_owned(),
            listing,
            files,
            modules,
            blobs,
            heads,
            failed: None,
        })
    }

    /// The files to read.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The submodules below the path, by their commits: what they hold is not read.
    pub fn modules(&self) -> &BTreeMap<PathBuf, String> {
        &self.modules
    }

    /// Why git failed while the files were read, if it did: then what was read is not what is there.
    pub fn failed(self) -> Option<GitError> {
        self.failed
    }

    fn blob(&mut self, oid: &str) -> Result<Found, GitError> {
        let absent = || Found::Unread("the object is not in this clone".to_owned());
        let Some(head) = self.heads.get(oid.as_bytes())? else {
            return Ok(absent());
        };
        if head.kind != "blob" {
            return Err(GitError::Confused);
        }
        if head.size > LARGEST_FILE {
            return Ok(Found::Large);
        }
        let blob = self.blobs.get(oid.as_bytes())?;
        let whole = |object: &Object| object.bytes.len() as u64 == object.size;
        Ok(match blob.filter(whole) {
            Some(object) => Found::Text(object.bytes.into()),
            None => absent(),
        })
    }
}

impl Tree for Revision {
    fn find(&mut self, path: &Path) -> Found {
        let Some(entry) = self.listing.get(path) else {
            // A folder above may be what is not followed.
            let above = path
                .ancestors()
                .skip(1)
                .find_map(|above| self.listing.get(above));
            return match above.map(|entry| entry.kind) {
                Some(Kind::Link) => Found::Link,
                Some(Kind::Module) => Found::Module,
                Some(Kind::Folder | Kind::File) | None => Found::Missing,
            };
        };
        match entry.kind {
            Kind::Link => Found::Link,
            Kind::Module => Found::Module,
            Kind::Folder => Found::Missing,
            Kind::File => {
                let oid = entry.oid.clone();
                self.blob(&oid).unwrap_or_else(|error| {
                    let why = error.to_string();
                    self.failed.get_or_insert(error);
                    Found::Unread(why)
                })
            }
        }
    }

    fn shown(&self, path: &Path) -> String {
        format!("{}:{}", self.name, path.to_string_lossy())
    }
}

/// Whether an entry is read, or stands in the way: inventory files, and links that lead to
/// one or to a folder.
fn is_part(
    tree: &str,
    path: &Path,
    entry: &Entry,
    heads: &mut Objects,
    blobs: &mut Objects,
) -> Result<bool, GitError> {
    match entry.kind {
        Kind::File => Ok(is_toml(path)),
        Kind::Folder | Kind::Module => Ok(false),
        Kind::Link if is_toml(path) => Ok(true),
        Kind::Link => {
            let target = blobs.get(entry.oid.as_bytes())?;
            let Some(target) = target.filter(|target| target.size <= LONGEST_LINK) else {
                return Ok(true);
            };
            let folder = path.parent().unwrap_or(Path::new(""));
            let target = Path::new(OsStr::from_bytes(&target.bytes));
            // What leads out of the repository may be a folder.
            let Some(inside) = normal(&folder.join(target)) else {
                return Ok(true);
            };
            let name = [tree.as_bytes(), b":", inside.as_os_str().as_bytes()].concat();
            let head = heads.get(&name)?;
            Ok(head.is_some_and(|head| head.kind == "tree"))
        }
    }
}

/// A path without `.` and `..`; none where it leads out of where it begins.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => out.push(name),
            Component::CurDir => {}
            Component::ParentDir => {
                if !out.pop() {
                    return None;
                }
            }
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(out)
}

/// The path from the root of the repository.
fn from_root(git: &Git, at: &Where) -> Result<PathBuf, GitError> {
    let bad = |path: &Path| GitError::BadPath(clean(&path.to_string_lossy()));
    let ended = git.run(&["rev-parse", "--show-prefix"], &[])?;
    if !ended.success {
        return Err(GitError::Failed {
            doing: "rev-parse",
            why: ended.said,
        });
    }
    match at {
        Where::Root(path) => normal(path).ok_or_else(|| bad(path)),
        Where::Here(path) => {
            let prefix = ended.stdout.strip_suffix(b"\n").unwrap_or(&ended.stdout);
            let prefix = Path::new(OsStr::from_bytes(prefix));
            normal(&prefix.join(path)).ok_or_else(|| bad(path))
        }
    }
}

/// The name of the tree of a revision.
fn resolve(git: &Git, revision: &str) -> Result<String, GitError> {
    let odd = |c: char| c.is_whitespace() || is_unsafe(c);
    if revision.is_empty() || revision.starts_with('-') || revision.contains(odd) {
        return Err(GitError::BadRevision(clean(revision)));
    }
    let tree = format!("{revision}^{{tree}}");
    let words = [
        "rev-parse",
        "--verify",
        "--quiet",
        "--end-of-options",
        &tree,
    ];
    let ended = git.run(&words, &[])?;
    let text = String::from_utf8_lossy(&ended.stdout);
    let oid = text.trim();
    match ended.success && is_oid(oid) {
        true => Ok(oid.to_owned()),
        false => Err(GitError::NoRevision(clean(revision))),
    }
}

fn list(
    git: &Git,
    words: &[&str],
    path: &Path,
    keep: impl Fn(&Path) -> bool,
) -> Result<Listing, GitError> {
    let paths = [OsStr::new("--"), path.as_os_str()];
    let paths = match path.as_os_str().is_empty() {
        true => &paths[..1],
        false => &paths[..],
    };
    let ended = git.run(words, paths)?;
    if !ended.success {
        return Err(GitError::Failed {
            doing: "ls-tree",
            why: ended.said,
        });
    }
    parse(&ended.stdout, keep).ok_or(GitError::Confused)
}

/// A word of the user's for a message.
fn clean(text: &str) -> String {
    let masked = shape::masked(text);
    masked
        .chars()
        .take(200)
        .flat_map(char::escape_debug)
        .collect()
}
