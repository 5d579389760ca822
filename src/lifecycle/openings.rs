//! When a policy lets a rotation run: in its windows, by the clock of their zone, and on no day that is blacked out.

use std::fmt;

use crate::model::date::{Date, Timestamp, WallClock};
use crate::model::rotation::{Rotation, Weekday, Window};

/// How many days in a row without an opening are looked at before it counts as never: more than a year.
const LONGEST_WAIT: u32 = 400;

/// Midnight at a day's end, in minutes.
const MIDNIGHT: u32 = 24 * 60;

/// A stretch of time in which a rotation may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    pub from: Timestamp,
    /// The first moment at which it may not run any more.
    pub until: Timestamp,
}

impl Opening {
    pub fn holds(&self, at: Timestamp) -> bool {
        self.from <= at && at < self.until
    }
}

/// That a rotation may not run now, and when it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextOpening(pub Option<Opening>);

impl std::error::Error for NextOpening {}

impl fmt::Display for NextOpening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(opening) => write!(f, "its window opens at {}", opening.from),
            None => f.write_str("its policy leaves no window in which it may run"),
        }
    }
}

/// Whether a policy lets a rotation run at this moment.
///
/// # Errors
/// When it does not; with the next opening.
pub fn may_run_now(policy: &Rotation, now: Timestamp) -> Result<(), NextOpening> {
    let openings = Openings::of(policy);
    match openings.next(now) {
        Some(opening) if opening.holds(now) => Ok(()),
        next => Err(NextOpening(next)),
    }
}

/// Whether a window by itself is open at this moment.
pub fn is_open(window: &Window, now: Timestamp) -> bool {
    let alone = Rotation {
        every: "1d".parse().expect("a day is a span"),
        warn: None,
        overlap: None,
        strategy: None,
        on_owner_change: false,
        window: Some(window.clone()),
        blackout: Vec::new(),
    };
    may_run_now(&alone, now).is_ok()
}

/// The openings of one policy.
#[derive(Clone, Debug)]
pub struct Openings {
    clock: WallClock,
    /// The days of the week on which a window opens, Monday first.
    days: [bool; 7],
    from: u32,
    /// Not after `from` where it is past midnight.
    to: u32,
    /// First and last days that are blacked out, sorted and apart.
    shut: Vec<(Date, Date)>,
}

impl Openings {
    pub fn of(policy: &Rotation) -> Openings {
        let window = policy.window.as_ref();
        let days = window.map_or(&[][..], |window| &window.days);
        let is_open = |day: &Weekday| days.is_empty() || days.contains(day);
        let mut week = [true; 7];
        for (open, day) in week.iter_mut().zip(Weekday::ALL) {
            *open = is_open(day);
        }
        Openings {
            clock: WallClock::of(window.and_then(|window| window.zone.as_ref())),
            days: week,
            from: window.map_or(0, |window| window.from.minute()),
            to: window.map_or(MIDNIGHT, |window| window.to.minute()),
            shut: merged(policy),
        }
    }

    /// The days that are blacked out, first and last, sorted and apart.
    pub fn shut(&self) -> &[(Date, Date)] {
        &self.shut
    }

    /// More days than there ever are from one opening to the next, where any is within reach.
    pub fn longest_wait(&self) -> i64 {
        let days = self.shut.iter().map(|(from, to)| from.days_until(*to));
        // A week before it and one after: a window may open on one day of the week, and a clock skip that.
        (days.max().unwrap_or(0) + 16).min(LONGEST_WAIT.into())
    }

    /// The next opening that has not ended by a moment; the one that holds it, where one does.
    pub fn next(&self, after: Timestamp) -> Option<Opening> {
        // What opened yesterday may run past midnight.
        let mut day = self.clock.day(after).plus_days(-1);
        for _ in 0..LONGEST_WAIT {
            let opening = self.of_day(day);
            if let Some(opening) = opening.filter(|opening| after < opening.until) {
                return Some(opening);
            }
            // The last of the days that are shut may open past its midnight.
            let next = match self.shut_around(day) {
                Some((_, last)) if day < last => last,
                _ => day.plus_days(1),
            };
            if next == day {
                return None;
            }
            day = next;
        }
        None
    }

    /// The last opening that begins before `by` and ends after `from`.
    pub fn last(&self, from: Timestamp, by: Timestamp) -> Option<Opening> {
        let first = self.clock.day(from).plus_days(-1);
        let mut day = self.clock.day(by);
        for _ in 0..LONGEST_WAIT {
            let opening = self.of_day(day).filter(|opening| opening.from < by);
            if let Some(opening) = opening {
                return Some(opening).filter(|opening| from < opening.until);
            }
            let next = match self.shut_around(day) {
                Some((begin, _)) => begin.plus_days(-1),
                None => day.plus_days(-1),
            };
            if next == day || next < first {
                return None;
            }
            day = next;
        }
        None
    }

