//! `audit-record-missing`: a write that one log has and the other has not.

use crate::model::finding::{FieldPath, Severity};
use crate::model::reconciliation::{Compared, Discrepancy};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "audit-record-missing",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a write in one log without a record in the other",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The provider's log and the platform's were held against each other, and a write of the account stands in one of them
alone. Either it went another way than it should, or a log loses records: in both cases nobody can say afterwards who
changed what.

It stands for 90 days (`limits.unseen` in the configuration), or until logs of the same days are read later that agree
and hold as many of its records. What was read before clears nothing: records can go from a log.

## Fix

`keyroll audit reconcile` names the lines. `keyroll diagnose ACCOUNT audit-missing` goes through the causes: action path,
service account, sync log, the provider's answer, the retry handler. Where a log was cut, read it whole.

## Example

```json
{"fact":"reconciled","account":"etl","on":"2026-11-20","compared":{"since":"2026-11-01","until":"2026-11-20",
 "at":"2026-11-21T06:00:00Z","provider-log":"audit.jsonl","platform-log":"sync.csv","records":412,"found":{"missing-at-platform":3}}}
```

Source: Guide, troubleshooting: "Audit record missing"; "Write-back tests create expected provider and FactVerse audit records"
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let allowed = i64::from(facts.policy.limits.unseen);
    for (id, _) in facts.accounts() {
        let all = &facts.history().account(id.as_str()).compared;
        for one in all {
            if one.until.days_until(facts.as_of) > allowed {
                continue;
            }
            for (kind, side, other) in [
                (Discrepancy::MissingAtPlatform, "provider", "platform"),
                (Discrepancy::MissingAtProvider, "platform", "provider"),
            ] {
                let count = one.found.get(&kind).copied().unwrap_or_default();
                if count == 0 || all.iter().any(|later| clears(later, one, kind)) {
                    continue;
                }
                let writes = match count {
                    1 => "a write".to_owned(),
                    more => format!("{more} writes"),
                };
                let message = format!(
                    "{writes} of {} to {} in the log of the {side}, and no record in that of the {other}",
                    one.since, one.until
                );
                findings
                    .account(id, FieldPath::record(), message)
                    .fix(format!(
                        "`keyroll audit reconcile` over these days names the lines; then: keyroll diagnose {id} audit-missing"
                    ));
            }
        }
    }
}

/// Whether a later comparison of the same days and more, and of as many records, found nothing of the kind.
pub(super) fn clears(other: &Compared, one: &Compared, kind: Discrepancy) -> bool {
    let covers = other.since <= one.since && other.until >= one.until;
    let is_as_full = other.records >= one.records.max(1);
    let is_later = other.at > one.at;
    is_later && covers && is_as_full && !other.found.contains_key(&kind)
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::findings;
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    fn compared(since: &str, until: &str, found: Value) -> Value {
        json!({ "fact": "reconciled", "account": NAME, "on": until, "compared": { "since": since, "until": until,
            "provider-log": "a", "platform-log": "b", "records": 9, "found": found } })
    }

    /// What is told of comparisons, each read a minute after the one before.
    fn told(facts: &[Value]) -> Vec<String> {
        let all = facts.iter().enumerate();
        let read = all.map(|(at, fact)| {
            let mut fact = fact.clone();
            fact["compared"]["at"] = json!(format!("2026-11-21T06:{at:02}:00Z"));
            fact
        });
        told_of(&read.collect::<Vec<Value>>())
    }

    fn told_of(facts: &[Value]) -> Vec<String> {
        let all = facts.iter().enumerate();
        let records: serde_json::Map<String, Value> = all
            .map(|(at, fact)| (format!("fact/{at}"), fact.clone()))
            .collect();
        let all = findings(Value::Object(records)).into_iter();
        all.filter(|one| one.rule == "audit-record-missing")
            .map(|one| one.message)
            .collect()
    }

    #[test]
    fn a_record_that_is_missing_stands_until_logs_of_those_days_agree() {
        let week = compared(
            "2026-11-01",
            "2026-11-07",
            json!({ "missing-at-platform": 3 }),
        );
        let line = "3 writes of 2026-11-01 to 2026-11-07 in the log of the provider, and no record in that of the platform";
        assert_eq!(told(std::slice::from_ref(&week)), [line]);
        let next = compared("2026-11-08", "2026-11-14", json!({}));
        assert_eq!(told(&[week.clone(), next]), [line]);
        let whole = compared("2026-11-01", "2026-11-15", json!({ "not-retried": 1 }));
        assert_eq!(told(&[week, whole]), [""; 0]);
    }

    #[test]
    fn what_was_read_before_clears_nothing() {
        let month = compared("2026-11-01", "2026-11-20", json!({}));
        let bad = json!({ "missing-at-platform": 3 });
        let week = compared("2026-11-10", "2026-11-19", bad);
        assert_eq!(told(&[month.clone(), week.clone()]).len(), 1);
        assert_eq!(told(&[week.clone(), month.clone()]).len(), 0);
        // Of what has no moment nobody knows which came first.
        assert_eq!(told_of(&[week.clone(), month.clone()]).len(), 1);
        let mut since = month;
        since["compared"]["at"] = json!("2026-11-21T06:00:00Z");
        assert_eq!(told_of(&[week, since]).len(), 0);
    }

    #[test]
    fn logs_that_hold_less_clear_nothing() {
        let week = compared(
            "2026-11-01",
            "2026-11-07",
            json!({ "missing-at-platform": 3 }),
        );
        for (records, left) in [(0, 1), (8, 1), (9, 0)] {
            let mut whole = compared("2026-11-01", "2026-11-15", json!({}));
            whole["compared"]["records"] = json!(records);
            assert_eq!(told(&[week.clone(), whole]).len(), left, "{records}");
        }
    }

    #[test]
    fn either_side_may_miss_one_and_an_old_one_is_left() {
        let one = compared(
            "2026-08-24",
            "2026-08-24",
            json!({ "missing-at-provider": 1 }),
        );
        let line = "a write of 2026-08-24 to 2026-08-24 in the log of the platform, and no record in that of the provider";
        assert_eq!(told(&[one]), [line]);
        let old = compared(
            "2026-08-23",
            "2026-08-23",
            json!({ "missing-at-provider": 1 }),
        );
        assert_eq!(told(&[old]), [""; 0]);
    }
}
