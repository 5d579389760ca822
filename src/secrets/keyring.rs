//! The OS keyring: Secret Service on Linux, Keychain on macOS, Credential Manager on Windows. It may hang for ever
//! (locked with a prompt that nobody answers, a daemon that stopped), so each call has a limit. Never makes a secret:
//! that an item is not there may just as well mean that the keyring is not ready.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use crate::model::sealed::{Held, Sealed};
use crate::secret::{Envelope, Secret, Value};
use crate::secrets::{Place, Put, SecretError, Slot};

/// The keyring of the user that keyroll runs as.
#[derive(Clone, Copy)]
pub struct Keyring {
    /// How long a call may take: 3 s, or 60 s where somebody sits at a terminal who may unlock it.
    patience: Duration,
}

/// The name of the item that holds the age identity of a store.
pub fn identity_item(store: &str) -> String {
    format!("{store}/identity")
}

/// The name of the item that holds one version of a credential. An account's name has no slash in it.
fn version_item(envelope: &Envelope<'_>) -> String {
    format!(
        "{}/{}/{}",
        envelope.store, envelope.account, envelope.version
    )
}

impl Keyring {
    pub fn new(patience: Duration) -> Keyring {
        Keyring { patience }
    }

    /// Whether there is one, without asking it for anything that could prompt.
    ///
    /// # Errors
    /// When there is none, or it does not answer.
    pub fn available(&self) -> Result<(), SecretError> {
        self.ask(os::ready)
    }

    /// What an item holds; none where there is no such item.
    ///
    /// # Errors
    /// When that is not known: no keyring, locked, silent.
    pub fn read(&self, item: &str) -> Result<Option<Secret>, SecretError> {
        let item = item.to_owned();
        self.ask(move || os::read(&item))
    }

    /// Makes an item or replaces what it holds, and reads it back.
    ///
    /// # Errors
    /// When it is not known to be there; after [`SecretError::KeyringSilent`] it may still get there.
    pub fn write(&self, item: &str, secret: &Secret) -> Result<(), SecretError> {
        let item = item.to_owned();
        let secret = Secret::new(secret.expose().to_vec());
        self.ask(move || {
            os::write(&item, &secret)?;
            match os::read(&item)? {
                Some(back) if back.expose() == secret.expose() => Ok(()),
                Some(_) | None => Err(SecretError::Keyring {
                    why: format!("`{item}` does not hold what was put there"),
                }),
            }
        })
    }

    /// Takes an item out; one that is gone already is no error.
    ///
    /// # Errors
    /// When it may still be there.
    pub fn remove(&self, item: &str) -> Result<(), SecretError> {
        let item = item.to_owned();
        self.ask(move || os::remove(&item))
    }

    /// Asks on a thread of its own, which is left behind when the keyring does not answer in time: nothing can end it.
    fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let (tell, hear) = channel();
        // Nobody may be listening any more; then the answer is dropped.
        let asking = move || tell.send(question()).unwrap_or_default();
        let started = thread::Builder::new().name("keyring".into()).spawn(asking);
        started.map_err(|source| SecretError::Io {
            doing: "no thread could be started for the OS keyring".to_owned(),
            source,
        })?;
        match hear.recv_timeout(self.patience) {
            Ok(answer) => answer,
            Err(RecvTimeoutError::Timeout) => Err(SecretError::KeyringSilent {
                seconds: self.patience.as_secs(),
            }),
            Err(RecvTimeoutError::Disconnected) => Err(SecretError::Keyring {
                why: "the library that speaks to it broke off".to_owned(),
            }),
        }
    }
}

impl Place for Keyring {
    fn put(&self, slot: &Slot<'_>, value: &Value) -> Result<Put, SecretError> {
        self.write(&version_item(&slot.envelope), &slot.envelope.wrap(value))?;
        Ok(Put::default())
    }

    fn get(&self, slot: &Slot<'_>, _: &Held, _: Option<&Sealed>) -> Result<Value, SecretError> {
        let item = version_item(&slot.envelope);
        let Some(inside) = self.read(&item)? else {
            return Err(SecretError::KeyringItem {
                item: format!("`{item}`"),
            });
        };
        let misplaced = |why| SecretError::Misplaced { record: item, why };
        slot.envelope.unwrap(&inside).map_err(misplaced)
    }

    fn remove(&self, slot: &Slot<'_>, _: &Held) -> Result<(), SecretError> {
        Keyring::remove(self, &version_item(&slot.envelope))
    }
}

/// The keyring itself. Every call may block for ever.
#[cfg(feature = "os-keyring")]
mod os {
    use std::collections::HashMap;

    use keyring_core::{Entry, Error};

    use crate::model::text::is_unsafe;
    use crate::secret::Secret;
    use crate::secrets::SecretError;

    /// The service that our items stand under; with the name of the item it makes the entry.
    const SERVICE: &str = "keyroll";

    // The types of the platforms' errors are not ours to name, and their summary is the same for being locked and for
    // other things, so their words have to tell.

    /// How the Secret Service's library says that there is no default collection to put an item into.
    const NO_COLLECTION: &str = "SS error: result not returned from SS API";

    /// Locked: found so by that library; nobody unlocked it when asked to; locked while we spoke; and on macOS
    /// `errSecInteractionNotAllowed`, where nobody can be asked.
    const LOCKED: [&str; 4] = [
        "SS Error: object locked",
        "SS error: prompt dismissed",
        "org.freedesktop.Secret.Error.IsLocked",
        "Error { code: -25308",
    ];

