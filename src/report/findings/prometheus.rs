//! Findings as metrics, in the text form that Prometheus and its node exporter read. Few series: names of accounts are
//! labels only where they are asked for.

use std::collections::BTreeMap;
use std::fmt::Display;

use crate::model::date::{Date, Timestamp};
use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::findings::{Acceptance, Judged, Roll};

/// The metrics, ending in a line feed.
pub fn metrics(judged: &Judged) -> String {
    let mut page = Page::default();
    page.open("keyroll_build_info", "The keyroll that judged.");
    page.sample(&[("version", env!("CARGO_PKG_VERSION"))], 1);
    if let Some(at) = judged.at {
        let help =
            "When the roll was last judged; a value that stays behind means that nobody looks.";
        page.open("keyroll_last_run_timestamp_seconds", help);
        page.sample(&[], at.unix());
    }
    page.open(
        "keyroll_exit_status",
        "How check ended: 0 clean, 3 warnings or due, 4 errors or overdue, 5 a secret possibly still live, or integrity broken.",
    );
    page.sample(&[], judged.exit);
    if judged.at.is_some() {
        page.open(
            "keyroll_audit_trail_broken",
            "Whether the audit trail does not go on from what was last seen or signed here: 1 where it does not.",
        );
        page.sample(&[], u8::from(judged.broken.is_some()));
    }
    findings(judged, &mut page);
    if let Some(roll) = &judged.roll {
        of_roll(roll, &mut page);
    }
    if judged.per_account {
        per_account(judged, &mut page);
    }
    page.out
}

fn findings(judged: &Judged, page: &mut Page) {
    // Also what is not found, so that an alert sees it end. Infos are shown only where they are asked for.
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let told = judged
        .rules
        .iter()
        .filter(|rule| rule.severity > Severity::Info);
    for rule in told {
        counts.insert((rule.id, rule.severity.as_str()), 0);
    }
    for item in &judged.items {
        *counts
            .entry((item.rule, item.severity.as_str()))
            .or_default() += 1;
    }
    page.open(
        "keyroll_findings",
        "Findings that stand, by rule and severity.",
    );
    for ((rule, severity), count) in counts {
        page.sample(&[("rule", rule), ("severity", severity)], count);
    }
    let waived = judged.accepted.iter();
    let waived = waived
        .filter(|accepted| accepted.by == Acceptance::Waiver)
        .count();
    page.open(
        "keyroll_findings_waived",
        "Findings that a waiver accepts for now.",
    );
    page.sample(&[], waived);
}

fn of_roll(roll: &Roll, page: &mut Page) {
    page.open(
        "keyroll_accounts",
        "Service accounts in the roll, by status.",
    );
    for (status, count) in &roll.accounts {
        page.sample(&[("status", status)], count);
    }
    page.open(
        "keyroll_possibly_live",
        "Credential versions that were revoked and never seen refused by their provider.",
    );
    page.sample(&[], roll.possibly_live);
    let mut first: BTreeMap<&str, Date> = BTreeMap::new();
    for (_, what, day) in &roll.due {
        first
            .entry(what)
            .and_modify(|known| *known = (*day).min(*known))
            .or_insert(*day);
    }
    page.open(
        "keyroll_next_late_timestamp_seconds",
        "When the first account is late, if nothing is done: the end (UTC) of its last good day.",
    );
    for (what, day) in first {
        page.sample(&[("what", what)], late(day));
    }
}

/// Series that grow with the roll.
fn per_account(judged: &Judged, page: &mut Page) {
    if let Some(roll) = &judged.roll {
        page.open(
            "keyroll_account_late_timestamp_seconds",
            "When an account is late, if nothing is done: the end (UTC) of its last good day.",
        );
        for (account, what, day) in &roll.due {
            page.sample(&[("account", account), ("what", what)], late(*day));
        }
    }
    let mut counts: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for item in &judged.items {
        let subject = item.subject.as_deref().unwrap_or_default();
        *counts
            .entry((subject, item.rule, item.severity.as_str()))
            .or_default() += 1;
    }
    page.open(
        "keyroll_record_findings",
        "Findings that stand on one record, by rule and severity.",
    );
    for ((record, rule, severity), count) in counts {
        page.sample(
            &[("record", record), ("rule", rule), ("severity", severity)],
            count,
        );
    }
}

fn late(last_good: Date) -> i64 {
    Timestamp::from(last_good.plus_days(1)).unix()
}

/// The page so far, and the metric whose samples follow.
#[derive(Default)]
struct Page {
    out: String,
    name: &'static str,
}

