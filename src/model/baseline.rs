//! The findings that an inventory is known to have: those of the day on which a baseline was written. Knows no file.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, FieldStep, Finding};
use crate::model::record::RecordId;
use crate::model::text::shape;

/// What a finding is known by for as long as it stands: lines may move, and lists be sorted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Known {
    /// The rule's id; it may be one that is gone.
    pub rule: Box<str>,
    pub subject: RecordId,
    /// The dotted path without the places in lists; empty for the record itself.
    pub field: Box<str>,
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
        }
    }
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
