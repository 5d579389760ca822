//! `keyroll revoke` against a provider that keeps its word, lies, lags and fails: nothing is called revoked that was not
//! seen refused.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

#[path = "../binary/mod.rs"]
mod binary;
mod closed;
mod control;
mod crash;
mod drill;
mod emergency;
mod graded;
mod lag;
mod planned;
mod provider;
