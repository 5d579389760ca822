//! The organisation's own choices. One record at most.

use serde::{Deserialize, Serialize};

use crate::model::credential::StoreClass;
use crate::model::date::Span;
use crate::model::text::Text;

/// What the organisation has decided for all its accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Organisation {
    pub name: Text,
    /// Classes of places where a secret may live; empty approves age and keyring.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub secret_stores: Vec<StoreClass>,
    /// The longest that one secret may live, rotation interval and overlap together; 90 days where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lifetime: Option<Span>,
    /// The pattern of account names: `{provider}-{environment}-{workflow}-{site}`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naming: Option<Text>,
}
