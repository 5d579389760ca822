//! A small inventory that no rule finds fault with, for the rules' own tests; records are put over it.

use serde_json::{Value, json};

use crate::catalog::{BuiltinRole, Glossaries, builtin_role, builtin_roles};
use crate::model::finding::Finding;
use crate::model::inventory::Inventory;
use crate::model::record::Record;
use crate::rules::{Facts, Selection, judge};

/// The day that the samples are judged by.
pub const AS_OF: &str = "2026-11-22";

/// The account of the sample.
pub const ACCOUNT: &str = "account/unicmms-production-import-hawthorne";

/// The clean inventory.
pub fn clean() -> Inventory {
    let records = json!({
        "organisation": { "name": "FEMO", "secret-stores": ["age", "keyring"], "max-lifetime": "90d" },
        "person/anna-berg": { "name": "Anna Berg", "tenant": "femo", "workplace": ["femo/hawthorne"] },
        "person/jo-miller": { "name": "Jo Miller", "tenant": "femo", "workplace": ["femo/hawthorne"] },
        "team/integration": { "name": "Integration", "members": ["anna-berg"] },
        "boundary/femo": { "kind": "tenant", "name": "FEMO", "tenant-role": "operator" },
        "boundary/femo/hawthorne": { "kind": "facility", "name": "Hawthorne" },
        "boundary/femo/hawthorne/press-01": { "kind": "machine", "name": "Press 01" },
        "boundary/femo/berlin": { "kind": "facility", "name": "Berlin" },
        "platform/factverse": { "catalog": "factverse",
            "environment": { "production": { "endpoint": "https://factverse.example" } } },
        "provider/unicmms": { "product": "UniCMMS", "catalog": "unicmms", "contact": "support@unicmms.example",
            "reviewed": "2026-10-01", "max-live-credentials": 2, "environment": {
                "production": { "endpoint": "https://femo.unicmms.example/api" },
                "staging": { "endpoint": "https://femo-staging.unicmms.example/api" } } },
        "rotation/standard": { "every": "60d", "warn": "14d", "overlap": "24h", "on-owner-change": true },
        "procedure/unicmms-revoke": { "kind": "revoke", "step": [{ "title": "Delete", "manual": "Delete the key." }] },
        "consumer/etl-01": { "host": "etl-01" },
        "account/unicmms-production-import-hawthorne": {
            "provider": "unicmms", "environment": "production", "boundary": ["femo/hawthorne"],
            "workflow": "import", "level": "read-only-import", "purpose": "Pull work orders",
            "owner": { "business": "person/anna-berg", "technical": "team/integration" },
            "permissions": ["asset/view-asset-attachments", "asset/view-asset-status", "asset/view-assets",
                "facility/view-facilities", "hierarchy/view-site-asset-hierarchy",
                "work-order/view-work-order-attachments", "work-order/view-work-orders"],
            "scopes": ["base.read"], "platform": "factverse", "expires": "2027-03-31",
            "rotation": "standard", "revoke": "unicmms-revoke",
            "audit": { "records": ["import", "retry", "failure"], "sink": "sync-log" },
            "consumers": ["etl-01"], "status": "active",
            "credential": { "kind": "api-key", "store": "age", "identity": ["svc-femo-import"] } },
        "approval/unicmms-production-import-hawthorne read 2026-10-01": { "by": "person/jo-miller" },
        "role/machine-operator": { "tenant-role": "operator", "catalog": "unicmms",
            "permissions": ["asset/view-assets", "work-order/view-work-orders"] },
        "assignment/person/jo-miller machine-operator femo/hawthorne": {
            "principal": "person/jo-miller", "role": "machine-operator", "at": "femo/hawthorne" },
    });
    with_over(with_over(Inventory::default(), records), proven())
}

