//! What the rules find and nobody has accepted: what a successor has to do first.

use crate::dossier::handoff::scope::Used;
use crate::dossier::handoff::{Around, gaps, table};
use crate::model::finding::{Finding, Severity};
use crate::report::handoff::Section;
use crate::report::view::{Cell, Tone};

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let mut open = findings(around);
    open.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    let rows = open.iter().map(|finding| {
        let finding = gaps::told(around, finding);
        vec![
            Cell::text(&finding.subject),
            Cell::text(finding.severity).tone(match finding.severity {
                Severity::Error => Tone::Error,
                Severity::Warning => Tone::Warning,
                Severity::Info => Tone::Muted,
            }),
            Cell::text(finding.rule),
            Cell::text(&finding.message),
            Cell::optional(finding.fix.as_ref()),
        ]
    });
    Section {
        id: "findings",
        title: "Open findings",
        lead: "What the rule book finds in these accounts and in what they go by, gravest first, without what a waiver \
               accepts."
            .to_owned(),
        gaps: Vec::new(),
        blocks: vec![table(
            "findings",
            "All of them",
            &["subject", "severity", "rule", "message", "fix"],
            rows.collect(),
            "Nothing is found.",
        )],
    }
}

/// The findings that concern the accounts of the pack.
pub(super) fn findings(around: &Around<'_, '_>) -> Vec<Finding> {
    let all = around.judgement.findings.iter();
    if around.scope.is_all() {
        return all.cloned().collect();
    }
    let used = Used::of(&around.inventory);
    // Strangers at a provider concern whoever takes all of it over: their names may be another tenant's.
    let is_theirs = |finding: &Finding| {
        finding.rule == "provider-orphan" && !around.scope.is_of_whole_providers()
    };
    let some = all.filter(|finding| used.concerns(&finding.subject) && !is_theirs(finding));
    some.cloned().collect()
}
