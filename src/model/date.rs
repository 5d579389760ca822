//! Dates, times and spans of time. The one place that knows the calendar library; it never reads a clock.

mod span;
mod zone;

use std::fmt;
use std::str::FromStr;

use jiff::ToSpan;
use jiff::civil;

pub use span::Span;
pub use zone::{TimeOfDay, WallClock, Zone};

/// The years that a date in the roll may lie in.
pub const YEARS: std::ops::RangeInclusive<i32> = 1970..=2199;

/// Why a date, time or span was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTime {
    #[error("`{0}` is not a date: write `2027-03-31`")]
    Date(String),
    #[error("the year of `{0}` is not within 1970 to 2199; leave the date out where there is none")]
    Year(String),
    #[error("`{0}` is not a time: write `2027-03-31T14:00:00Z`")]
    Time(String),
    #[error(
        "`{0}` is not a span of time: write a whole number and `m` (minutes), `h`, `d`, `w`, `mo` (months) or `y`, such as `90d`"
    )]
    Span(String),
    #[error("`{0}` is not a time of day: write `22:00`")]
    TimeOfDay(String),
    #[error("`{0}` is not a time zone: {1}")]
    Zone(String, String),
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

/// A calendar date in UTC, within [`YEARS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(civil::Date);

impl Date {
    /// The date `days` later (earlier where negative), held within [`YEARS`].
    pub fn plus_days(self, days: i64) -> Date {
        // No two dates of the calendar are further apart.
        let days = days.clamp(-4_000_000, 4_000_000).days();
        self.moved(self.0.checked_add(days), days.is_negative())
    }

    /// The same day so many months later (earlier where negative), or the last day of a month that has no such day; held
    /// within [`YEARS`].
    pub fn plus_months(self, months: i32) -> Date {
        let months = months.clamp(-100_000, 100_000).months();
        self.moved(self.0.checked_add(months), months.is_negative())
    }

    fn moved(self, to: Result<civil::Date, jiff::Error>, is_earlier: bool) -> Date {
        let (first, last) = (Self::first(), Self::last());
        let edge = if is_earlier { first } else { last };
        Date(to.unwrap_or(edge.0)).clamp(first, last)
    }

    /// Whole days from this date until `later`; negative where `later` is earlier.
    pub fn days_until(self, later: Date) -> i64 {
        self.0.duration_until(later.0).as_hours() / 24
    }

    pub fn year(self) -> i32 {
        self.0.year().into()
    }

    /// The month, from 1.
    pub fn month(self) -> u32 {
        self.0.month().unsigned_abs().into()
    }

    /// The day of the month, from 1.
    pub fn day(self) -> u32 {
        self.0.day().unsigned_abs().into()
    }

    /// The day of the week: 0 is Monday.
    pub fn weekday(self) -> usize {
        self.0
            .weekday()
            .to_monday_zero_offset()
            .unsigned_abs()
            .into()
    }

    fn first() -> Date {
        Date(civil::date(1970, 1, 1))
    }

    fn last() -> Date {
        Date(civil::date(2199, 12, 31))
    }

    fn text(self) -> String {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// The day that `2027-03-31` names.
fn calendar(text: &str) -> Option<civil::Date> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + i16::from(digit - b'0'))
        })
    };
    let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    civil::Date::new(number(&[y0, y1, y2, y3])?, month, day).ok()
}

impl FromStr for Date {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let date = calendar(text).ok_or_else(|| BadTime::Date(shown(text)))?;
        if YEARS.contains(&date.year().into()) {
            Ok(Date(date))
        } else {
            Err(BadTime::Year(shown(text)))
        }
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A moment in UTC, to the second; as text always `2027-03-31T14:00:00Z`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z, held within [`YEARS`].
    pub fn from_unix(seconds: i64) -> Timestamp {
        let [first, last] = [Date::first(), Date::last()].map(Timestamp::from);
        jiff::Timestamp::from_second(seconds.clamp(first.unix(), last.unix()))
            .map_or(last, Timestamp)
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.as_second()
    }

    /// The moment that the `Date` header of an answer tells, in the form that servers write (RFC 9110, 5.6.7).
    pub fn from_http(text: &str) -> Option<Timestamp> {
        let is_form = text.len() == 29 && text.ends_with(" GMT");
        let parser = jiff::fmt::rfc2822::DateTimeParser::new();
        let moment = parser.parse_timestamp(text).ok().filter(|_| is_form)?;
        Some(Timestamp::from_unix(moment.as_second()))
    }

    pub fn date(self) -> Date {
        Date(jiff::tz::Offset::UTC.to_datetime(self.0).date())
    }

    /// The moment so many minutes later (earlier where negative), held within [`YEARS`].
    pub fn plus_minutes(self, minutes: i64) -> Timestamp {
        Timestamp::from_unix(self.unix().saturating_add(minutes.saturating_mul(60)))
    }

