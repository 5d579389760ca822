//! What `git ls-tree` says: which inventory files a tree has, and which links and submodules stand in the way.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::git::blobs::is_oid;

/// What an entry of a tree is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    File,
    Link,
    Module,
}

/// An entry, with the name of its object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub kind: Kind,
    pub oid: String,
}

/// Entries by their paths from the root of the repository.
pub(super) type Listing = BTreeMap<PathBuf, Entry>;

/// Reads `MODE TYPE OID\tPATH\0` lines; of files, those that `keep` wants. None where it is something else.
pub(super) fn parse(text: &[u8], keep: impl Fn(&Path) -> bool) -> Option<Listing> {
    let mut listing = Listing::new();
    for line in text
        .split(|byte| *byte == 0)
        .filter(|line| !line.is_empty())
    {
        let tab = line.iter().position(|byte| *byte == b'\t')?;
        let (head, path) = line.split_at(tab);
        let path = Path::new(OsStr::from_bytes(path.get(1..)?));
        let mut words = std::str::from_utf8(head).ok()?.split(' ');
        let (mode, _, oid) = (words.next()?, words.next()?, words.next()?);
        let kind = match mode {
            "040000" => Kind::Folder,
            "120000" => Kind::Link,
            "160000" => Kind::Module,
            _ => Kind::File,
        };
        if is_oid(oid) && (kind != Kind::File || keep(path)) {
            let oid = oid.to_owned();
            listing.insert(path.to_owned(), Entry { kind, oid });
        }
    }
    Some(listing)
}

/// Whether one of the names below `root` begins with a point: such files and folders are passed over.
pub(super) fn is_hidden(path: &Path, root: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    let mut names = below.components();
    names.any(|name| name.as_os_str().as_bytes().starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::is_toml;

    #[test]
    fn names_may_hold_anything_but_nothing() {
        let oid = "0123456789abcdef0123456789abcdef01234567";
        let text = format!(
            "100644 blob {oid}\ta\tb\n.toml\0120000 blob {oid}\tlink\0100644 blob {oid}\tx.md\0"
        );
        let listing = parse(text.as_bytes(), is_toml).unwrap();
        let kinds: Vec<_> = listing
            .iter()
            .map(|(path, e)| (path.to_str().unwrap(), e.kind))
            .collect();
        assert_eq!(kinds, [("a\tb\n.toml", Kind::File), ("link", Kind::Link)]);
        assert!(parse(b"what is this\0", is_toml).is_none());
    }

    #[test]
    fn hidden_is_what_lies_below_the_root_with_a_point() {
        let hidden = |path: &str, root: &str| is_hidden(Path::new(path), Path::new(root));
        assert!(hidden("a/.b/c.toml", "a") && hidden(".a.toml", ""));
        assert!(!hidden(".a/b/c.toml", ".a"));
    }
}
