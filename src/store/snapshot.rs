//! The whole store as bytes, and back into a file: for backups.

use std::fs;
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::MAIN_DB;

use crate::model::change::Note;
use crate::model::event::Actor;
use crate::store::error::StoreError;
use crate::store::{Access, Store, Verification, files};

impl Store {
    /// The store's file as of one moment, whoever writes meanwhile.
    pub fn snapshot(&mut self) -> Result<Vec<u8>, StoreError> {
        // The lock of a reader keeps the pages as they are until the transaction ends.
        self.db.execute_batch("BEGIN")?;
        crate::store::migrate::version(&self.db)?;
        let bytes = self.db.serialize(MAIN_DB).map(|pages| pages.to_vec());
        self.db.execute_batch("ROLLBACK")?;
        Ok(bytes?)
    }

    /// Puts the bytes of a snapshot where no store is yet, verified and with a note of that in its trail; gives what the
    /// verification found.
    ///
    /// # Errors
    /// When something stands there, or the bytes are not a whole store: nothing is left behind then.
    pub fn put_back(
        path: &Path,
        from: &mut dyn Read,
        actor: &Actor,
        note: &dyn Fn() -> Note,
    ) -> Result<Verification, StoreError> {
        // A journal that was left behind would be rolled back into the store that is put beside it.
        for ending in ["", "-journal", "-wal", "-shm"] {
            let mut beside = path.as_os_str().to_owned();
            beside.push(ending);
            if fs::symlink_metadata(Path::new(&beside)).is_ok() {
                return Err(StoreError::Exists {
                    path: beside.into(),
                });
            }
        }
        let folder = files::folder_of(path);
        files::make_folder(folder)?;
        files::check_folder(path)?;
        let scratch = tempfile::Builder::new()
            .prefix(".keyroll-restore-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir_in(folder)
            .map_err(StoreError::io(
                "a folder beside the store could not be made",
            ))?;
        let copy = scratch.path().join("roll.db");
        let mut file = files::make_private(&copy)?;
        std::io::copy(from, &mut file).map_err(|error| match error.kind() {
            // How the reader of a sealed file says that a part of it is changed or missing.
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                StoreError::damaged("the backup", "it was changed or cut off")
            }
            _ => StoreError::io("the backup could not be read, or its copy not be written")(error),
        })?;
        file.flush()
            .and_then(|()| file.sync_all())
            .map_err(StoreError::io("the copy could not be made durable"))?;
        // Writing brings an older format up to date; the copy of that goes with the scratch folder.
        let mut store = Store::open(&copy, Access::Write)?;
        store.commit_with(actor, &[], &[note()])?;
        let verified = store.verify()?;
        drop(store);
        if let Some(fault) = verified.faults.first() {
            let what = fault.record.clone();
            return Err(StoreError::damaged(
                what.unwrap_or_else(|| "the backup".to_owned()),
                fault.message.clone(),
            ));
        }
        // A link, not a rename: it fails where somebody made a store meanwhile.
        fs::hard_link(&copy, path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => StoreError::Exists { path: path.into() },
            _ => StoreError::io("the store could not be put in its place")(error),
        })?;
        drop(scratch);
        files::sync_folder(path)?;
        Ok(verified)
    }
}
