//! What a comment asks of keyroll: `# keyroll: waive RULE, owner person/NAME, until DATE, because REASON`.
//!
//! It only reads the words. Which record they stand at, `inline` knows; whether there is such a rule, the rule book.

use std::fmt::Display;
use std::ops::Range;
use std::str::FromStr;

use crate::catalog::nearest;
use crate::manifest::problem::{Fault, about, did_you_mean, shown};
use crate::model::approval::Waiver;
use crate::model::finding::{FieldPath, FieldStep};
use crate::model::text::Text;

/// How a directive is written, for hints.
const FORM: &str =
    "write `# keyroll: waive RULE, owner person/NAME, until 2027-06-30, because REASON`";

/// The word that begins every directive, before its colon.
const KEYROLL: &str = "keyroll";

/// What a clause of a directive begins with.
const CLAUSES: [&str; 3] = ["owner", "until", "because"];

/// Whether a text may hold a directive at all: one search, so that files without any pay nothing else.
pub(super) fn may_hold(text: &str) -> bool {
    text.split('#')
        .skip(1)
        .any(|comment| said(comment).is_some())
}

/// A waiver as a comment says it. Its subject is left empty: the comment does not know where it stands.
#[derive(Debug)]
pub(super) struct Directive {
    pub waiver: Waiver,
    /// The words of each field, in the comment.
    fields: Vec<(&'static str, Range<usize>)>,
}

/// Reads a comment, from its `#` on; none where it says nothing to keyroll. Spans count from the comment's start.
///
/// # Errors
/// The first fault, where it does and cannot be understood.
pub(super) fn parse(comment: &str) -> Option<Result<Directive, Fault>> {
    let words = Words {
        comment,
        at: said(comment)?,
    };
    Some(words.directive())
}

/// Where a field of the waiver stands in its comment.
pub(super) fn place(comment: &str, field: &FieldPath) -> Option<Range<usize>> {
    let directive = parse(comment)?.ok()?;
    let FieldStep::Key(key) = field.0.first()? else {
        return None;
    };
    let named = |(name, _): &&(&str, Range<usize>)| **name == **key;
    Some(directive.fields.iter().find(named)?.1.clone())
}

/// Where the words for keyroll begin.
fn said(comment: &str) -> Option<usize> {
    let words = comment.trim_start_matches(['#', ' ', '\t']);
    let head = words.get(..KEYROLL.len())?;
    let rest = words.get(KEYROLL.len()..)?.trim_start_matches([' ', '\t']);
    let rest = rest.strip_prefix(':')?;
    head.eq_ignore_ascii_case(KEYROLL)
        .then_some(comment.len() - rest.len())
}

/// The words of a comment, one after the other; commas between them are for the reader.
struct Words<'c> {
    comment: &'c str,
    at: usize,
}

type Word<'c> = (&'c str, Range<usize>);

impl<'c> Words<'c> {
    fn next(&mut self) -> Option<Word<'c>> {
        let rest = self.comment.get(self.at..)?;
        let begin = rest.find(|c: char| !c.is_whitespace() && c != ',')?;
        let from = self.at + begin;
        let word = rest.get(begin..)?;
        let word = word.split(|c: char| c.is_whitespace() || c == ',').next()?;
        self.at = from + word.len();
        Some((word, from..self.at))
    }

    /// All that is left, without blanks around it.
    fn rest(&mut self) -> Word<'c> {
        let rest = self.comment.get(self.at..).unwrap_or_default();
        let text = rest.trim();
        let from = self.at + rest.len() - rest.trim_start().len();
        self.at = self.comment.len();
        (text, from..from + text.len())
    }

    fn whole(&self) -> Range<usize> {
        0..self.comment.trim_end().len()
    }

    fn directive(mut self) -> Result<Directive, Fault> {
        match self.next() {
            Some(("waive", _)) => {}
            Some((word, span)) => {
                let message = format!("`{}` is nothing that keyroll can do", shown(word));
                let hint = did_you_mean(nearest(word, ["waive"]));
                return Err(Fault::new(span, message).hint(hint.unwrap_or_else(|| FORM.to_owned())));
            }
            None => {
                let message = "the comment is for keyroll and says nothing";
                return Err(Fault::new(self.whole(), message).hint(FORM));
            }
        }
        let (rule, span) = self.value("waive", "a rule")?;
        let mut directive = Directive {
            waiver: Waiver {
                rule: read(rule, &span)?,
                subject: Text::default(),
                reason: None,
                owner: None,
                until: None,
            },
            fields: vec![("rule", span)],
        };
        while let Some((word, span)) = self.next() {
            self.clause(word, span, &mut directive)?;
        }
        Ok(directive)
    }

    fn clause(
        &mut self,
        word: &'c str,
        span: Range<usize>,
        to: &mut Directive,
    ) -> Result<(), Fault> {
        let waiver = &mut to.waiver;
        let (field, twice, at) = match word {
            "owner" => {
                let (owner, at) = self.value(word, "a person or a team")?;
                (
                    "owner",
                    waiver.owner.replace(read(owner, &at)?).is_some(),
                    at,
                )
            }
            "until" => {
                let (day, at) = self.value(word, "a day")?;
                ("until", waiver.until.replace(read(day, &at)?).is_some(), at)
            }
            "because" | "reason" => match self.rest() {
                ("", _) => return Err(lacks(span, word, "a reason")),
                (reason, at) => (
                    "reason",
                    waiver.reason.replace(read(reason, &at)?).is_some(),
                    at,
                ),
            },
            other => {
                let message = format!("`{}` is not known here", shown(other));
                let hint = did_you_mean(nearest(other, CLAUSES));
                return Err(Fault::new(span, message).hint(hint.unwrap_or_else(|| FORM.to_owned())));
            }
        };
        if twice {
            return Err(Fault::new(span, format!("`{word}` is said twice")).hint(FORM));
        }
        to.fields.push((field, at));
        Ok(())
    }

    /// The word that belongs to the one before it.
    fn value(&mut self, before: &str, what: &str) -> Result<Word<'c>, Fault> {
        let whole = self.whole();
        self.next()
            .filter(|(word, _)| !CLAUSES.contains(word))
            .ok_or_else(|| lacks(whole, before, what))
    }
}

