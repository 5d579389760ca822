//! What collects findings while the rules run.

use std::collections::BTreeSet;

use crate::catalog;
use crate::model::finding::{FieldPath, Finding, Severity};
use crate::model::id::AccountId;
use crate::model::key::WaiverKey;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::Rule;

/// How many names are looked up for "did you mean" in one judgement; a roll with more unknown names has another fault.
const GUESSES: u32 = 200;

/// The findings so far, and the rule that is running.
#[derive(Default)]
pub struct Findings {
    rule: &'static str,
    severity: Option<Severity>,
    list: Vec<Finding>,
    guesses: u32,
    /// The rules that ran, and the waivers that matched: what the rules about waivers judge by.
    pub(super) judged: BTreeSet<&'static str>,
    pub(super) used: BTreeSet<WaiverKey>,
}

impl Findings {
    /// Runs one rule.
    pub(super) fn run(&mut self, rule: &Rule, facts: &crate::rules::Facts<'_>) {
        self.rule = rule.id;
        self.severity = Some(rule.severity);
        self.judged.insert(rule.id);
        (rule.check)(facts, self);
    }

    pub(super) fn list_mut(&mut self) -> &mut Vec<Finding> {
        &mut self.list
    }

    pub(super) fn into_list(self) -> Vec<Finding> {
        self.list
    }

    /// Adds a finding: the record, the field in it, and what is wrong there.
    pub fn at(
        &mut self,
        subject: RecordId,
        field: FieldPath,
        message: impl Into<String>,
    ) -> Found<'_> {
        self.list.push(Finding {
            subject,
            field,
            rule: self.rule,
            severity: self.severity.unwrap_or(Severity::Error),
            message: message.into(),
            fix: None,
            days: None,
        });
        let at = self.list.len() - 1;
        Found(&mut self.list[at])
    }

    /// Adds a finding on an account.
    pub fn account(
        &mut self,
        id: &AccountId,
        field: FieldPath,
        message: impl Into<String>,
    ) -> Found<'_> {
        self.at(RecordId::new(Kind::Account, id), field, message)
    }

    /// The known name that `name` was meant to be. Gives up after many: each guess looks at every name.
    pub fn near<'n>(
        &mut self,
        name: &str,
        among: impl IntoIterator<Item = &'n str>,
    ) -> Option<&'n str> {
        self.guesses += 1;
        (self.guesses <= GUESSES)
            .then(|| catalog::nearest(name, among))
            .flatten()
    }
}

/// A finding just added; what more there is to say of it.
pub struct Found<'f>(&'f mut Finding);

impl Found<'_> {
    /// What to do about it.
    pub fn fix(self, text: impl Into<String>) -> Self {
        self.0.fix = Some(text.into());
        self
    }

    /// Advice to write `name` instead, where there is one; else `otherwise`.
    pub fn did_you_mean(self, name: Option<&str>, otherwise: &str) -> Self {
        match name {
            Some(name) => self.fix(format!("did you mean `{name}`?")),
            None if otherwise.is_empty() => self,
            None => self.fix(otherwise),
        }
    }

    /// A severity other than the rule's.
    pub fn severity(self, severity: Severity) -> Self {
        self.0.severity = severity;
        self
    }

    /// How many days until it matters; negative: since.
    pub fn days(self, days: i64) -> Self {
        self.0.days = Some(days);
        self
    }
}
