//! Consumers: the jobs and hosts that use credentials, and people where it cannot be helped.

use serde::{Deserialize, Serialize};

use crate::model::id::PersonId;
use crate::model::text::Text;

/// A job or host, or a person who uses a credential by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Consumer {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<Text>,
    /// Who uses the credential by hand; none for a job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    /// Seen to fail while the credential is withdrawn: the proof that the integration fails closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// How a consumer's health is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Health {
    /// A program and its arguments, never a shell.
    pub command: Vec<Text>,
}
