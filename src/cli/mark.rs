//! What the last scheduled run of this user saw, kept outside of the store: whoever puts an older store in place, or sets
//! the clock, does not reach it. As with the pins, one small file for each store.

use std::path::PathBuf;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::private::{make_private, private_file, replace_private};
use crate::operations::schedule::{Known, Mark, Stop, guard};
use crate::secret::Secret;
use crate::store::{Store, StoreError};

/// The way out of a stop.
pub const WAY_OUT: &str =
    "look at `keyroll audit log` and at the clock, then `keyroll schedule resume`";

/// The store gives its own name: only one that is of the form of those that are given is a file's.
fn file(store: &str, context: &Context) -> Option<PathBuf> {
    let name = uuid::Uuid::try_parse(store).ok()?.to_string();
    Some(context.state_folder()?.join("marks").join(name))
}

fn known(store: &str, context: &Context) -> Known {
    let path = match file(store, context) {
        Some(path) if path.symlink_metadata().is_ok() => path,
        _ => return Known::Nothing,
    };
    let read = private_file(&path).map_err(|failure| failure.causes());
    let mark = read.and_then(|text| {
        serde_json::from_slice(text.expose()).map_err(|_| "it is not a mark".to_owned())
    });
    mark.map_or_else(Known::Unreadable, Known::Mark)
}

/// Why scheduled changes are stopped; nothing where they may be made.
///
/// # Errors
/// When the store cannot be read.
pub fn stops(store: &Store, context: &Context) -> Result<Vec<Stop>, StoreError> {
    guard(store, &known(&store.name()?, context), context.now())
}

/// Says why scheduled changes are stopped, for a command that makes none; gives whether they are.
///
/// # Errors
/// When the store cannot be read.
pub fn tell(store: &Store, context: &mut Context) -> Result<bool, StoreError> {
    let stops = stops(store, context)?;
    for stop in &stops {
        let line = format!("warning: scheduled changes are stopped: {stop}");
        context.out.note(line);
    }
    if !stops.is_empty() {
        context.out.note(format!("hint: {WAY_OUT}"));
    }
    Ok(!stops.is_empty())
}

/// That scheduled changes may be made: asked before each of them, and followed by [`seen`] once they are made.
///
/// # Errors
/// When they are stopped: with every reason, and the way out.
pub fn may_change(store: &Store, context: &Context) -> Result<(), Failure> {
    let stops = stops(store, context)?;
    if stops.is_empty() {
        return Ok(());
    }
    let reasons: Vec<String> = stops.iter().map(ToString::to_string).collect();
    let message = format!("scheduled changes are stopped: {}", reasons.join("; "));
    Err(Failure::refused(message).hint(WAY_OUT))
}

/// Notes what a scheduled run has seen, for the next one. Where there is no place to note it, nothing is noted.
///
/// # Errors
/// When the store cannot be read, or the note not be written.
pub fn seen(store: &Store, context: &Context) -> Result<(), Failure> {
    let (Some(path), Some(mark)) = (
        file(&store.name()?, context),
        Mark::of(store, context.now())?,
    ) else {
        return Ok(());
    };
    let text = serde_json::to_string(&mark).expect("the keys of a mark are strings");
    let text = Secret::from(format!("{text}\n"));
    match path.symlink_metadata() {
        Ok(_) => replace_private(&path, &text),
        Err(_) => make_private(&path, &text),
    }
}