    /// Connects, once per process. An entry alone would say "no default store" whatever the reason; this knows it.
    pub fn ready() -> Result<(), SecretError> {
        match keyring::Entry::store_status() {
            Ok(()) => Ok(()),
            Err(Error::PlatformFailure(why) | Error::NoStorageAccess(why)) => {
                Err(SecretError::NoKeyring { why: shown(why) })
            }
            Err(other) => Err(SecretError::NoKeyring { why: shown(other) }),
        }
    }

    pub fn read(item: &str) -> Result<Option<Secret>, SecretError> {
        match entry(item)?.get_secret() {
            Ok(bytes) => Ok(Some(Secret::new(bytes))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }

    pub fn write(item: &str, secret: &Secret) -> Result<(), SecretError> {
        let written = entry(item)?.set_secret(secret.expose());
        written.map_err(|error| refused(&error))
    }

    pub fn remove(item: &str) -> Result<(), SecretError> {
        match entry(item)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(refused(&error)),
        }
    }

    fn entry(item: &str) -> Result<Entry, SecretError> {
        ready()?;
        let label = format!("{SERVICE}: {item}");
        let labelled = HashMap::from([("label", label.as_str())]);
        // Only the Secret Service knows labels; the other stores refuse what they do not know.
        Entry::new_with_modifiers(SERVICE, item, &labelled)
            .or_else(|_| Entry::new(SERVICE, item))
            .map_err(|error| refused(&error))
    }

    /// The keyring's own words for what went wrong, but never what an item holds.
    fn refused(error: &Error) -> SecretError {
        let why = match error {
            Error::PlatformFailure(why) | Error::NoStorageAccess(why) => {
                let words = why.to_string();
                // macOS shows its code in no other form.
                let code = format!("{why:?}");
                if LOCKED.iter().any(|w| words.contains(w) || code.contains(w)) {
                    return SecretError::KeyringLocked;
                }
                if words == NO_COLLECTION {
                    "it has no default collection to keep items in".to_owned()
                } else {
                    shown(words)
                }
            }
            Error::BadEncoding(_) | Error::BadDataFormat(..) => "the item is damaged".to_owned(),
            Error::Ambiguous(items) => format!("it holds {} items of that name", items.len()),
            Error::TooLong(_, most) => format!("it takes at most {most} bytes"),
            other => shown(other),
        };
        SecretError::Keyring { why }
    }

    /// Words of a daemon, safe to show.
    fn shown(words: impl ToString) -> String {
        let words = words.to_string();
        let safe = words.chars().filter(|c| !is_unsafe(*c)).take(200);
        safe.collect()
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn being_locked_is_told_from_other_refusals() {
            for words in LOCKED {
                let error = Error::PlatformFailure(format!("zbus error: {words}: it is").into());
                assert!(matches!(refused(&error), SecretError::KeyringLocked));
            }
            for (error, expected) in [
                (
                    Error::NoStorageAccess("no logon session".into()),
                    "the OS keyring refused: no logon session",
                ),
                (
                    Error::NoStorageAccess(NO_COLLECTION.into()),
                    "the OS keyring refused: it has no default collection to keep items in",
                ),
                (
                    Error::PlatformFailure("gone\u{1b}[2J\n".into()),
                    "the OS keyring refused: gone[2J",
                ),
                (
                    Error::BadEncoding(b"hunter2".to_vec()),
                    "the OS keyring refused: the item is damaged",
                ),
                (
                    Error::TooLong("secret".into(), 2560),
                    "the OS keyring refused: it takes at most 2560 bytes",
                ),
            ] {
                assert_eq!(refused(&error).to_string(), expected);
            }
        }
    }
}

/// Without the feature there is no keyring to speak to.
#[cfg(not(feature = "os-keyring"))]
mod os {
    use crate::secret::Secret;
    use crate::secrets::SecretError;

    pub fn ready() -> Result<(), SecretError> {
        Err(SecretError::NotBuilt)
    }

    pub fn read(_: &str) -> Result<Option<Secret>, SecretError> {
        Err(SecretError::NotBuilt)
    }

    pub fn write(_: &str, _: &Secret) -> Result<(), SecretError> {
        Err(SecretError::NotBuilt)
    }

    pub fn remove(_: &str) -> Result<(), SecretError> {
        Err(SecretError::NotBuilt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_is_never_answered_ends_with_the_patience() {
        let (_keep, never) = channel::<()>();
        let keyring = Keyring::new(Duration::from_millis(1));
        let error = keyring.ask(move || Ok(never.recv().is_ok())).err().unwrap();
        assert!(matches!(error, SecretError::KeyringSilent { seconds: 0 }));
    }

    #[cfg(not(feature = "os-keyring"))]
    #[test]
    fn a_build_without_the_keyring_says_so() {
        let keyring = Keyring::new(Duration::from_secs(3600));
        let error = keyring.read("s/identity").err().unwrap();
        assert!(matches!(error, SecretError::NotBuilt));
    }

    #[test]
    fn an_item_is_named_by_its_row_and_the_identity_by_its_store() {
        let account = "etl".parse().unwrap();
        let envelope = Envelope {
            store: "s",
            account: &account,
            version: 3,
            credential: crate::model::credential::CredentialKind::ApiKey,
        };
        assert_eq!(version_item(&envelope), "s/etl/3");
        assert_eq!(identity_item("s"), "s/identity");
    }
}
