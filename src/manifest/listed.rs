//! Records that stand in lists of tables: approvals, assignments, assertions, decisions, residual risks, waivers.

use std::fmt::Display;

use crate::manifest::decode::decode;
use crate::manifest::form::{ApprovalForm, AssertionForm, AssignmentForm, DecisionForm, RiskForm};
use crate::manifest::place::head;
use crate::manifest::record::{Entry, Name, Reading, child};
use crate::model::approval::Waiver;
use crate::model::id::AccountId;
use crate::model::key::{AssertionKey, DecisionKey, RiskKey, WaiverKey};
use crate::model::record::{Kind, Record, RecordId};
use crate::model::text::shape;

impl Reading {
    pub fn approvals(&mut self, account: &AccountId, key: Name<'_, '_>, value: Entry<'_, '_>) {
        let hint = "write `[[account.NAME.approval]]`";
        let Some(list) = value.get_ref().as_array() else {
            return self.fault(
                head(key.span(), value),
                "`approval` must be a list of tables",
                hint,
            );
        };
        for (element, value) in list.iter().enumerate() {
            if self.names_only {
                return;
            }
            let form: Option<ApprovalForm> =
                decode(value, &"approval", value.span(), &[], &mut self.faults);
            if let Some(form) = form {
                let (key, body) = form.of(account.clone());
                let id = RecordId::new(Kind::Approval, &key);
                self.declare(
                    id,
                    value.span(),
                    (element as u32, 0),
                    Some((key, body).into()),
                );
            }
        }
    }

    /// Records that stand in a list of tables and take their key from what they hold.
    pub fn list(&mut self, kind: Kind, key: Name<'_, '_>, value: Entry<'_, '_>) {
        let Some(list) = value.get_ref().as_array() else {
            let hint = format!("write `[[{kind}]]`");
            return self.fault(
                head(key.span(), value),
                format!("`{kind}` must be a list of tables"),
                hint,
            );
        };
        if self.names_only {
            return;
        }
        for (element, value) in list.iter().enumerate() {
            let element = element as u32;
            let faults = &mut self.faults;
            let (word, span) = (kind.as_str(), value.span());
            match kind {
                Kind::Assignment => {
                    let form: Option<AssignmentForm> = decode(value, &word, span, &[], faults);
                    self.assignment(form, value, element);
                }
                Kind::Assertion => {
                    let form: Option<AssertionForm> = decode(value, &word, span, &[], faults);
                    self.element(kind, form.map(<(AssertionKey, _)>::from), value, element);
                }
                Kind::Decision => {
                    let form: Option<DecisionForm> = decode(value, &word, span, &[], faults);
                    self.element(kind, form.map(<(DecisionKey, _)>::from), value, element);
                }
                Kind::ResidualRisk => {
                    let form: Option<RiskForm> = decode(value, &word, span, &[], faults);
                    self.element(kind, form.map(<(RiskKey, _)>::from), value, element);
                }
                _ => {
                    let form: Option<Waiver> = decode(value, &word, span, &[], faults);
                    self.element(kind, form.map(|w| (waiver_key(&w), w)), value, element);
                }
            }
        }
    }

    fn element<K: Display, V>(
        &mut self,
        kind: Kind,
        read: Option<(K, V)>,
        value: Entry<'_, '_>,
        element: u32,
    ) where
        Record: From<(K, V)>,
    {
        if let Some((key, body)) = read {
            let id = RecordId::new(kind, &key);
            self.declare(id, value.span(), (element, 0), Some((key, body).into()));
        }
    }

    fn assignment(&mut self, form: Option<AssignmentForm>, value: Entry<'_, '_>, element: u32) {
        let at = child(value, "at").and_then(|(_, at)| at.get_ref().as_array());
        for (item, read) in form
            .into_iter()
            .flat_map(AssignmentForm::expand)
            .enumerate()
        {
            let id = RecordId::new(Kind::Assignment, &read.0);
            let span = at
                .and_then(|at| at.get(item))
                .map_or(value.span(), |item| item.span());
            self.declare(id, span, (element, item as u32), Some(read.into()));
            if let Some(declared) = self.declared.last_mut() {
                declared.head = value.span().start;
            }
        }
    }
}

/// The key is shown wherever the waiver is, so it is made of no secret.
pub(super) fn waiver_key(waiver: &Waiver) -> WaiverKey {
    WaiverKey {
        rule: waiver.rule.clone(),
        subject: shape::masked(waiver.subject.as_str()).into(),
    }
}
