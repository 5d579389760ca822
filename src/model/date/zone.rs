//! Time zones by name, and what a clock on the wall there shows.
//!
//! Whether there is a zone is judged by the list that ships with us, so that a file is judged alike everywhere; the rules of
//! a zone are the system's where it has them, which are the newer ones, else those that ship.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use jiff::civil;
use jiff::tz::{AmbiguousOffset, TimeZone, TimeZoneDatabase};

use crate::model::date::{BadTime, Date, Timestamp, shown};
use crate::model::text::string_serde;

/// The longest name of a zone, in bytes.
const LONGEST: usize = 64;

/// How alike a name must be to be the one that was meant.
const NEAR: f64 = 0.75;

static SHIPPED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// A time zone of the IANA list: `Europe/Berlin`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Zone(Box<str>);

impl Zone {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Zone {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let found = (text.len() <= LONGEST).then(|| SHIPPED.get(text).ok());
        // The list is searched without regard to case; a name has one spelling.
        let is_one = |zone: &TimeZone| zone.iana_name() == Some(text) && !zone.is_unknown();
        if found.flatten().as_ref().is_some_and(is_one) {
            return Ok(Zone(text.into()));
        }
        let way = match near(text) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "write one of the IANA list, such as `Europe/Berlin`".to_owned(),
        };
        Err(BadTime::Zone(shown(text), way))
    }
}

/// The zone that was meant: by its city, else by its letters.
fn near(text: &str) -> Option<String> {
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    let plain = |name: &str| name.to_lowercase().replace([' ', '-'], "_");
    let text = plain(text);
    let mut best: Option<(f64, String)> = None;
    for name in SHIPPED.available() {
        let known = plain(name.as_str());
        let city = known.rsplit('/').next() == text.rsplit('/').next();
        let likeness = match city {
            true if known == text => return Some(name.to_string()),
            true => 1.0,
            false => strsim::normalized_damerau_levenshtein(&known, &text),
        };
        if likeness >= NEAR && best.as_ref().is_none_or(|(most, _)| likeness > *most) {
            best = Some((likeness, name.to_string()));
        }
    }
    best.map(|(_, name)| name)
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// A time of day, `22:00`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(Box<str>);

impl TimeOfDay {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Minutes since midnight, by the clock on the wall.
    pub fn minute(&self) -> u32 {
        minute(&self.0).expect("its form was checked when it was made")
    }
}

fn minute(text: &str) -> Option<u32> {
    let [h0, h1, b':', m0, m1] = *text.as_bytes() else {
        return None;
    };
    let two = |tens: u8, ones: u8| {
        let digits = tens.is_ascii_digit() && ones.is_ascii_digit();
        digits.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
    };
    let (hour, minute) = (two(h0, h1)?, two(m0, m1)?);
    (hour < 24 && minute < 60).then_some(hour * 60 + minute)
}

impl FromStr for TimeOfDay {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        match minute(text) {
            Some(_) => Ok(TimeOfDay(text.into())),
            None => Err(BadTime::TimeOfDay(shown(text))),
        }
    }
}

/// The rules by which the clocks of one zone go.
#[derive(Clone, Debug)]
pub struct WallClock(TimeZone);

impl WallClock {
    /// The clock of a zone; UTC where there is none.
    pub fn of(zone: Option<&Zone>) -> WallClock {
        let Some(Zone(name)) = zone else {
            return WallClock(TimeZone::UTC);
        };
        let found = jiff::tz::db().get(name).or_else(|_| SHIPPED.get(name));
        WallClock(found.unwrap_or(TimeZone::UTC))
    }

    /// The first moment at which the clock shows this minute of the day, or a later one where it skips that; 1440 is the
    /// midnight at the day's end.
    pub fn moment(&self, day: Date, minute: u32) -> Timestamp {
        let (day, minute) = match minute {
            ..1440 => (day, minute),
            _ => (day.plus_days(1), minute - 1440),
        };
        let [hour, minute] =
            [minute / 60, minute % 60].map(|part| i8::try_from(part).unwrap_or_default());
        let time = civil::Time::new(hour.min(23), minute, 0, 0).unwrap_or(civil::Time::MIN);
        let shows = day.0.to_datetime(time);
        let found = match self.0.to_ambiguous_timestamp(shows).offset() {
            AmbiguousOffset::Unambiguous { offset } => offset.to_timestamp(shows),
            // The clock is put back: it shows this twice.
            AmbiguousOffset::Fold { before, .. } => before.to_timestamp(shows),
            // The clock is put forward: by the later offset, the moment would lie before that.
            AmbiguousOffset::Gap { after, .. } => after.to_timestamp(shows).map(|early| {
                let next = self.0.following(early).next();
                next.map_or(early, |put_forward| put_forward.timestamp())
            }),
        };
        found.map_or(Timestamp::from(day), |at| {
            Timestamp::from_unix(at.as_second())
        })
    }

