//! Secrets: begun, stored, taken out, moved, sealed anew. Reads, decides, acts; the store is written by its one path.

mod begin;
mod carry;
mod check;
mod give;
mod id;
mod renewal;
mod reseal;
mod take;

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use anyhow::Result;

use crate::catalog::Policy;
use crate::lifecycle::versions::Versions;
use crate::model::account::Account;
use crate::model::change::Change;
use crate::model::credential::{Credential, SecretPlace, StoreClass, Version, VersionStage};
use crate::model::event::Actor;
use crate::model::id::AccountId;
use crate::model::key::{Only, VersionKey};
use crate::model::operation::Work;
use crate::model::record::{Kind, Record, RecordId};
use crate::model::sealed::{Held, Sealed, StoreKey};
use crate::secret::{Envelope, Value, names};
use crate::secrets::{Identity, Keys, Place, Places, Recipients, SecretError, Slot};
use crate::store::{Store, Turn};

pub use begin::begin;
pub use carry::Carried;
pub use check::Checked;
pub(in crate::operations) use give::Also;
pub use give::Stored;
use reseal::Outside;
pub use reseal::{Resealed, Watch};
pub use take::{Taken, Wanted};

/// What a command asked for that the roll cannot give.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("there is no account `{0}`")]
    NoAccount(String),
    #[error("`account/{0}` has no credential yet")]
    NoCredential(AccountId),
    #[error("`account/{0}` is retired")]
    Retired(AccountId),
    #[error("`account/{0}` is suspended")]
    Suspended(AccountId),
    #[error("`account/{account}` has no version {number}")]
    NoVersion { account: AccountId, number: u32 },
    #[error("no secret is stored for `account/{0}`")]
    NoSecret(AccountId),
    /// What it proves would be passed over.
    #[error("{what} {number} of `account/{account}` is open")]
    Open {
        account: AccountId,
        number: u32,
        what: Work,
    },
    /// The value that it gives could not be sealed.
    #[error("rotation {number} of `account/{account}` waits for a new value from its provider")]
    InFlight { account: AccountId, number: u32 },
    /// There are versions, and none of them is in use.
    #[error("no version of `account/{account}` is current: version {number} is {stage}")]
    NotCurrent {
        account: AccountId,
        number: u32,
        stage: VersionStage,
    },
    #[error("version {number} of `account/{account}` is revoked")]
    Revoked { account: AccountId, number: u32 },
    #[error("what was given as the id of a version of `account/{0}` is a secret, or holds one")]
    SecretAsId(AccountId),
    #[error("there is no recipient `{0}`")]
    NoRecipient(String),
    #[error("there is a recipient `{0}` already")]
    Recipient(String),
    #[error("the key of `{name}` is that of the recipient `{other}`")]
    SameKey { name: String, other: String },
    #[error("the store has secrets already")]
    Begun,
    #[error("the secret of `account/{0}` is there already")]
    InPlace(AccountId),
    #[error("the organisation has not approved {0} as a place for secrets")]
    Unapproved(SecretPlace),
    /// Another version has, or would have, the same entry.
    #[error("{place} holds one value at a time, and `account/{account}` has more")]
    OneValue {
        account: AccountId,
        place: SecretPlace,
    },
}

/// A store whose secrets are open.
pub struct Secrets<'s> {
    store: &'s mut Store,
    actor: Actor,
    keys: Keys,
    /// As it was when it was opened.
    store_key: StoreKey,
    places: Places,
    name: String,
    /// What is approved centrally as a place for secrets.
    policy: Cow<'static, Policy>,
    /// The values that lie in other places, where they were looked at before.
    outside: Option<Outside>,
    /// Ours to write, so that nothing is sealed to the recipients of old while they change; let go of while a place is
    /// asked that may be slow.
    turn: Cell<Option<Turn>>,
}

/// Whether a store has secrets: a key of its own.
///
/// # Errors
/// When it cannot be read, or somebody changed what it says.
pub fn store_key(store: &Store) -> Result<Option<StoreKey>> {
    let id = RecordId::new(Kind::StoreKey, &Only);
    Ok(match store.vouched(&id)? {
        Some(Record::StoreKey(_, key)) => Some(*key),
        Some(_) | None => None,
    })
}

