//! `evidence-failed`: an account whose newest test failed, or proved nothing.

use crate::model::date::Date;
use crate::model::entitlement::Side;
use crate::model::fact::Outcome;
use crate::model::finding::{FieldPath, Severity};
use crate::model::probe::ProbeKind;
use crate::rules::proofs::{self, Proofs};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "evidence-failed",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "an active account whose newest test failed, or proved nothing where proof is asked for",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The newest test of the current version failed: it could not do what it must, or could do what it must not. Or it was
inconclusive, where proof is asked for (see `untested-authentication` and `untested-authorization`): an answer that is
neither what allowed nor what denied looks like proves nothing. The account is active all the same.

The newest test of each kind counts, on each side. Where several of one day tell no time, the worst of them counts: test
again on the next day, or with `keyroll test`, which tells the time.

## Fix

Find out why, mend it at the provider, and test again: `keyroll test ACCOUNT`. An account that can do what it must not
is suspended until then.

## Example

```json
{"fact":"evidence","account":"etl","version":2,"probe":"foreign","outcome":"fail","on":"2026-11-19"}
```

```json
{"fact":"evidence","account":"etl","version":2,"probe":"foreign","outcome":"fail","on":"2026-11-19"}
{"fact":"evidence","account":"etl","version":2,"probe":"foreign","outcome":"pass","on":"2026-11-20"}
```

Source: Guide, validation checklist
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for proofs in proofs::all(facts) {
        for ((side, probe), tested) in &proofs.past.tests {
            let is_asked = proofs
                .needed
                .iter()
                .any(|proof| proof.side == *side && proof.probe == *probe);
            match tested.outcome() {
                Outcome::Fail => tell(&proofs, (*side, *probe), "failed", tested.last.0, findings),
                Outcome::Inconclusive if is_asked => {
                    tell(
                        &proofs,
                        (*side, *probe),
                        "was inconclusive",
                        tested.last.0,
                        findings,
                    );
                }
                Outcome::Inconclusive | Outcome::Pass => {}
            }
        }
    }
}

fn tell(
    proofs: &Proofs<'_, '_>,
    (side, probe): (Side, ProbeKind),
    how: &str,
    on: Date,
    findings: &mut Findings,
) {
    let at = match side {
        Side::Provider => "",
        Side::Platform => " at the platform",
    };
    let (id, number) = (proofs.id, proofs.number);
    let message = format!("the test `{probe}` of version {number}{at} {how} on {on}");
    let hold = match probe {
        ProbeKind::Foreign | ProbeKind::Forbidden | ProbeKind::Discover => {
            format!("; until then: keyroll account suspend {id}")
        }
        ProbeKind::Authenticate
        | ProbeKind::Read
        | ProbeKind::Write
        | ProbeKind::Audit
        | ProbeKind::Session => String::new(),
    };
    findings
        .account(id, FieldPath::record(), message)
        .fix(format!(
            "mend it at the provider, then: keyroll test {id}{hold}"
        ));
}

#[cfg(test)]
mod tests {
    use crate::rules::untested_authentication::tests::told;
    use serde_json::json;

    const PASSED: [&str; 2] = ["authenticate 2 pass 2026-10-21", "read 2 pass 2026-10-21"];

    #[test]
    fn the_newest_of_each_kind_and_side_counts() {
        let failed = [PASSED[0], PASSED[1], "foreign 2 fail 2026-10-22"];
        assert_eq!(
            told(&failed, json!({})),
            ["evidence-failed: the test `foreign` of version 2 failed on 2026-10-22"]
        );
        let again = [failed[0], failed[1], failed[2], "foreign 2 pass 2026-10-23"];
        assert_eq!(told(&again, json!({})), Vec::<String>::new());
        let other_side = [
            failed[0],
            failed[1],
            failed[2],
            "foreign 2 pass 2026-10-23 side=platform",
        ];
        assert_eq!(told(&other_side, json!({})).len(), 1);
    }

    #[test]
    fn what_is_inconclusive_counts_where_proof_is_asked_for() {
        let asked = [PASSED[0], PASSED[1], "read 2 inconclusive 2026-10-22"];
        assert_eq!(
            told(&asked, json!({})),
            ["evidence-failed: the test `read` of version 2 was inconclusive on 2026-10-22"]
        );
        let not_asked = [PASSED[0], PASSED[1], "audit 2 inconclusive 2026-10-22"];
        assert_eq!(told(&not_asked, json!({})), Vec::<String>::new());
    }

    #[test]
    fn a_test_of_a_version_that_is_gone_counts_no_more() {
        let gone = [PASSED[0], PASSED[1], "read 1 fail 2026-10-22"];
        assert_eq!(told(&gone, json!({})), Vec::<String>::new());
    }
}
