//! keyroll keeps the roll of every service account between maintenance systems and the platforms that join them.
//!
//! The rooms stand on floors. A room imports only rooms of lower floors, never sideways; `tests/architecture.rs`
//! holds this.

// Floor 1: plain values.
pub mod model;

// Floor 2: pure: values in, values out.
pub mod access;
pub mod audit;
pub mod catalog;
pub mod lifecycle;
pub mod secret;

// Floor 3: forms and judges.
pub mod diagnosis;
pub mod discovery;
pub mod manifest;
pub mod program;
pub mod reconcile;
pub mod report;
pub mod rules;
pub mod spreadsheet;
pub mod store;
pub mod wire;

// Floor 4: where secrets live, what else lies outside, and what is handed over.
pub mod dossier;
pub mod git;
pub mod provider;
pub mod secrets;

// Floor 5: the only doers.
pub mod operations;

// Floor 6: the terminal.
pub mod cli;
