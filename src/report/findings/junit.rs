//! Findings as JUnit XML: a suite for each file, a case for each record with findings, one that passes where all is well.
//!
//! Times, host and dates are left out: the same inventory gives the same bytes.

use std::collections::HashMap;

use crate::model::finding::Severity;
use crate::report::escape;
use crate::report::findings::{Accepted, Item, Judged, path};

/// What a suite is called that holds findings without a place in a file.
const NOWHERE: &str = "keyroll";

/// The document.
pub fn suites(judged: &Judged) -> String {
    let suites: Vec<Suite> = suites_of(judged);
    let count = |of: fn(&Suite) -> usize| suites.iter().map(of).sum::<usize>();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(&format!(
        "<testsuites name=\"keyroll\" tests=\"{}\" failures=\"{}\" errors=\"{}\">\n",
        count(|suite| suite.cases.len()),
        count(|suite| suite.count(Outcome::Failed)),
        count(|suite| suite.count(Outcome::Broken)),
    ));
    suites.iter().for_each(|suite| suite.write(&mut out));
    out.push_str("</testsuites>\n");
    out
}

struct Suite<'a> {
    name: &'a str,
    cases: Vec<Case<'a>>,
}

struct Case<'a> {
    name: String,
    items: Vec<&'a Item<'a>>,
    accepted: Option<&'a Accepted<'a>>,
}

/// How a case ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Passed,
    /// It is accepted for now.
    Skipped,
    Failed,
    /// The file could not be read as an inventory, so nothing was judged there.
    Broken,
}

fn suites_of<'a>(judged: &'a Judged) -> Vec<Suite<'a>> {
    let mut suites: Vec<Suite> = Vec::new();
    let of = |name: &'a str| Suite {
        name,
        cases: Vec::new(),
    };
    suites.extend(judged.files.iter().map(|file| of(path::plain(file))));
    let mut at: HashMap<&str, usize> = suites
        .iter()
        .enumerate()
        .map(|(at, suite)| (suite.name, at))
        .collect();
    let mut suite_of = |suites: &mut Vec<Suite<'a>>, file: Option<&'a str>| {
        let name = file.map_or(NOWHERE, path::plain);
        *at.entry(name).or_insert_with(|| {
            suites.push(of(name));
            suites.len() - 1
        })
    };
    for item in &judged.items {
        let index = suite_of(&mut suites, item.place.map(|place| place.file));
        suites[index].add(item);
    }
    for accepted in &judged.accepted {
        let file = accepted.item.place.map(|place| place.file);
        let index = suite_of(&mut suites, file);
        suites[index].cases.push(Case {
            name: format!("{}, {}", name(&accepted.item), accepted.item.rule),
            items: Vec::new(),
            accepted: Some(accepted),
        });
    }
    for passed in &judged.passed {
        let index = suite_of(&mut suites, passed.file);
        suites[index].cases.push(Case {
            name: passed.subject.to_owned(),
            items: Vec::new(),
            accepted: None,
        });
    }
    if suites.is_empty() {
        suites.push(of(NOWHERE));
    }
    for suite in suites.iter_mut().filter(|suite| suite.cases.is_empty()) {
        suite.cases.push(Case {
            name: "no findings".to_owned(),
            items: Vec::new(),
            accepted: None,
        });
    }
    suites
}

/// What a case is called: the record, or the rule where it is about none.
fn name<'a>(item: &'a Item) -> &'a str {
    item.subject.as_deref().unwrap_or(item.rule)
}

impl<'a> Suite<'a> {
    fn add(&mut self, item: &'a Item) {
        // Findings come record by record.
        let name = name(item);
        match self.cases.last_mut() {
            Some(case) if case.name == name => case.items.push(item),
            _ => self.cases.push(Case {
                name: name.to_owned(),
                items: vec![item],
                accepted: None,
            }),
        }
    }

    fn count(&self, outcome: Outcome) -> usize {
        let with = |case: &&Case| case.outcome() == outcome;
        self.cases.iter().filter(with).count()
    }

    fn write(&self, out: &mut String) {
        let name = xml(self.name);
        out.push_str(&format!(
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n",
            self.cases.len(),
            self.count(Outcome::Failed),
            self.count(Outcome::Broken),
            self.count(Outcome::Skipped),
        ));
        for case in &self.cases {
            let opening = format!(
                "    <testcase name=\"{}\" classname=\"{name}\"",
                xml(&case.name)
            );
            out.push_str(&opening);
            match case.body() {
                Some(body) => out.push_str(&format!(">\n      {body}\n    </testcase>\n")),
                None => out.push_str("/>\n"),
            }
        }
        out.push_str("  </testsuite>\n");
    }
}

