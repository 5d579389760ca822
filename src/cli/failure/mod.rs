//! How a command ends badly: what happened, the causes below it, what to do next, and the exit status.

mod secret;

use std::fmt;

use crate::lifecycle::versions::NoVersion;
use crate::operations::secrets::Refusal;
use crate::secret::BadValue;
use crate::secrets::SecretError;
use crate::store::StoreError;

/// The exit status of the whole program. Of several, the graver counts: see [`Status::and`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Status {
    Clean = 0,
    /// The tool itself failed.
    Failed = 1,
    Usage = 2,
    /// Warnings, or something is due.
    Warning = 3,
    /// Errors, overdue, denied, refused.
    Error = 4,
    /// A secret possibly still live, or integrity broken.
    Integrity = 5,
}

impl Status {
    /// The graver of two: 5 > 2 > 1 > 4 > 3 > 0, so that a failure of the tool is never masked.
    pub fn and(self, other: Status) -> Status {
        if self.gravity() >= other.gravity() {
            self
        } else {
            other
        }
    }

    fn gravity(self) -> u8 {
        match self {
            Status::Clean => 0,
            Status::Warning => 1,
            Status::Error => 2,
            Status::Failed => 3,
            Status::Usage => 4,
            Status::Integrity => 5,
        }
    }
}

/// A command that could not do what it was asked.
#[derive(Debug)]
pub struct Failure {
    pub status: Status,
    error: anyhow::Error,
    hint: Option<String>,
    /// The one who asked for it answered no.
    is_declined: bool,
}

pub type Outcome = Result<Status, Failure>;

impl Failure {
    /// The tool failed.
    pub fn new(message: impl fmt::Display) -> Failure {
        Failure::of(Status::Failed, message)
    }

    /// The words of the command line are off.
    pub fn usage(message: impl fmt::Display) -> Failure {
        Failure::of(Status::Usage, message)
    }

    /// What was asked for is refused: nothing was changed.
    pub fn refused(message: impl fmt::Display) -> Failure {
        Failure::of(Status::Error, message)
    }

    /// The one who asked for it answered no: nothing was changed.
    pub fn declined() -> Failure {
        Failure {
            is_declined: true,
            ..Failure::refused("stopped; nothing was changed")
        }
    }

