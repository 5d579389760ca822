//! Dated facts about accounts and procedures: what happened, as it was recorded. Never a secret.

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::Date;
use crate::model::id::{AccountId, Principal, ProcedureId};
use crate::model::probe::ProbeKind;
use crate::model::text::Text;

words! {
    /// How a test or drill ended.
    Outcome {
        Pass = "pass",
        Fail = "fail",
        Inconclusive = "inconclusive",
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
    },
    /// The account was seen at work.
    Seen {
        account: AccountId,
        on: Date,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<Text>,
    },
    /// Somebody looked at the account and decided.
    Review {
        account: AccountId,
        on: Date,
        by: Principal,
        verdict: ReviewVerdict,
    },
    /// An owner of the account changed.
    OwnerChanged { account: AccountId, on: Date },
}

impl Fact {
    pub fn on(&self) -> Date {
        match self {
            Fact::Issued { on, .. }
            | Fact::Rotated { on, .. }
            | Fact::Evidence { on, .. }
            | Fact::Drill { on, .. }
            | Fact::Seen { on, .. }
            | Fact::Review { on, .. }
            | Fact::OwnerChanged { on, .. } => *on,
        }
    }

    pub fn account(&self) -> Option<&AccountId> {
        match self {
            Fact::Issued { account, .. }
            | Fact::Rotated { account, .. }
            | Fact::Evidence { account, .. }
            | Fact::Seen { account, .. }
            | Fact::Review { account, .. }
            | Fact::OwnerChanged { account, .. } => Some(account),
            Fact::Drill { account, .. } => account.as_ref(),
        }
    }

    pub fn procedure(&self) -> Option<&ProcedureId> {
        match self {
            Fact::Drill { procedure, .. } => Some(procedure),
            Fact::Issued { .. }
            | Fact::Rotated { .. }
            | Fact::Evidence { .. }
            | Fact::Seen { .. }
            | Fact::Review { .. }
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
            Fact::Review { .. } => "review",
            Fact::OwnerChanged { .. } => "owner-changed",
        }
    }
}