/// Who may open the secrets.
///
/// # Errors
/// When the store cannot be read.
pub fn recipients(store: &Store) -> Result<Recipients> {
    let mut out = Recipients::new();
    for record in store.records(Kind::Recipient)? {
        if let Record::Recipient(name, recipient) = record {
            out.insert(name, *recipient);
        }
    }
    Ok(out)
}

/// The versions of all credentials.
///
/// # Errors
/// When the store cannot be read.
pub fn versions(store: &Store) -> Result<Versions> {
    let mut out = Versions::new();
    for record in store.records(Kind::Version)? {
        if let Record::Version(key, version) = record {
            out.insert(key, *version);
        }
    }
    Ok(out)
}

/// How many values lie in other places than the store: no backup holds them, and no recipient's key opens them.
///
/// # Errors
/// When the store cannot be read.
pub fn elsewhere(store: &Store) -> Result<usize> {
    let versions = versions(store)?.into_values();
    let held = versions.filter_map(|version| version.held);
    Ok(held
        .filter(|held| held.place.class() != StoreClass::Age)
        .count())
}

impl<'s> Secrets<'s> {
    /// Opens the secrets of a store with an identity; `from` says where that came from.
    ///
    /// # Errors
    /// When the store has none, the identity does not fit, or the recipients are not those that were sealed.
    pub fn open(
        store: &'s mut Store,
        actor: Actor,
        identity: Identity,
        from: &str,
        places: Places,
    ) -> Result<Secrets<'s>> {
        let turn = store.take_turn()?;
        let key = store_key(store)?.ok_or(SecretError::NotSetUp)?;
        let name = store.name()?;
        let keys = Keys::unlock(&name, &key, &recipients(store)?, identity, from)?;
        Ok(Secrets {
            store,
            actor,
            keys,
            store_key: key,
            places,
            name,
            policy: Cow::Borrowed(Policy::shipped()),
            outside: None,
            turn: Cell::new(Some(turn)),
        })
    }

    /// The same, where an organisation has chosen the places centrally.
    pub fn under(self, policy: Cow<'static, Policy>) -> Secrets<'s> {
        Secrets { policy, ..self }
    }

    /// What opens and seals.
    pub fn keys(&self) -> &Keys {
        &self.keys
    }

    /// The same for an account: it still says where its secret lives.
    fn same_account(id: &AccountId, account: &Account) -> Change {
        let account = Record::from((id.clone(), account.clone()));
        Change::update(account.clone(), account)
    }

    /// Refuses a class of places that the organisation has not approved: what was put there cannot be taken back.
    fn refuse_unapproved(&self, place: &SecretPlace) -> Result<()> {
        let id = RecordId::new(Kind::Organisation, &Only);
        let organisation = match self.store.vouched(&id)? {
            Some(Record::Organisation(_, organisation)) => Some(organisation),
            Some(_) | None => None,
        };
        let approved = self.policy.secret_stores(organisation.as_deref());
        match approved.contains(&place.class()) {
            true => Ok(()),
            false => Err(Refusal::Unapproved(place.clone()).into()),
        }
    }

    /// The store, for whoever carries a procedure out. Nobody waits for that one's places and providers.
    pub(in crate::operations) fn store(&mut self) -> &mut Store {
        self.turn.take();
        self.store
    }

    /// The same, to read.
    pub(in crate::operations) fn roll(&self) -> &Store {
        self.turn.take();
        self.store
    }

    /// Commits, and lets go of the turn.
    pub(in crate::operations) fn commit(&mut self, changes: &[Change]) -> Result<()> {
        self.turn.take();
        self.store.commit(&self.actor, changes)?;
        Ok(())
    }

    /// The value of a version that is not revoked; its use is recorded by whoever asks.
    pub(in crate::operations) fn value(
        &self,
        key: &VersionKey,
        version: &Version,
    ) -> Result<Value> {
        let account = || key.account.clone();
        if version.stage == VersionStage::Revoked {
            let number = key.number;
            return Err(Refusal::Revoked {
                account: account(),
                number,
            }
            .into());
        }
        let held = version.held.as_ref();
        let held = held.ok_or_else(|| Refusal::NoSecret(account()))?;
        self.value_of(key, held)
    }

    /// What is sealed of a version in the store itself.
    pub(in crate::operations) fn sealed_of(&self, key: &VersionKey) -> Result<Option<Sealed>> {
        self.sealed(key)
    }

    fn versions(&self) -> Result<Versions> {
        versions(self.store)
    }

    /// Gets the value of a version from its place, and checks that it is the one that was recorded.
    fn get(&self, key: &VersionKey, credential: &Credential, held: &Held) -> Result<Value> {
        let record = format!("version/{key}");
        let sealed = self.sealed(key)?;
        // A place may run a program: only what the trail vouches for says which.
        self.store.vouched(&RecordId::new(Kind::Version, key))?;
        let place = self.place(&held.place, credential)?;
        let got = place.get(&self.slot(key, credential, held), held, sealed.as_ref());
        let value = got.map_err(|error| self.unless_renewed(error))?;
        let class = held.place.class();
        let place = held.place.to_string();
        match &held.bound {
            Some(bound) if *bound == self.keys.bound(key, held, &value) => Ok(value),
            Some(_) | None if class == StoreClass::Age => Err(SecretError::forged(key).into()),
            Some(_) => Err(SecretError::Changed { record, place }.into()),
            None => Err(SecretError::Unvouched { record, place }.into()),
        }
    }

    /// A place, for the values of a credential. Nobody waits for one that is not the store itself: what was decided on is
    /// compared when it is committed.
    fn place(
        &self,
        place: &SecretPlace,
        credential: &Credential,
    ) -> Result<Box<dyn Place + '_>, SecretError> {
        if place.class() != StoreClass::Age {
            self.turn.take();
        }
        self.places.at(place, names(credential), &self.keys)
    }

    /// Gets the value of a version by what its account says now.
    fn value_of(&self, key: &VersionKey, held: &Held) -> Result<Value> {
        let (_, _, credential) = account(self.store, key.account.as_str())?;
        self.get(key, &credential, held)
    }

    fn sealed(&self, key: &VersionKey) -> Result<Option<Sealed>> {
        let id = RecordId::new(Kind::Sealed, key);
        Ok(match self.store.vouched(&id)? {
            Some(Record::Sealed(_, sealed)) => Some(*sealed),
            Some(_) | None => None,
        })
    }

    fn slot<'a>(
        &'a self,
        key: &'a VersionKey,
        credential: &'a Credential,
        held: &'a Held,
    ) -> Slot<'a> {
        Slot {
            envelope: Envelope {
                store: &self.name,
                account: &key.account,
                version: key.number,
                credential: credential.kind,
            },
            reference: held.place.reference().unwrap_or_default(),
        }
    }
}

