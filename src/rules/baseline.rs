//! Known findings: which of those found stand in a baseline, and which entries of it match nothing any more.

use std::collections::BTreeMap;

use crate::model::baseline::{Baseline, Known};
use crate::model::finding::Finding;
use crate::rules::rule::Rule;
use crate::rules::selection::Selection;

/// How many known findings are kept of one judgement, for those who show them; all are counted.
const KEPT: usize = 10_000;

/// What is known, and what was found.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    selection: Selection,
    /// None where a baseline is written anew.
    known: Option<Baseline>,
    /// What was found: of what is known or, where that is written anew, all that can be.
    found: Baseline,
    /// Of the rule that is running, the findings that are known, as far as they are kept.
    held: BTreeMap<Known, Vec<Finding>>,
    held_count: usize,
    /// The findings that are known, once it is sure that no more were found than are known.
    pub settled: Vec<Finding>,
    pub settled_count: usize,
}

/// What is left to do with a finding.
pub(super) enum Entered {
    /// It stands: it is new.
    New(Finding),
    /// It is known, unless more turn out to be found.
    Held,
}

impl Ledger {
    pub fn of(known: &Baseline, selection: &Selection) -> Ledger {
        Ledger {
            known: Some(known.clone()),
            ..Ledger::anew(selection)
        }
    }

    /// To write a baseline.
    pub fn anew(selection: &Selection) -> Ledger {
        Ledger {
            selection: selection.clone(),
            ..Ledger::default()
        }
    }

    fn known(&self, key: &Known) -> usize {
        self.known.as_ref().map_or(0, |known| known.count(key))
    }

    /// Enters a finding of a rule that can be known.
    pub fn enter(&mut self, finding: Finding) -> Entered {
        let severity = self.selection.severities.get(finding.rule);
        let severity = severity.copied().unwrap_or(finding.severity);
        if !self.selection.shows(finding.rule, severity) {
            return Entered::New(finding);
        }
        let key = Known::of(&finding);
        let is_known = self.known(&key) > 0;
        if is_known || self.known.is_none() {
            *self.found.0.entry(key.clone()).or_default() += 1;
        }
        if !is_known {
            return Entered::New(finding);
        }
        let held = self.held.entry(key).or_default();
        if self.held_count < KEPT {
            self.held_count += 1;
            held.push(finding);
        }
        Entered::Held
    }

    /// Ends a rule. Where more were found than are known, all of them stand, for no one can say which is the new one; those
    /// are given back, and how many more there are that were not kept.
    pub fn end_rule(&mut self) -> Vec<(Vec<Finding>, usize)> {
        let mut stand = Vec::new();
        self.held_count = 0;
        for (key, list) in std::mem::take(&mut self.held) {
            let found = self.found.count(&key);
            if found > self.known(&key) {
                let more = found - list.len();
                stand.push((list, more));
            } else {
                self.settled_count += found;
                let room = KEPT.saturating_sub(self.settled.len());
                self.settled.extend(list.into_iter().take(room));
            }
        }
        stand
    }

    /// The entries of which fewer were found than are known, and how many; only those of rules that `ran`, or that are none.
    pub fn unused(&self, ran: impl Fn(&str) -> bool) -> Vec<(Known, usize, usize)> {
        let known = self.known.iter().flat_map(|known| &known.0);
        let entries = known.filter_map(|(key, count)| {
            let found = self.found.count(key);
            let judged =
                ran(&key.rule) || crate::rules::find(&key.rule).is_none_or(|r| !r.can_be_known());
            (judged && found < *count).then(|| (key.clone(), found, *count))
        });
        entries.collect()
    }

    /// What was found, as the baseline of another day.
    pub fn into_found(self) -> Baseline {
        self.found
    }
}

