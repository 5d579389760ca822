//! Floor 1: plain values, one file a noun. No I/O, no clock, no secret bytes.

pub mod text;

pub mod access;
pub mod account;
pub mod approval;
pub mod assertion;
pub mod baseline;
pub mod boundary;
pub mod change;
pub mod command;
pub mod consumer;
pub mod credential;
pub mod date;
pub mod entitlement;
pub mod event;
pub mod fact;
pub mod finding;
pub mod hook;
pub mod id;
pub mod inventory;
pub mod key;
pub mod operation;
pub mod organisation;
pub mod party;
pub mod placeholder;
pub mod policy;
pub mod probe;
pub mod procedure;
pub mod provider;
pub mod record;
pub mod references;
pub mod role;
pub mod rotation;
pub mod sealed;
mod shared;
pub mod sound;
pub mod texts;
