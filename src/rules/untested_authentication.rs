//! `untested-authentication`: a current version that was never seen to log on.

use crate::model::finding::{FieldPath, Severity};
use crate::rules::proofs::{self, Proof, Proofs, moved, told};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "untested-authentication",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a current version that was never tested to authenticate",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Nobody has seen the current version of the credential log on to the environment that the account is for. It may be
mistyped, be of another environment, or be refused; this shows when the integration stops, or when somebody needs it.

Evidence counts for one version in one place: a rotation makes all of it the evidence of a version that is gone, and so
it is with another environment, another endpoint, or another identity of the account. What says nothing of these counts
as of where the account works now. Where the platform declares a probe for it, the account is tested there, too. Where a
provider declares a `read` probe and none to authenticate, a read that was allowed counts for both. Accounts that are
proposed, suspended or retired need none; nor does one of whose credential no version is recorded.

## Fix

`keyroll test ACCOUNT`. Where it can only be tested by hand, record that with `keyroll evidence add`.

## Example

```json
{"fact":"rotated","account":"etl","version":2,"on":"2026-10-16"}
{"fact":"evidence","account":"etl","version":1,"probe":"authenticate","outcome":"pass","on":"2026-10-17"}
```

```json
{"fact":"rotated","account":"etl","version":2,"on":"2026-10-16"}
{"fact":"evidence","account":"etl","version":2,"probe":"authenticate","outcome":"pass","on":"2026-10-17"}
```

The first is bad: it is version 1 that was tested. The second is good.

Source: Guide, "Each credential authenticates to the intended environment"
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for proofs in proofs::all(facts) {
        missing(facts, &proofs, |proof| proof.is_authentication(), findings);
    }
}

