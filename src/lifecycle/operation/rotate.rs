//! What a rotation is made of, entry by entry.

use crate::lifecycle::due;
use crate::lifecycle::operation::course::{Course, staged};
use crate::lifecycle::operation::{CannotBegin, Open, Operations, open};
use crate::lifecycle::versions::{Versions, of};
use crate::model::account::{Account, AccountStatus};
use crate::model::credential::{Credential, StoreClass, Version, VersionStage};
use crate::model::id::{AccountId, ProcedureId};
use crate::model::operation::{Entry, EntryState, Operation, OperationState, Phase, Work};
use crate::model::procedure::{Procedure, ProcedureKind, Stage, Step};
use crate::model::provider::Provider;
use crate::model::rotation::Rotation;
use crate::model::text::Text;
use crate::model::{date::Timestamp, event::Actor};

/// What a rotation is decided from.
pub struct Rotating<'r> {
    pub id: &'r AccountId,
    pub account: &'r Account,
    pub credential: &'r Credential,
    pub policy: Option<&'r Rotation>,
    pub provider: &'r Provider,
    pub procedure: Option<(&'r ProcedureId, &'r Procedure)>,
    pub versions: &'r Versions,
    pub operations: &'r Operations,
}

/// A rotation as it begins, with its order.
///
/// # Errors
/// When it cannot begin, or would end without a way back.
pub fn rotation(
    it: &Rotating<'_>,
    token: Text,
    actor: &Actor,
    now: Timestamp,
) -> Result<(Operation, Course), CannotBegin> {
    let account = || it.id.clone();
    // Before what a procedure lacks: it would be declared for nothing.
    match it.account.status {
        AccountStatus::Active | AccountStatus::Proposed => {}
        AccountStatus::Suspended | AccountStatus::Retired => {
            return Err(CannotBegin::Status {
                account: account(),
                status: it.account.status,
            });
        }
    }
    let (name, procedure) = it.procedure.ok_or_else(|| CannotBegin::NoProcedure {
        account: account(),
        what: Work::Rotate,
    })?;
    refuse(it, name, procedure)?;
    let course = Course::of(it.policy, procedure, it.provider);
    let current = due::newest(it.versions, it.id);
    let identity = identity(it, course, current.map(|(_, version)| version))?;
    limits(it, course, identity.as_ref())?;
    if let Some((key, _)) = current.filter(|(_, version)| version.id.is_none()) {
        named(it.id, key.number, "{previous.id}", procedure.step.iter())?;
    }
    if let Some((_, version)) = current {
        retires_old_alone(it, (course, procedure), identity.as_ref(), version)?;
    }
    let operation = Operation {
        what: Work::Rotate,
        state: OperationState::Open,
        token,
        began: now,
        by: actor.name.clone(),
        reason: actor.reason.clone(),
        procedure: Some(name.clone()),
        from: current.map(|(key, _)| key.number),
        version: None,
        identity,
        until: None,
        failures: 0,
        entries: entries(course, procedure, current.is_some()),
    };
    Ok((operation, course))
}

