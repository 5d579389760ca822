//! `missing-control`: a control that the access level demands and that is not stated.

use crate::catalog::AGENT_GATES;
use crate::model::access::Level;
use crate::model::account::Controls;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-control",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a control that the access level demands and that is not stated",
    explain: r##"Each access level that does more than read comes with controls that hold it back: which side wins a conflict, which fields may be written, how a bad write is undone. The account does not state all that its level demands (`keyroll level show LEVEL` lists them); a text that is blank states nothing. Nobody then knows, on the day of the first wrong write, what was agreed. The gates of an AI agent are left to `agent-without-gate`.

## Fix

Settle each control with the owner of the system, write it under the account, and see that the integration does it. Until then, keep the account at a level that needs none of it.

## Example

```toml
level = "status-sync"
[account.unicmms-production-status-sync-hawthorne.controls]
retry-log = "sync-log"  # bad: which side wins, and who approved that?
```

```toml
level = "status-sync"
[account.unicmms-production-status-sync-hawthorne.controls]
conflict-rule = "UniCMMS wins; what changed there since the last read is not overwritten"
retry-log = "sync-log"
owner-approval = "person/anna-berg"  # good
```

Source: Guide, access levels."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let levels = facts.policy.levels();
    for (id, account) in facts.accounts() {
        let demanded = &levels.policy(account.level).controls;
        if demanded.is_empty() {
            continue;
        }
        let stated = account.stated_controls();
        let is_stated = |control: &str| stated.contains(&(control, true));
        let is_gate =
            |control: &str| account.level == Level::AiAgentDraft && AGENT_GATES.contains(&control);
        let absent = || {
            let demanded = demanded.iter().map(|control| control.as_str());
            demanded.filter(|control| !is_stated(control) && !is_gate(control))
        };
        if absent().next().is_none() {
            continue;
        }
        let field = if *account.controls == Controls::default() {
            FieldPath::record()
        } else {
            FieldPath::of("controls")
        };
        let absent = names(absent());
        let message = format!(
            "the level `{}` demands {absent}, which is not stated",
            account.level
        );
        findings
            .account(id, field, message)
            .fix(format!("settle it and state it: `[account.{id}.controls]`"));
    }
}

#[cfg(test)]
mod tests {
    use crate::model::finding::Finding;
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn ours(level: &str, controls: Value) -> Vec<Finding> {
        let mut found = findings(json!({ ACCOUNT: { "level": level, "controls": controls } }));
        found.retain(|finding| finding.rule == "missing-control");
        found
    }

    #[test]
    fn one_finding_names_all_that_is_not_stated() {
        let found = ours(
            "write-back",
            json!({ "fields": ["status"], "rollback": "undo" }),
        );
        let said: Vec<_> = found
            .iter()
            .map(|f| (f.field.to_string(), f.message.as_str()))
            .collect();
        let message = "the level `write-back` demands `test-window`, which is not stated";
        assert_eq!(said, [("controls".to_owned(), message)]);
        let found = ours("draft-handoff", json!(null));
        assert_eq!(found[0].field.to_string(), "");
        assert!(
            found[0]
                .message
                .contains("`supervisor`, `provider-ownership`")
        );
    }

    #[test]
    fn a_blank_text_states_nothing() {
        let with = |log: &str| {
            ours(
                "status-sync",
                json!({ "conflict-rule": "theirs", "owner-approval": "yes", "retry-log": log }),
            )
        };
        assert_eq!(with("sync-log"), []);
        assert_eq!(with("  ").len(), 1);
    }

    #[test]
    fn reading_demands_none_and_the_gates_of_an_agent_have_their_own_rule() {
        assert_eq!(ours("read-only-import", json!(null)), []);
        assert_eq!(ours("ai-agent-draft", json!(null)), []);
    }
}
