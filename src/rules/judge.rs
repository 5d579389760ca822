//! The judge: runs the selected rules, applies severities and waivers, sorts.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::approval::Waiver;
use crate::model::baseline::Baseline;
use crate::model::date::Date;
use crate::model::finding::{Finding, POSSIBLY_LIVE};
use crate::model::key::WaiverKey;
use crate::model::record::RecordId;
use crate::rules::baseline::Ledger;
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
    /// What stands in the baseline, sorted: the first of it, where it is very much.
    pub known: Vec<Finding>,
    /// How many findings stand in the baseline.
    pub known_count: usize,
}

/// The findings of the selected rules that no waiver accepts, sorted. The same facts give the same findings.
pub fn judge(facts: &Facts<'_>, selection: &Selection) -> Vec<Finding> {
    judgement(facts, selection).findings
}

/// As [`judge`], with what was waived.
pub fn judgement(facts: &Facts<'_>, selection: &Selection) -> Judgement {
    run(facts, selection, Findings::default())
}

/// As [`judgement`], beside what is known: only what is not stands among the findings.
pub fn judgement_beside(facts: &Facts<'_>, selection: &Selection, known: &Baseline) -> Judgement {
    let mut found = Findings::default();
    // Where nothing is known, nothing needs to be looked up.
    found.ledger = (known.total() > 0).then(|| Ledger::of(known, selection));
    run(facts, selection, found)
}

/// All that is found today and can be known tomorrow: not what waivers accept, nor what is about them or is a secret.
pub fn baseline(facts: &Facts<'_>, selection: &Selection) -> Baseline {
    let mut found = Findings::default();
    found.ledger = Some(Ledger::anew(selection));
    found.accepted = Accepted::of(facts);
    for rule in crate::rules::ALL {
        if rule.can_be_known() && selection.runs(rule) {
            found.run(rule, facts);
        }
    }
    found.ledger.map(Ledger::into_found).unwrap_or_default()
}

fn run(facts: &Facts<'_>, selection: &Selection, mut found: Findings) -> Judgement {
    found.accepted = Accepted::of(facts);
    for rule in crate::rules::ALL {
        if !rule.is_about_waivers() && selection.runs(rule) {
            found.run(rule, facts);
        }
    }
    let mut waived = std::mem::take(&mut found.waived);
    found.accepted = Accepted::default();
    for rule in crate::rules::ALL {
        if rule.is_about_waivers() && selection.runs(rule) {
            found.run(rule, facts);
        }
    }
    let ledger = found.ledger.take().unwrap_or_default();
    let (mut known, known_count) = (ledger.settled, ledger.settled_count);
    known.retain_mut(|finding| shown(finding, selection));
    known.sort_unstable();
    let mut findings = found.into_list();
    findings.retain_mut(|finding| shown(finding, selection));
    waived.retain_mut(|(finding, _)| shown(finding, selection));
    findings.sort_unstable();
    findings.dedup();
    gravest_first(&mut findings);
    waived.sort_unstable();
    waived.dedup();
    Judgement {
        findings,
        waived,
        known,
        known_count,
    }
}

/// Puts the records with a secret that is possibly live before all others.
fn gravest_first(findings: &mut [Finding]) {
    let grave = findings.iter().filter(|f| f.rule == POSSIBLY_LIVE);
    let grave: BTreeSet<RecordId> = grave.map(|finding| finding.subject.clone()).collect();
    if !grave.is_empty() {
        findings.sort_by_key(|finding| !grave.contains(&finding.subject));
    }
}

/// Sets the severity that the configuration gives, and says whether the finding is shown.
fn shown(finding: &mut Finding, selection: &Selection) -> bool {
    if finding.rule == POSSIBLY_LIVE {
        return true;
    }
    if let Some(severity) = selection.severities.get(finding.rule) {
        finding.severity = *severity;
    }
    selection.shows(finding.rule, finding.severity)
}

/// What the waivers that count accept: by rule, the subjects in order.
#[derive(Default)]
pub(super) struct Accepted(BTreeMap<String, Vec<(String, WaiverKey)>>);

impl Accepted {
    fn of(facts: &Facts<'_>) -> Accepted {
        let mut by_rule: BTreeMap<String, Vec<(String, WaiverKey)>> = BTreeMap::new();
        for (key, waiver) in &facts.inventory.waivers {
            if holds(waiver, facts.as_of) {
                let subjects = by_rule.entry(waiver.rule.as_str().to_owned()).or_default();
                subjects.push((waiver.subject.to_string(), key.clone()));
            }
        }
        by_rule.values_mut().for_each(|subjects| subjects.sort());
        Accepted(by_rule)
    }

    /// The waiver that accepts a finding.
    pub fn by(&self, finding: &Finding) -> Option<WaiverKey> {
        let subjects = self.0.get(finding.rule)?;
        let subject = finding.waivable();
        let at = subjects.binary_search_by(|(known, _)| known.cmp(&subject));
        at.ok().map(|at| subjects[at].1.clone())
    }
}

/// Whether the waiver accepts anything on the day: it is whole, and not past its end. One that nobody answers for accepts
/// nothing, whether or not the rule that would tell of it runs.
pub(super) fn holds(waiver: &Waiver, as_of: Date) -> bool {
    waiver.lacks().is_empty() && !is_past(waiver, as_of)
}

/// Whether the waiver's last day is past.
pub(super) fn is_past(waiver: &Waiver, as_of: Date) -> bool {
    waiver.until.is_some_and(|until| until < as_of)
}