    /// The day that the calendar on the wall shows.
    pub fn day(&self, at: Timestamp) -> Date {
        Date(self.0.to_datetime(at.0).date()).clamp(Date::first(), Date::last())
    }

    /// The minute of the day that the clock shows.
    pub fn minute(&self, at: Timestamp) -> u32 {
        let time = self.0.to_datetime(at.0).time();
        u32::from(time.hour().unsigned_abs()) * 60 + u32::from(time.minute().unsigned_abs())
    }
}

string_serde!(TimeOfDay, "^[0-2][0-9]:[0-5][0-9]$");
string_serde!(Zone, "^[A-Za-z0-9_+/-]+$");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn clock(name: &str) -> WallClock {
        WallClock::of(Some(&name.parse().unwrap()))
    }

    fn moment(zone: &str, day: &str, time: &str) -> String {
        let minute = time.parse::<TimeOfDay>().unwrap().minute();
        clock(zone).moment(day.parse().unwrap(), minute).to_string()
    }

    #[test]
    fn a_zone_that_is_not_there_is_refused_with_the_one_that_was_meant() {
        for (bad, said) in [
            ("Europe/Berln", "did you mean `Europe/Berlin`?"),
            ("europe/berlin", "did you mean `Europe/Berlin`?"),
            ("Berlin", "did you mean `Europe/Berlin`?"),
            ("new york", "did you mean `America/New_York`?"),
            ("Mars/Phobos", "such as `Europe/Berlin`"),
            ("", "such as `Europe/Berlin`"),
            ("../../etc/passwd", "such as `Europe/Berlin`"),
            ("Etc/Unknown", "is not a time zone"),
            ("localtime", "such as `Europe/Berlin`"),
        ] {
            let error = bad.parse::<Zone>().unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        for good in [
            "UTC",
            "Etc/UTC",
            "Europe/Berlin",
            "US/Pacific",
            "Asia/Kolkata",
        ] {
            assert_eq!(good.parse::<Zone>().unwrap().as_str(), good);
        }
    }

    #[test]
    fn a_time_of_day_is_two_numbers_that_a_clock_shows() {
        assert_eq!("23:59".parse::<TimeOfDay>().unwrap().minute(), 1439);
        for bad in ["24:00", "23:60", "9:00", "09:00 ", "0900", "é:00", ""] {
            assert!(bad.parse::<TimeOfDay>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_clock_that_is_put_forward_skips_and_one_put_back_shows_twice() {
        assert_eq!(
            moment("Europe/Berlin", "2026-11-22", "22:00"),
            "2026-11-22T21:00:00Z"
        );
        assert_eq!(
            moment("Europe/Berlin", "2027-07-01", "22:00"),
            "2027-07-01T20:00:00Z"
        );
        // 02:00 to 03:00 is skipped.
        for time in ["02:00", "02:30", "03:00"] {
            assert_eq!(
                moment("Europe/Berlin", "2027-03-28", time),
                "2027-03-28T01:00:00Z"
            );
        }
        assert_eq!(
            moment("Europe/Berlin", "2027-10-31", "02:30"),
            "2027-10-31T00:30:00Z"
        );
        assert_eq!(
            moment("Europe/Berlin", "2027-10-31", "03:00"),
            "2027-10-31T02:00:00Z"
        );
        // Half an hour only; and a day that was never there.
        assert_eq!(
            moment("Australia/Lord_Howe", "2027-10-03", "02:15"),
            "2027-10-02T15:30:00Z"
        );
        assert_eq!(
            moment("Pacific/Apia", "2011-12-30", "12:00"),
            "2011-12-30T10:00:00Z"
        );
        assert_eq!(
            moment("Europe/Berlin", "2199-12-31", "23:59"),
            "2199-12-31T00:00:00Z"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]
        #[test]
        fn a_moment_is_the_first_at_which_the_clock_shows_it(
            zone in prop::sample::select(vec!["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                "Asia/Kathmandu", "America/Sao_Paulo", "Africa/Casablanca", "Pacific/Apia"]),
            day in 0i64..30_000, minute in 0u32..1440,
        ) {
            let clock = clock(zone);
            let day = "1990-01-01".parse::<Date>().unwrap().plus_days(day);
            let at = clock.moment(day, minute);
            let before = at.plus_minutes(-1);
            let shows = (clock.day(at), clock.minute(at));
            prop_assert!(shows >= (day, minute));
            prop_assert!((clock.day(before), clock.minute(before)) < (day, minute));
        }
    }
}
