//! Findings as a plugin of Nagios tells them: one line of state and words, then figures behind a bar.

use std::cmp::Reverse;

use crate::lifecycle::telling;
use crate::model::access::words;
use crate::model::finding::POSSIBLY_LIVE;
use crate::model::hook::Threshold;
use crate::report::escape;
use crate::report::findings::{Item, Judged};
use crate::report::summary::counted;

/// How many findings are named: some that collect these lines keep a thousand bytes of them.
const NAMED: usize = 5;

/// The most of a text that may be anything, in columns.
const WIDEST: usize = 120;

words! {
    /// The states of that convention.
    State {
        Ok = "OK",
        Warning = "WARNING",
        Critical = "CRITICAL",
        Unknown = "UNKNOWN",
    }
}

impl State {
    /// The exit status that goes with it.
    pub const fn exit(self) -> u8 {
        match self {
            State::Ok => 0,
            State::Warning => 1,
            State::Critical => 2,
            State::Unknown => 3,
        }
    }
}

/// The state for an exit status of ours: a tool that failed knows nothing.
pub const fn state(exit: u8) -> State {
    match exit {
        0 => State::Ok,
        3 => State::Warning,
        4 | 5 => State::Critical,
        _ => State::Unknown,
    }
}

/// The line of a judgement.
pub fn line(judged: &Judged) -> String {
    let state = state(judged.exit);
    let figures = figures(judged);
    let broken = judged.broken.map(|broken| format!("{}; ", plain(broken)));
    let broken = broken.unwrap_or_default();
    format!("KEYROLL {state} - {broken}{}|{figures}\n", told(judged))
}

/// The line of a command that failed: nothing is known.
pub fn unknown(why: &str) -> String {
    format!("KEYROLL {} - {}\n", State::Unknown, plain(why))
}

/// What stands, the gravest first.
fn told(judged: &Judged) -> String {
    let mut items: Vec<&Item> = judged.items.iter().collect();
    // What may be live first, then what has a day, the latest before the others.
    items.sort_by_key(|item| {
        let is_live = item.rule == POSSIBLY_LIVE;
        (
            !is_live,
            Reverse(item.severity),
            item.days.is_none(),
            item.days,
        )
    });
    let named: Vec<String> = items.iter().take(NAMED).map(|item| one(item)).collect();
    let counts = plain(&judged.counts().line(None));
    match items.len().saturating_sub(NAMED) {
        _ if named.is_empty() => counts,
        0 => format!("{counts}: {}", named.join(", ")),
        more => format!("{counts}: {}, and {more} more", named.join(", ")),
    }
}

/// `rotation-overdue account/etl (12 days late)`.
fn one(item: &Item) -> String {
    let subject = plain(item.subject.as_deref().unwrap_or_default());
    let days = |days: i64| {
        let count = counted(
            usize::try_from(days.unsigned_abs()).unwrap_or(usize::MAX),
            "day",
        );
        match days {
            ..0 => format!(" ({count} late)"),
            0 => " (today)".to_owned(),
            1.. => format!(" (in {count})"),
        }
    };
    let days = item.days.map(days).unwrap_or_default();
    format!("{} {subject}{days}", item.rule)
}

/// `errors=2;;0;0`: a figure, from where on it is a warning, from where on critical, and the least that it can be.
fn figures(judged: &Judged) -> String {
    let counts = judged.counts();
    let past = |threshold| {
        let at = |item: &&Item| telling::past(item.rule, item.days) == Some(threshold);
        judged.items.iter().filter(at).count()
    };
    let mut all = vec![
        format!("errors={};;0;0", counts.errors),
        format!("warnings={};0;;0", counts.warnings),
        format!("due={};0;;0", past(Threshold::Due)),
        format!("overdue={};;0;0", past(Threshold::Overdue)),
    ];
    if let Some(roll) = &judged.roll {
        let accounts: usize = roll.accounts.iter().map(|(_, count)| count).sum();
        all.push(format!("possibly_live={};;0;0", roll.possibly_live));
        all.push(format!("accounts={accounts};;;0"));
    }
    all.join(" ")
}

/// Text without what would end the line or begin the figures.
fn plain(text: &str) -> String {
    escape::cut(&escape::terminal(text).replace('|', "\\u{7c}"), WIDEST)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;
    use crate::report::findings::Roll;

    #[test]
    fn one_line_tells_the_state_what_stands_and_figures() {
        let findings = findings();
        let mut judged = judged(&findings);
        judged.roll = Some(Roll {
            accounts: vec![("active", 2), ("retired", 1)],
            ..Roll::default()
        });
        assert_eq!(
            line(&judged),
            "KEYROLL CRITICAL - 1 error, 1 warning; 1 waived: rotation-overdue account/unicmms-production-import \
             (12 days late), no-drill account/etl|errors=1;;0;0 warnings=1;0;;0 due=0;0;;0 overdue=1;;0;0 \
             possibly_live=0;;0;0 accounts=3;;;0\n"
        );
        judged.broken = Some("the audit trail | was cut");
        assert!(line(&judged).starts_with(
            "KEYROLL CRITICAL - the audit trail \\u{7c} was cut; 1 error, 1 warning; 1 waived: "
        ));
        judged.exit = 3;
        judged.broken = None;
        assert!(line(&judged).starts_with("KEYROLL WARNING - "));
    }

    #[test]
    fn nothing_due_is_well_and_a_failure_is_unknown() {
        let line = line(&Judged::default());
        assert!(
            line.starts_with("KEYROLL OK - no findings|errors=0;;0;0 "),
            "{line}"
        );
        assert_eq!(
            unknown("no | store\n"),
            "KEYROLL UNKNOWN - no \\u{7c} store\\n\n"
        );
        assert_eq!(
            [0, 1, 2, 3, 4, 5].map(|exit| state(exit).exit()),
            [0, 3, 3, 1, 2, 2]
        );
    }

    #[test]
    fn many_findings_stay_one_short_line() {
        let all = findings();
        let mut judged = judged(&all);
        judged.items = vec![judged.items[0].clone(); 900];
        let line = line(&judged);
        assert!(
            line.contains(", and 895 more|errors=900;") && line.len() < 1000,
            "{line}"
        );
        assert_eq!(line.matches('|').count(), 1);
    }
}