    fn text(self) -> String {
        self.0.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl From<Date> for Timestamp {
    /// Midnight at the date's start.
    fn from(date: Date) -> Timestamp {
        let midnight = date.0.to_datetime(civil::Time::midnight());
        let moment = jiff::tz::Offset::UTC.to_timestamp(midnight);
        Timestamp(moment.expect("a date of these years has a midnight"))
    }
}

/// Whether a text has the form of RFC 3339; the calendar library takes more than that.
fn is_rfc3339(text: &str) -> bool {
    let form = |shape: &[u8], text: &[u8]| {
        let fits = |(shape, byte): (&u8, &u8)| match shape {
            b'0' => byte.is_ascii_digit(),
            b'T' => matches!(byte, b'T' | b't' | b' '),
            b'+' => matches!(byte, b'+' | b'-'),
            shape => shape == byte,
        };
        shape.len() == text.len() && shape.iter().zip(text).all(fits)
    };
    let Some((time, rest)) = text.as_bytes().split_at_checked(19) else {
        return false;
    };
    let zone = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit());
            let digits = digits.count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
        None => rest,
    };
    form(b"0000-00-00T00:00:00", time) && (matches!(zone, b"Z" | b"z") || form(b"+00:00", zone))
}

impl FromStr for Timestamp {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime::Time(shown(text));
        if !is_rfc3339(text) {
            return Err(bad());
        }
        // More digits than nanoseconds have are of no use to us.
        let (time, rest) = text.split_at(19);
        let zone = rest.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        let plain = format!("{time}{zone}").to_ascii_uppercase();
        let moment: jiff::Timestamp = plain.parse().map_err(|_| bad())?;
        let year = text.get(..4).and_then(|year| year.parse().ok());
        if year.is_some_and(|year| YEARS.contains(&year)) {
            Ok(Timestamp::from_unix(moment.as_second()))
        } else {
            Err(BadTime::Year(shown(text)))
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

/// A type that serde shows as the string of its `Display`.
macro_rules! shown_serde {
    ($name:ident, $format:literal) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.text())
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                struct Parse;
                impl serde::de::Visitor<'_> for Parse {
                    type Value = $name;
                    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                        f.write_str(concat!("a ", $format))
                    }
                    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<$name, E> {
                        text.parse().map_err(E::custom)
                    }
                }
                from.deserialize_str(Parse)
            }
        }
        #[cfg(test)]
        impl schemars::JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string", "format": $format })
            }
        }
    };
}
shown_serde!(Date, "date");
shown_serde!(Timestamp, "date-time");

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn a_date_of_9999_is_refused_with_a_way_out() {
        let error = "9999-12-31".parse::<Date>().unwrap_err().to_string();
        assert!(error.contains("leave the date out"), "{error}");
        for bad in ["2026-02-29", "2026-1-1", "", "tomorrow", "+2026-01-1"] {
            assert!(bad.parse::<Date>().is_err(), "{bad}");
        }
    }

    #[test]
    fn days_are_added_across_leap_years_and_never_overflow() {
        assert_eq!(date("2028-02-28").plus_days(1), date("2028-02-29"));
        assert_eq!(date("2028-03-01").plus_days(-1), date("2028-02-29"));
        assert_eq!(date("2199-12-31").plus_days(i64::MAX), date("2199-12-31"));
        assert_eq!(date("1970-01-01").plus_days(i64::MIN), date("1970-01-01"));
        assert_eq!(date("2026-11-22").days_until(date("2026-11-21")), -1);
    }

    #[test]
    fn a_timestamp_shows_as_utc_to_the_second() {
        let time: Timestamp = "2027-03-31T16:00:00.9+02:00".parse().unwrap();
        assert_eq!(time.to_string(), "2027-03-31T14:00:00Z");
        assert_eq!(
            Timestamp::from_unix(i64::MAX).to_string(),
            "2199-12-31T00:00:00Z"
        );
    }

    #[test]
    fn a_time_of_another_form_is_refused() {
        for bad in [
            "2027-03-31T14:00:00",
            "2027-03-31T14:00Z",
            "20270331T140000Z",
            "2027-03-31T14:00:00.Z",
            "2027-03-31T14:00:00+02",
            "2027-03-31T14:00:00+02:00[Europe/Berlin]",
            "2027-03-31T25:00:00Z",
            "1969-12-31T23:00:00-05:00",
            "2027-03-31T14:00:0é",
        ] {
            assert!(bad.parse::<Timestamp>().is_err(), "{bad}");
        }
        let time: Timestamp = "2027-03-31t14:00:00.1234567890123z".parse().unwrap();
        assert_eq!(time.to_string(), "2027-03-31T14:00:00Z");
        assert_eq!(Timestamp::from_unix(i64::MIN).unix(), 0);
    }

    #[test]
    fn the_date_of_an_answer_is_read_in_one_form() {
        let read = |text: &str| Timestamp::from_http(text).map(|it| it.to_string());
        let found = read("Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(found.as_deref(), Some("1994-11-06T08:49:37Z"));
        for bad in [
            "",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0100",
            "Mon, 06 Nov 1994 08:49:37 GMT",
        ] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_month_later_is_the_same_day_or_the_last_of_the_month() {
        assert_eq!(date("2026-01-31").plus_months(1), date("2026-02-28"));
        assert_eq!(date("2028-01-31").plus_months(1), date("2028-02-29"));
        assert_eq!(date("2026-03-31").plus_months(-1), date("2026-02-28"));
        assert_eq!(date("2199-12-31").plus_months(i32::MAX), date("2199-12-31"));
        assert_eq!(date("1970-01-01").plus_months(i32::MIN), date("1970-01-01"));
        assert_eq!(date("2026-11-23").weekday(), 0);
    }
}
