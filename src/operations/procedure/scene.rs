//! What is known of an account when a procedure is carried out on it: every record as its trail vouches for it, since an
//! endpoint or a program that somebody slipped into the store must never be given a secret.

use anyhow::Result;

use crate::lifecycle::due;
use crate::lifecycle::operation::{Operations, Revoking, Rotating};
use crate::lifecycle::versions::Versions;
use crate::lifecycle::whereabouts::{Elsewhere, elsewhere, placed};
use crate::model::account::Account;
use crate::model::change::Change;
use crate::model::consumer::Consumer;
use crate::model::credential::{Credential, Version};
use crate::model::fact::{Fact, Outcome};
use crate::model::id::{AccountId, ConsumerId, ProcedureId};
use crate::model::inventory::Inventory;
use crate::model::key::{FactKey, VersionKey};
use crate::model::procedure::Procedure;
use crate::model::provider::{Environment, Platform, Provider};
use crate::model::record::{Kind, RecordId};
use crate::model::rotation::Rotation;
use crate::operations::secrets::{Refusal, account};
use crate::store::Store;

/// An account and all that a procedure needs to know beside it.
pub struct Scene {
    pub id: AccountId,
    pub account: Account,
    pub credential: Credential,
    pub provider: Provider,
    pub inventory: Inventory,
}

/// What the roll lacks.
#[derive(Debug, thiserror::Error)]
pub enum Lacking {
    #[error("`account/{account}` names the provider `{provider}`, which is not in the roll")]
    Provider {
        account: AccountId,
        provider: String,
    },
    #[error("`provider/{provider}` has no environment `{environment}`")]
    Environment {
        provider: String,
        environment: String,
    },
    #[error("`{admin}`, which administers it, is no account")]
    Admin { admin: String },
    #[error("`account/{0}`, which administers it, has no current version with a value")]
    AdminSecret(AccountId),
}

impl Scene {
    /// Reads it as of one moment, by the words of a command line.
    ///
    /// # Errors
    /// When there is no such account, it has no credential, or a record is not what its trail says.
    pub fn read(store: &Store, name: &str) -> Result<Scene> {
        store.at_once(|| Scene::read_now(store, name))
    }

    fn read_now(store: &Store, name: &str) -> Result<Scene> {
        let (id, account, credential) = account(store, name)?;
        let mut inventory = store.accounts(std::slice::from_ref(&id))?;
        let provider = inventory.providers.get(&account.provider).cloned();
        let provider = provider.ok_or_else(|| Lacking::Provider {
            account: id.clone(),
            provider: account.provider.to_string(),
        })?;
        let admin = provider.environment.get(&account.environment);
        let admin = admin.and_then(|environment| environment.admin.as_ref());
        if let Some(admin) = admin.and_then(|admin| admin.as_account()) {
            inventory = store.accounts(&[id.clone(), admin])?;
        }
        for record in inventory.records() {
            store.vouched(&record.id())?;
        }
        Ok(Scene {
            id,
            account,
            credential,
            provider,
            inventory,
        })
    }

    /// Where the account works.
    ///
    /// # Errors
    /// When its provider has no such environment.
    pub fn environment(&self) -> Result<&Environment, Lacking> {
        let found = self.provider.environment.get(&self.account.environment);
        found.ok_or_else(|| Lacking::Environment {
            provider: self.account.provider.to_string(),
            environment: self.account.environment.to_string(),
        })
    }

    /// The platform of the account, and where it works there.
    pub fn platform(&self) -> Option<(&Platform, &Environment)> {
        let platform = self
            .inventory
            .platforms
            .get(self.account.platform.as_ref()?)?;
        let environment = platform.environment.get(&self.account.environment)?;
        Some((platform, environment))
    }

    /// The account that administers its environment.
    ///
    /// # Errors
    /// When somebody else does.
    pub fn admin(&self) -> Result<Option<(AccountId, &Account)>, Lacking> {
        let Some(admin) = &self.environment()?.admin else {
            return Ok(None);
        };
        let no_account = || Lacking::Admin {
            admin: admin.to_string(),
        };
        let id = admin.as_account().ok_or_else(no_account)?;
        let account = self.inventory.accounts.get(&id).ok_or_else(no_account)?;
        Ok(Some((id, account)))
    }

    pub fn policy(&self) -> Option<&Rotation> {
        self.inventory
            .rotations
            .get(self.account.rotation.as_ref()?)
    }

