//! Findings as they are shown: what all their forms are made from, and the rows for CSV, TSV and Markdown.
//!
//! A finding that has a place in a file is better shown to people as a `Diagnostic`; these forms need none.

mod fingerprint;
mod github;
mod gitlab;
mod ics;
mod json;
mod junit;
pub mod nagios;
mod path;
mod prometheus;
mod sarif;
mod statistics;
mod text;

use crate::model::baseline::Known;
use crate::model::date::{Date, Timestamp};
use crate::model::finding::{Finding, POSSIBLY_LIVE, Severity};
use crate::report::format::{CiFormat, FindingsFormat, Format, Terminal, WatchFormat};
use crate::report::paint;
use crate::report::summary::Counts;
use crate::report::view::{Cell, Column, View};

pub use statistics::statistics;
pub use text::text;

/// One row of findings: what a rule found, or what is wrong with a file, and its place where one is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item<'a> {
    pub rule: &'a str,
    pub severity: Severity,
    /// The record, where it is about one.
    pub subject: Option<String>,
    /// The dotted path in the record; none for the record itself.
    pub field: Option<String>,
    pub message: &'a str,
    pub fix: Option<&'a str>,
    pub days: Option<i64>,
    pub place: Option<Place<'a>>,
    /// What it is known by from one run to the next, where it is about a record.
    pub known: Option<Known>,
}

/// Where in a file: lines and columns count from 1, columns in characters; the end is the first place after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    pub file: &'a str,
    pub line: usize,
    pub column: usize,
    pub end_line: usize,
    pub end_column: usize,
}

/// All that a judgement has to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judged<'a> {
    /// What stands, in the order to read it in.
    pub items: Vec<Item<'a>>,
    /// What is accepted for now.
    pub accepted: Vec<Accepted<'a>>,
    /// The rules that judged, in the order of the book.
    pub rules: Vec<RuleFacts<'a>>,
    /// The files that were read, in order; none where no files were judged.
    pub files: Vec<&'a str>,
    /// How many findings the baseline accepts, whether or not they are among the accepted.
    pub baselined: usize,
    /// The exit status that it ends with.
    pub exit: u8,
    /// What was judged one by one and is well, where that is told.
    pub passed: Vec<Passed<'a>>,
    /// When it was judged, where a form is to tell.
    pub at: Option<Timestamp>,
    /// Figures of the whole roll, where all of it was judged.
    pub roll: Option<Roll>,
    /// Whether metrics tell of each account.
    pub per_account: bool,
    /// How the audit trail of the store does not go on from what is known of it; none where it does.
    pub broken: Option<&'a str>,
}

/// The whole roll in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roll {
    /// Accounts by status.
    pub accounts: Vec<(&'static str, usize)>,
    /// Versions that were revoked and never seen refused.
    pub possibly_live: usize,
    /// Account, what is due of it, and its last good day.
    pub due: Vec<(String, &'static str, Date)>,
}

/// A record that was judged and is well, for the forms that count tests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passed<'a> {
    pub subject: &'a str,
    pub file: Option<&'a str>,
}

/// A finding that is accepted for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted<'a> {
    pub item: Item<'a>,
    pub by: Acceptance,
    /// Why, by whom and how long, where that is known.
    pub why: Option<String>,
}

/// What accepts a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// A waiver of the inventory.
    Waiver,
    /// The baseline: it was there before the rule book was.
    Baseline,
}

/// A rule as the forms describe it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFacts<'a> {
    pub id: &'a str,
    /// Its own severity; a finding may have another.
    pub severity: Severity,
    /// What it finds, in one line.
    pub summary: &'a str,
    /// What, why and how to fix, in Markdown.
    pub explain: &'a str,
    /// What it judges from.
    pub from: &'a str,
}

impl<'a> From<&'a Finding> for Item<'a> {
    fn from(finding: &'a Finding) -> Item<'a> {
        let field = finding.field.to_string();
        Item {
            rule: finding.rule,
            severity: finding.severity,
            subject: Some(finding.subject.to_string()),
            field: (!field.is_empty()).then_some(field),
            message: &finding.message,
            fix: finding.fix.as_deref(),
            days: finding.days,
            place: None,
            known: Some(Known::of(finding)),
        }
    }
}

impl Item<'_> {
    /// What is wrong, behind the record that it is about.
    fn told(&self) -> String {
        match &self.subject {
            Some(subject) => format!("{subject}: {}", self.message),
            None => self.message.to_owned(),
        }
    }
}

impl Judged<'_> {
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.items.iter().for_each(|item| counts.add(item.severity));
        let waived = |accepted: &&Accepted| accepted.by == Acceptance::Waiver;
        counts.waived = self.accepted.iter().filter(waived).count();
        let live = |item: &&Item| item.rule == POSSIBLY_LIVE;
        counts.possibly_live = self.items.iter().filter(live).count();
        counts.baselined = self.baselined;
        counts
    }
}

