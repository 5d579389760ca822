//! Whose secret a step of a rotation is given.

use crate::model::operation::Phase;
use crate::model::procedure::Step;
use crate::operations::procedure::rotate::Rotation;
use crate::operations::procedure::values::Subject;

impl Rotation<'_, '_> {
    /// A program that takes the old version away and is not told what it reads gets the old one's, as in a revoke; never the
    /// new one's.
    pub(super) fn lent<'a>(
        &self,
        at: Option<usize>,
        step: &Step,
        subject: Subject<'a>,
    ) -> Subject<'a> {
        let entry = at.and_then(|at| self.journal.operation.entries.get(at));
        let is_retire = entry.is_some_and(|entry| entry.phase == Phase::Retire);
        match is_retire && step.is_given_secret() {
            true => Subject {
                version: subject
                    .previous
                    .filter(|(_, version)| version.held.is_some()),
                ..subject
            },
            false => subject,
        }
    }
}
