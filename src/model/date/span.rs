//! Spans of time: `15m`, `24h`, `90d`, `12w`, and by the calendar `3mo`, `1y`.

use std::fmt;
use std::str::FromStr;

use crate::model::date::{BadTime, Date, shown};
use crate::model::text::string_serde;

/// A span of time as people write policies. Kept as written.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Span {
    text: Box<str>,
    /// Of months and years, the most that they can be.
    minutes: u32,
    /// Calendar months; none of a span that is so many days wherever it begins.
    months: Option<u32>,
}

const DAY: u32 = 24 * 60;

impl Span {
    /// The longest span, in days.
    const LONGEST_DAYS: u32 = 36_600;

    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Minutes; of months and years, the most that they can be.
    pub fn minutes(&self) -> u32 {
        self.minutes
    }

    /// Whole days, a begun day counted in full; of months and years, the most that they can be.
    pub fn days(&self) -> u32 {
        self.minutes.div_ceil(DAY)
    }

    /// The day that lies this span after another: by the calendar where the span is of months or years, so that `1mo` after
    /// 31 January is the last of February.
    pub fn after(&self, day: Date) -> Date {
        self.moved(day, 1)
    }

    /// The day that lies this span before another.
    pub fn before(&self, day: Date) -> Date {
        self.moved(day, -1)
    }

    fn moved(&self, day: Date, sign: i32) -> Date {
        match self.months.and_then(|months| i32::try_from(months).ok()) {
            Some(months) => day.plus_months(sign * months),
            None => day.plus_days(i64::from(sign) * i64::from(self.days())),
        }
    }
}

/// The most days that so many months in a row have.
fn most_days(months: u32) -> Option<u32> {
    const MONTHS: [u32; 12] = [0, 31, 62, 92, 123, 153, 184, 215, 245, 276, 306, 337];
    let (years, rest) = (months / 12, MONTHS[months as usize % 12]);
    let leap = if years == 0 { 0 } else { months.div_ceil(48) };
    years.checked_mul(365)?.checked_add(rest + leap)
}

impl FromStr for Span {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let bad = || BadTime::Span(shown(text));
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (count, unit) = text.split_at(digits);
        let count: u32 = count.parse().map_err(|_| bad())?;
        let each = |minutes: u32| (count.checked_mul(minutes), None);
        let (minutes, months) = match unit {
            "m" => each(1),
            "h" => each(60),
            "d" => each(DAY),
            "w" => each(7 * DAY),
            "mo" => (
                most_days(count).and_then(|d| d.checked_mul(DAY)),
                Some(count),
            ),
            "y" => {
                let months = count.checked_mul(12);
                let days = months.and_then(most_days);
                (days.and_then(|days| days.checked_mul(DAY)), months)
            }
            _ => return Err(bad()),
        };
        match minutes {
            Some(minutes @ 1..) if minutes <= Self::LONGEST_DAYS * DAY => Ok(Span {
                text: text.into(),
                minutes,
                months,
            }),
            _ => Err(bad()),
        }
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

string_serde!(Span, "^[0-9]+(m|h|d|w|mo|y)$");

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

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
    fn months_and_years_are_of_the_calendar() {
        let after = |span: &str, day: &str| {
            let (span, day): (Span, Date) = (span.parse().unwrap(), day.parse().unwrap());
            span.after(day).to_string()
        };
        assert_eq!(after("1mo", "2026-01-31"), "2026-02-28");
        assert_eq!(after("1mo", "2028-01-31"), "2028-02-29");
        assert_eq!(after("3mo", "2026-11-30"), "2027-02-28");
        assert_eq!(after("1y", "2028-02-29"), "2029-02-28");
        assert_eq!(after("90d", "2026-11-22"), "2027-02-20");
        assert_eq!(after("25h", "2026-11-22"), "2026-11-24");
        let days = |span: &str| span.parse::<Span>().unwrap().days();
        assert_eq!(
            [days("1mo"), days("3mo"), days("12mo"), days("1y")],
            [31, 92, 366, 366]
        );
        assert!("101y".parse::<Span>().is_err());
        assert!("1o".parse::<Span>().is_err());
    }

    proptest! {
        #[test]
        fn the_days_of_a_span_are_never_exceeded(
            count in 1u32..130, unit in "m|h|d|w|mo|y", day in 0i64..60_000,
        ) {
            let Ok(span) = format!("{count}{unit}").parse::<Span>() else { return Ok(()); };
            let day = "1990-01-01".parse::<Date>().unwrap().plus_days(day);
            prop_assume!(day.plus_days(span.days().into()) < "2199-12-31".parse().unwrap());
            let took = day.days_until(span.after(day));
            prop_assert!(took >= 1 && took <= i64::from(span.days()));
            // A month that is shorter takes the day with it: never by more than three.
            let back = span.before(span.after(day)).days_until(day);
            prop_assert!((0..=3).contains(&back), "{back}");
        }

        #[test]
        fn any_text_is_a_span_or_refused(text in "\\PC{0,12}|[0-9]{1,12}[a-z]{0,3}") {
            if let Ok(span) = text.parse::<Span>() {
                prop_assert_eq!(span.as_str(), text);
                prop_assert!(span.days() >= 1);
            }
        }
    }
}
