//! What differs between the declared inventory and the stored one, as changes. Decides; writes nothing.

use crate::model::change::Change;
use crate::model::inventory::Inventory;
use crate::model::record::{Kind, Record, RecordId};

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
/// its versions and facts; their events stay in the audit trail.
pub fn compare(declared: &Inventory, stored: &Inventory, prune: bool) -> Plan {
    let mut plan = Plan::default();
    for record in declared.declared() {
        match stored.get(&record.id()) {
            None => plan.changes.push(Change::create(record)),
            Some(old) if old == record => {}
            Some(old) => plan.changes.push(Change::update(old, record)),
        }
    }
    for record in stored.declared() {
        let id = record.id();
        if declared.contains(&id) {
            continue;
        }
        if !prune || is_kept_for_ever(&record, declared) {
            plan.kept.push(id);
            continue;
        }
        plan.changes
            .extend(hanging_on(&id, stored).map(Change::remove));
        plan.changes.push(Change::remove(record));
    }
    plan
}

/// Approvals by command stay as long as their account does.
fn is_kept_for_ever(record: &Record, declared: &Inventory) -> bool {
    match record {
        Record::Approval(key, approval) => {
            approval.by_command && declared.accounts.contains_key(&key.account)
        }
        _ => false,
    }
}

/// What happened to a record that goes: it cannot stand alone.
pub fn hanging_on<'a>(
    id: &'a RecordId,
    stored: &'a Inventory,
) -> impl Iterator<Item = Record> + 'a {
    let named = move |kind: Kind, name: &str| id.kind == kind && *id.name == *name;
    let versions = stored
        .versions
        .iter()
        .filter(move |(key, _)| named(Kind::Account, key.account.as_str()))
        .map(|(key, version)| Record::from((key.clone(), version.clone())));
    let facts = stored
        .facts
        .iter()
        .filter(move |(_, fact)| {
            fact.account()
                .is_some_and(|account| named(Kind::Account, account.as_str()))
                || fact
                    .procedure()
                    .is_some_and(|name| named(Kind::Procedure, name.as_str()))
        })
        .map(|(key, fact)| Record::from((key.clone(), fact.clone())));
    versions.chain(facts)
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
}
