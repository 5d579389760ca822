//! The list of nouns, and any record as one value: for the store, the audit trail and the generic commands.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde_json::Value;

use crate::model::access::words;
use crate::model::id::AccountId;

/// Calls `$then` with every noun: variant, word, field of the inventory, key, value.
///
/// The one place that lists them. Their order is the order of the manifest, and of reading.
macro_rules! nouns {
    ($then:ident) => {
        $then! {
            Organisation "organisation" organisation: key::Only => organisation::Organisation;
            Person "person" people: id::PersonId => party::Person;
            Team "team" teams: id::TeamId => party::Team;
            Boundary "boundary" boundaries: id::BoundaryPath => boundary::Boundary;
            Catalog "catalog" catalogs: entitlement::CatalogName => entitlement::Catalog;
            Platform "platform" platforms: id::PlatformId => provider::Platform;
            Provider "provider" providers: id::ProviderId => provider::Provider;
            Rotation "rotation" rotations: id::RotationId => rotation::Rotation;
            Procedure "procedure" procedures: id::ProcedureId => procedure::Procedure;
            Consumer "consumer" consumers: id::ConsumerId => consumer::Consumer;
            Account "account" accounts: id::AccountId => account::Account;
            Approval "approval" approvals: key::ApprovalKey => approval::Approval;
            Role "role" roles: id::RoleId => role::Role;
            Assignment "assignment" assignments: key::AssignmentKey => role::Assignment;
            Assertion "assert" assertions: key::AssertionKey => assertion::Assertion;
            Decision "decision" decisions: key::DecisionKey => approval::Decision;
            ResidualRisk "residual-risk" residual_risks: key::RiskKey => approval::ResidualRisk;
            Waiver "waiver" waivers: key::WaiverKey => approval::Waiver;
            Invitation "invitation" invitations: id::PersonId => party::Invitation;
            Version "version" versions: key::VersionKey => credential::Version;
            Fact "fact" facts: key::FactKey => fact::Fact;
            Operation "operation" operations: key::OperationKey => operation::Operation;
            StoreKey "store-key" store_key: key::Only => sealed::StoreKey;
            Recipient "recipient" recipients: id::RecipientId => sealed::Recipient;
            Sealed "sealed" sealed: key::VersionKey => sealed::Sealed;
        }
    };
}
pub(crate) use nouns;

macro_rules! records {
    ($($variant:ident $word:literal $field:ident: $kmod:ident::$key:ident => $vmod:ident::$value:ident;)*) => {
        words! {
            /// What a record is of.
            Kind { $($variant = $word,)* }
        }

        /// Any record: its key and its body.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Record {
            $($variant(crate::model::$kmod::$key, Box<crate::model::$vmod::$value>),)*
        }

        impl Record {
            pub fn kind(&self) -> Kind {
                match self {
                    $(Record::$variant(..) => Kind::$variant,)*
                }
            }

            pub fn id(&self) -> RecordId {
                match self {
                    $(Record::$variant(key, _) => RecordId::new(Kind::$variant, key),)*
                }
            }

            /// The body as JSON bytes, keys in the order of the type: what digests are taken of.
            pub fn to_json(&self) -> Vec<u8> {
                let bytes = match self {
                    $(Record::$variant(_, body) => serde_json::to_vec(body),)*
                };
                bytes.expect("a record's keys are strings")
            }

            /// The body as a JSON value.
            pub fn to_value(&self) -> Value {
                let value = match self {
                    $(Record::$variant(_, body) => serde_json::to_value(body),)*
                };
                value.expect("a record's keys are strings")
            }

            /// Reads a record from its id and its body as JSON. Errors name what is wrong with either.
            pub fn from_value(id: &RecordId, body: Value) -> Result<Record, BadRecord> {
                let bad = |reason: String| BadRecord { id: id.clone(), reason };
                match id.kind {
                    $(Kind::$variant => Ok(Record::$variant(
                        id.name.parse().map_err(|e| bad(format!("{e}")))?,
                        Box::new(serde_json::from_value(body).map_err(|e| bad(e.to_string()))?),
                    )),)*
                }
            }
        }

        $(impl From<(crate::model::$kmod::$key, crate::model::$vmod::$value)> for Record {
            fn from((key, body): (crate::model::$kmod::$key, crate::model::$vmod::$value)) -> Record {
                Record::$variant(key, Box::new(body))
            }
        })*
    };
}
nouns!(records);

/// A record that is not of its kind's shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id}: {reason}")]
pub struct BadRecord {
    pub id: RecordId,
    pub reason: String,
}

/// The name of any record, `person/anna-berg`: in findings, waivers and the audit trail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordId {
    pub kind: Kind,
    /// The key as text; empty for the organisation.
    pub name: Box<str>,
}

impl RecordId {
    pub fn new(kind: Kind, key: &impl fmt::Display) -> RecordId {
        // Room for most keys: without it, one of several parts grows at each.
        let mut name = String::with_capacity(80);
        write!(name, "{key}").expect("a key can be shown");
        RecordId {
            kind,
            name: name.into(),
        }
    }

    /// Whether it is that account, or by its key a part of what is known of it: a version, a review, a role that it holds.
    pub fn is_of(&self, account: &AccountId) -> bool {
        let mut words = self.name.split(' ');
        let is_account = |word: &str| word.strip_prefix("account/") == Some(account.as_str());
        match self.kind {
            Kind::Account
            | Kind::Approval
            | Kind::Decision
            | Kind::ResidualRisk
            | Kind::Version
            | Kind::Operation
            | Kind::Sealed => words.next() == Some(account.as_str()),
            Kind::Assignment | Kind::Assertion => words.next().is_some_and(is_account),
            Kind::Waiver => words.any(is_account),
            Kind::Fact => match words.next() {
                // A provider's list of accounts.
                Some("listed") => false,
                // Behind the procedure; one that was rehearsed for nobody has a day there.
                Some("drill") => words.nth(1) == Some(account.as_str()),
                _ => words.next() == Some(account.as_str()),
            },
            Kind::Organisation
            | Kind::Person
            | Kind::Team
            | Kind::Boundary
            | Kind::Catalog
            | Kind::Platform
            | Kind::Provider
            | Kind::Rotation
            | Kind::Procedure
            | Kind::Consumer
            | Kind::Role
            | Kind::Invitation
            | Kind::StoreKey
            | Kind::Recipient => false,
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            f.write_str(self.kind.as_str())
        } else {
            write!(f, "{}/{}", self.kind, self.name)
        }
    }
}

/// A text that names no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not name a record: write `account/NAME`, `provider/NAME` and so on")]
pub struct BadRecordId(String);

impl FromStr for RecordId {
    type Err = BadRecordId;
    fn from_str(text: &str) -> Result<Self, BadRecordId> {
        let (kind, name) = text.split_once('/').unwrap_or((text, ""));
        match kind.parse() {
            Ok(kind) => Ok(RecordId {
                kind,
                name: name.into(),
            }),
            Err(_) => Err(BadRecordId(
                text.chars()
                    .take(200)
                    .flat_map(char::escape_debug)
                    .collect(),
            )),
        }
    }
}

impl serde::Serialize for RecordId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
