//! The exit status and the way out for each way in which a secret can fail.

use crate::cli::failure::Status;
use crate::lifecycle::versions::NoVersion;
use crate::model::operation::Work;
use crate::operations::secrets::Refusal;
use crate::secret::BadValue;
use crate::secrets::SecretError;

/// The ways to an identity on a host without a keyring.
const HEADLESS: &str = "give a file with --identity FILE or KEYROLL_IDENTITY_FILE, or the credential `keyroll-identity` \
    of a systemd service (LoadCredential)";

pub(super) fn of_secret(error: &SecretError) -> (Status, String) {
    let (status, hint) = match error {
        SecretError::NoKeyring { .. } => (Status::Failed, HEADLESS),
        SecretError::KeyringSilent { .. } | SecretError::KeyringLocked => {
            return (
                Status::Failed,
                format!("unlock it and try again, or {HEADLESS}"),
            );
        }
        SecretError::KeyringItem { .. } => {
            return (
                Status::Failed,
                format!(
                    "nothing new is made in its place: `keyroll identity import FILE` puts the identity there; or {HEADLESS}"
                ),
            );
        }
        SecretError::Keyring { .. } => (
            Status::Failed,
            "nothing was changed; `keyroll doctor` shows what is at hand",
        ),
        SecretError::NotBuilt => {
            return (
                Status::Failed,
                format!("use a keyroll built with the feature `os-keyring`, or {HEADLESS}"),
            );
        }
        SecretError::NoIdentity => (Status::Failed, HEADLESS),
        SecretError::IdentityRefused { .. } => {
            (Status::Failed, "make it yours alone: chmod 600 FILE")
        }
        SecretError::BadIdentity { .. } => (
            Status::Failed,
            "an identity is a line AGE-SECRET-KEY-1..., as `age-keygen` writes it, or such a file under a passphrase",
        ),
        SecretError::BadAuditKey { .. } => (
            Status::Failed,
            "an audit key is a line PRIVATE+KEY+NAME+HASH+KEY, as `keyroll audit key new` writes it",
        ),
        SecretError::NoAuditKey => (
            Status::Failed,
            "`keyroll audit key new --file` makes one that is found; --audit-key FILE or KEYROLL_AUDIT_KEY names one that lies elsewhere",
        ),
        SecretError::Passphrase => (Status::Error, "nothing was opened; try again"),
        SecretError::WrongIdentity { .. } => (
            Status::Error,
            "`keyroll secret recipients list` shows whose keys do; `keyroll doctor` shows where an identity is looked for",
        ),
        SecretError::NotSetUp => (Status::Failed, "`keyroll init` makes its identity"),
        SecretError::RecipientsChanged => (
            Status::Integrity,
            "nothing was sealed; `keyroll audit verify` and `keyroll audit log` show what happened; restore a backup",
        ),
        SecretError::KeyChanged => (
            Status::Integrity,
            "nothing was sealed; ask who changed the recipients, then `keyroll secret recipients trust` shows and accepts them",
        ),
        SecretError::BadRecipient(_) => (
            Status::Usage,
            "a public key is a word age1..., as `age-keygen -y` prints it",
        ),
        SecretError::NoSsh => (
            Status::Usage,
            "an age key is better: SSH keys bring a crate with a known weakness (RUSTSEC-2023-0071)",
        ),
        SecretError::LockedOut => (
            Status::Error,
            "nothing was changed; do it with the identity of somebody who stays a recipient",
        ),
        SecretError::Damaged { .. } | SecretError::Misplaced { .. } => (
            Status::Integrity,
            "nothing was changed; `keyroll audit verify` and `keyroll secret verify` list all such; restore a backup",
        ),
        SecretError::Changed { .. } => (
            Status::Error,
            "nothing was handed out; if the new one is right: `keyroll secret set ACCOUNT --existing --new`",
        ),
        SecretError::Unvouched { .. } => (
            Status::Error,
            "nothing was handed out; `keyroll secret set ACCOUNT --existing` looks at it and records it anew",
        ),
        SecretError::ReadOnly { .. } => (
            Status::Error,
            "put it there yourself, then record it with `keyroll secret set ACCOUNT --existing`",
        ),
        SecretError::Place { .. } => (Status::Failed, "nothing was recorded"),
        SecretError::Io { .. } => (Status::Failed, "nothing was changed"),
    };
    (status, hint.to_owned())
}

/// Whether an identity at hand did not open what it should.
pub(super) fn is_of_identity(error: &SecretError) -> bool {
    matches!(
        error,
        SecretError::WrongIdentity { .. }
            | SecretError::Passphrase
            | SecretError::BadIdentity { .. }
            | SecretError::IdentityRefused { .. }
    )
}

