//! `waiver-incomplete`: a waiver without owner, reason or end.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "waiver-incomplete",
    severity: Severity::Error,
    kind: RuleKind::Found,
    summary: "a waiver without owner, reason or end",
    explain: r##"A waiver lacks its owner, its reason or its end. Without an owner nobody answers for the risk, without a reason nobody can judge it, and without an end it is for ever. Until it is whole, it accepts nothing.

## Fix

Add what the finding names.

## Example

```toml
[[waiver]]  # bad: no owner, no end
rule = "boundary-too-wide"
subject = "account/unicmms-production-import-hawthorne"
reason = "the vendor cannot scope below the tenant"
```

```toml
[[waiver]]  # good
rule = "boundary-too-wide"
subject = "account/unicmms-production-import-hawthorne"
reason = "the vendor cannot scope below the tenant"
owner = "person/anna-berg"
until = 2027-06-30
```

Source: keyroll's own: an exception has an owner, a reason and an end."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, waiver) in &facts.inventory.waivers {
        let missing = waiver.lacks();
        if missing.is_empty() {
            continue;
        }
        let missing = names(missing);
        let message = format!("the waiver of `{}` lacks {missing}", waiver.rule);
        findings
            .at(
                RecordId::new(Kind::Waiver, id),
                FieldPath::record(),
                message,
            )
            .fix(format!("add {missing}"));
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
    fn what_a_waiver_lacks_is_one_finding_and_it_accepts_nothing() {
        let expected = [
            format!("boundary-too-wide {ACCOUNT} boundary[0]"),
            format!("waiver-incomplete {WAIVER}"),
        ];
        for change in [
            json!({ "owner": null }),
            json!({ "reason": " " }),
            json!({ "until": null, "owner": null }),
        ] {
            assert_eq!(waived(change), expected);
        }
    }

    #[test]
    fn a_whole_waiver_is_in_order() {
        assert_eq!(waived(json!({})), Vec::<String>::new());
    }
}
