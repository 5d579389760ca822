//! The findings that an inventory is known to have: those of the day on which a baseline was written. Knows no file.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, FieldStep, Finding};
use crate::model::record::RecordId;
use crate::model::text::shape;

/// What a finding is known by for as long as it stands: lines may move, lists be sorted, days pass and words improve.
///
/// A baseline and the fingerprints of SARIF and GitLab both go by this, so that what is new to one is new to the other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// The rule's id; it may be one that is gone.
    pub rule: Box<str>,
    pub subject: RecordId,
    /// The dotted path without the places in lists; empty for the record itself.
    pub field: Box<str>,
    /// The values that the finding names, in the order of its words: what stands there now, and not only where.
    pub what: Vec<Box<str>>,
}

impl Known {
    /// What `finding` is known by.
    pub fn of(finding: &Finding) -> Known {
        let keys = finding.field.0.iter().filter(|step| match step {
            FieldStep::Key(_) => true,
            FieldStep::Index(_) => false,
        });
        let field = FieldPath(keys.cloned().collect()).to_string();
        Known {
            rule: finding.rule.into(),
            subject: finding.subject.clone(),
            // A key may be anything; the file that this goes to is read by many.
            field: shape::masked(&field).into(),
            what: named(&finding.message)
                .map(|value| shape::masked(value).into())
                .collect(),
        }
    }
}

/// The values that a message names: what stands in backquotes. Figures that change from day to day stand without any.
///
/// A value may hold a backquote itself; then no one can say where it ends, and the whole message counts.
fn named(message: &str) -> impl Iterator<Item = &str> {
    let parts: Vec<&str> = message.split('`').collect();
    let last = parts.len() - 1;
    let is_between = |at: usize| at.is_multiple_of(2) && at != 0 && at != last;
    let mut numbered = parts.iter().enumerate();
    let is_clear = last.is_multiple_of(2)
        && numbered.all(|(at, part)| !is_between(at) || part.contains(char::is_whitespace));
    let values = parts.into_iter().skip(1).step_by(2);
    let whole = (!is_clear).then_some(message);
    values.filter(move |_| is_clear).chain(whole)
}

/// How often each known finding is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline(pub BTreeMap<Known, usize>);

impl Baseline {
    /// How many findings are known by `known`.
    pub fn count(&self, known: &Known) -> usize {
        self.0.get(known).copied().unwrap_or_default()
    }

    /// All of them together.
    pub fn total(&self) -> usize {
        self.0
            .values()
            .fold(0, |sum, count| sum.saturating_add(*count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(message: &str) -> Vec<&str> {
        named(message).collect()
    }

    #[test]
    fn the_values_of_a_message_are_what_stands_in_backquotes() {
        assert_eq!(
            values("`a/b` is beyond the level `c`: 12 days"),
            ["a/b", "c"]
        );
        assert_eq!(values("no purpose, 3 days"), Vec::<&str>::new());
        assert_eq!(values("`a`, `b` and 2 more"), ["a", "b"]);
    }

    #[test]
    fn a_value_that_holds_a_backquote_hides_nothing() {
        for key in ["a`b", "a`b`c", "`", "``", "`a`", "a`,`b"] {
            let message = format!("`{key}` is no permission of the glossary `x`");
            assert_eq!(values(&message), [message.as_str()], "{key}");
        }
    }
}
