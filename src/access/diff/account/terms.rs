//! What people have signed for an account, and how long it lasts.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::access::diff::account::Pair;
use crate::access::diff::change::{Aspect, Turn, What};
use crate::access::diff::collector::Collector;
use crate::access::diff::holder::swapped;
use crate::model::access::ActionClass;
use crate::model::approval::{Approval, Choice, Decision};
use crate::model::date::Date;
use crate::model::entitlement::EntitlementKey;
use crate::model::id::{AccountId, BoundaryPath};
use crate::model::inventory::Inventory;

/// What an approval is of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Approved<'a> {
    Action(ActionClass),
    /// By name, beside the action as such.
    Entitlement(&'a EntitlementKey),
}

impl fmt::Display for Approved<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Approved::Action(action) => write!(f, "{action}"),
            Approved::Entitlement(key) => write!(f, "{key}"),
        }
    }
}

/// What people have signed for one account.
#[derive(Default, PartialEq, Eq)]
pub(super) struct Signed<'a> {
    /// How long something is approved; none is without end.
    approved: BTreeMap<Approved<'a>, Option<Date>>,
    decided: BTreeMap<&'a BoundaryPath, Choice>,
}

/// What is signed for each account. Of several approvals for one thing, the one that lasts longest counts.
pub(super) fn signed(inventory: &Inventory) -> HashMap<&AccountId, Signed<'_>> {
    let mut all: HashMap<&AccountId, Signed<'_>> = HashMap::new();
    for (key, approval) in &inventory.approvals {
        // Who signed it, where and how it came in gives nobody more.
        let Approval {
            until,
            permissions,
            by: _,
            ticket: _,
            by_command: _,
        } = approval;
        let approved = &mut all.entry(&key.account).or_default().approved;
        let named = permissions.iter().map(Approved::Entitlement);
        for what in std::iter::once(Approved::Action(key.action)).chain(named) {
            let known = approved.entry(what).or_insert(*until);
            *known = known.zip(*until).map(|(a, b)| a.max(b));
        }
    }
    for (key, decision) in &inventory.decisions {
        let Decision {
            choice,
            reason: _,
            by: _,
            on: _,
        } = decision;
        let decided = &mut all.entry(&key.account).or_default().decided;
        decided.insert(&key.boundary, *choice);
    }
    all
}

/// The turn of an end that was moved; no end is the latest.
pub(in crate::access::diff) fn prolonged(from: Option<Date>, to: Option<Date>) -> Option<Turn> {
    match (from, to) {
        (from, to) if from == to => None,
        (Some(_), None) => Some(Turn::Extended),
        (None, Some(_)) => Some(Turn::Shortened),
        (from, to) if from < to => Some(Turn::Extended),
        (_, _) => Some(Turn::Shortened),
    }
}

impl Pair<'_, '_> {
    /// Its approvals, the decisions at its boundaries, and its own end.
    pub fn terms(&self, signed: [&Signed<'_>; 2], out: &mut Collector) {
        let none = Signed::default();
        let [old, new] = [0, 1].map(|at| self.live[at].map_or(&none, |_| signed[at]));
        let shown = |until: &Option<Date>| match until {
            Some(until) => format!("until {until}"),
            None => "without end".to_owned(),
        };
        let either: BTreeSet<&Approved<'_>> =
            old.approved.keys().chain(new.approved.keys()).collect();
        for approved in either {
            let (from, to) = (old.approved.get(approved), new.approved.get(approved));
            let turn = match (from, to) {
                (Some(from), Some(to)) => prolonged(*from, *to),
                (None, _) | (_, None) => swapped(from, to),
            };
            if let Some(turn) = turn {
                let what = What::Value {
                    aspect: Aspect::Approval,
                    of: Some(approved.to_string()),
                    from: from.map(shown),
                    to: to.map(shown),
                };
                out.add(&self.record, turn, what);
            }
        }
        self.decisions([old, new], out);
        if let [Some(old), Some(new)] = self.live
            && let Some(turn) = prolonged(old.expires, new.expires)
        {
            let [from, to] = [old, new].map(|account| account.expires.map(|day| day.to_string()));
            out.value(&self.record, turn, Aspect::Expiry, from, to);
        }
    }

    /// Whether it reads or writes at each boundary.
    fn decisions(&self, [old, new]: [&Signed<'_>; 2], out: &mut Collector) {
        let either: BTreeSet<&&BoundaryPath> =
            old.decided.keys().chain(new.decided.keys()).collect();
        for boundary in either {
            let (from, to) = (old.decided.get(boundary), new.decided.get(boundary));
            let turn = match (from, to) {
                (Some(Choice::Read), Some(Choice::Write)) => Turn::Raised,
                (Some(Choice::Write), Some(Choice::Read)) => Turn::Lowered,
                (None, Some(Choice::Write)) => Turn::Gained,
                (Some(Choice::Write), None) => Turn::Lost,
                (None, Some(Choice::Read)) | (Some(Choice::Read), None) => Turn::Changed,
                (Some(Choice::Read), Some(Choice::Read))
                | (Some(Choice::Write), Some(Choice::Write))
                | (None, None) => continue,
            };
            let what = What::Value {
                aspect: Aspect::Decision,
                of: Some(boundary.to_string()),
                from: from.map(ToString::to_string),
                to: to.map(ToString::to_string),
            };
            out.add(&self.record, turn, what);
        }
    }
}
