//! The operation of an account that is under way, and which ways lead on from where it stands.

use crate::lifecycle::operation::{Operations, ends_old, has_begun, of};
use crate::model::date::Timestamp;
use crate::model::id::AccountId;
use crate::model::key::OperationKey;
use crate::model::operation::{Operation, Phase, Work};

/// An operation that is under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub account: AccountId,
    pub number: u32,
    pub what: Work,
    pub ways: Ways,
}

/// What can become of an operation that is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ways {
    /// It goes on, or is given up.
    OnOrBack,
    /// It goes on alone: what it made is in use, or the only one that works.
    On {
        /// Before then, where it is in its overlap, it does not.
        from: Option<Timestamp>,
    },
}

impl Open {
    pub fn of(key: &OperationKey, operation: &Operation) -> Open {
        Open {
            account: key.account.clone(),
            number: key.number,
            what: operation.what,
            ways: ways(operation),
        }
    }
}

/// The operation of an account that is under way, if one is.
pub fn open<'o>(
    operations: &'o Operations,
    account: &AccountId,
) -> Option<(&'o OperationKey, &'o Operation)> {
    of(operations, account).find(|(_, operation)| operation.is_open())
}

fn ways(operation: &Operation) -> Ways {
    match operation.what {
        Work::Revoke | Work::Emergency | Work::Drill => return Ways::OnOrBack,
        Work::Rotate => {}
    }
    let begun = || operation.entries.iter().filter(|entry| has_begun(entry));
    let is_promoted = begun().any(|entry| entry.phase == Phase::Promote);
    let ends = |phase: Phase| ends_old(operation, phase);
    let is_old_gone = begun().any(|entry| entry.step.is_some() && ends(entry.phase));
    if !is_promoted && (operation.from.is_none() || !is_old_gone) {
        return Ways::OnOrBack;
    }
    let is_in_overlap = operation
        .current()
        .is_some_and(|(_, entry)| entry.phase == Phase::Overlap);
    Ways::On {
        from: operation.until.filter(|_| is_in_overlap),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::EntryState;
    use serde_json::json;

    fn rotation(entries: &[(&str, &str)]) -> Operation {
        let entry = |(phase, state): &(&str, &str)| {
            let step = json!({ "title": "x", "manual": "do it" });
            match *phase {
                "create" | "retire" => json!({ "phase": phase, "state": state, "step": step }),
                phase => json!({ "phase": phase, "state": state }),
            }
        };
        let entries: Vec<_> = entries.iter().map(entry).collect();
        serde_json::from_value(json!({
            "what": "rotate", "state": "open", "token": "0192aabb-ccdd-7000-8000-aabbccddeeff",
            "began": "2026-11-22T03:00:00Z", "by": "tester", "from": 1, "version": 2,
            "until": "2026-11-23T03:00:00Z", "entries": entries
        }))
        .unwrap()
    }

    #[test]
    fn a_rotation_goes_back_only_while_the_old_version_is_the_one_in_use() {
        let made = rotation(&[
            ("create", "done"),
            ("promote", "waiting"),
            ("overlap", "waiting"),
        ]);
        assert_eq!(ways(&made), Ways::OnOrBack);
        let until = made.until;
        let rests = rotation(&[
            ("create", "done"),
            ("promote", "done"),
            ("overlap", "waiting"),
        ]);
        assert_eq!(ways(&rests), Ways::On { from: until });
        let retires = [
            ("promote", "done"),
            ("overlap", "done"),
            ("retire", "failed"),
        ];
        assert_eq!(ways(&rotation(&retires)), Ways::On { from: None });
        let first = rotation(&[
            ("retire", "unknown"),
            ("create", "waiting"),
            ("promote", "waiting"),
        ]);
        assert_eq!(ways(&first), Ways::On { from: None });
        let none = Operation {
            from: None,
            ..first
        };
        assert_eq!(none.entries[0].state, EntryState::Unknown);
        assert_eq!(ways(&none), Ways::OnOrBack);
    }
}
