//! What collects findings while the rules run.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog;
use crate::model::approval::Waiver;
use crate::model::baseline::Known;
use crate::model::finding::{FieldPath, Finding, Severity};
use crate::model::id::AccountId;
use crate::model::key::WaiverKey;
use crate::model::record::{Kind, RecordId};
use crate::model::text::shape;
use crate::rules::baseline::{Entered, Ledger};
use crate::rules::judge::Accepted;
use crate::rules::rule::{Rule, RuleKind};

/// How many names are looked up for "did you mean" in one judgement; a roll with more unknown names has another fault.
const GUESSES: u32 = 200;
/// How many pairs of bytes are compared for all of them: some names in a roll of tens of thousands.
const COMPARED: u64 = 100_000_000;

/// The most findings of one rule and one severity that are kept, of rules on what is declared: a hostile file must not fill
/// the memory. What is due is told in full, however much it is.
const MOST: usize = 10_000;

/// How many names of a list a message repeats.
const NAMED: usize = 12;

/// The findings so far, and the rule that is running.
#[derive(Default)]
pub struct Findings {
    rule: &'static str,
    severity: Option<Severity>,
    is_capped: bool,
    list: Vec<Finding>,
    /// The finding last added, while more is said of it.
    last: Option<Finding>,
    /// How many of the running rule were kept, by severity; and left out, with the first that was.
    kept: BTreeMap<Severity, usize>,
    left_out: BTreeMap<Severity, (usize, RecordId)>,
    /// What waivers accept, and which do.
    pub(super) accepted: Accepted,
    pub(super) waived: Vec<(Finding, WaiverKey)>,
    guesses: u32,
    compared: u64,
    /// The rules that ran, and the waivers that matched: what the rules about waivers judge by.
    pub(super) judged: BTreeSet<&'static str>,
    pub(super) used: BTreeSet<WaiverKey>,
    waived_of_rule: usize,
    /// What stands in a baseline, where there is one.
    pub(super) ledger: Option<Ledger>,
}

impl Findings {
    /// Runs one rule.
    pub(super) fn run(&mut self, rule: &Rule, facts: &crate::rules::Facts<'_>) {
        self.rule = rule.id;
        self.severity = Some(rule.severity);
        self.is_capped = match rule.kind {
            RuleKind::Static | RuleKind::Found => true,
            RuleKind::State => false,
        };
        self.judged.insert(rule.id);
        self.waived_of_rule = 0;
        self.kept.clear();
        (rule.check)(facts, self);
        self.settle();
        self.end_known();
        for (severity, (count, subject)) in std::mem::take(&mut self.left_out) {
            self.list.push(Finding {
                subject,
                field: FieldPath::record(),
                rule: rule.id,
                severity,
                message: format!("{count} more like this, here and elsewhere"),
                fix: Some("mend the ones shown, then look again".to_owned()),
                days: None,
                wants: None,
                particular: None,
                entry: None,
            });
        }
    }

    /// Puts the last finding where it belongs, now that all is said of it.
    fn settle(&mut self) {
        let Some(mut finding) = self.last.take() else {
            return;
        };
        hide(&mut finding);
        let rule = crate::rules::find(self.rule);
        let can_be_waived = rule.is_some_and(Rule::can_be_waived);
        let accepted = self.accepted.by(&finding).filter(|_| can_be_waived);
        if let Some(key) = accepted {
            self.used.insert(key.clone());
            self.waived_of_rule += 1;
            if !self.is_capped || self.waived_of_rule <= MOST {
                self.waived.push((finding, key));
            }
            return;
        }
        let can_be_known = rule.is_some_and(Rule::can_be_known);
        match self.ledger.as_mut().filter(|_| can_be_known) {
            Some(ledger) => match ledger.enter(finding) {
                Entered::New(finding) => self.keep(finding),
                Entered::Held => {}
            },
            None => self.keep(finding),
        }
    }

    /// Keeps a finding that stands, as long as there is room for it.
    fn keep(&mut self, finding: Finding) {
        let kept = self.kept.entry(finding.severity).or_default();
        if self.is_capped && *kept == MOST {
            self.leave_out(finding.severity, finding.subject, 1);
        } else {
            *kept += 1;
            self.list.push(finding);
        }
    }

    fn leave_out(&mut self, severity: Severity, subject: RecordId, count: usize) {
        let left_out = self.left_out.entry(severity);
        left_out.or_insert_with(|| (0, subject)).0 += count;
    }

    /// Keeps what turned out to be more than the baseline knows.
    fn end_known(&mut self) {
        let stand = self.ledger.as_mut().map(Ledger::end_rule);
        for (list, more) in stand.unwrap_or_default() {
            if let Some(last) = list.last().filter(|_| more > 0) {
                self.leave_out(last.severity, last.subject.clone(), more);
            }
            list.into_iter().for_each(|finding| self.keep(finding));
        }
    }

    /// The entries of the baseline that match less than they say, with how many were found and how many are known.
    pub(super) fn unused(&self) -> Vec<(Known, usize, usize)> {
        let ran = |rule: &str| self.judged.contains(rule);
        let ledger = self.ledger.as_ref();
        ledger.map(|ledger| ledger.unused(ran)).unwrap_or_default()
    }

