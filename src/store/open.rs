//! Making a store, and opening one that is ours, whole, and of a format we know.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Weak;
use std::time::Duration;

use crate::model::event::Actor;
use crate::store::connection::{self, Purpose};
use crate::store::error::StoreError;
use crate::store::trail::Trail;
use crate::store::{Access, Store, files, migrate};

/// How long a writer waits for another, unless told otherwise.
const WAIT: Duration = Duration::from_secs(30);

impl Store {
    /// Makes a store in a new file, with its first event. Folders that are missing are made too.
    pub fn create(path: &Path, actor: &Actor) -> Result<Store, StoreError> {
        if let Some(folder) = path.parent() {
            files::make_folder(folder)?;
        }
        files::check_folder(path)?;
        drop(files::make_private(path)?);
        let made = Store::make(path, actor);
        if made.is_err() {
            // It was ours and empty; why it failed is what matters.
            let _ = fs::remove_file(path);
        }
        made
    }

    fn make(path: &Path, actor: &Actor) -> Result<Store, StoreError> {
        let mut db = connection::open(path, Purpose::Write)?;
        let seconds = actor.at.unix().unsigned_abs();
        let uuid = uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, 0));
        let change = format!(r#"[{{"field":"uuid","to":"{uuid}"}}]"#);
        migrate::make(&mut db, |db| {
            let mut trail = Trail::resume(db, actor)?;
            trail.append(db, "store", "init", &change, None)?;
            trail.finish(db).map(drop)
        })?;
        files::sync_folder(path)?;
        Store::of(db, path, Access::Write)
    }

    /// Opens a store; whatever is not a whole store of ours is refused and left as it is.
    ///
    /// With `Access::Write` an older store is copied beside itself and brought to today's format.
    pub fn open(path: &Path, access: Access) -> Result<Store, StoreError> {
        let file = fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => {
                StoreError::NotFound { path: path.into() }
            }
            std::io::ErrorKind::PermissionDenied => StoreError::Permissions {
                path: path.into(),
                why: "its folder may not be entered".to_owned(),
            },
            _ => StoreError::io("the store could not be looked at")(error),
        })?;
        if !file.is_file() {
            return Err(StoreError::Foreign {
                path: path.into(),
                why: if file.is_dir() {
                    "it is a folder"
                } else {
                    "it is not a plain file"
                },
            });
        }
        files::check_owner(path, &file)?;
        files::inspect(path)?;
        let db = match access {
            Access::Read => open_to_read(path)?,
            Access::Write => {
                files::check_folder(path)?;
                open_to_write(path)?
            }
        };
        Store::of(db, path, access)
    }

    fn of(db: rusqlite::Connection, path: &Path, access: Access) -> Result<Store, StoreError> {
        Ok(Store {
            db,
            path: path.to_owned(),
            access,
            identity: identity(path)?,
            wait: WAIT,
            turn: Weak::new(),
            witness: None,
            warnings: files::warnings(path),
        })
    }

    /// How long a commit waits for another writer; 30 seconds unless set.
    pub fn set_wait(&mut self, wait: Duration) {
        self.wait = wait;
    }

    /// What an operator should know about where the store lies: a network file system, an open folder.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Whether the file under our path is still the one that was opened.
    pub(super) fn check_identity(&self) -> Result<(), StoreError> {
        if identity(&self.path)? == self.identity {
            Ok(())
        } else {
            Err(StoreError::Replaced {
                path: self.path.clone(),
            })
        }
    }
}

fn identity(path: &Path) -> Result<(u64, u64), StoreError> {
    fs::metadata(path)
        .map(|file| (file.dev(), file.ino()))
        .map_err(StoreError::io("the store could not be looked at"))
}

/// A reader cannot undo an interrupted write: where there is one, whoever may write undoes it first.
fn open_to_read(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let open = || connection::open(path, Purpose::Read).and_then(known);
    match open() {
        Err(StoreError::ReadOnly { .. } | StoreError::Engine { .. })
            if files::has_journal(path) =>
        {
            // Undoing is writing, and the journal may be anybody's.
            files::check_folder(path)?;
            let undone = connection::open(path, Purpose::Write).and_then(known);
            drop(undone.map_err(|_| StoreError::ReadOnly {
                why: "an interrupted write waits to be undone by a user who may write".to_owned(),
            })?);
            open()
        }
        opened => opened,
    }
    .and_then(|db| match migrate::version(&db)? {
        found if found < migrate::newest() => Err(StoreError::Older {
            found,
            known: migrate::newest(),
        }),
        _ => Ok(db),
    })
}

fn open_to_write(path: &Path) -> Result<rusqlite::Connection, StoreError> {
    let mut db = connection::open(path, Purpose::Write).and_then(known)?;
    if db.is_readonly(rusqlite::MAIN_DB)? {
        return Err(StoreError::ReadOnly {
            why: "its file is read-only".to_owned(),
        });
    }
    if migrate::version(&db)? < migrate::newest() {
        let _held = crate::store::lock::take(path, WAIT)?;
        let _copy: Option<PathBuf> = migrate::upgrade(&mut db, path)?;
    }
    Ok(db)
}

/// The header again, as the engine sees it: an interrupted write is undone by now.
fn known(db: rusqlite::Connection) -> Result<rusqlite::Connection, StoreError> {
    let pages: i64 = db.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if pages == 0 {
        return Err(StoreError::unmade());
    }
    if migrate::application(&db)? != migrate::APPLICATION {
        return Err(StoreError::damaged(
            "the file",
            "its header is not a store's",
        ));
    }
    let found = migrate::version(&db)?;
    let known = migrate::newest();
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(db)
}
