//! The fields that a map may fill, by the kind of record: how each is written, and whether its table needs it.

use crate::model::access::{ActionClass, Level};
use crate::model::account::{AccountStatus, AuditRecord};
use crate::model::boundary::BoundaryKind;
use crate::model::credential::{CredentialKind, ExpirySource, StoreClass};
use crate::model::fact::{Outcome, ReviewVerdict};
use crate::model::probe::ProbeKind;
use crate::model::procedure::ProcedureKind;
use crate::model::provider::Hosting;
use crate::model::record::Kind;
use crate::model::rotation::Strategy;

/// How a value is written.
#[derive(Clone, Copy, Debug)]
pub enum Written {
    Text,
    Name,
    Principal,
    Boundary,
    Entitlement,
    Glossary,
    Place,
    Date,
    Span,
    Number,
    Flag,
    /// One of these.
    Word(fn() -> Vec<&'static str>),
    /// A step of a procedure that a person does.
    Step,
}

/// One field.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its keys from the record down, with dots between; `*` is a name of the user's.
    pub path: &'static str,
    pub written: Written,
    pub is_list: bool,
    /// Whether the table that it stands in cannot be without it.
    pub is_needed: bool,
}

impl Field {
    /// The key of its table, with the dot; empty where that is the record.
    pub fn table(&self) -> &'static str {
        self.path.rfind('.').map_or("", |dot| &self.path[..=dot])
    }
}

const fn one(path: &'static str, written: Written) -> Field {
    Field {
        path,
        written,
        is_list: false,
        is_needed: false,
    }
}

const fn needed(path: &'static str, written: Written) -> Field {
    Field {
        is_needed: true,
        ..one(path, written)
    }
}

const fn list(path: &'static str, written: Written) -> Field {
    Field {
        is_list: true,
        ..one(path, written)
    }
}

macro_rules! word {
    ($words:ident) => {
        Written::Word(|| $words::ALL.iter().map(|word| word.as_str()).collect())
    };
}

/// The kinds of records that a map may make, in the order of the manifest.
pub const MADE: &[Kind] = &[
    Kind::Organisation,
    Kind::Person,
    Kind::Team,
    Kind::Boundary,
    Kind::Platform,
    Kind::Provider,
    Kind::Rotation,
    Kind::Procedure,
    Kind::Consumer,
    Kind::Account,
    Kind::Approval,
    Kind::Role,
    Kind::Assignment,
];

/// The fields of a kind; none for kinds that no spreadsheet makes.
pub fn fields(kind: Kind) -> &'static [Field] {
    use Written::{
        Boundary, Date, Entitlement, Flag, Glossary, Name, Number, Principal, Span, Text,
    };
    match kind {
        Kind::Organisation => {
            &const {
                [
                    needed("name", Text),
                    list("secret-stores", word!(StoreClass)),
                    one("max-lifetime", Span),
                    one("naming", Text),
                ]
            }
        }
        Kind::Person => {
            &const {
                [
                    needed("name", Text),
                    one("email", Text),
                    one("tenant", Name),
                    list("workplace", Boundary),
                    list("login", Text),
                    one("left", Date),
                ]
            }
        }
        Kind::Team => {
            &const {
                [
                    needed("name", Text),
                    list("members", Name),
                    list("teams", Name),
                ]
            }
        }
        Kind::Boundary => {
            &const {
                [
                    needed("kind", word!(BoundaryKind)),
                    needed("name", Text),
                    one("tenant-role", Name),
                ]
            }
        }
        Kind::Platform => {
            &const {
                [
                    one("catalog", Glossary),
                    needed("environment.*.endpoint", Text),
                    one("environment.*.hosting", word!(Hosting)),
                    list("environment.*.allowlist", Text),
                ]
            }
        }
        Kind::Provider => {
            &const {
                [
                    one("product", Text),
                    one("catalog", Glossary),
                    one("contact", Text),
                    one("reviewed", Date),
                    one("max-live-credentials", Number),
                    list("credential-kinds", word!(CredentialKind)),
                    one("lockout-after", Number),
                    one("max-lag", Span),
                    needed("environment.*.endpoint", Text),
                    one("environment.*.hosting", word!(Hosting)),
                    list("environment.*.allowlist", Text),
                    one("environment.*.admin", Principal),
                ]
            }
        }
        Kind::Rotation => {
            &const {
                [
                    needed("every", Span),
                    one("warn", Span),
                    one("overlap", Span),
                    one("strategy", word!(Strategy)),
                    one("on-owner-change", Flag),
                ]
            }
        }
        Kind::Procedure => {
            &const {
                [
                    needed("kind", word!(ProcedureKind)),
                    list("step", Written::Step),
                ]
            }
        }
        Kind::Consumer => &const { [one("host", Text), one("person", Name), one("fetches", Flag)] },
        Kind::Account => account(),
        Kind::Approval => {
            &const {
                [
                    needed("account", Name),
                    needed("action", word!(ActionClass)),
                    needed("on", Date),
                    needed("by", Principal),
                    one("ticket", Text),
                    one("until", Date),
                    list("permissions", Entitlement),
                ]
            }
        }
        Kind::Role => {
            &const {
                [
                    one("tenant-role", Name),
                    one("catalog", Glossary),
                    list("permissions", Entitlement),
                ]
            }
        }
        Kind::Assignment => {
            &const {
                [
                    needed("principal", Principal),
                    needed("role", Name),
                    one("at", Boundary),
                ]
            }
        }
        Kind::Catalog
        | Kind::Decision
        | Kind::ResidualRisk
        | Kind::Waiver
        | Kind::Assertion
        | Kind::Invitation
        | Kind::Version
        | Kind::Fact
        | Kind::Operation
        | Kind::StoreKey
        | Kind::Recipient
        | Kind::Sealed => &[],
    }
}

