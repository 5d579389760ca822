//! Real servers on loopback, started and stopped by the tests: PostgreSQL, PocketBase, an OAuth2 server. Each has a port
//! and a folder of its own, and ends with the test, however that ends. Shared by tests, holds none.
#![allow(dead_code)]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

pub mod http;
pub mod oidc;
pub mod pocketbase;
pub mod postgresql;
pub mod process;
pub mod roll;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// A file or folder of the project.
pub fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Asks until the answer is there; what is waited for is named where it never is.
#[allow(
    clippy::disallowed_methods,
    reason = "a server that never answers fails the test"
)]
pub fn until<T>(awaited: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "in vain waited for: {awaited}");
    }
}
