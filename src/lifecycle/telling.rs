//! What hooks are told of findings: each once for each threshold, again when it gets worse, and anew when it was gone in
//! between. Remembers by values; where they are kept is somebody else's affair, and never the store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::baseline::Known;
use crate::model::date::Date;
use crate::model::finding::{Finding, POSSIBLY_LIVE, Severity};
use crate::model::hook::Threshold;
use crate::model::text::shape;

/// Rules whose findings are late from the first day on. What they find names its version or its day in the words alone.
const AT_ONCE: &[&str] = &["rotation-stalled", "overlap-exceeded", "owner-changed"];

/// The threshold that a finding is past; none where hooks are not told of it.
pub fn past(rule: &str, days: Option<i64>) -> Option<Threshold> {
    if rule == POSSIBLY_LIVE {
        return Some(Threshold::PossiblyLive);
    }
    if AT_ONCE.contains(&rule) {
        return Some(Threshold::Overdue);
    }
    days.map(|days| match days {
        ..0 => Threshold::Overdue,
        0.. => Threshold::Due,
    })
}

/// What a finding is known by, so that it is told once: of another day, it is another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Mark {
    threshold: Threshold,
    rule: String,
    subject: String,
    field: String,
    what: Vec<String>,
    day: Option<Date>,
}

impl Mark {
    fn of(finding: &Finding, threshold: Threshold, as_of: Date) -> Mark {
        let known = Known::of(finding);
        let is_worded = finding.rule == POSSIBLY_LIVE || AT_ONCE.contains(&finding.rule);
        let what = match is_worded {
            true => vec![shape::masked(&finding.message).into_owned()],
            false => known.what.into_iter().map(String::from).collect(),
        };
        Mark {
            threshold,
            rule: known.rule.into(),
            subject: known.subject.to_string(),
            field: known.field.into(),
            what,
            day: finding.days.map(|days| as_of.plus_days(days)),
        }
    }
}

/// What was told, and how bad it was then.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(BTreeMap<Mark, Severity>);

/// A line of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Line {
    mark: Mark,
    severity: Severity,
}

impl Told {
    /// As it was kept.
    pub fn from_lines(lines: impl IntoIterator<Item = Line>) -> Told {
        Told(
            lines
                .into_iter()
                .map(|line| (line.mark, line.severity))
                .collect(),
        )
    }

    /// To keep it, sorted.
    pub fn lines(&self) -> impl Iterator<Item = Line> {
        self.0.iter().map(|(mark, severity)| Line {
            mark: mark.clone(),
            severity: *severity,
        })
    }

