//! The secrets that somebody who leaves may know: seen in the audit trail, or open to a key that was theirs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::lifecycle::due;
use crate::lifecycle::offboarding::{Hand, Leaving};
use crate::model::credential::{StoreClass, Version, VersionStage};
use crate::model::date::{Date, Timestamp};
use crate::model::id::{AccountId, ConsumerId, RecipientId};
use crate::model::key::VersionKey;

/// A version that somebody may know and that the provider may accept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub version: VersionKey,
    pub stage: VersionStage,
    /// How they may know it; never empty.
    pub ways: Vec<Way>,
    /// Whether keyroll was given its value: without it, nothing can be marked.
    pub is_held: bool,
    /// The day from which it counts as known already.
    pub exposed: Option<Date>,
}

/// How somebody may know a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    Seen(Hand, Timestamp),
    /// A key of theirs opens it.
    Recipient(RecipientId),
    /// They had an identity at hand that is not listed as theirs: it opens everything.
    Identity,
    /// They use it by hand.
    ByHand(ConsumerId),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Way::Seen(Hand::Revealed, at) => write!(f, "revealed {}", at.date()),
            Way::Seen(Hand::Run, at) => write!(f, "run with it {}", at.date()),
            Way::Seen(Hand::Stored, at) => write!(f, "stored it {}", at.date()),
            Way::Recipient(name) => write!(f, "recipient {name}"),
            Way::Identity => f.write_str("had an identity at hand"),
            Way::ByHand(consumer) => write!(f, "uses it: consumer {consumer}"),
        }
    }
}

impl Known {
    /// Whether a rotation ends what they know: it is what is used, or will be.
    pub fn is_due(&self) -> bool {
        match self.stage {
            VersionStage::Pending | VersionStage::Current => true,
            VersionStage::Previous | VersionStage::Revoked | VersionStage::PossiblyLive => false,
        }
    }
}

/// What they may know and has not been seen refused, by account and number.
pub(super) fn known(leaving: &Leaving<'_>) -> Vec<Known> {
    let roll = leaving.inventory;
    let theirs = roll.recipients.iter();
    let theirs = theirs.filter(|(_, recipient)| recipient.person.as_ref() == Some(leaving.person));
    let keys: Vec<&RecipientId> = theirs.map(|(name, _)| name).collect();
    // Whoever opened anything without a key of their own had another's.
    let shared = keys.is_empty() && !leaving.handed.is_empty();
    let used = used(leaving);
    let versions = roll.versions.iter();
    let known = versions.filter_map(|(key, version)| {
        if version.stage == VersionStage::Revoked {
            return None;
        }
        let mut ways = seen(leaving, key);
        if is_sealed(version) {
            ways.extend(keys.iter().map(|name| Way::Recipient((*name).clone())));
            ways.extend(shared.then_some(Way::Identity));
        }
        let is_current = version.stage == VersionStage::Current;
        let by_hand = used.get(&key.account).filter(|_| is_current);
        let by_hand = by_hand.into_iter().flatten();
        ways.extend(by_hand.map(|consumer| Way::ByHand((*consumer).clone())));
        (!ways.is_empty()).then(|| Known {
            version: key.clone(),
            stage: version.stage,
            ways,
            is_held: version.held.is_some(),
            exposed: due::exposed(version),
        })
    });
    known.collect()
}

/// Whether the store itself holds the value, which a recipient opens. What lies elsewhere, its place guards.
fn is_sealed(version: &Version) -> bool {
    let held = version.held.as_ref();
    held.is_some_and(|held| held.place.class() == StoreClass::Age)
}

fn seen(leaving: &Leaving<'_>, version: &VersionKey) -> Vec<Way> {
    let all = Hand::ALL.iter();
    let seen = all.filter_map(|hand| {
        let at = leaving.handed.get(&(version.clone(), *hand))?;
        Some(Way::Seen(*hand, *at))
    });
    seen.collect()
}

/// The consumers that they are, by account.
fn used<'a>(leaving: &Leaving<'a>) -> BTreeMap<&'a AccountId, Vec<&'a ConsumerId>> {
    let roll = leaving.inventory;
    let theirs = roll.consumers.iter();
    let theirs = theirs.filter(|(_, consumer)| consumer.person.as_ref() == Some(leaving.person));
    let theirs: BTreeSet<&ConsumerId> = theirs.map(|(id, _)| id).collect();
    let mut used: BTreeMap<&AccountId, Vec<&ConsumerId>> = BTreeMap::new();
    if theirs.is_empty() {
        return used;
    }
    for (id, account) in &roll.accounts {
        let own = account.consumers.iter();
        let own = own.filter(|consumer| theirs.contains(consumer));
        let own: Vec<&ConsumerId> = own.collect();
        if !own.is_empty() {
            used.insert(id, own);
        }
    }
    used
}
