//! The causes of the row: a write is denied.

use keyroll::model::diagnosis::Cause;
use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use serde_json::json;

use crate::causes::{IMPORT, STATUS, asked, at_platform, is, passed, test};

#[test]
fn the_permission_for_a_field() {
    is(
        Likely,
        "writes nothing",
        Cause::FieldPermission,
        IMPORT,
        json!({}),
    );
    let is =
        |standing, ground, records| is(standing, ground, Cause::FieldPermission, STATUS, records);
    is(
        RuledOut,
        "passed `write`",
        json!({ "fact/a": passed(STATUS, "write") }),
    );
    let reads = json!({ "permissions": ["work-order/view-work-orders"] });
    is(
        Likely,
        "no permission of the account allows `status`",
        json!({ format!("account/{STATUS}"): reads }),
    );
    let write = |status: u16| {
        test(
            STATUS,
            "write",
            "fail",
            "2026-11-01",
            json!({ "status": status }),
        )
    };
    is(
        Likely,
        "answered with status 403",
        json!({ "fact/a": write(403) }),
    );
    is(
        Unknown,
        "answered with status 409",
        json!({ "fact/a": write(409) }),
    );
    is(
        RuledOut,
        "passed `discover`",
        json!({ "fact/a": passed(STATUS, "discover") }),
    );
    is(Unknown, "no `write` of version 2", json!({}));
}

#[test]
fn the_platforms_scope() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::PlatformScope, STATUS, records);
    let account = format!("account/{STATUS}");
    is(
        Likely,
        "no scope of the account allows `status`",
        json!({ &account: { "scopes": ["base.read"] } }),
    );
    is(
        Likely,
        "failed `discover` at the platform",
        json!({ "fact/a": at_platform(STATUS, "discover", "fail") }),
    );
    is(
        RuledOut,
        "passed `discover` at the platform",
        json!({ "fact/a": at_platform(STATUS, "discover", "pass") }),
    );
    // What the provider says is not what the platform says.
    is(
        Unknown,
        "allows `status`, as declared",
        json!({ "fact/a": passed(STATUS, "discover") }),
    );
    is(
        Likely,
        "cmms.statsu",
        json!({ &account: { "scopes": ["cmms.statsu"] } }),
    );
}

#[test]
fn the_approval() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::WorkflowApproval, STATUS, records);
    let approval = format!("approval/{STATUS} status 2026-03-16");
    is(
        RuledOut,
        "`status` is approved by person/cy-chen",
        json!({ "fact/a": passed(STATUS, "write") }),
    );
    // Where no write was tried, nobody knows what waits at the provider.
    is(Unknown, "the provider's own workflow", json!({}));
    is(
        Likely,
        "the approval of `status` by person/cy-chen ended",
        json!({ &approval: { "until": "2026-11-21" } }),
    );
    is(
        Likely,
        "no approval of `status` is recorded",
        json!({ &approval: null }),
    );
    let denied = test(
        STATUS,
        "write",
        "fail",
        "2026-11-01",
        json!({ "status": 403 }),
    );
    is(
        Unknown,
        "the provider's own workflow",
        json!({ "fact/a": denied }),
    );
    asked(Cause::WorkflowApproval, IMPORT, json!({})).is(RuledOut, "no action but to read");
}

#[test]
fn whose_record_it_is() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::SourceOwnership, STATUS, records);
    let decision = |choice: &str| {
        let key = format!("decision/{STATUS} femo/hawthorne");
        let body = json!({ "choice": choice, "reason": "UniCMMS owns it", "by": "person/eva-ek", "on": "2026-03-16" });
        json!({ key: body })
    };
    is(
        Likely,
        "it was decided to read: UniCMMS owns it",
        decision("read"),
    );
    is(RuledOut, "it was decided to write", decision("write"));
    is(Unknown, "no decision and no test says", json!({}));
    is(
        RuledOut,
        "passed `write`",
        json!({ "fact/a": passed(STATUS, "write") }),
    );
    let conflict = test(
        STATUS,
        "write",
        "fail",
        "2026-11-01",
        json!({ "status": 409 }),
    );
    is(
        Likely,
        "answered with status 409",
        json!({ "fact/a": conflict }),
    );
    let none = json!({ "controls": { "conflict-rule": null } });
    is(
        Likely,
        "`controls.conflict-rule`",
        json!({ format!("account/{STATUS}"): none }),
    );
}

#[test]
fn an_account_that_may_not_write_asks_for_a_decision_and_for_no_evidence() {
    let verdict = asked(Cause::FieldPermission, IMPORT, json!({})).verdict();
    let next = format!("keyroll account set {IMPORT} level=LEVEL");
    assert_eq!(verdict.next, Some(next));
    for (cause, ground) in [
        (Cause::PlatformScope, "no action but to read"),
        (Cause::WorkflowApproval, "no action but to read"),
        (Cause::SourceOwnership, "writes nothing at the provider"),
    ] {
        asked(cause, IMPORT, json!({})).is(RuledOut, ground);
    }
}
