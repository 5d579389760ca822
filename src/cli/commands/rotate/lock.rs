//! Of two commands that would carry out the same rotation, one does. The locks die with their process.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::model::id::AccountId;

/// A lock on a file of its own; the file goes with it, but for that of all accounts.
pub struct Lock {
    file: File,
    path: PathBuf,
    is_lasting: bool,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is held: whoever opens the same file afterwards finds that it is gone.
        if !self.is_lasting && is_still_there(&self.file, &self.path) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// The lock of `--due`, `None` while another one has it.
pub(super) fn due(context: &Context) -> Result<Option<Lock>, Failure> {
    take(beside(context, ".rotating")?, true)
}

/// The lock of one account, `None` while another command is at work on it.
pub fn account(id: &AccountId, context: &Context) -> Result<Option<Lock>, Failure> {
    take(beside(context, &format!(".rotating-{id}"))?, false)
}

/// What is said where another command is at work.
pub fn busy(id: &AccountId) -> Failure {
    Failure::refused(format!(
        "another command rotates or revokes `account/{id}` at this moment"
    ))
    .hint(format!(
        "once it has ended, `keyroll rotate {id} --resume` or `keyroll revoke {id} --resume` goes on if anything is left to do; \
         `keyroll revoke {id} --emergency` does not wait"
    ))
}

fn beside(context: &Context, ending: &str) -> Result<PathBuf, Failure> {
    let mut path = context.store_path()?.into_os_string();
    path.push(ending);
    Ok(path.into())
}

fn take(path: PathBuf, is_lasting: bool) -> Result<Option<Lock>, Failure> {
    let unusable = |error: io::Error| {
        let shown = path.to_string_lossy().escape_debug().to_string();
        Failure::new(format!("cannot lock `{shown}`: {error}"))
            .hint("the folder of the store must be ours to write to")
    };
    loop {
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true).mode(0o600);
        let file = options.open(&path).map_err(unusable)?;
        match file.try_lock() {
            Ok(()) if is_still_there(&file, &path) => {
                return Ok(Some(Lock {
                    file,
                    path,
                    is_lasting,
                }));
            }
            // Its holder took it away between our two calls.
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(error)) => return Err(unusable(error)),
        }
    }
}

/// Whether a file that is open is the one at a path.
fn is_still_there(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(there)) = (file.metadata(), fs::symlink_metadata(path)) else {
        return false;
    };
    (open.dev(), open.ino()) == (there.dev(), there.ino())
}
