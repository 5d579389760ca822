//! `unused-rotation`: a rotation policy that no account follows.

use std::collections::HashSet;

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unused-rotation",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a rotation policy that no account follows",
    explain: r##"A rotation policy is declared and no account follows it. A reader takes it for a promise that nothing keeps. A retired account still counts as a use.

## Fix

Name it at the accounts that should follow it, or take it out.

## Example

```toml
[rotation.standard]  # bad: no account follows it
every = "60d"
```

```toml
[rotation.standard]
every = "60d"

[account.unicmms-production-import-hawthorne]
rotation = "standard"  # good
```

Source: keyroll's own: what is not used goes."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let accounts = facts.inventory.accounts.values();
    let named = accounts.filter_map(|account| account.rotation.as_ref());
    let used: HashSet<&str> = named.map(|it| it.as_str()).collect();
    for id in facts.inventory.rotations.keys() {
        if !used.contains(id.as_str()) {
            let message = format!("no account follows the rotation `{id}`");
            findings
                .at(
                    RecordId::new(Kind::Rotation, id),
                    FieldPath::record(),
                    message,
                )
                .fix("name it at the accounts that should follow it, or take it out");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn a_rotation_that_no_account_follows_is_found() {
        let records = json!({ "rotation/monthly": { "every": "30d" } });
        assert_eq!(found(records), ["unused-rotation rotation/monthly"]);
    }

    #[test]
    fn a_retired_account_is_a_use() {
        let found = found(json!({ ACCOUNT: { "status": "retired" } }));
        assert_eq!(found, Vec::<String>::new());
    }
}
