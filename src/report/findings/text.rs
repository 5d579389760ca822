//! Findings without places for people: a line each for a pipe, a block a subject for a terminal.

use unicode_width::UnicodeWidthStr;

use crate::model::finding::Finding;
use crate::report::escape;
use crate::report::format::Terminal;
use crate::report::paint;
use crate::report::summary::counted;
use crate::report::view::Tone;
use crate::report::wrap::wrapped;

/// Findings for people, grouped by subject in the order that the subjects come in.
///
/// Without a width: one line each, `error  rotation-overdue  account/etl  12 days late: ...`. With one: the subject
/// as a heading, its findings wrapped below it, what to do under each.
pub fn text(findings: &[Finding], terminal: &Terminal) -> String {
    let mut subjects: Vec<(&Finding, Vec<&Finding>)> = Vec::new();
    let mut at = std::collections::BTreeMap::new();
    for finding in findings {
        let index = *at.entry(&finding.subject).or_insert(subjects.len());
        match subjects.get_mut(index) {
            Some((_, group)) => group.push(finding),
            None => subjects.push((finding, vec![finding])),
        }
    }
    match terminal.width {
        None => one_line_each(&subjects, terminal.color),
        Some(width) => blocks(&subjects, usize::from(width).max(40), terminal.color),
    }
}

type Groups<'a> = [(&'a Finding, Vec<&'a Finding>)];

fn one_line_each(subjects: &Groups, color: bool) -> String {
    let all = || subjects.iter().flat_map(|(_, group)| group.iter());
    let rule_width = all().map(|f| f.rule.len()).max().unwrap_or(0);
    let subject = |f: &Finding| escape::terminal(&f.subject.to_string());
    let subject_width = all().map(|f| subject(f).width()).max().unwrap_or(0).min(80);
    let mut out = String::new();
    for finding in all() {
        let severity = severity(finding, color);
        let message = escape::terminal(&dated(finding));
        out.push_str(&format!(
            "{severity}  {:rule_width$}  {:subject_width$}  {message}\n",
            finding.rule,
            subject(finding),
        ));
    }
    out
}

fn blocks(subjects: &Groups, width: usize, color: bool) -> String {
    let all = || subjects.iter().flat_map(|(_, group)| group.iter());
    let rule_width = all().map(|f| f.rule.len()).max().unwrap_or(0);
    // Beside a long rule there is no room left: the message goes below.
    let beside = 2 + 7 + 2 + rule_width + 2;
    let indent = if beside + 36 <= width { beside } else { 11 };
    let mut out = String::new();
    for (first, group) in subjects {
        if !out.is_empty() {
            out.push('\n');
        }
        let heading = escape::terminal(&first.subject.to_string());
        out.push_str(&paint::bold(&heading, color));
        out.push('\n');
        for finding in group {
            out.push_str(&format!("  {}  ", severity(finding, color)));
            let mut lines = wrapped(&escape::terminal(&dated(finding)), width - indent);
            if let Some(fix) = &finding.fix {
                let fix = format!("fix: {}", escape::terminal(fix));
                let fix = wrapped(&fix, width - indent);
                lines.extend(
                    fix.iter()
                        .map(|line| paint::toned(line, Tone::Muted, color)),
                );
            }
            let opening = if indent == beside {
                format!("{:rule_width$}  {}", finding.rule, lines.remove(0))
            } else {
                finding.rule.to_owned()
            };
            out.push_str(&opening);
            out.push('\n');
            for line in lines {
                out.push_str(&format!("{:indent$}{line}\n", ""));
            }
        }
    }
    out
}

/// The word, padded to the longest.
fn severity(finding: &Finding, color: bool) -> String {
    let word = format!("{:7}", finding.severity);
    paint::toned(&word, paint::tone(finding.severity), color)
}

/// The message, behind how late or how soon it is where it has a date.
fn dated(finding: &Finding) -> String {
    let days = |count: u64| counted(usize::try_from(count).unwrap_or(usize::MAX), "day");
    let message = &finding.message;
    match finding.days {
        None => message.clone(),
        Some(0) => format!("today: {message}"),
        Some(late @ ..0) => format!("{} late: {message}", days(late.unsigned_abs())),
        Some(left) => format!("in {}: {message}", days(left.unsigned_abs())),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::findings;
    use super::*;

    #[test]
    fn a_pipe_gets_one_line_a_finding_grouped_by_subject() {
        snapbox::assert_data_eq!(
            text(&findings(), &Terminal::PIPE),
            snapbox::str![[r#"
error    rotation-overdue  account/unicmms-production-import  12 days late: version 3 was due on 2026-10-01 by `quarterly`
info     approval-ending   account/unicmms-production-import  in 1 day: the approval of `write-back` ends
warning  no-drill          account/etl                        the revoke procedure `pull-key` was never rehearsed

"#]]
        );
    }

    #[test]
    fn a_terminal_gets_a_block_a_subject() {
        let terminal = |width| Terminal {
            width: Some(width),
            color: false,
        };
        snapbox::assert_data_eq!(
            text(&findings(), &terminal(80)),
            snapbox::str![[r#"
account/unicmms-production-import
  error    rotation-overdue  12 days late: version 3 was due on 2026-10-01 by
                             `quarterly`
                             fix: keyroll rotate unicmms-production-import
  info     approval-ending   in 1 day: the approval of `write-back` ends

account/etl
  warning  no-drill          the revoke procedure `pull-key` was never rehearsed

"#]]
        );
        snapbox::assert_data_eq!(
            text(&findings(), &terminal(50)),
            snapbox::str![[r#"
account/unicmms-production-import
  error    rotation-overdue
           12 days late: version 3 was due on
           2026-10-01 by `quarterly`
           fix: keyroll rotate
           unicmms-production-import
  info     approval-ending
           in 1 day: the approval of `write-back`
           ends

account/etl
  warning  no-drill
           the revoke procedure `pull-key` was
           never rehearsed

"#]]
        );
        assert_eq!(text(&[], &terminal(80)), "");
    }
}
