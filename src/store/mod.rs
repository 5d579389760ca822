//! Floor 3: the SQLite file: schema ladder, one file a table with all its SQL. One write path: `Store::commit`.

mod astray;
mod cell;
mod checkpoint;
mod commit;
mod connection;
mod dangling;
mod due;
mod error;
mod event;
mod files;
mod held;
mod lock;
mod migrate;
mod noun;
mod open;
mod past;
mod principal;
mod question;
mod read;
mod snapshot;
mod table;
mod trail;
mod tree;
mod verify;

use std::path::PathBuf;
use std::sync::Weak;
use std::time::Duration;

pub use checkpoint::{JudgedBy, Kept, Standing, Tip, Witness};
pub use commit::Committed;
pub use connection::sqlite_version;
pub use due::DueRow;
pub use error::StoreError;
pub use event::{EventFilter, Last};
pub use held::{Against, Shown, Vouched};
pub use lock::Turn;
pub use question::{Concerning, Depth};
pub use verify::{Fault, Verification};

/// What a store is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    /// Reading too.
    Write,
}

/// One open store.
#[derive(Debug)]
pub struct Store {
    db: rusqlite::Connection,
    path: PathBuf,
    access: Access,
    /// Device and number of the file, so that a replaced one is noticed.
    identity: (u64, u64),
    wait: Duration,
    /// Ours to write, as long as somebody keeps it.
    turn: Weak<lock::Held>,
    witness: Option<Box<dyn Witness>>,
    warnings: Vec<String>,
}