impl Rule {
    /// Whether its findings may stand in a baseline. A secret in the inventory must go today, so must one that is possibly
    /// live, and a waiver is mended.
    pub fn can_be_known(&self) -> bool {
        self.can_be_waived() && self.id != crate::rules::secret_in_inventory::RULE.id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Glossaries;
    use crate::rules::sample::{ACCOUNT, AS_OF, with};
    use crate::rules::{Facts, Judgement, baseline, judgement_beside};
    use serde_json::{Value, json};

    fn look<T>(records: Value, at: impl Fn(&Facts<'_>, &Selection) -> T) -> T {
        let inventory = with(records);
        let glossaries = Glossaries::of(&inventory);
        let facts = Facts::new(&inventory, &glossaries, AS_OF.parse().unwrap());
        at(&facts, &Selection::declared())
    }

    fn of(records: Value) -> Baseline {
        look(records, baseline)
    }

    fn beside(records: Value, known: &Baseline) -> Judgement {
        look(records, |facts, selection| {
            judgement_beside(facts, selection, known)
        })
    }

    fn lines(findings: &[Finding]) -> Vec<String> {
        let shown = findings.iter().map(|f| format!("{} {}", f.rule, f.message));
        shown.collect()
    }

    fn permissions(all: &[&str]) -> Value {
        json!({ ACCOUNT: { "permissions": all, "level": "write-back", "scopes": [] } })
    }

    #[test]
    fn what_is_known_does_not_stand_wherever_it_moves_in_its_list() {
        let old = json!({ ACCOUNT: { "permissions": ["x/a", "x/b"] } });
        let known = of(old.clone());
        let judged = beside(old, &known);
        assert_eq!(lines(&judged.findings), Vec::<String>::new());
        assert_eq!(
            (judged.known.len(), judged.known_count),
            (known.total(), known.total())
        );
        let moved = json!({ ACCOUNT: { "permissions": ["x/b", "x/a"] } });
        assert_eq!(beside(moved, &known).findings, []);
    }

    #[test]
    fn a_new_value_at_a_known_place_stands() {
        let with = |all: [&str; 2]| json!({ ACCOUNT: { "permissions": all } });
        let known = of(with(["work-order/manage-work-order-comments", "x/a"]));
        let worse = beside(with(["admin/manage-bulk-import", "x/b"]), &known);
        let found = lines(&worse.findings).join("\n");
        for line in [
            "level-exceeded `admin/manage-bulk-import`",
            "unknown-permission `x/b` is no permission",
            "baseline-unused `unknown-permission` finds this no more: `x/a`, `unicmms`",
        ] {
            assert!(found.contains(line), "{found}");
        }
    }

    #[test]
    fn where_more_are_found_than_are_known_all_of_them_stand() {
        let known = of(permissions(&["x/a"]));
        let judged = beside(permissions(&["x/a", "x/a"]), &known);
        let unknown = judged
            .findings
            .iter()
            .filter(|f| f.rule == "unknown-permission");
        assert_eq!(unknown.count(), 2);
    }

    #[test]
    fn an_entry_that_matches_less_than_it_says_is_found() {
        let known = of(permissions(&["x/a", "x/a"]));
        let judged = beside(permissions(&["x/a"]), &known);
        assert_eq!(
            lines(&judged.findings),
            [
                "baseline-unused `unknown-permission` finds this once, and the baseline holds 2: `x/a`, `unicmms`"
            ]
        );
        assert_eq!(
            judged.findings[0].entry.as_ref().unwrap().rule.as_ref(),
            "unknown-permission"
        );

        let mut gone = Baseline::default();
        for rule in [
            "missing-owner",
            "no-such-rule",
            "waiver-unused",
            "rotation-due",
        ] {
            let subject = ACCOUNT.parse().unwrap();
            gone.0.insert(
                Known {
                    rule: rule.into(),
                    subject,
                    field: "".into(),
                    what: Vec::new(),
                },
                1,
            );
        }
        let judged = beside(json!({}), &gone);
        assert_eq!(
            lines(&judged.findings),
            [
                "baseline-unused `missing-owner` finds this no more",
                "baseline-unused `no-such-rule` is no rule",
                "baseline-unused `waiver-unused` stands in no baseline",
            ]
        );
    }

    #[test]
    fn waivers_and_secrets_are_never_known() {
        let token = format!("ghp_{}", "16C7e42F292c6912E7710c838347Ae178B4a");
        let records = json!({
            ACCOUNT: { "purpose": token, "expires": null },
            format!("waiver/missing-owner {ACCOUNT}"): { "rule": "missing-owner", "subject": ACCOUNT },
        });
        let known = of(records.clone());
        let rules: Vec<_> = known.0.keys().map(|known| known.rule.to_string()).collect();
        assert_eq!(rules, ["missing-expiry"]);
        let stands = beside(records, &known).findings;
        let rules: Vec<_> = stands.iter().map(|f| f.rule).collect();
        assert_eq!(rules, ["secret-in-inventory", "waiver-incomplete"]);
    }

    #[test]
    fn a_known_finding_takes_no_room_of_a_new_one() {
        let many: Vec<String> = (0..1500).map(|n| format!("x/{n}")).collect();
        let records = json!({ ACCOUNT: { "permissions": many } });
        let known = of(records.clone());
        assert_eq!(known.total(), known.0.values().sum::<usize>());
        let judged = beside(records, &known);
        assert_eq!(lines(&judged.findings), Vec::<String>::new());
        assert!(judged.known_count >= 1500);
    }
}
