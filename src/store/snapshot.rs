//! The whole store as bytes, and back into a file: for backups.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::MAIN_DB;

use crate::store::error::StoreError;
use crate::store::{Access, Store, files};

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

    /// Puts the bytes of a snapshot where no store is yet, after it was verified; gives the store.
    ///
    /// # Errors
    /// When something stands there, or the bytes are not a whole store: nothing is left behind then.
    pub fn put_back(path: &Path, from: &mut dyn Read) -> Result<Store, StoreError> {
        if fs::symlink_metadata(path).is_ok() {
            return Err(StoreError::Exists { path: path.into() });
        }
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty());
        let folder = folder.unwrap_or(Path::new("."));
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
        std::io::copy(from, &mut file)
            .map_err(StoreError::io("the copy could not be read or written"))?;
        file.flush()
            .and_then(|()| file.sync_all())
            .map_err(StoreError::io("the copy could not be made durable"))?;
        // Writing brings an older format up to date; the copy of that goes with the scratch folder.
        let store = Store::open(&copy, Access::Write)?;
        let faults = store.verify()?.faults;
        drop(store);
        if let Some(fault) = faults.first() {
            let what = fault
                .record
                .clone()
                .unwrap_or_else(|| "the backup".to_owned());
            return Err(StoreError::damaged(what, fault.message.clone()));
        }
        // A link, not a rename: it fails where somebody made a store meanwhile.
        fs::hard_link(&copy, path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => StoreError::Exists { path: path.into() },
            _ => StoreError::io("the store could not be put in its place")(error),
        })?;
        drop(scratch);
        files::sync_folder(path)?;
        Store::open(path, Access::Write)
    }
}
