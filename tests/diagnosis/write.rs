//! The causes of the row: a write is denied.

use keyroll::model::diagnosis::Cause;
use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use serde_json::{Value, json};

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
    // It lists permissions, and no fields.
    is(
        Unknown,
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
    // What is written at the platform alone shows there.
    let files = |fact: Option<Value>| {
        let approval = json!({ "by": "person/cy-chen", "until": "2027-03-31" });
        json!({ format!("account/{STATUS}"): { "level": "attachment-sync" },
            format!("approval/{STATUS} attachment 2026-03-16"): approval, "fact/a": fact })
    };
    is(Unknown, "the platform's own workflow", files(None));
    let written = at_platform(STATUS, "write", "pass");
    is(RuledOut, "is approved", files(Some(written)));
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

#[test]
fn a_decision_to_read_counts_where_the_account_works_and_nothing_says_that_it_writes() {
    let decision = |place: &str, choice: &str| {
        let body = json!({ "choice": choice, "reason": "so it is", "by": "person/eva-ek", "on": "2026-03-16" });
        (format!("decision/{STATUS} {place}"), body)
    };
    let read_here = decision("femo/hawthorne", "read");
    let with = |more: &[(String, Value)]| {
        let all = more.iter().cloned();
        Value::Object(all.collect())
    };
    let verdict = asked(
        Cause::SourceOwnership,
        STATUS,
        with(std::slice::from_ref(&read_here)),
    );
    assert_eq!(verdict.verdict().weight, 7);
    let is =
        |standing, ground, records| is(standing, ground, Cause::SourceOwnership, STATUS, records);
    let wrote = ("fact/a".to_owned(), passed(STATUS, "write"));
    is(RuledOut, "passed `write`", with(&[read_here, wrote]));
    // Another place is none of its concern.
    let elsewhere = decision("femo/berlin", "read");
    let place = json!({ "kind": "facility", "name": "Berlin" });
    let place = ("boundary/femo/berlin".to_owned(), place);
    let write_here = decision("femo/hawthorne", "write");
    let both = [elsewhere.clone(), place.clone(), write_here];
    is(RuledOut, "it was decided to write", with(&both));
    is(
        Unknown,
        "no decision and no test",
        with(&[elsewhere, place]),
    );
}
