//! The changes as they are found: sorted in the end, and bounded in what it takes to tell them and in the work that finds
//! them. What is found past the bound is counted.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::diff::Diff;
use crate::access::diff::change::{Aspect, Change, Count, Grant, Turn, What, named, row};
use crate::model::id::{Principal, RoleId};
use crate::model::record::{Kind, RecordId};

/// The most that is told, in bytes: some 200,000 changes. A file of a stranger's can name a thousand entitlements, each at
/// a thousand places, for a thousand people.
const MOST_TOLD: usize = 64 * 1024 * 1024;
/// The most entitlements and places that are looked at: those of 10,000 holders of a role that changes, four times.
const MOST_WORK: u64 = 20_000_000;
/// The most that are looked at once nothing more is listed, to count the rest.
const MOST_COUNTED: u64 = 2_000_000;
/// The most that are looked at of one principal: they are in memory together.
const MOST_AT_ONCE: usize = 1_000_000;

/// What the holders of a role gain or lose alike, as it changed and they did not.
type ByRole = (RoleId, Turn, Grant);

/// Takes changes.
pub(super) struct Collector {
    changes: Vec<Change>,
    by_role: BTreeMap<ByRole, Vec<Principal>>,
    /// How much more may be told.
    room: usize,
    unlisted: Count,
    work: u64,
    compared: bool,
}

impl Collector {
    pub fn new() -> Collector {
        Collector {
            changes: Vec::new(),
            by_role: BTreeMap::new(),
            room: MOST_TOLD,
            unlisted: Count::default(),
            work: MOST_WORK,
            compared: true,
        }
    }

    /// Whether so much more may be looked at; if not, the comparison ends here.
    pub fn spend(&mut self, work: usize) -> bool {
        match self.work.checked_sub(work as u64) {
            Some(left) if work <= MOST_AT_ONCE => self.work = left,
            Some(_) | None => self.compared = false,
        }
        self.compared
    }

    /// Says that something was left out.
    pub fn cut(&mut self) {
        self.compared = false;
    }

    /// Whether nothing more is listed: the rest is only to be counted.
    pub fn is_full(&self) -> bool {
        self.room < row("")
    }

    /// Counts what is not listed.
    pub fn leave_out(&mut self, turn: Turn, weight: usize) {
        self.unlisted.add(turn, weight);
    }

    /// Whether there is room to tell so much. What does not fit takes half of the room: one that is too large must not keep
    /// the small ones out, and after a few of them it is enough.
    fn takes(&mut self, told: usize) -> bool {
        let left = self.room.checked_sub(told);
        self.room = left.unwrap_or(self.room / 2);
        if self.is_full() {
            self.work = self.work.min(MOST_COUNTED);
        }
        left.is_some()
    }

    pub fn add(&mut self, record: &RecordId, turn: Turn, what: What) {
        self.add_for(record, turn, what, Arc::default());
    }

    pub fn add_for(
        &mut self,
        record: &RecordId,
        turn: Turn,
        what: What,
        holders: Arc<[Principal]>,
    ) {
        let change = Change {
            record: record.clone(),
            turn,
            what,
            holders,
        };
        // What it takes is not reckoned in vain: the holders may be many, and the same for many changes.
        if !self.is_full() && self.takes(change.told()) {
            self.changes.push(change);
        } else {
            self.leave_out(turn, change.weight());
        }
    }

    /// Adds what a holder of a role gains or loses as the role changes; told once, with all whom it concerns.
    pub fn by_role(&mut self, role: &RoleId, turn: Turn, grant: Grant, holder: &Principal) {
        let weight = grant.entitlements.len();
        let via = Arc::default();
        let key = (role.clone(), turn, Grant { via, ..grant });
        let mut told = weight.saturating_mul(named(holder.as_str()));
        if !self.by_role.contains_key(&key) {
            told += key.2.told(row(role.as_str()));
        }
        match self.takes(told) {
            true => self.by_role.entry(key).or_default().push(holder.clone()),
            false => self.leave_out(turn, weight),
        }
    }

    /// Adds one value for another.
    pub fn value(
        &mut self,
        record: &RecordId,
        turn: Turn,
        aspect: Aspect,
        from: Option<String>,
        to: Option<String>,
    ) {
        let what = What::Value {
            aspect,
            of: None,
            from,
            to,
        };
        self.add(record, turn, what);
    }

    /// Sorts what was found by record; the changes of one record stay in the order of their finding.
    pub fn finish(mut self) -> Diff {
        for ((role, turn, grant), mut holders) in self.by_role {
            holders.sort();
            self.changes.push(Change {
                record: RecordId::new(Kind::Role, &role),
                turn,
                what: What::Grant(grant),
                holders: holders.into(),
            });
        }
        self.changes.sort_by(|a, b| a.record.cmp(&b.record));
        Diff {
            changes: self.changes,
            unlisted: self.unlisted,
            compared: self.compared,
        }
    }
}
