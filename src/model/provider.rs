//! Providers (maintenance systems) and platforms (the other side), with their environments.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::credential::CredentialKind;
use crate::model::date::{Date, Span};
use crate::model::entitlement::CatalogName;
use crate::model::id::{EnvironmentName, Name, Principal};
use crate::model::log::{AccountsMap, LogMap};
use crate::model::probe::{Probe, ProbeKind};
use crate::model::text::Text;

words! {
    /// Who runs the system.
    Hosting {
        Saas = "saas",
        PrivateCloud = "private-cloud",
        OnPremises = "on-premises",
    }
}

/// One installation of a provider or platform.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Environment {
    /// Its base URL.
    pub endpoint: Text,
    /// Further base URLs that requests may go to, by name: where tokens are issued, for one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub endpoints: BTreeMap<Name, Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hosting: Option<Hosting>,
    /// Addresses (CIDR) that it accepts the integration from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowlist: Vec<Text>,
    /// The account whose secret is `{admin}` in rotate and revoke steps.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub admin: Option<Principal>,
}

/// A CMMS or EAM system.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Provider {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<Text>,
    /// The glossary of its permissions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogName>,
    /// Where its support is reached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<Text>,
    /// When the third party was last reviewed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reviewed: Option<Date>,
    /// The kinds of credential that it offers; not known where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub credential_kinds: Vec<CredentialKind>,
    /// Live credentials that one identity may have; no limit where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_live_credentials: Option<u32>,
    /// Bad logons that lock an identity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lockout_after: Option<u32>,
    /// The longest time until a revoke takes effect.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_lag: Option<Span>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<EnvironmentName, Environment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub test: BTreeMap<ProbeKind, Probe>,
    /// How its log is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Box<LogMap>>,
    /// How its own list of accounts is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<Box<AccountsMap>>,
}

/// The other side of the integration, whose scopes an account also needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Platform {
    /// The glossary of its scopes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub catalog: Option<CatalogName>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub environment: BTreeMap<EnvironmentName, Environment>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub test: BTreeMap<ProbeKind, Probe>,
    /// How its log is read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log: Option<Box<LogMap>>,
}
