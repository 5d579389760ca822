//! Findings with a day as a calendar: what will be late on its last good day, what is late as a task that waits.

use crate::model::date::{Date, Timestamp};
use crate::report::calendar::{self, Calendar, Entry, What};
use crate::report::findings::fingerprint::fingerprints;
use crate::report::findings::{Item, Judged};

/// The calendar; without entries where no finding has a day.
pub fn calendar(judged: &Judged) -> String {
    let stamp = judged.at.unwrap_or(Timestamp::from_unix(0));
    let dated: Vec<(&Item, i64)> = judged
        .items
        .iter()
        .filter_map(|item| Some((item, item.days?)))
        .collect();
    let words = fingerprints(dated.iter().map(|(item, _)| *item));
    let entries = dated.iter().zip(words);
    calendar::calendar(&Calendar {
        name: "keyroll: what is due".to_owned(),
        // The day alone: a calendar that is fetched again on the same day is the same.
        stamp: Timestamp::from(stamp.date()),
        entries: entries
            .map(|((item, days), word)| entry(item, *days, stamp.date(), word))
            .collect(),
    })
}

fn entry(item: &Item, days: i64, as_of: Date, word: String) -> Entry {
    let day = as_of.plus_days(days);
    let subject = item.subject.as_deref().unwrap_or("the roll");
    let fix = item.fix.map(|fix| format!("\nfix: {fix}"));
    Entry {
        uid: word,
        what: match days {
            ..0 => What::Task(day),
            0.. => What::Day(day),
        },
        summary: format!("{}: {subject}", item.rule),
        description: Some(format!("{}{}", item.message, fix.unwrap_or_default())),
        category: Some(item.rule.to_owned()),
        alarm_days: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn what_is_late_is_a_task_and_what_will_be_is_a_day() {
        let mut findings = findings();
        findings[1].days = Some(9);
        let mut judged = judged(&findings);
        judged.at = Some("2026-11-22T09:30:00Z".parse().unwrap());
        let text = calendar(&judged).replace("\r\n ", "").replace('\r', "");
        assert!(
            text.contains("BEGIN:VTODO\n") && text.contains("DUE;VALUE=DATE:20261110\n"),
            "{text}"
        );
        assert!(text.contains("DTSTART;VALUE=DATE:20261201\n"), "{text}");
        assert!(text.contains("DTSTAMP:20261122T000000Z\n"), "{text}");
        assert!(text.contains("SUMMARY:no-drill: account/etl\n"), "{text}");
    }

    #[test]
    fn without_a_day_there_is_no_entry() {
        let text = calendar(&Judged::default());
        assert!(
            text.ends_with("END:VCALENDAR\r\n") && !text.contains("UID"),
            "{text}"
        );
    }
}
