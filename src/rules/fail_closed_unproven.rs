//! `fail-closed-unproven`: a consumer that nobody has seen fail without its credential.

use crate::model::fact::Outcome;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::ConsumerId;
use crate::rules::findings::names;
use crate::rules::proofs;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "fail-closed-unproven",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "a consumer that was never seen to fail without the credential",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A consumer of the account was never tried without the credential. Perhaps it stops, as it should. Perhaps it goes on:
with a cached token, an old secret, an account of somebody else, or by writing its work where nobody looks. Then a
revoke at three in the morning does not do what everybody believes. One that was tried and went on is told as an error.

Each consumer counts by itself, once for the account: what was seen of an earlier version is good enough. A person who
uses the account by hand is not asked.

## Fix

Withdraw the credential for a moment and look: a revoke does it by itself where the consumer states a `health` probe.
What was seen by hand is recorded as a fact, with `keyroll import facts`.

## Example

```toml
[consumer.etl-01]
health = { command = ["etl-health"] }    # asked while the credential is withdrawn
```

```json
{"fact":"fail-closed","account":"etl","version":1,"consumer":"etl-01","outcome":"pass","on":"2026-10-13"}
```

Source: Guide, "Credential removal causes the integration to fail closed"
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for proofs in proofs::all(facts) {
        let id = proofs.id;
        let mut unproven: Vec<&ConsumerId> = Vec::new();
        for consumer in &proofs.account.consumers {
            let by_hand = facts.inventory.consumers.get(consumer);
            if by_hand.is_some_and(|consumer| consumer.person.is_some()) {
                continue;
            }
            match proofs.past.withdrawn.get(consumer.as_str()) {
                Some((_, Outcome::Pass)) => {}
                Some((on, Outcome::Fail)) => {
                    let message =
                        format!("`consumer/{consumer}` went on without the credential on {on}");
                    findings
                        .account(id, FieldPath::of("consumers"), message)
                        .severity(Severity::Error)
                        .fix(format!(
                            "mend it so that it stops, then try again: keyroll revoke {id} --drill"
                        ));
                }
                Some((_, Outcome::Inconclusive)) | None => unproven.push(consumer),
            }
        }
        if !unproven.is_empty() {
            let message = format!(
                "never seen to fail without the credential: {}",
                names(&unproven)
            );
            findings
                .account(id, FieldPath::of("consumers"), message)
                .fix(format!(
                    "withdraw it for a moment and look, then record what you saw: keyroll import facts FILE, a line \
                     {{\"fact\":\"fail-closed\",\"account\":\"{id}\",...}}"
                ));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::finding::Severity;
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    /// The sample with a second consumer, and what was seen of it: `outcome day`.
    fn told(seen: &[&str], consumer: Value) -> Vec<(Severity, String)> {
        let mut records = json!({
            format!("version/{NAME} 1"): { "stage": "current", "issued": "2026-11-01" },
            "consumer/etl-02": consumer,
            ACCOUNT: { "consumers": ["etl-01", "etl-02"] },
        });
        for line in seen {
            let (outcome, on) = line.split_once(' ').unwrap();
            records[format!("fact/{outcome}_{on}")] = json!({ "fact": "fail-closed", "account": NAME, "version": 1,
                "consumer": "etl-02", "outcome": outcome, "on": on });
        }
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "fail-closed-unproven");
        ours.map(|f| (f.severity, f.message)).collect()
    }

    #[test]
    fn each_consumer_is_asked_and_the_newest_answer_counts() {
        let unproven = (
            Severity::Warning,
            "never seen to fail without the credential: `etl-02`".to_owned(),
        );
        assert_eq!(told(&[], json!({})), std::slice::from_ref(&unproven));
        assert_eq!(told(&["inconclusive 2026-11-02"], json!({})), [unproven]);
        assert_eq!(told(&["pass 2026-10-02"], json!({})), []);
        let open = (
            Severity::Error,
            "`consumer/etl-02` went on without the credential on 2026-11-03".to_owned(),
        );
        assert_eq!(
            told(&["pass 2026-10-02", "fail 2026-11-03"], json!({})),
            [open]
        );
        assert_eq!(told(&["fail 2026-11-03", "pass 2026-11-04"], json!({})), []);
    }

    #[test]
    fn a_person_is_not_asked() {
        assert_eq!(told(&[], json!({ "person": "jo-miller" })), []);
    }
}
