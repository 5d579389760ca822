//! Judgements as the forms for programs take them: items, what is accepted, the rules that judged.

use crate::cli::diagnose::Diagnosis;
use crate::cli::failure::Status;
use crate::manifest::Place;
use crate::model::approval::Waiver;
use crate::model::inventory::Inventory;
use crate::report::findings::{self, Acceptance, Accepted, Item, Judged, RuleFacts};
use crate::rules::{self, Judgement, Rule, RuleKind, Selection};

/// What is known of a stored roll, which has no places.
pub fn stored<'a>(
    judgement: &'a Judgement,
    inventory: &Inventory,
    selection: &Selection,
    status: Status,
) -> Judged<'a> {
    let waived = judgement.waived.iter().map(|(finding, key)| Accepted {
        item: Item::from(finding),
        by: Acceptance::Waiver,
        why: inventory.waivers.get(key).map(why),
    });
    let known = judgement.known.iter().map(|finding| Accepted {
        item: Item::from(finding),
        by: Acceptance::Baseline,
        why: None,
    });
    Judged {
        items: judgement.findings.iter().map(Item::from).collect(),
        accepted: waived.chain(known).collect(),
        baselined: judgement.known_count,
        rules: judges(selection).map(facts).collect(),
        exit: status as u8,
        ..Judged::default()
    }
}

impl Diagnosis<'_> {
    /// The places of what is accepted, in its order: looked for only where somebody asks.
    pub fn accepted_places(&self) -> Vec<Option<Place>> {
        let waived = self.judgement.waived.iter().map(|(finding, _)| finding);
        let accepted = waived.chain(&self.judgement.known);
        accepted
            .map(|finding| self.manifest.place_of(finding))
            .collect()
    }

    /// As the forms for programs take it.
    pub fn judged<'a>(
        &'a self,
        accepted_places: &'a [Option<Place>],
        selection: &Selection,
        status: Status,
    ) -> Judged<'a> {
        let mut judged = stored(self.judgement, &self.manifest.inventory, selection, status);
        judged.items = self.entries.iter().map(|entry| entry.item()).collect();
        for (accepted, place) in judged.accepted.iter_mut().zip(accepted_places) {
            accepted.item.place = place.as_ref().map(shown);
        }
        judged.rules.push(facts(&rules::MALFORMED));
        judged.files = self.manifest.file_names().collect();
        judged
    }
}

/// The rules that a selection runs.
fn judges(selection: &Selection) -> impl Iterator<Item = &'static Rule> {
    let all = rules::ALL.iter().copied();
    all.filter(|rule| selection.runs(rule))
}

fn facts(rule: &'static Rule) -> RuleFacts<'static> {
    RuleFacts {
        id: rule.id,
        severity: rule.severity,
        summary: rule.summary,
        explain: rule.explain,
        from: match rule.kind {
            RuleKind::Static | RuleKind::Found => "declared",
            RuleKind::State => "recorded",
        },
    }
}

/// `moved next year; person/anna-berg, until 2027-03-31`, as far as it is said.
fn why(waiver: &Waiver) -> String {
    let owner = waiver.owner.as_ref().map(ToString::to_string);
    let until = waiver.until.map(|until| format!("until {until}"));
    let by: Vec<String> = owner.into_iter().chain(until).collect();
    let reason = waiver.reason.as_ref().map(ToString::to_string);
    let by = (!by.is_empty()).then(|| by.join(", "));
    let all: Vec<String> = reason.into_iter().chain(by).collect();
    all.join("; ")
}

/// A place as items have it.
pub(super) fn shown(place: &Place) -> findings::Place<'_> {
    findings::Place {
        file: &place.file,
        line: place.line,
        column: place.column,
        end_line: place.end_line,
        end_column: place.end_column,
    }
}
