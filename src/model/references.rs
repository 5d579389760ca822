//! The records that a record names. The foreign keys of the store enforce the same.

use std::fmt;

use crate::model::entitlement::CatalogName;
use crate::model::id::{BoundaryPath, EnvironmentName, Principal};
use crate::model::key::Whom;
use crate::model::provider::Environment;
use crate::model::record::{Kind, Record, RecordId};

/// One record that another names, and the part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub record: RecordId,
    /// The environment of a provider that is meant.
    pub environment: Option<EnvironmentName>,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.record)?;
        match &self.environment {
            Some(environment) => write!(f, " environment {environment}"),
            None => Ok(()),
        }
    }
}

/// What `record` names.
pub fn of(record: &Record) -> Vec<Reference> {
    let mut out = Named(Vec::new());
    match record {
        Record::Person(_, person) => {
            out.some(Kind::Boundary, person.tenant.as_ref());
            out.all(Kind::Boundary, &person.workplace);
        }
        Record::Team(_, team) => {
            out.all(Kind::Person, &team.members);
            out.all(Kind::Team, &team.teams);
        }
        Record::Invitation(person, _) => out.some(Kind::Person, Some(person)),
        Record::Assertion(key, assertion) => {
            if let Whom::One(principal) = &key.principal {
                out.principal(Some(principal));
            }
            out.some(Kind::Boundary, Some(&key.at));
            out.catalog(assertion.catalog.as_ref());
            for principal in &assertion.except {
                out.principal(Some(principal));
            }
        }
        Record::Boundary(path, _) => out.some(Kind::Boundary, path.parent().as_ref()),
        Record::Platform(_, platform) => {
            out.catalog(platform.catalog.as_ref());
            out.admins(platform.environment.values());
        }
        Record::Provider(_, provider) => {
            out.catalog(provider.catalog.as_ref());
            out.admins(provider.environment.values());
        }
        Record::Account(_, account) => {
            out.0.push(Reference {
                record: RecordId::new(Kind::Provider, &account.provider),
                environment: Some(account.environment.clone()),
            });
            out.all(Kind::Boundary, &account.boundary);
            let owner = &account.owner;
            for principal in [&owner.business, &owner.technical, &owner.rotation] {
                out.principal(principal.as_ref());
            }
            out.some(Kind::Platform, account.platform.as_ref());
            out.some(Kind::Rotation, account.rotation.as_ref());
            for procedure in [&account.rotate, &account.revoke, &account.controls.rollback] {
                out.some(Kind::Procedure, procedure.as_ref());
            }
            out.all(Kind::Consumer, &account.consumers);
            out.principal(account.controls.supervisor.as_ref());
        }
        Record::Approval(key, approval) => {
            out.some(Kind::Account, Some(&key.account));
            out.principal(Some(&approval.by));
        }
        Record::Role(_, role) => out.catalog(role.catalog.as_ref()),
        Record::Assignment(key, _) => {
            out.principal(Some(&key.principal));
            out.some(Kind::Role, Some(&key.role));
            out.some::<BoundaryPath>(Kind::Boundary, key.at.as_ref());
        }
        Record::Decision(key, decision) => {
            out.some(Kind::Account, Some(&key.account));
            out.some(Kind::Boundary, Some(&key.boundary));
            out.principal(Some(&decision.by));
        }
        Record::ResidualRisk(key, risk) => {
            out.some(Kind::Account, Some(&key.account));
            out.principal(Some(&risk.owner));
        }
        Record::Waiver(_, waiver) => out.principal(waiver.owner.as_ref()),
        Record::Version(key, _) => out.some(Kind::Account, Some(&key.account)),
        Record::Operation(key, _) => out.some(Kind::Account, Some(&key.account)),
        Record::Sealed(key, _) => {
            out.some(Kind::Account, Some(&key.account));
            out.some(Kind::Version, Some(key));
        }
        Record::Consumer(_, consumer) => out.some(Kind::Person, consumer.person.as_ref()),
        Record::Recipient(_, recipient) => out.some(Kind::Person, recipient.person.as_ref()),
        Record::Fact(_, fact) => {
            out.some(Kind::Account, fact.account());
            out.some(Kind::Procedure, fact.procedure());
            out.some(Kind::Consumer, fact.consumer());
            out.some(Kind::Provider, fact.provider());
            if let crate::model::fact::Fact::Review { by, .. } = &**fact {
                out.principal(Some(by));
            }
        }
        Record::Organisation(..)
        | Record::Catalog(..)
        | Record::Rotation(..)
        | Record::Procedure(..)
        | Record::StoreKey(..) => {}
    }
    out.0
}

struct Named(Vec<Reference>);

impl Named {
    fn put(&mut self, record: RecordId) {
        self.0.push(Reference {
            record,
            environment: None,
        });
    }

    fn some<K: fmt::Display>(&mut self, kind: Kind, key: Option<&K>) {
        if let Some(key) = key {
            self.put(RecordId::new(kind, key));
        }
    }

    fn all<K: fmt::Display>(&mut self, kind: Kind, keys: &[K]) {
        for key in keys {
            self.some(kind, Some(key));
        }
    }

    /// A principal's text is the id of its record.
    fn principal(&mut self, principal: Option<&Principal>) {
        if let Some(id) = principal.and_then(|principal| principal.as_str().parse().ok()) {
            self.put(id);
        }
    }

    /// Only a glossary that is a file is in the store.
    fn catalog(&mut self, name: Option<&CatalogName>) {
        self.some(Kind::Catalog, name.filter(|name| name.file().is_some()));
    }

    fn admins<'e>(&mut self, environments: impl Iterator<Item = &'e Environment>) {
        for environment in environments {
            self.principal(environment.admin.as_ref());
        }
    }
}
