//! A calendar as a file (iCalendar, RFC 5545): what happens on which day, for the programs that people look at. The same
//! entries give the same bytes: no moment of its own, and no chance in its names.

use std::fmt::Write;

use crate::model::date::{Date, Timestamp};
use crate::report::escape;

/// The most bytes of a line, without its end.
const LONGEST_LINE: usize = 75;

/// A calendar, with its entries in the order of its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// What a program calls it.
    pub name: String,
    /// When it was made; that of the day it tells of, so that it depends on nothing else.
    pub stamp: Timestamp,
    pub entries: Vec<Entry>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What it is known by in the next calendar too: words of ASCII letters, digits, `-`, `_`, `.` or `/`; anything else
    /// becomes `-`.
    pub uid: String,
    pub what: What,
    pub summary: String,
    /// More of it, of any number of lines.
    pub description: Option<String>,
    /// The kind of thing it is, such as a rule's id.
    pub category: Option<String>,
    /// How many days before it a program reminds of it; 0 on the day itself.
    pub alarm_days: Option<u32>,
}

/// When an entry is, and whether it waits to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Something on a day.
    Day(Date),
    /// Something between two moments, such as a window in which work may be done.
    Between(Timestamp, Timestamp),
    /// A task, to be done by the end of a day: it stays until it is done. Not every program shows tasks.
    Task(Date),
}

/// The file: lines that end in CR and LF, folded where they are long.
pub fn calendar(calendar: &Calendar) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN", "VCALENDAR");
    lines.put("VERSION", "2.0");
    lines.put("PRODID", "-//keyroll//keyroll//EN");
    lines.put("CALSCALE", "GREGORIAN");
    lines.put("METHOD", "PUBLISH");
    lines.text("X-WR-CALNAME", &calendar.name);
    for entry in &calendar.entries {
        entry.write(&mut lines, calendar.stamp);
    }
    lines.put("END", "VCALENDAR");
    lines.0
}

impl Entry {
    fn write(&self, lines: &mut Lines, stamp: Timestamp) {
        let component = match self.what {
            What::Day(_) | What::Between(..) => "VEVENT",
            What::Task(_) => "VTODO",
        };
        lines.put("BEGIN", component);
        lines.put("UID", &format!("{}@keyroll", plain(&self.uid)));
        lines.put("DTSTAMP", &moment(stamp));
        match self.what {
            What::Day(date) => {
                lines.put("DTSTART;VALUE=DATE", &day(date));
                lines.put("DTEND;VALUE=DATE", &day(date.plus_days(1)));
                lines.put("TRANSP", "TRANSPARENT");
            }
            What::Between(from, to) => {
                lines.put("DTSTART", &moment(from));
                lines.put("DTEND", &moment(to));
                lines.put("TRANSP", "TRANSPARENT");
            }
            What::Task(date) => lines.put("DUE;VALUE=DATE", &day(date)),
        }
        lines.text("SUMMARY", &self.summary);
        if let Some(description) = &self.description {
            lines.text("DESCRIPTION", description);
        }
        if let Some(category) = &self.category {
            lines.text("CATEGORIES", category);
        }
        if let Some(days) = self.alarm_days {
            self.alarm(lines, days);
        }
        lines.put("END", component);
    }

    fn alarm(&self, lines: &mut Lines, days: u32) {
        // A task has no beginning: what it reminds of is its end.
        let trigger = match self.what {
            What::Day(_) | What::Between(..) => "TRIGGER",
            What::Task(_) => "TRIGGER;RELATED=END",
        };
        lines.put("BEGIN", "VALARM");
        lines.put("ACTION", "DISPLAY");
        lines.text("DESCRIPTION", &self.summary);
        let before = if days == 0 {
            "PT0S".to_owned()
        } else {
            format!("-P{days}D")
        };
        lines.put(trigger, &before);
        lines.put("END", "VALARM");
    }
}

