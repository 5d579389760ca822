//! What must hold of any bytes that `validate` is given. The fuzz targets run it on what they make up, and `tests/corpus.rs`
//! on what they have kept. Opens no file.

mod baseline;
mod config;
mod files;
mod manifest;
mod shown;

pub use baseline::baseline;
pub use config::config;
pub use manifest::manifest;

use keyroll::model::date::Date;

/// The day that everything is judged at.
fn as_of() -> Date {
    "2026-11-22".parse().expect("a date")
}
