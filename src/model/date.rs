//! Dates, times and spans of time. The one place that knows the calendar library; it never reads a clock.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, Days, NaiveDate, Utc};

use crate::model::text::string_serde;

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
        "`{0}` is not a span of time: write a whole number and `m`, `h`, `d` or `w`, such as `90d`"
    )]
    Span(String),
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

/// A calendar date in UTC, within [`YEARS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(NaiveDate);

impl Date {
    /// The date `days` later (earlier where negative), held within [`YEARS`].
    pub fn plus_days(self, days: i64) -> Date {
        let moved = if days < 0 {
            self.0.checked_sub_days(Days::new(days.unsigned_abs()))
        } else {
            self.0.checked_add_days(Days::new(days.unsigned_abs()))
        };
        let edge = if days < 0 {
            Self::first()
        } else {
            Self::last()
        };
        Date(moved.unwrap_or(edge.0)).clamp(Self::first(), Self::last())
    }

    /// Whole days from this date until `later`; negative where `later` is earlier.
    pub fn days_until(self, later: Date) -> i64 {
        later.0.signed_duration_since(self.0).num_days()
    }

    fn first() -> Date {
        Date(NaiveDate::from_ymd_opt(*YEARS.start(), 1, 1).expect("the first of January exists"))
    }

    fn last() -> Date {
        Date(NaiveDate::from_ymd_opt(*YEARS.end(), 12, 31).expect("the last of December exists"))
    }

    fn text(self) -> String {
        let (year, month, day) = (self.0.year(), self.0.month(), self.0.day());
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// The day that `2027-03-31` names.
fn calendar(text: &str) -> Option<NaiveDate> {
    let [y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1] = *text.as_bytes() else {
        return None;
    };
    let number = |digits: &[u8]| {
        digits.iter().try_fold(0, |sum, digit| {
            digit
                .is_ascii_digit()
                .then(|| sum * 10 + u32::from(digit - b'0'))
        })
    };
    let year = i32::try_from(number(&[y0, y1, y2, y3])?).ok()?;
    NaiveDate::from_ymd_opt(year, number(&[m0, m1])?, number(&[d0, d1])?)
}

impl FromStr for Date {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let date = calendar(text).ok_or_else(|| BadTime::Date(shown(text)))?;
        if YEARS.contains(&date.year()) {
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
pub struct Timestamp(DateTime<Utc>);

impl Timestamp {
    /// The moment `seconds` after 1970-01-01T00:00:00Z, held within [`YEARS`].
    pub fn from_unix(seconds: i64) -> Timestamp {
        let first = Timestamp::from(Date::first());
        let last = Timestamp::from(Date::last());
        DateTime::from_timestamp(seconds, 0).map_or(last, |t| Timestamp(t).clamp(first, last))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix(self) -> i64 {
        self.0.timestamp()
    }

    pub fn date(self) -> Date {
        Date(self.0.date_naive())
    }

    fn text(self) -> String {
        self.0.format("%Y-%m-%dT%H:%M:%SZ").to_string()
    }
}

impl From<Date> for Timestamp {
    /// Midnight at the date's start.
    fn from(date: Date) -> Timestamp {
        Timestamp(date.0.and_time(chrono::NaiveTime::MIN).and_utc())
    }
}

impl FromStr for Timestamp {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let time = DateTime::parse_from_rfc3339(text).map_err(|_| BadTime::Time(shown(text)))?;
        if YEARS.contains(&time.year()) {
            Ok(Timestamp::from_unix(time.timestamp()))
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

/// A span of time as people write policies: `15m`, `24h`, `90d`, `12w`. Kept as written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Span {
    text: Box<str>,
    minutes: u32,
}

impl Span {
    /// The longest span, in days.
    const LONGEST_DAYS: u32 = 36_600;

    pub fn as_str(&self) -> &str {
        &self.text
    }

    pub fn minutes(&self) -> u32 {
        self.minutes
    }

    /// Whole days, a begun day counted in full.
    pub fn days(&self) -> u32 {
        self.minutes.div_ceil(24 * 60)
    }
}

impl FromStr for Span {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime::Span(shown(text));
        let unit = text.chars().next_back().ok_or_else(bad)?;
        let each = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            'w' => 7 * 24 * 60,
            _ => return Err(bad()),
        };
        let digits = &text[..text.len() - 1];
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(bad());
        }
        let count: u32 = digits.parse().map_err(|_| bad())?;
        let minutes = count.checked_mul(each).ok_or_else(bad)?;
        if minutes == 0 || minutes > Self::LONGEST_DAYS * 24 * 60 {
            return Err(bad());
        }
        Ok(Span {
            text: text.into(),
            minutes,
        })
    }
}

impl PartialOrd for Span {
    fn partial_cmp(&self, other: &Span) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Span {
    fn cmp(&self, other: &Span) -> std::cmp::Ordering {
        (self.minutes, &self.text).cmp(&(other.minutes, &other.text))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.text)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// A time of day, `22:00`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay(Box<str>);

impl TimeOfDay {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TimeOfDay {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        match (text.len(), chrono::NaiveTime::parse_from_str(text, "%H:%M")) {
            (5, Ok(_)) => Ok(TimeOfDay(text.into())),
            _ => Err(BadTime::Time(shown(text))),
        }
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
string_serde!(Span, "^[0-9]+[mhdw]$");
string_serde!(TimeOfDay, "^[0-2][0-9]:[0-5][0-9]$");

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
    fn a_span_is_a_number_and_a_unit() {
        assert_eq!("12w".parse::<Span>().unwrap().days(), 84);
        assert_eq!("25h".parse::<Span>().unwrap().days(), 2);
        for bad in [
            "",
            "d",
            "0d",
            "-1d",
            "1.5d",
            "90",
            "99999999999d",
            "90 d",
            "1é",
        ] {
            assert!(bad.parse::<Span>().is_err(), "{bad}");
        }
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
}
