//! What the records came to, by account: in all, and in each stretch of time that logs cover.

use std::collections::{BTreeMap, BTreeSet};

use crate::lifecycle::usage;
use crate::model::account::Account;
use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::id::{AccountId, EnvironmentName};
use crate::model::log::LogMap;
use crate::model::reconciliation::Discrepancy;
use crate::reconcile::join::Joined;
use crate::reconcile::outcome::{LogRead, Used, Window, Worked};
use crate::reconcile::stretch;
use crate::reconcile::tally::Use;

/// How often something was counted for each account, in all windows.
pub(super) fn sum(
    windows: &[Window],
    of: fn(&Window) -> &BTreeMap<AccountId, u64>,
) -> BTreeMap<AccountId, u64> {
    let mut all = BTreeMap::new();
    for (account, count) in windows.iter().flat_map(of) {
        *all.entry(account.clone()).or_default() += count;
    }
    all
}

/// What came of holding the logs against each other, by the windows that both sides cover.
pub(super) fn windows(
    accounts: &[(&AccountId, &Account)],
    environment: Option<&EnvironmentName>,
    joined: &Joined,
    found: &BTreeMap<(u32, Discrepancy, Date), u64>,
) -> Vec<Window> {
    let cover = &joined.cover;
    let name = |number: u32| accounts[number as usize].0.clone();
    let mut all = Vec::new();
    for (at, (from, to)) in cover.windows.iter().enumerate() {
        let mut window = Window {
            from: *from,
            to: *to,
            compared: BTreeMap::new(),
            uncompared: BTreeMap::new(),
            found: BTreeMap::new(),
        };
        for (number, (id, account)) in (0..).zip(accounts) {
            let records = joined.compared.get(&(number, at)).copied();
            let records = records.unwrap_or_default();
            if records > 0 || environment.is_none_or(|name| account.environment == *name) {
                window.compared.insert((*id).clone(), records);
            }
            if let Some(count) = joined.uncompared.get(&(number, at)) {
                window.uncompared.insert((*id).clone(), *count);
            }
        }
        let here = |day: Date| cover.window_of_day(day) == at;
        for ((number, kind, _), count) in found.iter().filter(|((_, _, day), _)| here(*day)) {
            let of = window.found.entry(name(*number)).or_default();
            *of.entry(*kind).or_default() += count;
        }
        for (number, _) in joined.retried.iter().filter(|(_, day)| here(*day)) {
            let of = window.found.entry(name(*number)).or_default();
            of.entry(Discrepancy::NotRetried).or_default();
        }
        all.push(window);
    }
    all
}

/// What an account did by the logs of one side, and in each stretch that they cover.
pub(super) fn used_of(
    (id, account): (&AccountId, &Account),
    (side, map): (Side, Option<&LogMap>),
    logs: &[LogRead],
    by_log: &[(usize, Use)],
) -> Option<Used> {
    let together = |wanted: &dyn Fn(usize) -> bool| {
        let of = by_log.iter().filter(|(log, _)| wanted(*log));
        of.map(|(_, one)| one.clone()).reduce(Use::with)
    };
    let stretches = stretch::stretches(logs, side).into_iter();
    let stretches = stretches.filter_map(|(from, to)| {
        let is_in = |(a, b): (Timestamp, Timestamp)| from <= a && b <= to;
        let one = together(&|log| logs[log].span.is_some_and(is_in))?;
        Some(Worked {
            stretch: (from, to),
            records: one.records,
            last: one.last,
            used: one.used,
            is_clear: one.unknown == 0,
        })
    });
    let stretches = stretches.collect();
    let all = together(&|_| true)?;
    let seen: BTreeSet<_> = all.used.iter().collect();
    let map = map.filter(|_| all.unknown == 0);
    let never = map.map(|map| usage::never(account, side, map, &seen));
    let never = never.into_iter().flatten().cloned().collect();
    Some(Used {
        account: id.clone(),
        side,
        records: all.records,
        first: all.first,
        last: all.last,
        used: all.used,
        unknown: all.unknown,
        never,
        stretches,
    })
}