    /// What a waiver would have to name, of a rule that finds several at its record.
    pub(super) fn particular_of(&self, waiver: &Waiver) -> Option<String> {
        let subject = waiver.subject.as_str();
        let mut these = self.list.iter().filter(|one| {
            one.rule == waiver.rule.as_str()
                && one.particular.is_some()
                && one.subject.to_string() == subject
        });
        these.next().map(Finding::waivable)
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
        self.settle();
        Found(self.last.insert(Finding {
            subject,
            field,
            rule: self.rule,
            severity: self.severity.unwrap_or(Severity::Error),
            message: message.into(),
            fix: None,
            days: None,
            wants: None,
            particular: None,
            entry: None,
        }))
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

    /// Whether another name would be looked up at all: where the names are not at hand, they need not be fetched.
    pub fn may_guess(&self) -> bool {
        self.guesses < GUESSES && self.compared < COMPARED
    }

    /// The known name that `name` was meant to be. Gives up after many: each guess looks at every name.
    pub fn near<'n>(
        &mut self,
        name: &str,
        among: impl IntoIterator<Item = &'n str>,
    ) -> Option<&'n str> {
        if !self.may_guess() {
            return None;
        }
        self.guesses += 1;
        let mut left = COMPARED.saturating_sub(self.compared);
        let near = catalog::nearest_within(name, among, &mut left);
        self.compared = COMPARED - left;
        near
    }
}

/// Hides what looks like a secret in what a finding says: any rule may repeat a value.
fn hide(finding: &mut Finding) {
    let masked = |text: &mut String| {
        if let Cow::Owned(masked) = shape::masked(text) {
            *text = masked;
        }
    };
    masked(&mut finding.message);
    finding.fix.as_mut().map(masked);
}

/// Names for a message, each in backquotes and once: "`a`, `b` and 12 more".
pub(super) fn names(names: impl IntoIterator<Item = impl std::fmt::Display>) -> String {
    let names = names.into_iter().map(|name| format!("`{name}`"));
    let mut seen = BTreeSet::new();
    let mut shown = Vec::new();
    for name in names {
        if !seen.contains(&name) {
            if shown.len() < NAMED {
                shown.push(name.clone());
            }
            seen.insert(name);
        }
    }
    match seen.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
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

    /// Which one it is of several that the record may have, and that a waiver has to name.
    pub fn particular(self, which: impl std::fmt::Display) -> Self {
        self.0.particular = Some(which.to_string().into());
        self
    }

    /// The record that it misses.
    pub fn wants(self, record: Option<RecordId>) -> Self {
        self.0.wants = record;
        self
    }

    /// The entry of the baseline that it is about.
    pub(super) fn entry(self, entry: Known) -> Self {
        self.0.entry = Some(Box::new(entry));
        self
    }

    /// How many days until it matters; negative: since.
    pub fn days(self, days: i64) -> Self {
        self.0.days = Some(days);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::sample::{ACCOUNT, findings, with};
    use serde_json::json;

    #[test]
    fn a_long_list_is_cut_and_each_name_is_told_once() {
        assert_eq!(names(["b", "a", "b"]), "`b`, `a`");
        let many = names(0..30);
        assert!(many.ends_with("`11` and 18 more"), "{many}");
    }

    #[test]
    fn only_so_many_of_a_rule_are_kept_and_the_rest_is_counted() {
        let unknown: Vec<String> = (0..MOST + 500).map(|n| format!("asset/x{n}")).collect();
        let found = findings(json!({ ACCOUNT: { "permissions": unknown } }));
        let ours = found.iter().filter(|f| f.rule == "unknown-permission");
        assert_eq!(ours.clone().count(), MOST + 1);
        let more = |f: &&Finding| f.message == "500 more like this, here and elsewhere";
        assert_eq!(ours.filter(more).count(), 1);
    }

    #[test]
    fn names_are_guessed_only_so_long() {
        let names: Vec<String> = (0..5_000)
            .map(|n| format!("{}{n}", "a".repeat(50)))
            .collect();
        let mut findings = Findings::default();
        let wrong = "a".repeat(50);
        let mut guess = || {
            findings
                .near(&wrong, names.iter().map(String::as_str))
                .is_some()
        };
        let guessed = (0..GUESSES).filter(|_| guess()).count();
        assert!((1..10).contains(&guessed), "{guessed}");
        assert!(!findings.may_guess());
    }

    #[test]
    fn what_a_waiver_accepts_takes_no_room_and_what_is_due_is_told_in_full() {
        let unknown: Vec<String> = (0..1500).map(|n| format!("asset/x{n}")).collect();
        let waiver = json!({ "rule": "unknown-permission", "subject": ACCOUNT, "owner": "person/anna-berg",
            "reason": "x", "until": "2027-01-01" });
        let found = findings(json!({
            ACCOUNT: { "permissions": unknown },
            format!("waiver/unknown-permission {ACCOUNT}"): waiver,
        }));
        assert!(
            !found
                .iter()
                .any(|f| f.rule == "unknown-permission" || f.rule == "waiver-unused")
        );

        let mut inventory = with(json!({ ACCOUNT: { "expires": "2026-11-01" } }));
        let account = inventory.accounts.values().next().cloned();
        for n in 0..1200 {
            let id = format!("a{n}").parse().unwrap();
            inventory.accounts.insert(id, account.clone().unwrap());
        }
        let glossaries = crate::catalog::Glossaries::of(&inventory);
        let day = "2026-11-22".parse().unwrap();
        let facts = crate::rules::Facts::new(&inventory, &glossaries, day);
        let found = crate::rules::judge(&facts, &crate::rules::Selection::all());
        let ended = found.iter().filter(|f| f.rule == "credential-expired");
        assert_eq!(ended.count(), 1201);
    }
}
