//! What is wrong with some files, at its places: for people as a page, for programs as items.

mod judged;
mod page;

use std::collections::BTreeMap;

use crate::manifest::{Manifest, Place, Problem};
use crate::model::finding::{Finding, Severity};
use crate::model::record::RecordId;
use crate::report::findings::Item;
use crate::report::summary::{Counts, counted};
use crate::rules::{Judgement, MALFORMED};

pub use judged::stored;

/// All that is wrong with some files: file by file, in each what cannot be read, then record by record.
pub struct Diagnosis<'a> {
    manifest: &'a Manifest,
    judgement: &'a Judgement,
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
    pub fn new(manifest: &'a Manifest, judgement: &'a Judgement) -> Diagnosis<'a> {
        let problems = manifest.problems.iter().map(|problem| Entry {
            place: problem.place.clone(),
            what: What::Problem(problem),
        });
        let standing = judgement.findings.iter();
        let standing = standing.filter(|finding| !follows(manifest, finding));
        let findings = standing.map(|finding| Entry::of(finding, manifest));
        let mut entries = problems.chain(findings).collect();
        in_order(&mut entries);
        Diagnosis {
            manifest,
            judgement,
            entries,
        }
    }

    /// `2 errors in 37 accounts, 5 files; 3 waived`, or that all is well.
    pub fn summary(&self) -> String {
        let mut counts = Counts::default();
        self.entries
            .iter()
            .for_each(|entry| counts.add(entry.severity()));
        counts.waived = self.judgement.waived.len();
        counts.baselined = self.judgement.known_count;
        let accounts = counted(self.manifest.inventory.accounts.len(), "account");
        let files = counted(self.manifest.files(), "file");
        counts.line(Some(&format!("{accounts}, {files}")))
    }
}

/// Whether a finding only follows from a problem: it misses a record that a file declares and that could not be read, or
/// says that nothing uses what a record that was not read may use.
fn follows(manifest: &Manifest, finding: &Finding) -> bool {
    let unread = |id: &RecordId| manifest.declares(id) && !manifest.inventory.contains(id);
    let is_unused = finding.rule.starts_with("unused-");
    finding.wants.as_ref().is_some_and(unread) || (is_unused && !manifest.problems.is_empty())
}

/// File by file; in a file what is about no record, then the records by their first line. What has no place comes last.
fn in_order(entries: &mut Vec<Entry>) {
    let mut first: BTreeMap<(&str, &RecordId), usize> = BTreeMap::new();
    for entry in entries.iter() {
        if let (Some(place), Some(subject)) = (&entry.place, entry.subject()) {
            let start = first.entry((&place.file, subject)).or_insert(usize::MAX);
            *start = place.span.start.min(*start);
        }
    }
    let keys = entries.iter().map(|entry| {
        let place = entry.place.as_ref()?;
        let record = entry.subject().map(|subject| {
            let start = first.get(&(place.file.as_str(), subject)).copied();
            (start, subject.clone())
        });
        Some((place.file.clone(), record, place.span.start))
    });
    let keys: Vec<_> = keys.collect();
    let taken = std::mem::take(entries);
    let mut keyed: Vec<_> = keys.into_iter().zip(taken).collect();
    keyed.sort_by(|(a, _), (b, _)| (a.is_none(), a).cmp(&(b.is_none(), b)));
    entries.extend(keyed.into_iter().map(|(_, entry)| entry));
}

impl<'a> Entry<'a> {
    fn of(finding: &'a Finding, manifest: &Manifest) -> Entry<'a> {
        Entry {
            place: manifest.place_of(finding),
            what: What::Finding(finding),
        }
    }

    fn severity(&self) -> Severity {
        match self.what {
            What::Problem(_) => Severity::Error,
            What::Finding(finding) => finding.severity,
        }
    }

    fn rule(&self) -> &'static str {
        match self.what {
            What::Problem(_) => MALFORMED.id,
            What::Finding(finding) => finding.rule,
        }
    }

    fn subject(&self) -> Option<&'a RecordId> {
        match self.what {
            What::Problem(_) => None,
            What::Finding(finding) => Some(&finding.subject),
        }
    }

    fn message(&self) -> &'a str {
        match self.what {
            What::Problem(problem) => &problem.message,
            What::Finding(finding) => &finding.message,
        }
    }

    fn fix(&self) -> Option<&'a str> {
        match self.what {
            What::Problem(problem) => problem.hint.as_deref(),
            What::Finding(finding) => finding.fix.as_deref(),
        }
    }

    fn item(&self) -> Item<'_> {
        let place = self.place.as_ref().map(judged::shown);
        match self.what {
            What::Problem(_) => Item {
                rule: self.rule(),
                severity: self.severity(),
                subject: None,
                field: None,
                message: self.message(),
                fix: self.fix(),
                days: None,
                place,
                known: None,
            },
            What::Finding(finding) => Item {
                place,
                ..Item::from(finding)
            },
        }
    }
}
