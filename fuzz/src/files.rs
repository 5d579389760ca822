//! Bytes as the files of an inventory: the first is `a.toml`, each further begins behind a line `#> NAME`.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use keyroll::manifest::{Found, Tree};

/// The files, by their paths; as a revision has them.
#[derive(Clone)]
pub struct Files(BTreeMap<PathBuf, Arc<[u8]>>);

impl Files {
    pub fn of(bytes: &[u8]) -> Files {
        let mut files = BTreeMap::new();
        let (mut name, mut text) = (PathBuf::from("a.toml"), Vec::new());
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            match line.strip_prefix(b"#> ") {
                Some(next) => {
                    files.insert(name, text.as_slice().into());
                    name = OsStr::from_bytes(next.trim_ascii_end()).into();
                    text.clear();
                }
                None => text.extend_from_slice(line),
            }
        }
        files.insert(name, text.as_slice().into());
        Files(files)
    }

    /// Every file, as a folder with all of them would be listed.
    pub fn listed(&self) -> Vec<PathBuf> {
        self.0.keys().cloned().collect()
    }

    pub fn put(&mut self, path: &Path, text: &str) {
        self.0.insert(path.to_owned(), text.as_bytes().into());
    }
}

impl Tree for Files {
    fn find(&mut self, path: &Path) -> Found {
        self.0
            .get(path)
            .map_or(Found::Missing, |text| Found::Text(Arc::clone(text)))
    }

    fn shown(&self, path: &Path) -> String {
        path.to_string_lossy().into_owned()
    }
}
