//! `keyroll diagnose`: each cause of the guide in each standing that it can have, and the look at a server.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "diagnosis/agent.rs"]
mod agent;
#[path = "diagnosis/audit.rs"]
mod audit;
#[path = "diagnosis/authentication.rs"]
mod authentication;
mod binary;
#[path = "diagnosis/causes.rs"]
mod causes;
mod holding;
#[path = "diagnosis/look.rs"]
mod look;
#[path = "diagnosis/production.rs"]
mod production;
#[path = "diagnosis/write.rs"]
mod write;
