//! Dated facts about accounts and procedures: what happened, as it was recorded. Never a secret.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::id::{
    AccountId, ConsumerId, EnvironmentName, Principal, ProcedureId, ProviderId,
};
use crate::model::probe::ProbeKind;
use crate::model::reconciliation::{Census, Compared, Reading};
use crate::model::text::Text;

words! {
    /// How a test or drill ended.
    Outcome {
        Pass = "pass",
        Fail = "fail",
        Inconclusive = "inconclusive",
    }
}

impl Outcome {
    /// Of two of one moment the worse counts, and this says which that is.
    pub fn badness(&self) -> u8 {
        match self {
            Outcome::Pass => 0,
            Outcome::Inconclusive => 1,
            Outcome::Fail => 2,
        }
    }
}

words! {
    /// What a review decided.
    ReviewVerdict {
        Keep = "keep",
        Change = "change",
        Retire = "retire",
    }
}

words! {
    /// How a provider was seen to refuse a version.
    Refusal {
        /// By a logon that began after it was withdrawn.
        FreshLogon = "fresh-logon",
        /// In a session, or by a token, that was there before.
        HeldSession = "held-session",
    }
}

words! {
    /// How keyroll came by what is known of a test.
    CameBy {
        /// It asked.
        Probe = "probe",
        /// Somebody looked, and said so here.
        Hand = "hand",
        /// It stood in a file of facts.
        Import = "import",
    }
}

/// What else is known of a test or drill. Never a secret, and never what a provider answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Detail {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// The provider's, where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side: Option<Side>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub environment: Option<EnvironmentName>,
    /// The address that the environment had then, as [`address`](crate::lifecycle::whereabouts::address) writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Text>,
    /// The identity at the provider that the version was of then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Text>,
    /// Not known of what was recorded before this was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_by: Option<CameBy>,
    /// The HTTP status, or the exit status of a program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u32>,
    /// SHA-256 of what was answered, secrets masked before; or of the file. In hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Text>,
    /// The name of the file that proves it, for what was tested by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
}

/// Something that happened on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "fact",
    rename_all = "kebab-case",
    rename_all_fields = "kebab-case",
    deny_unknown_fields
)]
pub enum Fact {
    /// The first version of a credential.
    Issued {
        account: AccountId,
        version: u32,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Date>,
    },
    /// A later version took over.
    Rotated {
        account: AccountId,
        version: u32,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires: Option<Date>,
        /// Whether the version before it still works at the provider.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        previous_live: bool,
    },
    /// A test of authentication or authorization.
    Evidence {
        account: AccountId,
        version: u32,
        probe: ProbeKind,
        outcome: Outcome,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
    /// A procedure rehearsed.
    Drill {
        procedure: ProcedureId,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        account: Option<AccountId>,
        on: Date,
        result: Outcome,
        /// How long it took.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        minutes: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
    /// The account was seen at work.
    Seen {
        account: AccountId,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<Text>,
        /// What else the log told of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reading: Option<Box<Reading>>,
    },
    /// A provider's log was held against a platform's.
    Reconciled {
        account: AccountId,
        on: Date,
        compared: Box<Compared>,
    },
    /// A provider's own list of accounts was held against the roll.
    Listed {
        provider: ProviderId,
        on: Date,
        census: Box<Census>,
    },
    /// Somebody looked at the account and decided.
    Review {
        account: AccountId,
        on: Date,
        by: Principal,
        verdict: ReviewVerdict,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
    /// An owner of the account changed.
    OwnerChanged { account: AccountId, on: Date },
    /// A consumer has a version.
    Acknowledged {
        account: AccountId,
        version: u32,
        consumer: ConsumerId,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
    /// The provider was seen to refuse a version.
    Refused {
        account: AccountId,
        version: u32,
        way: Refusal,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
    /// Whether a consumer fails while a version is withdrawn, as it should: a pass is that it was seen to.
    FailClosed {
        account: AccountId,
        version: u32,
        consumer: ConsumerId,
        outcome: Outcome,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        detail: Option<Box<Detail>>,
    },
}

impl Fact {
    pub fn on(&self) -> Date {
        match self {
            Fact::Issued { on, .. }
            | Fact::Rotated { on, .. }
            | Fact::Evidence { on, .. }
            | Fact::Drill { on, .. }
            | Fact::Seen { on, .. }
            | Fact::Reconciled { on, .. }
            | Fact::Listed { on, .. }
            | Fact::Review { on, .. }
            | Fact::OwnerChanged { on, .. }
            | Fact::Acknowledged { on, .. }
            | Fact::Refused { on, .. }
            | Fact::FailClosed { on, .. } => *on,
        }
    }

    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Fact::Issued { account, .. }
            | Fact::Rotated { account, .. }
            | Fact::Evidence { account, .. }
            | Fact::Seen { account, .. }
            | Fact::Reconciled { account, .. }
            | Fact::Review { account, .. }
            | Fact::OwnerChanged { account, .. }
            | Fact::Acknowledged { account, .. }
            | Fact::Refused { account, .. }
            | Fact::FailClosed { account, .. } => Some(account),
            Fact::Drill { account, .. } => account.as_ref(),
            Fact::Listed { .. } => None,
        }
    }

    pub fn procedure(&self) -> Option<&ProcedureId> {
        match self {
            Fact::Drill { procedure, .. } => Some(procedure),
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Evidence { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Acknowledged { .. }
            | Fact::Refused { .. }
            | Fact::FailClosed { .. } => None,
        }
    }

    /// The provider that it is about, where it is about no account.
    pub fn provider(&self) -> Option<&ProviderId> {
        match self {
            Fact::Listed { provider, .. } => Some(provider),
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Acknowledged { .. }
            | Fact::Refused { .. }
            | Fact::FailClosed { .. } => None,
        }
    }

    /// The consumer that it is about.
    pub fn consumer(&self) -> Option<&ConsumerId> {
        match self {
            Fact::Acknowledged { consumer, .. } | Fact::FailClosed { consumer, .. } => {
                Some(consumer)
            }
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Refused { .. } => None,
        }
    }

    /// What else is known of it.
    pub fn detail(&self) -> Option<&Detail> {
        match self {
            Fact::Evidence { detail, .. }
            | Fact::Drill { detail, .. }
            | Fact::Review { detail, .. }
            | Fact::Acknowledged { detail, .. }
            | Fact::Refused { detail, .. }
            | Fact::FailClosed { detail, .. } => detail.as_deref(),
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::OwnerChanged { .. } => None,
        }
    }

    /// The word that the `fact` key holds.
    pub fn word(&self) -> &'static str {
        match self {
            Fact::Issued { .. } => "issued",
            Fact::Rotated { .. } => "rotated",
            Fact::Evidence { .. } => "evidence",
            Fact::Drill { .. } => "drill",
            Fact::Seen { .. } => "seen",
            Fact::Reconciled { .. } => "reconciled",
            Fact::Listed { .. } => "listed",
            Fact::Review { .. } => "review",
            Fact::OwnerChanged { .. } => "owner-changed",
            Fact::Acknowledged { .. } => "acknowledged",
            Fact::Refused { .. } => "refused",
            Fact::FailClosed { .. } => "fail-closed",
        }
    }
}