/// An account by the words of a command line, with its credential.
///
/// # Errors
/// When there is none, or it has no credential.
pub fn account(store: &Store, name: &str) -> Result<(AccountId, Account, Credential)> {
    let id = RecordId {
        kind: Kind::Account,
        name: name.into(),
    };
    match store.vouched(&id)? {
        Some(Record::Account(id, account)) => match account.credential.clone() {
            Some(credential) => Ok((id, *account, *credential)),
            None => Err(Refusal::NoCredential(id).into()),
        },
        Some(_) | None => Err(Refusal::NoAccount(name.escape_debug().to_string()).into()),
    }
}

/// The version that is meant: one of a number, else the current one.
fn chosen<'v>(
    versions: &'v BTreeMap<VersionKey, Version>,
    account: &AccountId,
    number: Option<u32>,
) -> Result<(&'v VersionKey, &'v Version, &'v Held), Refusal> {
    let found = match number {
        Some(number) => {
            let account = account.clone();
            let key = VersionKey { account, number };
            versions.get_key_value(&key)
        }
        None => crate::lifecycle::due::newest(versions, account),
    };
    let (key, version) = match (found, number) {
        (Some(found), _) => found,
        (None, Some(number)) => {
            return Err(Refusal::NoVersion {
                account: account.clone(),
                number,
            });
        }
        (None, None) => {
            let last = crate::lifecycle::versions::of(versions, account).next_back();
            return Err(last.map_or_else(
                || Refusal::NoSecret(account.clone()),
                |(key, version)| Refusal::NotCurrent {
                    account: account.clone(),
                    number: key.number,
                    stage: version.stage,
                },
            ));
        }
    };
    let held = version.held.as_ref();
    held.map(|held| (key, version, held))
        .ok_or_else(|| Refusal::NoSecret(account.clone()))
}
