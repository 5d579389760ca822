//! The access engine as a library: the story of the RBAC page, and what an account needs beside its permissions.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "access/agreement.rs"]
mod agreement;
#[path = "access/assertions.rs"]
mod assertions;
#[path = "access/batch.rs"]
mod batch;
#[path = "access/concerning.rs"]
mod concerning;
#[path = "access/doubt.rs"]
mod doubt;
#[path = "access/engine.rs"]
mod engine;
#[path = "access/lists.rs"]
mod lists;
#[path = "access/minimise.rs"]
mod minimise;
#[path = "access/story.rs"]
mod story;
#[path = "access/world.rs"]
mod world;
