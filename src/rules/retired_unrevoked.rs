//! `retired-unrevoked`: a retired account whose credential was never taken away.

use crate::model::account::AccountStatus;
use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "retired-unrevoked",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a retired account with a version that was never taken away",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account is retired here, and a version of its credential is not: nobody has revoked it, and its end has not come.
The provider knows nothing of our status; whoever has that secret still gets in, by an account that nobody looks at any
more.

A version that was revoked, reported withdrawn, or is past its own end is not told; one that was revoked and not seen
refused is `possibly-live`.

## Fix

Revoke it: `keyroll revoke ACCOUNT`. Where it was deleted at the provider by hand, record that with `keyroll credential
retire`.

## Example

```toml
# bad, with a current version that nobody revoked
[account.etl]
status = "retired"
```

```console
$ keyroll revoke etl                  # good: revoked before it is retired
$ keyroll account retire etl
```

Source: OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in &facts.inventory.accounts {
        match account.status {
            AccountStatus::Retired => {}
            AccountStatus::Proposed | AccountStatus::Active | AccountStatus::Suspended => continue,
        }
        let versions = facts.history().account(id.as_str()).versions.iter();
        for (number, version) in versions.filter(|(_, version)| is_left(version, facts.as_of)) {
            let message = format!(
                "retired, with version {number} of {} that was never revoked",
                version.issued
            );
            findings
                .account(id, FieldPath::of("status"), message)
                .fix(format!(
                    "keyroll revoke {id}; or, where it is deleted at the provider: keyroll credential retire {id} {number}"
                ));
        }
    }
}

/// Whether a version was left as it was.
fn is_left(version: &Version, as_of: Date) -> bool {
    let is_withdrawn = [version.retired, version.revoked]
        .into_iter()
        .flatten()
        .any(|day| day <= as_of);
    let ends = [version.expires, version.seen_expires];
    let is_past = ends.into_iter().flatten().any(|end| end < as_of);
    match version.stage {
        VersionStage::Current | VersionStage::Previous | VersionStage::Pending => {
            !is_withdrawn && !is_past
        }
        VersionStage::Revoked | VersionStage::PossiblyLive => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    fn count(status: &str, version: Value) -> usize {
        let mut body = json!({ "stage": "current", "issued": "2026-11-01" });
        body.as_object_mut()
            .unwrap()
            .extend(version.as_object().unwrap().clone());
        let all = findings(json!({
            ACCOUNT: { "status": status }, "version/unicmms-production-import-hawthorne 1": body,
        }));
        all.iter().filter(|f| f.rule == "retired-unrevoked").count()
    }

    #[test]
    fn a_version_that_was_left_as_it_was_is_found() {
        for stage in ["pending", "current", "previous"] {
            assert_eq!(count("retired", json!({ "stage": stage })), 1, "{stage}");
            assert_eq!(count("suspended", json!({ "stage": stage })), 0, "{stage}");
        }
    }

    #[test]
    fn one_that_was_revoked_withdrawn_or_is_past_its_end_is_not() {
        for version in [
            json!({ "stage": "revoked" }),
            json!({ "stage": "possibly-live" }),
            json!({ "retired": "2026-11-02" }),
            json!({ "expires": "2026-11-21" }),
        ] {
            assert_eq!(count("retired", version), 0);
        }
    }
}
