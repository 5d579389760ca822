//! The words of each noun: its columns, its place in JSON, its help and examples. One table for all that a noun says.

use crate::model::record::Kind;

/// What the command line says of one kind of record.
pub struct Noun {
    /// The listing's columns behind the name: heading, and the field behind it.
    pub columns: &'static [(&'static str, &'static str)],
    /// The word under which JSON announces a listing.
    pub listing: &'static str,
    pub about: &'static str,
    /// A name that a record could have.
    pub example: &'static str,
    /// Fields to add such a record with, and to change it with.
    pub add: &'static str,
    pub set: &'static str,
}

/// The words of a kind; those without verbs of their own have none.
pub fn of(kind: Kind) -> Noun {
    match kind {
        Kind::Account => Noun {
            columns: &[
                ("level", "level"),
                ("expires", "expires"),
                ("status", "status"),
                ("boundary", "boundary"),
                ("technical", "owner.technical"),
                ("provider", "provider"),
                ("environment", "environment"),
            ],
            listing: "account-list",
            about: "Service accounts: list, show, add, set, edit, remove, suggest, minimise",
            example: "unicmms-production-import-hawthorne",
            add: "provider=unicmms environment=production workflow=import level=read-only-import boundary+=femo/hawthorne",
            set: "permissions+=asset/view-assets expires=2027-03-31",
        },
        Kind::Provider => Noun {
            columns: &[
                ("product", "product"),
                ("catalog", "catalog"),
                ("environments", "environment"),
                ("live-keys", "max-live-credentials"),
                ("contact", "contact"),
            ],
            listing: "provider-list",
            about: "Maintenance systems (CMMS, EAM) with their environments: list, show, add ...",
            example: "unicmms",
            add: "product=UniCMMS catalog=unicmms",
            set: "max-live-credentials=2",
        },
        Kind::Platform => Noun {
            columns: &[("catalog", "catalog"), ("environments", "environment")],
            listing: "platform-list",
            about: "The other side of the integrations, with its environments: list, show, add ...",
            example: "factverse",
            add: "catalog=factverse",
            set: "catalog=./scopes.toml",
        },
        Kind::Boundary => Noun {
            columns: &[
                ("kind", "kind"),
                ("title", "name"),
                ("tenant-role", "tenant-role"),
            ],
            listing: "boundary-list",
            about: "Tenants, sites, machines: where accounts may act: list, show, add ...",
            example: "femo/hawthorne",
            add: "kind=facility 'name=Hawthorne, US'",
            set: "'name=Hawthorne'",
        },
        Kind::Person => Noun {
            columns: &[
                ("full-name", "name"),
                ("email", "email"),
                ("workplace", "workplace"),
                ("left", "left"),
            ],
            listing: "person-list",
            about: "People who own accounts and hold roles: list, show, add ...",
            example: "anna-berg",
            add: "'name=Anna Berg' email=anna.berg@femo.example",
            set: "left=2026-10-31",
        },
        Kind::Team => Noun {
            columns: &[
                ("full-name", "name"),
                ("members", "members"),
                ("teams", "teams"),
            ],
            listing: "team-list",
            about: "Teams of people: list, show, add ...",
            example: "integration",
            add: "'name=Integration team' members+=anna-berg",
            set: "members+=jo-miller",
        },
        Kind::Role => Noun {
            columns: &[
                ("tenant-role", "tenant-role"),
                ("catalog", "catalog"),
                ("permissions", "permissions"),
            ],
            listing: "role-list",
            about: "Named sets of permissions, built-in ones to copy too: list, show, add ...",
            example: "machine-operator",
            add: "catalog=unicmms permissions+=asset/view-assets",
            set: "permissions+=work-order/view-work-orders",
        },
        Kind::Rotation => Noun {
            columns: &[
                ("every", "every"),
                ("warn", "warn"),
                ("overlap", "overlap"),
                ("strategy", "strategy"),
                ("on-owner-change", "on-owner-change"),
            ],
            listing: "rotation-list",
            about: "Rotation policies: how often, with what overlap: list, show, add ...",
            example: "standard",
            add: "every=60d overlap=24h",
            set: "warn=7d",
        },
        Kind::Procedure => Noun {
            columns: &[("kind", "kind"), ("steps", "step")],
            listing: "procedure-list",
            about: "Steps to rotate, revoke or roll back: list, show, add ...",
            example: "unicmms-revoke",
            add: "kind=revoke 'step=[{ title = \"Call\", manual = \"Call the shift lead\" }]'",
            set: "kind=revoke",
        },
        Kind::Consumer => Noun {
            columns: &[("host", "host"), ("health", "health.command")],
            listing: "consumer-list",
            about: "Jobs and hosts that use credentials: list, show, add ...",
            example: "etl-01",
            add: "host=etl-01",
            set: "host=etl-02",
        },
        Kind::Organisation
        | Kind::Catalog
        | Kind::Approval
        | Kind::Assignment
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
        | Kind::Sealed => Noun {
            columns: &[],
            listing: "record-list",
            about: "Records",
            example: "NAME",
            add: "",
            set: "",
        },
    }
}
