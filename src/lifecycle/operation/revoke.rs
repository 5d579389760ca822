//! What a revoke is made of: the steps that withdraw each version that could still work, and the proof of each.

use crate::lifecycle::operation::going::{About, Going, numbers, of_step};
use crate::lifecycle::operation::one::takes_one;
use crate::lifecycle::operation::rotate::is_live;
use crate::lifecycle::operation::{CannotBegin, Open, Operations, aside, noted, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::change::Change;
use crate::model::credential::{Credential, VersionStage};
use crate::model::date::Timestamp;
use crate::model::event::Actor;
use crate::model::id::{AccountId, ProcedureId};
use crate::model::key::OperationKey;
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase, Work};
use crate::model::procedure::{Procedure, ProcedureKind};
use crate::model::text::Text;

/// What a revoke is decided from.
pub struct Revoking<'r> {
    pub id: &'r AccountId,
    pub credential: &'r Credential,
    pub procedure: Option<(&'r ProcedureId, &'r Procedure)>,
    pub versions: &'r Versions,
    pub operations: &'r Operations,
    /// Whether it administers where it works: once it is taken away it can look for nothing.
    pub is_own_admin: bool,
    /// The one version that goes; all that could still work, where it is `None`.
    pub only: Option<u32>,
}

/// A revoke as it begins, and what is closed for it.
pub struct Revoke {
    pub operation: Operation,
    /// What was under way, given up in the commit that begins the emergency.
    pub closed: Option<(OperationKey, Operation)>,
}

impl Revoke {
    /// The changes that take what was under way out of the way.
    pub fn changes(&self) -> Vec<Change> {
        let closed = self.closed.iter();
        let changes = closed.map(|(key, before)| {
            let after = Operation {
                state: OperationState::Aborted,
                ..before.clone()
            };
            Change::update(
                (key.clone(), before.clone()).into(),
                (key.clone(), after).into(),
            )
        });
        changes.collect()
    }
}

/// A revoke, an emergency or a drill as it begins.
///
/// # Errors
/// When it cannot begin. An emergency begins beside whatever is under way, and without any procedure: then somebody
/// takes the versions away by hand.
pub fn revocation(
    what: Work,
    it: &Revoking<'_>,
    begun: (Text, &Actor, Timestamp),
) -> Result<Revoke, CannotBegin> {
    let procedure = match procedure(it) {
        Ok(procedure) => Some(procedure),
        Err(_) if what == Work::Emergency => None,
        Err(why) => return Err(why),
    };
    let closed = under_way(what, it)?;
    let closing = closed.as_ref().map(|(_, operation)| operation);
    // What nobody saw may work as well.
    let left = match what {
        Work::Drill => Vec::new(),
        Work::Revoke | Work::Emergency | Work::Rotate => {
            let mut left = aside::left(it.operations, it.id, it.versions);
            left.extend(closing.map(aside::unseen).into_iter().flatten());
            left
        }
    };
    let going = going(what, it, (closing, !left.is_empty()))?;
    if let (Some((_, procedure)), Some(only)) = (procedure, it.only) {
        takes_one(it, procedure, only)?;
    }
    let known = match procedure {
        Some((_, procedure)) => withdrawals(procedure, &going),
        // Somebody does it, and says so.
        None => by_hand(&going),
    };
    // What is known waits for nothing that has to be looked for, least of all by somebody.
    let is_by_hand = |entry: &Entry| entry.step.as_ref().is_some_and(|it| it.manual.is_some());
    let goes_first = |entry: &Entry| it.is_own_admin && !is_by_hand(entry);
    let (mut entries, after): (Vec<Entry>, Vec<Entry>) = left.into_iter().partition(goes_first);
    entries.extend(known);
    entries.extend(after);
    entries.extend(proofs(going.iter().map(|version| version.number)));
    let (token, actor, now) = begun;
    let operation = Operation {
        procedure: procedure.map(|(name, _)| name.clone()),
        from: going.first().map(|version| version.number),
        ..blank(what, (token, actor, now), entries)
    };
    Ok(Revoke { operation, closed })
}

/// The proof alone, for versions that were taken away before and may still work, and for what nobody saw; none where there
/// is neither.
pub fn proof(it: &Revoking<'_>, begun: (Text, &Actor, Timestamp)) -> Option<Operation> {
    let (id, versions) = (it.id, it.versions);
    let doubtful = of(versions, id).rev();
    let doubtful = doubtful.filter(|(_, version)| version.stage == VersionStage::PossiblyLive);
    let numbers: Vec<u32> = doubtful.map(|(key, _)| key.number).collect();
    let from = numbers.first().copied();
    let mut entries = aside::left(it.operations, id, versions);
    let is_needed = from.is_some() || !entries.is_empty();
    entries.extend(proofs(numbers.into_iter()));
    is_needed.then(|| Operation {
        from,
        ..blank(Work::Revoke, begun, entries)
    })
}

/// Whether an emergency is about all that is to go.
pub fn covers(operation: &Operation, it: &Revoking<'_>) -> bool {
    let about = numbers(operation);
    let live = Going::live(it.id, it.credential, it.versions);
    let mut wanted = live
        .iter()
        .filter(|version| it.only.is_none_or(|only| version.number == only));
    operation.what == Work::Emergency && wanted.all(|version| about.contains(&version.number))
}

