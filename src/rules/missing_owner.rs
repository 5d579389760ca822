//! `missing-owner`: no business or no technical owner, or one that is unknown.

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::Principal;
use crate::model::inventory::Inventory;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-owner",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "no business or no technical owner, or one that is unknown",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An account needs a business owner, who can say whether it is still needed, and a technical owner, who can rotate and
revoke it. Without one of them, or with one that the roll does not know, nobody notices when the account should end.

## Fix

Name both owners, as `person/NAME`, `team/NAME` or `account/NAME`, and see that they are in the inventory.

## Example

```toml
# bad: who decides whether this account is still needed?
owner = { technical = "team/integration" }
```

```toml
# good
owner = { business = "person/anna-berg", technical = "team/integration" }
```

Source: Guide, prerequisites; OWASP NHI 1:2025; CIS Control 5.5
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let owners = [
            ("business", &account.owner.business),
            ("technical", &account.owner.technical),
        ];
        for (part, owner) in owners {
            let field = FieldPath::of("owner").key(part);
            match owner {
                None => {
                    findings
                        .account(id, field, format!("no {part} owner"))
                        .fix(format!("name one: `owner.{part} = \"person/NAME\"`"));
                }
                Some(owner) if !is_known(facts.inventory, owner) => {
                    let near = nearest(facts.inventory, owner, findings);
                    findings
                        .account(
                            id,
                            field,
                            format!("the {part} owner `{owner}` is not in the roll"),
                        )
                        .wants(owner.as_str().parse().ok())
                        .did_you_mean(near.as_deref(), "name one that is, or add them");
                }
                Some(_) => {}
            }
        }
    }
}

fn is_known(inventory: &Inventory, owner: &Principal) -> bool {
    match owner.parts() {
        ("person", name) => inventory.people.contains_key(name),
        ("team", name) => inventory.teams.contains_key(name),
        (_, name) => inventory.accounts.contains_key(name),
    }
}

/// The known principal of the same kind that was meant.
fn nearest(inventory: &Inventory, owner: &Principal, findings: &mut Findings) -> Option<String> {
    let (kind, name) = owner.parts();
    let near = match kind {
        "person" => findings.near(name, inventory.people.keys().map(AsRef::as_ref)),
        "team" => findings.near(name, inventory.teams.keys().map(AsRef::as_ref)),
        _ => findings.near(name, inventory.accounts.keys().map(AsRef::as_ref)),
    };
    near.map(|near| format!("{kind}/{near}"))
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn an_absent_owner_is_found_where_the_owners_stand() {
        let found = sample::found(json!({ sample::ACCOUNT: { "owner": { "business": null } } }));
        assert_eq!(
            found,
            ["missing-owner account/unicmms-production-import-hawthorne owner.business"]
        );
    }

    #[test]
    fn an_account_without_owners_lacks_both() {
        let found = sample::found(json!({ sample::ACCOUNT: { "owner": null } }));
        assert_eq!(found.len(), 2, "{found:?}");
    }

    #[test]
    fn an_unknown_owner_is_found_with_the_name_that_was_meant() {
        let findings = sample::findings(json!({
            sample::ACCOUNT: { "owner": { "technical": "team/integratoin" } },
        }));
        let found = findings.iter().find(|f| f.rule == "missing-owner").unwrap();
        assert_eq!(found.field.to_string(), "owner.technical");
        assert_eq!(
            found.fix.as_deref(),
            Some("did you mean `team/integration`?")
        );
    }

    #[test]
    fn retired_accounts_need_no_owner() {
        let found = sample::found(json!({
            sample::ACCOUNT: { "owner": null, "status": "retired" },
        }));
        assert!(
            !found.iter().any(|line| line.starts_with("missing-owner")),
            "{found:?}"
        );
    }
}
