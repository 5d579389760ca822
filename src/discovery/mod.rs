//! Floor 3: which service accounts the files of a machine speak of. Pure: the text of a file in, what it names out, and
//! of its values nothing: neither a copy nor a part, a length or a digest. What is told comes from the names of keys,
//! sections and files alone, and from the roll.

mod candidate;
mod context;
mod entry;
mod flow;
mod form;
mod known;
mod lines;
mod look;
mod means;
mod shell;
mod system;
mod value;
mod words;
mod yaml;

pub use candidate::{Candidate, Place, candidates};
pub use form::Form;
pub use known::Known;
pub use look::{Looked, Site, look};
pub use system::By;
pub use value::Holds;

/// The largest file that is looked at, in bytes: what a person writes is smaller.
pub const LARGEST: u64 = 1 << 20;

/// The most entries of one file.
const MOST_ENTRIES: usize = 10_000;

/// The longest value, and the longest line, that shapes of secrets are looked for in.
const LONGEST: usize = 16 * 1024;
