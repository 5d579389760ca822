//! Findings and problems of files as they are shown: at their places for people, as rows and objects for programs.

use crate::manifest::{Manifest, Place, Problem};
use crate::model::finding::{Finding, Severity};
use crate::report::diagnostic::{Diagnostic, Spot};
use crate::report::findings::{self, Item};
use crate::report::summary::{Counts, counted};
use crate::report::{self, Format, Terminal};

/// The word under which a problem of a file stands where findings name their rule.
pub const MALFORMED: &str = "malformed";

/// All that is wrong with some files, in the order of their lines.
pub struct Diagnosis<'a> {
    manifest: &'a Manifest,
    entries: Vec<Entry<'a>>,
}

struct Entry<'a> {
    place: Option<Place>,
    what: What<'a>,
}

enum What<'a> {
    Problem(&'a Problem),
    Finding(&'a Finding),
}

impl<'a> Diagnosis<'a> {
    pub fn new(manifest: &'a Manifest, findings: &'a [Finding]) -> Diagnosis<'a> {
        let problems = manifest.problems.iter().map(|problem| Entry {
            place: problem.place.clone(),
            what: What::Problem(problem),
        });
        let findings = findings.iter().map(|finding| Entry {
            place: manifest.place(&finding.subject, &finding.field),
            what: What::Finding(finding),
        });
        let mut entries: Vec<_> = problems.chain(findings).collect();
        entries.sort_by(|a, b| {
            let key = |entry: &Entry| entry.place.as_ref().map(|p| (p.file.clone(), p.span.start));
            key(a).cmp(&key(b))
        });
        Diagnosis { manifest, entries }
    }

    /// In the form asked for: source lines with carets where people read, rows or objects elsewhere.
    pub fn render(&self, format: Format, terminal: &Terminal) -> String {
        let items: Vec<Item> = self.entries.iter().map(Entry::item).collect();
        match format {
            Format::Table => {
                let shown = self
                    .entries
                    .iter()
                    .map(|entry| self.diagnostic(entry, terminal.color));
                shown.map(|text| format!("{text}\n")).collect()
            }
            Format::Json => findings::json(&items),
            Format::Jsonl => findings::jsonl(&items),
            Format::Csv | Format::Tsv | Format::Md => {
                report::render(&findings::view(&items), format, terminal)
            }
        }
    }

    /// `2 errors in 37 accounts, 5 files`, or that all is well.
    pub fn summary(&self) -> String {
        let mut counts = Counts::default();
        self.entries
            .iter()
            .for_each(|entry| counts.add(entry.item().severity));
        let accounts = counted(self.manifest.inventory.accounts.len(), "account");
        let files = counted(self.manifest.files(), "file");
        format!("{} in {accounts}, {files}", counts.line(None))
    }

    fn diagnostic(&self, entry: &Entry, color: bool) -> String {
        let item = entry.item();
        let also: &[(Place, String)] = match entry.what {
            What::Problem(problem) => &problem.also,
            What::Finding(_) => &[],
        };
        let places = entry.place.iter().map(|place| (place, None));
        let places = places.chain(
            also.iter()
                .map(|(place, label)| (place, Some(label.as_str()))),
        );
        let lines: Vec<_> = places
            .map(|(place, label)| (place, label, self.manifest.line(place).unwrap_or_default()))
            .collect();
        let mut spots = lines.iter().map(|(place, label, (line, span))| Spot {
            file: &place.file,
            source: line,
            line_start: place.line,
            span: span.clone(),
            label: *label,
        });
        let nowhere = Spot {
            file: "",
            source: "",
            line_start: 1,
            span: 0..0,
            label: None,
        };
        let Some(spot) = spots.next() else {
            return plain(&item);
        };
        let spot = if entry.place.is_some() { spot } else { nowhere };
        let rule = matches!(entry.what, What::Finding(_)).then_some(item.rule);
        Diagnostic {
            severity: item.severity,
            rule,
            message: item.message,
            spot,
            fix: item.fix,
            also: spots.collect(),
        }
        .render(color)
    }
}

/// A fault that has no place in any file.
fn plain(item: &Item) -> String {
    let subject = item
        .subject
        .as_ref()
        .map_or(String::new(), |subject| format!("{subject}: "));
    let line = report::escape::terminal(&format!("{}: {subject}{}", item.severity, item.message));
    let fix = item.fix.map_or(String::new(), |fix| {
        format!("  = help: {}\n", report::escape::terminal(fix))
    });
    format!("{line}\n{fix}")
}

impl Entry<'_> {
    fn item(&self) -> Item<'_> {
        let place = self.place.as_ref().map(|place| findings::Place {
            file: &place.file,
            line: place.line,
            column: place.column,
            end_line: place.end_line,
            end_column: place.end_column,
        });
        match self.what {
            What::Problem(problem) => Item {
                rule: MALFORMED,
                severity: Severity::Error,
                subject: None,
                field: None,
                message: &problem.message,
                fix: problem.hint.as_deref(),
                days: None,
                place,
            },
            What::Finding(finding) => Item {
                place,
                ..Item::from(finding)
            },
        }
    }
}
