//! Roles and their assignments.

use serde::{Deserialize, Serialize};

use crate::model::entitlement::{CatalogName, EntitlementKey};
use crate::model::id::{BoundaryPath, Name, Principal, RoleId};

/// A named set of permissions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Role {
    /// The family that it belongs to; one principal holds roles of one family.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_role: Option<Name>,
    /// The glossary of its permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub permissions: Vec<EntitlementKey>,
}

/// Principal x role x boundary. All of it is its key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Assignment {
    pub principal: Principal,
    pub role: RoleId,
    /// None is a fault that a rule reports, not a wildcard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<BoundaryPath>,
}