    fn procedure(&self, named: Option<&ProcedureId>) -> Option<(&ProcedureId, &Procedure)> {
        self.inventory.procedures.get_key_value(named?)
    }

    /// The procedure that rotates it.
    pub fn rotate(&self) -> Option<(&ProcedureId, &Procedure)> {
        self.procedure(self.account.rotate.as_ref())
    }

    /// The procedure that revokes it.
    pub fn revoke(&self) -> Option<(&ProcedureId, &Procedure)> {
        self.procedure(self.account.revoke.as_ref())
    }

    pub fn versions(&self) -> &Versions {
        &self.inventory.versions
    }

    pub fn operations(&self) -> &Operations {
        &self.inventory.operations
    }

    /// One version of the account.
    ///
    /// # Errors
    /// When it has none of that number.
    pub fn version(&self, number: u32) -> Result<(&VersionKey, &Version), Refusal> {
        let key = VersionKey {
            account: self.id.clone(),
            number,
        };
        let found = self.inventory.versions.get_key_value(&key);
        found.ok_or(Refusal::NoVersion {
            account: key.account,
            number,
        })
    }

    /// The current version of the account.
    pub fn current(&self) -> Option<(&VersionKey, &Version)> {
        due::newest(&self.inventory.versions, &self.id)
    }

    /// The consumers that it names, as far as they are in the roll.
    pub fn consumers(&self) -> impl Iterator<Item = (&ConsumerId, &Consumer)> {
        let named = self.account.consumers.iter();
        named.filter_map(|id| self.inventory.consumers.get_key_value(id))
    }

    /// What is recorded of the account.
    pub fn facts(&self) -> impl Iterator<Item = &Fact> {
        let facts = self.inventory.facts.values();
        facts.filter(|fact| fact.account() == Some(&self.id))
    }

    /// The same without tests of another place, which say nothing of where it works now.
    pub fn facts_here(&self) -> impl Iterator<Item = &Fact> {
        let facts = self.facts();
        facts.filter(|fact| elsewhere(fact, &self.inventory).is_none())
    }

    /// The same, but of another place what was not accepted: it may be one system under two names, where one more bad logon
    /// locks.
    pub fn facts_of_locks(&self) -> impl Iterator<Item = &Fact> {
        let is_accepted = |fact: &Fact| {
            matches!(
                fact,
                Fact::Evidence {
                    outcome: Outcome::Pass,
                    ..
                }
            )
        };
        let facts = self.facts();
        facts.filter(move |fact| match elsewhere(fact, &self.inventory) {
            None => true,
            Some(Elsewhere::Environment { .. } | Elsewhere::Endpoint { .. }) => !is_accepted(fact),
            Some(Elsewhere::Identity { .. }) => false,
        })
    }

    /// The change that records a fact, with of what it is; none where it is recorded already.
    pub fn newly(&self, fact: Fact) -> Option<Change> {
        let fact = placed(fact, &self.inventory);
        let key = FactKey::of(&fact);
        let is_there = self.inventory.facts.contains_key(&key);
        (!is_there).then(|| Change::create((key, fact).into()))
    }

    /// The consumers that have not said yet that they have a version.
    pub fn unacknowledged(&self, number: u32) -> Vec<&ConsumerId> {
        let has = |wanted: &ConsumerId| {
            self.facts().any(|fact| {
                matches!(fact, Fact::Acknowledged { version, consumer, .. }
                    if *version == number && consumer == wanted)
            })
        };
        let asked = self.consumers().filter(|(_, consumer)| !consumer.fetches);
        asked.map(|(id, _)| id).filter(|id| !has(id)).collect()
    }

    /// What a rotation is decided from.
    pub fn rotating(&self) -> Rotating<'_> {
        Rotating {
            id: &self.id,
            account: &self.account,
            credential: &self.credential,
            policy: self.policy(),
            provider: &self.provider,
            procedure: self.rotate(),
            versions: self.versions(),
            operations: self.operations(),
        }
    }

    /// What a revoke is decided from: of one version, or of all that could still work.
    pub fn revoking(&self, only: Option<u32>) -> Revoking<'_> {
        let admin = self.admin().ok().flatten();
        Revoking {
            is_own_admin: admin.is_some_and(|(id, _)| id == self.id),
            id: &self.id,
            credential: &self.credential,
            procedure: self.revoke(),
            versions: self.versions(),
            operations: self.operations(),
            only,
        }
    }

    /// The name of a record of it.
    pub fn record(&self) -> RecordId {
        RecordId::new(Kind::Account, &self.id)
    }
}
