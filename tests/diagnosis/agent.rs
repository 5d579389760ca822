//! The causes of the row: an AI agent cannot call a tool.

use keyroll::model::diagnosis::Cause;
use keyroll::model::diagnosis::Standing::{Likely, RuledOut, Unknown};
use serde_json::{Value, json};

use crate::causes::{AGENT, STATUS, asked, at_platform, is, passed, test};

#[test]
fn the_scope_of_the_tools() {
    let is = |standing, ground, records| is(standing, ground, Cause::ToolScope, AGENT, records);
    let account = format!("account/{AGENT}");
    is(
        Likely,
        "names no tools",
        json!({ &account: { "agent": { "tools": null } } }),
    );
    is(
        Likely,
        "no scope of the account allows `draft`",
        json!({ &account: { "scopes": ["base.read"] } }),
    );
    is(
        RuledOut,
        "passed `discover` at the platform",
        json!({ "fact/a": at_platform(AGENT, "discover", "pass") }),
    );
    is(Unknown, "as declared", json!({}));
}

#[test]
fn the_agents_identity() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::ServiceIdentity, AGENT, records);
    is(
        Likely,
        "the account is suspended",
        json!({ format!("account/{AGENT}"): { "status": "suspended" } }),
    );
    is(
        Likely,
        "no version of its credential",
        json!({ format!("version/{AGENT} 2"): null }),
    );
    let refused = test(AGENT, "authenticate", "fail", "2026-11-01", json!({}));
    is(
        Likely,
        "failed `authenticate`",
        json!({ "fact/a": refused }),
    );
    is(
        RuledOut,
        "passed `authenticate`",
        json!({ "fact/a": passed(AGENT, "authenticate") }),
    );
    is(Unknown, "no logon of version 2", json!({}));
    asked(Cause::ServiceIdentity, STATUS, json!({}))
        .is(Likely, "an agent acts by an identity of its own");
    let shared =
        json!({ "credential": { "identity": ["svc-femo-unicmms-prod-status-sync-hawthorne"] } });
    is(
        Likely,
        "svc-femo-unicmms-prod-status-sync-hawthorne",
        json!({ format!("account/{AGENT}"): shared }),
    );
}

#[test]
fn the_slice_of_endpoints() {
    let is = |standing, ground, records| is(standing, ground, Cause::EndpointSlice, AGENT, records);
    let slice = |slice: Value| json!({ format!("account/{AGENT}"): { "agent": { "endpoint-slice": slice } } });
    is(Likely, "names no slice", slice(Value::Null));
    is(
        Likely,
        "no path that begins with `/`",
        slice(json!("mcp/base")),
    );
    is(
        Likely,
        "has no environment `production`",
        json!({ "platform/factverse": { "environment": { "production": null } } }),
    );
    let mut lost = at_platform(AGENT, "discover", "inconclusive");
    lost["detail"]["status"] = json!(404);
    is(Likely, "status 404", json!({ "fact/a": lost }));
    is(
        RuledOut,
        "passed `read` at the platform",
        json!({ "fact/a": at_platform(AGENT, "read", "pass") }),
    );
    is(
        Unknown,
        "`/mcp/base/`, as declared",
        json!({ "fact/a": passed(AGENT, "read") }),
    );
}

#[test]
fn what_the_tenant_enabled() {
    let is =
        |standing, ground, records| is(standing, ground, Cause::TenantEnablement, AGENT, records);
    let off = json!({ "agent": { "tenant-enabled": false } });
    is(
        Likely,
        "has not enabled the agent",
        json!({ format!("account/{AGENT}"): off }),
    );
    is(
        RuledOut,
        "passed `read` at the platform",
        json!({ "fact/a": at_platform(AGENT, "read", "pass") }),
    );
    is(Unknown, "as declared", json!({}));
}

#[test]
fn the_newest_test_says_whether_the_platform_lets_the_agent_in_and_a_logon_alone_does_not() {
    let there = |probe: &str, outcome: &str, on: &str, status: Option<u16>| {
        let detail = json!({ "side": "platform", "status": status });
        test(AGENT, probe, outcome, on, detail)
    };
    for cause in [Cause::EndpointSlice, Cause::TenantEnablement] {
        let is = |standing, ground, records| is(standing, ground, cause, AGENT, records);
        let logon = there("authenticate", "pass", "2026-11-02", None);
        is(
            Unknown,
            "passed `authenticate`",
            json!({ "fact/a": &logon }),
        );
        let refused = there("read", "fail", "2026-11-20", Some(403));
        is(
            Unknown,
            "failed `read` at the platform",
            json!({ "fact/a": &logon, "fact/b": &refused }),
        );
        let listed = there("discover", "pass", "2026-11-10", None);
        is(
            Unknown,
            "failed `read` at the platform",
            json!({ "fact/a": &listed, "fact/b": &refused }),
        );
        let since = there("discover", "pass", "2026-11-21", None);
        is(
            RuledOut,
            "passed `discover` at the platform",
            json!({ "fact/a": &since, "fact/b": &refused }),
        );
        let no_logon = there("authenticate", "fail", "2026-11-22", Some(401));
        is(
            Unknown,
            "failed `authenticate` at the platform",
            json!({ "fact/a": &since, "fact/b": &no_logon }),
        );
    }
}

#[test]
fn the_gate() {
    let is = |standing, ground, records| is(standing, ground, Cause::ReviewGate, AGENT, records);
    let none = json!({ "controls": { "review-gate": null } });
    is(
        Likely,
        "`controls.review-gate`",
        json!({ format!("account/{AGENT}"): none }),
    );
    is(
        Likely,
        "`person/wm-hawthorne`, who reviews, has left",
        json!({ "person/wm-hawthorne": { "left": "2026-11-20" } }),
    );
    is(
        Unknown,
        "`person/wm-hawthorne` reviews each draft",
        json!({ "person/wm-hawthorne": { "left": "2026-11-23" } }),
    );
    is(
        Likely,
        "no approval of `draft`",
        json!({ format!("approval/{AGENT} draft 2026-03-16"): null }),
    );
    is(
        RuledOut,
        "passed `write` at the platform",
        json!({ "fact/a": at_platform(AGENT, "write", "pass") }),
    );
}
