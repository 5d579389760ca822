//! FEMO, as the RBAC page tells it: three sites, and a new machine operator at Hawthorne.

use serde_json::json;

use crate::engine::{answer, inventory};

/// A producing company called FEMO has three production sites, and every site has multiple assets.
fn femo() -> serde_json::Value {
    json!({
        "boundary/femo": { "kind": "tenant", "name": "FEMO", "tenant-role": "operator" },
        "boundary/femo/hawthorne": { "kind": "facility", "name": "Hawthorne, US" },
        "boundary/femo/hawthorne/press-01": { "kind": "machine", "name": "Press 01" },
        "boundary/femo/hawthorne/press-02": { "kind": "machine", "name": "Press 02" },
        "boundary/femo/berlin": { "kind": "facility", "name": "Berlin, DE" },
        "boundary/femo/berlin/mill-01": { "kind": "machine", "name": "Mill 01" },
        "boundary/femo/billund": { "kind": "facility", "name": "Billund, DK" },
        "boundary/femo/billund/mould-01": { "kind": "machine", "name": "Mould 01" },
        "role/machine-operator": { "tenant-role": "operator", "catalog": "unicmms", "permissions": ["asset/view-assets"] },
    })
}

fn sees(records: &serde_json::Value, asset: &str) -> bool {
    let inventory = inventory(records.clone());
    answer(
        &inventory,
        "unicmms",
        &format!("person/new-operator asset/view-assets {asset}"),
    )
    .is_yes()
}

#[test]
fn the_new_operator_sees_the_assets_at_hawthorne_and_no_others() {
    let mut records = femo();
    // The admin user creates a new user account, and the user gets invited.
    records["person/new-operator"] = json!({ "name": "New operator", "tenant": "femo" });
    records["invitation/new-operator"] = json!({ "status": "pending", "since": "2026-11-20" });
    // Assigns the Machine Operator role to this user, with the facility in Hawthorne as the scope of the assignment.
    records["assignment/person/new-operator machine-operator femo/hawthorne"] = json!({ "principal": "person/new-operator", "role": "machine-operator", "at": "femo/hawthorne" });
    assert!(
        !sees(&records, "femo/hawthorne/press-01"),
        "invited means no access yet"
    );
    records["invitation/new-operator"] = json!({ "status": "accepted", "since": "2026-11-21" });
    for (asset, expected) in [
        ("femo/hawthorne/press-01", true),
        ("femo/hawthorne/press-02", true),
        ("femo/hawthorne", true),
        ("femo/berlin/mill-01", false),
        ("femo/billund/mould-01", false),
        ("femo", false),
    ] {
        assert_eq!(sees(&records, asset), expected, "{asset}");
    }
    // Access is revoked by removing the assignment.
    let gone = "assignment/person/new-operator machine-operator femo/hawthorne";
    records.as_object_mut().unwrap().remove(gone);
    assert!(!sees(&records, "femo/hawthorne/press-01"));
}

#[test]
fn one_person_may_have_two_roles_with_different_boundaries() {
    let mut records = femo();
    records["role/workshop-manager"] = json!({ "tenant-role": "operator", "catalog": "unicmms", "permissions": ["asset/view-asset-insights"] });
    records["person/new-operator"] = json!({ "name": "Small plant" });
    for (role, at) in [
        ("machine-operator", "femo/billund/mould-01"),
        ("workshop-manager", "femo/billund"),
    ] {
        records[format!("assignment/person/new-operator {role} {at}")] =
            json!({ "principal": "person/new-operator", "role": role, "at": at });
    }
    assert!(sees(&records, "femo/billund/mould-01") && !sees(&records, "femo/billund"));
    let inventory = inventory(records);
    assert!(
        answer(
            &inventory,
            "unicmms",
            "person/new-operator asset/view-asset-insights femo/billund"
        )
        .is_yes()
    );
}
