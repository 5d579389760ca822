//! `wildcard-grant`: `*` or a manage-everything permission.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "wildcard-grant",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "`*` or a manage-everything permission",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A permission or scope stands for everything: a `*`, or a manage-everything right. What it covers grows with each release
of the provider, and nobody can say any more what the account may do.

## Fix

Name the entitlements that the workflow needs, one by one.

## Example

```toml
# bad
permissions = ["work-order/*"]
```

```toml
# good
permissions = ["work-order/view-work-orders", "work-order/view-work-order-attachments"]
```

Source: OWASP NHI 5:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let grants = facts.grants();
    for holder in &grants.holders {
        for (side, _, list) in grants.sides(holder) {
            for (at, grant) in list.iter().enumerate().filter(|(_, grant)| grant.wildcard) {
                let message = format!("`{}` grants everything that it covers", grant.key);
                findings
                    .account(holder.id, FieldPath::of(side).index(at), message)
                    .fix("name the entitlements that the workflow needs, one by one");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn a_wildcard_is_found_on_either_side() {
        let mut found = sample::found(json!({ sample::ACCOUNT: {
            "permissions": ["asset/view-assets", "asset/*"], "scopes": ["base.read", "base.all"],
        } }));
        found.retain(|line| line.starts_with("wildcard-grant"));
        assert_eq!(
            found,
            [
                "wildcard-grant account/unicmms-production-import-hawthorne permissions[1]",
                "wildcard-grant account/unicmms-production-import-hawthorne scopes[1]",
            ]
        );
    }
}
