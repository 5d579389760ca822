//! One record of a log in our words.

use crate::model::date::{Date, TimeOfDay, Timestamp, WallClock};
use crate::model::log::LogMap;
use crate::model::text::{Text, floor};
use crate::reconcile::rows::{Filter, Values};

/// The most bytes that are kept of an id or a word.
const KEPT: usize = 200;

/// No log that anybody reads is older: an earlier time is that of a clock that was never set, and would make a log of one
/// day one of decades.
const FIRST_YEAR: i32 = 2000;

/// How the fields of a log are found among the values of a record.
pub(super) struct Form<'m> {
    map: &'m LogMap,
    clock: WallClock,
    /// Where among the values each field is; none where the map does not say it.
    at: [Option<usize>; 8],
    pub filter: Filter<'m>,
}

/// What was done came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Done,
    Failed,
    Refused,
}

/// One record.
pub(super) struct Entry {
    pub time: Timestamp,
    pub identity: String,
    pub action: String,
    pub record: String,
    pub boundary: Option<String>,
    pub environment: Option<String>,
    pub ended: Ended,
    pub request: Option<String>,
}

impl<'m> Form<'m> {
    /// The form, and the places that it asks for.
    pub fn of(map: &'m LogMap) -> (Form<'m>, Vec<&'m str>) {
        let mut wanted: Vec<&str> = Vec::new();
        let fields = &map.fields;
        let all = [
            Some(&fields.time),
            Some(&fields.identity),
            Some(&fields.action),
            fields.record.as_ref(),
            fields.boundary.as_ref(),
            fields.environment.as_ref(),
            fields.outcome.as_ref(),
            fields.request.as_ref(),
        ];
        let at = all.map(|place| {
            let place = place?;
            wanted.push(place.as_str());
            Some(wanted.len() - 1)
        });
        let form = Form {
            map,
            clock: WallClock::of(map.zone.as_ref()),
            at,
            filter: Filter::of(&mut wanted, &map.only, &map.except),
        };
        (form, wanted)
    }

    /// The record of these values.
    pub fn entry(&self, values: &Values, latest: Date) -> Result<Entry, &'static str> {
        let value = |at: usize| self.at[at].and_then(|at| values.get(at)?.as_deref());
        let time = value(0).ok_or("it has no time")?;
        let time = self
            .time(time)
            .ok_or("its time is neither RFC 3339 nor a number of seconds")?;
        if time.date() > latest {
            return Err("its time lies in the future");
        }
        if time.date().year() < FIRST_YEAR {
            return Err("its time lies before the year 2000");
        }
        let kept = |at: usize| value(at).map(kept);
        Ok(Entry {
            time,
            identity: kept(1).ok_or("it has no identity")?,
            action: kept(2).ok_or("it has no action")?,
            record: kept(3).unwrap_or_default(),
            boundary: kept(4),
            environment: kept(5),
            ended: self.ended(value(6))?,
            request: kept(7),
        })
    }

    fn ended(&self, word: Option<&str>) -> Result<Ended, &'static str> {
        let is = |words: &[Text]| {
            let word = word.unwrap_or_default();
            words.iter().any(|one| one.as_str() == word)
        };
        let map = self.map;
        if map.fields.outcome.is_none() || is(&map.success) {
            return Ok(Ended::Done);
        }
        match (is(&map.failure), is(&map.refused)) {
            (true, _) => Ok(Ended::Failed),
            (false, true) => Ok(Ended::Refused),
            (false, false) if map.success.is_empty() => Ok(Ended::Done),
            (false, false) => Err("its outcome is none of the words of the map"),
        }
    }

    /// RFC 3339, also with an offset that has no colon; the same without a zone, by the clock of the map; seconds or
    /// milliseconds since 1970.
    fn time(&self, text: &str) -> Option<Timestamp> {
        if let Ok(time) = text.parse() {
            return Some(time);
        }
        if let Some(time) = with_colon(text).and_then(|text| text.parse().ok()) {
            return Some(time);
        }
        if let Ok(number) = text.parse::<f64>() {
            // From here on seconds would be beyond every year that a log can be of.
            let seconds = if number >= 1e11 { number / 1e3 } else { number };
            let is_of_a_log = (1.0..7e9).contains(&seconds);
            return is_of_a_log.then(|| Timestamp::from_unix(seconds as i64));
        }
        let (date, time) = text.split_once(['T', ' '])?;
        let date: Date = date.parse().ok()?;
        let minute: TimeOfDay = time.get(..5)?.parse().ok()?;
        let second = match time.get(5..)? {
            "" => 0,
            rest => second(rest.strip_prefix(':')?)?,
        };
        let moment = self.clock.moment(date, minute.minute());
        Some(Timestamp::from_unix(moment.unix() + second))
    }
}

