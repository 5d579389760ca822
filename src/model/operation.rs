//! Operations: one run of a procedure on an account, as its journal has it. Says how far it came; runs nothing.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::access::words;
use crate::model::date::Timestamp;
use crate::model::fact::Outcome;
use crate::model::id::{ConsumerId, ProcedureId};
use crate::model::procedure::Step;
use crate::model::text::Text;

words! {
    /// What an operation is for.
    Work {
        Rotate = "rotate",
        /// A planned revoke: it stops at the first failure.
        Revoke = "revoke",
        /// A revoke that goes on past failures.
        Emergency = "emergency",
        /// A procedure rehearsed.
        Drill = "drill",
    }
}

words! {
    /// How an operation stands.
    OperationState {
        Open = "open",
        /// It failed too often in a row, and waits for somebody.
        Stalled = "stalled",
        Done = "done",
        /// Given up; what it had made is taken away or marked.
        Aborted = "aborted",
    }
}

words! {
    /// The part of an operation that an entry belongs to.
    Phase {
        /// The new value comes to be: here, or at the provider.
        Create = "create",
        /// The provider is told of it.
        Set = "set",
        /// The new value is seen to work.
        Test = "test",
        /// Each consumer says that it has the new value.
        Acknowledge = "acknowledge",
        Promote = "promote",
        /// Both values live until the overlap ends.
        Overlap = "overlap",
        /// The old value is taken away at the provider.
        Retire = "retire",
        /// A value is taken away in a revoke.
        Withdraw = "withdraw",
        /// The provider is seen to refuse what was taken away.
        Refusal = "refusal",
        /// Each consumer is seen to fail without the value.
        FailClosed = "fail-closed",
        Finish = "finish",
    }
}

words! {
    /// How an entry stands.
    EntryState {
        Waiting = "waiting",
        /// Committed before the effect: whoever finds it so does not know whether the effect took place.
        Started = "started",
        Done = "done",
        /// It certainly did nothing.
        Failed = "failed",
        /// It may have done something.
        Unknown = "unknown",
        Skipped = "skipped",
    }
}

/// One line of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Entry {
    pub phase: Phase,
    /// The version that it is about, where that is not the one that the operation makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// What something that nobody saw may be called at the provider: a create that another operation had begun is looked
    /// for by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<Text>,
    /// The identity that it was made for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Text>,
    /// How many requests came before the one that may have made it: each may have taken as long.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub logons: u32,
    /// The step of the procedure, as it was when the operation began; none for what keyroll does itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<Step>,
    pub state: EntryState,
    /// When it came to stand so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
    /// How long it took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub millis: Option<u32>,
    /// What the provider calls what it made, where the entries after it name that before there is a version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Text>,
    /// What came of it, in words. Never a secret, and nothing that a provider answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Text>,
    /// How each consumer was before the first effect, of the entry that sees them fail: a pass is well. Whoever goes on
    /// after a crash cannot look any more.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub before: BTreeMap<ConsumerId, Outcome>,
}

impl Entry {
    /// An entry that waits.
    pub fn new(phase: Phase, step: Option<Step>) -> Entry {
        Entry {
            phase,
            version: None,
            tag: None,
            identity: None,
            logons: 0,
            step,
            state: EntryState::Waiting,
            at: None,
            millis: None,
            id: None,
            note: None,
            before: BTreeMap::new(),
        }
    }

    /// The same, about a version.
    pub fn about(self, version: u32) -> Entry {
        Entry {
            version: Some(version),
            ..self
        }
    }

    /// What is done, in words.
    pub fn title(&self) -> &str {
        match &self.step {
            Some(step) => step.title.as_str(),
            None => match self.phase {
                Phase::Create => "make a new value, and seal it",
                Phase::Set => "tell the provider of the new value",
                Phase::Test => "see that the new value works",
                Phase::Acknowledge => "hear of each consumer that it has the new value",
                Phase::Promote => "make the new version the current one",
                Phase::Overlap => "let both versions live",
                Phase::Retire => "take the old version away",
                Phase::Withdraw => "take it away at the provider",
                Phase::Refusal => "see that the provider refuses it",
                Phase::FailClosed => "see that each consumer fails without it",
                Phase::Finish => "close the journal",
            },
        }
    }

    /// Whether nothing is left to do of it.
    pub fn is_over(&self) -> bool {
        match self.state {
            EntryState::Done | EntryState::Skipped => true,
            EntryState::Waiting
            | EntryState::Started
            | EntryState::Failed
            | EntryState::Unknown => false,
        }
    }
}

/// One run of a procedure on an account. Its key is the account and a number from 1.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Operation {
    pub what: Work,
    pub state: OperationState,
    /// A UUID: what is done twice with the same one is done once.
    pub token: Text,
    pub began: Timestamp,
    /// Who began it, as the audit trail names them.
    pub by: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
    /// No reference: the steps were copied, and the procedure may be gone by now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedureId>,
    /// The version that was current when it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<u32>,
    /// The version that it makes, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u32>,
    /// The identity at the provider that the new version is of, where there are two in turn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Text>,
    /// Until when both versions live.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Failures in a row.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub failures: u32,
    pub entries: Vec<Entry>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Operation {
    /// What stands at the provider beside whatever it made there: `keyroll-` and the token's last 12 hex digits. Its
    /// first ones are the time, which two operations may share.
    pub fn tag(&self) -> String {
        let digits = self.token.as_str().chars().filter(char::is_ascii_hexdigit);
        let digits: Vec<char> = digits.collect();
        let last = &digits[digits.len().saturating_sub(12)..];
        format!("keyroll-{}", last.iter().collect::<String>())
    }

    /// Whether it still has something to do.
    pub fn is_open(&self) -> bool {
        match self.state {
            OperationState::Open | OperationState::Stalled => true,
            OperationState::Done | OperationState::Aborted => false,
        }
    }

    /// The first entry that is not over, and its place.
    pub fn current(&self) -> Option<(usize, &Entry)> {
        let mut entries = self.entries.iter().enumerate();
        entries.find(|(_, entry)| !entry.is_over())
    }
}
