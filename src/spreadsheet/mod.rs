//! Floor 3: a spreadsheet saved as text, read by a map into records. Pure: bytes and a map in, records and faults out.
//! It opens no file and writes none, and shows no value that looks like a secret.

mod bind;
mod column;
mod encoding;
mod fault;
mod fields;
mod form;
mod gather;
mod guess;
mod headings;
mod import;
mod lines;
mod make;
mod map;
mod merge;
mod rows;
mod sniff;
mod survey;
mod suspect;
mod template;
mod titles;
mod values;

pub use encoding::{Encoding, Foreign};
pub use fault::{Fault, Faults};
pub use guess::{Guess, Sure, guess};
pub use import::{Imported, Known, Use, import, uses};
pub use map::{BadMap, LARGEST_MAP, Map};
pub use rows::{Form, MOST_ROWS, Rows, Unreadable};
pub use sniff::delimiter;
pub use survey::{Survey, survey};

/// The largest spreadsheet, in bytes.
pub const LARGEST: u64 = 64 << 20;
