//! `interactive-use`: a person uses the account by hand, and no approval ends that.

use std::collections::BTreeMap;

use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{ConsumerId, PersonId};
use crate::rules::approvals::{self, Signed};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "interactive-use",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a person uses the account by hand, and no approval ends that",
    explain: r##"A consumer of the account is a person. What somebody does with a service account stands in the provider's log under the name of a machine, no second factor asks who it is, and the person keeps the key when they change their work. An account that has to be used by hand for a while needs an approval that holds and is for a short while: at most 31 days from `on` to `until` (`limits.interactive-use` of `keyroll.toml` sets another figure). An approval for longer is that of the account's ordinary work. An identity that is a person's own login is the matter of `weak-authentication`.

## Fix

Give the person a login of their own with the rights that they need, and take them out of the consumers. Where it cannot be helped, have the use approved with an end, and rotate the credential afterwards.

## Example

```toml
[consumer.jo-by-hand]
person = "jo-miller"

[account.unicmms-production-import-hawthorne]
consumers = ["etl-01", "jo-by-hand"]  # bad
approval = [{ action = "read", by = "person/anna-berg", on = 2026-10-01 }]
```

```toml
[account.unicmms-production-import-hawthorne]
consumers = ["etl-01", "jo-by-hand"]
approval = [{ action = "read", by = "person/anna-berg", on = 2026-11-20, until = 2026-11-27 }]  # good: for a week
```

Source: OWASP NHI10:2025; PCI DSS 4.0, 8.6.1."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let consumers = facts.inventory.consumers.iter();
    let people: BTreeMap<&ConsumerId, &PersonId> = consumers
        .filter_map(|(id, consumer)| Some((id, consumer.person.as_ref()?)))
        .collect();
    if people.is_empty() {
        return;
    }
    let longest = facts.policy.limits.interactive_use;
    for ((id, account), approvals) in facts.accounts().zip(facts.approvals().lists()) {
        let mut holding = approvals
            .iter()
            .filter(|signed| approvals::holds(signed, facts.as_of));
        let is_boxed = |(key, approval): &Signed<'_>| {
            let until = approval.until;
            until.is_some_and(|until| key.on.days_until(until) <= i64::from(longest))
        };
        if holding.any(is_boxed) {
            continue;
        }
        for (at, consumer) in account.consumers.iter().enumerate() {
            if let Some(person) = people.get(consumer) {
                let message = format!(
                    "`{consumer}` is `person/{person}`, and no approval of at most {longest} days ends that use"
                );
                findings
                    .account(id, FieldPath::of("consumers").index(at), message)
                    .fix("give the person a login of their own, or have the use approved for a short while, with an `until`");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, found};
    use serde_json::{Value, json};

    fn by_hand(on: &str, until: Value) -> Vec<String> {
        let of = |day: &str| format!("approval/unicmms-production-import-hawthorne read {day}");
        let mut found = found(json!({
            "consumer/by-hand": { "person": "jo-miller" },
            ACCOUNT: { "consumers": ["etl-01", "by-hand"] },
            of("2026-10-01"): { "until": "2027-09-30" },
            of(on): { "by": "person/jo-miller", "until": until },
        }));
        found.retain(|line| line.starts_with("interactive-use"));
        found
    }

    #[test]
    fn a_person_may_use_it_as_long_as_an_approval_for_a_short_while_holds() {
        let line = [format!("interactive-use {ACCOUNT} consumers[1]")];
        assert_eq!(by_hand("2026-11-01", Value::Null), line);
        assert_eq!(by_hand("2026-11-01", json!("2026-11-21")), line);
        assert_eq!(by_hand("2026-11-01", json!("2026-11-22")), [""; 0]);
        assert_eq!(by_hand("2026-11-01", json!("2026-12-02")), [""; 0]);
        assert_eq!(by_hand("2026-11-01", json!("2026-12-03")), line, "32 days");
    }
}
