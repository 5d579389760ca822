//! `expiry-disagrees`: a recorded end that is not the one that the provider, or the value itself, tells.

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "expiry-disagrees",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "a recorded end that differs from what the token or the provider says",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The end that is recorded for the current version is not the one that its token carries, or that the provider told when
it made it. Where the real end is earlier, the integration stops on a day that nobody waits for; where it is later, a
secret outlives its record. Where no end is recorded for the version, the account's `expires` counts, and only an
earlier end disagrees.

## Fix

Rotate, and let the end be taken over from the provider (`expires` in the step that makes it); or correct the record.

## Example

A version that is recorded to end on 2026-12-29, with a token whose `exp` is 2026-11-29, is bad; with one of 2026-12-29
it is good.

Source: real providers
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        match account.status {
            AccountStatus::Active | AccountStatus::Suspended => {}
            AccountStatus::Proposed | AccountStatus::Retired => continue,
        }
        let Some((number, version)) = facts.history().account(id.as_str()).current else {
            continue;
        };
        let Some(seen) = version.seen_expires else {
            continue;
        };
        let recorded = match (version.expires, account.expires) {
            (Some(end), _) if end == seen => continue,
            (Some(end), _) => format!("it is recorded to end on {end}"),
            (None, Some(end)) if seen >= end => continue,
            (None, Some(end)) => format!("the account ends on {end}"),
            (None, None) => "no end is recorded".to_owned(),
        };
        let message = format!(
            "version {number} is good until {seen} by its own word or the provider's; {recorded}"
        );
        findings
            .account(id, FieldPath::record(), message)
            .fix(format!(
                "keyroll rotate {id} before {seen}; or correct the record"
            ))
            .days(facts.as_of.days_until(seen));
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn told(version: Value, expires: Value) -> Vec<String> {
        let mut body = json!({ "stage": "current", "issued": "2026-11-01" });
        body.as_object_mut()
            .unwrap()
            .extend(version.as_object().unwrap().clone());
        let records = json!({ ACCOUNT: { "expires": expires }, "version/unicmms-production-import-hawthorne 1": body });
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "expiry-disagrees");
        ours.map(|f| f.message).collect()
    }

    #[test]
    fn an_end_that_is_recorded_must_be_the_one_that_was_seen() {
        let seen = "version 1 is good until 2027-01-29 by its own word or the provider's; ";
        for end in ["2027-02-28", "2027-01-28"] {
            let found = told(
                json!({ "expires": end, "seen-expires": "2027-01-29" }),
                json!("2027-03-31"),
            );
            assert_eq!(found, [format!("{seen}it is recorded to end on {end}")]);
        }
        let same = json!({ "expires": "2027-01-29", "seen-expires": "2027-01-29" });
        assert_eq!(told(same, json!("2027-03-31")), Vec::<String>::new());
    }

    #[test]
    fn without_a_recorded_end_the_accounts_own_counts() {
        let seen = |day: &str| json!({ "seen-expires": day });
        assert_eq!(
            told(seen("2027-03-31"), json!("2027-03-31")),
            Vec::<String>::new()
        );
        assert_eq!(told(seen("2027-03-30"), json!("2027-03-31")).len(), 1);
        assert_eq!(told(seen("2027-03-30"), Value::Null).len(), 1);
        assert_eq!(told(json!({}), json!("2027-03-31")), Vec::<String>::new());
    }
}
