//! What is missing, from what the rules find: those that miss something, whether or not somebody accepted it.

use crate::dossier::handoff::Around;
use crate::dossier::handoff::scope::Used;
use crate::model::checklist::{Line, Standing};
use crate::model::finding::Finding;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::report::handoff::Gap;

impl Around<'_, '_> {
    /// What some rules miss in the accounts of the pack.
    pub(super) fn missed(&self, rules: &[&str]) -> Vec<Gap> {
        let used = Used::of(&self.inventory);
        let waived = self.all.waived.iter().map(|(finding, _)| (finding, true));
        let found = self.all.findings.iter().map(|finding| (finding, false));
        let these = found.chain(waived).filter(|(finding, _)| {
            rules.contains(&finding.rule) && used.concerns(&finding.subject)
        });
        let gaps = these.map(|(finding, is_accepted)| {
            let accepted = if is_accepted {
                " (accepted by a waiver)"
            } else {
                ""
            };
            Gap {
                subject: finding.subject.to_string(),
                what: self.discreet(&finding.message) + accepted,
                way: finding.fix.as_deref().map(|fix| self.discreet(fix)),
            }
        });
        sorted(gaps.collect())
    }

    /// What nothing proves of some lines of the checklist.
    pub(super) fn unproven(&self, lines: &[Line]) -> Vec<Gap> {
        let all = self.checked.iter();
        let gaps = all.flat_map(|(id, checked)| {
            let missing = checked
                .iter()
                .filter(|one| lines.contains(&one.line) && one.standing == Standing::Missing);
            missing.map(move |one| Gap {
                subject: format!("account/{id}"),
                what: format!("{}: {}", one.line.title(), one.why),
                way: Some(way(one.line, id)),
            })
        });
        sorted(gaps.collect())
    }

    /// A text without the names of accounts that are not in the pack: whoever reads it need not know of them.
    pub(super) fn discreet(&self, text: &str) -> String {
        discreet(text, self.facts.inventory, &self.inventory)
    }
}

pub(super) fn discreet(text: &str, all: &Inventory, some: &Inventory) -> String {
    if all.accounts.len() == some.accounts.len() {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let (word, behind) = rest.split_at(end);
        let is_outside = all.accounts.contains_key(word) && !some.accounts.contains_key(word);
        out.push_str(if is_outside {
            "(another account)"
        } else {
            word
        });
        let next = behind.find(is_part).unwrap_or(behind.len());
        out.push_str(&behind[..next]);
        rest = &behind[next..];
    }
    out
}

/// A finding as it may leave the house.
pub(super) fn told(around: &Around<'_, '_>, finding: &Finding) -> Finding {
    Finding {
        message: around.discreet(&finding.message),
        fix: finding.fix.as_deref().map(|fix| around.discreet(fix)),
        ..finding.clone()
    }
}

fn way(line: Line, id: &AccountId) -> String {
    match line {
        Line::Authenticates | Line::Capabilities | Line::ReadFirst => format!("keyroll test {id}"),
        Line::AuditRecords => format!(
            "keyroll test {id} --allow-write; or hold the logs of both sides against each other"
        ),
        Line::FailsClosed | Line::Procedures => format!("keyroll revoke {id} --drill"),
    }
}

/// Gaps in the order in which they are read, each once.
pub(super) fn sorted(mut gaps: Vec<Gap>) -> Vec<Gap> {
    gaps.sort();
    gaps.dedup();
    gaps
}