    /// The findings past a threshold that are to be told on a day: not told yet, or not as bad as they are.
    pub fn news<'f>(
        &self,
        findings: &'f [Finding],
        threshold: Threshold,
        as_of: Date,
    ) -> Vec<&'f Finding> {
        let of = findings
            .iter()
            .filter(|f| past(f.rule, f.days) == Some(threshold));
        of.filter(|finding| {
            let told = self.0.get(&Mark::of(finding, threshold, as_of));
            told.is_none_or(|told| *told < finding.severity)
        })
        .collect()
    }

    /// That these were told.
    pub fn tell(&mut self, findings: &[&Finding], threshold: Threshold, as_of: Date) {
        for finding in findings {
            self.0
                .insert(Mark::of(finding, threshold, as_of), finding.severity);
        }
    }

    /// Forgets what is gone: what no finding of the day is known by, of the rules that ran. What comes back is told again.
    pub fn forget(&mut self, findings: &[Finding], as_of: Date, ran: impl Fn(&str) -> bool) {
        let here = findings.iter().filter_map(|finding| {
            let threshold = past(finding.rule, finding.days)?;
            Some((Mark::of(finding, threshold, as_of), finding.severity))
        });
        let here: BTreeMap<Mark, Severity> = here.collect();
        self.0.retain(|mark, severity| match here.get(mark) {
            Some(now) => {
                // It got better: when it gets worse again, that is news.
                *severity = (*severity).min(*now);
                true
            }
            None => !ran(&mark.rule),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::FieldPath;

    fn finding(rule: &'static str, severity: Severity, days: Option<i64>) -> Finding {
        Finding {
            subject: "account/etl".parse().unwrap(),
            field: FieldPath::of("rotation"),
            rule,
            severity,
            message: "rotation by policy `standard`".to_owned(),
            fix: None,
            days,
            wants: None,
            particular: None,
            entry: None,
        }
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    /// Told of everything that is news, as one run does it; how many were.
    fn run(told: &mut Told, findings: &[Finding], on: &str) -> usize {
        told.forget(findings, day(on), |_| true);
        let each = Threshold::ALL.iter().map(|threshold| {
            let news = told.news(findings, *threshold, day(on));
            told.tell(&news, *threshold, day(on));
            news.len()
        });
        each.sum()
    }

    #[test]
    fn a_finding_is_told_once_at_each_threshold() {
        let mut told = Told::default();
        let due = |days| [finding("rotation-due", Severity::Warning, Some(days))];
        assert_eq!(run(&mut told, &due(3), "2026-11-20"), 1);
        assert_eq!(run(&mut told, &due(2), "2026-11-21"), 0);
        assert_eq!(run(&mut told, &due(0), "2026-11-23"), 0);
        let late = |days| [finding("rotation-overdue", Severity::Error, Some(days))];
        assert_eq!(run(&mut told, &late(-1), "2026-11-24"), 1);
        assert_eq!(run(&mut told, &late(-9), "2026-12-02"), 0);
        assert_eq!(told.0.len(), 1);
    }

    #[test]
    fn what_was_gone_or_has_another_day_or_got_worse_is_told_again() {
        let mut told = Told::default();
        let due = |severity, days| [finding("rotation-due", severity, Some(days))];
        assert_eq!(run(&mut told, &due(Severity::Warning, 3), "2026-11-20"), 1);
        assert_eq!(run(&mut told, &due(Severity::Warning, 9), "2026-11-20"), 1);
        assert_eq!(run(&mut told, &due(Severity::Error, 9), "2026-11-20"), 1);
        assert_eq!(run(&mut told, &due(Severity::Warning, 9), "2026-11-20"), 0);
        assert_eq!(run(&mut told, &due(Severity::Error, 9), "2026-11-20"), 1);
        assert_eq!(run(&mut told, &[], "2026-11-20"), 0);
        assert_eq!(run(&mut told, &due(Severity::Error, 9), "2026-11-20"), 1);
    }

    #[test]
    fn two_versions_of_one_account_are_two_things_to_tell() {
        let mut told = Told::default();
        let live = |number: u32| Finding {
            message: format!("version {number} was taken away on 2026-11-20"),
            ..finding("possibly-live", Severity::Error, None)
        };
        assert_eq!(run(&mut told, &[live(1)], "2026-11-20"), 1);
        assert_eq!(run(&mut told, &[live(1), live(2)], "2026-11-21"), 1);
        assert_eq!(run(&mut told, &[live(1), live(2)], "2026-11-22"), 0);
    }

    #[test]
    fn what_was_not_judged_is_not_forgotten() {
        let mut told = Told::default();
        let live = [finding("possibly-live", Severity::Error, None)];
        assert_eq!(run(&mut told, &live, "2026-11-20"), 1);
        told.forget(&[], day("2026-11-21"), |rule| rule != "possibly-live");
        assert_eq!(run(&mut told, &live, "2026-11-21"), 0);
    }

    #[test]
    fn what_has_no_threshold_is_told_to_nobody() {
        assert_eq!(past("missing-owner", None), None);
        assert_eq!(past("rotation-stalled", None), Some(Threshold::Overdue));
        assert_eq!(
            past("possibly-live", Some(-3)),
            Some(Threshold::PossiblyLive)
        );
    }

    #[test]
    fn it_is_kept_as_lines_and_comes_back_the_same() {
        let mut told = Told::default();
        run(
            &mut told,
            &[finding("rotation-due", Severity::Warning, Some(3))],
            "2026-11-20",
        );
        let lines: Vec<String> = told
            .lines()
            .map(|line| serde_json::to_string(&line).unwrap())
            .collect();
        assert_eq!(
            lines,
            [
                r#"{"mark":{"threshold":"due","rule":"rotation-due","subject":"account/etl","field":"rotation","what":["standard"],"day":"2026-11-23"},"severity":"warning"}"#
            ]
        );
        let back = lines.iter().map(|line| serde_json::from_str(line).unwrap());
        assert_eq!(Told::from_lines(back), told);
    }
}
