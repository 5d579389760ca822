//! People and teams: who owns accounts and holds roles.

use serde::{Deserialize, Serialize};

use crate::model::date::Date;
use crate::model::id::{BoundaryPath, Name, PersonId};
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
}