    /// Of which kind a refusal is, in a word for the audit trail; none where it is no refusal.
    pub fn refusal(&self) -> Option<&'static str> {
        let error = self.error.downcast_ref::<SecretError>();
        if error.is_some_and(secret::is_of_identity) {
            return Some("identity");
        }
        let is_refused = self.status == Status::Error && !self.is_declined;
        is_refused.then_some("refused")
    }

    /// Whether somebody else changed meanwhile what was to be changed.
    pub fn is_conflict(&self) -> bool {
        let error = self.error.downcast_ref::<StoreError>();
        matches!(error, Some(StoreError::Conflict { .. }))
    }

    fn of(status: Status, message: impl fmt::Display) -> Failure {
        Failure {
            status,
            error: anyhow::anyhow!("{message}"),
            hint: None,
            is_declined: false,
        }
    }

    /// The same with another status.
    pub fn with(mut self, status: Status) -> Failure {
        self.status = status;
        self
    }

    pub fn hint(mut self, hint: impl fmt::Display) -> Failure {
        self.hint = Some(hint.to_string());
        self
    }

    /// The same with a way out, where it has none of its own.
    pub fn or_hint(mut self, hint: &str) -> Failure {
        self.hint.get_or_insert_with(|| hint.to_owned());
        self
    }

    /// The same once more, for what fails in the same way again.
    pub fn again(&self) -> Failure {
        Failure {
            status: self.status,
            error: anyhow::anyhow!("{}", self.causes()),
            hint: self.hint.clone(),
            is_declined: self.is_declined,
        }
    }

    /// The way out, where there is one.
    pub fn advice(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// The message and its causes on one line.
    pub fn causes(&self) -> String {
        format!("{:#}", self.error)
    }

    /// The message, its causes and the way out, as lines for stderr.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("error: {}", self.error)];
        lines.extend(
            self.error
                .chain()
                .skip(1)
                .map(|cause| format!("  caused by: {cause}")),
        );
        let hint = self.hint.as_deref().or_else(|| self.usual());
        lines.extend(hint.map(|hint| format!("hint: {hint}")));
        lines
    }

    /// The way out of a failure that has none of its own; none is needed where somebody said no.
    fn usual(&self) -> Option<&'static str> {
        let hint = match self.status {
            Status::Usage => "--help behind the command shows its form, with examples",
            Status::Integrity => "`keyroll audit verify` tells more",
            Status::Clean | Status::Failed | Status::Warning | Status::Error => {
                "`keyroll doctor` shows which store, identity and configuration are used; docs/troubleshooting.md has the messages"
            }
        };
        (!self.is_declined).then_some(hint)
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Failure {
        let (status, hint) = known(&error).unwrap_or((Status::Failed, None));
        Failure {
            status,
            error,
            hint,
            is_declined: false,
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Failure {
        anyhow::Error::from(error).into()
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Failure {
        anyhow::Error::from(error).into()
    }
}

/// The exit status and the way out of an error that has its own.
fn known(error: &anyhow::Error) -> Option<(Status, Option<String>)> {
    let owned = |(status, hint): (Status, &str)| (status, Some(hint.to_owned()));
    if let Some(error) = error.downcast_ref::<StoreError>() {
        return Some(advice(error));
    }
    if let Some(error) = error.downcast_ref::<SecretError>() {
        let (status, hint) = secret::of_secret(error);
        return Some((status, Some(hint)));
    }
    let refusal = error.downcast_ref::<Refusal>().map(secret::of_refusal);
    let version = error.downcast_ref::<NoVersion>().map(secret::of_no_version);
    let value = error.downcast_ref::<BadValue>().map(secret::of_value);
    refusal.or(version).or(value).map(owned)
}

/// The exit status and the way out for each way in which the store can fail.
fn advice(error: &StoreError) -> (Status, Option<String>) {
    let (status, hint) = match error {
        StoreError::NotFound { .. } => (
            Status::Failed,
            "`keyroll init` creates one; --store FILE names another",
        ),
        StoreError::Exists { .. } => (
            Status::Error,
            "it is used as it is: there is nothing to create",
        ),
        StoreError::Foreign { .. } => (
            Status::Failed,
            "name the store with --store FILE; this file was not touched",
        ),
        StoreError::Newer { .. } => (
            Status::Failed,
            "use the keyroll that wrote it, or a newer one; nothing was changed",
        ),
        StoreError::Older { .. } => (
            Status::Failed,
            "any command that writes brings it up to date, after a copy beside it",
        ),
        StoreError::Damaged { .. } => (
            Status::Integrity,
            "keep the file as evidence, and restore a backup",
        ),
        StoreError::Tampered { .. } => (
            Status::Integrity,
            "nothing was changed; `keyroll audit verify` lists all such records; restore a backup",
        ),
        StoreError::Cut { .. } => (
            Status::Integrity,
            "nothing was changed; `keyroll audit verify` tells more; restore a backup",
        ),
        StoreError::ReadOnly { .. } => (Status::Failed, "nothing was changed"),
        StoreError::Locked { .. } => (Status::Failed, "try again; nothing was changed"),
        StoreError::Conflict { .. } => (
            Status::Failed,
            "look at it again and repeat the command; nothing was changed",
        ),
        StoreError::Dangling { .. } => (Status::Error, "nothing was changed"),
        StoreError::Unfit { .. } => (Status::Error, "nothing was changed"),
        StoreError::Permissions { .. } => (
            Status::Failed,
            "make it yours alone: chmod 600 the file, 700 its folder",
        ),
        StoreError::Replaced { .. } => (Status::Failed, "nothing was changed"),
        StoreError::Full => (Status::Failed, "make room; nothing was changed"),
        StoreError::Io { .. } | StoreError::Engine { .. } => (
            Status::Failed,
            "look at the disk and the store's folder; what was not reported as recorded was not changed",
        ),
    };
    (status, Some(hint.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_has_a_way_out_but_a_no() {
        let bare = [
            Failure::new("x"),
            Failure::usage("x"),
            Failure::refused("x"),
            Failure::new("x").with(Status::Integrity),
            Failure::from(anyhow::anyhow!("x").context("y")),
        ];
        for failure in bare {
            let lines = failure.lines();
            let last = lines.last().map(String::as_str).unwrap_or_default();
            assert!(last.starts_with("hint: "), "{lines:?}");
        }
        let own = Failure::new("x").hint("do it so").lines();
        assert_eq!(own, ["error: x", "hint: do it so"]);
        assert_eq!(Failure::declined().lines().len(), 1);
    }
}
