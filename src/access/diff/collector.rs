//! The changes as they are found: sorted in the end, and bounded in number and in the work that finds them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::access::diff::Diff;
use crate::access::diff::change::{Aspect, Change, Entitled, Grant, Place, Turn, What};
use crate::model::entitlement::Side;
use crate::model::id::{Principal, RoleId};
use crate::model::record::{Kind, RecordId};

/// The most changes that are kept, each entitlement counted.
const MOST: usize = 1_000_000;
/// The most entitlements and places that are looked at: those of 10,000 holders of a role that changes, four times.
const MOST_WORK: u64 = 20_000_000;
/// The most that are looked at of one principal: they are in memory together.
const MOST_AT_ONCE: usize = 1_000_000;

/// What the holders of a role gain or lose alike, as it changed and they did not.
type ByRole = (
    RoleId,
    Turn,
    Side,
    Vec<Entitled>,
    Arc<[Place]>,
    Arc<[Place]>,
);

/// Takes changes.
pub(super) struct Collector {
    changes: Vec<Change>,
    by_role: BTreeMap<ByRole, Vec<Principal>>,
    weight: usize,
    work: u64,
    complete: bool,
}

impl Collector {
    pub fn new() -> Collector {
        Collector {
            changes: Vec::new(),
            by_role: BTreeMap::new(),
            weight: 0,
            work: MOST_WORK,
            complete: true,
        }
    }

    /// Whether so much more may be looked at; if not, the comparison is incomplete from here on.
    pub fn spend(&mut self, work: usize) -> bool {
        match self.work.checked_sub(work as u64) {
            Some(left) if work <= MOST_AT_ONCE => self.work = left,
            Some(_) | None => self.complete = false,
        }
        self.complete
    }

    /// Says that something was left out.
    pub fn cut(&mut self) {
        self.complete = false;
    }

    /// Whether all was told so far: if not, the rest need not be worked out.
    pub fn is_complete(&self) -> bool {
        self.complete
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
        self.weight += change.weight() + change.holders.len();
        if self.weight > MOST {
            self.complete = false;
        } else {
            self.changes.push(change);
        }
    }

    /// Adds what a holder of a role gains or loses as the role changes; told once, with all whom it concerns.
    pub fn by_role(&mut self, role: &RoleId, turn: Turn, grant: Grant, holder: &Principal) {
        self.weight += grant.entitlements.len() + 1;
        if self.weight > MOST {
            self.complete = false;
            return;
        }
        let Grant {
            side,
            entitlements,
            from,
            to,
            via: _,
        } = grant;
        let key = (role.clone(), turn, side, entitlements, from, to);
        self.by_role.entry(key).or_default().push(holder.clone());
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
        for ((role, turn, side, entitlements, from, to), mut holders) in self.by_role {
            holders.sort();
            let grant = Grant {
                side,
                entitlements,
                from,
                to,
                via: Arc::default(),
            };
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
            complete: self.complete,
        }
    }
}
