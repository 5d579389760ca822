//! `overlap-exceeded`: a previous version that is live past the overlap.

use crate::model::credential::{Version, VersionStage};
use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::AccountId;
use crate::model::operation::Work;
use crate::rules::history::Past;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "overlap-exceeded",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a previous version that is live past the overlap of its policy",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A newer version took over, and the one before it was left live for the consumers to move. The `overlap` of the policy is
over, and nobody took it away: two secrets open the account, and one of them is used, watched and rotated by nobody.

The overlap counts from the day on which the newer version became the current one; a policy without `overlap` allows
none beyond that day. A rotation that is under way and has set its own end is judged by that.

## Fix

Go on with the rotation, which takes the old version away and sees the provider refuse it. Where it was rotated by hand,
delete the old version at the provider, then record that with `keyroll credential retire`.

## Example

```json
{"fact":"rotated","account":"etl","version":2,"on":"2026-11-02","previous-live":true}
```

With `overlap = "7d"` this is bad from 2026-11-10 on, and good until then.

Source: OWASP NHI 7:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let past = facts.history().account(id.as_str());
        let policy = account.rotation.as_ref();
        let policy = policy.and_then(|name| facts.inventory.rotations.get(name));
        let overlap = policy.and_then(|policy| policy.overlap.as_ref());
        let days = overlap.map_or(0, |overlap| i64::from(overlap.days()));
        for (at, (number, version)) in past.versions.iter().enumerate() {
            if !is_live(version, facts.as_of) {
                continue;
            }
            let mut later = past.versions[at + 1..].iter();
            let Some((next, began)) = later.find_map(|(next, version)| {
                let began = version.activated.unwrap_or(version.issued);
                has_taken_over(version).then_some((*next, began))
            }) else {
                continue;
            };
            let own = past.open.and_then(|operation| operation.until);
            let end = began
                .plus_days(days)
                .max(own.map_or(began, |until| until.date()));
            if end < facts.as_of {
                let message = format!(
                    "version {number} is still live beside version {next} of {began}; their overlap ended on {end}"
                );
                findings
                    .account(id, FieldPath::record(), message)
                    .fix(way(id, *number, past))
                    .days(facts.as_of.days_until(end));
            }
        }
    }
}

/// Whether a version was replaced and left live: not reported withdrawn, and not past its own end.
fn is_live(version: &Version, as_of: Date) -> bool {
    let is_withdrawn = [version.retired, version.revoked]
        .into_iter()
        .flatten()
        .any(|day| day <= as_of);
    let ends = [version.expires, version.seen_expires];
    let is_past = ends.into_iter().flatten().any(|end| end < as_of);
    match version.stage {
        VersionStage::Previous => !is_withdrawn && !is_past,
        VersionStage::Pending
        | VersionStage::Current
        | VersionStage::Revoked
        | VersionStage::PossiblyLive => false,
    }
}

fn has_taken_over(version: &Version) -> bool {
    match version.stage {
        VersionStage::Current
        | VersionStage::Previous
        | VersionStage::Revoked
        | VersionStage::PossiblyLive => true,
        VersionStage::Pending => false,
    }
}

fn way(id: &AccountId, number: u32, past: &Past<'_>) -> String {
    match past.open.map(|operation| operation.what) {
        Some(Work::Rotate) => format!("keyroll rotate {id} --resume"),
        Some(Work::Revoke | Work::Emergency) => format!("keyroll revoke {id} --resume"),
        Some(Work::Drill) | None => {
            format!("delete it at the provider, then: keyroll credential retire {id} {number}")
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::findings;
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    /// The sample's policy has an overlap of 24 hours.
    fn told(old: Value, new: &str, more: Value) -> Vec<String> {
        let mut records = json!({
            format!("version/{NAME} 1"): { "stage": "previous", "issued": "2026-10-20" },
            format!("version/{NAME} 2"): { "stage": "current", "issued": new },
        });
        for (key, value) in old.as_object().unwrap() {
            records[format!("version/{NAME} 1")][key] = value.clone();
        }
        records
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "overlap-exceeded");
        ours.map(|f| format!("{} -> {}", f.message, f.fix.unwrap()))
            .collect()
    }

    #[test]
    fn a_version_left_live_is_found_past_the_last_day_of_the_overlap() {
        assert_eq!(
            told(json!({}), "2026-11-21", json!({})),
            Vec::<String>::new()
        );
        assert_eq!(
            told(json!({}), "2026-11-20", json!({})),
            [
                "version 1 is still live beside version 2 of 2026-11-20; their overlap ended on 2026-11-21 -> delete it \
              at the provider, then: keyroll credential retire unicmms-production-import-hawthorne 1"
            ]
        );
    }

    #[test]
    fn one_that_was_withdrawn_refused_or_is_past_its_end_is_not_live() {
        for old in [
            json!({ "retired": "2026-11-02" }),
            json!({ "stage": "revoked", "revoked": "2026-11-02" }),
            json!({ "expires": "2026-11-21" }),
            json!({ "seen-expires": "2026-11-21" }),
        ] {
            assert_eq!(told(old, "2026-11-01", json!({})), Vec::<String>::new());
        }
        assert_eq!(
            told(json!({ "expires": "2026-11-22" }), "2026-11-01", json!({})).len(),
            1
        );
    }

    #[test]
    fn without_a_policy_there_is_no_overlap_and_a_rotation_has_its_own_end() {
        let none = json!({ format!("account/{NAME}"): { "rotation": null } });
        let all = told(json!({}), "2026-11-21", none);
        assert!(all[0].contains("ended on 2026-11-21"), "{all:?}");
        let rotation = |until: &str| {
            json!({ format!("operation/{NAME} 1"): { "what": "rotate", "state": "open", "token": "t",
                "began": "2026-11-18T10:00:00Z", "until": until, "by": "jo", "entries": [] } })
        };
        assert_eq!(
            told(json!({}), "2026-11-18", rotation("2026-11-25T10:00:00Z")),
            Vec::<String>::new()
        );
        let late = told(json!({}), "2026-11-18", rotation("2026-11-20T10:00:00Z"));
        assert!(
            late[0].ends_with(&format!("-> keyroll rotate {NAME} --resume")),
            "{late:?}"
        );
    }
}
