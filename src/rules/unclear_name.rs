//! `unclear-name`: a name that does not say provider, environment and workflow.

use crate::model::account::Account;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unclear-name",
    severity: Severity::Info,
    kind: RuleKind::Static,
    summary: "a name that does not say provider, environment and workflow",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account's name does not say its provider, its environment and its workflow, each in whole words and in the order of
the organisation's pattern. In a log or a provider's user list the name is all there is; whoever reads it must see
whether it is production. The site is optional, and further words may follow.

## Fix

Rename the account by the pattern, here and at the provider, or set `organisation.naming` to the pattern that you use.

## Example

```toml
# bad: which system, and is it production?
[account.import-key-2]
provider = "unicmms"
environment = "production"
workflow = "import"
```

```toml
# good
[account.unicmms-production-import-hawthorne]
provider = "unicmms"
environment = "production"
workflow = "import"
```

Source: Guide, inputs
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let pattern = facts.policy.naming(facts.organisation());
    let order = order(pattern);
    for (id, account) in facts.accounts() {
        let parts = parts(account, order);
        let Some(message) = fault(id.as_str(), &parts, pattern) else {
            continue;
        };
        let name = named(account, pattern, &parts);
        findings
            .account(id, FieldPath::record(), message)
            .fix(format!("call it `{name}`"));
    }
}

/// The places of provider, environment and workflow in the pattern, in its order. What it leaves out keeps its order, at
/// the end.
fn order(pattern: &str) -> [usize; 3] {
    let mut order = [0, 1, 2];
    let words = ["{provider}", "{environment}", "{workflow}"];
    order.sort_by_key(|at: &usize| pattern.find(words[*at]).unwrap_or(usize::MAX));
    order
}

/// What the name must say, in the order of the pattern: placeholder and value.
fn parts(account: &Account, order: [usize; 3]) -> [(&'static str, &str); 3] {
    let parts = [
        ("provider", account.provider.as_str()),
        ("environment", account.environment.as_str()),
        ("workflow", account.workflow.as_str()),
    ];
    order.map(|at| parts[at])
}

fn fault(name: &str, parts: &[(&str, &str)], pattern: &str) -> Option<String> {
    let words: Vec<&str> = name.split('-').collect();
    let mut from = 0;
    for (part, value) in parts {
        let run: Vec<&str> = value.split('-').collect();
        match position(&words, from, &run) {
            Some(at) => from = at + run.len(),
            None if position(&words, 0, &run).is_some() => {
                return Some(format!("the name is not in the order of `{pattern}`"));
            }
            None => return Some(format!("the name does not say its {part}, `{value}`")),
        }
    }
    None
}

/// Where the words of `run` stand one after the other, at or after `from`.
fn position(words: &[&str], from: usize, run: &[&str]) -> Option<usize> {
    let at = words
        .get(from..)?
        .windows(run.len())
        .position(|window| window == run)?;
    Some(from + at)
}

/// The name by the pattern, with the last name of the first boundary as its site.
fn named(account: &Account, pattern: &str, parts: &[(&str, &str)]) -> String {
    let boundary = account.boundary.first();
    let site = boundary.and_then(|path| path.as_str().rsplit('/').next());
    let mut name = pattern.replace("{site}", site.unwrap_or_default());
    for (part, value) in parts {
        name = name.replace(&format!("{{{part}}}"), value);
    }
    name.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    use super::fault;

    const PARTS: [(&str, &str); 3] = [
        ("provider", "unicmms"),
        ("environment", "production"),
        ("workflow", "status-sync"),
    ];

    fn message(name: &str) -> Option<String> {
        fault(name, &PARTS, crate::catalog::Policy::shipped().naming(None))
    }

    #[test]
    fn a_name_says_each_part_in_whole_words_and_in_order() {
        assert_eq!(message("unicmms-production-status-sync"), None);
        assert_eq!(
            message("femo-unicmms-production-eu-status-sync-hawthorne-2"),
            None
        );
        assert_eq!(
            message("unicmms-prod-status-sync").as_deref(),
            Some("the name does not say its environment, `production`")
        );
        assert_eq!(
            message("unicmms-production-status-syncs").as_deref(),
            Some("the name does not say its workflow, `status-sync`")
        );
        assert_eq!(
            message("production-unicmms-status-sync").as_deref(),
            Some("the name is not in the order of `{provider}-{environment}-{workflow}-{site}`")
        );
        assert!(message("x").is_some());
    }

    #[test]
    fn the_order_is_the_organisations() {
        let findings = sample::findings(json!({
            "organisation": { "naming": "{environment}-{provider}-{workflow}" },
        }));
        let shown: Vec<_> = findings
            .iter()
            .map(|f| (f.rule, f.fix.as_deref()))
            .collect();
        assert_eq!(
            shown,
            [("unclear-name", Some("call it `production-unicmms-import`"))]
        );
    }

    #[test]
    fn an_unclear_name_is_found_on_the_record() {
        let found = sample::found(json!({ sample::ACCOUNT: { "workflow": "export" } }));
        let line = format!("unclear-name {}", sample::ACCOUNT);
        assert!(found.contains(&line), "{found:?}");
    }
}