/// An operation with what came to light since it began: versions that were made under a tag that it looks for. They go too.
pub fn joined(operation: &Operation, it: &Revoking<'_>) -> Operation {
    let about = numbers(operation);
    let mut entries = operation.entries.clone();
    let mut came = Vec::new();
    for entry in &mut entries {
        let tag = entry.tag.as_ref().filter(|_| !entry.is_over());
        let found = tag.and_then(|tag| aside::tagged(it.versions, it.id, tag));
        let Some((key, version)) = found else {
            continue;
        };
        entry.state = EntryState::Done;
        entry.note = noted(&format!("it is version {}", key.number));
        if is_live(version) && !about.contains(&key.number) {
            came.push(key.number);
        }
    }
    if came.is_empty() {
        return Operation {
            entries,
            ..operation.clone()
        };
    }
    let mut going = Going::live(it.id, it.credential, it.versions);
    going.retain(|version| came.contains(&version.number));
    let mut more = match procedure(it) {
        Ok((_, procedure)) if operation.procedure.is_some() => withdrawals(procedure, &going),
        Ok(_) | Err(_) => by_hand(&going),
    };
    // What somebody does for the whole account was asked for before.
    more.retain(|entry| {
        let is_by_hand = entry.step.as_ref().is_some_and(|it| it.manual.is_some());
        entry.version.is_some() || !is_by_hand
    });
    let refusals = going.iter().map(|it| it.number);
    more.extend(refusals.map(|number| Entry::new(Phase::Refusal, None).about(number)));
    let proof = |entry: &Entry| matches!(entry.phase, Phase::Refusal | Phase::FailClosed);
    let at = entries.iter().position(proof).unwrap_or(entries.len());
    entries.splice(at..at, more);
    Operation {
        entries,
        ..operation.clone()
    }
}

fn blank(what: Work, begun: (Text, &Actor, Timestamp), entries: Vec<Entry>) -> Operation {
    let (token, actor, began) = begun;
    Operation {
        what,
        state: OperationState::Open,
        token,
        began,
        by: actor.name.clone(),
        reason: actor.reason.clone(),
        procedure: None,
        from: None,
        version: None,
        identity: None,
        until: None,
        failures: 0,
        entries,
    }
}

/// The procedure, where it is one that revokes.
fn procedure<'r>(it: &Revoking<'r>) -> Result<(&'r ProcedureId, &'r Procedure), CannotBegin> {
    let account = || it.id.clone();
    let (name, procedure) = it.procedure.ok_or_else(|| CannotBegin::NoProcedure {
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
    match procedure.step.is_empty() {
        true => Err(CannotBegin::NoSteps(name.to_string())),
        false => Ok((name, procedure)),
    }
}

/// What is under way: a hindrance to a planned revoke, and no hindrance to an emergency.
fn under_way(
    what: Work,
    it: &Revoking<'_>,
) -> Result<Option<(OperationKey, Operation)>, CannotBegin> {
    let Some((key, operation)) = open(it.operations, it.id) else {
        return Ok(None);
    };
    match what {
        Work::Emergency => Ok(Some((key.clone(), operation.clone()))),
        Work::Drill => Ok(None),
        Work::Revoke | Work::Rotate => Err(CannotBegin::Open(Open::of(key, operation))),
    }
}

/// The versions that go, the newest first.
fn going(
    what: Work,
    it: &Revoking<'_>,
    (closed, has_left): (Option<&Operation>, bool),
) -> Result<Vec<Going>, CannotBegin> {
    let all = Going::live(it.id, it.credential, it.versions);
    let mut going: Vec<Going> = match it.only {
        None => all,
        Some(only) => all
            .into_iter()
            .filter(|version| version.number == only)
            .collect(),
    };
    for version in &mut going {
        let unknown = closed
            .is_some_and(|it| it.version == Some(version.number) && !aside::provider_knows(it));
        version.is_told = !unknown;
    }
    match (going.is_empty(), what, it.only) {
        (false, _, _) | (true, Work::Drill, _) => Ok(going),
        (true, Work::Revoke | Work::Emergency | Work::Rotate, None) if has_left => Ok(going),
        (true, Work::Revoke | Work::Emergency | Work::Rotate, Some(number)) => {
            Err(CannotBegin::NotLive {
                account: it.id.clone(),
                number,
            })
        }
        (true, Work::Revoke | Work::Emergency | Work::Rotate, None) => {
            Err(CannotBegin::NothingLive {
                account: it.id.clone(),
            })
        }
    }
}

/// Each step that is about a version once for each, each that is about an identity once for that, the others once.
fn withdrawals(procedure: &Procedure, going: &[Going]) -> Vec<Entry> {
    let mut out = Vec::new();
    for step in &procedure.step {
        let entry = || Entry::new(Phase::Withdraw, Some(step.clone()));
        match of_step(step) {
            About::Account => out.push(entry()),
            About::Version => {
                let told = going.iter().filter(|version| version.is_told);
                out.extend(told.map(|version| entry().about(version.number)));
            }
            About::Identity => {
                let mut seen = Vec::new();
                for version in going {
                    if !seen.contains(&&version.identity) {
                        seen.push(&version.identity);
                        out.push(entry().about(version.number));
                    }
                }
            }
        }
    }
    out
}

fn by_hand(going: &[Going]) -> Vec<Entry> {
    let told = going.iter().filter(|version| version.is_told);
    told.map(|version| Entry::new(Phase::Withdraw, None).about(version.number))
        .collect()
}

/// The provider is seen to refuse each version, and the consumers to fail.
fn proofs(numbers: impl Iterator<Item = u32>) -> impl Iterator<Item = Entry> {
    let refusals = numbers.map(|number| Entry::new(Phase::Refusal, None).about(number));
    refusals.chain([
        Entry::new(Phase::FailClosed, None),
        Entry::new(Phase::Finish, None),
    ])
}

#[cfg(test)]
mod tests;
