//! Which entitlements of an account its logs show in use, and which they never do. Judges by what was recorded of logs that
//! were read; a log that nobody read says nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::account::Account;
use crate::model::date::Date;
use crate::model::entitlement::{EntitlementKey, Side};
use crate::model::fact::Fact;
use crate::model::id::{AccountId, EnvironmentName, ProviderId};
use crate::model::inventory::Inventory;
use crate::model::log::LogMap;
use crate::model::reconciliation::Reading;
use crate::model::text::Text;

/// The longest gap between logs, in days, over which they still count as read without a break: a plant may rest for a week.
const LONGEST_GAP: i64 = 7;

/// What the logs of one side told of an account's entitlements, over some days.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Usage<'a> {
    pub side: Side,
    /// The days that were asked for, as far as logs go.
    pub from: Date,
    pub to: Date,
    /// For how many days up to the last one logs were read, without a gap of more than a week.
    pub reach: i64,
    /// Held, and never seen in use though the log has a word for it.
    pub never: Vec<&'a EntitlementKey>,
}

/// An installation, the side whose log it is, and the words that it was read by.
type Installation<'a> = (&'a ProviderId, &'a EnvironmentName, Side, &'a str);

/// What was recorded of logs by a day.
#[derive(Default)]
pub struct Readings<'a> {
    of_account: BTreeMap<(&'a str, Side), Vec<&'a Reading>>,
    /// The days that logs of each installation cover: that of a day on which an account rests is read as well. What was
    /// read by other words than today's says nothing of what today's have a word for.
    spans: BTreeMap<Installation<'a>, Vec<(Date, Date)>>,
}

impl<'a> Readings<'a> {
    /// Gathers what was recorded by a day.
    pub fn of(inventory: &'a Inventory, as_of: Date) -> Readings<'a> {
        let mut readings = Readings::default();
        for fact in inventory.facts.values() {
            if let Fact::Seen {
                account: id,
                on,
                reading: Some(reading),
                ..
            } = fact
                && *on <= as_of
                && let Some(account) = inventory.accounts.get(id)
            {
                let side = reading.side;
                let of = (id.as_str(), side);
                readings.of_account.entry(of).or_default().push(reading);
                let words = reading.words_digest.as_ref().map_or("", Text::as_str);
                let installation = (&account.provider, &account.environment, side, words);
                let span = (reading.since, reading.until.min(as_of));
                readings.spans.entry(installation).or_default().push(span);
            }
        }
        for spans in readings.spans.values_mut() {
            spans.sort_unstable();
        }
        readings
    }

    /// What was used of an account's side in the last days that logs cover; none where no log was read, or nothing says how.
    pub fn usage(
        &self,
        inventory: &'a Inventory,
        (id, account): (&AccountId, &'a Account),
        side: Side,
        days: i64,
    ) -> Option<Usage<'a>> {
        let map = map_of(inventory, account, side)?;
        let words = map.words_digest();
        let installation = (&account.provider, &account.environment, side, &*words);
        let spans = self.spans.get(&installation)?;
        let to = spans.iter().map(|(_, until)| *until).max()?;
        let from = to.plus_days(1 - days);
        let of_account = self.of_account.get(&(id.as_str(), side));
        let within = of_account.into_iter().flatten();
        let within: Vec<_> = within.filter(|reading| reading.until >= from).collect();
        // Words that nobody knew may be for whatever it holds.
        if within.iter().any(|reading| reading.words_digest.is_none()) {
            return None;
        }
        let used = within.iter().flat_map(|reading| &reading.used).collect();
        Some(Usage {
            side,
            from,
            to,
            reach: reach(spans, to),
            never: never(account, side, map, &used),
        })
    }
}

/// How many days before and with `to` some spans cover, without a long gap between them.
fn reach(spans: &[(Date, Date)], to: Date) -> i64 {
    let mut begin = to;
    // From the latest end on; each that touches what is covered may begin earlier.
    let mut by_end: Vec<&(Date, Date)> = spans.iter().collect();
    by_end.sort_unstable_by_key(|(_, until)| std::cmp::Reverse(*until));
    for (since, until) in by_end {
        if until.days_until(begin) > LONGEST_GAP + 1 {
            break;
        }
        begin = begin.min(*since);
    }
    begin.days_until(to) + 1
}

/// What an account holds at a side, of its own.
pub fn held(account: &Account, side: Side) -> &[EntitlementKey] {
    match side {
        Side::Provider => &account.permissions,
        Side::Platform => &account.scopes,
    }
}

/// The map by which the log of an account's side is read.
pub fn map_of<'a>(
    inventory: &'a Inventory,
    account: &'a Account,
    side: Side,
) -> Option<&'a LogMap> {
    match side {
        Side::Provider => inventory.providers.get(&account.provider)?.log.as_deref(),
        Side::Platform => {
            let platform = inventory.platform_of(account)?;
            inventory.platforms.get(platform)?.log.as_deref()
        }
    }
}

/// What is held, has a word in the log, and is not among what was used. What the log has no word for it cannot show.
pub fn never<'a>(
    account: &'a Account,
    side: Side,
    map: &LogMap,
    used: &BTreeSet<&EntitlementKey>,
) -> Vec<&'a EntitlementKey> {
    let worded = map.entitlements();
    let held = held(account, side).iter();
    held.filter(|key| worded.contains(key) && !used.contains(key))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logs_reach_back_to_the_first_long_gap() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let reach = |spans: &[(&str, &str)]| {
            let spans: Vec<_> = spans.iter().map(|(a, b)| (day(a), day(b))).collect();
            super::reach(&spans, day("2026-11-20"))
        };
        assert_eq!(reach(&[("2026-11-20", "2026-11-20")]), 1);
        // Spans within one another, and a week between two.
        let week = [
            ("2026-10-01", "2026-11-12"),
            ("2026-10-05", "2026-10-06"),
            ("2026-11-20", "2026-11-20"),
        ];
        assert_eq!(reach(&week), 51);
        let longer = [("2026-10-01", "2026-11-11"), ("2026-11-20", "2026-11-20")];
        assert_eq!(reach(&longer), 1);
    }
}
