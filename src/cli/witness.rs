//! Stands beside the store while a command writes: signs the end of the trail where a key lies in a file, and notes that
//! end outside of the store, so that one that was cut off or put back to an older state is seen by whoever wrote last.

use std::fmt;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

use crate::audit::checkpoint::{Checkpoint, origin};
use crate::audit::hex;
use crate::audit::note::Note;
use crate::cli::audit_key::{self, AuditKeyOptions};
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::private::private_file;
use crate::model::event::Digest;
use crate::secrets::AuditKey;
use crate::store::{Against, JudgedBy, Kept, Store, StoreError, Tip, Verification, Witness};

/// How much of a store's path tells its mark from that of a copy elsewhere, in hexadecimal digits.
const PLACE: usize = 16;

/// The end of the trail that was seen last, in words.
pub const SEEN: &str = "what was last seen here";

/// The end of the trail as this user saw it last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    pub checkpoint: Checkpoint,
    /// The hash of the last event then.
    pub head: String,
}

struct Attendant {
    key: Option<AuditKey>,
    mark: Option<PathBuf>,
    /// The trail goes on from what was seen: only then is its new end noted.
    goes_on: bool,
    judged_by: Arc<Mutex<Option<PathBuf>>>,
}

impl fmt::Debug for Attendant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attendant")
            .field("mark", &self.mark)
            .finish_non_exhaustive()
    }
}

impl Witness for Attendant {
    fn sign(&self, checkpoint: &Checkpoint) -> Option<Kept> {
        let key = self.key.as_ref()?;
        let note = key.sign(&checkpoint.to_string()).ok()?;
        Some(Kept {
            signer: key.verifier().signer().to_string(),
            size: checkpoint.size,
            note: note.to_string(),
        })
    }

    fn committed(&self, store: &str, tip: &Tip, signed: Option<&Kept>) {
        if let Some(path) = self.mark.as_deref().filter(|_| self.goes_on) {
            // Where nothing can be noted, the work is done all the same.
            let _ = write(
                path,
                &text(store, tip, signed.map(|kept| kept.note.as_str())),
            );
        }
    }

    fn judged_by(&self) -> Option<JudgedBy> {
        let path = self.judged_by.lock().ok()?.clone()?;
        let bytes = fs::read(&path).ok()?;
        Some(JudgedBy {
            file: path.to_string_lossy().escape_debug().to_string(),
            sha256: hex(&Sha256::digest(bytes).into()),
        })
    }
}

/// Puts a witness beside a store that is about to be written, and says, where `says` is set, that its trail is not the one
/// seen last.
pub fn attend(store: &mut Store, context: &Context, says: bool) {
    let Ok(name) = store.name() else {
        return;
    };
    let mut out = Output::default();
    let key = audit_key::at_hand(&name, &AuditKeyOptions::default(), context);
    let key = key.unwrap_or_else(|failure| {
        if says {
            let why = failure.causes();
            out.note(format!("warning: the audit key is not used: {why}"));
        }
        None
    });
    let mark = file(store, context);
    let goes_on = goes_on(store, context);
    if says && !goes_on {
        out.note(
            "warning: the audit trail is not the one that was last seen here: events were taken away, or an older store was \
             put in its place",
        );
        out.note("hint: `keyroll audit verify` tells more");
    }
    store.set_witness(Box::new(Attendant {
        key,
        mark,
        goes_on,
        judged_by: context.judged_by(),
    }));
}

/// Whether the trail goes on from what this user saw of it, as far as a look at one event tells.
pub fn goes_on(store: &Store, context: &Context) -> bool {
    let Some(mark) = seen(store, context) else {
        return true;
    };
    match store.event_hash(mark.checkpoint.size) {
        Ok(Some(hash)) => hex(&hash) == mark.head,
        Ok(None) => false,
        // What is damaged says so itself.
        Err(_) => true,
    }
}

/// What this user saw last of the trail of a store in its place; nothing where it was never written from here.
pub fn seen(store: &Store, context: &Context) -> Option<Mark> {
    read(&file(store, context)?)
}

/// Verifies a store against what is known here: the public keys, and what was seen last.
///
/// # Errors
/// When the keys or the store cannot be read.
pub fn verify(store: &Store, context: &Context) -> Result<Verification, Failure> {
    let keys = audit_key::known(&store.name()?, &AuditKeyOptions::default(), context)?;
    let seen = seen(store, context).map(|mark| (SEEN.to_owned(), mark.checkpoint));
    let checkpoints: Vec<_> = seen.into_iter().collect();
    Ok(store.verify_against(&Against {
        keys: &keys,
        checkpoints: &checkpoints,
    })?)
}

/// Notes the trail as it is, whatever was seen before: somebody looked at it, or put it there.
///
/// # Errors
/// When the trail cannot be read.
pub fn accept(store: &Store, context: &Context) -> Result<(), StoreError> {
    if let Some(path) = file(store, context) {
        let (name, tip) = (store.name()?, store.tip()?);
        let _ = write(&path, &text(&name, &tip, None));
    }
    Ok(())
}

/// A store is known by its name and place: a copy that is tried elsewhere has a mark of its own. The store gives its own
/// name, so only one of the form of those that are given is a file's.
fn file(store: &Store, context: &Context) -> Option<PathBuf> {
    let name = uuid::Uuid::try_parse(&store.name().ok()?).ok()?;
    let place = fs::canonicalize(context.store_path().ok()?).ok()?;
    let place = hex(&Sha256::digest(place.as_os_str().as_encoded_bytes()).into());
    let place = place.get(..PLACE)?;
    Some(
        context
            .state_folder()?
            .join("seen")
            .join(format!("{name}-{place}")),
    )
}

/// The hash of the last event, then the checkpoint, as a note where it was signed.
fn text(store: &str, tip: &Tip, note: Option<&str>) -> String {
    let checkpoint = Checkpoint {
        origin: origin(store),
        size: tip.size,
        root: tip.root,
    };
    let checkpoint = note.map_or_else(|| checkpoint.to_string(), str::to_owned);
    format!("{}\n{checkpoint}", hex(&tip.head))
}

fn read(path: &Path) -> Option<Mark> {
    let bytes = private_file(path).ok()?;
    let text = std::str::from_utf8(bytes.expose()).ok()?;
    let (head, rest) = text.split_once('\n')?;
    let checkpoint = match Note::parse(rest.as_bytes()) {
        Ok(note) => note.unchecked().parse().ok()?,
        Err(_) => rest.parse().ok()?,
    };
    let is_digest = head.len() == 2 * size_of::<Digest>();
    is_digest.then(|| Mark {
        checkpoint,
        head: head.to_owned(),
    })
}

/// Replaced whole, but not made durable: what a power cut takes is an older mark, which is true as well.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
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
        .and_then(|mut file| std::io::Write::write_all(&mut file, text.as_bytes()))
        .and_then(|()| fs::rename(&new, path));
    if written.is_err() {
        let _ = fs::remove_file(&new);
    }
    written
}
