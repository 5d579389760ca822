//! `third-party-unmanaged`: a third-party provider with no contact, or not reviewed for a year.

use crate::model::finding::{FieldPath, Severity};
use crate::model::provider::{Hosting, Provider};
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "third-party-unmanaged",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "a third-party provider with no contact, or not reviewed for a year",
    explain: r##"A provider that somebody else runs (an environment is hosted `saas` or `private-cloud`) names no `contact`, or no day on which it was `reviewed`, or that day is still to come, or more than 365 days past (`limits.third-party-review` of `keyroll.toml` sets another figure). When the third party is broken into, the first hour goes to finding out whom to call and what it may reach.

## Fix

Write down whom to call about security, look at what the provider may do and what it says of its own security, then enter the day.

## Example

```toml
[provider.unicmms]  # bad: whom to call?
product = "UniCMMS"
environment.production = { endpoint = "https://femo.unicmms.example/api", hosting = "saas" }
```

```toml
[provider.unicmms]
product = "UniCMMS"
contact = "support@unicmms.example"  # good
reviewed = 2026-10-01
environment.production = { endpoint = "https://femo.unicmms.example/api", hosting = "saas" }
```

Source: OWASP NHI3:2025."##,
    check,
};

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let holds = i64::from(facts.policy.limits.third_party_review);
    for (id, provider) in &facts.inventory.providers {
        let Some((environment, hosting)) = third_party(provider) else {
            continue;
        };
        let subject = || RecordId::new(Kind::Provider, id);
        let whose = format_args!("`{environment}` is hosted as `{hosting}`");
        let contact = provider
            .contact
            .as_ref()
            .filter(|contact| !contact.is_blank());
        let missing = match (contact, provider.reviewed) {
            (None, None) => "neither `contact` nor `reviewed` is stated",
            (None, Some(_)) => "no `contact` is stated",
            (Some(_), None) => "no day is stated on which it was `reviewed`",
            (Some(_), Some(_)) => "",
        };
        if !missing.is_empty() {
            let message = format!("{whose}, and {missing}");
            findings
                .at(subject(), FieldPath::record(), message)
                .fix("name whom to call, review what the provider may do, and enter the day");
        }
        if let Some(day) = provider.reviewed {
            let days = day.days_until(facts.as_of);
            if days < 0 {
                let message =
                    format!("{whose}, and the day of the last review, {day}, is still to come");
                findings
                    .at(subject(), FieldPath::of("reviewed"), message)
                    .fix("enter the day on which it was reviewed, once it is");
            }
            if days > holds {
                let message = format!(
                    "{whose}, and the last review, on {day}, is {days} days past: more than {holds}"
                );
                findings
                    .at(subject(), FieldPath::of("reviewed"), message)
                    .fix("review what the provider may do and how it is run, and enter the day");
            }
        }
    }
}

/// The first environment that somebody else runs, and how.
fn third_party(provider: &Provider) -> Option<(&str, Hosting)> {
    let environments = provider.environment.iter();
    let mut hosted = environments.filter_map(|(name, it)| Some((name.as_str(), it.hosting?)));
    hosted.find(|(_, hosting)| match hosting {
        Hosting::Saas | Hosting::PrivateCloud => true,
        Hosting::OnPremises => false,
    })
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{findings, found};
    use serde_json::{Value, json};

    fn provider(hosting: &str, contact: Value, reviewed: Value) -> Value {
        json!({ "provider/unicmms": { "contact": contact, "reviewed": reviewed,
            "environment": { "staging": { "hosting": hosting } } } })
    }

    #[test]
    fn what_is_missing_is_named() {
        for (contact, reviewed, words) in [
            (
                json!(null),
                json!(null),
                "neither `contact` nor `reviewed` is stated",
            ),
            (json!("  "), json!("2026-10-01"), "no `contact` is stated"),
            (json!(null), json!("2026-10-01"), "no `contact` is stated"),
            (
                json!("x@y.example"),
                json!(null),
                "no day is stated on which it was `reviewed`",
            ),
        ] {
            for hosting in ["saas", "private-cloud"] {
                let found = findings(provider(hosting, contact.clone(), reviewed.clone()));
                let expected = format!("`staging` is hosted as `{hosting}`, and {words}");
                assert_eq!(found.len(), 1);
                assert_eq!(found[0].message, expected);
            }
        }
        let of_ours = provider("on-premises", json!(null), json!(null));
        assert_eq!(found(of_ours), Vec::<String>::new());
    }

    #[test]
    fn a_review_holds_for_a_year() {
        let reviewed = |day: &str| found(provider("saas", json!("x@y.example"), json!(day)));
        assert_eq!(reviewed("2025-11-22"), Vec::<String>::new());
        let expected = "third-party-unmanaged provider/unicmms reviewed";
        assert_eq!(reviewed("2025-11-21"), [expected]);
        assert_eq!(reviewed("2026-11-22"), Vec::<String>::new());
        assert_eq!(reviewed("2026-11-23"), [expected], "no review yet");
    }

    #[test]
    fn an_old_review_and_no_contact_are_two_findings() {
        let both = provider("saas", json!(null), json!("2024-01-01"));
        assert_eq!(found(both).len(), 2);
    }
}