/// What speaks against it whatever the order.
fn refuse(it: &Rotating<'_>, name: &ProcedureId, procedure: &Procedure) -> Result<(), CannotBegin> {
    let account = || it.id.clone();
    match procedure.kind {
        ProcedureKind::Rotate => {}
        ProcedureKind::Revoke | ProcedureKind::Rollback => {
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
    if let Some((key, operation)) = open(it.operations, it.id) {
        return Err(CannotBegin::Open(Open::of(key, operation)));
    }
    if let Some((key, _)) =
        of(it.versions, it.id).find(|(_, version)| version.stage == VersionStage::Pending)
    {
        return Err(CannotBegin::Pending {
            account: account(),
            number: key.number,
        });
    }
    let place = &it.credential.store;
    if place.holds_one() || place.class() == StoreClass::Environment {
        return Err(CannotBegin::OneValue {
            account: account(),
            place: place.to_string(),
        });
    }
    Ok(())
}

/// The identity that the new version is of, where there are two in turn.
fn identity(
    it: &Rotating<'_>,
    course: Course,
    current: Option<&Version>,
) -> Result<Option<Text>, CannotBegin> {
    let all = &it.credential.identity;
    match (course, all.as_slice()) {
        (Course::BlueGreen, [blue, green]) => {
            let now = current.map(|version| version.identity.as_ref().unwrap_or(blue));
            let next = match now {
                Some(now) if now == blue => green,
                Some(_) | None => blue,
            };
            Ok(Some(next.clone()))
        }
        (Course::BlueGreen, _) => Err(CannotBegin::Identities {
            account: it.id.clone(),
            found: all.len(),
        }),
        // Whoever had two in turn before stays with the one in use.
        (Course::CreateFirst | Course::ReplaceInPlace | Course::RevokeFirst, _) => {
            let used = current.and_then(|version| version.identity.clone());
            Ok(used.or_else(|| all.first().cloned()))
        }
    }
}

/// What the provider allows.
fn limits(it: &Rotating<'_>, course: Course, identity: Option<&Text>) -> Result<(), CannotBegin> {
    let Some(most) = it.provider.max_live_credentials else {
        return Ok(());
    };
    let account = || it.id.clone();
    let first = it.credential.identity.first();
    let same = |version: &Version| version.identity.as_ref().or(first) == identity;
    let live = of(it.versions, it.id)
        .filter(|(_, version)| is_in_place(version) && same(version))
        .count();
    match course {
        Course::CreateFirst if most < 2 => Err(CannotBegin::OneLive { account: account() }),
        Course::CreateFirst | Course::BlueGreen
            if live >= usize::try_from(most).unwrap_or(usize::MAX) =>
        {
            Err(CannotBegin::TooManyLive {
                account: account(),
                live,
                most,
            })
        }
        Course::CreateFirst | Course::BlueGreen | Course::ReplaceInPlace | Course::RevokeFirst => {
            Ok(())
        }
    }
}

/// Whether the provider may still accept a version. That somebody reported it as deleted proves nothing.
pub fn is_live(version: &Version) -> bool {
    match version.stage {
        VersionStage::Pending | VersionStage::Current | VersionStage::PossiblyLive => true,
        VersionStage::Previous => version.revoked.is_none(),
        VersionStage::Revoked => false,
    }
}

/// Whether a version is live and nobody reported it as deleted: it takes a place at the provider, and consumers may well
/// go on with it.
pub fn is_in_place(version: &Version) -> bool {
    is_live(version) && (version.stage != VersionStage::Previous || version.retired.is_none())
}

/// Refuses steps that name the provider's id of a version that has none: better now than halfway.
pub(super) fn named<'p>(
    account: &AccountId,
    number: u32,
    placeholder: &str,
    steps: impl Iterator<Item = &'p Step>,
) -> Result<(), CannotBegin> {
    let name = placeholder.trim_matches(['{', '}']);
    let names = |step: &&Step| step.names(name);
    match steps.into_iter().find(names) {
        None => Ok(()),
        Some(step) => Err(CannotBegin::NoId {
            account: account.clone(),
            number,
            title: step.title.to_string(),
        }),
    }
}

/// Refuses steps that would take the new version away in place of the old one, or with it.
fn retires_old_alone(
    it: &Rotating<'_>,
    (course, procedure): (Course, &Procedure),
    identity: Option<&Text>,
    old: &Version,
) -> Result<(), CannotBegin> {
    let is_same = old.identity.as_ref().or(it.credential.identity.first()) == identity;
    let takes_new = |step: &Step| {
        let names = |placeholder: &str| step.names(placeholder);
        let aims_at_old = names("previous.id") || (!is_same && names("previous.identity"));
        let all = names("identity") || (is_same && names("previous.identity"));
        // The new secret may be what it logs on with, where it says what it takes away.
        let new = ["secret", "basic", "basic-form"].into_iter().any(names) && !aims_at_old;
        // Before there is a new one, what is of the identity is the old one. Where the new value took the place of the old,
        // the step may end the identity's sessions; the new version is tried once more after it.
        let has_new = match course {
            Course::CreateFirst | Course::BlueGreen => true,
            Course::ReplaceInPlace | Course::RevokeFirst => false,
        };
        names("id")
            || names("credential.id")
            || (has_new && (new || (all && !names("previous.id"))))
    };
    let steps = staged(procedure)
        .filter(|(stage, step)| phase_of(*stage) == Some(Phase::Retire) && step.manual.is_none());
    match steps.map(|(_, step)| step).find(|step| takes_new(step)) {
        None => Ok(()),
        Some(step) => Err(CannotBegin::TakesNew {
            account: it.id.clone(),
            title: step.title.to_string(),
        }),
    }
}

fn entries(course: Course, procedure: &Procedure, has_old: bool) -> Vec<Entry> {
    use Phase::{Acknowledge, Create, Finish, Overlap, Promote, Refusal, Retire, Set, Test};
    let order: &[Phase] = match course {
        Course::CreateFirst | Course::BlueGreen => &[
            Create,
            Set,
            Test,
            Acknowledge,
            Promote,
            Overlap,
            Retire,
            Refusal,
            Finish,
        ],
        Course::ReplaceInPlace => &[
            Create,
            Set,
            Test,
            Promote,
            Acknowledge,
            Retire,
            Refusal,
            Finish,
        ],
        Course::RevokeFirst => &[
            Retire,
            Create,
            Set,
            Test,
            Promote,
            Acknowledge,
            Refusal,
            Finish,
        ],
    };
    let mut out = Vec::new();
    for phase in order {
        let old_alone = matches!(phase, Overlap | Retire | Refusal);
        if old_alone && !has_old {
            continue;
        }
        let steps = staged(procedure).filter(|(stage, _)| phase_of(*stage) == Some(*phase));
        let steps: Vec<Entry> = steps
            .map(|(_, step)| Entry::new(*phase, Some(step.clone())))
            .collect();
        // The step that gives the value makes it; else keyroll does, first of all.
        let makes = steps
            .iter()
            .any(|entry| entry.step.as_ref().is_some_and(gives));
        let (own_first, own_last) = match phase {
            Create => (!makes, false),
            Set | Retire => (false, false),
            Test | Acknowledge | Promote | Overlap | Refusal | Finish => (false, true),
            Phase::Withdraw | Phase::FailClosed => (false, false),
        };
        out.extend(own_first.then(|| Entry::new(*phase, None)));
        out.extend(steps);
        out.extend(own_last.then(|| Entry::new(*phase, None)));
    }
    // Beside the order: what is done where nobody knows whether something was made.
    let aside = staged(procedure).filter(|(stage, _)| phase_of(*stage).is_none());
    out.extend(aside.map(|(_, step)| Entry {
        state: EntryState::Skipped,
        ..Entry::new(Create, Some(step.clone()))
    }));
    out
}

/// Whether a step gives the new value: the provider's answer has it, or whoever does it by hand types it.
pub fn gives(step: &Step) -> bool {
    step.secret.is_some() || (step.manual.is_some() && step.stage == Some(Stage::Create))
}

/// The entry of an open rotation that waits for the value which somebody makes by hand, where it is the next.
pub fn awaits_value(operation: &Operation) -> Option<usize> {
    let (at, entry) = operation.current()?;
    let by_hand = entry.step.as_ref().filter(|step| step.manual.is_some());
    let is_it = operation.what == Work::Rotate
        && operation.is_open()
        && operation.version.is_none()
        && entry.phase == Phase::Create;
    by_hand.filter(|step| is_it && gives(step)).map(|_| at)
}

fn phase_of(stage: Stage) -> Option<Phase> {
    match stage {
        Stage::Create => Some(Phase::Create),
        Stage::Set => Some(Phase::Set),
        Stage::Test => Some(Phase::Test),
        Stage::Promote => Some(Phase::Promote),
        Stage::Retire => Some(Phase::Retire),
        Stage::Find | Stage::Discard => None,
    }
}
