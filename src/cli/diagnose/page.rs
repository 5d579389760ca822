//! The page that people read: a heading for each file and each record, below it what is wrong at its lines.

use std::collections::{BTreeMap, BTreeSet};

use crate::cli::diagnose::{Diagnosis, Entry, What};
use crate::manifest::Place;
use crate::report::diagnostic::{Diagnostic, Spot};
use crate::report::summary::Counts;
use crate::report::{Terminal, escape, paint};

/// How many faults are shown at their lines: nobody reads more, and a program asks for another format.
const MOST_SHOWN: usize = 500;

impl Diagnosis<'_> {
    /// The page, empty where all is well.
    pub fn page(&self, terminal: &Terminal) -> String {
        let mut counts: BTreeMap<&str, Counts> = BTreeMap::new();
        for entry in &self.entries {
            counts
                .entry(entry.file())
                .or_default()
                .add(entry.severity());
        }
        let mut out = String::new();
        let mut explained = BTreeSet::new();
        let mut before: Option<&Entry> = None;
        for entry in self.entries.iter().take(MOST_SHOWN) {
            let same_file = before.is_some_and(|before| before.file() == entry.file());
            if let (false, Some(place)) = (same_file, &entry.place) {
                let count = counts
                    .get(entry.file())
                    .map_or(String::new(), |c| c.line(None));
                let heading = format!("{}: {count}", escape::terminal(&place.file));
                out.push_str(&format!("{}\n\n", paint::bold(&heading, terminal.color)));
            }
            let same_record = same_file && before.is_some_and(|b| b.subject() == entry.subject());
            if let (false, Some(subject)) = (same_record, entry.subject()) {
                let heading = escape::terminal(&subject.to_string());
                out.push_str(&format!("{}\n", paint::bold(&heading, terminal.color)));
            }
            let more = format!("`keyroll explain {}` says more", entry.rule());
            let more = explained.insert(entry.rule()).then_some(more.as_str());
            out.push_str(&self.fault(entry, more, terminal));
            out.push('\n');
            before = Some(entry);
        }
        if let more @ 1.. = self.entries.len().saturating_sub(MOST_SHOWN) {
            let counts = "--statistics counts them, --format csv lists them";
            out.push_str(&format!("and {more} more; {counts}\n"));
        }
        out
    }

    /// One fault, at its places.
    fn fault(&self, entry: &Entry, more: Option<&str>, terminal: &Terminal) -> String {
        let also: &[(Place, String)] = match entry.what {
            What::Problem(problem) => &problem.also,
            What::Finding(_) => &[],
        };
        let places = entry.place.iter().map(|place| (place, None));
        let also = also
            .iter()
            .map(|(place, label)| (place, Some(label.as_str())));
        let lines: Vec<_> = places
            .chain(also)
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
        Diagnostic {
            severity: entry.severity(),
            rule: Some(entry.rule()),
            message: entry.message(),
            spot: entry.place.as_ref().and_then(|_| spots.next()),
            fix: entry.fix(),
            more,
            also: spots.collect(),
        }
        .render(terminal)
    }
}

impl Entry<'_> {
    /// The file it stands in; nothing for what stands in none.
    fn file(&self) -> &str {
        self.place.as_ref().map_or("", |place| &place.file)
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
        let judgement = rules::judgement(&facts, &Selection::declared());
        Diagnosis::new(&manifest, &judgement).page(&Terminal::PIPE)
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
    fn a_heading_stands_once_for_a_file_and_once_for_a_record() {
        let text = shown(
            "[team.x]\nname = \"X\"\nmembers = [\"a\", \"b\"]\n[team.y]\nname = \"Y\"\nmembers = [\"c\"]\nnaem = 3\n",
        );
        let count = |what: &str| text.matches(what).count();
        assert_eq!(count("a.toml: 4 errors\n"), 1, "{text}");
        assert_eq!((count("\nteam/x\n"), count("\nteam/y\n")), (1, 1), "{text}");
        assert_eq!(count("keyroll explain unknown-reference"), 1, "{text}");
        let at = |what: &str| text.find(what).unwrap();
        assert!(at("`naem`") < at("\nteam/x\n"), "{text}");
    }

    #[test]
    fn only_so_many_faults_are_shown_at_their_lines() {
        let members: Vec<String> = (0..700).map(|n| format!("\"p{n}\"")).collect();
        let text = shown(&format!(
            "[team.x]\nname = \"X\"\nmembers = [{}]\n",
            members.join(", ")
        ));
        assert!(
            text.ends_with("and 200 more; --statistics counts them, --format csv lists them\n")
        );
        assert!(text.contains("a.toml:3:12"), "{}", &text[..300]);
    }
}
