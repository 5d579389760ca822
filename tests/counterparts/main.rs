//! What the real servers do: measured with plain requests, before keyroll asks them. The probes of `examples/providers`
//! are made of what is seen here; a new release that behaves otherwise fails here first.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../binary/mod.rs"]
mod binary;
#[path = "mod.rs"]
mod counterparts;

mod on_oidc;
mod on_pocketbase;
mod on_postgresql;
mod stopping;
