//! The judge: runs the selected rules, applies severities and waivers, sorts.

use std::collections::BTreeMap;

use crate::model::approval::Waiver;
use crate::model::date::Date;
use crate::model::finding::Finding;
use crate::model::key::WaiverKey;
use crate::rules::facts::Facts;
use crate::rules::findings::Findings;
use crate::rules::selection::Selection;

/// What a judgement found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// What stands, sorted as it should be read.
    pub findings: Vec<Finding>,
    /// What is accepted for a while, and the waiver that says so; sorted.
    pub waived: Vec<(Finding, WaiverKey)>,
}

/// The findings of the selected rules that no waiver accepts, sorted. The same facts give the same findings.
pub fn judge(facts: &Facts<'_>, selection: &Selection) -> Vec<Finding> {
    judgement(facts, selection).findings
}

/// As [`judge`], with what was waived.
pub fn judgement(facts: &Facts<'_>, selection: &Selection) -> Judgement {
    let mut found = Findings::default();
    for rule in crate::rules::ALL {
        if !rule.is_about_waivers() && selection.runs(rule) {
            found.run(rule, facts);
        }
    }
    let mut waived = apply_waivers(facts, &mut found);
    found.used = waived.iter().map(|(_, key)| key.clone()).collect();
    for rule in crate::rules::ALL {
        if rule.is_about_waivers() && selection.runs(rule) {
            found.run(rule, facts);
        }
    }
    let mut findings = found.into_list();
    findings.retain_mut(|finding| shown(finding, selection));
    waived.retain_mut(|(finding, _)| shown(finding, selection));
    findings.sort_unstable();
    findings.dedup();
    waived.sort_unstable();
    waived.dedup();
    Judgement { findings, waived }
}

/// Sets the severity that the configuration gives, and says whether the finding is shown.
fn shown(finding: &mut Finding, selection: &Selection) -> bool {
    if let Some(severity) = selection.severities.get(finding.rule) {
        finding.severity = *severity;
    }
    selection.shows(finding.rule, finding.severity)
}

/// Takes out the findings that a waiver accepts.
fn apply_waivers(facts: &Facts<'_>, found: &mut Findings) -> Vec<(Finding, WaiverKey)> {
    let mut by_rule: BTreeMap<&str, Vec<(&str, &WaiverKey)>> = BTreeMap::new();
    for (key, waiver) in &facts.inventory.waivers {
        if !is_past(waiver, facts.as_of) {
            let subjects = by_rule.entry(waiver.rule.as_str()).or_default();
            subjects.push((waiver.subject.as_str(), key));
        }
    }
    if by_rule.is_empty() {
        return Vec::new();
    }
    for subjects in by_rule.values_mut() {
        subjects.sort_unstable();
    }
    let mut waived = Vec::new();
    let list = found.list_mut();
    for finding in std::mem::take(list) {
        let key = by_rule.get(finding.rule).and_then(|subjects| {
            let subject = finding.subject.to_string();
            let at = subjects.binary_search_by(|(known, _)| (*known).cmp(&*subject));
            at.ok().map(|at| subjects[at].1.clone())
        });
        match key {
            Some(key) => waived.push((finding, key)),
            None => list.push(finding),
        }
    }
    waived
}

/// Whether the waiver's last day is past.
pub(super) fn is_past(waiver: &Waiver, as_of: Date) -> bool {
    waiver.until.is_some_and(|until| until < as_of)
}
