//! What recorded facts mean: which versions there are and where each stands. Decides the changes; writes nothing.

use std::collections::BTreeMap;

use crate::model::change::Change;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::fact::Fact;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::{FactKey, VersionKey};
use crate::model::record::{Kind, Record, RecordId};

/// A fact and the line it stood on, from 1.
pub type Line = (usize, Fact);

/// Why a fact was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadFact {
    #[error("line {line}: `{id}` is not in the roll")]
    Unknown { line: usize, id: RecordId },
    #[error(
        "line {line}: version {number} of `{account}` is recorded as issued on {recorded}, not on {reported}"
    )]
    OtherDay {
        line: usize,
        account: AccountId,
        number: u32,
        recorded: Date,
        reported: Date,
    },
    #[error(
        "line {line}: version {number} of `{account}` would follow version {current}, which is current"
    )]
    Backwards {
        line: usize,
        account: AccountId,
        number: u32,
        current: u32,
    },
    #[error(
        "line {line}: version {number} of `{account}` ends on {expires}, before it was issued on {issued}"
    )]
    EndsBeforeIssue {
        line: usize,
        account: AccountId,
        number: u32,
        issued: Date,
        expires: Date,
    },
    #[error(
        "line {line}: version {number} of `{account}` is not known; record when it was issued first"
    )]
    NoVersion {
        line: usize,
        account: AccountId,
        number: u32,
    },
}

/// The changes that record the facts. Facts that are recorded already change nothing.
///
/// A version that was replaced becomes `previous`, with the day it was reported withdrawn unless it still works.
/// It never becomes `revoked` here: that takes proof from the provider.
///
/// # Errors
/// Every fact that names what is not in the roll or contradicts what is recorded; then there are no changes at all.
pub fn decide(lines: &[Line], inventory: &Inventory) -> Result<Vec<Change>, Vec<BadFact>> {
    let mut versions = Versions {
        recorded: inventory,
        new: BTreeMap::new(),
    };
    let mut faults = Vec::new();
    let mut changes = Vec::new();

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
            Fact::Evidence {
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
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. } => changes.push((FactKey::of(fact), fact)),
        }
    }
    if !faults.is_empty() {
        faults.sort_by_key(BadFact::line);
        return Err(faults);
    }
    changes.sort_by(|a, b| a.0.cmp(&b.0));
    changes.dedup_by(|a, b| a.0 == b.0);
    let facts = changes
        .into_iter()
        .filter(|(key, _)| !inventory.facts.contains_key(key))
        .map(|(key, fact)| Change::create(Record::from((key, fact.clone()))));
    Ok(versions.changes().into_iter().chain(facts).collect())
}

impl BadFact {
    /// The line of the file, from 1.
    pub fn line(&self) -> usize {
        match self {
            BadFact::Unknown { line, .. }
            | BadFact::OtherDay { line, .. }
            | BadFact::Backwards { line, .. }
            | BadFact::EndsBeforeIssue { line, .. }
            | BadFact::NoVersion { line, .. } => *line,
        }
    }
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
        | Fact::OwnerChanged { .. } => None,
    };
    [account, procedure, reviewer]
        .into_iter()
        .flatten()
        .find(|id| !inventory.contains(id))
        .map_or(Ok(()), |id| Err(BadFact::Unknown { line, id }))
}

/// The versions as recorded, and those that the facts change.
struct Versions<'a> {
    recorded: &'a Inventory,
    new: BTreeMap<VersionKey, Version>,
}

impl Versions<'_> {
    fn get(&self, key: &VersionKey) -> Option<&Version> {
        self.new
            .get(key)
            .or_else(|| self.recorded.versions.get(key))
    }

    fn has(&self, account: &AccountId, number: u32) -> bool {
        self.get(&VersionKey {
            account: account.clone(),
            number,
        })
        .is_some()
    }

    fn current(&self, account: &AccountId) -> Option<(VersionKey, Version)> {
        let from = VersionKey {
            account: account.clone(),
            number: 0,
        };
        let to = VersionKey {
            account: account.clone(),
            number: u32::MAX,
        };
        let keys = self
            .recorded
            .versions
            .range(from.clone()..=to.clone())
            .map(|(key, _)| key);
        let new = self.new.range(from..=to).map(|(key, _)| key);
        keys.chain(new)
            .filter_map(|key| Some((key.clone(), self.get(key)?.clone())))
            .find(|(_, version)| version.stage == VersionStage::Current)
    }

    fn take(&mut self, line: usize, fact: &Fact) -> Result<(), BadFact> {
        match fact {
            Fact::Issued {
                account,
                version,
                on,
                expires,
            } => self.issue(line, account, *version, *on, *expires, false),
            Fact::Rotated {
                account,
                version,
                on,
                expires,
                previous_live,
            } => self.issue(line, account, *version, *on, *expires, *previous_live),
            Fact::Evidence { .. }
            | Fact::Drill { .. }
            | Fact::Seen { .. }
            | Fact::Review { .. }
            | Fact::OwnerChanged { .. } => Ok(()),
        }
    }

    fn issue(
        &mut self,
        line: usize,
        account: &AccountId,
        number: u32,
        issued: Date,
        expires: Option<Date>,
        previous_live: bool,
    ) -> Result<(), BadFact> {
        let account = account.clone();
        if let Some(expires) = expires.filter(|end| *end < issued) {
            return Err(BadFact::EndsBeforeIssue {
                line,
                account,
                number,
                issued,
                expires,
            });
        }
        let key = VersionKey {
            account: account.clone(),
            number,
        };
        if let Some(recorded) = self.get(&key).map(|version| version.issued) {
            return if recorded == issued {
                Ok(())
            } else {
                Err(BadFact::OtherDay {
                    line,
                    account,
                    number,
                    recorded,
                    reported: issued,
                })
            };
        }
        if let Some((old_key, old)) = self.current(&account) {
            if old_key.number > number {
                return Err(BadFact::Backwards {
                    line,
                    account,
                    number,
                    current: old_key.number,
                });
            }
            let retired = if previous_live { None } else { Some(issued) };
            self.new.insert(
                old_key,
                Version {
                    stage: VersionStage::Previous,
                    retired,
                    ..old
                },
            );
        }
        self.new.insert(
            key,
            Version {
                stage: VersionStage::Current,
                issued,
                expires,
                retired: None,
            },
        );
        Ok(())
    }

    fn changes(self) -> Vec<Change> {
        let recorded = &self.recorded.versions;
        self.new
            .into_iter()
            .map(|(key, version)| match recorded.get(&key) {
                Some(old) => {
                    Change::update((key.clone(), old.clone()).into(), (key, version).into())
                }
                None => Change::create((key, version).into()),
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
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
}
