//! The end of a store's trail as this user saw it last, noted outside of the store: one small file for each store and
//! place.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use sha2::{Digest as _, Sha256};

use crate::audit::checkpoint::Checkpoint;
use crate::audit::hex;
use crate::audit::note::{Note, Verifier};
use crate::cli::context::Context;
use crate::cli::private::private_file;
use crate::model::event::Digest;
use crate::store::{Store, StoreError, Tip};

/// How much of a store's path tells its mark from that of a copy elsewhere, in hexadecimal digits.
const PLACE: usize = 32;

/// The end of the trail that was seen last, in words.
pub const SEEN: &str = "what was last seen here";

/// What is known of an end that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// The store was never written from here.
    Nothing,
    /// Something was noted, and it cannot be read any more: why.
    Unreadable(String),
    Mark(Box<Mark>),
}

/// The end of the trail as this user saw it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub checkpoint: Checkpoint,
    /// The hash of the last event then.
    pub head: String,
    /// The same, signed, where a key was at hand.
    note: Option<Note>,
}

impl Seen {
    /// What this user saw last of the trail of the store in this place.
    pub fn of(context: &Context) -> Seen {
        file(context).map_or(Seen::Nothing, |path| Seen::read(&path))
    }

    /// What a file holds of it.
    pub fn read(path: &Path) -> Seen {
        match path.symlink_metadata() {
            Err(error) if is_nowhere(error.kind()) => return Seen::Nothing,
            // A home that is not ours to look into: nothing was noted there by us.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Seen::Nothing,
            Err(_) | Ok(_) => {}
        }
        let bytes = match private_file(path) {
            Ok(bytes) => bytes,
            Err(failure) => return Seen::Unreadable(failure.causes()),
        };
        let mark = std::str::from_utf8(bytes.expose()).ok().and_then(parse);
        mark.map_or_else(
            || {
                let shown = path.display().to_string().escape_debug().to_string();
                Seen::Unreadable(format!("`{shown}` is empty or garbled"))
            },
            |mark| Seen::Mark(Box::new(mark)),
        )
    }

    /// The mark, where there is one that can be read.
    pub fn mark(&self) -> Option<&Mark> {
        match self {
            Seen::Mark(mark) => Some(mark),
            Seen::Nothing | Seen::Unreadable(_) => None,
        }
    }
}

impl Mark {
    /// Whether a key signed it.
    pub fn is_signed_by(&self, key: &Verifier) -> bool {
        let note = self.note.as_ref();
        note.is_some_and(|note| note.open(std::slice::from_ref(key)).is_ok())
    }
}

/// Notes the trail as it is, whatever was seen before: somebody looked at it, or put it there.
///
/// # Errors
/// When the trail cannot be read.
pub fn accept(store: &Store, context: &mut Context) -> Result<(), StoreError> {
    if let Some(path) = file(context) {
        let (name, tip) = (store.name()?, store.tip()?);
        let written = write(&path, &text(&name, &tip, None));
        if let Some(told) = written.err().and_then(|error| unnoted(&path, &error)) {
            context.out.note(told);
        }
    }
    Ok(())
}

/// That the end of a trail could not be noted, though this is a place for it: a service may have no home to note anything in,
/// which is for `doctor` to tell.
pub fn unnoted(path: &Path, error: &io::Error) -> Option<String> {
    let kind = error.kind();
    let is_closed = matches!(
        kind,
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem
    );
    let shown = path.display().to_string();
    let shown = shown.escape_debug();
    (!is_closed && !is_nowhere(kind)).then(|| {
        format!("warning: where the audit trail ends is not noted here: `{shown}`: {error}")
    })
}

/// The folder where ends of trails would be noted, where that takes no write.
pub fn closed(context: &Context) -> Option<PathBuf> {
    let folder = file(context)?.parent()?.to_owned();
    let there = folder
        .ancestors()
        .find(|path| path.symlink_metadata().is_ok())?;
    let is_open = there.is_dir() && access(there, Access::WRITE_OK | Access::EXEC_OK).is_ok();
    (!is_open).then_some(folder)
}

/// A store is known by its place alone: another one that is put there is seen by that, and a copy that is tried elsewhere has
/// a mark of its own.
pub fn file(context: &Context) -> Option<PathBuf> {
    let place = fs::canonicalize(context.store_path().ok()?).ok()?;
    let place = hex(&Sha256::digest(place.as_os_str().as_encoded_bytes()).into());
    let place = place.get(..PLACE)?;
    Some(context.state_folder()?.join("seen").join(place))
}

/// The hash of the last event, then the checkpoint, as a note where it was signed.
pub fn text(store: &str, tip: &Tip, note: Option<&str>) -> String {
    let checkpoint = tip.checkpoint(store);
    let checkpoint = note.map_or_else(|| checkpoint.to_string(), str::to_owned);
    format!("{}\n{checkpoint}", hex(&tip.head))
}

fn parse(text: &str) -> Option<Mark> {
    let (head, rest) = text.split_once('\n')?;
    let note = Note::parse(rest.as_bytes()).ok();
    let checkpoint = match &note {
        Some(note) => note.unchecked().parse().ok()?,
        None => rest.parse().ok()?,
    };
    let is_digest = head.len() == 2 * size_of::<Digest>();
    is_digest.then(|| Mark {
        checkpoint,
        head: head.to_owned(),
        note,
    })
}

/// Replaced whole. Its content is on the disk before it takes the old one's place, its name may not be: what a power cut
/// takes is an older mark, which is true as well.
pub fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let new = PathBuf::from(name);
    let _ = fs::remove_file(&new);
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&new)
        .and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.sync_data()
        })
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}

/// That nothing can lie there: nothing does, or what should be a folder is none.
fn is_nowhere(kind: io::ErrorKind) -> bool {
    matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
