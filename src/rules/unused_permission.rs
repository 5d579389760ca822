//! `unused-permission`: a permission or scope that logs of months show no use of.

use crate::lifecycle::usage;
use crate::model::account::AccountStatus;
use crate::model::entitlement::Side;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "unused-permission",
    severity: Severity::Info,
    kind: RuleKind::State,
    summary: "a permission or scope that the logs of 90 days show no use of",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account holds the permission or scope, its log has a word for it, and in all that was read of that log nobody used
it. What is never used is not missed when it goes, and helps only whoever steals the secret.

It is judged where logs reach back at least 90 days (`limits.unseen` in the configuration), without a gap of more than a
week, and the account is older than that. A log that has no word for a permission cannot show its use: such a permission
is never told. Where the map got a word more or one less, only logs that were read since count: `words-digest` in a
reading says by which words. What is used once a year is told too; a waiver says so.

## Fix

Take it out of the account, and out of the role at the provider. `keyroll account minimise` proposes what the level
needs.

## Example

```json
{"fact":"seen","account":"etl","on":"2026-11-20","log":"audit.jsonl","reading":{"side":"provider",
 "since":"2026-08-01","until":"2026-11-20","records":4031,"used":["work-order/view-work-orders"],
 "words-digest":"612e8d56838753c1"}}
```

With this reading, `asset/view-assets` on the account is bad where `[provider.NAME.log]` has a word for it.

Source: OWASP NHI 5:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let days = i64::from(facts.policy.limits.unseen);
    for (id, account) in facts.accounts() {
        match account.status {
            AccountStatus::Active => {}
            AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => continue,
        }
        for side in [Side::Provider, Side::Platform] {
            let read = facts.readings();
            let Some(usage) = read.usage(facts.inventory, (id, account), side, days) else {
                continue;
            };
            let began = facts.history().account(id.as_str()).began;
            if usage.reach < days || began.is_some_and(|began| began > usage.from) {
                continue;
            }
            let (list, word) = match side {
                Side::Provider => ("permissions", "permission"),
                Side::Platform => ("scopes", "scope"),
            };
            let held = usage::held(account, side);
            for key in usage.never {
                let at = held.iter().position(|own| own == key).unwrap_or_default();
                let field = FieldPath::of(list).index(at);
                let message = format!("no log of {days} days shows a use of the {word} `{key}`");
                findings
                    .account(id, field, message)
                    .fix("take it out, here and at the provider, if nobody needs it");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    /// The digest of the words of the map below.
    const WORDS: &str = "612e8d56838753c1";

    fn told(since: &str, more: Value) -> Vec<String> {
        told_with(since, Some(WORDS), more)
    }

    fn told_with(since: &str, words: Option<&str>, more: Value) -> Vec<String> {
        let actions =
            json!({ "wo.list": "work-order/view-work-orders", "asset.get": "asset/view-assets" });
        let log = json!({ "form": "jsonl", "fields": { "time": "/t", "identity": "/i", "action": "/a" },
            "actions": actions });
        let reading = json!({ "side": "provider", "since": since, "until": "2026-11-20", "records": 9,
            "used": ["work-order/view-work-orders"], "words-digest": words });
        let mut records = json!({
            "provider/unicmms": { "log": log },
            "fact/seen": { "fact": "seen", "account": NAME, "on": "2026-11-20", "log": "a", "reading": reading },
        });
        for (id, body) in more.as_object().unwrap() {
            records[id] = body.clone();
        }
        let mut found = found(records);
        found.retain(|line| line.starts_with("unused-permission"));
        found
    }

    #[test]
    fn only_what_the_log_has_a_word_for_and_never_shows_is_told() {
        let line = format!("unused-permission {ACCOUNT} permissions[2]");
        assert_eq!(told("2026-08-20", json!({})), [line]);
    }

    #[test]
    fn logs_that_were_read_by_other_words_say_nothing() {
        let other = Some("0123456789abcdef");
        assert_eq!(told_with("2026-08-20", other, json!({})), [""; 0]);
        assert_eq!(told_with("2026-08-20", None, json!({})), [""; 0]);
    }

    #[test]
    fn logs_of_fewer_days_and_new_accounts_are_not_judged() {
        assert_eq!(told("2026-08-25", json!({})), [""; 0]);
        let new =
            json!({ format!("version/{NAME} 1"): { "stage": "current", "issued": "2026-10-01" } });
        assert_eq!(told("2026-08-20", new), [""; 0]);
    }
}
