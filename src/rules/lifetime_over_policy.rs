//! `lifetime-over-policy`: a rotation policy that lets a secret live longer than the organisation allows.

use crate::model::finding::{FieldPath, Severity};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};
use std::collections::BTreeSet;

pub static RULE: Rule = Rule {
    id: "lifetime-over-policy",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a rotation policy that lets a secret live longer than the organisation allows",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
By this rotation policy a secret lives longer than the organisation allows: the interval and the overlap together exceed
`organisation.max-lifetime` (90 days unless set). The longer a secret lives, the longer one that leaked unnoticed works.
Policies that no account uses are left alone.

## Fix

Shorten `every` or `overlap`, or decide on a longer life for all accounts in `organisation.max-lifetime`.

## Example

```toml
# bad: 91 days, where 90 are allowed
[rotation.standard]
every = "90d"
overlap = "24h"
```

```toml
# good
[rotation.standard]
every = "60d"
overlap = "24h"
```

Source: OWASP NHI 7:2025
"#;

const MINUTES_A_DAY: u64 = 24 * 60;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let longest = u64::from(facts.policy.max_lifetime(facts.organisation()));
    let used: BTreeSet<_> = facts
        .accounts()
        .filter_map(|(_, account)| account.rotation.as_ref())
        .collect();
    for name in used {
        let Some(policy) = facts.inventory.rotations.get(name) else {
            continue;
        };
        let overlap = policy
            .overlap
            .as_ref()
            .map_or(0, |span| u64::from(span.minutes()));
        let life = u64::from(policy.every.minutes()) + overlap;
        if life > longest {
            let message = format!(
                "a secret lives for {}; {} are allowed",
                days(life),
                days(longest)
            );
            findings
                .at(
                    RecordId::new(Kind::Rotation, name),
                    FieldPath::of("every"),
                    message,
                )
                .fix("rotate more often: `every` and `overlap` count together");
        }
    }
}

/// A span in days; a begun day counts in full.
fn days(minutes: u64) -> String {
    match minutes.div_ceil(MINUTES_A_DAY) {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    const LINE: &str = "lifetime-over-policy rotation/standard every";

    #[test]
    fn interval_and_overlap_count_together() {
        let every = |span: &str| sample::found(json!({ "rotation/standard": { "every": span } }));
        assert_eq!(every("89d"), Vec::<String>::new());
        assert_eq!(every("90d"), [LINE]);
    }

    #[test]
    fn ninety_days_are_allowed_where_nobody_says() {
        let found = sample::found(json!({
            "organisation": null, "rotation/standard": { "every": "36600d", "overlap": "36600d" },
        }));
        assert_eq!(found, [LINE]);
    }

    #[test]
    fn the_organisation_decides() {
        let found = sample::found(json!({
            "organisation": { "max-lifetime": "200d" }, "rotation/standard": { "every": "180d" },
        }));
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn an_unused_policy_is_left_alone() {
        let found = sample::found(json!({ "rotation/slow": { "every": "400d" } }));
        assert!(
            !found
                .iter()
                .any(|line| line.starts_with("lifetime-over-policy")),
            "{found:?}"
        );
    }
}
