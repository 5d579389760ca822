//! `agent-without-gate`: an AI-agent account without its gates.

use crate::catalog::AGENT_GATES;
use crate::model::access::Level;
use crate::model::account::{Account, Controls};
use crate::model::finding::{FieldPath, Severity};
use crate::model::text::Text;
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "agent-without-gate",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "an AI-agent account without its gates",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An AI agent acts on texts that others wrote, so what holds it back must not be its own judgement. Its account names the
tools it may call, the slice of endpoints behind them and that the tenant has enabled it; and a person reviews each
draft, each draft names its sources, and each action is approved on its own.

## Fix

State all six, and see that they are in place at the provider. Suspend the account until then.

## Example

```toml
# bad: nobody looks at what the agent drafts
[account.unicmms-production-agent-draft.controls]
source-citation = "every draft names the records it rests on"
action-approval = "each draft on its own"
```

```toml
# good
[account.unicmms-production-agent-draft.controls]
review-gate = "person/anna-berg"
source-citation = "every draft names the records it rests on"
action-approval = "each draft on its own"

[account.unicmms-production-agent-draft.agent]
tools = ["list_work_orders", "draft_work_request"]
endpoint-slice = "/mcp/base/"
tenant-enabled = true
```

Source: Guide, access levels and scope review
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        if account.level != Level::AiAgentDraft {
            continue;
        }
        let agent = absent_of_agent(account);
        let controls = absent_of_controls(account);
        if agent.is_empty() && controls.is_empty() {
            continue;
        }
        let field = if !controls.is_empty() && *account.controls != Controls::default() {
            FieldPath::of("controls")
        } else if account.agent.is_some() {
            FieldPath::of("agent")
        } else {
            FieldPath::record()
        };
        let agent = agent.into_iter().map(str::to_owned);
        let absent = names(agent.chain(controls));
        findings
            .account(id, field, format!("an AI agent without {absent}"))
            .fix("state each of them, or suspend the account until they are in place");
    }
}

fn absent_of_agent(account: &Account) -> Vec<&'static str> {
    let agent = account.agent.as_ref();
    let tools = agent.is_some_and(|agent| agent.tools.iter().any(|tool| !tool.is_blank()));
    let slice = agent.is_some_and(|agent| is_stated(&agent.endpoint_slice));
    let enabled = agent.is_some_and(|agent| agent.tenant_enabled);
    absent([
        ("agent.tools", tools),
        ("agent.endpoint-slice", slice),
        ("agent.tenant-enabled", enabled),
    ])
}

fn absent_of_controls(account: &Account) -> Vec<String> {
    let stated = account.stated_controls();
    let absent = AGENT_GATES
        .iter()
        .filter(|gate| !stated.contains(&(gate, true)));
    absent.map(|gate| format!("controls.{gate}")).collect()
}

fn is_stated(text: &Option<Text>) -> bool {
    text.as_ref().is_some_and(|text| !text.is_blank())
}

fn absent(keys: [(&'static str, bool); 3]) -> Vec<&'static str> {
    keys.into_iter()
        .filter(|(_, stated)| !stated)
        .map(|(key, _)| key)
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    /// The sample's account as a gated agent, with changes.
    fn agent(agent: serde_json::Value, controls: serde_json::Value) -> Vec<String> {
        let mut found = sample::found(json!({ sample::ACCOUNT: {
            "level": "ai-agent-draft", "agent": agent, "controls": controls,
        } }));
        found.retain(|line| line.starts_with("agent-without-gate"));
        found
    }

    #[test]
    fn each_gate_is_looked_for_where_it_should_stand() {
        let tools = json!({ "tools": ["list"], "endpoint-slice": "/mcp/", "tenant-enabled": true });
        let gates = json!({ "review-gate": "person/anna-berg", "source-citation": "always",
            "action-approval": "each" });
        let some =
            json!({ "review-gate": " ", "source-citation": "always", "action-approval": "each" });
        let line = |field: &str| vec![format!("agent-without-gate {} {field}", sample::ACCOUNT)];
        assert_eq!(agent(tools.clone(), gates.clone()), Vec::<String>::new());
        assert_eq!(agent(tools.clone(), some), line("controls"));
        assert_eq!(agent(tools, json!(null)), line("agent"));
        assert_eq!(
            agent(json!({ "tools": ["list"] }), gates.clone()),
            line("agent")
        );
        let record = vec![format!("agent-without-gate {}", sample::ACCOUNT)];
        assert_eq!(agent(json!(null), gates), record);
        assert_eq!(agent(json!(null), json!(null)), record);
    }

    #[test]
    fn one_finding_names_all_that_is_absent() {
        let findings = sample::findings(json!({ sample::ACCOUNT: {
            "level": "ai-agent-draft", "agent": { "tools": ["list"], "tenant-enabled": true },
            "controls": { "review-gate": "person/anna-berg", "source-citation": "always" },
        } }));
        let found = findings
            .iter()
            .find(|f| f.rule == "agent-without-gate")
            .unwrap();
        assert_eq!(
            found.message,
            "an AI agent without `agent.endpoint-slice`, `controls.action-approval`"
        );
    }
}
