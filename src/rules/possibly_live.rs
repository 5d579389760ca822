//! `possibly-live`: a version that was taken away here, and that the provider was never seen to refuse.

use std::collections::BTreeSet;

use crate::lifecycle::operation::{Operations, left, open};
use crate::model::credential::{Version, VersionStage};
use crate::model::finding::{FieldPath, POSSIBLY_LIVE, Severity};
use crate::model::id::AccountId;
use crate::model::key::{OperationKey, VersionKey};
use crate::model::operation::{EntryState, Operation, Phase, Work};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: POSSIBLY_LIVE,
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a version that was revoked here, and that the provider was never seen to refuse",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The version was taken away: in a revoke, at the end of a rotation, or with its account. But the provider was not seen to
refuse it, neither by a fresh logon nor in a session that was there before: the request failed, nobody looked, or it was
still let in. Whoever has that secret may still get in, and everybody believes that it is gone.

So does what nobody has seen at all: a rotation of which nobody knows whether it has made a key, open or closed by an
emergency, named by the tag that the key would have.

It counts whatever became of the account: a retired one with such a version is not out of the world.

As long as it stands, `keyroll check` ends with status 5, whatever `--fail-on` says, and shows it first. It cannot be
waived, put into a baseline, left out by `ignore` or `--ignore`, nor given another severity; it is judged beside any
`--select`. Only `--due`, which looks at dates alone, does not judge it.

## Fix

Go on with the revoke: it asks the provider again, and the version is `revoked` once both ways are seen to be refused.
Where it is still let in, take it away in the provider's own console first.

## Example

```console
$ keyroll check                       # bad: possibly-live, exit status 5
$ keyroll revoke etl --resume         # good: asks the provider until it refuses
```

Source: Guide, validation checklist (credential removal causes the integration to fail closed); OWASP NHI 1:2025
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (key, version) in &facts.inventory.versions {
        match version.stage {
            VersionStage::PossiblyLive => tell(facts, key, version, findings),
            VersionStage::Pending
            | VersionStage::Current
            | VersionStage::Previous
            | VersionStage::Revoked => {}
        }
    }
    let operations = &facts.inventory.operations;
    let accounts: BTreeSet<&AccountId> = operations.keys().map(|key| &key.account).collect();
    for id in accounts {
        let left = left(operations, id, &facts.inventory.versions);
        let tags = left.iter().filter(|entry| !entry.is_over());
        if let Some((key, rotation)) = in_doubt(operations, id) {
            let (number, tag) = (key.number, rotation.tag());
            let message = format!(
                "what rotation {number} may have made under `{tag}` may be live: nobody saw that it is not there"
            );
            let found = findings.account(id, FieldPath::record(), message);
            found.fix(format!(
                "keyroll rotate {id} --resume, with --made-nothing where somebody looked at the provider"
            ));
        }
        for tag in tags.filter_map(|entry| entry.tag.as_ref()) {
            let message = format!(
                "what a rotation may have made under `{tag}` may be live: nobody saw that it is not there"
            );
            let found = findings.account(id, FieldPath::record(), message);
            found.fix(format!(
                "keyroll revoke {id} --resume, with --made-nothing where somebody looked at the provider"
            ));
        }
    }
}

/// A rotation that goes on, and of which nobody knows whether it made a key. One that is at work just now knows it soon.
fn in_doubt<'o>(
    operations: &'o Operations,
    id: &AccountId,
) -> Option<(&'o OperationKey, &'o Operation)> {
    open(operations, id).filter(|(_, operation)| {
        operation.what == Work::Rotate
            && operation.entries.iter().any(|entry| {
                entry.phase == Phase::Create
                    && entry.state == EntryState::Unknown
                    && entry.step.is_some()
            })
    })
}

fn tell(facts: &Facts<'_>, key: &VersionKey, version: &Version, findings: &mut Findings) {
    let (id, number) = (&key.account, key.number);
    let message = match version.retired {
        Some(day) => format!(
            "version {number} was taken away on {day}, and the provider was never seen to refuse it"
        ),
        None => format!(
            "version {number}, issued on {}, may still be live: the provider was never seen to refuse it",
            version.issued
        ),
    };
    let open = facts.history().account(id.as_str()).open;
    let way = match open.map(|operation| operation.what) {
        Some(Work::Rotate) => format!("keyroll rotate {id} --resume"),
        Some(Work::Revoke | Work::Emergency) => format!("keyroll revoke {id} --resume"),
        Some(Work::Drill) | None => format!("keyroll revoke {id}"),
    };
    let found = findings.account(id, FieldPath::record(), message);
    found.fix(format!(
        "{way}, which asks the provider until it is refused"
    ));
}

#[cfg(test)]
mod tests {
    use crate::model::finding::Severity;
    use crate::rules::sample::{ACCOUNT, findings, found};
    use serde_json::{Value, json};

