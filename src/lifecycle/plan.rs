//! What differs between the declared inventory and the stored one, as changes. Decides; writes nothing.

use std::collections::BTreeSet;

use crate::model::change::Change;
use crate::model::id::AccountId;
use crate::model::inventory::Inventory;
use crate::model::key::Whom;
use crate::model::record::{Kind, Record, RecordId};
use crate::model::references;

/// What an apply would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    pub changes: Vec<Change>,
    /// Stored records that are not declared and stay: no change, but worth a line.
    pub kept: Vec<RecordId>,
}

/// Compares declared records with stored ones.
///
/// Records that are not declared are kept, or removed with `prune`. Approvals added by command are never removed,
/// and what happened (versions, facts) is not declared at all. A pruned account takes with it what hangs on it:
/// its versions, facts and approvals; their events stay in the audit trail. What a record that stays names, stays
/// too: whoever approved or reviewed an account that is kept is not pruned.
pub fn compare(declared: &Inventory, stored: &Inventory, prune: bool) -> Plan {
    let mut plan = Plan::default();
    for record in declared.declared() {
        match stored.get(&record.id()) {
            None => plan.changes.push(Change::create(record)),
            Some(old) if old == record => {}
            Some(old) => plan.changes.push(Change::update(old, record)),
        }
    }
    let undeclared: Vec<Record> = stored
        .declared()
        .filter(|record| !declared.contains(&record.id()))
        .collect();
    if !prune {
        plan.kept = undeclared.iter().map(Record::id).collect();
        return plan;
    }
    if undeclared.is_empty() {
        return plan;
    }
    let staying = Staying::of(declared, stored);
    let happened = happened(stored).filter(|record| !staying.is_history(record));
    plan.changes.extend(happened.map(Change::remove));
    for record in undeclared {
        let id = record.id();
        if staying.named.contains(&id) || staying.is_history(&record) {
            plan.kept.push(id);
        } else {
            plan.changes.push(Change::remove(record));
        }
    }
    plan
}

/// What is recorded and never declared.
fn happened(stored: &Inventory) -> impl Iterator<Item = Record> + '_ {
    let versions = stored.versions.iter();
    let facts = stored.facts.iter();
    versions
        .map(|(key, version)| Record::from((key.clone(), version.clone())))
        .chain(facts.map(|(key, fact)| Record::from((key.clone(), fact.clone()))))
}

/// What a prune leaves, beside what is declared.
struct Staying<'a> {
    declared: &'a Inventory,
    /// Not declared, but named by a record that stays.
    named: BTreeSet<RecordId>,
}

