//! `waiver-expired`: a waiver past its end.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::judge::is_past;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "waiver-expired",
    severity: Severity::Error,
    kind: RuleKind::Found,
    summary: "a waiver past its end",
    explain: r##"A waiver accepts a finding until a day, and the day is past. The finding stands again; the waiver itself is reported so that nobody thinks it still holds.

## Fix

Mend what was waived and take the waiver out. If the reason still holds, have the owner say so with a new end.

## Example

```toml
[[waiver]]
rule = "boundary-too-wide"
subject = "account/unicmms-production-import-hawthorne"
reason = "the vendor cannot scope below the tenant"
owner = "person/anna-berg"
until = 2026-06-30  # bad: past
```

```toml
until = 2027-06-30  # good: the owner looked again
```

Source: keyroll's own: an exception has an owner, a reason and an end."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, waiver) in &facts.inventory.waivers {
        let Some(until) = waiver.until.filter(|_| is_past(waiver, facts.as_of)) else {
            continue;
        };
        let message = format!("the waiver of `{}` ended on `{until}`", waiver.rule);
        findings
            .at(
                RecordId::new(Kind::Waiver, id),
                FieldPath::of("until"),
                message,
            )
            .fix("mend what it accepts and take it out, or have its owner extend it");
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::json;

    const WAIVER: &str = "waiver/boundary-too-wide account/unicmms-production-import-hawthorne";

    /// A waiver that is in order, on an account that it accepts a finding of; with something changed.
    fn waived(change: serde_json::Value) -> Vec<String> {
        let mut waiver = json!({ "rule": "boundary-too-wide", "subject": ACCOUNT, "reason": "until the second quarter",
            "owner": "person/anna-berg", "until": "2027-06-30" });
        for (key, value) in change.as_object().unwrap() {
            waiver[key] = value.clone();
        }
        found(json!({ WAIVER: waiver, ACCOUNT: { "boundary": ["femo"] } }))
    }

    #[test]
    fn a_waiver_past_its_end_accepts_nothing_and_is_found() {
        let expected = [
            format!("boundary-too-wide {ACCOUNT} boundary[0]"),
            format!("waiver-expired {WAIVER} until"),
        ];
        assert_eq!(waived(json!({ "until": "2026-11-21" })), expected);
    }

    #[test]
    fn on_its_last_day_a_waiver_holds() {
        assert_eq!(
            waived(json!({ "until": "2026-11-22" })),
            Vec::<String>::new()
        );
    }
}
