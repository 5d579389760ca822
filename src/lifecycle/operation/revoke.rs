//! What a revoke is made of: the steps that withdraw each version that could still work, and the proof of each.

use crate::lifecycle::operation::rotate::is_live;
use crate::lifecycle::operation::{CannotBegin, Open, Operations, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::date::Timestamp;
use crate::model::event::Actor;
use crate::model::id::{AccountId, ProcedureId};
use crate::model::operation::{Entry, Operation, OperationState, Phase, Work};
use crate::model::procedure::{Procedure, ProcedureKind, Step};
use crate::model::text::Text;

/// A revoke, an emergency or a drill as it begins. `only` is the one version that goes; all that could still work, where
/// it is `None`.
///
/// # Errors
/// When it cannot begin. In an emergency an operation that is open is no hindrance: `closed` takes it out of the way.
pub fn revocation(
    what: Work,
    id: &AccountId,
    procedure: Option<(&ProcedureId, &Procedure)>,
    recorded: (&Versions, &Operations),
    only: Option<u32>,
    begun: (Text, &Actor, Timestamp),
) -> Result<Operation, CannotBegin> {
    let (versions, operations) = recorded;
    let (token, actor, now) = begun;
    let account = || id.clone();
    let (name, procedure) = procedure.ok_or_else(|| CannotBegin::NoProcedure {
        account: account(),
        what: Work::Revoke,
    })?;
    match procedure.kind {
        ProcedureKind::Revoke => {}
        ProcedureKind::Rotate | ProcedureKind::Rollback => {
            return Err(CannotBegin::OtherKind {
                account: account(),
                procedure: name.to_string(),
                kind: procedure.kind.to_string(),
            });
        }
    }
    if procedure.step.is_empty() {
        return Err(CannotBegin::NoSteps(name.to_string()));
    }
    if let Some((key, operation)) = open(operations, id) {
        return Err(CannotBegin::Open(Open {
            account: account(),
            number: key.number,
            what: operation.what,
        }));
    }
    let live: Vec<u32> = of(versions, id)
        .rev()
        .filter(|(key, version)| match only {
            Some(only) => key.number == only,
            None => is_live(version),
        })
        .map(|(key, _)| key.number)
        .collect();
    if live.is_empty() && what != Work::Drill {
        return Err(CannotBegin::NothingLive { account: account() });
    }
    Ok(Operation {
        what,
        state: OperationState::Open,
        token,
        began: now,
        by: actor.name.clone(),
        reason: actor.reason.clone(),
        procedure: Some(name.clone()),
        from: live.first().copied(),
        version: None,
        identity: None,
        until: None,
        failures: 0,
        entries: entries(what, procedure, &live),
    })
}

/// Each step that is about a version once for each; the others once.
fn entries(what: Work, procedure: &Procedure, live: &[u32]) -> Vec<Entry> {
    let mut out = Vec::new();
    for step in &procedure.step {
        let entry = || Entry::new(Phase::Withdraw, Some(step.clone()));
        match is_about_a_version(step) {
            true => out.extend(live.iter().map(|number| entry().about(*number))),
            false => out.push(entry()),
        }
    }
    if what != Work::Drill {
        let refusals = live.iter();
        out.extend(refusals.map(|number| Entry::new(Phase::Refusal, None).about(*number)));
        out.push(Entry::new(Phase::FailClosed, None));
    }
    out.push(Entry::new(Phase::Finish, None));
    out
}

/// Whether a step names the version that goes, so that it is done for each.
fn is_about_a_version(step: &Step) -> bool {
    let text = serde_json::to_string(step).unwrap_or_default();
    ["{secret", "{basic}", "{id}", "{credential.", "{identity}"]
        .iter()
        .any(|placeholder| text.contains(placeholder))
}