    /// The opening that begins on a day of the wall's calendar, without what of it is blacked out.
    fn of_day(&self, day: Date) -> Option<Opening> {
        let is_past_midnight = self.to <= self.from;
        let is_open = self.days.get(day.weekday()).copied().unwrap_or_default();
        let tomorrow = day.plus_days(1);
        if !is_open || tomorrow == day {
            return None;
        }
        let today = !self.is_shut(day);
        let after = is_past_midnight && self.to > 0 && !self.is_shut(tomorrow);
        let from = match (today, after) {
            (true, _) => self.clock.moment(day, self.from),
            (false, true) => self.clock.moment(tomorrow, 0),
            (false, false) => return None,
        };
        let until = match (is_past_midnight, after) {
            (false, _) => self.clock.moment(day, self.to),
            (true, true) => self.clock.moment(tomorrow, self.to),
            (true, false) => self.clock.moment(tomorrow, 0),
        };
        // A clock that is put forward may skip all of it.
        (from < until).then_some(Opening { from, until })
    }

    fn is_shut(&self, day: Date) -> bool {
        self.shut_around(day).is_some()
    }

    /// The first and last of the days in a row that are shut, where this is one.
    fn shut_around(&self, day: Date) -> Option<(Date, Date)> {
        let at = self.shut.partition_point(|(from, _)| *from <= day);
        let (from, to) = *self.shut.get(at.checked_sub(1)?)?;
        (day <= to).then_some((from, to))
    }
}

