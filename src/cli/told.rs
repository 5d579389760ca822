//! What the hooks were told of each store's findings, kept in the user's state folder and never in the store: `check` only
//! reads that. 0600, one JSON object a line.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, Read};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::cli::context::Context;
use crate::lifecycle::telling::{Line, Told};
use crate::operations::textfile;

/// The largest that is read, in bytes.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Where what was told is kept.
pub struct Place {
    path: Option<PathBuf>,
    /// Held as long as this is: of two that tell, one works.
    _turn: Option<File>,
}

/// How it was opened.
pub enum Opened {
    Open(Told, Place),
    /// Another `check` tells the hooks right now.
    Busy,
}

/// What was told of a store; `warn` hears why it cannot be known. Whoever cannot remember tells once more.
pub fn open(store: &str, context: &Context, warn: &mut dyn FnMut(String)) -> Opened {
    let Some(path) = file(store, context) else {
        warn("there is no state folder to keep what hooks are told: set XDG_STATE_HOME".to_owned());
        let nowhere = Place {
            path: None,
            _turn: None,
        };
        return Opened::Open(Told::default(), nowhere);
    };
    let turn = match take_turn(&path) {
        Ok(turn) => Some(turn),
        Err(TryLockError::WouldBlock) => return Opened::Busy,
        Err(TryLockError::Error(error)) => {
            let shown = shown(&path);
            warn(format!(
                "cannot keep what hooks are told in `{shown}`: {error}"
            ));
            None
        }
    };
    let told = read(&path).unwrap_or_else(|why| {
        warn(format!(
            "`{}` {why}; what is due is told anew",
            shown(&path)
        ));
        Told::default()
    });
    let place = Place {
        path: Some(path),
        _turn: turn,
    };
    Opened::Open(told, place)
}

/// Whether anything was ever told of a store.
pub fn is_there(store: &str, context: &Context) -> bool {
    file(store, context).is_some_and(|path| path.exists())
}

fn file(store: &str, context: &Context) -> Option<PathBuf> {
    let folder = context.state_folder()?.join("told");
    Some(folder.join(format!("{store}.jsonl")))
}

impl Place {
    /// Keeps what was told.
    ///
    /// # Errors
    /// When it cannot be written: the old one stands then.
    pub fn keep(&self, told: &Told) -> Result<(), String> {
        let path = self.path.as_ref().ok_or("there is no state folder")?;
        write(path, told)
    }
}

fn write(path: &Path, told: &Told) -> Result<(), String> {
    let mut text = String::new();
    for line in told.lines() {
        let line = serde_json::to_string(&line).map_err(|error| error.to_string())?;
        text.push_str(&line);
        text.push('\n');
    }
    textfile::publish(path, &text, 0o600).map_err(|error| error.to_string())
}

/// The turn to tell, without waiting for one.
fn take_turn(path: &Path) -> Result<File, TryLockError> {
    if let Some(folder) = path.parent() {
        let mut made = DirBuilder::new();
        made.recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(TryLockError::Error)?;
    }
    let refuse_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(refuse_links)
        .open(path.with_extension("lock"))
        .map_err(TryLockError::Error)?;
    file.try_lock()?;
    Ok(file)
}

/// What stands in the file; nothing where there is none. Ours alone: who can write to it decides what is not told.
fn read(path: &Path) -> Result<Told, String> {
    let refuse_links = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let opened = OpenOptions::new()
        .read(true)
        .custom_flags(refuse_links)
        .open(path);
    let mut file = match opened {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Told::default()),
        opened => opened.map_err(|error| format!("cannot be read: {error}"))?,
    };
    let meta = file
        .metadata()
        .map_err(|error| format!("cannot be read: {error}"))?;
    let us = rustix::process::geteuid().as_raw();
    if !meta.is_file() || meta.uid() != us || meta.mode() & 0o022 != 0 {
        return Err("is not ours alone to write to".to_owned());
    }
    if meta.len() > LARGEST {
        return Err("is too large".to_owned());
    }
    let mut text = String::new();
    Read::take(&mut file, LARGEST)
        .read_to_string(&mut text)
        .map_err(|error| format!("cannot be read: {error}"))?;
    let lines: Result<Vec<Line>, _> = text.lines().map(serde_json::from_str).collect();
    lines
        .map(Told::from_lines)
        .map_err(|_| "is damaged".to_owned())
}

fn shown(path: &Path) -> String {
    path.to_string_lossy().escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn what_others_could_have_written_is_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        assert_eq!(read(&path), Ok(Told::default()));
        write(&path, &Told::default()).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(read(&path), Ok(Told::default()));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o620)).unwrap();
        assert_eq!(read(&path).unwrap_err(), "is not ours alone to write to");
        let link = folder.path().join("link.jsonl");
        symlink(&path, &link).unwrap();
        assert!(read(&link).is_err());
    }

    #[test]
    fn a_damaged_file_is_told_of() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.jsonl");
        fs::write(&path, "{\"mark\":").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path).unwrap_err(), "is damaged");
    }

    #[test]
    fn of_two_that_tell_one_works() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("told/x.jsonl");
        let turn = take_turn(&path).unwrap();
        assert!(matches!(take_turn(&path), Err(TryLockError::WouldBlock)));
        drop(turn);
        assert!(take_turn(&path).is_ok());
    }
}
