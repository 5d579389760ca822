//! The stretches of time that logs cover. Several files of a side are one log as far as one follows upon the other; what lies
//! in a gap between them nobody can judge.

use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::reconcile::outcome::LogRead;

/// A span of time, both ends in it.
pub type Stretch = (Timestamp, Timestamp);

/// How long, in seconds, nothing may happen between two files that are one log: where each is of a day, a night and more.
/// What is longer is a gap, so that two stretches never share a day.
const LONGEST_REST: i64 = 24 * 3600;
/// How far, in seconds, the clocks of two systems and the times of their records of one write may lie apart.
const SLACK: i64 = 60;

/// What the logs of each side cover, and what both do.
#[derive(Clone, Debug)]
pub(super) struct Cover {
    sides: [Vec<Stretch>; 2],
    /// What both sides cover of the judged days, in order: where requests have ids.
    pub windows: Vec<Stretch>,
}

impl Cover {
    pub fn of(logs: &[LogRead], (since, until): (Option<Date>, Option<Date>)) -> Cover {
        let sides = [Side::Provider, Side::Platform].map(|side| stretches(logs, side));
        let pairs = sides[0]
            .iter()
            .flat_map(|own| sides[1].iter().map(move |other| (*own, *other)));
        let from = since.map(Timestamp::from);
        let to = until.map(|day| Timestamp::from_unix(end(day)));
        let mut windows: Vec<Stretch> = pairs
            .map(|((a, b), (c, d))| {
                let (begin, end) = (a.max(c), b.min(d));
                (
                    from.map_or(begin, |it| it.max(begin)),
                    to.map_or(end, |it| it.min(end)),
                )
            })
            .filter(|(begin, end)| begin <= end)
            .collect();
        windows.sort_unstable();
        Cover { sides, windows }
    }

    /// The number of the window that a moment lies in.
    pub fn window(&self, time: Timestamp) -> Option<usize> {
        let holds = |(from, to): &Stretch| (*from..=*to).contains(&time);
        self.windows.iter().position(holds)
    }

    /// The number of the window that what happened on a day is told with: its own, else the last before it, or the first.
    pub fn window_of_day(&self, day: Date) -> usize {
        let before = self.windows.iter().filter(|(from, _)| from.date() <= day);
        before.count().saturating_sub(1)
    }

    /// Whether a side's log goes on from one moment to another.
    pub fn goes_on(&self, side: Side, from: Timestamp, until: i64) -> bool {
        let own = self.stretch(side, from);
        own.is_some_and(|(_, to)| to.unix() >= until)
    }

    /// Whether a moment is so near an end of what a side's log covers that its record may stand beyond it.
    pub fn is_at_edge(&self, side: Side, time: Timestamp) -> bool {
        self.stretch(side, time).is_none_or(|(from, to)| {
            let time = time.unix();
            time - from.unix() < SLACK || to.unix() - time < SLACK
        })
    }

    fn stretch(&self, side: Side, time: Timestamp) -> Option<Stretch> {
        let mut all = self.sides[side as usize].iter();
        all.find(|(from, to)| (*from..=*to).contains(&time))
            .copied()
    }
}

/// The last second of a day.
fn end(day: Date) -> i64 {
    Timestamp::from(day.plus_days(1)).unix() - 1
}

/// What the logs of a side cover, in order and without what lies in gaps.
pub fn stretches(logs: &[LogRead], side: Side) -> Vec<Stretch> {
    let of_side = logs.iter().filter(|log| log.side == side);
    let mut spans: Vec<Stretch> = of_side.filter_map(|log| log.span).collect();
    spans.sort_unstable();
    let mut out: Vec<Stretch> = Vec::new();
    for (from, to) in spans {
        match out.last_mut() {
            Some((_, end)) if from.unix() - end.unix() <= LONGEST_REST => *end = to.max(*end),
            Some(_) | None => out.push((from, to)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        format!("2026-11-{text}Z").parse().unwrap()
    }

    fn log(side: Side, from: &str, to: &str) -> LogRead {
        LogRead {
            side,
            name: "a".parse().unwrap(),
            records: 1,
            malformed: 0,
            examples: Vec::new(),
            passed: 0,
            elsewhere: 0,
            judged: 1,
            span: Some((time(from), time(to))),
        }
    }

    #[test]
    fn files_of_days_are_one_log_and_a_day_that_lacks_is_a_gap() {
        let logs = [
            log(Side::Provider, "18T06:00:00", "18T20:00:00"),
            log(Side::Provider, "16T06:00:00", "16T20:00:00"),
            log(Side::Provider, "17T06:00:00", "17T07:00:00"),
            log(Side::Provider, "20T06:00:00", "20T20:00:00"),
            log(Side::Platform, "16T08:00:00", "20T19:00:00"),
        ];
        let expected = [
            (time("16T06:00:00"), time("18T20:00:00")),
            (time("20T06:00:00"), time("20T20:00:00")),
        ];
        assert_eq!(stretches(&logs, Side::Provider), expected);
        let cover = Cover::of(&logs, (None, None));
        let expected = [
            (time("16T08:00:00"), time("18T20:00:00")),
            (time("20T06:00:00"), time("20T19:00:00")),
        ];
        assert_eq!(cover.windows, expected);
        for (moment, window) in [
            ("16T07:00:00", None),
            ("17T12:00:00", Some(0)),
            ("19T12:00:00", None),
            ("20T12:00:00", Some(1)),
        ] {
            assert_eq!(cover.window(time(moment)), window, "{moment}");
        }
        let of_day = |day: &str| cover.window_of_day(format!("2026-11-{day}").parse().unwrap());
        assert_eq!(["15", "18", "19", "20", "21"].map(of_day), [0, 0, 0, 1, 1]);
        let clipped = Cover::of(&logs, (Some("2026-11-19".parse().unwrap()), None));
        assert_eq!(clipped.windows, expected[1..]);
    }

    #[test]
    fn near_the_end_of_a_log_its_record_may_stand_beyond_it() {
        let logs = [
            log(Side::Provider, "16T06:00:00", "16T20:00:00"),
            log(Side::Platform, "15T06:00:00", "17T20:00:00"),
        ];
        let cover = Cover::of(&logs, (None, None));
        for (moment, is_so) in [
            ("16T05:59:59", true),
            ("16T06:00:59", true),
            ("16T06:01:00", false),
            ("16T19:59:00", false),
            ("16T19:59:01", true),
        ] {
            assert_eq!(
                cover.is_at_edge(Side::Provider, time(moment)),
                is_so,
                "{moment}"
            );
            assert!(!cover.is_at_edge(Side::Platform, time(moment)), "{moment}");
        }
        assert!(cover.goes_on(
            Side::Provider,
            time("16T19:00:00"),
            time("16T20:00:00").unix()
        ));
        assert!(!cover.goes_on(
            Side::Provider,
            time("16T19:00:00"),
            time("16T20:00:01").unix()
        ));
    }
}
