//! `dormant-account`: an account in use that no log has seen at work for long.

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "dormant-account",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "an active account that no log has seen at work for longer than the limit",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account is active, and was last seen at work more than 90 days ago (`limits.unseen` in the configuration). Nobody
would notice if somebody else used it, and nobody would miss it.

One that was never seen is told where logs of its provider and environment are read at all, and its first known version
is older than that: else it is the log that is missing, and not the work.

## Fix

Ask its business owner. Suspend it, and retire it when nobody calls; or see to it that its log is read.

## Example

```json
{"fact":"seen","account":"etl","on":"2026-07-05","log":"sync-log"}
```

Judged on 2026-11-22 this is bad; a sighting from 2026-08-24 on is good.

Source: OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let allowed = i64::from(facts.policy.limits.unseen);
    for (id, account) in facts.accounts() {
        match account.status {
            AccountStatus::Active => {}
            AccountStatus::Proposed | AccountStatus::Suspended | AccountStatus::Retired => continue,
        }
        let past = facts.history().account(id.as_str());
        let (since, message) = match (past.seen, past.began) {
            (Some(day), _) => (day, format!("last seen at work on {day}")),
            (None, Some(day)) if facts.history().has_logs(account) => (
                day,
                format!(
                    "never seen at work since {day}, in the logs of `{}` in `{}`",
                    account.provider, account.environment
                ),
            ),
            (None, _) => continue,
        };
        let age = since.days_until(facts.as_of);
        if age > allowed {
            findings
                .account(
                    id,
                    FieldPath::record(),
                    format!("{message}, more than {allowed} days ago"),
                )
                .fix(format!(
                    "ask its business owner; where nobody needs it: keyroll account suspend {id}"
                ))
                .days(allowed - age);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::credential_shared::tests::second;
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    fn told(more: Value) -> Vec<(String, Option<i64>)> {
        let mut records = json!({
            "fact/seen": null,
            format!("version/{NAME} 7"): { "stage": "current", "issued": "2026-08-01" },
        });
        records
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "dormant-account");
        ours.map(|f| (f.message, f.days)).collect()
    }

    fn seen(account: &str, on: &str) -> Value {
        json!({ "fact": "seen", "account": account, "on": on, "log": "sync-log" })
    }

    #[test]
    fn a_sighting_counts_for_ninety_days_and_no_longer() {
        assert_eq!(told(json!({ "fact/a": seen(NAME, "2026-08-24") })), []);
        let line = "last seen at work on 2026-08-23, more than 90 days ago".to_owned();
        let old = json!({ "fact/a": seen(NAME, "2026-08-23") });
        assert_eq!(told(old.clone()), [(line, Some(-1))]);
        let mut suspended = old;
        suspended[ACCOUNT] = json!({ "status": "suspended" });
        assert_eq!(told(suspended), []);
    }

    #[test]
    fn one_that_was_never_seen_is_told_where_logs_are_read_and_it_is_not_new() {
        assert_eq!(told(json!({})), [], "no log was ever read");
        let other = "account/unicmms-production-import-hawthorne-2";
        let read = json!({
            other: second(json!({})),
            "fact/a": seen("unicmms-production-import-hawthorne-2", "2026-11-20"),
        });
        let line = "never seen at work since 2026-08-01, in the logs of `unicmms` in `production`, more than 90 days ago";
        assert_eq!(told(read.clone()), [(line.to_owned(), Some(-23))]);
        let mut elsewhere = read.clone();
        elsewhere[other] = second(json!({ "environment": "staging" }));
        assert_eq!(told(elsewhere), []);
        let mut new = read;
        new[format!("version/{NAME} 7")] = json!({ "stage": "current", "issued": "2026-09-01" });
        assert_eq!(told(new), []);
    }
}
