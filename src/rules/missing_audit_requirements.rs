//! `missing-audit-requirements`: no audit sink, or records without import or write, retry and failure.

use crate::model::account::{Account, AuditRecord};
use crate::model::finding::{FieldPath, Severity};
use crate::rules::findings::names;
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "missing-audit-requirements",
    severity: Severity::Warning,
    kind: RuleKind::Static,
    summary: "no audit sink, or records without import or write, retry and failure",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
The account does not say where its work is recorded, or leaves out a kind of record that is needed to follow it: what
was imported (or, for levels that write, written), what was tried again, what failed. Without these a wrong record
cannot be traced to the run that made it. An error where the level writes, a warning where it only reads.

## Fix

Name a sink, and the records `import` (or `write`), `retry` and `failure`.

## Example

```toml
# bad: no sink, and failures go unrecorded
audit = { records = ["import"] }
```

```toml
# good
audit = { records = ["import", "retry", "failure"], sink = "sync-log", retention = "400d" }
```

Source: Guide, inputs
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (id, account) in facts.accounts() {
        let writes = facts.policy.levels().policy(account.level).writes;
        let Some((field, message)) = fault(account, writes) else {
            continue;
        };
        let severity = if writes {
            Severity::Error
        } else {
            Severity::Warning
        };
        findings
            .account(id, field, message)
            .severity(severity)
            .fix("say what must be recorded (`audit.records`) and where (`audit.sink`)");
    }
}

/// What the account's audit leaves out, and where.
fn fault(account: &Account, writes: bool) -> Option<(FieldPath, String)> {
    let Some(audit) = &account.audit else {
        return Some((FieldPath::of("audit"), "no audit requirements".to_owned()));
    };
    let work = if writes {
        AuditRecord::Write
    } else {
        AuditRecord::Import
    };
    let wanted = [work, AuditRecord::Retry, AuditRecord::Failure];
    let absent: Vec<_> = wanted
        .iter()
        .filter(|record| !audit.records.contains(record))
        .collect();
    let sinkless = audit.sink.as_ref().is_none_or(|sink| sink.is_blank());
    let records = format!("does not record {}", names(&absent));
    match (sinkless, absent.is_empty()) {
        (false, true) => None,
        (true, true) => Some((
            FieldPath::of("audit.sink"),
            "the audit names no sink".to_owned(),
        )),
        (false, false) => Some((
            FieldPath::of("audit.records"),
            format!("the audit {records}"),
        )),
        (true, false) => Some((
            FieldPath::of("audit"),
            format!("the audit names no sink and {records}"),
        )),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample;
    use serde_json::json;

    use crate::model::finding::Severity;

    #[test]
    fn what_the_audit_leaves_out_is_found_where_it_should_stand() {
        for (audit, field) in [
            (json!(null), "audit"),
            (json!({ "sink": null }), "audit.sink"),
            (json!({ "sink": " " }), "audit.sink"),
            (json!({ "records": ["import", "failure"] }), "audit.records"),
            (json!({ "records": null, "sink": null }), "audit"),
        ] {
            let found = sample::found(json!({ sample::ACCOUNT: { "audit": audit } }));
            let line = format!("missing-audit-requirements {} {field}", sample::ACCOUNT);
            assert_eq!(found, [line]);
        }
    }

    #[test]
    fn an_account_that_writes_must_record_its_writes() {
        let findings = sample::findings(json!({ sample::ACCOUNT: { "level": "write-back" } }));
        let found = findings
            .iter()
            .find(|f| f.rule == "missing-audit-requirements")
            .unwrap();
        assert_eq!(found.severity, Severity::Error);
        assert_eq!(found.message, "the audit does not record `write`");
    }
}
