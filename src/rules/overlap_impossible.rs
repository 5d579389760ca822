//! `overlap-impossible`: a policy that wants overlap at a provider with one live credential.

use crate::model::finding::{FieldPath, Severity};
use crate::model::rotation::{Rotation, Strategy};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "overlap-impossible",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "a policy that wants overlap at a provider with one live credential",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The rotation policy wants the old and the new credential to live side by side for a while, at a provider where an
identity can have only one. Making the second one ends the first at once: the integration stops in the middle of a
rotation that was planned to be seamless.

## Fix

Give the account two identities and rotate them in turn (blue/green), or choose a policy with `strategy = "single"` and
plan for the cut.

## Example

```toml
# bad: the second key ends the first
[provider.maximo]
max-live-credentials = 1

[rotation.standard]
every = "60d"
overlap = "24h"
```

```toml
# good: two identities in turn
[rotation.standard]
every = "60d"
strategy = "blue-green"

[account.maximo-production-import-berlin.credential]
kind = "api-key"
store = "age"
identity = ["svc-femo-import-a", "svc-femo-import-b"]
```

Source: Guide, rotation plan; the providers' own limits
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let Some(name) = &account.rotation else {
            continue;
        };
        let policy = facts.inventory.rotations.get(name);
        let provider = facts.inventory.providers.get(&account.provider);
        let single = provider.is_some_and(|provider| provider.max_live_credentials == Some(1));
        let identities = account.credential.as_ref().map_or(0, |c| c.identity.len());
        if single && identities < 2 && policy.is_some_and(overlaps) {
            let message = format!(
                "`{name}` wants two live credentials; `{}` allows one for each identity",
                account.provider
            );
            findings.account(id, FieldPath::of("rotation"), message).fix(
                "name two identities and rotate blue/green, or use a policy with `strategy = \"single\"`",
            );
        }
    }
}

/// Whether the policy keeps the old version alive beside the new one.
fn overlaps(policy: &Rotation) -> bool {
    match policy.strategy {
        Some(Strategy::Overlap) => true,
        Some(Strategy::Single | Strategy::BlueGreen) => false,
        None => policy
            .overlap
            .as_ref()
            .is_some_and(|span| span.minutes() > 0),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    fn single_slot(policy: serde_json::Value, identities: &[&str]) -> Vec<String> {
        let mut found = sample::found(json!({
            "provider/unicmms": { "max-live-credentials": 1 },
            "rotation/standard": policy,
            sample::ACCOUNT: { "credential": { "identity": identities } },
        }));
        found.retain(|line| line.starts_with("overlap-impossible"));
        found
    }

    #[test]
    fn an_overlap_needs_a_second_slot() {
        let line = format!("overlap-impossible {} rotation", sample::ACCOUNT);
        assert_eq!(single_slot(json!({}), &["a"]), std::slice::from_ref(&line));
        let named = json!({ "strategy": "overlap", "overlap": null });
        assert_eq!(single_slot(named, &[]), [line]);
    }

    #[test]
    fn two_identities_or_a_cut_need_none() {
        let none = Vec::<String>::new();
        assert_eq!(single_slot(json!({}), &["a", "b"]), none);
        assert_eq!(single_slot(json!({ "strategy": "single" }), &["a"]), none);
        assert_eq!(single_slot(json!({ "overlap": null }), &["a"]), none);
        assert_eq!(single_slot(json!({ "overlap": null }), &["a"]), none);
    }
}