/// Findings in the form that was asked for. People are better served by [`text`] than by a table.
pub fn render(judged: &Judged, format: FindingsFormat, terminal: &Terminal) -> String {
    match format {
        FindingsFormat::Rows(Format::Json) => json::document(judged),
        // No command that has findings takes a form of events: an object a line comes nearest.
        FindingsFormat::Rows(Format::Jsonl) | FindingsFormat::Siem(_) => json::lines(&judged.items),
        FindingsFormat::Rows(
            format @ (Format::Table | Format::Csv | Format::Tsv | Format::Md | Format::Html),
        ) => crate::report::render(&view(&judged.items), format, terminal),
        FindingsFormat::Ci(CiFormat::Sarif) => sarif::log(judged),
        FindingsFormat::Ci(CiFormat::Junit) => junit::suites(judged),
        FindingsFormat::Ci(CiFormat::Github) => github::commands(&judged.items),
        FindingsFormat::Ci(CiFormat::Gitlab) => gitlab::report(&judged.items),
        FindingsFormat::Watch(WatchFormat::Prometheus) => prometheus::metrics(judged),
        FindingsFormat::Watch(WatchFormat::Nagios) => nagios::line(judged),
        FindingsFormat::Watch(WatchFormat::Ics) => ics::calendar(judged),
    }
}

/// Findings as rows, for CSV, TSV, Markdown and HTML.
fn view(items: &[Item]) -> View {
    let names = [
        "severity", "rule", "subject", "field", "days", "message", "fix", "file", "line",
    ];
    let columns = names.map(|name| match name {
        "days" | "line" => Column::new(name).right(),
        name => Column::new(name),
    });
    let mut view = View::new("findings", columns.to_vec());
    view.rows = items
        .iter()
        .map(|item| {
            vec![
                Cell::text(item.severity).tone(paint::tone(item.severity)),
                Cell::text(item.rule),
                Cell::optional(item.subject.as_ref()),
                Cell::optional(item.field.as_ref()),
                item.days.map_or_else(Cell::missing, Cell::number),
                Cell::text(item.message),
                Cell::optional(item.fix),
                Cell::optional(item.place.map(|place| place.file)),
                item.place
                    .map_or_else(Cell::missing, |place| Cell::count(place.line)),
            ]
        })
        .collect();
    view
}

#[cfg(test)]
pub(in crate::report) mod tests {
    use super::*;
    use crate::model::finding::FieldPath;

    pub fn findings() -> Vec<Finding> {
        let finding = |subject: &str, rule, severity, days, message: &str| Finding {
            subject: subject.parse().unwrap(),
            field: FieldPath::of("rotation"),
            rule,
            severity,
            message: message.to_owned(),
            fix: None,
            days,
            wants: None,
            particular: None,
            entry: None,
        };
        let mut all = vec![
            finding(
                "account/unicmms-production-import",
                "rotation-overdue",
                Severity::Error,
                Some(-12),
                "version 3 was due on 2026-10-01 by `quarterly`",
            ),
            finding(
                "account/etl",
                "no-drill",
                Severity::Warning,
                None,
                "the revoke procedure `pull-key` was never rehearsed",
            ),
            finding(
                "account/unicmms-production-import",
                "approval-ending",
                Severity::Info,
                Some(1),
                "the approval of `write-back` ends",
            ),
        ];
        all[0].fix = Some("keyroll rotate unicmms-production-import".to_owned());
        all
    }

    /// Findings at a place in a file and at none, one that is waived, a file without any.
    pub fn judged(findings: &[Finding]) -> Judged<'_> {
        let mut items: Vec<Item> = findings.iter().map(Item::from).collect();
        items[1].place = Some(Place {
            file: "./a b/c.toml",
            line: 3,
            column: 1,
            end_line: 3,
            end_column: 9,
        });
        let item = items.pop().unwrap();
        let why = Some("moves next year; person/anna-berg, until 2027-03-31".to_owned());
        let rule = |id, severity| RuleFacts {
            id,
            severity,
            summary: "a day that is past",
            explain: "A key that stays\nis a key that leaks.\n\n## Fix\n\nRotate it.",
            from: "what is declared and recorded",
        };
        Judged {
            items,
            accepted: vec![Accepted {
                item,
                by: Acceptance::Waiver,
                why,
            }],
            rules: vec![
                rule("rotation-overdue", Severity::Error),
                rule("no-drill", Severity::Warning),
            ],
            files: vec!["./a b/c.toml", "z.toml"],
            exit: 4,
            ..Judged::default()
        }
    }

    #[test]
    fn a_row_has_a_cell_for_each_column() {
        let findings = findings();
        let rows = view(&judged(&findings).items);
        assert!(rows.rows.iter().all(|row| row.len() == rows.columns.len()));
    }
}
