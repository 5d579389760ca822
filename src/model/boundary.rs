//! Nodes of the boundary tree. Their names are their paths; the tree itself is in the paths.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::id::Name;
use crate::model::text::Text;

words! {
    /// What a node stands for.
    BoundaryKind {
        Tenant = "tenant",
        ServiceOrganisation = "service-organisation",
        Facility = "facility",
        Site = "site",
        Building = "building",
        Area = "area",
        Machine = "machine",
        Asset = "asset",
        AssetGroup = "asset-group",
        Folder = "folder",
        Dataset = "dataset",
    }
}

/// One node; what holds at it holds below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Boundary {
    pub kind: BoundaryKind,
    pub name: Text,
    /// The family of roles that principals of this tenant may hold.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenant_role: Option<Name>,
}