    const VERSION: &str = "version/unicmms-production-import-hawthorne 1";

    fn taken_away() -> Value {
        json!({ "stage": "possibly-live", "issued": "2026-08-01", "retired": "2026-11-20" })
    }

    #[test]
    fn it_is_found_whatever_became_of_the_account() {
        for status in ["proposed", "active", "suspended", "retired"] {
            let all = findings(json!({ ACCOUNT: { "status": status }, VERSION: taken_away() }));
            let ours: Vec<_> = all.iter().filter(|f| f.rule == "possibly-live").collect();
            assert_eq!(ours.len(), 1, "{status}");
            assert_eq!(
                ours[0].message,
                "version 1 was taken away on 2026-11-20, and the provider was never seen to refuse it"
            );
        }
    }

    #[test]
    fn what_nobody_saw_is_found_until_somebody_has_looked() {
        let id = "operation/unicmms-production-import-hawthorne";
        let emergency = |state: &str, entry: &str| {
            json!({ "what": "emergency", "state": state, "token": "t", "began": "2026-11-20T10:00:00Z", "by": "jo",
                "entries": [{ "phase": "withdraw", "tag": "keyroll-0123456789ab", "state": entry }] })
        };
        let ours = |more: Value| {
            let all = findings(more).into_iter();
            let ours: Vec<_> = all.filter(|f| f.rule == "possibly-live").collect();
            ours
        };
        let first = format!("{id} 1");
        let all = ours(json!({ &first: emergency("aborted", "unknown") }));
        assert_eq!(all.len(), 1);
        assert!(all[0].message.contains("keyroll-0123456789ab"));
        // The next one settled it.
        let second = format!("{id} 2");
        let settled =
            json!({ first: emergency("aborted", "unknown"), second: emergency("done", "done") });
        assert_eq!(ours(settled).len(), 0);
    }

    #[test]
    fn a_version_that_was_seen_refused_is_gone() {
        let refused = json!({ "stage": "revoked", "issued": "2026-08-01", "retired": "2026-11-20",
            "revoked": "2026-11-20" });
        assert_eq!(found(json!({ VERSION: refused })), Vec::<String>::new());
    }

    #[test]
    fn no_waiver_no_choice_of_rules_and_no_severity_hides_it() {
        let waiver = json!({ "rule": "possibly-live", "subject": ACCOUNT, "owner": "person/anna-berg",
            "reason": "it is surely gone", "until": "2027-01-01" });
        let inventory = crate::rules::sample::with(json!({
            VERSION: taken_away(), format!("waiver/possibly-live {ACCOUNT}"): waiver,
        }));
        let glossaries = crate::catalog::Glossaries::of(&inventory);
        let day = "2026-11-22".parse().unwrap();
        let facts = crate::rules::Facts::new(&inventory, &glossaries, day);
        let mut selection = crate::rules::Selection::all();
        selection.select = ["rotation-due".to_owned()].into();
        selection.ignore = ["possibly-live".to_owned()].into();
        selection.severities = [("possibly-live".to_owned(), Severity::Info)].into();
        let judged = crate::rules::judgement(&facts, &selection);
        assert_eq!(judged.waived, []);
        assert_eq!(judged.findings.len(), 1);
        assert_eq!(judged.findings[0].severity, Severity::Error);
        selection.only_selected = true;
        assert_eq!(crate::rules::judge(&facts, &selection), []);
    }

    #[test]
    fn a_waiver_of_it_is_told_to_do_nothing() {
        let waiver = json!({ "rule": "possibly-live", "subject": ACCOUNT, "owner": "person/anna-berg",
            "reason": "it is surely gone", "until": "2027-01-01" });
        let id = format!("waiver/possibly-live {ACCOUNT}");
        let all = findings(json!({ VERSION: taken_away(), id: waiver }));
        let told: Vec<_> = all.iter().map(|f| (f.rule, f.message.as_str())).collect();
        assert_eq!(told[0].0, "possibly-live", "it stands first");
        assert_eq!(
            told[1],
            ("waiver-unused", "`possibly-live` cannot be waived")
        );
    }

    #[test]
    fn the_way_out_goes_on_with_what_was_begun() {
        let way = |what: &str| {
            let operation = json!({ "what": what, "state": "open", "token": "t", "began": "2026-11-20T10:00:00Z",
                "by": "jo", "entries": [] });
            let id = VERSION.replace("version/", "operation/");
            let all = findings(json!({ VERSION: taken_away(), id: operation }));
            let ours = all.into_iter().find(|f| f.rule == "possibly-live");
            ours.unwrap().fix.unwrap()
        };
        assert!(
            way("revoke")
                .starts_with("keyroll revoke unicmms-production-import-hawthorne --resume")
        );
        assert!(
            way("rotate")
                .starts_with("keyroll rotate unicmms-production-import-hawthorne --resume")
        );
    }
}