impl Case<'_> {
    fn outcome(&self) -> Outcome {
        if self.accepted.is_some() {
            return Outcome::Skipped;
        }
        let worst = self.items.iter().map(|item| item.severity).max();
        let about_record = self.items.iter().any(|item| item.subject.is_some());
        match worst {
            None | Some(Severity::Info) => Outcome::Passed,
            Some(Severity::Warning | Severity::Error) if about_record => Outcome::Failed,
            Some(Severity::Warning | Severity::Error) => Outcome::Broken,
        }
    }

    fn body(&self) -> Option<String> {
        if let Some(accepted) = self.accepted {
            let why = accepted.why.as_deref().unwrap_or("in the baseline");
            let message = format!("{}: {why}", accepted.item.message);
            return Some(format!("<skipped message=\"{}\"/>", xml(&message)));
        }
        let first = self.items.first()?;
        let lines: Vec<String> = self.items.iter().map(|item| lines(item)).collect();
        let text = lines.concat();
        let element = match self.outcome() {
            Outcome::Failed => "failure",
            Outcome::Broken => "error",
            Outcome::Passed | Outcome::Skipped => {
                return Some(format!("<system-out>{text}</system-out>"));
            }
        };
        let more = match self.items.len() {
            1 => String::new(),
            all => format!(" (and {} more)", all - 1),
        };
        let (kind, message) = (xml(first.rule), xml(&(first.message.to_owned() + &more)));
        Some(format!(
            "<{element} type=\"{kind}\" message=\"{message}\">{text}</{element}>"
        ))
    }
}

/// A finding as lines of text: where, what, what to do.
fn lines(item: &Item) -> String {
    let place = item.place.map_or(String::new(), |place| {
        let file = path::plain(place.file);
        format!("{file}:{}:{}: ", place.line, place.column)
    });
    let line = format!("{place}{}[{}]: {}", item.severity, item.rule, item.message);
    let fix = item.fix.map(|fix| format!("  help: {fix}"));
    let lines = std::iter::once(line).chain(fix);
    lines.map(|line| xml(&line) + "\n").collect()
}

/// Text for XML, in an element or between double quotes: visible, without markup, without what XML 1.0 has no place for.
fn xml(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in escape::terminal(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{findings, judged};
    use super::*;

    #[test]
    fn a_file_is_a_suite_and_a_record_a_case() {
        let findings = findings();
        snapbox::assert_data_eq!(
            suites(&judged(&findings)),
            snapbox::str![[r#"
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="keyroll" tests="4" failures="2" errors="0">
  <testsuite name="a b/c.toml" tests="1" failures="1" errors="0" skipped="0">
    <testcase name="account/etl" classname="a b/c.toml">
      <failure type="no-drill" message="the revoke procedure `pull-key` was never rehearsed">a b/c.toml:3:1: warning[no-drill]: the revoke procedure `pull-key` was never rehearsed
</failure>
    </testcase>
  </testsuite>
  <testsuite name="z.toml" tests="1" failures="0" errors="0" skipped="0">
    <testcase name="no findings" classname="z.toml"/>
  </testsuite>
  <testsuite name="keyroll" tests="2" failures="1" errors="0" skipped="1">
    <testcase name="account/unicmms-production-import" classname="keyroll">
      <failure type="rotation-overdue" message="version 3 was due on 2026-10-01 by `quarterly`">error[rotation-overdue]: version 3 was due on 2026-10-01 by `quarterly`
  help: keyroll rotate unicmms-production-import
</failure>
    </testcase>
    <testcase name="account/unicmms-production-import, approval-ending" classname="keyroll">
      <skipped message="the approval of `write-back` ends: moves next year; person/anna-berg, until 2027-03-31"/>
    </testcase>
  </testsuite>
</testsuites>

"#]]
        );
    }

    #[test]
    fn an_inventory_that_is_well_passes() {
        let xml = suites(&Judged::default());
        assert!(
            xml.contains("tests=\"1\" failures=\"0\" errors=\"0\""),
            "{xml}"
        );
    }
}