/// The lines so far.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A property whose value is ours, and is plain.
    fn put(&mut self, name: &str, value: &str) {
        let line = format!("{name}:{value}");
        let mut used = 0;
        for c in line.chars() {
            // No character is parted, and a line that goes on begins with a blank.
            if used + c.len_utf8() > LONGEST_LINE {
                self.0.push_str("\r\n ");
                used = 1;
            }
            self.0.push(c);
            used += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A property whose value is text of any kind.
    fn text(&mut self, name: &str, value: &str) {
        self.put(name, &text(value));
    }
}

/// Text as a value: line feeds stay, as the format writes them; what else is no plain character is shown.
fn text(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for c in escape::lines(value).chars() {
        match c {
            '\\' | ';' | ',' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

/// A name of letters that every program takes.
fn plain(uid: &str) -> String {
    let keep = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    uid.chars().map(|c| if keep(c) { c } else { '-' }).collect()
}

/// `20270331`.
fn day(date: Date) -> String {
    date.to_string().replace('-', "")
}

/// `20270331T140000Z`.
fn moment(time: Timestamp) -> String {
    let mut out = String::new();
    for c in time.to_string().chars().filter(|c| !matches!(c, '-' | ':')) {
        // A String takes what is written to it.
        let _ = out.write_char(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::escape::is_unsafe;
    use proptest::prelude::*;

    fn entry(uid: &str, what: What, summary: &str) -> Entry {
        Entry {
            uid: uid.to_owned(),
            what,
            summary: summary.to_owned(),
            description: None,
            category: None,
            alarm_days: None,
        }
    }

    fn of(entries: Vec<Entry>) -> String {
        calendar(&Calendar {
            name: "keyroll".to_owned(),
            stamp: "2026-11-22T00:00:00Z".parse().unwrap(),
            entries,
        })
    }

    #[test]
    fn a_day_a_window_and_a_task_are_written_as_the_format_has_them() {
        let date = |text: &str| text.parse::<Date>().unwrap();
        let moment = |text: &str| text.parse::<Timestamp>().unwrap();
        let mut on_day = entry("a", What::Day(date("2026-12-31")), "rotate; `etl`, now");
        on_day.description = Some("one\ntwo\\".to_owned());
        on_day.alarm_days = Some(14);
        let between = What::Between(
            moment("2026-12-05T21:00:00Z"),
            moment("2026-12-06T03:00:00Z"),
        );
        let mut task = entry("c d", What::Task(date("2026-10-01")), "late");
        task.category = Some("rotation-overdue".to_owned());
        task.alarm_days = Some(0);
        let text = of(vec![on_day, entry("b", between, "window"), task]);
        assert!(
            text.lines()
                .all(|line| text.contains(&format!("{line}\r\n")))
        );
        snapbox::assert_data_eq!(
            text.replace('\r', ""),
            snapbox::str![[r#"
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//keyroll//keyroll//EN
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:keyroll
BEGIN:VEVENT
UID:a@keyroll
DTSTAMP:20261122T000000Z
DTSTART;VALUE=DATE:20261231
DTEND;VALUE=DATE:20270101
TRANSP:TRANSPARENT
SUMMARY:rotate/; `etl`/, now
DESCRIPTION:one/ntwo//
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:rotate/; `etl`/, now
TRIGGER:-P14D
END:VALARM
END:VEVENT
BEGIN:VEVENT
UID:b@keyroll
DTSTAMP:20261122T000000Z
DTSTART:20261205T210000Z
DTEND:20261206T030000Z
TRANSP:TRANSPARENT
SUMMARY:window
END:VEVENT
BEGIN:VTODO
UID:c-d@keyroll
DTSTAMP:20261122T000000Z
DUE;VALUE=DATE:20261001
SUMMARY:late
CATEGORIES:rotation-overdue
BEGIN:VALARM
ACTION:DISPLAY
DESCRIPTION:late
TRIGGER;RELATED=END:PT0S
END:VALARM
END:VTODO
END:VCALENDAR

"#]]
        );
    }

    proptest! {
        #[test]
        fn no_text_breaks_out_of_its_line_and_no_line_is_too_long(text in "\\PC*|[\\x00-\\u{ff}\\u{2000}-\\u{2070}:;,\\\\工 ]*") {
            let mut hostile = entry(&text, What::Day("2026-12-31".parse().unwrap()), &text);
            hostile.description = Some(text.clone());
            hostile.category = Some(text);
            let file = of(vec![hostile]);
            let plain = of(vec![entry("a", What::Day("2026-12-31".parse().unwrap()), "x")]);
            prop_assert!(!file.replace("\r\n", "").chars().any(is_unsafe), "{file:?}");
            prop_assert!(file.split("\r\n").all(|line| line.len() <= LONGEST_LINE));
            let unfolded = file.replace("\r\n ", "");
            // A description and a category more.
            prop_assert_eq!(unfolded.lines().count(), plain.lines().count() + 2);
        }
    }
}
