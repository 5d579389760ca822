//! Audit events: one for each change to a record, chained by hash. The encoding is in `audit`.

use crate::model::date::Timestamp;
use crate::model::text::Text;

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