impl Page {
    /// A metric that goes up and down, with what it means and in which unit (its name ends in it).
    fn open(&mut self, name: &'static str, help: &str) {
        self.name = name;
        self.out
            .push_str(&format!("# HELP {name} {help}\n# TYPE {name} gauge\n"));
    }

    fn sample(&mut self, labels: &[(&str, &str)], value: impl Display) {
        let labels: Vec<String> = labels
            .iter()
            .map(|(name, text)| format!("{name}=\"{}\"", label(text)))
            .collect();
        let labels = match labels.is_empty() {
            true => String::new(),
            false => format!("{{{}}}", labels.join(",")),
        };
        self.out
            .push_str(&format!("{}{labels} {value}\n", self.name));
    }
}

/// Text between the quotes of a label: one line, visible, and nothing that ends the quotes.
fn label(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::terminal(text).chars() {
        if matches!(c, '\\' | '"') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn the_metrics_have_units_and_say_what_they_mean() {
        let findings = findings();
        let mut judged = judged(&findings);
        judged.at = Some("2026-11-22T00:00:00Z".parse().unwrap());
        let due = |account: &str, what, day: &str| (account.to_owned(), what, day.parse().unwrap());
        judged.roll = Some(Roll {
            accounts: vec![("active", 2)],
            possibly_live: 1,
            due: vec![
                due("a", "rotation", "2026-12-01"),
                due("b", "rotation", "2026-11-30"),
                due("b", "expiry", "2027-03-31"),
            ],
        });
        judged.per_account = true;
        let version = env!("CARGO_PKG_VERSION");
        snapbox::assert_data_eq!(
            metrics(&judged).replace(version, "[VERSION]"),
            snapbox::str![[r##"
# HELP keyroll_build_info The keyroll that judged.
# TYPE keyroll_build_info gauge
keyroll_build_info{version="[VERSION]"} 1
# HELP keyroll_last_run_timestamp_seconds When the roll was last judged; a value that stays behind means that nobody looks.
# TYPE keyroll_last_run_timestamp_seconds gauge
keyroll_last_run_timestamp_seconds 1795305600
# HELP keyroll_exit_status How check ended: 0 clean, 3 warnings or due, 4 errors or overdue, 5 a secret possibly still live, or integrity broken.
# TYPE keyroll_exit_status gauge
keyroll_exit_status 4
# HELP keyroll_audit_trail_broken Whether the audit trail does not go on from what was last seen or signed here: 1 where it does not.
# TYPE keyroll_audit_trail_broken gauge
keyroll_audit_trail_broken 0
# HELP keyroll_findings Findings that stand, by rule and severity.
# TYPE keyroll_findings gauge
keyroll_findings{rule="no-drill",severity="warning"} 1
keyroll_findings{rule="rotation-overdue",severity="error"} 1
# HELP keyroll_findings_waived Findings that a waiver accepts for now.
# TYPE keyroll_findings_waived gauge
keyroll_findings_waived 1
# HELP keyroll_accounts Service accounts in the roll, by status.
# TYPE keyroll_accounts gauge
keyroll_accounts{status="active"} 2
# HELP keyroll_possibly_live Credential versions that were revoked and never seen refused by their provider.
# TYPE keyroll_possibly_live gauge
keyroll_possibly_live 1
# HELP keyroll_next_late_timestamp_seconds When the first account is late, if nothing is done: the end (UTC) of its last good day.
# TYPE keyroll_next_late_timestamp_seconds gauge
keyroll_next_late_timestamp_seconds{what="expiry"} 1806537600
keyroll_next_late_timestamp_seconds{what="rotation"} 1796083200
# HELP keyroll_account_late_timestamp_seconds When an account is late, if nothing is done: the end (UTC) of its last good day.
# TYPE keyroll_account_late_timestamp_seconds gauge
keyroll_account_late_timestamp_seconds{account="a",what="rotation"} 1796169600
keyroll_account_late_timestamp_seconds{account="b",what="rotation"} 1796083200
keyroll_account_late_timestamp_seconds{account="b",what="expiry"} 1806537600
# HELP keyroll_record_findings Findings that stand on one record, by rule and severity.
# TYPE keyroll_record_findings gauge
keyroll_record_findings{record="account/etl",rule="no-drill",severity="warning"} 1
keyroll_record_findings{record="account/unicmms-production-import",rule="rotation-overdue",severity="error"} 1

"##]]
        );
        judged.broken = Some("cut");
        assert!(metrics(&judged).contains("keyroll_audit_trail_broken 1\n"));
        judged.per_account = false;
        assert!(!metrics(&judged).contains("account="));
    }

    #[test]
    fn a_label_cannot_end_its_quotes() {
        assert_eq!(label("a\"b\\c\nd"), "a\\\"b\\\\c\\\\nd");
    }
}
