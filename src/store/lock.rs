//! The lock file beside the store: writers take turns, and a writer that dies lets go.
//!
//! A commit takes its turn by itself. What is decided from many records, and would be wrong over a record that came
//! in between, takes one before it reads.

use std::collections::hash_map::RandomState;
use std::fs::{File, OpenOptions, TryLockError};
use std::hash::{BuildHasher, Hasher};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use crate::store::Store;
use crate::store::error::StoreError;

/// The lock; let go when dropped.
#[derive(Debug)]
pub(super) struct Held {
    _file: File,
}

/// A turn to write that lasts over several commits; it ends when it is dropped.
#[derive(Debug)]
pub struct Turn {
    _held: Arc<Held>,
}

impl Store {
    /// Takes the turn to write, so that what is read from now on stays as it is but for commits through this store.
    /// Within a turn of ours it is the same one.
    ///
    /// # Errors
    /// When another writer does not finish within the time that [`Store::set_wait`] allows.
    pub fn take_turn(&mut self) -> Result<Turn, StoreError> {
        let held = self.hold()?;
        self.turn = Arc::downgrade(&held);
        Ok(Turn { _held: held })
    }

    /// The lock: that of our own turn, else taken now.
    pub(super) fn hold(&self) -> Result<Arc<Held>, StoreError> {
        match self.turn.upgrade() {
            Some(held) => Ok(held),
            None => take(&self.path, self.wait).map(Arc::new),
        }
    }
}

/// `roll.db` has its lock in `roll.db.lock`.
pub(super) fn beside(store: &Path) -> PathBuf {
    let mut name = store.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

/// Takes the lock, waiting at most `wait` for another writer.
pub(super) fn take(store: &Path, wait: Duration) -> Result<Held, StoreError> {
    let mut file = open(&beside(store))?;
    let mut waited = Duration::ZERO;
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if waited < wait => {
                let pause = pause().min(wait - waited);
                rest(pause);
                waited += pause;
            }
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::Locked {
                    holder: holder(&mut file),
                    waited_seconds: waited.as_secs(),
                });
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::io(
                    "the lock file beside the store could not be locked",
                )(error));
            }
        }
    }
    // For the one who waits in vain; the lock holds without it.
    let _ = file
        .set_len(0)
        .and_then(|()| file.write_all(std::process::id().to_string().as_bytes()));
    Ok(Held { _file: file })
}

fn open(path: &Path) -> Result<File, StoreError> {
    let refuse_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(refuse_links)
        .open(path)
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::PermissionDenied => StoreError::ReadOnly {
                why: format!("`{}` cannot be opened for writing", path.display()),
            },
            _ => StoreError::io(format!("`{}` could not be opened", path.display()))(error),
        })
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Between 5 and 36 ms, so that those who wait do not knock together.
fn pause() -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_millis(5 + random % 32)
}

#[expect(
    clippy::disallowed_methods,
    reason = "the one place that waits: for another writer, and never longer than it was told"
)]
fn rest(pause: Duration) {
    std::thread::sleep(pause);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_writer_is_told_who_holds_the_lock() {
        let dir = tempfile::tempdir().unwrap();
        let store = dir.path().join("roll.db");
        let held = take(&store, Duration::ZERO).unwrap();
        match take(&store, Duration::from_millis(20)) {
            Err(StoreError::Locked { holder, .. }) => assert_eq!(holder, Some(std::process::id())),
            Err(other) => panic!("{other}"),
            Ok(_) => panic!("locked twice"),
        }
        drop(held);
        assert!(take(&store, Duration::ZERO).is_ok());
    }

    #[test]
    fn within_a_turn_commits_go_through_and_others_wait() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("roll.db");
        let actor = crate::model::event::Actor {
            name: "jo".parse().unwrap(),
            host: "ops-1".parse().unwrap(),
            command: "init".parse().unwrap(),
            reason: None,
            at: "2026-10-01T12:00:00Z".parse().unwrap(),
        };
        let note = [crate::model::change::Note::new(
            None,
            crate::model::change::Occurrence::Backup,
        )];
        let mut ours = Store::create(&path, &actor).unwrap();
        let mut theirs = Store::open(&path, crate::store::Access::Write).unwrap();
        theirs.set_wait(Duration::ZERO);
        let turn = ours.take_turn().unwrap();
        let again = ours.take_turn().unwrap();
        ours.commit_with(&actor, &[], &note).unwrap();
        drop(turn);
        let refused = theirs.commit_with(&actor, &[], &note);
        assert!(matches!(refused, Err(StoreError::Locked { .. })));
        drop(again);
        theirs.commit_with(&actor, &[], &note).unwrap();
    }
}
