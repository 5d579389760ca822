//! What is known to be wrong and accepted for a while: waivers, and what the provider cannot enforce.

use crate::dossier::handoff::{Around, or_none, table};
use crate::model::approval::Waiver;
use crate::model::date::Date;
use crate::report::handoff::{Gap, Section};
use crate::report::view::{Cell, Tone};

pub(super) fn section(around: &Around<'_, '_>) -> Section {
    let as_of = around.facts.as_of;
    let some = &around.inventory;
    let waivers = some.waivers.values().map(|waiver| {
        vec![
            Cell::text(&waiver.subject),
            Cell::text(&waiver.rule),
            or_none(waiver.reason.as_ref()),
            or_none(waiver.owner.as_ref()),
            waiver
                .until
                .map_or_else(|| or_none(None::<&str>), Cell::date),
            standing(waiver, as_of),
        ]
    });
    let risks = some.residual_risks.iter().map(|(key, risk)| {
        vec![
            Cell::text(&key.account),
            Cell::text(&risk.gap),
            Cell::text(&risk.owner),
            Cell::date(risk.until),
            match risk.until < as_of {
                true => Cell::text("ended").tone(Tone::Error),
                false => Cell::text("accepted"),
            },
        ]
    });
    let ended = some
        .residual_risks
        .iter()
        .filter(|(_, risk)| risk.until < as_of);
    let ended = ended.map(|(key, _)| Gap {
        subject: format!("account/{}", key.account),
        what: "nobody accepts this residual risk any more".to_owned(),
        way: Some("judge it anew, and declare until when: keyroll apply PATH".to_owned()),
    });
    let mut gaps = around.missed(&["waiver-expired", "waiver-incomplete"]);
    gaps.extend(ended);
    let blocks = vec![
        table(
            "waivers",
            "Findings accepted for a while",
            &["subject", "rule", "reason", "owner", "until", "standing"],
            waivers.collect(),
            "No finding is waived.",
        ),
        table(
            "residual-risks",
            "What the provider cannot enforce",
            &["account", "gap", "owner", "until", "standing"],
            risks.collect(),
            "No residual risk is declared.",
        ),
    ];
    Section {
        id: "accepted",
        title: "Waivers and residual risks",
        lead:
            "Each is owned by somebody and ends on a day: whoever takes over takes these over, too."
                .to_owned(),
        gaps: super::gaps::sorted(gaps),
        blocks,
    }
}

fn standing(waiver: &Waiver, as_of: Date) -> Cell {
    if !waiver.lacks().is_empty() {
        Cell::text("incomplete: accepts nothing").tone(Tone::Error)
    } else if waiver.until.is_some_and(|until| until < as_of) {
        Cell::text("ended").tone(Tone::Error)
    } else {
        Cell::text("in force")
    }
}
