//! A baseline as text, to and from `model`: one finding a line, sorted, so that git merges it. Holds no message of any rule, and no secret.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ops::Range;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::manifest::place::{Lines, Place};
use crate::manifest::problem::{Problem, shown};
use crate::manifest::reading::Manifest;
use crate::manifest::revision::Found;
use crate::manifest::source::{self, Budget, Source};
use crate::model::baseline::{Baseline, Known};
use crate::model::finding::Finding;
use crate::model::id::Name;
use crate::model::record::RecordId;
use crate::model::text::shape;

/// The largest baseline, in bytes.
const LARGEST: u64 = 16 * 1024 * 1024;

/// The form that is written, and the only one that is read.
const FORM: u32 = 1;

const ANEW: &str = "`--write-baseline` writes it anew; where git left its marks, keep the lines of both sides first";

/// The first line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Head {
    keyroll_baseline: u32,
}

/// Every other line.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    rule: Name,
    subject: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    what: Vec<String>,
    count: u32,
}

/// A baseline's file, by what is needed to find its lines again.
pub(super) struct BaselineFile {
    source: Source,
    lines: HashMap<Known, Place>,
}

impl Manifest {
    /// Reads the baseline of this inventory, and remembers where each entry stands.
    ///
    /// # Errors
    /// When the file cannot be read, or its first line that is none of a baseline.
    pub fn read_baseline(&mut self, path: &Path) -> Result<Baseline, Box<Problem>> {
        let (source, text) = text(path)?;
        self.take_baseline(source, &text)
    }

    /// As [`read_baseline`](Manifest::read_baseline), of a text that was read; `shown` is what its places call it.
    ///
    /// # Errors
    /// As those of a file.
    pub fn parse_baseline(&mut self, shown: &str, text: &str) -> Result<Baseline, Box<Problem>> {
        let source = Source {
            path: shown.into(),
            shown: shown.to_owned(),
            held: Some(Found::Text(text.as_bytes().into())),
        };
        self.take_baseline(source, text)
    }

    fn take_baseline(&mut self, source: Source, text: &str) -> Result<Baseline, Box<Problem>> {
        let (baseline, lines) = parse(&source.shown, text)?;
        self.accompany(source.clone(), text.len());
        self.baseline = Some(BaselineFile { source, lines });
        Ok(baseline)
    }

    /// Where a finding stands: at its field, or at its line in the baseline where it is about an entry there.
    pub fn place_of(&self, finding: &Finding) -> Option<Place> {
        match &finding.entry {
            Some(entry) => self.baseline.as_ref()?.lines.get(entry).cloned(),
            None => self.place(&finding.subject, &finding.field),
        }
    }

    /// The name of the baseline that was read, as it was given.
    pub fn baseline(&self) -> Option<&str> {
        self.baseline
            .as_ref()
            .map(|file| file.source.shown.as_str())
    }
}

fn text(path: &Path) -> Result<(Source, String), Box<Problem>> {
    let source = Source {
        path: path.to_owned(),
        shown: path.to_string_lossy().into_owned(),
        held: None,
    };
    let text = source::text_within(&source, &mut Budget::new(), LARGEST)?;
    Ok((source, text))
}

/// Reads a baseline where nobody asks for its lines.
///
/// # Errors
/// As [`Manifest::read_baseline`].
pub fn read_baseline(path: &Path) -> Result<Baseline, Box<Problem>> {
    let (source, text) = text(path)?;
    Ok(parse(&source.shown, &text)?.0)
}

/// The text of a file that a baseline is to replace: read as one is, within its limits and through no link.
///
/// # Errors
/// When it cannot be read so.
pub fn baseline_text(path: &Path) -> Result<String, Box<Problem>> {
    Ok(text(path)?.1)
}

/// That a baseline is larger than one that can be read.
#[derive(Debug, thiserror::Error)]
#[error("the baseline would be larger than {} MiB", LARGEST / (1024 * 1024))]
pub struct TooLarge;

/// Whether a text begins as a baseline does: another file must not be replaced by one.
pub fn is_baseline(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default();
    serde_json::from_str::<Head>(first).is_ok()
}

/// Writes a baseline. The same findings give the same bytes.
///
/// # Errors
/// When it would be larger than one that can be read.
pub fn write_baseline(baseline: &Baseline) -> Result<String, TooLarge> {
    let mut lines: Vec<String> = baseline
        .0
        .iter()
        .filter_map(|(known, count)| {
            line(&Line {
                rule: known.rule.parse().ok()?,
                subject: known.subject.to_string(),
                field: (!known.field.is_empty()).then(|| known.field.to_string()),
                what: known.what.iter().map(ToString::to_string).collect(),
                count: u32::try_from(*count).unwrap_or(u32::MAX),
            })
        })
        .collect();
    lines.sort();
    let head = line(&Head {
        keyroll_baseline: FORM,
    });
    let text: String = head.into_iter().chain(lines).collect();
    match text.len() as u64 <= LARGEST {
        true => Ok(text),
        false => Err(TooLarge),
    }
}

fn line(value: &impl Serialize) -> Option<String> {
    let text = serde_json::to_string(value).ok()?;
    Some(text + "\n")
}

type Parsed = (Baseline, HashMap<Known, Place>);

