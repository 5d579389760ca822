//! `owner-changed`: a credential that its former owner may still know.

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "owner-changed",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a credential that was not rotated since an owner changed",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
An owner of the account changed, and its current version was issued before that day. Who was owner could have read the
secret, wrote it into a job, or knows where it lies; now it is somebody else who answers for what is done with it.

A version that was issued on the day of the change is new enough. That an owner changed is recorded by whatever changes
it, or by a fact, `owner-changed`.

## Fix

Rotate the credential. Where the former owner certainly never had it, say so in a waiver with an end.

## Example

```json
{"fact":"rotated","account":"etl","version":2,"on":"2026-10-15"}
{"fact":"owner-changed","account":"etl","on":"2026-11-17"}
```

```json
{"fact":"owner-changed","account":"etl","on":"2026-11-17"}
{"fact":"rotated","account":"etl","version":3,"on":"2026-11-18"}
```

The first is bad: version 2 is older than its owner. The second is good.

Source: Guide, "Rotate credentials on schedule and after owner changes"
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        match account.status {
            AccountStatus::Active | AccountStatus::Suspended => {}
            AccountStatus::Proposed | AccountStatus::Retired => continue,
        }
        let past = facts.history().account(id.as_str());
        let (Some(changed), Some((number, version))) = (past.owner_changed, past.current) else {
            continue;
        };
        if version.issued < changed {
            let message = format!(
                "an owner changed on {changed}, and version {number} is of {}: the former owner may know it",
                version.issued
            );
            findings
                .account(id, FieldPath::of("owner"), message)
                .fix(format!("keyroll rotate {id}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::json;

    fn count(issued: &str, status: &str) -> usize {
        let all = findings(json!({
            ACCOUNT: { "status": status },
            "version/unicmms-production-import-hawthorne 1": { "stage": "current", "issued": issued },
            "fact/owner-changed unicmms-production-import-hawthorne 2026-11-17": { "fact": "owner-changed",
                "account": "unicmms-production-import-hawthorne", "on": "2026-11-17" },
            "fact/owner-changed unicmms-production-import-hawthorne 2026-11-23": { "fact": "owner-changed",
                "account": "unicmms-production-import-hawthorne", "on": "2026-11-23" },
        }));
        all.iter().filter(|f| f.rule == "owner-changed").count()
    }

    #[test]
    fn a_version_of_the_day_of_the_change_is_new_enough_and_a_change_to_come_is_none() {
        assert_eq!(count("2026-11-16", "active"), 1);
        assert_eq!(count("2026-11-17", "active"), 0);
    }

    #[test]
    fn a_suspended_account_is_still_live_and_a_retired_one_is_not() {
        assert_eq!(count("2026-11-16", "suspended"), 1);
        assert_eq!(count("2026-11-16", "retired"), 0);
        assert_eq!(count("2026-11-16", "proposed"), 0);
    }
}
