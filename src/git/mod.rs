//! Floor 4: the files of a revision, read through the `git` program: its objects alone. Runs no hook, filter, text
//! conversion or pager, fetches nothing, writes nothing, and takes no word of the user's for an option.

mod blobs;
mod error;
mod listing;
mod program;
mod revision;
mod tracked;

pub use error::GitError;
pub use program::Git;
pub use revision::{Revision, Where};