pub(super) fn of_refusal(refusal: &Refusal) -> (Status, &'static str) {
    match refusal {
        Refusal::NoAccount(_) => (Status::Usage, "`keyroll account list` shows what there is"),
        Refusal::NoCredential(_) => (
            Status::Error,
            "say where its secret lives: `keyroll credential add ACCOUNT`",
        ),
        Refusal::Retired(_) => (
            Status::Error,
            "a retired account gets no secrets and gives none; nothing was stored or handed out",
        ),
        Refusal::Suspended(_) => (
            Status::Error,
            "`keyroll account resume ACCOUNT` lets it work again; nothing was handed out",
        ),
        Refusal::NoVersion { .. } => (
            Status::Usage,
            "`keyroll credential show ACCOUNT` lists its versions",
        ),
        Refusal::NoSecret(_) => (Status::Error, "store it: `keyroll secret set ACCOUNT`"),
        Refusal::Open {
            what: Work::Rotate, ..
        } => (
            Status::Error,
            "`keyroll rotate ACCOUNT --resume` goes on with it; nothing was changed",
        ),
        Refusal::Open {
            what: Work::Revoke | Work::Emergency | Work::Drill,
            ..
        } => (
            Status::Error,
            "`keyroll revoke ACCOUNT --resume` goes on with it, --abort gives it up; nothing was changed",
        ),
        Refusal::InFlight { .. } => (
            Status::Error,
            "let it end, and say this again; if nothing is at work on it any more, `keyroll rotate ACCOUNT --resume` finds out what it made, \
             after an emergency `keyroll revoke ACCOUNT --resume`; nothing was changed",
        ),
        Refusal::NotCurrent { .. } => (
            Status::Error,
            "`keyroll credential show ACCOUNT` shows them; --version names one; a possibly live one is proven by `keyroll revoke ACCOUNT --resume`",
        ),
        Refusal::Revoked { .. } => (Status::Error, "a revoked secret is not handed out"),
        Refusal::SecretAsId(_) => (
            Status::Error,
            "an id is what the provider calls the key, not the key; rotate it: it was typed in the open; nothing was recorded",
        ),
        Refusal::NoRecipient(_) => (
            Status::Usage,
            "`keyroll secret recipients list` shows who there is",
        ),
        Refusal::Recipient(_) => (Status::Error, "choose another name; nothing was changed"),
        Refusal::SameKey { .. } => (Status::Error, "one key is enough; nothing was changed"),
        Refusal::Begun => (
            Status::Error,
            "`keyroll secret rotate-key` replaces its identity",
        ),
        Refusal::Unapproved(_) => (
            Status::Error,
            "approve it, `secret-stores` of `[organisation]` in keyroll.toml or else the inventory, or use one that is; nothing was stored",
        ),
        Refusal::OneValue { .. } => (
            Status::Error,
            "name a place that holds one for each version: vault:PATH, command:NAME, age; nothing was changed",
        ),
        Refusal::InPlace(_) => (Status::Error, "there is nothing to move"),
    }
}

pub(super) fn of_no_version(error: &NoVersion) -> (Status, &'static str) {
    match error {
        NoVersion::Pending { .. } => (
            Status::Error,
            "make it current first: `keyroll credential promote ACCOUNT`; nothing was stored",
        ),
        NoVersion::NonePending { .. } => (
            Status::Error,
            "`keyroll secret set ACCOUNT --pending` stores one",
        ),
        NoVersion::NotPending { .. } => (
            Status::Error,
            "`keyroll credential show ACCOUNT` shows what became of it; nothing was changed",
        ),
        NoVersion::Future { .. }
        | NoVersion::EndsBeforeIssue { .. }
        | NoVersion::BeforeCurrent { .. } => (
            Status::Usage,
            "correct --issued or --expires; nothing was stored",
        ),
    }
}

pub(super) fn of_value(error: &BadValue) -> (Status, &'static str) {
    let hint = match error {
        BadValue::Empty(_) | BadValue::Missing(_) | BadValue::Unknown(_) | BadValue::Large => {
            "`keyroll credential show ACCOUNT` lists the fields; nothing was stored"
        }
        BadValue::Several(_) => {
            "say which one: `secret get` takes --field FIELD or --format json, `run` NAME=FIELD"
        }
        BadValue::Zero => "use --stdin or --fd",
        BadValue::NotText(_) => "take its bytes with --field FIELD",
    };
    (Status::Usage, hint)
}
