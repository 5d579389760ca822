//! What recorded facts mean: which versions there are and where each stands. Decides the changes; writes nothing.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::lifecycle::whereabouts::{as_recorded, imported};
use crate::model::change::Change;
use crate::model::fact::Fact;
use crate::model::inventory::Inventory;
use crate::model::key::FactKey;
use crate::model::record::{Kind, Record, RecordId};

mod bad;
mod versions;

pub use bad::BadFact;
use versions::Versions;

/// A fact and the line it stood on, from 1.
pub type Line = (usize, Fact);

/// The changes that record the facts. Facts that are recorded already change nothing.
///
/// A version that was replaced becomes `previous`, with the day it was reported withdrawn unless it still works.
/// It never becomes `revoked` here: that takes proof from the provider.
///
/// # Errors
/// Every fact that names what is not in the roll or contradicts what is recorded; then there are no changes at all.
pub fn decide(lines: &[Line], inventory: &Inventory) -> Result<Vec<Change>, Vec<BadFact>> {
    let mut versions = Versions::of(inventory);
    let mut faults = Vec::new();
    let mut changes: BTreeMap<FactKey, (usize, Fact)> = BTreeMap::new();

    let mut in_order: Vec<&Line> = lines.iter().collect();
    in_order.sort_by_key(|(line, fact)| (fact.on(), *line));
    // Versions first, so that evidence of the same day finds its version.
    for (line, fact) in &in_order {
        if let Err(fault) = known(*line, fact, inventory).and_then(|()| versions.take(*line, fact))
        {
            faults.push(fault);
        }
    }
    for (line, fact) in &in_order {
        match fact {
            Fact::Issued { .. } | Fact::Rotated { .. } => {}
            Fact::Refused { .. } => faults.push(BadFact::Seen { line: *line }),
            Fact::Evidence {
                account, version, ..
            }
            | Fact::Acknowledged {
                account, version, ..
            }
            | Fact::FailClosed {
                account, version, ..
            } if !versions.has(account, *version) => {
                if inventory.accounts.contains_key(account) {
                    let account = account.clone();
                    faults.push(BadFact::NoVersion {
                        line: *line,
                        account,
                        number: *version,
                    });
                }
            }
            Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Reconciled { .. }
            | Fact::Listed { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. }
            | Fact::Acknowledged { .. }
            | Fact::FailClosed { .. } => {
                if let Err(fault) = agreed(*line, fact, inventory, &mut changes) {
                    faults.push(fault);
                }
            }
        }
    }
    if !faults.is_empty() {
        faults.sort_by_key(BadFact::line);
        return Err(faults);
    }
    let facts = changes
        .into_iter()
        .filter(|(key, _)| !inventory.facts.contains_key(key))
        .map(|(key, (_, fact))| Change::create(Record::from((key, fact))));
    Ok(versions.changes().into_iter().chain(facts).collect())
}

/// Whether the account, procedure and principal that a fact names are in the roll.
fn known(line: usize, fact: &Fact, inventory: &Inventory) -> Result<(), BadFact> {
    let account = fact
        .account()
        .map(|name| RecordId::new(Kind::Account, name));
    let procedure = fact
        .procedure()
        .map(|name| RecordId::new(Kind::Procedure, name));
    let reviewer = match fact {
        Fact::Review { by, .. } => by.as_str().parse::<RecordId>().ok(),
        Fact::Issued { .. }
        | Fact::Rotated { .. }
        | Fact::Evidence { .. }
        | Fact::Drill { .. }
        | Fact::Seen { .. }
        | Fact::Reconciled { .. }
        | Fact::Listed { .. }
        | Fact::OwnerChanged { .. }
        | Fact::Acknowledged { .. }
        | Fact::Refused { .. }
        | Fact::FailClosed { .. } => None,
    };
    let consumer = fact
        .consumer()
        .map(|name| RecordId::new(Kind::Consumer, name));
    let provider = fact
        .provider()
        .map(|name| RecordId::new(Kind::Provider, name));
    [account, procedure, reviewer, consumer, provider]
        .into_iter()
        .flatten()
        .find(|id| !inventory.contains(id))
        .map_or(Ok(()), |id| Err(BadFact::Unknown { line, id }))
}

