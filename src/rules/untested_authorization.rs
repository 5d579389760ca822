//! `untested-authorization`: a current version of which nobody has seen what it may do.

use crate::model::finding::Severity;
use crate::rules::proofs;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::untested_authentication::missing;
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "untested-authorization",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a current version whose rights were never tested",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The current version logs on, but nobody has seen what it may do. A read of a record that it must see is always asked
for. What else is asked for is what the provider, or the platform, declares a probe for: `discover` (the rights that it
reports are those that were granted), `foreign` (a record of somebody else is denied; where the account names one in
`canary.hidden`), `forbidden` (what it must not do is denied). A `write` changes something, so it is never asked for
here.

An account that is granted neither a permission nor a scope, as one that only administers others, needs a logon alone.

Evidence counts for one version in one environment, at one endpoint, for one identity: a role that was changed at the
provider between two rotations is seen by nobody else.

## Fix

`keyroll test ACCOUNT`. Where it can only be tested by hand, record that with `keyroll evidence add`.

## Example

```json
{"fact":"evidence","account":"etl","version":1,"probe":"read","outcome":"pass","on":"2026-08-24"}
{"fact":"rotated","account":"etl","version":2,"on":"2026-10-13"}
```

```json
{"fact":"rotated","account":"etl","version":2,"on":"2026-10-13"}
{"fact":"evidence","account":"etl","version":2,"probe":"read","outcome":"pass","on":"2026-10-13"}
```

The first is bad: the last read test is older than the rotation. The second is good.

Source: Guide, expected output (test evidence for authentication and authorization); NHI5
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for proofs in proofs::all(facts) {
        missing(facts, &proofs, |proof| !proof.is_authentication(), findings);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::ACCOUNT;
    use crate::rules::untested_authentication::tests::told;
    use serde_json::json;

    #[test]
    fn a_logon_proves_no_right_and_a_failed_test_is_told_once() {
        let logon = "authenticate 2 pass 2026-10-21";
        let found = told(&[logon], json!({}));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("untested-authorization: "));
        let failed = told(&[logon, "read 2 fail 2026-10-21"], json!({}));
        assert_eq!(failed.len(), 1, "{failed:?}");
        let nothing = json!({ ACCOUNT: { "permissions": [], "scopes": [], "platform": null } });
        assert_eq!(told(&[logon], nothing), Vec::<String>::new());
        assert!(failed[0].starts_with("evidence-failed: "));
    }
}
