//! An inventory whose files are not on disk: what a revision has under their paths. Opens nothing; a tree gives the text.

use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

use crate::manifest::problem::Problems;
use crate::manifest::reading::{Manifest, gather};
use crate::manifest::source::{self, Source};

/// What stands under a path of a tree.
#[derive(Clone, Debug)]
pub enum Found {
    Text(Arc<[u8]>),
    /// A symbolic link, which is not followed.
    Link,
    /// A repository in the repository, which is not followed.
    Module,
    /// Larger than [`LARGEST_FILE`](crate::manifest::LARGEST_FILE).
    Large,
    /// Nothing.
    Missing,
    /// It is there and cannot be had.
    Unread(String),
}

/// A tree of files, by paths from its root.
pub trait Tree {
    /// What stands under a path.
    fn find(&mut self, path: &Path) -> Found;
    /// The path as places and messages show it.
    fn shown(&self, path: &Path) -> String;
}

/// Reads an inventory as [`read`](crate::manifest::read) does, from the files of a tree: those that are listed, and the
/// glossaries that they name.
pub fn read_tree(listed: &[PathBuf], tree: &mut dyn Tree) -> Manifest {
    let mut problems = Problems::default();
    let mut sources = Vec::new();
    let mut left = source::MOST_BYTES;
    for path in listed {
        if sources.len() == source::MOST_FILES {
            let source = held(path, tree, Found::Missing);
            problems.add(|| source.too_many());
            break;
        }
        let found = tree.find(path);
        let bytes = match &found {
            Found::Text(bytes) => bytes.len() as u64,
            Found::Link | Found::Module | Found::Large | Found::Missing | Found::Unread(_) => 0,
        };
        let source = held(path, tree, found);
        // Counted before they are all held.
        match left.checked_sub(bytes) {
            Some(rest) => left = rest,
            None => {
                problems.add(|| *source::over_budget(&source));
                break;
            }
        }
        sources.push(source);
    }
    gather(sources, Some(tree), problems)
}

/// A file of a tree as a source.
pub(super) fn held(path: &Path, tree: &dyn Tree, found: Found) -> Source {
    Source {
        path: path.to_owned(),
        shown: tree.shown(path),
        held: Some(found),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    struct Held(BTreeMap<PathBuf, Found>);

    impl Tree for Held {
        fn find(&mut self, path: &Path) -> Found {
            self.0.get(path).cloned().unwrap_or(Found::Missing)
        }
        fn shown(&self, path: &Path) -> String {
            format!("main:{}", path.display())
        }
    }

    fn read(files: &[(&str, Found)], listed: &[&str]) -> Manifest {
        let files = files.iter().cloned();
        let mut tree = Held(files.map(|(path, found)| (path.into(), found)).collect());
        let listed: Vec<PathBuf> = listed.iter().map(PathBuf::from).collect();
        read_tree(&listed, &mut tree)
    }

    fn text(text: &str) -> Found {
        Found::Text(text.as_bytes().into())
    }

    const PROVIDER: &str = "[provider.one]\ncatalog = \"./g/one.toml\"\n";

    #[test]
    fn records_glossaries_and_places_are_those_of_the_tree() {
        let glossary = text("title = \"One\"\nside = \"provider\"\n");
        let files = [("a/p.toml", text(PROVIDER)), ("a/g/one.toml", glossary)];
        for listed in [&["a/p.toml"][..], &["a/g/one.toml", "a/p.toml"]] {
            let manifest = read(&files, listed);
            assert_eq!(manifest.problems, []);
            assert_eq!(manifest.inventory.catalogs.len(), 1);
            let id = "provider/one".parse().unwrap();
            let field = crate::model::finding::FieldPath::of("catalog");
            let place = manifest.place(&id, &field).unwrap();
            assert_eq!((place.file.as_str(), place.line), ("main:a/p.toml", 2));
            assert!(manifest.line(&place).is_some());
        }
    }

    #[test]
    fn what_is_no_text_is_told_where_it_is_named() {
        for (found, reason) in [
            (Found::Link, "it is a symbolic link"),
            (Found::Module, "it is a submodule"),
            (Found::Large, "it is larger than 4 MiB"),
            (Found::Missing, "there is no such file"),
            (Found::Unread("gone".to_owned()), "it cannot be read: gone"),
            (
                Found::Text([0xff].as_slice().into()),
                "it is not UTF-8 text",
            ),
        ] {
            let files = [("a/p.toml", text(PROVIDER)), ("a/g/one.toml", found)];
            let problems = read(&files, &["a/p.toml"]).problems;
            let shown = format!("`main:a/g/one.toml`: {reason}");
            assert_eq!(problems[0].message, shown);
            assert_eq!(problems[0].place.as_ref().unwrap().file, "main:a/p.toml");
        }
    }
}
