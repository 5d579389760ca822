//! `write-before-read`: a write test that no read test came before.

use crate::model::date::{Date, Timestamp};
use crate::model::entitlement::Side;
use crate::model::finding::{FieldPath, Severity};
use crate::model::probe::ProbeKind;
use crate::rules::proofs::{self, Proofs};
use crate::rules::rule::{Rule, RuleKind};
use crate::rules::{Facts, Findings};

pub static RULE: Rule = Rule {
    id: "write-before-read",
    severity: Severity::Error,
    kind: RuleKind::State,
    summary: "a write test without an earlier read that passed, of the same version and environment",
    explain: EXPLAIN,
    check,
};

const EXPLAIN: &str = r#"
A write was tried with the current version before a read with it had passed in the same environment. Who writes before
knowing where the credential leads writes into somebody else's records: the wrong environment, the wrong tenant, the
wrong site. `keyroll test` keeps the order; this was recorded from elsewhere.

The newest write test counts, on each side, and reads of the same side. Of one day without times, the read is taken to
have come first.

## Fix

Look at what the write changed. Then test in order: read, and only then write: `keyroll test ACCOUNT --allow-write`.

## Example

```json
{"fact":"evidence","account":"etl","version":2,"probe":"write","outcome":"pass","on":"2026-10-13"}
{"fact":"evidence","account":"etl","version":2,"probe":"read","outcome":"pass","on":"2026-10-14"}
```

```json
{"fact":"evidence","account":"etl","version":2,"probe":"read","outcome":"pass","on":"2026-10-13"}
{"fact":"evidence","account":"etl","version":2,"probe":"write","outcome":"pass","on":"2026-10-14"}
```

Source: Guide, "Read-only tests run before write or action tests"
"#;

fn check(facts: &Facts<'_>, findings: &mut Findings) {
    for proofs in proofs::all(facts) {
        for side in Side::ALL {
            let Some(on) = written_unread(&proofs, *side) else {
                continue;
            };
            let (id, number) = (proofs.id, proofs.number);
            let environment = &proofs.account.environment;
            let message = format!(
                "version {number} was tested to write in `{environment}` on {on}, before a read with it had passed there"
            );
            findings
                .account(id, FieldPath::record(), message)
                .fix(format!(
                    "look at what it changed, then test in order: keyroll test {id} --allow-write"
                ));
        }
    }
}

/// The day of the newest write test on a side, where no read had passed there before it.
pub(super) fn written_unread(proofs: &Proofs<'_, '_>, side: Side) -> Option<Date> {
    let tested = |probe| proofs.past.tests.get(&(side, probe));
    let write = tested(ProbeKind::Write)?;
    let read = tested(ProbeKind::Read).and_then(|read| read.passed);
    let is_in_order = read.is_some_and(|read| is_before(read, write.last));
    (!is_in_order).then_some(write.last.0)
}

/// Whether a read came before a write: of one day it did, unless both tell their time.
fn is_before(read: (Date, Option<Timestamp>), write: (Date, Option<Timestamp>)) -> bool {
    match (read, write) {
        ((on, Some(read)), (day, Some(write))) if on == day => read <= write,
        ((read, _), (write, _)) => read <= write,
    }
}

#[cfg(test)]
mod tests {
    use crate::rules::untested_authentication::tests::told;
    use serde_json::json;

    fn found(tests: &[&str]) -> usize {
        let mut all = vec!["authenticate 2 pass 2026-11-20", "read 2 pass 2026-11-20"];
        all.extend(tests);
        let found = told(&all, json!({}));
        assert!(
            found
                .iter()
                .all(|line| line.starts_with("write-before-read: ")),
            "{found:?}"
        );
        found.len()
    }

    #[test]
    fn a_write_needs_a_read_of_the_same_version_and_side_no_later_than_itself() {
        assert_eq!(found(&["write 2 pass 2026-11-19"]), 1);
        assert_eq!(found(&["write 2 pass 2026-11-20"]), 0);
        assert_eq!(
            found(&["write 2 pass 2026-11-19", "read 2 pass 2026-11-18"]),
            0
        );
        assert_eq!(
            found(&["write 2 pass 2026-11-19", "read 1 pass 2026-11-18"]),
            1
        );
        assert_eq!(found(&["write 2 pass 2026-11-21 side=platform"]), 1);
    }

    #[test]
    fn of_one_day_the_times_tell_where_they_are_known() {
        assert_eq!(
            found(&[
                "write 2 pass 2026-11-19 at=2026-11-19T08:00:00Z",
                "read 2 pass 2026-11-19 at=2026-11-19T09:00:00Z",
            ]),
            1
        );
        assert_eq!(
            found(&[
                "write 2 pass 2026-11-19 at=2026-11-19T08:00:00Z",
                "read 2 pass 2026-11-19"
            ]),
            0
        );
    }

    #[test]
    fn whoever_tests_again_in_order_has_mended_it() {
        assert_eq!(
            found(&["write 2 pass 2026-11-19", "write 2 pass 2026-11-21"]),
            0
        );
    }
}
