//! What can go wrong with a store, in words; the engine's own text stays behind as the cause.

use std::path::PathBuf;

use crate::model::record::RecordId;

/// Why the store was not opened, read or written. A refused write has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("there is no store at `{}`", path.display())]
    NotFound { path: PathBuf },
    #[error("`{}` exists already", path.display())]
    Exists { path: PathBuf },
    #[error("`{}` is not a keyroll store: {why}", path.display())]
    Foreign { path: PathBuf, why: &'static str },
    #[error("the store is of format {found}, and this keyroll knows formats up to {known}")]
    Newer { found: i64, known: i64 },
    #[error(
        "the store is of the older format {found}; it is brought to {known} when it is next written"
    )]
    Older { found: i64, known: i64 },
    /// `what` is a record, an event or a table.
    #[error("the store is damaged: {what}: {why}")]
    Damaged { what: String, why: String },
    #[error("the store cannot be written: {why}")]
    ReadOnly { why: String },
    #[error(
        "another process is writing to the store{}, waited {waited_seconds} s",
        holder.map_or(String::new(), |pid| format!(" (process {pid})"))
    )]
    Locked {
        /// The process that holds the lock, where it could be told.
        holder: Option<u32>,
        waited_seconds: u64,
    },
    #[error("`{record}` is not as it was when the change was decided")]
    Conflict { record: RecordId },
    /// A change over it would hide that.
    #[error(
        "`{record}` is not as its latest event left it: it was changed without a trace in the audit trail"
    )]
    Tampered { record: RecordId },
    /// More events over it would hide that.
    #[error(
        "the audit trail ends at event {events}, and {expected} were written: it was changed behind keyroll's back"
    )]
    Cut { events: u64, expected: u64 },
    /// `wants` names what is missing.
    #[error("`{record}` names `{wants}`, which would not be there")]
    Dangling { record: RecordId, wants: String },
    #[error("`{record}` cannot be stored: {why}")]
    Unfit { record: String, why: String },
    #[error("`{}` is refused: {why}", path.display())]
    Permissions { path: PathBuf, why: String },
    #[error("the store at `{}` was replaced by another file while it was open", path.display())]
    Replaced { path: PathBuf },
    #[error("the disk is full")]
    Full,
    #[error("{doing}")]
    Io {
        doing: String,
        #[source]
        source: std::io::Error,
    },
    #[error("{doing}")]
    Engine {
        doing: &'static str,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl StoreError {
    /// An error of the file system, with what was being done: `the store's folder could not be made`.
    pub(super) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> StoreError {
        let doing = doing.into();
        move |source| match source.kind() {
            std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => StoreError::Full,
            std::io::ErrorKind::ReadOnlyFilesystem => StoreError::ReadOnly {
                why: "its file system is read-only".to_owned(),
            },
            _ => StoreError::Io { doing, source },
        }
    }

    /// Of a file in which nothing stands yet.
    pub(super) fn unmade() -> StoreError {
        StoreError::damaged(
            "the file",
            "it is empty: its making was interrupted; remove it and begin again",
        )
    }

    pub(super) fn damaged(what: impl Into<String>, why: impl Into<String>) -> StoreError {
        StoreError::Damaged {
            what: what.into(),
            why: clean(&why.into()),
        }
    }
}

/// Control characters as escapes: what stands in a damaged store must not reach a terminal.
pub(super) fn clean(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().take(400) {
        if c.is_control() {
            out.extend(c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> StoreError {
        use rusqlite::Error as Raw;
        use rusqlite::ErrorCode as Code;
        if let Raw::InvalidColumnType(..)
        | Raw::FromSqlConversionFailure(..)
        | Raw::Utf8Error(..)
        | Raw::IntegralValueOutOfRange(..) = error
        {
            return StoreError::damaged("a row", error.to_string());
        }
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked | Code::FileLockingProtocolFailed) => {
                StoreError::Locked {
                    holder: None,
                    waited_seconds: super::connection::PATIENCE.as_secs(),
                }
            }
            Some(Code::DiskFull) => StoreError::Full,
            Some(Code::ReadOnly) => StoreError::ReadOnly {
                why: "its file or folder is read-only, or an interrupted write waits to be undone"
                    .to_owned(),
            },
            Some(Code::DatabaseCorrupt | Code::NotADatabase) => {
                StoreError::damaged("the file", error.to_string())
            }
            Some(Code::TooBig) => StoreError::Unfit {
                record: "a record".to_owned(),
                why: "it is too large".to_owned(),
            },
            Some(Code::ConstraintViolation) => StoreError::Unfit {
                record: "a record".to_owned(),
                why: clean(&error.to_string()),
            },
            Some(Code::CannotOpen) => StoreError::Engine {
                doing: "the store's file, or its journal beside it, could not be opened",
                source: Box::new(error),
            },
            Some(Code::SystemIoFailure) => StoreError::Engine {
                doing: "the disk refused to read or write the store",
                source: Box::new(error),
            },
            // A statement of ours that names what is not there: somebody took a table or a column away.
            Some(Code::Unknown) if error.to_string().contains("no such ") => {
                StoreError::damaged("its tables", error.to_string())
            }
            _ => StoreError::Engine {
                doing: "the store could not answer",
                source: Box::new(error),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_engines_words_are_not_the_only_ones() {
        for code in [5, 6, 8, 10, 11, 13, 14, 26] {
            let raw = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
            let text = StoreError::from(raw).to_string();
            assert!(
                text.contains("store") || text == "the disk is full",
                "{code}: {text}"
            );
        }
    }

    #[test]
    fn what_stands_in_a_damaged_store_is_shown_escaped() {
        let error = StoreError::damaged("account/etl", "\u{1b}[2J").to_string();
        assert!(!error.contains('\u{1b}'), "{error:?}");
    }
}
