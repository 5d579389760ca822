//! Floor 3: logs and lists of accounts held against the roll. Reads what it is given, line by line, in memory that does not
//! grow with it; judges, and records nothing.

mod census;
mod entry;
mod group;
mod join;
mod judge;
mod known;
mod lines;
mod outcome;
mod rows;
mod sorter;
mod stretch;
mod tally;
mod told;
mod words;

use std::collections::BTreeMap;
use std::io::BufRead;

use crate::catalog::Policy;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::id::{AccountId, EnvironmentName, PlatformId, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::log::LogMap;
use crate::model::text::Text;

pub use census::{Counted, List, MOST_ORPHANS, NotAList, census};
pub use outcome::{
    Finding, Kind, LogRead, Malformed, Outcome, Place, Used, Window, changes, facts, poorer,
    severity,
};
pub use stretch::{Stretch, stretches};

/// What a log is held against.
pub struct Against<'a> {
    pub inventory: &'a Inventory,
    pub policy: &'a Policy,
    pub provider: &'a ProviderId,
    /// Whose log the platform's is.
    pub platform: Option<&'a PlatformId>,
    /// The environment of records that name none.
    pub environment: Option<&'a EnvironmentName>,
    /// Since when accounts that are not active are so, where it is known: work before is well.
    pub ended: BTreeMap<AccountId, Timestamp>,
    /// The days that are judged; what lies outside still shows what became of what is inside.
    pub since: Option<Date>,
    pub until: Option<Date>,
    /// The only record, or request, that is judged.
    pub record: Option<String>,
    /// What is dated later than tomorrow is no record.
    pub today: Date,
    /// When the logs are read.
    pub now: Timestamp,
    /// How many examples are kept of each finding.
    pub examples: usize,
}

/// One file of a log.
pub struct Log<'l> {
    pub side: Side,
    pub name: Text,
    pub map: &'l LogMap,
    pub from: Box<dyn BufRead + 'l>,
}

/// Why the logs could not be held against the roll at all.
#[derive(Debug, thiserror::Error)]
pub enum Unread {
    #[error("cannot read {name}")]
    Read {
        name: Text,
        #[source]
        error: std::io::Error,
    },
    #[error("{name}: {why}")]
    Heading { name: Text, why: String },
    #[error("cannot write the temporary file by which the logs are joined")]
    Scratch(#[source] std::io::Error),
}

/// Reads the logs to their ends and judges what they tell.
///
/// # Errors
/// When a log cannot be read, has not the columns of its map, or the temporary file cannot be written.
pub fn read(against: &Against<'_>, logs: Vec<Log<'_>>) -> Result<Outcome, Unread> {
    let mut judge = judge::Judge::of(against, &logs);
    for (number, log) in logs.into_iter().enumerate() {
        judge.read(number, log)?;
    }
    judge.finish()
}

#[cfg(test)]
mod tests;
