//! What this user last knew a store's key by, kept outside of the store: whoever can write the store can put another key
//! in the place of its own, and open what is sealed to it from then on.
//!
//! As with the host keys of ssh: the first sight is noted, a change is told, and nothing is sealed until it is accepted.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::Progress;
use crate::cli::private::{make_private, private_file, replace_private};
use crate::model::id::Fingerprint;
use crate::operations::secrets::Watch;
use crate::secret::Secret;

/// How the key of a store compares with what was noted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    Same,
    /// Seen for the first time by this user.
    First,
    Other,
}

fn file(store: &str, context: &Context) -> Option<PathBuf> {
    Some(context.state_folder()?.join("pins").join(store))
}

/// Compares the key of a store with what was noted of it; a first sight is noted, where there is a place to note it. A
/// service without a home of its own has none, and must do its work all the same.
pub fn compare(store: &str, pin: &Fingerprint, context: &Context) -> Known {
    let Some(path) = file(store, context) else {
        return Known::First;
    };
    if !path.exists() {
        let _ = note(store, pin, context);
        return Known::First;
    }
    // Two lines: it was about to be renewed, and whether that came about nobody could note.
    let same = private_file(&path).is_ok_and(|noted| {
        let mut lines = noted.expose().split(|byte| *byte == b'\n');
        lines.any(|line| line == pin.as_str().as_bytes())
    });
    match same {
        true => Known::Same,
        false => Known::Other,
    }
}

/// Notes what the key of a store is known by.
///
/// # Errors
/// When that cannot be written.
pub fn note(store: &str, pin: &Fingerprint, context: &Context) -> Result<(), Failure> {
    let Some(path) = file(store, context) else {
        return Ok(());
    };
    let text = Secret::from(format!("{pin}\n"));
    match path.exists() {
        true => replace_private(&path, &text),
        false => make_private(&path, &text),
    }
}

/// Watches a renewal: a bar, and the next pin noted beside the present one until it is done.
pub struct Renewal {
    pub bar: Progress,
    pub path: Option<PathBuf>,
}

impl Renewal {
    pub fn of(store: &str, context: &mut Context) -> Renewal {
        Renewal {
            bar: context.out.progress("sealing"),
            path: file(store, context),
        }
    }
}

impl Watch for Renewal {
    fn progress(&self, done: usize, of: usize) {
        self.bar.set(done, of);
    }

    fn renewing(&self, pin: &Fingerprint) -> anyhow::Result<()> {
        let Some(path) = self.path.as_deref().filter(|path| path.exists()) else {
            return Ok(());
        };
        let failed = |failure: Failure| anyhow::anyhow!("{}", failure.causes());
        let mut text = private_file(path).map_err(failed)?.expose().to_vec();
        text.extend_from_slice(format!("{pin}\n").as_bytes());
        replace_private(path, &Secret::new(text)).map_err(failed)
    }
}
