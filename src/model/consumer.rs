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
    /// It takes the current version through keyroll whenever it starts, so that it has none to acknowledge.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fetches: bool,
    /// Seen to fail while the credential is withdrawn: the proof that the integration fails closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
}

/// How a consumer's health is seen: exactly one of `command` and `http`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Health {
    /// A program and its arguments, never a shell; it is well where this ends with status 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<Vec<Text>>,
    /// An address; it is well where this answers with a status of 200 to 299.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub http: Option<Text>,
}
