//! `provider-orphan`: an identity at the provider that no account of the roll has.

use std::collections::BTreeSet;

use crate::model::account::AccountStatus;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{EnvironmentName, ProviderId};
use crate::model::reconciliation::orphan;
use crate::model::record::{Kind, RecordId};
use crate::model::text::Text;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "provider-orphan",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "an identity at the provider that no account of the roll has",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The provider's own list of accounts names an identity, and no account of the roll in that environment has it; or the one
that had it is retired. Somebody can log on by it, and nobody owns it, rotates it or would revoke it.

The newest list of each provider and environment counts, held against the roll as it is now.

## Fix

Find out who uses it. Add the account (`keyroll account add`), or delete the identity at the provider, and read a new
list. A waiver names the provider, the environment and the identity, so that it accepts no other:
`subject = "provider/unicmms production svc-old-import"`.

## Example

```json
{"fact":"listed","provider":"unicmms","on":"2026-11-20","census":{"environment":"production","list":"users.csv",
 "listed":17,"orphans":["svc-old-import"]}}
```

Source: Guide, "service account inventory"; OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for ((provider, environment), (_, census)) in facts.history().lists() {
        let known = identities(facts, provider, environment);
        for name in &census.orphans {
            if known.contains(name) {
                continue;
            }
            let subject = RecordId::new(Kind::Provider, provider);
            let field = FieldPath::of("environment").key(environment.as_str());
            let message =
                format!("`{name}` is there in `{environment}`, and no account of the roll has it");
            findings
                .at(subject, field, message)
                .particular(format!("{environment} {name}"))
                .fix("add the account that it is, or delete it at the provider; then read a new list: `keyroll reconcile accounts`");
        }
    }
}

/// The identities of the accounts there that are not retired, as lists keep them.
fn identities(
    facts: &Facts<'_>,
    provider: &ProviderId,
    environment: &EnvironmentName,
) -> BTreeSet<Text> {
    let there = facts.accounts().filter(|(_, account)| {
        account.provider == *provider
            && account.environment == *environment
            && account.status != AccountStatus::Retired
    });
    let names = there.flat_map(|(id, account)| account.names(id).filter_map(orphan));
    names.collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn listed(on: &str, orphans: &[&str]) -> Value {
        json!({ "fact": "listed", "provider": "unicmms", "on": on, "census": { "environment": "production",
            "list": "users.csv", "listed": 9, "orphans": orphans } })
    }

    fn told(records: Value) -> Vec<String> {
        let all = findings(records).into_iter();
        all.filter(|one| one.rule == "provider-orphan")
            .map(|one| one.message)
            .collect()
    }

    #[test]
    fn the_newest_list_counts_against_the_roll_of_now() {
        let old = listed("2026-10-01", &["svc-gone", "svc-stranger"]);
        let new = listed("2026-11-20", &["svc-stranger", "svc-femo-import"]);
        let line = "`svc-stranger` is there in `production`, and no account of the roll has it";
        assert_eq!(told(json!({ "fact/a": old, "fact/b": new })), [line]);
    }

    #[test]
    fn one_that_is_kept_as_a_digest_is_known_again() {
        let id = "0f8fad5bd9cb469fa16570867728950e7742c0ff";
        let kept = crate::model::reconciliation::orphan(id).unwrap();
        let new = listed("2026-11-20", &[kept.as_str()]);
        assert_eq!(told(json!({ "fact/a": new })).len(), 1);
        let account =
            json!({ "credential": { "kind": "api-key", "store": "age", "identity": [id] } });
        assert_eq!(told(json!({ "fact/a": new, ACCOUNT: account })), [""; 0]);
    }

    #[test]
    fn a_waiver_accepts_the_one_identity_that_it_names() {
        let new = listed("2026-11-20", &["svc-legacy", "svc-rogue"]);
        let accepting = |subject: &str| {
            let waiver = json!({ "rule": "provider-orphan", "subject": subject, "owner": "person/anna-berg",
                "reason": "goes with the old server", "until": "2027-01-31" });
            let key = format!("waiver/provider-orphan {subject}");
            told(json!({ "fact/a": new, key: waiver }))
        };
        let rogue = "`svc-rogue` is there in `production`, and no account of the roll has it";
        assert_eq!(accepting("provider/unicmms production svc-legacy"), [rogue]);
        for other in [
            "provider/unicmms",
            "provider/unicmms production",
            "provider/unicmms staging svc-legacy",
        ] {
            assert_eq!(accepting(other).len(), 2, "{other}");
        }
    }

    #[test]
    fn a_waiver_of_the_provider_alone_is_told_which_one_to_name() {
        let waiver = json!({ "rule": "provider-orphan", "subject": "provider/unicmms", "owner": "person/anna-berg",
            "reason": "goes with the old server", "until": "2027-01-31" });
        let new = listed("2026-11-20", &["svc-legacy"]);
        let all =
            findings(json!({ "fact/a": new, "waiver/provider-orphan provider/unicmms": waiver }));
        let unused = all.iter().find(|one| one.rule == "waiver-unused").unwrap();
        let meant = "did you mean `provider/unicmms production svc-legacy`?";
        assert_eq!(unused.fix.as_deref(), Some(meant));
    }

    #[test]
    fn what_a_retired_account_left_behind_is_told() {
        let new = listed("2026-11-20", &["svc-femo-import"]);
        let records = json!({ "fact/a": new, ACCOUNT: { "status": "retired" } });
        assert_eq!(told(records).len(), 1);
    }
}
