//! `unknown-scope`: a platform scope that its glossary does not list.

use crate::model::finding::Severity;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::unlisted;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unknown-scope",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a platform scope that its glossary does not list",
    explain: r##"An account lists a scope that the glossary of its platform does not know. Such a line grants nothing, or something that nobody has looked up: no rule can say what it does, and tomorrow the platform refuses a call that the inventory seems to allow. Wildcards are left to `wildcard-grant`.

## Fix

Write the key as the glossary has it (`keyroll catalog` searches it). If the scope exists and the glossary lacks it, add it to a glossary file of your own and name that file.

## Example

```toml
scopes = ["base.raed"]  # bad: no such scope
```

```toml
scopes = ["base.read"]  # good
```

Source: Guide, Permission glossary: platform scopes keep their own dotted spelling."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    unlisted::find(facts, findings, ("scope", "scopes"), |holder| {
        &holder.scopes
    });
    for (id, platform) in &facts.inventory.platforms {
        if let (Some(name), Some(map)) = (&platform.catalog, &platform.log) {
            let here = RecordId::new(Kind::Platform, id);
            unlisted::in_log(facts, findings, "scope", (&here, name, map));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_scope_that_the_glossary_lacks_is_found_where_it_stands() {
        let records = json!({ ACCOUNT: { "scopes": ["base.read", "base.raed"] } });
        assert_eq!(
            found(records.clone()),
            [format!("unknown-scope {ACCOUNT} scopes[1]")]
        );
        let fix = crate::rules::sample::findings(records)[0].fix.clone();
        assert_eq!(fix.as_deref(), Some("did you mean `base.read`?"));
    }

    #[test]
    fn a_word_of_a_log_that_means_no_scope_is_found() {
        let log = json!({ "form": "csv", "fields": { "time": "T", "identity": "I", "action": "A" },
            "actions": { "import": "base.read", "push": "status", "draft": "base.wirte" } });
        let provider = json!({ "form": "csv", "fields": { "time": "T", "identity": "I", "action": "A" },
            "actions": { "list": "asset/view-asets" } });
        let records = json!({ "platform/factverse": { "log": log }, "provider/unicmms": { "log": provider } });
        let expected = [
            "unknown-scope platform/factverse log.actions.draft",
            "unknown-permission provider/unicmms log.actions.list",
        ];
        assert_eq!(found(records), expected);
    }

    #[test]
    fn without_a_glossary_nothing_is_judged() {
        let records = json!({ ACCOUNT: { "scopes": ["base.read", "base.raed"] }, "platform/factverse": { "catalog": null } });
        assert_eq!(found(records), [format!("no-glossary {ACCOUNT} scopes")]);
    }
}
