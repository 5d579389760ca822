//! `missing-purpose`: no purpose.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-purpose",
    severity: Severity::Error,
    kind: RuleKind::Static,
    summary: "no purpose",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account does not say what it is for. Its permissions cannot be judged against a purpose that nobody wrote down, and
in a year nobody will dare to remove it.

## Fix

Say in one line what moves from where to where, and why.

## Example

```toml
# bad: nothing to judge the permissions by
[account.unicmms-production-import-hawthorne]
workflow = "import"
```

```toml
# good
[account.unicmms-production-import-hawthorne]
workflow = "import"
purpose = "Pull work orders, assets and status into FactVerse"
```

Source: Guide, design
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let (field, message) = match &account.purpose {
            None => (FieldPath::record(), "no purpose"),
            Some(purpose) if purpose.is_blank() => {
                (FieldPath::of("purpose"), "the purpose is blank")
            }
            Some(_) => continue,
        };
        findings
            .account(id, field, message)
            .fix("say in one line what the integration does with this account");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    #[test]
    fn an_absent_purpose_is_found_on_the_record() {
        let found = sample::found(json!({ sample::ACCOUNT: { "purpose": null } }));
        assert_eq!(
            found,
            ["missing-purpose account/unicmms-production-import-hawthorne"]
        );
    }

    #[test]
    fn a_blank_purpose_is_found_where_it_stands() {
        let found = sample::found(json!({ sample::ACCOUNT: { "purpose": " \n" } }));
        assert_eq!(
            found,
            ["missing-purpose account/unicmms-production-import-hawthorne purpose"]
        );
    }
}
