//! What is kept of logs: of each stretch that they cover, and in the order in which they were read.

use serde_json::json;

use super::{Reading, line, told};
use crate::model::change::Change;
use crate::model::entitlement::Side;
use crate::model::fact::Fact;
use crate::model::finding::Severity;
use crate::reconcile::{Outcome, changes, facts};

#[test]
fn what_is_used_and_never_used_is_told_and_recorded_once() {
    let provider = [
        line("06:00:00", json!({ "q": "a" })),
        line("07:00:00", json!({ "q": "b", "o": "denied", "a": "list" })),
        line("20:00:00", json!({ "q": "z" })),
    ];
    let platform = [
        line("06:00:00", json!({ "q": "a", "a": "push" })),
        line("20:00:00", json!({ "q": "z", "a": "push" })),
    ];
    let mut reading = Reading::of(json!({}));
    let outcome = reading.read(Some(&provider), Some(&platform));
    assert_eq!(told(&outcome), [""; 0]);
    let used = &outcome.used[0];
    let keys = |keys: &mut dyn Iterator<Item = &crate::model::entitlement::EntitlementKey>| {
        keys.map(|key| key.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(
        keys(&mut used.used.iter()),
        ["work-order/manage-work-order-status"]
    );
    // `asset/view-assets` has no word in the map: the log cannot show it. What was refused was not used.
    assert_eq!(
        keys(&mut used.never.iter()),
        ["work-order/view-work-orders"]
    );

    let record = |reading: &mut Reading, outcome: &Outcome| {
        let facts = facts(outcome, &reading.inventory, (None, None));
        let all = changes(facts, &reading.inventory);
        for change in &all {
            reading.inventory.put(change.after().unwrap().clone());
        }
        all.iter()
            .map(|change: &Change| change.id().to_string())
            .collect::<Vec<_>>()
    };
    let expected = [
        "fact/reconciled sync 2026-11-20 2026-11-20",
        "fact/seen sync 2026-11-20 platform platform",
        "fact/seen sync 2026-11-20 provider provider",
    ];
    assert_eq!(record(&mut reading, &outcome), expected);
    let again = reading.read(Some(&provider), Some(&platform));
    assert_eq!(record(&mut reading, &again), [""; 0], "the same once more");
    let mut fuller = provider.to_vec();
    fuller.push(line("12:00:00", json!({ "q": "c" })));
    let fuller = reading.read(Some(&fuller), Some(&platform));
    assert_eq!(record(&mut reading, &fuller).len(), 2, "the day told anew");
    let poorer = reading.read(Some(&provider), Some(&platform));
    assert_eq!(record(&mut reading, &poorer), [""; 0], "less is no news");
    let facts = facts(&poorer, &reading.inventory, (None, None));
    assert_eq!(crate::reconcile::poorer(&facts, &reading.inventory), 2);
}

#[test]
fn rows_that_are_gone_from_a_log_are_told_and_recorded() {
    let at = |hour: u32| {
        line(
            &format!("{hour:02}:00:00"),
            json!({ "q": format!("q{hour}") }),
        )
    };
    let whole: Vec<String> = (6..=20).map(at).collect();
    let mut reading = Reading::of(json!({}));
    let record = |reading: &mut Reading, platform: &[String]| {
        let outcome = reading.read(Some(&whole), Some(platform));
        let facts = facts(&outcome, &reading.inventory, (None, None));
        let poorer = crate::reconcile::poorer(&facts, &reading.inventory);
        let all = changes(facts, &reading.inventory);
        for change in &all {
            reading.inventory.put(change.after().unwrap().clone());
        }
        let compared = |change: &&Change| change.id().to_string().starts_with("fact/reconciled");
        (all.iter().filter(compared).count(), poorer)
    };
    let mut cut = whole.clone();
    cut.remove(5);
    assert_eq!(record(&mut reading, &whole), (1, 0));
    reading.now = "2026-11-22T09:00:00Z";
    // The rest of what its log told of the platform is less, as it was.
    assert_eq!(record(&mut reading, &cut), (1, 1));
    assert_eq!(record(&mut reading, &cut), (0, 1), "the same once more");
    reading.now = "2026-11-22T10:00:00Z";
    assert_eq!(record(&mut reading, &whole), (1, 0), "read whole again");
}

#[test]
fn the_same_logs_are_news_where_others_of_their_days_were_read_between() {
    let on = |day: u32, q: &str| {
        line(
            "12:00:00",
            json!({ "t": format!("2026-11-{day:02}T12:00:00Z"), "q": q }),
        )
    };
    let all: Vec<String> = (10..=20).map(|day| on(day, &format!("q{day}"))).collect();
    let part = &all[2..8];
    let mut cut = part.to_vec();
    cut.remove(2);
    let mut reading = Reading::of(json!({}));
    let record = |reading: &mut Reading, platform: &[String], now: &'static str| {
        reading.now = now;
        let provider = if platform.len() > 6 { &all[..] } else { part };
        let outcome = reading.read(Some(provider), Some(platform));
        let changes = changes(
            facts(&outcome, &reading.inventory, (None, None)),
            &reading.inventory,
        );
        for change in &changes {
            reading.inventory.put(change.after().unwrap().clone());
        }
        let compared = |change: &&Change| change.id().to_string().starts_with("fact/reconciled");
        changes.iter().filter(compared).count()
    };
    assert_eq!(record(&mut reading, &all, "2026-11-21T08:00:00Z"), 1);
    assert_eq!(record(&mut reading, &all, "2026-11-21T09:00:00Z"), 0);
    assert_eq!(record(&mut reading, &cut, "2026-11-21T10:00:00Z"), 1);
    assert_eq!(record(&mut reading, &all, "2026-11-21T11:00:00Z"), 1);
    assert_eq!(record(&mut reading, &all, "2026-11-21T12:00:00Z"), 0);
}

#[test]
fn what_lies_between_the_files_of_a_side_is_missing_nowhere_and_read_by_nobody() {
    let at = |day: u32, hour: u32| {
        let time = format!("2026-11-{day}T{hour:02}:00:00Z");
        line("", json!({ "t": time, "q": format!("q-{time}") }))
    };
    let days = |days: &[u32]| -> Vec<String> {
        let hours = days
            .iter()
            .flat_map(|day| [8, 12, 16].map(|hour| at(*day, hour)));
        hours.collect()
    };
    let (monday, friday, week) = (days(&[16]), days(&[20]), days(&[16, 17, 18, 19, 20]));
    let reading = Reading::of(json!({}));
    let outcome = reading.read_files(&[
        (Side::Provider, &friday),
        (Side::Provider, &monday),
        (Side::Platform, &week),
    ]);
    assert_eq!(told(&outcome), [""; 0]);
    let recorded = |outcome: &Outcome| {
        let all = facts(outcome, &reading.inventory, (None, None)).into_iter();
        let mut all: Vec<String> = all
            .map(|fact| match fact {
                Fact::Seen { on, reading, .. } => {
                    let read = reading.unwrap();
                    let (side, records) = (read.side, read.records);
                    format!("{side} {} to {}, {on}, {records}", read.since, read.until)
                }
                Fact::Reconciled { on, compared, .. } => {
                    let (since, until) = (compared.since, compared.until);
                    format!("both {since} to {until}, {on}, {}", compared.records)
                }
                other => panic!("{other:?}"),
            })
            .collect();
        all.sort_unstable();
        all
    };
    let expected = [
        "both 2026-11-16 to 2026-11-16, 2026-11-16, 6",
        "both 2026-11-20 to 2026-11-20, 2026-11-20, 6",
        "platform 2026-11-16 to 2026-11-20, 2026-11-20, 15",
        "provider 2026-11-16 to 2026-11-16, 2026-11-16, 3",
        "provider 2026-11-20 to 2026-11-20, 2026-11-20, 3",
    ];
    assert_eq!(recorded(&outcome), expected);
    // Files of days that follow upon one another are one log: what one of them lost is missing.
    let (mut tuesday, rest) = (days(&[17]), days(&[18, 19, 20]));
    tuesday.remove(1);
    let outcome = reading.read_files(&[
        (Side::Provider, &monday),
        (Side::Provider, &tuesday),
        (Side::Provider, &rest),
        (Side::Platform, &week),
    ]);
    assert_eq!(told(&outcome), ["missing-at-provider sync 1"]);
    assert_eq!(
        recorded(&outcome)[0],
        "both 2026-11-16 to 2026-11-20, 2026-11-20, 29"
    );
}

#[test]
fn what_is_found_is_recorded_with_the_days_that_it_is_of() {
    let at = |day: u32, hour: u32, more: serde_json::Value| {
        let time = format!("2026-11-{day}T{hour:02}:00:00Z");
        let mut all = json!({ "t": time, "q": format!("q-{time}") });
        let more = more.as_object().unwrap().clone();
        all.as_object_mut().unwrap().extend(more);
        line("", all)
    };
    let plain = || json!({});
    let (monday, mut friday) = (
        vec![
            at(16, 8, plain()),
            at(16, 12, json!({ "a": "close" })),
            at(16, 16, plain()),
        ],
        vec![at(20, 8, plain()), at(20, 12, plain()), at(20, 16, plain())],
    );
    let platform = [monday.clone(), friday.clone()].concat();
    friday.remove(1);
    let reading = Reading::of(json!({}));
    let outcome = reading.read_files(&[
        (Side::Provider, &monday),
        (Side::Provider, &friday),
        (Side::Platform, &platform),
    ]);
    let all = facts(&outcome, &reading.inventory, (None, None)).into_iter();
    let found: Vec<String> = all
        .filter_map(|fact| match fact {
            Fact::Reconciled { on, compared, .. } => {
                let kinds = compared.found.iter();
                Some(kinds.fold(on.to_string(), |text, (kind, count)| {
                    format!("{text} {kind} {count}")
                }))
            }
            _ => None,
        })
        .collect();
    let expected = [
        "2026-11-16 beyond-level 2",
        "2026-11-20 missing-at-provider 1",
    ];
    assert_eq!(found, expected);
}

#[test]
fn of_an_account_with_words_that_nobody_knows_nothing_is_called_unused() {
    let lines = [
        line("06:00:00", json!({})),
        line("07:00:00", json!({ "a": "dance" })),
    ];
    let reading = Reading::of(json!({}));
    let outcome = reading.read(Some(&lines), None);
    let used = &outcome.used[0];
    assert_eq!((used.unknown, used.never.len()), (1, 0));
    let facts = facts(&outcome, &reading.inventory, (None, None));
    let is_clear = |fact: &Fact| match fact {
        Fact::Seen { reading, .. } => reading.as_ref().unwrap().words_digest.is_some(),
        other => panic!("{other:?}"),
    };
    assert!(!is_clear(&facts[0]), "the rule must not go by it");
    let clear = reading.read(Some(&lines[..1]), None);
    assert!(!clear.used[0].never.is_empty());
    let facts = crate::reconcile::facts(&clear, &reading.inventory, (None, None));
    assert!(is_clear(&facts[0]));
}

#[test]
fn a_log_without_a_record_of_the_days_that_were_asked_for_is_not_clean() {
    let lines = [line("06:00:00", json!({}))];
    let mut reading = Reading::of(json!({}));
    assert_eq!(reading.read(Some(&lines), None).worst(), None);
    reading.since = Some("2025-12-01");
    reading.until = Some("2025-12-31");
    let outcome = reading.read(Some(&lines), None);
    assert!(outcome.logs[0].is_beside());
    assert_eq!(outcome.worst(), Some(Severity::Warning));
}
