//! The inventory as TOML: what is written reads back, what is wrong is told, and nothing hostile gets through.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

#[path = "manifest/bad.rs"]
mod bad;
#[path = "manifest/example.rs"]
mod example;
#[path = "manifest/generate.rs"]
mod generate;
#[path = "manifest/mend.rs"]
mod mend;
#[path = "manifest/properties.rs"]
mod properties;
