//! Whatever comes in, the program ends with the status that is documented, says what is wrong and what to do, shows
//! nothing raw, and leaves the store as it was.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod binary;
#[path = "bad_input/files.rs"]
mod files;
#[path = "bad_input/outputs.rs"]
mod outputs;
#[path = "bad_input/reports.rs"]
mod reports;
#[path = "bad_input/stores.rs"]
mod stores;
#[path = "bad_input/words.rs"]
mod words;
