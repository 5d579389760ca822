//! `drill-overdue`: a procedure that nobody has rehearsed for long.

use std::collections::BTreeMap;

use crate::model::account::{Account, AccountStatus};
use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::{AccountId, ProcedureId};
use crate::model::procedure::ProcedureKind;
use crate::model::record::{Kind, RecordId};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "drill-overdue",
    severity: Severity::Warning,
    kind: RuleKind::State,
    summary: "a rotate or revoke procedure that was not rehearsed within the limit",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
Accounts that hold a credential go by this procedure, and nobody has gone through it with success for 180 days
(`limits.drill-age` in the configuration), or ever; or the last who tried did not come through. Consoles, paths and
people change: the day on which it is needed is the wrong one to find out.

A rehearsal with one account counts for all that share the procedure, and so does a rotation or revoke that was done by
it.

## Fix

`keyroll revoke ACCOUNT --drill` rehearses a revoke. A rotation is rehearsed by one that is done. What was rehearsed by
hand is recorded as a fact.

## Example

```json
{"fact":"drill","procedure":"etl-revoke","on":"2025-09-18","result":"pass","minutes":15}
```

```json
{"fact":"drill","procedure":"etl-revoke","on":"2026-10-14","result":"pass","minutes":9}
```

Judged on 2026-11-22 the first alone is bad, the second is good.

Source: Guide, "Rotation and revoke procedures are documented and tested"
"#;

/// Who goes by a procedure: the first of them, and how many there are.
struct Users<'a> {
    first: &'a AccountId,
    count: usize,
}

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    let mut used: BTreeMap<&ProcedureId, Users<'_>> = BTreeMap::new();
    for (id, account) in facts
        .accounts()
        .filter(|(id, account)| holds(facts, id, account))
    {
        let named = [&account.rotate, &account.revoke];
        for procedure in named.into_iter().flatten() {
            let users = used.entry(procedure);
            users
                .or_insert(Users {
                    first: id,
                    count: 0,
                })
                .count += 1;
        }
    }
    for (procedure, users) in used {
        if let Some(record) = facts.inventory.procedures.get(procedure) {
            judge(facts, procedure, record.kind, &users, findings);
        }
    }
}

/// Whether there is something to rotate or revoke.
fn holds(facts: &Facts<'_>, id: &AccountId, account: &Account) -> bool {
    match account.status {
        AccountStatus::Active | AccountStatus::Suspended => {
            facts.history().account(id.as_str()).current.is_some()
        }
        AccountStatus::Proposed | AccountStatus::Retired => false,
    }
}

fn judge(
    facts: &Facts<'_>,
    procedure: &ProcedureId,
    kind: ProcedureKind,
    users: &Users<'_>,
    findings: &mut Findings,
) {
    let allowed = i64::from(facts.policy.limits.drill_age);
    let rehearsed = facts.history().procedure(procedure.as_str());
    let passed = rehearsed.and_then(|rehearsed| rehearsed.passed);
    let failed = rehearsed.and_then(|rehearsed| rehearsed.failed);
    let since = |day: Date| facts.as_of.days_until(day);
    let (how, days) = match (passed, failed) {
        (passed, Some(failed)) if passed.is_none_or(|passed| passed <= failed) => {
            (format!("failed when it was rehearsed on {failed}"), None)
        }
        (Some(passed), _) if -since(passed) > allowed => (
            format!("was last rehearsed on {passed}, more than {allowed} days ago"),
            Some(since(passed) + allowed),
        ),
        (Some(_), _) => return,
        (None, _) => ("was never rehearsed".to_owned(), None),
    };
    let (first, others) = (users.first, users.count - 1);
    let whose = match others {
        0 => format!("the procedure of `account/{first}`"),
        others => format!("the procedure of `account/{first}` and {others} more"),
    };
    let way = match kind {
        ProcedureKind::Revoke => format!("keyroll revoke {first} --drill"),
        ProcedureKind::Rotate => format!("keyroll rotate {first}"),
        ProcedureKind::Rollback => "rehearse it by hand".to_owned(),
    };
    let subject = RecordId::new(Kind::Procedure, procedure);
    let found = findings.at(subject, FieldPath::record(), format!("{whose} {how}"));
    let found = found.fix(format!(
        "{way}; or record a rehearsal by hand: keyroll import facts FILE"
    ));
    if let Some(days) = days {
        found.days(days);
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::{ACCOUNT, findings};
    use serde_json::{Value, json};

    const NAME: &str = "unicmms-production-import-hawthorne";

    /// The sample goes by the procedure `pull` that was rehearsed so: `result day`.
    fn told(drills: &[&str], more: Value) -> Vec<String> {
        let mut records = json!({
            format!("version/{NAME} 1"): { "stage": "current", "issued": "2026-11-01" },
            "procedure/pull": { "kind": "revoke", "step": [{ "title": "Delete", "manual": "Delete it." }] },
            ACCOUNT: { "revoke": "pull" },
        });
        records
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        for line in drills {
            let (result, on) = line.split_once(' ').unwrap();
            records[format!("fact/{result}_{on}")] =
                json!({ "fact": "drill", "procedure": "pull", "on": on, "result": result });
        }
        let ours = findings(records).into_iter();
        let ours = ours.filter(|f| f.rule == "drill-overdue");
        ours.map(|f| format!("{}: {}", f.subject, f.message))
            .collect()
    }

    #[test]
    fn a_rehearsal_counts_for_half_a_year_and_no_longer() {
        let line = |how: &str| format!("procedure/pull: the procedure of `account/{NAME}` {how}");
        assert_eq!(told(&[], json!({})), [line("was never rehearsed")]);
        assert_eq!(told(&["pass 2026-05-26"], json!({})), Vec::<String>::new());
        assert_eq!(
            told(&["pass 2026-05-25", "inconclusive 2026-11-01"], json!({})),
            [line(
                "was last rehearsed on 2026-05-25, more than 180 days ago"
            )]
        );
        assert_eq!(
            told(&["pass 2026-10-01", "fail 2026-11-01"], json!({})),
            [line("failed when it was rehearsed on 2026-11-01")]
        );
        assert_eq!(
            told(&["fail 2026-10-01", "pass 2026-11-01"], json!({})),
            Vec::<String>::new()
        );
    }

    #[test]
    fn what_was_done_in_earnest_was_rehearsed() {
        let done = |state: &str| {
            json!({ format!("operation/{NAME} 1"): { "what": "revoke", "state": state, "token": "t", "procedure": "pull",
                "began": "2026-11-01T10:00:00Z", "by": "jo", "entries": [] } })
        };
        assert_eq!(told(&[], done("done")), Vec::<String>::new());
        assert_eq!(told(&[], done("aborted")).len(), 1);
    }

    #[test]
    fn where_there_is_no_credential_there_is_nothing_to_rehearse() {
        let none = json!({ format!("version/{NAME} 1"): null });
        assert_eq!(told(&[], none), Vec::<String>::new());
    }
}