fn account() -> &'static [Field] {
    use Written::{Boundary, Date, Entitlement, Flag, Name, Place, Principal, Span, Text};
    &const {
        [
            needed("provider", Name),
            needed("environment", Name),
            Field {
                is_needed: true,
                ..list("boundary", Boundary)
            },
            needed("workflow", Name),
            needed("level", word!(Level)),
            one("purpose", Text),
            one("owner.business", Principal),
            one("owner.technical", Principal),
            one("owner.rotation", Principal),
            list("permissions", Entitlement),
            list("scopes", Entitlement),
            one("platform", Name),
            one("expires", Date),
            one("rotation", Name),
            one("rotate", Name),
            one("revoke", Name),
            list("audit.records", word!(AuditRecord)),
            one("audit.sink", Text),
            one("audit.retention", Span),
            list("consumers", Name),
            one("canary.visible", Text),
            one("canary.hidden", Text),
            one("status", word!(AccountStatus)),
            needed("credential.kind", word!(CredentialKind)),
            list("credential.fields", Name),
            needed("credential.store", Place),
            list("credential.identity", Text),
            one("credential.expiry-source", word!(ExpirySource)),
            one("controls.max-file-size", Text),
            one("controls.classification", Text),
            one("controls.retention", Span),
            one("controls.access-policy", Text),
            one("controls.supervisor", Principal),
            one("controls.provider-ownership", Text),
            one("controls.conflict-rule", Text),
            one("controls.retry-log", Text),
            one("controls.owner-approval", Text),
            list("controls.fields", Text),
            one("controls.rollback", Name),
            one("controls.review-gate", Text),
            one("controls.source-citation", Text),
            one("controls.action-approval", Text),
            list("agent.tools", Text),
            one("agent.endpoint-slice", Text),
            one("agent.tenant-enabled", Flag),
        ]
    }
}

/// The keys of dated facts. Which of them a fact has, its word says.
pub fn fact() -> &'static [Field] {
    use Written::{Date, Flag, Name, Number, Principal, Text};
    fn facts() -> Vec<&'static str> {
        const WORDS: &[&str] = &[
            "issued",
            "rotated",
            "evidence",
            "drill",
            "seen",
            "review",
            "owner-changed",
        ];
        WORDS.to_vec()
    }
    &const {
        [
            needed("fact", Written::Word(facts)),
            one("account", Name),
            one("version", Number),
            needed("on", Date),
            one("expires", Date),
            one("previous-live", Flag),
            one("probe", word!(ProbeKind)),
            one("outcome", word!(Outcome)),
            one("procedure", Name),
            one("result", word!(Outcome)),
            one("minutes", Number),
            one("log", Text),
            one("by", Principal),
            one("verdict", word!(ReviewVerdict)),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest;

    /// Keys that hold what no cell does: windows, days, requests, programs.
    const BEYOND: &[&str] = &[
        "test", "window", "blackout", "health", "generate", "id", "log", "accounts",
    ];

    #[test]
    fn every_key_of_a_record_can_come_from_a_column() {
        for kind in MADE {
            let ours = fields(*kind);
            for key in manifest::fields(*kind) {
                let known = ours
                    .iter()
                    .any(|field| field.path.split('.').next() == Some(key));
                assert!(
                    known || BEYOND.contains(&key) || key == "approval",
                    "{kind}: {key}"
                );
            }
        }
    }
}
