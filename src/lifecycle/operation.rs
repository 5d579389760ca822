//! Operations as journals: what a rotation or a revoke is made of, what is next, and what a result makes of it.
//! Decides; does nothing, and knows no secret.

mod aside;
mod course;
mod going;
mod one;
mod revoke;
mod rotate;
mod settle;
mod under_way;

use crate::model::account::AccountStatus;
use crate::model::date::Timestamp;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase, Work};
use crate::model::procedure::Step;
use crate::model::text::Text;

use std::collections::BTreeMap;

pub use aside::{
    ends_old, has_begun, left, logons, provider_knows, tagged, telling, told_in_doubt,
};
pub use course::Course;
pub use going::{About, Going, numbers, of_step, touched};
pub use revoke::{Revoke, Revoking, covers, joined, proof, revocation};
pub use rotate::{Rotating, awaits_value, gives, is_in_place, is_live, rotation};
pub use settle::{forgotten, possibly_live, refused};
pub use under_way::{Open, Ways, open};

/// The operations of all accounts, as recorded.
pub type Operations = BTreeMap<OperationKey, Operation>;

/// After so many failures in a row an operation is stalled: it waits for somebody.
pub const MOST_FAILURES: u32 = 3;

/// The longest note of an entry, in characters.
const LONGEST_NOTE: usize = 300;

/// Why an operation cannot begin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CannotBegin {
    #[error("`account/{account}` names no procedure to {what} it")]
    NoProcedure { account: AccountId, what: Work },
    #[error("`account/{account}` names the procedure `{procedure}`, which is there to {kind}")]
    OtherKind {
        account: AccountId,
        procedure: String,
        kind: String,
    },
    #[error("`procedure/{0}` has no steps")]
    NoSteps(String),
    #[error("`account/{account}` is {status}")]
    Status {
        account: AccountId,
        status: AccountStatus,
    },
    #[error("{} {} of `account/{}` is open", .0.what, .0.number, .0.account)]
    Open(Open),
    #[error(
        "`account/{account}` is to live in two versions for a while, and its provider allows one for each identity"
    )]
    OneLive { account: AccountId },
    #[error("`account/{account}` is rotated over two identities, and its credential names {found}")]
    Identities { account: AccountId, found: usize },
    #[error("`account/{account}` has {live} live versions already, and its provider allows {most}")]
    TooManyLive {
        account: AccountId,
        live: usize,
        most: u32,
    },
    #[error("version {number} of `account/{account}` is pending already")]
    Pending { account: AccountId, number: u32 },
    #[error("the secret of `account/{account}` lives in {place}, which holds one value at a time")]
    OneValue { account: AccountId, place: String },
    #[error(
        "version {number} of `account/{account}` has no id at the provider, and `{title}` needs it"
    )]
    NoId {
        account: AccountId,
        number: u32,
        title: String,
    },
    #[error(
        "`{title}` would take the new version of `account/{account}` away, not the old one alone"
    )]
    TakesNew { account: AccountId, title: String },
    #[error("`account/{account}` has no version that could still work")]
    NothingLive { account: AccountId },
    #[error("version {number} of `account/{account}` works no more, as recorded")]
    NotLive { account: AccountId, number: u32 },
    #[error("`{step}` would take version {other} of `account/{account}` away too")]
    TakesMore {
        account: AccountId,
        step: String,
        other: u32,
    },
}

/// The operations of one account, the oldest first.
pub fn of<'o>(
    operations: &'o Operations,
    account: &AccountId,
) -> impl DoubleEndedIterator<Item = (&'o OperationKey, &'o Operation)> {
    let [from, to] = [0, u32::MAX].map(|number| OperationKey {
        account: account.clone(),
        number,
    });
    operations.range(from..=to)
}

/// The key of the next operation of an account.
pub fn next_key(operations: &Operations, account: &AccountId) -> OperationKey {
    let last = of(operations, account).next_back();
    OperationKey {
        account: account.clone(),
        number: last.map_or(0, |(key, _)| key.number).saturating_add(1),
    }
}

/// What came of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came {
    /// It is about to take effect.
    Started,
    Done,
    Skipped,
    /// It certainly did nothing.
    Failed,
    /// It may have done something.
    Unknown,
    /// Somebody or something must come first; that is no failure.
    Waits,
    /// The same, after it was begun: whoever was asked says that it is not done, and nobody doubted it before.
    NotBegun,
}

