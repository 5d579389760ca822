//! Why a fact is refused, with its line.

use crate::model::date::Date;
use crate::model::id::AccountId;
use crate::model::key::FactKey;
use crate::model::record::RecordId;

/// Why a fact was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFact {
    #[error("line {line}: `{id}` is not in the roll")]
    Unknown { line: usize, id: RecordId },
    #[error(
        "line {line}: version {number} of `{account}` is recorded as issued on {recorded}, not on {reported}"
    )]
    OtherDay {
        line: usize,
        account: AccountId,
        number: u32,
        recorded: Date,
        reported: Date,
    },
    #[error(
        "line {line}: version {number} of `{account}` would follow version {current}, which is current"
    )]
    Backwards {
        line: usize,
        account: AccountId,
        number: u32,
        current: u32,
    },
    #[error(
        "line {line}: version {number} of `{account}` ends on {expires}, before it was issued on {issued}"
    )]
    EndsBeforeIssue {
        line: usize,
        account: AccountId,
        number: u32,
        issued: Date,
        expires: Date,
    },
    #[error(
        "line {line}: version {number} of `{account}` is not known; record when it was issued first"
    )]
    NoVersion {
        line: usize,
        account: AccountId,
        number: u32,
    },
    #[error("line {line}: version {number} of `{account}` is recorded as {}, not as {}", end(*recorded), end(*reported))]
    OtherEnd {
        line: usize,
        account: AccountId,
        number: u32,
        recorded: Option<Date>,
        reported: Option<Date>,
    },
    #[error("line {line}: version {number} of `{account}` is recorded as {}, not as {}", before(*recorded), it(*reported))]
    OtherPrevious {
        line: usize,
        account: AccountId,
        number: u32,
        recorded: bool,
        reported: bool,
    },
    #[error(
        "line {line}: version {number} of `{account}` cannot be issued on {issued}: version {current}, which is \
         current, was on {began}"
    )]
    BeforeCurrent {
        line: usize,
        account: AccountId,
        number: u32,
        issued: Date,
        current: u32,
        began: Date,
    },
    #[error(
        "line {line}: that the provider refuses a version is not taken from a file: `keyroll revoke` must see it"
    )]
    Seen { line: usize },
    /// `other` is the line of the fact that says otherwise, unless it is recorded.
    #[error("line {line}: `{key}` {}", otherwise(*other))]
    Contradicts {
        line: usize,
        key: FactKey,
        other: Option<usize>,
    },
}

fn end(expires: Option<Date>) -> String {
    expires.map_or_else(|| "open-ended".to_owned(), |day| format!("ending on {day}"))
}

fn before(is_live: bool) -> &'static str {
    if is_live {
        "leaving the version before it live"
    } else {
        "ending the version before it"
    }
}

fn it(is_live: bool) -> &'static str {
    if is_live {
        "leaving it live"
    } else {
        "ending it"
    }
}

fn otherwise(line: Option<usize>) -> String {
    line.map_or_else(
        || "is recorded otherwise".to_owned(),
        |line| format!("says otherwise on line {line}"),
    )
}

impl BadFact {
    /// The line of the file, from 1.
    pub fn line(&self) -> usize {
        match self {
            BadFact::Unknown { line, .. }
            | BadFact::OtherDay { line, .. }
            | BadFact::Backwards { line, .. }
            | BadFact::EndsBeforeIssue { line, .. }
            | BadFact::NoVersion { line, .. }
            | BadFact::OtherEnd { line, .. }
            | BadFact::OtherPrevious { line, .. }
            | BadFact::BeforeCurrent { line, .. }
            | BadFact::Seen { line }
            | BadFact::Contradicts { line, .. } => *line,
        }
    }
}