/// The blackouts, sorted, with those in one that touch. One that ends before it begins shuts nothing: a rule tells of it.
fn merged(policy: &Rotation) -> Vec<(Date, Date)> {
    let mut all: Vec<(Date, Date)> = policy
        .blackout
        .iter()
        .map(|blackout| (blackout.from, blackout.to))
        .filter(|(from, to)| from <= to)
        .collect();
    all.sort();
    let mut merged: Vec<(Date, Date)> = Vec::new();
    for (from, to) in all {
        match merged.last_mut() {
            Some((_, last)) if from <= last.plus_days(1) => *last = to.max(*last),
            _ => merged.push((from, to)),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn policy(over: serde_json::Value) -> Rotation {
        let mut body = json!({ "every": "90d" });
        for (key, value) in over.as_object().unwrap() {
            body[key] = value.clone();
        }
        serde_json::from_value(body).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shown(opening: Option<Opening>) -> String {
        opening.map_or("never".to_owned(), |o| format!("{} to {}", o.from, o.until))
    }

    fn next(over: serde_json::Value, after: &str) -> String {
        shown(Openings::of(&policy(over)).next(at(after)))
    }

    fn last(over: serde_json::Value, from: &str, by: &str) -> String {
        shown(Openings::of(&policy(over)).last(at(from), at(by)))
    }

    #[test]
    fn without_a_window_every_day_is_open_but_those_that_are_blacked_out() {
        let christmas = json!({ "blackout": [{ "from": "2026-12-24", "to": "2026-12-26" },
            { "from": "2026-12-26", "to": "2027-01-01" }, { "from": "2026-12-31", "to": "2026-12-01" }] });
        assert_eq!(
            next(json!({}), "2026-11-22T10:00:00Z"),
            "2026-11-22T00:00:00Z to 2026-11-23T00:00:00Z"
        );
        assert_eq!(
            next(christmas.clone(), "2026-12-24T00:00:00Z"),
            "2027-01-02T00:00:00Z to 2027-01-03T00:00:00Z"
        );
        assert_eq!(
            last(christmas, "2026-11-22T00:00:00Z", "2026-12-30T00:00:00Z"),
            "2026-12-23T00:00:00Z to 2026-12-24T00:00:00Z"
        );
    }

    #[test]
    fn a_window_opens_by_the_clock_of_its_zone_and_runs_past_midnight() {
        let window = json!({ "window": { "days": ["sat", "sun"], "from": "22:00", "to": "04:00",
            "zone": "Europe/Berlin" } });
        // A Sunday, in the window that opened on it and in the one of the day before.
        assert_eq!(
            next(window.clone(), "2026-11-22T12:00:00Z"),
            "2026-11-22T21:00:00Z to 2026-11-23T03:00:00Z"
        );
        assert_eq!(
            next(window.clone(), "2026-11-22T02:59:59Z"),
            "2026-11-21T21:00:00Z to 2026-11-22T03:00:00Z"
        );
        // The night in which the clock is put forward is an hour shorter.
        assert_eq!(
            next(window, "2027-03-27T12:00:00Z"),
            "2027-03-27T21:00:00Z to 2027-03-28T02:00:00Z"
        );
    }

    #[test]
    fn a_window_past_midnight_is_cut_where_a_blackout_begins_or_ends() {
        let window = |from: &str, to: &str| json!({ "window": { "from": "22:00", "to": "04:00" }, "blackout": [{ "from": from, "to": to }] });
        assert_eq!(
            next(window("2026-11-23", "2026-11-30"), "2026-11-22T12:00:00Z"),
            "2026-11-22T22:00:00Z to 2026-11-23T00:00:00Z"
        );
        assert_eq!(
            next(window("2026-11-20", "2026-11-22"), "2026-11-22T12:00:00Z"),
            "2026-11-23T00:00:00Z to 2026-11-23T04:00:00Z"
        );
        assert_eq!(
            last(
                window("2026-11-20", "2026-11-22"),
                "2026-11-01T00:00:00Z",
                "2026-11-22T23:00:00Z"
            ),
            "2026-11-19T22:00:00Z to 2026-11-20T00:00:00Z"
        );
    }

    #[test]
    fn a_window_that_the_clock_skips_does_not_open_that_day() {
        let window = json!({ "window": { "days": ["sun"], "from": "02:10", "to": "02:50", "zone": "Europe/Berlin" } });
        assert_eq!(
            next(window, "2027-03-28T00:00:00Z"),
            "2027-04-04T00:10:00Z to 2027-04-04T00:50:00Z"
        );
    }

    #[test]
    fn what_never_opens_is_told_and_not_waited_for() {
        let shut = json!({ "blackout": [{ "from": "1970-01-01", "to": "2199-12-31" }] });
        assert_eq!(next(shut.clone(), "2026-11-22T00:00:00Z"), "never");
        assert_eq!(
            last(shut.clone(), "2026-11-22T00:00:00Z", "2027-11-22T00:00:00Z"),
            "never"
        );
        let error = may_run_now(&policy(shut), at("2026-11-22T00:00:00Z")).unwrap_err();
        assert!(error.to_string().contains("no window"), "{error}");
        assert_eq!(next(json!({}), "2199-12-31T00:00:00Z"), "never");
    }

    #[test]
    fn a_run_is_let_in_from_the_first_moment_and_not_at_the_last() {
        let policy = policy(json!({ "window": { "from": "22:00", "to": "23:00" } }));
        let may = |time: &str| may_run_now(&policy, at(time));
        assert!(may("2026-11-22T22:00:00Z").is_ok());
        assert!(may("2026-11-22T22:59:59Z").is_ok());
        let error = may("2026-11-22T23:00:00Z").unwrap_err();
        assert_eq!(
            error.to_string(),
            "its window opens at 2026-11-23T22:00:00Z"
        );
    }

    fn any_policy() -> impl Strategy<Value = Rotation> {
        let time = || (0u32..24, 0u32..60).prop_map(|(h, m)| format!("{h:02}:{m:02}"));
        let zone = prop::sample::select(vec![
            "UTC",
            "Europe/Berlin",
            "America/Los_Angeles",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Asia/Kathmandu",
        ]);
        let days =
            prop::sample::subsequence(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"], 0..7);
        let shut = prop::collection::vec((0i64..500, 0i64..40), 0..5);
        (time(), time(), zone, days, shut).prop_map(|(from, to, zone, days, shut)| {
            let base: Date = "2026-09-01".parse().unwrap();
            let shut: Vec<_> = shut
                .into_iter()
                .map(|(begin, length)| {
                    let from = base.plus_days(begin);
                    json!({ "from": from, "to": from.plus_days(length) })
                })
                .collect();
            policy(json!({ "window": { "from": from, "to": to, "zone": zone, "days": days }, "blackout": shut }))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]
        #[test]
        fn an_opening_lies_in_the_window_and_on_no_shut_day(policy in any_policy(), after in 0i64..40_000_000) {
            let openings = Openings::of(&policy);
            let after = Timestamp::from_unix(at("2026-09-01T00:00:00Z").unix() + after);
            if let Some(opening) = openings.next(after) {
                prop_assert!(after < opening.until && opening.from < opening.until);
                // At most a day, and the hour by which a clock is put back.
                prop_assert!(opening.until.unix() - opening.from.unix() <= 25 * 3600);
                for at in [opening.from, opening.until.plus_minutes(-1)] {
                    prop_assert!(!openings.is_shut(openings.clock.day(at)), "{}", at);
                    prop_assert_eq!(may_run_now(&policy, at), Ok(()));
                }
                // Before it there is none; and looking back from its end finds it.
                if after < opening.from {
                    prop_assert_eq!(may_run_now(&policy, after), Err(NextOpening(Some(opening))));
                    prop_assert_eq!(openings.last(after, opening.from), None);
                }
                prop_assert_eq!(openings.last(after, opening.from.plus_minutes(1)), Some(opening));
            }
        }
    }
}