fn lacks(span: Range<usize>, word: &str, what: &str) -> Fault {
    Fault::new(span, format!("after `{word}` stands {what}")).hint(FORM)
}

/// A word as the type that it must be.
fn read<T: FromStr<Err: Display>>(word: &str, span: &Range<usize>) -> Result<T, Fault> {
    word.parse().map_err(|error: T::Err| {
        Fault::new(span.clone(), about(word, &error.to_string())).hint(FORM)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waiver(comment: &str) -> Waiver {
        parse(comment).unwrap().unwrap().waiver
    }

    fn fault(comment: &str) -> String {
        parse(comment).unwrap().unwrap_err().message
    }

    #[test]
    fn a_waiver_reads_as_a_sentence() {
        let whole = waiver(
            "# keyroll: waive boundary-too-wide, owner person/anna-berg, until 2027-06-30, because the vendor, until Q2, cannot",
        );
        assert_eq!(whole.rule.as_str(), "boundary-too-wide");
        assert_eq!(whole.owner.unwrap().as_str(), "person/anna-berg");
        assert_eq!(whole.until.unwrap().to_string(), "2027-06-30");
        let reason = whole.reason.unwrap();
        assert_eq!(reason.as_str(), "the vendor, until Q2, cannot");
    }

    #[test]
    fn commas_order_and_capitals_do_not_matter_and_what_lacks_a_rule_reports() {
        let other = waiver("#Keyroll : waive missing-expiry until 2027-01-01 owner team/it");
        assert!(other.owner.is_some() && other.until.is_some() && other.reason.is_none());
        assert!(waiver("## keyroll: waive missing-expiry").owner.is_none());
        // As the key of the table is called.
        assert!(waiver("# keyroll: waive x reason y").reason.is_some());
    }

    #[test]
    fn what_can_be_read_is_never_passed_over() {
        for comment in [
            "# KEYROLL: waive x",
            "#KeyRoll\t: waive x",
            "# # ## keyroll: waive x",
        ] {
            assert!(parse(comment).is_some(), "{comment}");
            assert!(may_hold(&format!("[a]  {comment}\n")), "{comment}");
        }
        assert!(!may_hold("# by keyroll\nx = \"keyroll: y\"\n"));
    }

    #[test]
    fn what_is_not_understood_is_a_fault_and_not_silence() {
        for (comment, says) in [
            ("# keyroll:", "the comment is for keyroll and says nothing"),
            ("# keyroll: wave x", "`wave` is nothing that keyroll can do"),
            ("# keyroll: waive", "after `waive` stands a rule"),
            (
                "# keyroll: waive x, owner, until",
                "after `owner` stands a person or a team",
            ),
            (
                "# keyroll: waive x, untl 2027-01-01",
                "`untl` is not known here",
            ),
            (
                "# keyroll: waive x because",
                "after `because` stands a reason",
            ),
            (
                "# keyroll: waive x until 2027-01-01 until 2027-01-02",
                "`until` is said twice",
            ),
        ] {
            assert_eq!(fault(comment), says);
        }
        assert!(fault("# keyroll: waive X_Y").contains("X_Y"));
        assert!(fault("# keyroll: waive x until 2027-13-01").contains("2027-13-01"));
        assert!(parse("# the keyroll: x").is_none() && parse("# keyrolls").is_none());
    }

    #[test]
    fn a_field_is_found_in_its_comment() {
        let comment = "# keyroll: waive x, until 2027-01-01, because y z";
        let at = |field| &comment[place(comment, &FieldPath::of(field)).unwrap()];
        assert_eq!(
            (at("rule"), at("until"), at("reason")),
            ("x", "2027-01-01", "y z")
        );
        assert_eq!(place(comment, &FieldPath::of("owner")), None);
    }
}
