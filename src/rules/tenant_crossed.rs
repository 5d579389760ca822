//! `tenant-crossed`: one account whose boundary spans two tenants.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "tenant-crossed",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "one account whose boundary spans two tenants",
    explain: r##"An account acts in two tenants. Whoever holds its secret reads the one and reaches the other, neither tenant can revoke it alone, and an error in one is a breach in both.

## Fix

Declare one account for each tenant, each with an identity and a secret of its own.

## Example

```toml
boundary = ["femo/hawthorne", "acme/leeds"]  # bad: two tenants
```

```toml
boundary = ["femo/hawthorne", "femo/berlin"]  # good: two sites of one tenant
```

Source: Guide, scope review; OWASP NHI9:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let known = account.boundary.iter().enumerate();
        let mut known = known.filter(|(_, node)| facts.inventory.boundaries.contains_key(*node));
        let Some((_, first)) = known.next() else {
            continue;
        };
        if let Some((at, other)) = known.find(|(_, node)| node.root() != first.root()) {
            let message = format!(
                "the boundary spans two tenants: `{}` and `{}`",
                first.root(),
                other.root()
            );
            findings
                .account(id, FieldPath::of("boundary").index(at), message)
                .fix("declare an account of its own for each tenant");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_second_tenant_is_found_where_it_stands() {
        let records = json!({
            "boundary/acme": { "kind": "tenant", "name": "Acme" },
            ACCOUNT: { "boundary": ["femo/hawthorne", "femo/berlin", "acme"] },
        });
        assert_eq!(
            found(records),
            [format!("tenant-crossed {ACCOUNT} boundary[2]")]
        );
    }

    #[test]
    fn two_sites_of_one_tenant_are_one_tenant() {
        let records = json!({ ACCOUNT: { "boundary": ["femo/hawthorne", "femo/berlin"] } });
        assert!(
            !found(records)
                .iter()
                .any(|line| line.starts_with("tenant-crossed"))
        );
    }
}
