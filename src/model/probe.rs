//! Probes: requests that prove what a credential can and cannot do. Declared here, run elsewhere.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::text::Text;

words! {
    /// What a probe proves.
    ProbeKind {
        Authenticate = "authenticate",
        /// The capabilities reported equal those granted.
        Discover = "discover",
        Read = "read",
        Write = "write",
        /// Another tenant's or site's record, which must be denied.
        Foreign = "foreign",
        Forbidden = "forbidden",
        Audit = "audit",
    }
}

words! {
    /// What a probe must show.
    Verdict {
        Allowed = "allowed",
        Denied = "denied",
    }
}

/// One HTTP request, with placeholders such as `{secret}` in headers and `{canary.visible}` in the path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct HttpRequest {
    pub method: Text,
    pub path: Text,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub header: BTreeMap<String, Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<serde_json::Value>,
    /// Statuses that count as done; any 2xx where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Statuses>,
}

/// One HTTP status or several, as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Statuses {
    One(u16),
    Several(Vec<u16>),
}

/// What an answer must look like to count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Expectation {
    pub status: Statuses,
    /// A JSON pointer that must exist, or pointers with the values they must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub json: Option<JsonExpectation>,
}

/// See [`Expectation::json`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum JsonExpectation {
    Present(Text),
    Equal(BTreeMap<String, serde_json::Value>),
}

/// A request and how its answer is judged; an answer that fits neither is inconclusive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Probe {
    pub http: HttpRequest,
    /// Allowed unless said otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub must_be: Option<Verdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed: Option<Expectation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub denied: Option<Expectation>,
    /// For write probes: the read that shows what changed, or that nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<HttpRequest>,
}
