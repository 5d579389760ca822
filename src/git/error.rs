//! Why a revision could not be read.

/// Git, or what it said, was of no use.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("`git` is not installed, or not on the PATH")]
    NotInstalled,
    #[error("`git` does not start")]
    NotStarted(#[source] std::io::Error),
    #[error("`git` did not answer in {0} seconds, and was stopped")]
    TimedOut(u64),
    #[error("`git` listed more than {0} MiB of names")]
    TooMuch(usize),
    #[error("there are more than {0} symbolic links")]
    ManyLinks(usize),
    #[error("`git` cannot be read")]
    Unread(#[source] std::io::Error),
    /// With its first line, cleaned.
    #[error("`git {doing}` failed: {why}")]
    Failed { doing: &'static str, why: String },
    #[error("`git` answered what was not asked")]
    Confused,
    #[error("there is no revision `{0}`")]
    NoRevision(String),
    #[error("`{0}` is not a revision")]
    BadRevision(String),
    #[error("there is no `{path}` at `{revision}`")]
    NoPath { revision: String, path: String },
    #[error("`{0}` is not a path in the repository")]
    BadPath(String),
}
