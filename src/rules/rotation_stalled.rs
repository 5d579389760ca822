//! `rotation-stalled`: a rotation or revoke that was begun and not finished.

use crate::model::date::Date;
use crate::model::finding::{FieldPath, Severity};
use crate::model::id::AccountId;
use crate::model::operation::{Operation, OperationState, Phase, Work};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

/// How many days after the end of its overlap an operation may still be open.
const AFTER_OVERLAP: i64 = 2;

pub static RULE: Rule = Rule {
    id: "rotation-stalled",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a rotation, revoke or drill that was begun and not finished",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A rotation, a revoke or a drill was begun and never came to its end. Either it failed three times in a row, and has
stopped; or it is open for longer than 7 days (`limits.stalled` in the configuration); or the overlap that it waits for
ended more than two days ago. Half a rotation is worse than none: there may be two secrets where one is known, and no
other rotation of the account can begin.

## Fix

Look at what it stopped at, mend that, and go on with `--resume`. Or give it up with `--abort`: what it had made at the
provider is taken away again, or told.

## Example

```console
$ keyroll check                       # bad: begun on 2026-11-01, open ever since
$ keyroll rotate etl --resume         # good: goes on where it stopped
```

Source: Guide, lifecycle
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for (key, operation) in &facts.inventory.operations {
        let Some((why, days)) = stalled(facts, operation) else {
            continue;
        };
        let (id, began) = (&key.account, operation.began.date());
        let word = match operation.what {
            Work::Rotate => "rotation",
            Work::Revoke | Work::Emergency => "revoke",
            Work::Drill => "drill",
        };
        let at = operation.current().map(|(_, entry)| {
            let step = entry.step.as_ref();
            let title = step.map(|step| format!(", `{}`", step.title));
            format!(
                "; it stands at `{}`{}",
                entry.phase,
                title.unwrap_or_default()
            )
        });
        let message = format!(
            "the {word} begun on {began} {why}{}",
            at.unwrap_or_default()
        );
        let found = findings.account(id, FieldPath::record(), message);
        let found = found.fix(way(id, operation.what));
        if let Some(days) = days {
            found.days(days);
        }
    }
}

/// Why an operation is stalled, and how many days since, where it has a day; none where it is not.
fn stalled(facts: &Facts<'_>, operation: &Operation) -> Option<(String, Option<i64>)> {
    let since = |day: Date| facts.as_of.days_until(day);
    match operation.state {
        OperationState::Done | OperationState::Aborted => return None,
        OperationState::Stalled => {
            let failures = operation.failures;
            return Some((
                format!("failed {failures} times in a row, and has stopped"),
                None,
            ));
        }
        OperationState::Open => {}
    }
    let waits = operation.current().map(|(_, entry)| entry.phase) == Some(Phase::Overlap);
    match operation.until.filter(|_| waits) {
        Some(until) => {
            let end = until.date();
            let last = end.plus_days(AFTER_OVERLAP);
            (facts.as_of > last).then(|| {
                let why = format!("waited for the end of its overlap, which was {end}");
                (why, Some(since(last)))
            })
        }
        None => {
            let allowed = i64::from(facts.policy.limits.stalled);
            let last = operation.began.date().plus_days(allowed);
            (facts.as_of > last).then(|| {
                (
                    format!("is open for more than {allowed} days"),
                    Some(since(last)),
                )
            })
        }
    }
}

fn way(id: &AccountId, what: Work) -> String {
    match what {
        Work::Rotate => {
            format!("keyroll rotate {id} --resume; or give it up: keyroll rotate {id} --abort")
        }
        Work::Revoke | Work::Emergency => format!("keyroll revoke {id} --resume"),
        Work::Drill => format!("keyroll revoke {id} --drill --resume"),
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::sample::findings;
    use serde_json::{Value, json};

    fn told(change: Value) -> Vec<(String, Option<i64>)> {
        let mut operation = json!({ "what": "rotate", "state": "open", "token": "t",
            "began": "2026-11-14T10:00:00Z", "by": "jo", "entries": [
                { "phase": "create", "state": "done", "at": "2026-11-14T10:00:00Z" },
                { "phase": "overlap", "state": "waiting" } ] });
        for (key, value) in change.as_object().unwrap() {
            operation[key] = value.clone();
        }
        let id = "operation/unicmms-production-import-hawthorne 1";
        let all = findings(json!({ id: operation })).into_iter();
        let ours = all.filter(|f| f.rule == "rotation-stalled");
        ours.map(|f| (f.message, f.days)).collect()
    }

    #[test]
    fn one_is_open_for_seven_days_and_no_longer() {
        assert_eq!(told(json!({ "began": "2026-11-15T23:59:00Z" })), []);
        let line =
            "the rotation begun on 2026-11-14 is open for more than 7 days; it stands at `overlap`";
        assert_eq!(told(json!({})), [(line.to_owned(), Some(-1))]);
        for state in ["done", "aborted"] {
            assert_eq!(told(json!({ "state": state })), []);
        }
    }

    #[test]
    fn one_that_waits_for_its_overlap_is_judged_by_its_end() {
        assert_eq!(told(json!({ "until": "2026-11-20T10:00:00Z" })), []);
        let line = "the rotation begun on 2026-11-14 waited for the end of its overlap, which was 2026-11-19; \
                    it stands at `overlap`";
        let late = told(json!({ "until": "2026-11-19T10:00:00Z" }));
        assert_eq!(late, [(line.to_owned(), Some(-1))]);
    }

    #[test]
    fn one_that_failed_too_often_is_told_at_once_with_where_it_stands() {
        let entry = json!([{ "phase": "withdraw", "state": "failed", "at": "2026-11-22T09:00:00Z",
            "step": { "title": "Delete", "manual": "Delete the key." } }]);
        let all = told(
            json!({ "what": "emergency", "state": "stalled", "failures": 3, "entries": entry,
            "began": "2026-11-22T08:00:00Z" }),
        );
        let line = "the revoke begun on 2026-11-22 failed 3 times in a row, and has stopped; it stands at \
                    `withdraw`, `Delete`";
        assert_eq!(all, [(line.to_owned(), None)]);
    }
}
