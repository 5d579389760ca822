//! The records of one request, as they come by: first the provider's, then the platform's; of each side by action, record,
//! account and time. Holds a few of them, however many there are.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::entitlement::Side;
use crate::model::log::LogMap;
use crate::model::reconciliation::Discrepancy;
use crate::reconcile::entry::Ended;
use crate::reconcile::join::{Joined, Key, Spot};
use crate::reconcile::outcome::{Kind, Place};
use crate::reconcile::tally::Tally;
use crate::reconcile::words::Words;

/// How soon a failure is to be tried again, in seconds, where the map does not say.
const RETRY_WITHIN: i64 = 3600;
/// How many tries are still well, where it does not.
const MAX_TRIES: u32 = 10;
/// Of how many records of one request each side's are held.
const MOST_HELD: usize = 1000;

/// How long a side waits for a further try, and how many it takes.
#[derive(Clone, Copy)]
pub(super) struct Patience {
    within: i64,
    most: u32,
}

impl Patience {
    pub fn of(map: Option<&LogMap>) -> Patience {
        let within = map.and_then(|map| map.retry_within.as_ref());
        Patience {
            within: within.map_or(RETRY_WITHIN, |span| i64::from(span.minutes()) * 60),
            most: map.and_then(|map| map.max_tries).unwrap_or(MAX_TRIES),
        }
    }
}

/// A request and what came of it so far.
pub(super) struct Group {
    is_request: bool,
    name: String,
    patience: [Patience; 2],
    held: [Held; 2],
    run: Option<Run>,
}

/// What one side has of a request.
#[derive(Default)]
struct Held {
    /// The first write to each record by each account in each window, which the other side must have; and how many there are.
    writes: BTreeMap<(String, (u32, usize)), (Spot, u64)>,
    /// The records of which it says that something was done.
    done: BTreeSet<String>,
    /// Whether there are more of those than are held.
    has_more: bool,
}

/// Tries of one thing, one after the other.
struct Run {
    side: Side,
    last: Spot,
    tries: u32,
}

impl Group {
    pub fn of(key: &Key, patience: [Patience; 2]) -> Group {
        Group {
            is_request: key.is_request,
            name: key.name.clone(),
            patience,
            held: [Held::default(), Held::default()],
            run: None,
        }
    }

    pub fn is_of(&self, key: &Key) -> bool {
        self.is_request == key.is_request && self.name == key.name
    }

    /// Takes the next record.
    pub fn take(
        &mut self,
        side: Side,
        spot: Spot,
        joined: &mut Joined,
        words: &Words,
        tally: &mut Tally,
    ) {
        match self.is_request {
            true => self.held[side as usize].take(&spot, joined),
            false => {
                if let Some(counts) = spot.counts_in(&joined.cover) {
                    *joined.uncompared.entry(counts).or_default() += 1;
                }
            }
        }
        if spot.account.is_none() {
            return;
        }
        let patience = self.patience[side as usize];
        let tries = match self.run.take() {
            Some(run) if run.goes_on(side, &spot, self.is_request, patience) => {
                let failed = run.last.ended == Ended::Failed && run.last.is_judged;
                let account = run.last.account.filter(|_| failed);
                let on = run.last.time.date();
                joined.retried.extend(account.map(|number| (number, on)));
                run.tries + 1
            }
            before => {
                if let Some(run) = before {
                    self.end_run(&run, joined, words, tally);
                }
                1
            }
        };
        if tries == patience.most.saturating_add(1) {
            self.tell(Discrepancy::RetryStorm, &spot, words, tally);
        }
        self.run = Some(Run {
            side,
            last: spot,
            tries,
        });
    }

    /// Judges a run of tries that is over.
    fn end_run(&self, run: &Run, joined: &mut Joined, words: &Words, tally: &mut Tally) {
        let patience = self.patience[run.side as usize];
        let last = &run.last;
        // After so many tries it may give up.
        let is_left = last.ended == Ended::Failed && run.tries < patience.most;
        if !is_left || !last.is_judged {
            return;
        }
        let until = last.time.unix().saturating_add(patience.within);
        match joined.cover.goes_on(run.side, last.time, until) {
            true => self.tell(Discrepancy::NotRetried, last, words, tally),
            false => joined.undecided += 1,
        }
    }

    /// Judges what only the whole request shows.
    pub fn end(mut self, joined: &mut Joined, words: &Words, tally: &mut Tally) {
        if let Some(run) = self.run.take() {
            self.end_run(&run, joined, words, tally);
        }
        if !self.is_request {
            return;
        }
        let missing = [
            Discrepancy::MissingAtPlatform,
            Discrepancy::MissingAtProvider,
        ];
        for (side, there) in [
            (Side::Provider, Side::Platform),
            (Side::Platform, Side::Provider),
        ] {
            let (own, other) = (&self.held[side as usize], &self.held[there as usize]);
            for ((record, counts), (write, count)) in &own.writes {
                match other.has(record) {
                    Some(true) => {}
                    Some(false) if joined.cover.is_at_edge(there, write.time) => {
                        *joined.compared.entry(*counts).or_default() -= count;
                        joined.undecided += count;
                    }
                    Some(false) => self.tell(missing[side as usize], write, words, tally),
                    None => {
                        *joined.compared.entry(*counts).or_default() -= count;
                        *joined.uncompared.entry(*counts).or_default() += count;
                    }
                }
            }
        }
    }

    fn tell(&self, discrepancy: Discrepancy, spot: &Spot, words: &Words, tally: &mut Tally) {
        if !spot.is_judged {
            return;
        }
        let about = (Kind::Of(discrepancy), spot.account, None);
        let is_done = spot.ended == Ended::Done;
        tally.add(about, spot.time, is_done, || Place {
            log: spot.at.0,
            line: spot.at.1,
            time: spot.time,
            action: words.word(spot.word).to_owned(),
            record: spot.record.clone(),
            request: match self.is_request {
                true => self.name.clone(),
                false => String::new(),
            },
        });
    }
}

impl Held {
    fn take(&mut self, spot: &Spot, joined: &mut Joined) {
        if spot.ended == Ended::Done && !self.done.contains(&spot.record) {
            match self.done.len() < MOST_HELD {
                true => _ = self.done.insert(spot.record.clone()),
                false => self.has_more = true,
            }
        }
        let Some(counts) = spot.counts_in(&joined.cover) else {
            return;
        };
        let key = (spot.record.clone(), counts);
        if self.writes.len() >= MOST_HELD && !self.writes.contains_key(&key) {
            *joined.uncompared.entry(counts).or_default() += 1;
            return;
        }
        *joined.compared.entry(counts).or_default() += 1;
        self.writes.entry(key).or_insert((spot.clone(), 0)).1 += 1;
    }

    /// Whether something was done to a record; a side that does not name it has it. None where nobody can tell.
    fn has(&self, record: &str) -> Option<bool> {
        let has = match record.is_empty() {
            true => !self.done.is_empty(),
            false => self.done.contains(record) || self.done.contains(""),
        };
        (has || !self.has_more).then_some(has)
    }
}

impl Run {
    /// Whether a record is a further try of the same. Without the id of a request, what follows a success is new work.
    fn goes_on(&self, side: Side, next: &Spot, is_request: bool, patience: Patience) -> bool {
        let gap = next.time.unix() - self.last.time.unix();
        side == self.side
            && next.is_same(&self.last)
            && gap <= patience.within
            && (is_request || self.last.ended == Ended::Failed)
    }
}

impl Spot {
    fn is_same(&self, other: &Spot) -> bool {
        let who = self.account == other.account;
        who && self.word == other.word && self.record == other.record
    }
}
