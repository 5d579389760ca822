//! What logs and a provider's own list told of accounts, as facts keep it. Never a line of a log.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::model::access::words;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::id::{AccountId, EnvironmentName};
use crate::model::text::Text;
use crate::model::text::shape::masked;

words! {
    /// One way in which what a log tells of an account is not as the roll has it.
    Discrepancy {
        /// A retired, suspended or proposed account at work.
        RetiredInUse = "retired-in-use",
        /// At work after its last day, or after the last day of its credential.
        ExpiredInUse = "expired-in-use",
        /// An action whose class is beyond the account's level.
        BeyondLevel = "beyond-level",
        /// An action whose permission the account does not hold.
        NotGranted = "not-granted",
        OutsideBoundary = "outside-boundary",
        WrongEnvironment = "wrong-environment",
        /// A write that the platform's log has and the provider's has not.
        MissingAtProvider = "missing-at-provider",
        /// A write that the provider's log has and the platform's has not.
        MissingAtPlatform = "missing-at-platform",
        /// A failure after which nobody tried again.
        NotRetried = "not-retried",
        /// More tries of one request than its integration should make.
        RetryStorm = "retry-storm",
    }
}

/// What one reading of a log told of an account's work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Reading {
    /// Whose log it was.
    pub side: Side,
    /// The first and the last day that the log covers.
    pub since: Date,
    pub until: Date,
    /// How many of its records are the account's.
    pub records: u64,
    /// The entitlements that its actions go by, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used: Vec<EntitlementKey>,
    /// The words that the log was read by ([`LogMap::words_digest`](crate::model::log::LogMap::words_digest)): what it had no
    /// word for it could not show. Nothing where records of the account went by words that nobody knew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words_digest: Option<Text>,
}

/// What came of holding a provider's log against a platform's, for one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Compared {
    /// The days that both logs cover: what lies outside was not compared.
    pub since: Date,
    pub until: Date,
    /// When the logs were read; none where that was not kept, and so lies before whatever was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The names of the logs.
    pub provider_log: Text,
    pub platform_log: Text,
    /// How many of the account's records were compared.
    pub records: u64,
    /// How many writes could not be: without an id of their request, or one of too many with it.
    #[serde(default, skip_serializing_if = "is_none")]
    pub uncompared: u64,
    /// What was found, and how often. `not-retried` stands there with 0 where failures were seen, and each was tried again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub found: BTreeMap<Discrepancy, u64>,
}

impl Compared {
    /// By what the newest of several is found: the last of its days, then when it was read, then how much it holds.
    pub fn rank(&self) -> (Date, Option<Timestamp>, u64) {
        (self.until, self.at, self.records)
    }
}

/// An identity as a list keeps it where no account has it: one that looks like a secret by its digest, so that it is known
/// again and not shown. None where it is no text.
pub fn orphan(identity: &str) -> Option<Text> {
    if masked(identity) == identity {
        return identity.parse().ok();
    }
    let digest = Sha256::digest(identity);
    let digest: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256 {digest}").parse().ok()
}

fn is_none(count: &u64) -> bool {
    *count == 0
}

/// What a provider's own list of accounts told, held against the roll of that day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Census {
    pub environment: EnvironmentName,
    /// The name of the list.
    pub list: Text,
    /// How many accounts it names.
    pub listed: u64,
    /// Identities that no account of the roll has, as [`orphan`] keeps them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orphans: Vec<Text>,
    /// Accounts of the roll of which the list has no identity.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ghosts: Vec<AccountId>,
}
