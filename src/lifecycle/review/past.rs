//! The reviews that were made, in the order in which they were recorded: whoever asks for the newest asks here.

use std::collections::BTreeMap;

use crate::model::date::{Date, Timestamp};
use crate::model::fact::{Fact, ReviewVerdict};
use crate::model::id::{AccountId, Principal};
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;

/// A review that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub key: FactKey,
    pub account: AccountId,
    pub on: Date,
    pub at: Option<Timestamp>,
    pub by: Principal,
    pub verdict: ReviewVerdict,
    pub note: Option<Text>,
}

impl Past {
    /// The record of it.
    pub fn record(&self) -> RecordId {
        RecordId::new(Kind::Fact, &self.key)
    }
}

/// What reviews are sorted by. No two of an account that are given here are of one moment; of those that an older keyroll
/// recorded in one second, the gravest verdict counts as the last.
type Order<'a> = (Date, bool, Option<Timestamp>, ReviewVerdict, &'a FactKey);

/// The place of a fact among the reviews, where it is one.
fn order<'a>(key: &'a FactKey, fact: &Fact) -> Option<Order<'a>> {
    let Fact::Review {
        on,
        verdict,
        detail,
        ..
    } = fact
    else {
        return None;
    };
    let at = detail.as_ref().and_then(|detail| detail.at);
    // What has no moment was brought in on a later day.
    Some((*on, at.is_none(), at, *verdict, key))
}

/// The reviews that were made by a day.
fn made(inventory: &Inventory, as_of: Date) -> impl Iterator<Item = (Order<'_>, &Fact)> {
    let facts = inventory.facts.iter();
    let facts = facts.filter(move |(_, fact)| fact.on() <= as_of);
    facts.filter_map(|(key, fact)| Some((order(key, fact)?, fact)))
}

/// Every review that was made by a day, the oldest first.
pub fn past(inventory: &Inventory, as_of: Date) -> Vec<Past> {
    let mut all: Vec<_> = made(inventory, as_of).collect();
    all.sort_by_key(|(order, _)| *order);
    let all = all.into_iter();
    all.filter_map(|((.., key), fact)| one(key, fact)).collect()
}

/// The newest review of each account that was made by a day.
pub fn newest(inventory: &Inventory, as_of: Date) -> BTreeMap<&AccountId, Past> {
    let mut newest: BTreeMap<&AccountId, (Order<'_>, &Fact)> = BTreeMap::new();
    for (order, fact) in made(inventory, as_of) {
        let Some(account) = fact.account() else {
            continue;
        };
        let last = newest.entry(account).or_insert((order, fact));
        if last.0 < order {
            *last = (order, fact);
        }
    }
    let newest = newest.into_iter();
    newest
        .filter_map(|(account, ((.., key), fact))| Some((account, one(key, fact)?)))
        .collect()
}

/// The review that a fact is, where it is one.
pub fn one(key: &FactKey, fact: &Fact) -> Option<Past> {
    let Fact::Review {
        account,
        on,
        by,
        verdict,
        detail,
    } = fact
    else {
        return None;
    };
    Some(Past {
        key: key.clone(),
        account: account.clone(),
        on: *on,
        at: detail.as_ref().and_then(|detail| detail.at),
        by: by.clone(),
        verdict: *verdict,
        note: detail.as_ref().and_then(|detail| detail.note.clone()),
    })
}
