//! `keyroll rotate` against a provider of keys: in every order, with every way in which it can go wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]
#![allow(
    clippy::field_reassign_with_default,
    reason = "what a test changes of an inventory stands in lines of its own"
)]

mod beside;
#[path = "../binary/mod.rs"]
mod binary;
mod doubt;
mod due;
mod emergency;
mod engine;
#[path = "../canary/finder.rs"]
mod finder;
mod hands;
mod hold;
mod kept;
mod late;
mod lockout;
mod misled;
mod orders;
mod parts;
mod provider;
mod refused;
mod secrecy;
mod server;
#[path = "../canary/trace.rs"]
#[allow(
    dead_code,
    reason = "shared with the canary test, which asks more of it"
)]
mod trace;
mod unseen;
mod words;
mod world;
