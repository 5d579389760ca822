//! `unused-procedure`: a procedure that no account names.

use std::collections::HashSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unused-procedure",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a procedure that no account names",
    explain: r##"No account names the procedure, neither to rotate nor to revoke nor to roll back. Nobody rehearses it, so it ages; and in an emergency it is the wrong page to find first. A retired account still counts as a use.

## Fix

Name it at the accounts that it is for, or take it out.

## Example

```toml
[procedure.unicmms-revoke]  # bad: no account is revoked by it
kind = "revoke"
step = [{ title = "Delete the key", manual = "Delete it in the administration." }]
```

```toml
[account.unicmms-production-import-hawthorne]
revoke = "unicmms-revoke"  # good
```

Source: keyroll's own: what is not used goes."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let accounts = facts.inventory.accounts.values();
    let named = accounts.flat_map(|account| {
        let procedures = [&account.rotate, &account.revoke, &account.controls.rollback];
        procedures.into_iter().flatten().map(|it| it.as_str())
    });
    let used: HashSet<&str> = named.collect();
    for id in facts.inventory.procedures.keys() {
        if !used.contains(id.as_str()) {
            let message = format!("no account names the procedure `{id}`");
            findings
                .at(
                    RecordId::new(Kind::Procedure, id),
                    FieldPath::record(),
                    message,
                )
                .fix("name it at the accounts that it is for, or take it out");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    fn with(account: Value) -> Vec<String> {
        let step = json!([{ "title": "Go back", "manual": "Restore the fields." }]);
        found(json!({ "procedure/back": { "kind": "rollback", "step": step }, ACCOUNT: account }))
    }

    #[test]
    fn a_procedure_that_no_account_names_is_found() {
        assert_eq!(with(json!({})), ["unused-procedure procedure/back"]);
    }

    #[test]
    fn every_field_that_names_one_is_a_use() {
        for account in [
            json!({ "rotate": "back" }),
            json!({ "controls": { "rollback": "back" } }),
        ] {
            let found = with(account);
            assert!(
                !found.iter().any(|line| line.starts_with("unused-")),
                "{found:?}"
            );
        }
        let retired = with(json!({ "rotate": "back", "status": "retired" }));
        assert!(
            !retired.iter().any(|line| line.starts_with("unused-")),
            "{retired:?}"
        );
    }
}
