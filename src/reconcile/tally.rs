//! What is found and used, counted as the records go by; of each finding the first examples.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::id::AccountId;
use crate::model::reconciliation::Discrepancy;
use crate::model::text::shape::masked;
use crate::reconcile::outcome::{Finding, Kind, Place, severity};

/// The most findings of nobody's that are told apart: anybody can cause some.
const MOST: usize = 10_000;
/// The most of one account.
const MOST_OF_ACCOUNT: usize = 1000;

/// What a finding is about: its kind, the number of its account, the name beside it.
type About = (Kind, Option<u32>, Option<String>);

/// The counts so far.
pub(super) struct Tally {
    found: BTreeMap<About, Count>,
    /// By account, side and the number of the log.
    used: HashMap<(u32, Side, usize), Use>,
    /// How often what was found of each account, by day.
    days: BTreeMap<(u32, Discrepancy, Date), u64>,
    examples: usize,
    /// How many there are of each account, and of nobody.
    told: HashMap<Option<u32>, usize>,
    pub left_out: u64,
    /// The accounts of which some were left out.
    pub cut: BTreeSet<u32>,
}

struct Count {
    count: u64,
    not_done: u64,
    first: Timestamp,
    last: Timestamp,
    places: Vec<Place>,
}

/// What one account did.
#[derive(Clone)]
pub(super) struct Use {
    pub records: u64,
    pub first: Timestamp,
    pub last: Timestamp,
    pub used: BTreeSet<EntitlementKey>,
    /// How many of the records are by words that nobody knows.
    pub unknown: u64,
}

impl Use {
    /// The same, and what it did by another log.
    pub fn with(mut self, other: Use) -> Use {
        self.records += other.records;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.used.extend(other.used);
        self.unknown += other.unknown;
        self
    }
}

impl Tally {
    pub fn new(examples: usize) -> Tally {
        Tally {
            found: BTreeMap::new(),
            used: HashMap::new(),
            days: BTreeMap::new(),
            examples,
            told: HashMap::new(),
            left_out: 0,
            cut: BTreeSet::new(),
        }
    }

    /// Counts a record of a finding; `place` is made only where it is kept.
    pub fn add(
        &mut self,
        about: About,
        time: Timestamp,
        is_done: bool,
        place: impl FnOnce() -> Place,
    ) {
        if !self.found.contains_key(&about) {
            let account = about.1;
            let told = self.told.entry(account).or_default();
            let most = account.map_or(MOST, |_| MOST_OF_ACCOUNT);
            if *told >= most {
                self.left_out += 1;
                self.cut.extend(account);
                return;
            }
            *told += 1;
        }
        if let (Kind::Of(discrepancy), Some(account), _) = &about {
            let key = (*account, *discrepancy, time.date());
            *self.days.entry(key).or_default() += 1;
        }
        let count = self.found.entry(about).or_insert(Count {
            count: 0,
            not_done: 0,
            first: time,
            last: time,
            places: Vec::new(),
        });
        count.count += 1;
        count.not_done += u64::from(!is_done);
        count.first = count.first.min(time);
        count.last = count.last.max(time);
        if count.places.len() < self.examples {
            count.places.push(place());
        }
    }

    /// Counts a record of an account's work.
    pub fn works(&mut self, account: u32, at: (Side, usize), time: Timestamp) -> &mut Use {
        let (side, log) = at;
        let one = self.used.entry((account, side, log)).or_insert(Use {
            records: 0,
            first: time,
            last: time,
            used: BTreeSet::new(),
            unknown: 0,
        });
        one.records += 1;
        one.first = one.first.min(time);
        one.last = one.last.max(time);
        one
    }

    /// What was used, by account and side in their order, with the number of each log.
    pub fn uses(&mut self) -> BTreeMap<(u32, Side), Vec<(usize, Use)>> {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for ((account, side, log), one) in std::mem::take(&mut self.used) {
            let of: &mut Vec<(usize, Use)> = all.entry((account, side)).or_default();
            of.push((log, one));
        }
        all
    }

    /// How often what was found of each account, by day.
    pub fn days(&mut self) -> BTreeMap<(u32, Discrepancy, Date), u64> {
        std::mem::take(&mut self.days)
    }

    /// The findings, the gravest first; what looks like a secret is hidden.
    pub fn findings(self, name: impl Fn(u32) -> AccountId) -> Vec<Finding> {
        let finding = |((kind, account, what), count): (About, Count)| Finding {
            kind,
            account: account.map(&name),
            what: what.map(|what| masked(&what).into_owned()),
            count: count.count,
            not_done: count.not_done,
            first: count.first,
            last: count.last,
            places: count.places.into_iter().map(hidden).collect(),
        };
        let mut all: Vec<Finding> = self.found.into_iter().map(finding).collect();
        all.sort_by_key(|finding| std::cmp::Reverse(severity(finding.kind)));
        all
    }
}

fn hidden(mut place: Place) -> Place {
    for text in [&mut place.action, &mut place.record, &mut place.request] {
        *text = masked(text).into_owned();
    }
    place
}