fn parse(file: &str, text: &str) -> Result<Parsed, Box<Problem>> {
    let starts = Lines::of(text);
    let (mut baseline, mut lines) = (Baseline::default(), HashMap::new());
    let mut begin = 0;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        let span = begin..begin + raw.trim_end().len();
        begin += raw.len();
        let place = |span: Range<usize>| starts.place(file, text, span);
        let refuse = |message: String| Box::new(Problem::of(message, ANEW).at(place(span.clone())));
        if number == 0 {
            head(raw).map_err(refuse)?;
            continue;
        }
        if raw.trim().is_empty() {
            continue;
        }
        let (known, count) = entry(raw).map_err(refuse)?;
        match lines.entry(known.clone()) {
            Entry::Occupied(_) => return Err(refuse("the finding stands here twice".to_owned())),
            Entry::Vacant(free) => free.insert(place(span)),
        };
        baseline.0.insert(known, count);
    }
    if begin == 0 {
        return Err(Box::new(Problem::of("the baseline is empty", ANEW)));
    }
    Ok((baseline, lines))
}

fn head(raw: &str) -> Result<(), String> {
    match serde_json::from_str::<Head>(raw) {
        Ok(head) if head.keyroll_baseline == FORM => Ok(()),
        Ok(head) => Err(format!(
            "it is a baseline of form {}, and this keyroll reads form {FORM}",
            head.keyroll_baseline
        )),
        Err(_) => {
            Err("it is no baseline: the first line is not `{\"keyroll-baseline\":1}`".to_owned())
        }
    }
}

fn entry(raw: &str) -> Result<(Known, usize), String> {
    // Not what serde says: it may repeat what stands there.
    let line: Line = serde_json::from_str(raw).map_err(|error| {
        format!(
            "it is no finding of a baseline, at column {}",
            error.column()
        )
    })?;
    // A baseline comes with a stranger's change as the inventory does, and is shown as that is.
    let texts = std::iter::once(&line.subject).chain(&line.field);
    if texts
        .chain(&line.what)
        .any(|text| shape::looks_secret(text).is_some())
    {
        return Err("it holds what looks like a secret".to_owned());
    }
    let subject: RecordId = line
        .subject
        .parse()
        .map_err(|_| format!("`{}` names no record", shown(&line.subject)))?;
    if line.count == 0 {
        return Err("it counts 0 findings".to_owned());
    }
    let known = Known {
        rule: line.rule.as_str().into(),
        subject,
        field: line.field.unwrap_or_default().into(),
        what: line.what.into_iter().map(Into::into).collect(),
    };
    Ok((known, line.count as usize))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(rule: &str, subject: &str, field: &str) -> Known {
        Known {
            rule: rule.into(),
            subject: subject.parse().unwrap(),
            field: field.into(),
            what: Vec::new(),
        }
    }

    fn refused(text: &str) -> String {
        let problem = parse("b.jsonl", text).unwrap_err();
        let line = problem.place.map_or(0, |place| place.line);
        format!("{line}: {}", problem.message)
    }

    #[test]
    fn what_is_written_reads_back_sorted_one_a_line() {
        let all = [
            (known("missing-owner", "account/b", "owner.business"), 1),
            (known("missing-owner", "account/a", ""), 2),
            (
                Known {
                    what: vec!["x/y".into(), "\"".into()],
                    ..known("unknown-permission", "account/a", "permissions")
                },
                1,
            ),
            (
                known("duties-conflict", "assignment/person/jo r f/g", "a\"\u{1b}"),
                1,
            ),
        ];
        let baseline = Baseline(all.into_iter().collect());
        let text = write_baseline(&baseline).unwrap();
        let lines = [
            r#"{"keyroll-baseline":1}"#,
            r#"{"rule":"duties-conflict","subject":"assignment/person/jo r f/g","field":"a\"\u001b","count":1}"#,
            r#"{"rule":"missing-owner","subject":"account/a","count":2}"#,
            r#"{"rule":"missing-owner","subject":"account/b","field":"owner.business","count":1}"#,
            r#"{"rule":"unknown-permission","subject":"account/a","field":"permissions","what":["x/y","\""],"count":1}"#,
            "",
        ];
        assert_eq!(text, lines.join("\n"));
        assert_eq!(parse("b", &text).unwrap().0, baseline);
        assert!(is_baseline(&text) && !is_baseline("[team.a]\n"));
    }

    #[test]
    fn none_is_written_that_could_not_be_read() {
        let large = Known {
            what: vec!["x".repeat(LARGEST as usize).into()],
            ..known("x", "team/a", "")
        };
        let baseline = Baseline([(large, 1)].into());
        assert!(write_baseline(&baseline).is_err());
    }

    #[test]
    fn a_corrupt_baseline_is_refused_at_its_line() {
        let head = "{\"keyroll-baseline\":1}\n";
        let good = "{\"rule\":\"x\",\"subject\":\"team/a\",\"count\":1}\n";
        for (text, says) in [
            (String::new(), "0: the baseline is empty"),
            (
                "[team.a]\n".to_owned(),
                "1: it is no baseline: the first line is not `{\"keyroll-baseline\":1}`",
            ),
            (
                "{\"keyroll-baseline\":2}\n".to_owned(),
                "1: it is a baseline of form 2, and this keyroll reads form 1",
            ),
            (
                format!("{head}{good}{good}"),
                "3: the finding stands here twice",
            ),
            (
                format!("{head}\n<<<<<<< ours\n"),
                "3: it is no finding of a baseline, at column 1",
            ),
            (
                format!("{head}{}", good.replace('1', "0")),
                "2: it counts 0 findings",
            ),
            (
                format!(
                    "{head}{}",
                    good.replace(
                        "/a",
                        &format!("/ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a")
                    )
                ),
                "2: it holds what looks like a secret",
            ),
            (
                format!("{head}{}", good.replace("team/", "tam/")),
                "2: `tam/a` names no record",
            ),
        ] {
            assert_eq!(refused(&text), says);
        }
    }
}
