//! Findings and problems of files as they are shown: at their places for people, as rows and objects for programs.

use crate::manifest::{Manifest, Place, Problem};
use crate::model::finding::{Finding, Severity};
use crate::model::record::RecordId;
use crate::report::diagnostic::{Diagnostic, Spot};
use crate::report::findings::{self, Item};
use crate::report::summary::{Counts, counted};
use crate::report::{self, Format, Terminal};

/// The word under which a problem of a file stands where findings name their rule.
pub const MALFORMED: &str = "malformed";

/// How many faults are shown at their lines: nobody reads more, and a program asks for another format.
const MOST_SHOWN: usize = 500;

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
        let standing = findings
            .iter()
            .filter(|finding| !follows(manifest, finding));
        let findings = standing.map(|finding| Entry {
            place: manifest.place_of(finding),
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
        let items = || -> Vec<Item> { self.entries.iter().map(Entry::item).collect() };
        match format {
            Format::Table => {
                let entries = self.entries.iter().take(MOST_SHOWN);
                let shown = entries.map(|entry| self.diagnostic(entry, terminal.color));
                let mut text: String = shown.map(|text| format!("{text}\n")).collect();
                if let more @ 1.. = self.entries.len().saturating_sub(MOST_SHOWN) {
                    text.push_str(&format!("and {more} more; --format csv lists them all\n"));
                }
                text
            }
            Format::Json => findings::json(&items()),
            Format::Jsonl => findings::jsonl(&items()),
            Format::Csv | Format::Tsv | Format::Md => {
                report::render(&findings::view(&items()), format, terminal)
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
            .map(|(place, label)| {
                let line = self.manifest.line(place);
                (place, label, line.unwrap_or_default())
            })
            .collect();
        let mut spots = lines
            .iter()
            .map(|(place, label, (text, span, column))| Spot {
                file: &place.file,
                source: text,
                line_start: place.line,
                column_start: *column,
                span: span.clone(),
                label: *label,
            });
        let nowhere = Spot {
            file: "",
            source: "",
            line_start: 1,
            column_start: 1,
            span: 0..0,
            label: None,
        };
        let Some(spot) = spots.next() else {
            return plain(&item);
        };
        let spot = if entry.place.is_some() { spot } else { nowhere };
        let rule = matches!(entry.what, What::Finding(_)).then_some(item.rule);
        // The line may show a field alone: whose it is, the title says.
        let subject = item.subject.as_ref().map(|subject| format!("{subject}: "));
        let message = subject.unwrap_or_default() + item.message;
        Diagnostic {
            severity: item.severity,
            rule,
            message: &message,
            spot,
            fix: item.fix,
            also: spots.collect(),
        }
        .render(color)
    }
}

/// Whether a finding only follows from a problem: it misses a record that a file declares and that could not be read.
fn follows(manifest: &Manifest, finding: &Finding) -> bool {
    let unread = |id: &RecordId| manifest.declares(id) && !manifest.inventory.contains(id);
    finding.wants.as_ref().is_some_and(unread)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Glossaries;
    use crate::rules::{self, Facts, Selection};

    fn shown(text: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.toml");
        std::fs::write(&path, text).unwrap();
        let manifest = crate::manifest::read(&[path]);
        let glossaries = Glossaries::of(&manifest.inventory);
        let facts = Facts::new(
            &manifest.inventory,
            &glossaries,
            "2026-11-22".parse().unwrap(),
        );
        let findings = rules::judge(&facts, &Selection::declared());
        let terminal = Terminal::default();
        Diagnosis::new(&manifest, &findings).render(Format::Table, &terminal)
    }

    #[test]
    fn a_record_that_could_not_be_read_is_not_missed_as_well() {
        let team = "[team.x]\nname = \"X\"\nmembers = [\"jo\", \"gone\"]\n";
        let text = shown(&format!("[person.jo]\nname = 3\n{team}"));
        assert!(
            text.contains("`gone`") && !text.contains("no person `jo`"),
            "{text}"
        );
        assert!(shown(team).contains("no person `jo`"));
    }

    #[test]
    fn only_so_many_faults_are_shown_at_their_lines() {
        let members: Vec<String> = (0..700).map(|n| format!("\"p{n}\"")).collect();
        let text = shown(&format!(
            "[team.x]\nname = \"X\"\nmembers = [{}]\n",
            members.join(", ")
        ));
        assert!(text.ends_with("and 200 more; --format csv lists them all\n"));
        assert!(text.contains("a.toml:3:12"), "{}", &text[..300]);
    }
}
