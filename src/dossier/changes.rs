//! What changed in a span of days: what became of access, by the roll as it stood before and after; and what else the trail
//! tells, by record. Reads no store.

mod author;
mod behind;
mod event;

use std::collections::{BTreeMap, BTreeSet};

use crate::access::diff::{self, Diff, State};
use crate::catalog::{Glossaries, Policy};
use crate::dossier::changes::author::{Wrote, written};
use crate::dossier::past::{Astray, Told};
use crate::model::access::Level;
use crate::model::date::Date;
use crate::model::id::{AccountId, Principal};
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, RecordId};
use crate::report::changes::{Changes, Group, Happening};
use crate::report::diff::told;

/// What is told of.
pub struct Asked<'a> {
    /// The events of the days, oldest first.
    pub told: &'a [Told],
    pub before: &'a Inventory,
    pub after: &'a Inventory,
    /// Records of which it is not known how they stood.
    pub lost: &'a BTreeSet<RecordId>,
    /// What was changed behind the trail, up to now: neither state has it.
    pub astray: &'a [Astray],
    pub policy: &'a Policy,
    /// The first and the last day.
    pub days: (Date, Date),
    /// Which accounts are wanted; none is all, and what belongs to no account too.
    pub wants: Option<&'a dyn Fn(&AccountId) -> bool>,
}

/// What becomes of access between two states of a roll. Of the shipped policy and the one in force, whichever allows more.
pub fn access(before: &Inventory, after: &Inventory, policy: &Policy) -> Diff {
    let [old_terms, new_terms] = [Glossaries::of(before), Glossaries::of(after)];
    let old = State {
        inventory: before,
        glossary: &|name| old_terms.get(name),
    };
    let new = State {
        inventory: after,
        glossary: &|name| new_terms.get(name),
    };
    let shipped = |level: Level| Policy::shipped().levels().policy(level).actions.as_slice();
    let chosen = |level: Level| policy.levels().policy(level).actions.as_slice();
    diff::compare(&old, &new, &[&shipped, &chosen])
}

/// All that is to be told.
pub fn changes(asked: &Asked<'_>) -> Changes {
    let diff = access(asked.before, asked.after, asked.policy);
    let mut happenings: Vec<Happening> = Vec::new();
    let mut silent = 0;
    let mut alike: BTreeMap<(Group, String, String, String), usize> = BTreeMap::new();
    let mut actors: BTreeMap<String, u64> = BTreeMap::new();
    for one in asked.told {
        let actor = one.event.actor.name.to_string();
        *actors.entry(actor.clone()).or_default() += 1;
        let Some(found) = event::of(one) else {
            silent += 1;
            continue;
        };
        if !asked.wants_one(found.account.as_ref()) {
            continue;
        }
        // Of what is handed out and what fails again and again, the number says enough.
        let key = (found.group, found.record.clone(), found.what.clone(), actor);
        if let Some(at) = alike.get(&key) {
            let there: &mut Happening = &mut happenings[*at];
            there.times += 1;
            there.at = found.at.max(there.at);
            continue;
        }
        alike.insert(key, happenings.len());
        happenings.push(found);
    }
    happenings.sort_by(|a, b| {
        (a.group, a.at, &a.record, &a.what).cmp(&(b.group, b.at, &b.record, &b.what))
    });
    // Access by record, as it is compared; it is read first.
    let mut access = of_access(asked, &diff);
    access.sort_by_key(|it| it.group);
    let behind = asked.astray.iter().map(behind::of);
    // What belongs to no account may bear on any.
    let behind = behind.filter(|it| it.account.is_none() || asked.wants_one(it.account.as_ref()));
    let mut all: Vec<Happening> = behind.collect();
    all.append(&mut access);
    all.append(&mut happenings);
    let happenings = all;
    Changes {
        since: asked.days.0,
        until: asked.days.1,
        happenings,
        events: asked.told.len() as u64,
        silent,
        actors: actors.into_iter().collect(),
        lost: asked.lost.iter().cloned().collect(),
        complete: diff.is_complete(),
    }
}

impl Asked<'_> {
    fn wants_one(&self, account: Option<&AccountId>) -> bool {
        match (self.wants, account) {
            (None, _) => true,
            (Some(wants), Some(account)) => wants(account),
            (Some(_), None) => false,
        }
    }
}

/// Gains and losses, with whoever wrote what they come of.
fn of_access(asked: &Asked<'_>, diff: &Diff) -> Vec<Happening> {
    let wrote: Vec<Wrote<'_>> = asked.told.iter().filter_map(Wrote::of).collect();
    let one = |told: crate::report::diff::Told<'_>| {
        let change = told.change;
        let accounts = accounts(change);
        let wanted = asked.wants.is_none() || accounts.iter().any(|id| asked.wants_one(Some(id)));
        // One that comes takes nothing from anybody: that it was added is told as of any record.
        let wanted = wanted && (change.record.kind != Kind::Assertion || change.turn.gains());
        let by = written(&wrote, change);
        let last = by
            .iter()
            .map(|wrote| wrote.told)
            .max_by_key(|told| told.event.sequence);
        let reasons = by
            .iter()
            .filter_map(|wrote| wrote.told.event.actor.reason.as_ref());
        let who = by
            .iter()
            .map(|wrote| wrote.told.event.actor.name.to_string());
        let who: BTreeSet<String> = who.collect();
        wanted.then(|| Happening {
            group: match change.turn.gains() {
                true => Group::Gain,
                false => Group::Loss,
            },
            at: Some(last.map_or(asked.days.1.into(), |told| told.event.actor.at)),
            account: accounts.into_iter().next(),
            record: change.record.to_string(),
            turn: Some(change.turn),
            what: told.words,
            who: who.into_iter().collect(),
            reason: joined(reasons.map(ToString::to_string)),
            times: 1,
        })
    };
    told(diff).filter_map(one).collect()
}

/// Each reason once, in the order in which they were given.
fn joined(reasons: impl Iterator<Item = String>) -> Option<String> {
    let mut all: Vec<String> = Vec::new();
    for reason in reasons {
        if !all.contains(&reason) {
            all.push(reason);
        }
    }
    (!all.is_empty()).then(|| all.join("; "))
}

/// The accounts that a change in access concerns: the record, or its holders.
fn accounts(change: &diff::Change) -> Vec<AccountId> {
    let own = (change.record.kind == Kind::Account).then(|| change.record.name.parse().ok());
    let holders = change.holders.iter().filter_map(Principal::as_account);
    own.flatten().into_iter().chain(holders).collect()
}

#[cfg(test)]
mod tests;
