//! Opens the store for a command, and remembers what the command does with it: for the one who vouches for its commits,
//! and for what is noted of a refusal.
#![expect(
    clippy::disallowed_methods,
    reason = "part of the one place that reads the environment"
)]

use std::cell::Cell;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::witness;
use crate::store::{Access, JudgedBy, Store, Tip};

/// What a command has done so far.
#[derive(Default)]
pub(super) struct Touched {
    /// It opened the store in order to write.
    would_write: Cell<bool>,
    /// The configuration that it judges by.
    judged_by: Arc<Mutex<Option<JudgedBy>>>,
}

impl Context {
    /// Opens the store; in order to write only for somebody whose name can stand in its trail.
    ///
    /// # Errors
    /// When there is none, or it cannot be used; with the way out.
    pub fn open(&self, access: Access) -> Result<Store, Failure> {
        let mut store = self.opened(access)?;
        if access == Access::Write {
            let is_first = !self.touched.would_write.replace(true);
            witness::attend(&mut store, self, is_first);
        }
        Ok(store)
    }

    /// Opens the store in order to write that its trail was accepted as it stood.
    ///
    /// # Errors
    /// As [`Context::open`].
    pub fn open_to_accept(&self, stood: Tip) -> Result<Store, Failure> {
        let mut store = self.opened(Access::Write)?;
        self.touched.would_write.set(true);
        witness::accept(&mut store, self, stood);
        Ok(store)
    }

    fn opened(&self, access: Access) -> Result<Store, Failure> {
        let wait = lock_wait()?;
        if access == Access::Write {
            self.actor()?;
        }
        let mut store = Store::open(&self.store_path()?, access)?;
        if let Some(wait) = wait {
            store.set_wait(wait);
        }
        Ok(store)
    }

    /// Whether this command opened the store in order to write.
    pub fn would_write(&self) -> bool {
        self.touched.would_write.get()
    }

    /// Remembers which configuration this command judges by, as it was read.
    pub fn judges_by(&self, judged: JudgedBy) {
        if let Ok(mut judged_by) = self.touched.judged_by.lock() {
            *judged_by = Some(judged);
        }
    }

    /// The configuration that this command judges by, whenever it comes to that.
    pub fn judged_by(&self) -> Arc<Mutex<Option<JudgedBy>>> {
        Arc::clone(&self.touched.judged_by)
    }
}

/// How long a write waits for another, where `KEYROLL_LOCK_WAIT` says so, in whole seconds.
fn lock_wait() -> Result<Option<Duration>, Failure> {
    let Some(text) = std::env::var_os("KEYROLL_LOCK_WAIT").filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let seconds = text.to_str().and_then(|text| text.parse::<u32>().ok());
    let wait = seconds.map(|seconds| Duration::from_secs(seconds.into()));
    wait.map(Some).ok_or_else(|| {
        Failure::usage("KEYROLL_LOCK_WAIT is not a whole number of seconds")
            .hint("for example KEYROLL_LOCK_WAIT=5; 0 does not wait")
    })
}