/// Takes a fact, unless one of its key says otherwise.
fn agreed(
    line: usize,
    fact: &Fact,
    inventory: &Inventory,
    taken: &mut BTreeMap<FactKey, (usize, Fact)>,
) -> Result<(), BadFact> {
    let key = FactKey::of(fact);
    let contradicts = |key: &FactKey, other| BadFact::Contradicts {
        line,
        key: key.clone(),
        other,
    };
    let fact = match inventory.facts.get(&key) {
        Some(recorded) => {
            let fact = as_recorded(fact.clone(), recorded);
            if *recorded != fact {
                return Err(contradicts(&key, None));
            }
            fact
        }
        None => imported(fact.clone(), inventory),
    };
    match taken.entry(key) {
        Entry::Occupied(first) if first.get().1 != fact => {
            Err(contradicts(first.key(), Some(first.get().0)))
        }
        Entry::Occupied(_) => Ok(()),
        Entry::Vacant(place) => {
            place.insert((line, fact));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::credential::VersionStage;
    use serde_json::json;

    fn roll() -> Inventory {
        let body = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import" });
        let mut inventory = Inventory::default();
        inventory.put(Record::from_value(&"account/etl".parse().unwrap(), body).unwrap());
        inventory
    }

    fn lines(texts: &[&str]) -> Vec<Line> {
        let parse = |(at, text): (usize, &&str)| (at + 1, serde_json::from_str(text).unwrap());
        texts.iter().enumerate().map(parse).collect()
    }

    fn apply(inventory: &mut Inventory, changes: &[Change]) {
        for change in changes {
            inventory.put(change.after().unwrap().clone());
        }
    }

    const ISSUED: &str = r#"{"fact":"issued","account":"etl","version":1,"on":"2026-04-01"}"#;
    const ROTATED: &str = r#"{"fact":"rotated","account":"etl","version":2,"on":"2026-10-01","expires":"2027-01-01"}"#;

    #[test]
    fn a_rotation_makes_the_old_version_previous_and_never_revoked() {
        let mut roll = roll();
        let changes = decide(&lines(&[ROTATED, ISSUED]), &roll).unwrap();
        apply(&mut roll, &changes);
        let stages: Vec<_> = roll
            .versions
            .values()
            .map(|v| (v.stage, v.retired.is_some()))
            .collect();
        assert_eq!(
            stages,
            [
                (VersionStage::Previous, true),
                (VersionStage::Current, false)
            ]
        );
    }

    #[test]
    fn facts_recorded_twice_change_nothing() {
        let mut roll = roll();
        let seen = r#"{"fact":"seen","account":"etl","on":"2026-11-01"}"#;
        let all = lines(&[ISSUED, ROTATED, seen, seen]);
        let changes = decide(&all, &roll).unwrap();
        assert_eq!(changes.len(), 3);
        apply(&mut roll, &changes);
        assert_eq!(decide(&all, &roll).unwrap(), []);
    }

    #[test]
    fn one_bad_fact_refuses_all_and_names_its_line() {
        let bad = r#"{"fact":"seen","account":"elt","on":"2026-11-01"}"#;
        let faults = decide(&lines(&[ISSUED, bad]), &roll()).unwrap_err();
        assert_eq!(faults.len(), 1);
        assert_eq!(
            faults[0].to_string(),
            "line 2: `account/elt` is not in the roll"
        );
    }

    #[test]
    fn a_version_has_one_day_of_issue_and_none_after_its_end() {
        let mut roll = roll();
        let changes = decide(&lines(&[ISSUED]), &roll).unwrap();
        apply(&mut roll, &changes);
        let other = r#"{"fact":"issued","account":"etl","version":1,"on":"2026-04-02"}"#;
        assert!(matches!(
            decide(&lines(&[other]), &roll).unwrap_err()[0],
            BadFact::OtherDay { .. }
        ));
        let ended = r#"{"fact":"rotated","account":"etl","version":2,"on":"2026-04-02","expires":"2026-01-01"}"#;
        assert!(matches!(
            decide(&lines(&[ended]), &roll).unwrap_err()[0],
            BadFact::EndsBeforeIssue { .. }
        ));
    }

    #[test]
    fn evidence_needs_a_version() {
        let evidence = r#"{"fact":"evidence","account":"etl","version":3,"probe":"read","outcome":"pass","on":"2026-10-01"}"#;
        let faults = decide(&lines(&[ISSUED, evidence]), &roll()).unwrap_err();
        assert!(matches!(faults[0], BadFact::NoVersion { line: 2, .. }));
    }

    #[test]
    fn that_a_version_is_refused_is_not_taken_from_a_file_and_what_consumers_did_is() {
        let mut roll = roll();
        roll.put(Record::from_value(&"consumer/job".parse().unwrap(), json!({})).unwrap());
        let of = |word: &str, more: &str| {
            format!(r#"{{"fact":"{word}","account":"etl","version":1,"on":"2026-10-01",{more}}}"#)
        };
        let refusal = of("refused", r#""way":"fresh-logon""#);
        assert_eq!(
            refused(&roll, &[ISSUED, &refusal]),
            [
                "line 2: that the provider refuses a version is not taken from a file: `keyroll revoke` must see it"
            ]
        );
        let acknowledged = of("acknowledged", r#""consumer":"job""#);
        let closed = of("fail-closed", r#""consumer":"job","outcome":"pass""#);
        let changes = decide(&lines(&[ISSUED, &acknowledged, &closed]), &roll).unwrap();
        apply(&mut roll, &changes);
        let words: Vec<_> = roll.facts.values().map(Fact::word).collect();
        assert_eq!(words, ["acknowledged", "fail-closed"]);
        let unknown = acknowledged.replace("\"job\"", "\"jobs\"");
        assert_eq!(
            refused(&roll, &[&unknown]),
            ["line 1: `consumer/jobs` is not in the roll"]
        );
        let early = closed.replace("\"version\":1", "\"version\":2");
        assert!(matches!(
            decide(&lines(&[&early]), &roll).unwrap_err()[0],
            BadFact::NoVersion { line: 1, .. }
        ));
    }

    fn refused(roll: &Inventory, texts: &[&str]) -> Vec<String> {
        let faults = decide(&lines(texts), roll).unwrap_err();
        faults.iter().map(BadFact::to_string).collect()
    }

    #[test]
    fn a_version_reported_again_with_another_end_or_previous_is_refused() {
        let mut roll = roll();
        let changes = decide(&lines(&[ISSUED, ROTATED]), &roll).unwrap();
        apply(&mut roll, &changes);
        let other = ROTATED.replace("2027-01-01", "2027-02-01");
        assert_eq!(
            refused(&roll, &[&other]),
            [
                "line 1: version 2 of `etl` is recorded as ending on 2027-01-01, not as ending on 2027-02-01"
            ]
        );
        let open = r#"{"fact":"rotated","account":"etl","version":2,"on":"2026-10-01"}"#;
        assert_eq!(
            refused(&roll, &[open]),
            ["line 1: version 2 of `etl` is recorded as ending on 2027-01-01, not as open-ended"]
        );
        let live = ROTATED.replace('}', r#","previous-live":true}"#);
        let expected = "version 2 of `etl` is recorded as ending the version before it, not as leaving it live";
        assert_eq!(refused(&roll, &[&live]), [format!("line 1: {expected}")]);
        assert_eq!(
            refused(&self::roll(), &[ISSUED, ROTATED, &live]),
            [format!("line 3: {expected}")]
        );
    }

    #[test]
    fn a_later_version_is_not_issued_before_the_current_one() {
        let mut roll = roll();
        let changes = decide(&lines(&[ROTATED]), &roll).unwrap();
        apply(&mut roll, &changes);
        let early = r#"{"fact":"rotated","account":"etl","version":3,"on":"2026-09-30"}"#;
        assert_eq!(
            refused(&roll, &[early]),
            [
                "line 1: version 3 of `etl` cannot be issued on 2026-09-30: version 2, which is current, was on 2026-10-01"
            ]
        );
    }

    #[test]
    fn two_people_may_review_on_one_day() {
        let mut roll = roll();
        for person in ["person/jo", "person/anna"] {
            roll.put(Record::from_value(&person.parse().unwrap(), json!({ "name": "x" })).unwrap());
        }
        let review = r#"{"fact":"review","account":"etl","on":"2026-10-01","by":"person/jo","verdict":"keep"}"#;
        let second = review.replace("jo", "anna");
        let all = lines(&[review, &second, review]);
        let changes = decide(&all, &roll).unwrap();
        assert_eq!(changes.len(), 2);
        apply(&mut roll, &changes);
        assert_eq!(decide(&all, &roll).unwrap(), []);
    }

    #[test]
    fn facts_of_one_key_that_differ_are_refused() {
        let mut roll = roll();
        let undo = json!({ "kind": "rollback" });
        roll.put(Record::from_value(&"procedure/undo".parse().unwrap(), undo).unwrap());
        let drill =
            r#"{"fact":"drill","procedure":"undo","on":"2026-10-01","result":"pass","minutes":5}"#;
        let slower = drill.replace('5', "50");
        let expected = "`drill undo 2026-10-01 pass` says otherwise on line 1";
        assert_eq!(
            refused(&roll, &[drill, &slower]),
            [format!("line 2: {expected}")]
        );
        let changes = decide(&lines(&[drill]), &roll).unwrap();
        apply(&mut roll, &changes);
        assert_eq!(
            refused(&roll, &[&slower]),
            ["line 1: `drill undo 2026-10-01 pass` is recorded otherwise"]
        );
    }
}
