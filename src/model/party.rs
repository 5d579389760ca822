//! People, teams and invitations: who owns accounts and holds roles.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::Date;
use crate::model::id::{BoundaryPath, Name, PersonId, TeamId};
use crate::model::text::Text;

/// A person of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Person {
    pub name: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<Text>,
    /// The tenant (topmost boundary) that they belong to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant: Option<Name>,
    /// Where they work; assignments elsewhere are findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workplace: Vec<BoundaryPath>,
    /// What the audit trail calls them: their name at the operating system, or what `KEYROLL_ACTOR` says of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub login: Vec<Text>,
    /// The day they left, once they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<Date>,
}

/// A team of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Team {
    pub name: Text,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<PersonId>,
    /// Teams that are part of it: whoever is in them holds what this team holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub teams: Vec<TeamId>,
}

words! {
    /// How an invitation stands.
    InvitationStatus {
        /// Sent, and not answered: no access yet.
        Pending = "pending",
        Accepted = "accepted",
        Revoked = "revoked",
    }
}

/// That a person was invited. Its key is the person; somebody without one was there before invitations were kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Invitation {
    pub status: InvitationStatus,
    /// The day since which it stands so.
    pub since: Date,
    /// The last day on which it can be accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}