impl<'a> Staying<'a> {
    fn of(declared: &'a Inventory, stored: &Inventory) -> Staying<'a> {
        let mut staying = Staying {
            declared,
            named: BTreeSet::new(),
        };
        let mut found = staying.missing(declared.declared(), stored);
        // A record that is kept for what it did keeps what it names, and its own history, in turn.
        loop {
            let signed = stored
                .approvals
                .iter()
                .map(|(key, approval)| Record::from((key.clone(), approval.clone())));
            let history = happened(stored).chain(signed);
            let history = history.filter(|record| staying.is_history(record));
            found.extend(staying.missing(history, stored));
            if found.is_empty() {
                return staying;
            }
            while let Some(id) = found.pop() {
                if staying.named.insert(id.clone()) {
                    found.extend(staying.missing(stored.get(&id).into_iter(), stored));
                }
            }
        }
    }

    fn stays(&self, id: &RecordId) -> bool {
        self.declared.contains(id) || self.named.contains(id)
    }

    /// What some records name that is stored and would not stay.
    fn missing(&self, records: impl Iterator<Item = Record>, stored: &Inventory) -> Vec<RecordId> {
        records
            .flat_map(|record| references::of(&record))
            .map(|reference| reference.record)
            .filter(|id| !self.stays(id) && stored.contains(id))
            .collect()
    }

    /// Whether a record tells what happened to records that stay: it stays as long as they do.
    fn is_history(&self, record: &Record) -> bool {
        let account = |key: &AccountId| self.stays(&RecordId::new(Kind::Account, key));
        match record {
            Record::Version(key, _) => account(&key.account),
            Record::Operation(key, _) => account(&key.account),
            Record::Sealed(key, _) => account(&key.account),
            // Who may open the secrets is no part of an inventory.
            Record::StoreKey(..) | Record::Recipient(..) => true,
            Record::Fact(_, fact) => {
                fact.account().is_none_or(account)
                    && fact
                        .procedure()
                        .is_none_or(|name| self.stays(&RecordId::new(Kind::Procedure, name)))
                    && fact
                        .consumer()
                        .is_none_or(|name| self.stays(&RecordId::new(Kind::Consumer, name)))
            }
            Record::Approval(key, approval) => approval.by_command && account(&key.account),
            Record::Organisation(..)
            | Record::Person(..)
            | Record::Team(..)
            | Record::Boundary(..)
            | Record::Catalog(..)
            | Record::Platform(..)
            | Record::Provider(..)
            | Record::Rotation(..)
            | Record::Procedure(..)
            | Record::Consumer(..)
            | Record::Account(..)
            | Record::Role(..)
            | Record::Assignment(..)
            | Record::Assertion(..)
            | Record::Decision(..)
            | Record::ResidualRisk(..)
            | Record::Waiver(..) => false,
            Record::Invitation(person, _) => self.stays(&RecordId::new(Kind::Person, person)),
        }
    }
}

/// What belongs to a record that goes and cannot stand without it: of an account its versions, operations, facts,
/// approvals, decisions, residual risks, roles and waivers; of a procedure its drills; of a consumer what was seen of
/// it; of a person the invitation; of either the assertions about it.
pub fn hanging_on<'a>(
    id: &'a RecordId,
    stored: &'a Inventory,
) -> impl Iterator<Item = Record> + 'a {
    let text = id.to_string();
    stored.records().filter(move |record| {
        let account = |key: &AccountId| id.kind == Kind::Account && *id.name == *key.as_str();
        match record {
            Record::Version(key, _) => account(&key.account),
            Record::Operation(key, _) => account(&key.account),
            Record::Sealed(key, _) => account(&key.account),
            Record::Approval(key, _) => account(&key.account),
            Record::Decision(key, _) => account(&key.account),
            Record::ResidualRisk(key, _) => account(&key.account),
            Record::Fact(_, fact) => {
                fact.account().is_some_and(account)
                    || fact.procedure().is_some_and(|name| {
                        id.kind == Kind::Procedure && *id.name == *name.as_str()
                    })
                    || fact
                        .consumer()
                        .is_some_and(|name| id.kind == Kind::Consumer && *id.name == *name.as_str())
            }
            Record::Assignment(key, _) => {
                id.kind == Kind::Account && key.principal.as_str() == text
            }
            Record::Waiver(key, _) => id.kind == Kind::Account && *key.subject == *text,
            Record::Assertion(key, _) => match &key.principal {
                Whom::Anyone => false,
                Whom::One(principal) => principal.as_str() == text,
            },
            Record::Invitation(person, _) => {
                id.kind == Kind::Person && *id.name == *person.as_str()
            }
            Record::Organisation(..)
            | Record::Person(..)
            | Record::Team(..)
            | Record::Boundary(..)
            | Record::Catalog(..)
            | Record::Platform(..)
            | Record::Provider(..)
            | Record::Rotation(..)
            | Record::Procedure(..)
            | Record::Consumer(..)
            | Record::Account(..)
            | Record::Role(..)
            | Record::StoreKey(..)
            | Record::Recipient(..) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inventory(records: &[(&str, serde_json::Value)]) -> Inventory {
        records
            .iter()
            .map(|(id, body)| Record::from_value(&id.parse().unwrap(), body.clone()).unwrap())
            .collect()
    }

    fn ids(changes: &[Change]) -> Vec<String> {
        changes
            .iter()
            .map(|c| format!("{} {}", c.verb(), c.id()))
            .collect()
    }

    #[test]
    fn only_differences_are_planned_and_the_rest_is_kept() {
        let declared = inventory(&[
            ("consumer/a", json!({ "host": "a" })),
            ("consumer/b", json!({ "host": "new" })),
            ("consumer/c", json!({})),
        ]);
        let stored = inventory(&[
            ("consumer/b", json!({ "host": "old" })),
            ("consumer/c", json!({})),
            ("consumer/d", json!({})),
        ]);
        let plan = compare(&declared, &stored, false);
        assert_eq!(
            ids(&plan.changes),
            ["create consumer/a", "update consumer/b"]
        );
        assert_eq!(plan.kept, ["consumer/d".parse().unwrap()]);
        let pruned = compare(&declared, &stored, true);
        assert_eq!(ids(&pruned.changes)[2], "remove consumer/d");
    }

    #[test]
    fn an_approval_by_command_is_never_pruned() {
        let account = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import" });
        let approval = json!({ "by": "person/anna", "by-command": true });
        let declared = inventory(&[("account/etl", account.clone())]);
        let stored = inventory(&[
            ("account/etl", account),
            ("approval/etl read 2026-10-01", approval),
        ]);
        let plan = compare(&declared, &stored, true);
        assert_eq!(plan.changes, []);
        assert_eq!(plan.kept.len(), 1);
    }

    #[test]
    fn a_pruned_account_takes_its_versions_with_it() {
        let account = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import" });
        let stored = inventory(&[
            ("account/etl", account),
            (
                "version/etl 1",
                json!({ "stage": "current", "issued": "2026-04-01" }),
            ),
        ]);
        let plan = compare(&Inventory::default(), &stored, true);
        assert_eq!(
            ids(&plan.changes),
            ["remove version/etl 1", "remove account/etl"]
        );
    }

    #[test]
    fn who_reviewed_or_approved_what_stays_is_kept_with_what_they_name() {
        let account = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import" });
        let declared = inventory(&[("account/etl", account.clone())]);
        let review = json!({ "fact": "review", "account": "etl", "on": "2026-10-01", "by": "team/ops",
            "verdict": "keep" });
        let stored = inventory(&[
            ("account/etl", account),
            ("fact/review", review),
            ("team/ops", json!({ "name": "Ops", "members": ["jo"] })),
            ("person/jo", json!({ "name": "Jo" })),
            ("person/eve", json!({ "name": "Eve" })),
        ]);
        let plan = compare(&declared, &stored, true);
        assert_eq!(ids(&plan.changes), ["remove person/eve"]);
        let kept: Vec<String> = plan.kept.iter().map(RecordId::to_string).collect();
        assert_eq!(kept, ["person/jo", "team/ops"]);
    }

    #[test]
    fn a_drill_of_an_account_and_a_procedure_that_both_go_goes_once() {
        let account = json!({ "provider": "p", "environment": "production", "workflow": "import",
            "level": "read-only-import" });
        let drill = json!({ "fact": "drill", "procedure": "undo", "account": "etl", "on": "2026-10-01",
            "result": "pass" });
        let stored = inventory(&[
            ("account/etl", account),
            ("procedure/undo", json!({ "kind": "rollback" })),
            ("fact/drill", drill),
        ]);
        let plan = compare(&Inventory::default(), &stored, true);
        let gone = ["fact/drill", "procedure/undo", "account/etl"];
        assert_eq!(ids(&plan.changes), gone.map(|id| format!("remove {id}")));
    }
}
