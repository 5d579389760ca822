//! Which files below a folder git keeps: the names in the index, and nothing of what is in them.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::git::error::GitError;
use crate::git::program::Git;

impl Git {
    /// The files that git keeps below the folder, as paths from there; none where there is no repository.
    ///
    /// # Errors
    /// When git cannot be asked, or does not trust the repository.
    pub fn tracked(&self) -> Result<HashSet<PathBuf>, GitError> {
        let ended = self.run(&["ls-files", "-z"], &[])?;
        if !ended.success {
            return match ended.said.starts_with("not a git repository") {
                true => Ok(HashSet::new()),
                false => Err(GitError::Failed {
                    doing: "ls-files",
                    why: ended.said,
                }),
            };
        }
        let names = ended.stdout.split(|byte| *byte == 0);
        let paths = names.map(|name| Path::new(OsStr::from_bytes(name)).to_owned());
        Ok(paths.collect())
    }
}
