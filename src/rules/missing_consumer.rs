//! `missing-consumer`: no job or host that uses the account.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-consumer",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "no job or host that uses the account",
    explain: r##"Nothing says which job or host uses this account. At a rotation nobody knows where the new credential has to go, at a leak nobody knows what stops, and a second user of the same key is not noticed.

## Fix

Declare the job or host and name it in the account.

## Example

```toml
[account.unicmms-production-import-hawthorne]
consumers = []  # bad: who would miss it?
```

```toml
[consumer.etl-01-import-hourly]
host = "etl-01"

[account.unicmms-production-import-hawthorne]
consumers = ["etl-01-import-hourly"]  # good
```

Source: OWASP NHI9:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let accounts = facts.accounts();
    for (id, _) in accounts.filter(|(_, account)| account.consumers.is_empty()) {
        findings
            .account(id, FieldPath::record(), "no job or host that uses it")
            .fix("declare the job or host and name it: `consumers = [\"CONSUMER\"]`");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    #[test]
    fn an_account_that_nothing_uses_is_found() {
        for consumers in [json!(null), json!([])] {
            let found = found(json!({ ACCOUNT: { "consumers": consumers } }));
            assert_eq!(found, [format!("missing-consumer {ACCOUNT}")]);
        }
    }
}