/// What happened: its version 1, should there be one, was tested, and the rest was done in time.
fn proven() -> Value {
    let name = ACCOUNT.trim_start_matches("account/");
    let tested = |probe: &str| {
        json!({ "fact": "evidence", "account": name, "version": 1, "probe": probe, "outcome": "pass",
            "on": "2026-11-02" })
    };
    json!({
        "fact/authenticate": tested("authenticate"),
        "fact/read": tested("read"),
        "fact/drill": { "fact": "drill", "procedure": "unicmms-revoke", "on": "2026-10-30", "result": "pass" },
        "fact/review": { "fact": "review", "account": name, "on": "2026-10-01", "by": "person/anna-berg",
            "verdict": "keep" },
        "fact/seen": { "fact": "seen", "account": name, "on": "2026-11-20" },
        "fact/fail-closed": { "fact": "fail-closed", "account": name, "version": 1, "consumer": "etl-01",
            "outcome": "pass", "on": "2026-10-30" },
    })
}

/// The clean inventory with records put over it. A table is merged into the record of that id, null takes a field out;
/// a record set to null is taken out.
pub fn with(records: Value) -> Inventory {
    with_over(clean(), records)
}

fn with_over(mut inventory: Inventory, records: Value) -> Inventory {
    for (id, change) in records.as_object().expect("records by id") {
        let id = id.parse().expect("a record's id");
        let old = inventory.remove(&id);
        if change.is_null() {
            continue;
        }
        let mut body = old.map_or(json!({}), |record| record.to_value());
        merge(&mut body, change);
        inventory.put(Record::from_value(&id, body).expect("a record"));
    }
    inventory
}

fn merge(body: &mut Value, change: &Value) {
    match (body, change) {
        (Value::Object(body), Value::Object(change)) => {
            for (key, value) in change {
                if value.is_null() {
                    body.shift_remove(key);
                } else {
                    merge(body.entry(key.as_str()).or_insert(Value::Null), value);
                }
            }
        }
        (body, change) => *body = change.clone(),
    }
}

/// What all rules find in the clean inventory with records put over it, at pedantic.
pub fn findings(records: Value) -> Vec<Finding> {
    let inventory = with(records);
    let glossaries = Glossaries::of(&inventory);
    let facts = Facts::new(&inventory, &glossaries, AS_OF.parse().expect("a date"));
    judge(
        &facts,
        &Selection {
            pedantic: true,
            ..Selection::all()
        },
    )
}

/// The same as `rule subject field` lines, to compare with.
pub fn found(records: Value) -> Vec<String> {
    let shown = |f: Finding| {
        format!("{} {} {}", f.rule, f.subject, f.field)
            .trim_end()
            .to_owned()
    };
    findings(records).into_iter().map(shown).collect()
}

/// An assignment of a role at the site where everybody of the sample works.
fn seat(person: &str, role: &str) -> (String, Value) {
    let id = format!("assignment/person/{person} {role} femo/hawthorne");
    let principal = format!("person/{person}");
    (
        id,
        json!({ "principal": principal, "role": role, "at": "femo/hawthorne" }),
    )
}

#[test]
fn a_built_in_role_that_is_declared_and_held_is_clean() {
    for BuiltinRole { name, role, .. } in builtin_roles() {
        let (id, seat) = seat("anna-berg", name.as_str());
        let declared = json!({ format!("role/{name}"): serde_json::to_value(role).expect("a role"), id: seat });
        assert_eq!(found(declared), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn the_small_plant_of_the_rbac_page_is_clean() {
    for prefix in ["", "unicmms-"] {
        let mut records = serde_json::Map::new();
        for role in ["workshop-manager", "machine-operator"] {
            let name = format!("{prefix}{role}");
            let builtin = builtin_role(&name).expect("it is built in");
            let body = serde_json::to_value(&builtin.role).expect("a role");
            records.insert(format!("role/{name}"), body);
            records.extend([seat("anna-berg", &name)]);
        }
        assert_eq!(found(Value::Object(records)), Vec::<String>::new());
    }
}

#[test]
fn the_sample_is_clean() {
    assert_eq!(found(json!({})), Vec::<String>::new());
}
