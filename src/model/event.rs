//! Audit events: one for each change to a record, chained by hash. The encoding is in `audit`.

use crate::model::date::Timestamp;
use crate::model::text::shape::masked;
use crate::model::text::{Text, is_unsafe};

/// The longest name of an automation, in characters.
const LONGEST: usize = 100;

/// Who does something, from where, by which command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// The OS user, behind what `KEYROLL_ACTOR` says.
    pub name: Text,
    pub host: Text,
    /// The command as typed, without values that could be secret.
    pub command: Text,
    pub reason: Option<Text>,
    pub at: Timestamp,
}

impl Actor {
    /// What an automation called itself, where one did.
    pub fn said(&self) -> Option<&str> {
        parts(self.name.as_str()).0
    }

    /// Their name at the operating system.
    pub fn user(&self) -> &str {
        parts(self.name.as_str()).1
    }
}

/// Why an automation cannot be called that.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadName {
    #[error("it is blank, or begins or ends with a blank")]
    Blank,
    #[error("it is longer than {LONGEST} characters")]
    Long,
    /// Parentheses stand around the OS user: with one in it, it could look like another's.
    #[error("it holds the character `{0}`")]
    Character(String),
    #[error("it has the look of a secret, and the trail keeps it for ever")]
    Secret,
}

/// That an automation may be called that: on one line, as nobody else.
///
/// # Errors
/// When it may not: why.
pub fn check_said(name: &str) -> Result<(), BadName> {
    if name.trim() != name || name.is_empty() {
        return Err(BadName::Blank);
    }
    if name.chars().count() > LONGEST {
        return Err(BadName::Long);
    }
    let mut odd = name.chars().filter(|c| is_unsafe(*c) || "()".contains(*c));
    if let Some(c) = odd.next() {
        let shown = match is_unsafe(c) {
            true => c.escape_unicode().collect(),
            false => c.to_string(),
        };
        return Err(BadName::Character(shown));
    }
    match masked(name) == name {
        true => Ok(()),
        false => Err(BadName::Secret),
    }
}

/// An actor's name as `import-job (anna)`: what `KEYROLL_ACTOR` said, and the OS user.
pub fn parts(actor: &str) -> (Option<&str>, &str) {
    let parts = actor
        .strip_suffix(')')
        .and_then(|rest| rest.rsplit_once(" ("));
    parts.map_or((None, actor), |(said, user)| (Some(said), user))
}

/// SHA-256.
pub type Digest = [u8; 32];

/// One row of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Of the encoding.
    pub format: u32,
    /// From 1, without gaps.
    pub sequence: u64,
    pub actor: Actor,
    /// The record's id as text; `store` for the store itself.
    pub record: String,
    /// `create`, `update`, `remove`; `init` for the store's first.
    pub action: String,
    /// The fields that changed, as JSON, without secrets.
    pub change: String,
    /// Of the record's id and body after the change; none where it is gone.
    pub after: Option<Digest>,
    /// The hash of the event before; zeros for the first.
    pub previous: Digest,
    /// Of all of the above.
    pub hash: Digest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_automation_is_called_by_a_plain_name_and_is_taken_for_nobody_else() {
        for name in [
            "sync-bot",
            "nightly import",
            "GitHub Actions: roll#42",
            "ci/keyroll",
        ] {
            assert_eq!(check_said(name), Ok(()), "{name}");
        }
        for name in ["", "   ", " bot", "bot\n", "\u{a0}"] {
            assert_eq!(check_said(name), Err(BadName::Blank), "{name:?}");
        }
        for name in [
            "root (root)",
            "root)",
            "a\nb",
            "a\u{1b}[31mb",
            "a\u{202e}b",
            "a\u{200b}b",
        ] {
            let refused = check_said(name);
            assert!(matches!(refused, Err(BadName::Character(_))), "{name:?}");
        }
        assert_eq!(check_said(&"a b ".repeat(25)[..99]), Ok(()));
        assert_eq!(check_said(&"ab ".repeat(34)[..101]), Err(BadName::Long));
        let token = "ghp_abcdefghijklmnopqrstuvwxyz0123456789";
        assert_eq!(check_said(token), Err(BadName::Secret));
    }

    #[test]
    fn an_actor_is_taken_apart_at_the_os_user() {
        assert_eq!(parts("anna"), (None, "anna"));
        assert_eq!(parts("sync-bot (anna)"), (Some("sync-bot"), "anna"));
        assert_eq!(parts("x (y) (anna)"), (Some("x (y)"), "anna"));
        assert_eq!(parts("anna) (svc"), (None, "anna) (svc"));
    }
}