/// Finds the proofs of a kind that were never tried; those that failed are told by `evidence-failed`.
pub(super) fn missing(
    facts: &Facts<'_>,
    proofs: &Proofs<'_, '_>,
    is_asked: fn(&Proof<'_>) -> bool,
    findings: &mut Findings,
) {
    let asked = proofs.needed.iter().filter(|proof| is_asked(proof));
    let missing: Vec<Proof<'_>> = asked
        .filter(|proof| proof.tested.is_none())
        .copied()
        .collect();
    if missing.is_empty() {
        return;
    }
    let environment = &proofs.account.environment;
    let message = format!(
        "version {} of {} was never tested in `{environment}`: {}{}",
        proofs.number,
        proofs.version.issued,
        told(&missing),
        moved(&missing)
    );
    let way = proofs.way(facts, &missing);
    findings
        .account(proofs.id, FieldPath::record(), message)
        .fix(way);
}

#[cfg(test)]
pub(super) mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    pub const NAME: &str = "unicmms-production-import-hawthorne";

    /// What the rules on evidence find with some tests of version 2, each `probe version outcome day`.
    pub fn told(tests: &[&str], more: Value) -> Vec<String> {
        let mut records = json!({
            format!("version/{NAME} 1"): { "stage": "previous", "issued": "2026-09-20", "retired": "2026-10-20" },
            format!("version/{NAME} 2"): { "stage": "current", "issued": "2026-10-20" },
        });
        records
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        for test in tests {
            let parts: Vec<&str> = test.split(' ').collect();
            let mut fact = json!({ "fact": "evidence", "account": NAME, "version": parts[1].parse::<u32>().unwrap(),
                "probe": parts[0], "outcome": parts[2], "on": parts[3] });
            if let Some(detail) = parts.get(4) {
                let (key, value) = detail.split_once('=').unwrap();
                fact["detail"] = json!({ key: value });
            }
            records[format!("fact/{}", test.replace(' ', "_"))] = fact;
        }
        let rules = ["untested-", "evidence-", "write-before-"];
        let all = findings(records).into_iter();
        let ours = all.filter(|f| rules.iter().any(|rule| f.rule.starts_with(rule)));
        ours.map(|f| format!("{}: {}", f.rule, f.message)).collect()
    }

    const PASSED: [&str; 2] = ["authenticate 2 pass 2026-10-21", "read 2 pass 2026-10-21"];

    fn probe(kinds: &[&str]) -> Value {
        let probe =
            json!({ "http": { "method": "GET", "path": "/" }, "allowed": { "status": 200 } });
        let tests = kinds.iter().map(|kind| ((*kind).to_owned(), probe.clone()));
        Value::Object(tests.collect())
    }

    #[test]
    fn evidence_is_of_the_current_version_in_the_accounts_own_environment() {
        let none = [
            "untested-authentication: version 2 of 2026-10-20 was never tested in `production`: `authenticate`",
            "untested-authorization: version 2 of 2026-10-20 was never tested in `production`: `read`",
        ];
        assert_eq!(told(&[], json!({})), none);
        let found = told(
            &[
                "authenticate 1 pass 2026-10-21",
                "read 2 pass 2026-10-21 environment=staging",
            ],
            json!({}),
        );
        let why = "a test of 2026-10-21 does not count: that was of `staging`, and the account is in `production` now";
        assert_eq!(found, [none[0].to_owned(), format!("{}; {why}", none[1])]);
        assert_eq!(told(&PASSED, json!({})), Vec::<String>::new());
        let later = ["authenticate 2 pass 2026-11-23", "read 2 pass 2026-11-23"];
        assert_eq!(told(&later, json!({})), none, "it has not happened yet");
    }

    #[test]
    fn accounts_that_are_not_in_use_and_unknown_credentials_need_no_proof() {
        for status in ["proposed", "suspended", "retired"] {
            let found = told(&[], json!({ ACCOUNT: { "status": status } }));
            assert_eq!(found, Vec::<String>::new(), "{status}");
        }
        assert_eq!(findings(json!({})), []);
    }

    #[test]
    fn what_the_provider_declares_a_probe_for_is_asked_for() {
        let declared = probe(&[
            "authenticate",
            "read",
            "foreign",
            "forbidden",
            "write",
            "audit",
        ]);
        let provider = json!({ "provider/unicmms": { "test": declared } });
        assert_eq!(
            told(&PASSED, provider.clone()),
            [
                "untested-authorization: version 2 of 2026-10-20 was never tested in `production`: `forbidden`"
            ]
        );
        let mut with_canary = provider;
        with_canary[ACCOUNT] = json!({ "canary": { "visible": "WO-1", "hidden": "WO-2" } });
        let found = told(&PASSED, with_canary);
        assert!(found[0].ends_with("`foreign`, `forbidden`"), "{found:?}");
    }

    #[test]
    fn where_a_read_is_the_only_way_to_ask_it_was_a_logon_too() {
        let provider = json!({ "provider/unicmms": { "test": probe(&["read"]) } });
        assert_eq!(told(&PASSED[1..], provider), Vec::<String>::new());
        let found = told(&PASSED[1..], json!({}));
        assert_eq!(found.len(), 1, "{found:?}");
    }

    #[test]
    fn a_platform_with_probes_is_asked_too() {
        let platform =
            json!({ "platform/factverse": { "test": probe(&["authenticate", "read"]) } });
        assert_eq!(
            told(&PASSED, platform.clone()),
            [
                "untested-authentication: version 2 of 2026-10-20 was never tested in `production`: `authenticate` at \
                 the platform",
                "untested-authorization: version 2 of 2026-10-20 was never tested in `production`: `read` at the \
                 platform",
            ]
        );
        let both = [
            PASSED[0],
            PASSED[1],
            "authenticate 2 pass 2026-10-21 side=platform",
            "read 2 pass 2026-10-21 side=platform",
        ];
        assert_eq!(told(&both, platform), Vec::<String>::new());
    }

    #[test]
    fn the_way_out_is_the_program_where_it_has_a_probe_and_else_by_hand() {
        let version = format!("version/{NAME} 2");
        let current = json!({ "stage": "current", "issued": "2026-10-20" });
        let fixes = |more: Value| -> Vec<String> {
            let mut records = json!({ version.clone(): current });
            records
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            let all = findings(records).into_iter();
            let ours = all.filter(|f| f.rule.starts_with("untested-"));
            ours.filter_map(|f| f.fix).collect()
        };
        let declared = json!({ "provider/unicmms": { "test": probe(&["read"]) } });
        assert_eq!(fixes(declared)[0], format!("keyroll test {NAME}"));
        let by_hand = &fixes(json!({}))[0];
        let way = format!("keyroll evidence add {NAME} authenticate --outcome pass --file FILE");
        assert!(by_hand.contains(&way), "{by_hand}");
    }
}