/// The operation after an entry came to something at a moment.
pub fn advanced(
    operation: &Operation,
    at: usize,
    came: &Came,
    when: Timestamp,
    millis: Option<u32>,
    note: Option<&str>,
) -> Operation {
    let mut after = operation.clone();
    let Some(entry) = after.entries.get_mut(at) else {
        return after;
    };
    entry.state = match came {
        Came::Started => EntryState::Started,
        Came::Done => EntryState::Done,
        Came::Skipped => EntryState::Skipped,
        Came::Failed => EntryState::Failed,
        Came::Unknown => EntryState::Unknown,
        // What nobody knows stays unknown while it waits.
        Came::Waits if is_uncertain(entry) => EntryState::Unknown,
        Came::NotBegun if entry.state == EntryState::Unknown => EntryState::Unknown,
        Came::Waits | Came::NotBegun => EntryState::Waiting,
    };
    entry.at = Some(when);
    entry.millis = millis.or(entry.millis);
    if let Some(note) = note {
        entry.note = noted(note);
    }
    // What is made in part may all be made anew: that alone is no progress.
    let is_part = after.entries[at].phase == Phase::Create && after.version.is_none();
    match came {
        Came::Done | Came::Skipped if is_part => {}
        Came::Done | Came::Skipped => after.failures = 0,
        Came::Failed | Came::Unknown => after.failures = after.failures.saturating_add(1),
        Came::Started | Came::Waits | Came::NotBegun => {}
    }
    // In an emergency nothing stops for a failure.
    after.state = match operation.what {
        Work::Rotate | Work::Revoke if after.failures >= MOST_FAILURES => OperationState::Stalled,
        Work::Rotate | Work::Revoke | Work::Emergency | Work::Drill => OperationState::Open,
    };
    if after.entries.iter().all(|entry| entry.is_over()) {
        after.state = OperationState::Done;
    }
    after
}

/// Whether an entry was begun, so that nobody knows whether it took effect.
pub fn is_uncertain(entry: &Entry) -> bool {
    match entry.state {
        EntryState::Started | EntryState::Unknown => true,
        EntryState::Waiting | EntryState::Failed | EntryState::Done | EntryState::Skipped => false,
    }
}

/// The operation with what withdraws the old version to be done once more, where the provider was not seen to refuse it.
/// What is done by hand is not asked for again.
pub fn withdrawn_anew(operation: &Operation) -> Operation {
    let mut after = operation.clone();
    let Some((at, Phase::Refusal)) = after.current().map(|(at, entry)| (at, entry.phase)) else {
        return after;
    };
    if after.entries[at].state != EntryState::Unknown {
        return after;
    }
    for entry in &mut after.entries[..at] {
        let is_by_hand = |step: &Step| step.manual.is_some();
        if entry.phase == Phase::Retire && entry.step.as_ref().is_some_and(|it| !is_by_hand(it)) {
            entry.state = EntryState::Waiting;
        }
    }
    after
}

/// The operation in which what was answered as done about a version is open again: it still works. `every` version says of
/// which identity it is.
pub fn undone(mut operation: Operation, number: u32, every: &[Going]) -> Operation {
    let before = operation.clone();
    for entry in &mut operation.entries {
        let was_tried = entry.phase == Phase::Withdraw && was_tried(entry);
        if was_tried && entry.tag.is_none() && touched(entry, &before, every).contains(&number) {
            entry.state = EntryState::Waiting;
        }
    }
    operation
}

/// Whether an entry was tried, though what it was to take away may not have been there.
pub fn was_tried(entry: &Entry) -> bool {
    has_begun(entry) || (entry.state == EntryState::Skipped && entry.millis.is_some())
}

/// A note as it is kept: without what looks like a secret, cut to a length.
pub fn noted(text: &str) -> Option<Text> {
    let masked = crate::model::text::shape::masked(text);
    let clean = masked.chars().filter(|c| !c.is_control());
    let cut: String = clean.take(LONGEST_NOTE).collect();
    cut.parse().ok().filter(|text: &Text| !text.is_blank())
}
