//! Credentials: what an account authenticates with, and where its secret lives. Never the secret itself.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::Date;
use crate::model::id::Name;
use crate::model::sealed::Held;
use crate::model::shared::shared;
use crate::model::text::{Text, string_serde};

words! {
    /// What kind of thing the secret is.
    CredentialKind {
        ApiKey = "api-key",
        Basic = "basic",
        Oauth2Client = "oauth2-client",
        BearerToken = "bearer-token",
        Certificate = "certificate",
        DatabasePassword = "database-password",
    }
}

words! {
    /// A class of places where a secret may live.
    StoreClass {
        Age = "age",
        Keyring = "keyring",
        Vault = "vault",
        Command = "command",
        Environment = "environment",
    }
}

words! {
    /// Which end of a credential's life counts.
    ExpirySource {
        Recorded = "recorded",
        TokenClaim = "token-claim",
        ProviderApi = "provider-api",
        Observed = "observed",
    }
}

words! {
    /// Where a version stands in its life.
    VersionStage {
        Pending = "pending",
        Current = "current",
        Previous = "previous",
        Revoked = "revoked",
        PossiblyLive = "possibly-live",
    }
}

/// Where a secret lives: `age`, `keyring`, `vault:PATH`, `command:NAME`, `environment:VAR`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SecretPlace(Arc<str>);

/// Why a place was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadPlace(Option<String>);

impl std::error::Error for BadPlace {}

impl SecretPlace {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn class(&self) -> StoreClass {
        let word = self.0.split(':').next().unwrap_or_default();
        word.parse()
            .expect("the class of a place: checked when it was made")
    }

    /// Whether it holds one value at a time whatever the version: a variable, or an entry of the organisation's own.
    pub fn holds_one(&self) -> bool {
        match self.class() {
            StoreClass::Environment => true,
            StoreClass::Command => self.reference().is_some_and(|name| name.contains(':')),
            StoreClass::Age | StoreClass::Keyring | StoreClass::Vault => false,
        }
    }

    /// The path, name or variable behind the class; none for `age` and `keyring`.
    pub fn reference(&self) -> Option<&str> {
        self.0.split_once(':').map(|(_, rest)| rest)
    }
}

impl FromStr for SecretPlace {
    type Err = BadPlace;
    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let (class, rest) = text
            .split_once(':')
            .map_or((text, None), |(c, r)| (c, Some(r)));
        let good = match (class, rest) {
            ("age" | "keyring", None) => true,
            ("vault" | "command" | "environment", Some(rest)) => {
                !rest.is_empty() && rest.len() <= 200 && rest.bytes().all(|b| b.is_ascii_graphic())
            }
            _ => false,
        };
        if good {
            Ok(SecretPlace(shared(text)))
        } else {
            // What stands here may be the secret itself, pasted: only a class that we know is repeated.
            Err(BadPlace(class.parse::<StoreClass>().ok().map(|class| {
                let rest = if rest.is_some() { ":..." } else { "" };
                format!("{class}{rest}")
            })))
        }
    }
}

impl fmt::Display for BadPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(class) => write!(f, "`{class}` is not a place")?,
            None => f.write_str("it is not a place")?,
        }
        f.write_str(
            " for a secret: write `age`, `keyring`, `vault:PATH`, `command:NAME` or `environment:VAR`",
        )
    }
}

impl fmt::Display for SecretPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

string_serde!(
    SecretPlace,
    "^(age|keyring|(vault|command|environment):[!-~]+)$"
);

/// What an account authenticates with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Credential {
    pub kind: CredentialKind,
    /// The named values that one version holds; one unnamed value where empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Name>,
    pub store: SecretPlace,
    /// Its name at the provider; two for blue/green.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity: Vec<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry_source: Option<ExpirySource>,
}

/// One value of a credential in time: that it was made, not what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Version {
    pub stage: VersionStage,
    /// The day it was issued.
    pub issued: Date,
    /// The last day on which the provider accepts it, as recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
    /// The day its successor took over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<Date>,
    /// The day it became the current one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activated: Option<Date>,
    /// What the provider calls it, where it gave it a name of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// The identity at the provider that it is of, where there are several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Text>,
    /// What keyroll named it by at the provider when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Text>,
    /// The last day on which it is good, as the provider or the value itself says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_expires: Option<Date>,
    /// The day on which the provider was seen to refuse it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Date>,
    /// Where its value is; none where keyroll was never given it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
}

impl Version {
    /// A version of which only the stage and the day of issue are known.
    pub fn new(stage: VersionStage, issued: Date) -> Version {
        Version {
            stage,
            issued,
            expires: None,
            retired: None,
            activated: None,
            id: None,
            identity: None,
            tag: None,
            seen_expires: None,
            revoked: None,
            held: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_pasted_secret_is_not_repeated() {
        let error = |text: &str| text.parse::<SecretPlace>().unwrap_err().to_string();
        for secret in ["sk_live_51Habcd", "hunter2", "sk_live:51Habcd"] {
            assert!(error(secret).starts_with("it is not a place"), "{secret}");
        }
        assert!(error("vault").starts_with("`vault` is not"));
        assert!(error("age:sk_live_51Habcd").starts_with("`age:...` is not"));
    }
}