/// `+0200` at the end as `+02:00`.
fn with_colon(text: &str) -> Option<String> {
    let (rest, minutes) = text.split_at_checked(text.len().checked_sub(2)?)?;
    let sign = rest.as_bytes().get(rest.len().checked_sub(3)?)?;
    matches!(sign, b'+' | b'-').then(|| format!("{rest}:{minutes}"))
}

/// The seconds of a time, and of a fraction that it is one.
fn second(text: &str) -> Option<i64> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let (second, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if second.len() != 2 || !is_number(second) || !is_number(fraction) {
        return None;
    }
    second.parse().ok().filter(|second| *second < 60)
}

/// An id, cut where it is longer than any should be.
fn kept(text: &str) -> String {
    text[..floor(text, KEPT)].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn map(more: serde_json::Value) -> LogMap {
        let mut body = json!({ "form": "jsonl",
            "fields": { "time": "/t", "identity": "/i", "action": "/a", "outcome": "/o" } });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        serde_json::from_value(body).unwrap()
    }

    fn time(map: &LogMap, text: &str) -> Option<String> {
        let (form, _) = Form::of(map);
        form.time(text).map(|time| time.to_string())
    }

    #[test]
    fn a_time_is_read_as_logs_write_it() {
        let utc = map(json!({}));
        for (text, expected) in [
            ("2026-11-20T08:00:01+02:00", "2026-11-20T06:00:01Z"),
            ("2026-11-20 08:00:01.250", "2026-11-20T08:00:01Z"),
            ("2026-11-20T08:00:01.000+0200", "2026-11-20T06:00:01Z"),
            ("2026-11-20T08:00:01-0530", "2026-11-20T13:30:01Z"),
            ("2026-11-20 08:00", "2026-11-20T08:00:00Z"),
            ("1795161600", "2026-11-20T08:00:00Z"),
            ("1795161600123", "2026-11-20T08:00:00Z"),
            ("1795161600.5", "2026-11-20T08:00:00Z"),
        ] {
            assert_eq!(time(&utc, text).as_deref(), Some(expected), "{text}");
        }
        for bad in [
            "",
            "yesterday",
            "-5",
            "NaN",
            "inf",
            "1e300",
            "2026-11-20",
            "2026-11-20 08:00:99",
            "2026-13-01 08:00",
            "2026-11-20T08:00:01.000 CET",
            "2026-11-20T08:00:01.",
            "2026-11-20T08:00:01.25+02",
            "2026-11-20 08:00:+1",
            "ž 1234",
        ] {
            assert_eq!(time(&utc, bad), None, "{bad}");
        }
        let berlin = map(json!({ "zone": "Europe/Berlin" }));
        let summer = time(&berlin, "2026-07-01 08:00:00");
        assert_eq!(summer.as_deref(), Some("2026-07-01T06:00:00Z"));
    }

    #[test]
    fn an_outcome_is_one_of_the_words_where_success_has_words() {
        let read = |map: &LogMap, word: &str| {
            let (form, _) = Form::of(map);
            form.ended(Some(word))
        };
        let open = map(json!({ "failure": ["error"], "refused": ["denied"] }));
        assert_eq!(read(&open, "whatever"), Ok(Ended::Done));
        assert_eq!(read(&open, "error"), Ok(Ended::Failed));
        assert_eq!(read(&open, "denied"), Ok(Ended::Refused));
        let closed = map(json!({ "success": ["ok"], "failure": ["error"] }));
        assert_eq!(read(&closed, "ok"), Ok(Ended::Done));
        assert!(read(&closed, "whatever").is_err());
    }
}
